/* Findings in the order in which one walks through them. Pure. */

export const SEVERITIES = ["erreur", "alerte", "information"];

/** The gravest first; within a severity as the service tells them. */
export const ordered = (findings) => SEVERITIES.flatMap((one) => findings.filter((f) => f.gravite === one));

/** Those one wants to see: severities and kinds are Sets (null: all), `perimeter` an id or "". */
export const filtered = (findings, { severities = null, kinds = null, perimeter = "" } = {}) =>
    findings.filter((f) => (!severities || severities.has(f.gravite)) && (!kinds || kinds.has(f.genre)) &&
        (!perimeter || f.a === perimeter || f.b === perimeter));

/** How many of each value of a key: Map value → count. */
export function counts(findings, key) {
    const found = new Map();
    for (const one of findings) found.set(one[key], (found.get(one[key]) ?? 0) + 1);
    return found;
}

/** Where one stands after the list was read again: at the same finding, or where it stood when it is gone; -1 where
 *  there is nothing. */
export function placeOf(findings, id, before) {
    const same = findings.findIndex((one) => one.id === id);
    return same >= 0 ? same : Math.min(Math.max(before, 0), findings.length - 1);
}

/** A step on, round and round. */
export const step = (index, by, length) => (length ? (((index + by) % length) + length) % length : -1);
