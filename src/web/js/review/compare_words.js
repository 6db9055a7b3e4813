/* How a perimeter lies among the groups of a grouping, in words. */
import { number, percent, t } from "../base/text.js";

/* A share that is whole but for rounding. */
const WHOLE = 1 - 1e-9;
export const isWhole = (row) => row.communes_dedans === row.communes && row.part_du_groupe >= WHOLE;

/** `{entiers, partiels, reste}`: groups that lie inside wholly, in part, and the share of the perimeter that is in no group. */
export function summed(rows) {
    const entiers = rows.filter(isWhole);
    const reste = 1 - rows.reduce((sum, row) => sum + row.part_du_perimetre, 0);
    return { entiers, partiels: rows.filter((row) => !isWhole(row)), reste: reste > 0.0005 ? reste : 0 };
}

/** "Ce périmètre réunit 3 groupes entiers et 2 en partie." and what follows from it; `titre` is that of the grouping. */
export function comparisonSentences(rows, { titre }) {
    if (!rows.length) return [t("rev-compare-none", { titre })];
    const { entiers, partiels, reste } = summed(rows);
    const first = entiers.length && partiels.length ? t("rev-compare-both", { entiers: number(entiers.length), n: partiels.length, titre })
        : entiers.length ? t("rev-compare-whole", { n: entiers.length, titre })
            : t("rev-compare-parts", { n: partiels.length, titre });
    const most = [...rows].sort((a, b) => b.part_du_perimetre - a.part_du_perimetre)[0];
    return [first,
        rows.length > 1 && t("rev-compare-most", { part: percent(most.part_du_perimetre), nom: most.nom }),
        rows.length === 1 && isWhole(most) && reste === 0 && t("rev-compare-same", { nom: most.nom }),
        reste > 0 && t("rev-compare-rest", { part: percent(reste) })].filter(Boolean);
}
