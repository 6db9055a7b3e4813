/* A table whose columns sort it: headers are buttons, the order is told (aria-sort). */
import { h } from "../base/dom.js";

/**
 * @param {object} what
 *     `caption`; `columns` [{id, title, cell(row) → nodes, number, head: true for the header of the row, by(a, b): how
 *     it sorts, absent where it does not, about: node beside the title}]; `rows`; `sort` {by, down}; `onSort(id)`;
 *     `mark(row)` → attributes of its line
 */
export function grid({ caption, columns, rows, sort = null, onSort = null, mark = () => ({}), quiet = false }) {
    const header = (column) => h("th", { scope: "col", class: column.number ? "number" : "",
        "aria-sort": sort?.by === column.id ? (sort.down ? "descending" : "ascending") : null },
    column.by && onSort
        ? h("button", { type: "button", class: "sort quiet small", "data-sort": column.id, onclick: () => onSort(column.id) }, column.title,
            h("span", { "aria-hidden": "true", class: "arrow" }, sort?.by === column.id ? (sort.down ? "▾" : "▴") : ""))
        : column.title, column.about);
    return h("table", { class: "grid" },
        h("caption", { class: quiet ? "sr-only" : "" }, caption),
        h("thead", {}, h("tr", {}, columns.map(header))),
        h("tbody", {}, sorted(rows, columns, sort).map((row) => h("tr", mark(row), columns.map((column) =>
            column.head ? h("th", { scope: "row" }, column.cell(row)) : h("td", { class: column.number ? "number" : "" }, column.cell(row)))))));
}

/** The rows in the order of a column; rows that are alike stay as they were. */
export function sorted(rows, columns, sort) {
    const column = columns.find((one) => one.id === sort?.by);
    if (!column?.by) return [...rows];
    return [...rows].sort((a, b) => (sort.down ? column.by(b, a) : column.by(a, b)));
}

/** What a press on a header makes of the order: the same column turns round, another begins as it says. */
export const turned = (sort, id, columns) => sort?.by === id ? { by: id, down: !sort.down }
    : { by: id, down: Boolean(columns.find((one) => one.id === id)?.number) };

export const sortToText = (sort) => (sort ? `${sort.by}${sort.down ? "-desc" : ""}` : "");
export function sortFromText(text, otherwise) {
    const [, by, down] = /^(\w+?)(-desc)?$/.exec(text) ?? [];
    return by ? { by, down: Boolean(down) } : otherwise;
}
