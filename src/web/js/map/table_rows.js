/* Rows of a table: filtered, sorted, cut into pages. Pure. */

/** Plain letters, for filters. */
export const fold = (text) => String(text ?? "").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Indices of the rows any of whose texts (or a number as it is shown) holds each of the filter's words. */
export function filterRows(count, cellText, names, filter) {
    const words = fold(filter).split(/\s+/).filter(Boolean);
    const rows = Array.from({ length: count }, (_, i) => i);
    if (!words.length) return rows;
    return rows.filter((i) => {
        const text = fold(names.map((name) => cellText(name, i)).join(" "));
        return words.every((word) => text.includes(word));
    });
}

/** Sorts indices by a column; what has no value comes last either way, equals stay in the order they have. */
export function sortRows(rows, values, descending, compareTexts) {
    const sign = descending ? -1 : 1;
    const none = (value) => value === null || value === undefined || value === "";
    const compare = (a, b) => (typeof a === "string" || typeof b === "string" ? compareTexts(String(a), String(b)) : a < b ? -1 : a > b ? 1 : 0);
    return [...rows].sort((i, k) => none(values[i]) - none(values[k])
        || (none(values[i]) ? 0 : sign * compare(values[i], values[k])) || i - k);
}
