/* What it takes to start from something that exists: gestures, and what they would give. Pure. */
import { uniqueId } from "./names.js";

/** Gestures that make a perimeter of each group `{nom, codes}`. `gone` are ids of perimeters that make place for them,
 *  `taken` ids that are in use. Groups without a commune make nothing. */
export function gesturesOf(groups, { taken = [], gone = [], genre = "cpts", statut = "idee" } = {}) {
    const ids = new Set(taken);
    return [
        ...gone.map((perimetre) => ({ geste: "delete", perimetre })),
        ...groups.filter((group) => group.codes.length).map((group) => ({
            geste: "create", perimetre: uniqueId(group.nom || group.id, ids), nom: group.nom || group.id, genre, statut,
            codes: [...new Set(group.codes)],
        })),
    ];
}

/** Of the answer of a what-if: how many perimeters, from what population to what, how many of each size, and how many
 *  findings of each severity would come. */
export function summary(effect) {
    const made = effect.perimetres.filter((one) => !one.avant && one.apres).map(({ id, nom, apres }) => ({ id, nom, ...apres }));
    const known = made.filter((one) => Number.isFinite(one.population));
    const by = (rows, key) => rows.reduce((all, row) => ({ ...all, [row[key]]: (all[row[key]] ?? 0) + 1 }), {});
    const end = (compare) => known.reduce((best, one) => (!best || compare(one.population, best.population) ? one : best), null);
    return {
        made,
        least: end((a, b) => a < b),
        most: end((a, b) => a > b),
        population: known.reduce((sum, one) => sum + one.population, 0),
        sizes: by(made.map((one) => ({ taille: one.taille ?? "" })), "taille"),
        findings: by(effect.constats_apparus ?? [], "gravite"),
        gone: effect.perimetres.filter((one) => one.avant && !one.apres).length,
    };
}

const PERIMETER = /^(id|p[eé]rim[eè]tre|perimeter)$/i;
const bare = (cell) => cell.trim().replace(/^"|"$/g, "");

/** Whether a text is a table of perimeters (its heading names a column of them) rather than a list of communes. */
export function isTable(text) {
    const cells = text.trimStart().split(/\r?\n/, 1)[0].split(/[;,\t]/);
    return cells.length > 1 && cells.some((cell) => PERIMETER.test(bare(cell)));
}

/** That table with a heading as the service reads it: the column of perimeters is called id. */
export function withIds(text) {
    const [heading, ...rows] = text.trimStart().split("\n");
    const cells = heading.split(/([;,\t])/);
    if (cells.some((cell) => bare(cell).toLowerCase() === "id")) return text;
    const at = cells.findIndex((cell) => PERIMETER.test(bare(cell)));
    return [cells.map((cell, i) => (i === at ? "id" : cell)).join(""), ...rows].join("\n");
}
