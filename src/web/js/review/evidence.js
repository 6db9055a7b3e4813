/* The evidence of one contested commune: in words, in a table, and what people say of it. */
import { h } from "../base/dom.js";
import { sourceButton } from "../base/provenance.js";
import * as state from "../base/state.js";
import { date, minutes, percent, t } from "../base/text.js";
import { comments } from "./comments.js";
import { statusColours } from "./painting.js";
import { statusTag, statusTitle } from "./common.js";
import { claimantSentence, contestedSentence, majoritySentences } from "./evidence_words.js";

/** `commune` as GET /contested tells it; `names` the communes by code, for the names of poles. */
export function evidence(context, commune, names) {
    const { study } = context;
    const pole = (one) => names.get(one.pole)?.nom ?? one.pole;
    const sentence = (one) => claimantSentence(one, { status: statusTitle(study, one.statut), pole: pole(one) });
    return h("section", { class: "evidence", "aria-label": commune.nom, "data-code": commune.code },
        h("h3", {}, commune.nom, " ", h("small", { class: "soft" }, commune.code)),
        h("p", {}, contestedSentence(commune), sourceButton({ title: t("rev-evidence"), figure: "contested", how: t("rev-how-evidence") })),
        h("ul", { class: "claims" }, commune.pretendants.map((one) => h("li", {}, h("strong", {}, one.nom), " : ", sentence(one)))),
        majoritySentences(commune, study).map((text) => h("p", {}, text)),
        h("p", { class: "note" }, t("rev-no-decision")),
        h("div", { class: "scroll" }, table(context, commune, pole)),
        h("div", { class: "row" }, commune.pretendants.map((one) =>
            h("button", { type: "button", class: "small", onclick: () => state.set({ panneau: "initiatives", initiative: one.id, perimetre: one.id }, { push: true }) },
                t("rev-open", { nom: one.nom })))),
        comments({ commune: commune.code }, commune.nom));
}

/* One column a claimant: what is compared stands side by side. */
function table(context, commune, pole) {
    const { study } = context;
    const colours = statusColours(context.catalogue, study.statuts);
    const rows = [
        ["rev-status", (one) => statusTag(study, colours, one.statut), "status"],
        ["rev-since", (one) => (one.depuis ? date(one.depuis) : t("rev-no-date")), "status"],
        ["rev-part", (one) => percent(one.part), "perimeter"],
        ["rev-on-purpose", (one) => yes(one.partage_expres), "contested"],
        ["rev-pole", (one) => (one.pole ? pole(one) : t("nothing")), "contested"],
        ["rev-minutes-pole", (one) => (one.pole ? minutes(one.minutes_pole) : t("nothing")), "minutes"],
        ["rev-touches", (one) => yes(one.touche), "parts"],
        ...study.groupements.map((grouping) => [null, (one) => yes(commune.majorites?.[grouping.id] === one.id), "groupings", t("rev-majority-of", { titre: grouping.titre })]),
    ];
    return h("table", { class: "grid" },
        h("caption", {}, t("rev-evidence-of", { nom: commune.nom })),
        h("thead", {}, h("tr", {}, h("td", {}), commune.pretendants.map((one) => h("th", { scope: "col" }, one.nom)))),
        h("tbody", {}, rows.map(([key, cell, figure, title = t(key)]) => h("tr", {}, h("th", { scope: "row" }, title, sourceButton({ title, figure })),
            commune.pretendants.map((one) => h("td", {}, cell(one)))))));
}

const yes = (value) => t(value ? "rev-yes" : "rev-no");
