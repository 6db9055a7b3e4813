/* Statuses, scenarios, severities and differences as people call them. */
import { fill, h } from "../base/dom.js";
import { date, number, percent, signed } from "../base/text.js";
import { gathered } from "./changes_in_words.js";
import { has, t } from "./plans_text.js";

export const REFERENCE = "reference";

/** A status of the study, or null. */
export const statusOf = (study, id) => study.statuts.find((one) => one.id === id) ?? null;
export const statusTitle = (study, id) => statusOf(study, id)?.titre ?? id ?? t("nothing");

/** "contractualisee 2020-05-01 (ARS)", as histories write it, in words. */
export function statusInWords(study, text) {
    if (!text) return t("nothing");
    const [, id, since, by] = /^(\S+)(?: (\d{4}-\d{2}-\d{2}))?(?: \((.*)\))?$/.exec(text) ?? [null, text];
    return [statusTitle(study, id), since && t("since", { date: date(since) }), by && t("with", { qui: by })].filter(Boolean).join(", ");
}

export const severityTag = (gravite) =>
    h("span", { class: ["tag", { erreur: "bad", alerte: "warning" }[gravite]] }, t(`severity-${gravite}`));

/** A kind of finding in words; a kind that came with a rule set tells its own id. */
export const kindTitle = (genre) => (has(`finding-${genre}`) ? t(`finding-${genre}`) : genre.replaceAll("-", " "));

/** Before → after with the sign of what changed. */
export function change(before, after, { format = number, decimals = 0 } = {}) {
    if (!Number.isFinite(before)) return format(after);
    if (!Number.isFinite(after)) return [format(before), " → ", t("gone")];
    if (before === after) return format(after);
    return [format(before), " → ", h("b", {}, format(after)), ` (${signed(after - before, decimals)})`];
}

/** A figure of scenarios, as its key wants it. */
export const figure = (key, value) => (key === "part_population" ? percent(value) : number(value));
export const difference = (key, by) =>
    by === null ? t("nothing") : key === "part_population" ? t("points", { valeur: signed(100 * by, 1) }) : signed(by);

const LISTED = 12;
/** Names of communes, the first of them; the rest is one button away. */
export function communeNames(names, codes) {
    const called = codes.map((code) => names?.get(code)?.nom ?? code);
    if (called.length <= LISTED) return called.join(", ");
    const rest = h("span", {}, ` ${called.slice(0, LISTED).join(", ")} `);
    const more = h("button", { type: "button", class: "quiet small", onclick: () => fill(rest, called.join(", ")) },
        t("and-more", { n: called.length - LISTED }));
    rest.append(more);
    return rest;
}

/** What differs, as a list: communes in and out, then details. */
export function differencesList(study, names, differences) {
    const { added, removed, shares, purposes, zones, details } = gathered(differences);
    const line = (key, codes) => codes.length > 0 && h("li", {}, t(key, { n: codes.length }), " ", communeNames(names, codes));
    const called = (code) => names?.get(code)?.nom ?? code;
    const plain = (text) => text ?? t("nothing");
    const told = { statut: (text) => statusInWords(study, text) };
    const rows = [
        line("communes-in", added), line("communes-out", removed),
        shares.map((one) => h("li", {}, t("share-of", { nom: called(one.code), avant: percent(one.avant), apres: percent(one.apres) }))),
        purposes.map((one) => h("li", {}, one.apres ? t("shared-because", { nom: called(one.code), raison: one.apres })
            : t("shared-no-longer", { nom: called(one.code) }))),
        zones.map((one) => h("li", {}, t("zone-of", { nom: called(one.code), avant: plain(one.avant), apres: plain(one.apres) }))),
        details.map((one) => h("li", {}, one.quoi === "perimetre" ? t(one.avant ? "was-deleted" : "was-created", { nom: one.avant ?? one.apres })
            : `${t(`detail-${one.quoi}`)} ${(told[one.quoi] ?? plain)(one.avant)} → ${(told[one.quoi] ?? plain)(one.apres)}`)),
    ].flat().filter(Boolean);
    return rows.length ? h("ul", {}, rows) : h("p", { class: "soft" }, t("no-difference"));
}
