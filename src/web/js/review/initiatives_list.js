/* What the list of initiatives shows: filters, counts and columns, without a page. */

/** A text as it is looked for: without accents, capitals or typographic apostrophes. */
export const folded = (text) => (text ?? "").normalize("NFD").replace(/\p{Diacritic}/gu, "").replace(/[’]/g, "'").toLowerCase();

/**
 * Those of the initiatives that the filters let through.
 * @param {object[]} list  perimeters as GET /perimeters tells them
 * @param {{statuts?: string[], depuis?: string, jusqua?: string, texte?: string}} filters  empty: all; the two days
 *     bound the day of the status, both included; one without a day is outside of any bound
 */
export function narrowed(list, { statuts = [], depuis = "", jusqua = "", texte = "" }) {
    const words = folded(texte).split(/\s+/).filter(Boolean);
    return list.filter((one) => {
        if (statuts.length && !statuts.includes(one.statut)) return false;
        if ((depuis || jusqua) && !one.depuis) return false;
        if (depuis && one.depuis < depuis) return false;
        if (jusqua && one.depuis > jusqua) return false;
        const all = folded(`${one.nom} ${one.id} ${one.contact ?? ""}`);
        return words.every((word) => all.includes(word));
    });
}

/** For each status of the study, in the order of a perimeter's life: how many, and what GET /coverage tells of it. */
export function countsByStatus(list, statuts, lines) {
    return statuts.map((status) => {
        const line = lines.find((one) => one.statut === status.id);
        return { ...status, nombre: list.filter((one) => one.statut === status.id).length,
            part_population: line?.part_population ?? null, part_communes: line?.part_communes ?? null,
            population: line?.population ?? null };
    }).filter((one) => one.nombre || one.part_population);
}

/** The lines of the coverage that are about a département, or about the whole study. */
export const linesOf = (coverage, departement) => coverage.lignes.filter((line) =>
    departement ? line.etendue === "departement" && line.id === departement : line.etendue === "etude");

/** Line of all statuses together. */
export const whole = (lines) => lines.find((line) => line.statut === "") ?? null;

/** Orders: texts as people sort them, what is not known last, whatever the direction of the rest. */
export const by = {
    text: (key, compare) => (a, b) => compare(a[key] ?? "", b[key] ?? ""),
    number: (key) => (a, b) => (a[key] ?? -Infinity) - (b[key] ?? -Infinity),
    day: (key) => (a, b) => ((a[key] ?? "") < (b[key] ?? "") ? -1 : Number((a[key] ?? "") > (b[key] ?? ""))),
    rank: (key, order) => (a, b) => order.indexOf(a[key]) - order.indexOf(b[key]),
};
