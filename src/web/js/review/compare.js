/* Panel "Comparer": a perimeter beside intercommunalities, bassins de vie, on-call sectors … */
import { get, query } from "../base/api.js";
import { fill, h, newId } from "../base/dom.js";
import { sourceButton } from "../base/provenance.js";
import * as state from "../base/state.js";
import { byName, number, percent, t } from "../base/text.js";
import { say } from "../base/ui.js";
import { focused, scope } from "./common.js";
import { comparisonSentences, isWhole } from "./compare_words.js";
import { exportButtons } from "./downloads.js";
import { following } from "./following.js";
import { grid, sortFromText, sortToText, turned } from "./grid.js";
import { by } from "./initiatives_list.js";
import { Painting } from "./painting.js";

const columns = () => [
    { id: "nom", title: t("rev-group"), head: true, by: by.text("nom", byName),
        cell: (row) => [row.nom, isWhole(row) && [h("br"), h("span", { class: "tag good" }, t("rev-whole"))]] },
    { id: "communes", title: t("rev-communes-inside"), number: true, by: by.number("communes_dedans"), cell: (row) => `${number(row.communes_dedans)} / ${number(row.communes)}` },
    { id: "groupe", title: t("rev-part-of-group"), number: true, by: by.number("part_du_groupe"), cell: (row) => percent(row.part_du_groupe) },
    { id: "perimetre", title: t("rev-part-of-perimeter"), number: true, by: by.number("part_du_perimetre"), cell: (row) => percent(row.part_du_perimetre) },
];

const fileColumns = ["groupement", "id", "nom", "communes", "communes_dedans", "population", "population_dedans", "part_du_groupe", "part_du_perimetre"]
    .map((key) => ({ title: key, value: (row) => row[key] }));

const INSIDE = "#7fb8c9";

/* A choice with its label. */
function choice(key, title) {
    const id = newId("choix");
    const select = h("select", { id, onchange: () => state.set({ [key]: select.value }, { push: true }) });
    return { element: h("div", { class: "field" }, h("label", { for: id }, title), select),
        options(list, chosen) {
            fill(select, list.map((one) => h("option", { value: one.id }, one.titre ?? one.nom)));
            select.value = chosen;
        } };
}

export const compare = { id: "comparaison", icon: "compare", title: "rev-compare", make(context) {
    const painting = new Painting(context.view, "comparaison");
    const perimeter = choice("perimetre", t("rev-perimeter"));
    const grouping = choice("groupement", t("rev-grouping"));
    const results = h("div", {});
    const element = h("div", { class: "compare" }, h("p", { class: "soft" }, t("rev-compare-help")), perimeter.element, grouping.element, results);

    async function read(signal) {
        const [members, groupings] = await Promise.all([get(`/members${query(scope())}`, { signal }), get("/groupings", { signal })]);
        const chosen = members.perimetres.find((one) => one.id === state.get("perimetre")) ?? members.perimetres[0];
        const among = groupings.find((one) => one.id === state.get("groupement")) ?? groupings[0];
        if (!chosen || !among) return { members, groupings };
        const [rows, groups] = await Promise.all([
            get(`/perimeters/${encodeURIComponent(chosen.id)}/groupings${query({ grouping: among.id, scenario: state.get("scenario") })}`, { signal }),
            get(`/groupings/${encodeURIComponent(among.id)}`, { signal })]);
        return { members, groupings, chosen, among, rows, groups };
    }

    function draw({ members, groupings, chosen, among, rows, groups }) {
        perimeter.options([...members.perimetres].sort((a, b) => byName(a.nom, b.nom)), chosen?.id ?? "");
        grouping.options(groupings, among?.id ?? "");
        painting.clear();
        if (!rows) return void fill(results, h("p", { class: "note" }, t(groupings.length ? "rev-none" : "rev-no-grouping")));
        const sentences = comparisonSentences(rows, among);
        const sort = sortFromText(state.get("tri_comparaison"), { by: "perimetre", down: true });
        const focus = focused(results);
        const source = { titre: among.titre, sources: among.source ? [among.source] : [] };
        fill(results,
            h("p", { class: "summary" }, h("strong", {}, sentences[0]), sourceButton({ title: source.titre, figure: "groupings", sources: source.sources })),
            sentences.slice(1).map((text) => h("p", {}, text)),
            h("p", { class: "row small" }, h("span", { class: "swatch", "aria-hidden": "true", style: { background: INSIDE } }), t("rev-legend-perimeter"),
                h("span", { class: "swatch line", "aria-hidden": "true" }), t("rev-legend-groups")),
            rows.length > 0 && h("div", { class: "scroll" }, grid({ caption: t("rev-compare-caption", { nom: chosen.nom, titre: among.titre }), columns: columns(), rows, sort,
                onSort: (id) => state.set({ tri_comparaison: sortToText(turned(sort, id, columns())) }),
                mark: (row) => ({ "data-id": row.id, onmouseenter: () => outline([row.id]), onmouseleave: () => outline([]) }) })),
            rows.length > 0 && exportButtons({ what: `comparaison-${chosen.id}-${among.id}`, study: context.study, columns: fileColumns, rows }));
        focus();
        say(sentences.join(" "));
        const outline = paint({ members, chosen, among, rows, groups });
        return undefined;
    }

    /* The perimeter is filled, the groups that it meets are outlined; one of them above the others where it is pointed at. */
    function paint({ members, chosen, among, rows, groups }) {
        const place = members.perimetres.indexOf(chosen);
        const inside = Object.keys(members.communes).filter((code) => members.communes[code].includes(place));
        const colours = Object.fromEntries(inside.map((code) => [code, INSIDE]));
        const met = new Set(rows.map((row) => row.id));
        const layer = `contexte-${among.id}`;
        const codes = (ids) => groups.groupes.filter((group) => ids.includes(group.id)).flatMap((group) => group.codes);
        painting.communes(colours);
        context.view.fitCodes([...inside, ...codes([...met])]);
        if (painting.borders(layer, [...met])) return (ids) => painting.strong(layer, ids);
        painting.communes(colours, codes([...met]));
        return (ids) => painting.communes(colours, codes(ids.length ? ids : [...met]));
    }

    const follow = following({ element, events: ["changement", "scenario", "import"], keys: ["scenario", "genre", "perimetre", "groupement"],
        redraw: ["tri_comparaison"], read, draw });
    Object.assign(this, { shown: follow.shown, hidden: () => (follow.hidden(), painting.clear()) });
    return element;
} };
