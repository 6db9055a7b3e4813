/* The legend: what each colour means, how many features and people it holds, where the figures come from. */
import { h } from "../base/dom.js";
import { date, number, t } from "../base/text.js";
import { marksOf } from "./themes.js";

/** Rows of a legend; `counts` by entry, then what has none (countClasses), null where they are not known (yet). `noun` words
 *  a number of features. */
export function legendRows(entries, counts, { missing = "#bdbdbd", noun = count } = {}) {
    const row = (swatch, title, count) => h("li", {}, swatch, h("span", { class: "legend-title" }, title),
        count && h("span", { class: "legend-count" }, noun(count)));
    const none = counts?.[entries.length];
    return h("ul", { class: "plain legend-rows" },
        /* of categories, those that nothing belongs to are left out */
        entries.map((entry, i) => ("valeur" in entry && counts?.[i].nombre === 0 ? null
            : row(h("span", { class: "swatch", style: { background: entry.couleur } }), entry.titre, counts?.[i]))),
        none?.nombre ? row(h("span", { class: "swatch swatch-missing", style: { "background-color": missing } }), t("class-none"), none) : null);
}

const count = ({ nombre, population: people }) => (people ? `${number(nombre)} · ${number(people)}` : number(nombre));

/** Source and vintage in a line or two. */
export function sourceLine(layer) {
    const told = [...new Set(layer.sources.map((one) => `${one.nom}${one.millesime ? `, ${t("vintage", { date: date(one.millesime) })}` : ""}`))];
    return told.length ? h("p", { class: "small soft" }, t("source-line", { sources: told.join(" ; ") })) : null;
}

/** The whole legend of a theme as it is shown (shown.js). */
export function themeLegend({ theme, entries, counts, service }, { services = [] } = {}) {
    const { layer, property, legend } = theme;
    const marks = marksOf(layer, property.nom);
    const one = layer.proprietes.some((own) => own.nom === "service") && services.find((own) => own.id === service);
    return [
        h("p", { class: "legend-head" }, h("strong", {}, theme.title), property.unite && !theme.title.includes(property.unite) && ` (${property.unite})`),
        h("p", { class: "small soft" }, layer.titre, one && ` – ${one.titre}`),
        counts && h("p", { class: "legend-count" }, t(counts.some((one) => one.population) ? "count-head-people" : "count-head")),
        legendRows(entries, counts, { missing: legend?.manquant }),
        marks.masque && h("p", { class: "small" }, h("span", { class: "swatch swatch-masked" }), ` ${t("masked")}`),
        (layer.estime || marks.estime) && h("p", { class: "small" }, h("span", { class: "swatch swatch-estimated" }), ` ${t(layer.estime ? "all-estimated" : "some-estimated")}`),
        layer.perime && h("p", { class: "small note" }, t("stale")),
        sourceLine(layer),
    ];
}

/** What lies on top of the theme. */
export function overLegend({ outlines, places }) {
    return [
        ...outlines.map(({ layer, colour }) => h("p", { class: "legend-line" }, h("span", { class: "swatch-line", style: { "border-color": colour } }), layer.titre)),
        ...places.map(({ layer, entries, property, missing }) => [h("p", { class: "legend-head" }, h("strong", {}, layer.titre)),
            property ? h("div", { class: "legend-points" }, legendRows(entries, null, { missing }))
                : h("p", { class: "legend-line legend-points" }, h("span", { class: "swatch", style: { background: "#b85c0b" } }), t("places"))]),
    ];
}
