/* Tables as files. CSV as French spreadsheets open it with a double click: UTF-8 with its mark, semicolons, decimal
 * commas, lines that end with CR LF; or with commas and decimal points, for programs. */

const FRENCH = { separator: ";", decimal: ",", mark: "\uFEFF" };
const PLAIN = { separator: ",", decimal: ".", mark: "" };

/* A text that a spreadsheet would run as a formula begins with an apostrophe. */
const harmless = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

function cell(value, { separator, decimal }) {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return Number.isFinite(value) ? String(value).replace(".", decimal) : "";
    const text = harmless(Array.isArray(value) ? value.join(" ") : String(value));
    return /["\r\n]/.test(text) || text.includes(separator) || text.includes(";") ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `columns` are `[{title, value(row)}]`; nothing is left out, and an empty cell is what is not known. */
export function toCsv(columns, rows, { french = true } = {}) {
    const form = french ? FRENCH : PLAIN;
    const line = (cells) => cells.map((one) => cell(one, form)).join(form.separator) + "\r\n";
    return form.mark + line(columns.map((column) => column.title)) + rows.map((row) => line(columns.map((column) => column.value(row)))).join("");
}

/** "initiatives-region_fictive-2026-11-22.csv" */
export const fileName = (what, study, day, ending) =>
    `${[what, study, day].filter(Boolean).join("-").normalize("NFD").replace(/\p{Diacritic}/gu, "").replace(/[^\w.-]+/g, "-")}.${ending}`;

/** Hands a text to the browser as a file. */
export function save(name, text, type) {
    const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    const link = Object.assign(document.createElement("a"), { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
}
