/* How much of the population has a perimeter, by status, and how far the target is. */
import { h } from "../base/dom.js";
import { sourceButton } from "../base/provenance.js";
import { date, number, percent, t } from "../base/text.js";
import { whole } from "./initiatives_list.js";
import { statusColours } from "./painting.js";

/** The target in one sentence; null where the study has none. */
export function targetSentence(coverage) {
    const target = coverage.objectif;
    if (!target || target.part === null || target.part === undefined) return null;
    const values = { date: date(target.date), visee: percent(target.part_visee), part: percent(target.part), jour: date(coverage.date),
        manque: percent(Math.max(0, target.part_visee - target.part)) };
    return t(target.part >= target.part_visee ? "rev-target-met" : "rev-target-missed", values);
}

/* Whether the table is unfolded: it stays so when it is drawn again. */
let unfolded = false;

/** `statuts` as countsByStatus gives them, `lines` of the place that is looked at. */
export function coverageTable(context, coverage, statuts, lines, departement) {
    const colours = statusColours(context.catalogue, context.study.statuts);
    const all = whole(lines);
    const row = (title, nombre, part, communes) => h("tr", {}, h("th", { scope: "row" }, title), h("td", { class: "number" }, number(nombre)),
        h("td", { class: "number" }, percent(part)), h("td", { class: "number" }, percent(communes)));
    const target = departement ? null : targetSentence(coverage);
    return h("details", { class: "coverage", open: unfolded, ontoggle: (event) => (unfolded = event.target.open) },
        h("summary", {}, t("rev-coverage-total", { part: percent(all?.part_population ?? null) })),
        h("div", { class: "scroll" }, h("table", { class: "grid" },
            h("caption", {}, t("rev-coverage-caption", { date: date(coverage.date) }),
                sourceButton({ title: t("rev-coverage"), figure: "coverage" })),
            h("thead", {}, h("tr", {}, [["rev-status", ""], ["rev-number", "number"], ["rev-part-population", "number"], ["rev-part-communes", "number"]]
                .map(([key, kind]) => h("th", { scope: "col", class: kind }, t(key))))),
            h("tbody", {},
                statuts.map((one) => row([h("span", { class: "swatch", "aria-hidden": "true", style: { background: colours[one.id] } }), " ", one.titre,
                    !one.actif && h("small", { class: "soft" }, ` ${t("rev-not-counted")}`)], one.nombre, one.part_population, one.part_communes)),
                all && row(t("rev-all-active"), all.perimetres, all.part_population, all.part_communes)))),
        h("p", { class: "soft small" }, t("rev-coverage-note")),
        target && h("p", { class: coverage.objectif.part >= coverage.objectif.part_visee ? "note good" : "note" }, target));
}
