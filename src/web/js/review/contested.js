/* Panel "Communes disputées": what several perimeters claim, by population, and the evidence of each. */
import { get, query } from "../base/api.js";
import { fill, h, icon } from "../base/dom.js";
import { sourceButton } from "../base/provenance.js";
import * as state from "../base/state.js";
import { byName, number, population, t } from "../base/text.js";
import { say } from "../base/ui.js";
import { focused, scope } from "./common.js";
import { exportButtons } from "./downloads.js";
import { evidence } from "./evidence.js";
import { contestedColumns, contestedRows } from "./evidence_words.js";
import { following } from "./following.js";
import { grid, sortFromText, sortToText, turned } from "./grid.js";
import { by } from "./initiatives_list.js";
import { Painting } from "./painting.js";

/* By how many claim it: as the catalogue's legend of contested communes. */
const COLOURS = ["#fdb863", "#e66101"];
const colourOf = (commune) => COLOURS[commune.pretendants.length > 2 ? 1 : 0];

const legend = () => h("p", { class: "row small" }, h("span", { class: "swatch", "aria-hidden": "true", style: { background: COLOURS[0] } }), t("rev-legend-two"),
    h("span", { class: "swatch", "aria-hidden": "true", style: { background: COLOURS[1] } }), t("rev-legend-more"));

const columnsOf = () => [
    { id: "nom", title: t("rev-commune"), head: true, by: by.text("nom", byName),
        cell: (one) => h("button", { type: "button", class: "link", onclick: () => state.set({ disputee: one.code, commune: one.code }, { push: true }) }, one.nom) },
    { id: "population", title: t("rev-population"), number: true, by: by.number("population"), cell: (one) => number(one.population) },
    { id: "pretendants", title: t("rev-claimants"), by: (a, b) => a.pretendants.length - b.pretendants.length,
        cell: (one) => h("ul", { class: "plain" }, one.pretendants.map((each) => h("li", {}, each.nom))) },
];

export const contested = { id: "disputees", icon: "alert", title: "rev-contested", least: "lecteur", make(context) {
    const element = h("div", { class: "contested" });
    const painting = new Painting(context.view, "disputees");
    let shown = null;

    function list(found) {
        shown = null;
        const columns = columnsOf();
        const sort = sortFromText(state.get("tri_disputees"), { by: "population", down: true });
        const people = found.reduce((sum, one) => sum + one.population, 0);
        const text = found.length ? t("rev-contested-summary", { n: found.length, habitants: population(people) }) : t("rev-contested-none");
        const focus = focused(element);
        fill(element, h("p", { class: "summary" }, h("strong", {}, text), sourceButton({ title: t("rev-contested"), figure: "contested" })),
            h("p", { class: "soft small" }, t("rev-contested-help")), found.length > 0 && legend(),
            found.length > 0 && h("div", { class: "scroll" }, grid({ caption: t("rev-contested"), columns, rows: found, sort, quiet: true,
                onSort: (id) => state.set({ tri_disputees: sortToText(turned(sort, id, columns)) }),
                mark: (one) => ({ "data-code": one.code, onmouseenter: () => outline(found, one.code), onmouseleave: () => outline(found) }) })),
            found.length > 0 && exportButtons({ what: "communes-disputees", study: context.study, columns: contestedColumns(context.study),
                rows: contestedRows(found), json: found }));
        focus();
        say(text);
        outline(found);
    }

    const outline = (found, ...codes) => painting.communes(Object.fromEntries(found.map((one) => [one.code, colourOf(one)])), codes);

    async function draw(found) {
        const one = found.find((each) => each.code === state.get("disputee"));
        if (!one) return list(found);
        const key = JSON.stringify(one);
        if (shown !== key) {
            shown = key;
            const names = await context.view.names();
            fill(element, h("button", { type: "button", class: "small", onclick: back }, icon("back"), t("rev-all-contested")),
                evidence(context, one, names));
            context.view.fitCodes([one.code], { maxZoom: 10 });
        }
        painting.borders("perimetres", one.pretendants.map((each) => each.id));
        return outline(found, one.code);
    }

    function back() {
        const code = state.get("disputee");
        state.set({ disputee: "" }, { push: true });
        element.querySelector(`[data-code="${CSS.escape(code)}"] button`)?.focus();
    }

    /* A contested commune that is picked on the map is opened. */
    let codes = new Set();
    context.view.on("pick", ({ code }) => element.isConnected && codes.has(code) && state.set({ disputee: code }, { push: true }));

    const follow = following({ element, events: ["changement", "scenario", "import"], keys: ["scenario", "genre"],
        redraw: ["disputee", "tri_disputees"], read: (signal) => get(`/contested${query(scope())}`, { signal }),
        draw(found) {
            codes = new Set(found.map((one) => one.code));
            painting.clear();
            draw(found);
        } });
    Object.assign(this, { shown: follow.shown, hidden: () => (follow.hidden(), painting.clear()) });
    return element;
} };
