/* Why a commune is contested, in words and in rows. No decision is made here: what speaks for each is told. */
import { byName, date, minutes, percent, population, t } from "../base/text.js";

/** Of each claimant one sentence: since when, how much, how far, whether it touches the rest. */
export function claimantSentence(one, { status, pole }) {
    const since = one.depuis ? t("rev-claim-since", { statut: status, date: date(one.depuis) }) : t("rev-claim-undated", { statut: status });
    const share = one.part === 1 ? t("rev-claim-whole") : t("rev-claim-part", { part: percent(one.part) });
    const far = !one.pole ? t("rev-claim-alone")
        : one.minutes_pole === null ? t("rev-claim-unreached", { pole })
            : t("rev-claim-minutes", { minutes: minutes(one.minutes_pole), pole });
    return [since, share, far, t(one.touche ? "rev-claim-touches" : "rev-claim-apart"), one.partage_expres && t("rev-claim-on-purpose")]
        .filter(Boolean).join(" ; ") + ".";
}

/** Who holds most of the groups around it: `{"cpts-a": ["Bassins de vie", …]}` in sentences. */
export function majoritySentences(commune, study) {
    const title = (id) => study.groupements.find((one) => one.id === id)?.titre ?? id;
    const holders = new Map();
    for (const [grouping, id] of Object.entries(commune.majorites ?? {})) holders.set(id, [...(holders.get(id) ?? []), title(grouping)]);
    const name = (id) => commune.pretendants.find((one) => one.id === id)?.nom ?? id;
    return [...holders].map(([id, groupings]) => id
        ? t("rev-majority", { nom: name(id), groupements: groupings.sort(byName).join(", ") })
        : t("rev-no-majority", { groupements: groupings.sort(byName).join(", ") }));
}

/** The first sentence. */
export const contestedSentence = (commune) => t("rev-contested-by", { nom: commune.nom, habitants: population(commune.population), n: commune.pretendants.length });

/** One row for each claim, for files. */
export const contestedRows = (found) => found.flatMap((commune) => commune.pretendants.map((one) => ({ commune, one })));

/* Minutes have one decimal, as in layers. */
const inFile = (key, value) => typeof value === "boolean" ? (value ? "oui" : "non")
    : key === "minutes_pole" && value !== null ? Math.round(value * 10) / 10 : value;

/** Columns of that file; one for each grouping tells who holds most of the group around the commune. */
export const contestedColumns = (study) => [
    { title: "code", value: ({ commune }) => commune.code },
    { title: "nom", value: ({ commune }) => commune.nom },
    { title: "population", value: ({ commune }) => commune.population },
    ...["id", "nom", "statut", "depuis", "part", "partage_expres", "pole", "minutes_pole", "touche"].map((key) => ({
        title: key === "id" ? "perimetre" : key === "nom" ? "perimetre_nom" : key,
        value: ({ one }) => inFile(key, one[key]) })),
    ...study.groupements.map((grouping) => ({ title: `majorite_${grouping.id}`, value: ({ commune }) => commune.majorites?.[grouping.id] ?? null })),
];
