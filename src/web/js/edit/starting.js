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
