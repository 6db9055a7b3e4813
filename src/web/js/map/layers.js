/* The panel of layers, from the catalogue alone: one coloured theme, any outlines and places on top, what each layer is, and
 * what is not there with what it lacks. */
import { address } from "../base/api.js";
import { fill, h, icon, newId } from "../base/dom.js";
import { sourceButton } from "../base/provenance.js";
import * as state from "../base/state.js";
import { addTexts, date, number, t } from "../base/text.js";
import { histogram } from "./histogram.js";
import { themeLegend } from "./legend.js";
import { choose, onShown, shown } from "./shown.js";
import { texts } from "./texts.js";
import { byService, methodsOf, placed, themesOf } from "./themes.js";

addTexts(texts);
const FEW = 8; /* fewer values make no histogram */

export const layersPanel = {
    id: "couches", icon: "layers", title: "layers",
    make(context) {
        const current = h("section", { "aria-label": t("theme-now") });
        const list = h("div", {});
        const controls = classControls();
        const drawList = () => fill(list, layerList(context), absent(context.catalogue));
        const drawCurrent = () => fill(current, shown.theme ? currentTheme(context, controls) : h("p", { class: "soft" }, t("theme-none-text")));
        onShown(() => (drawCurrent(), sync(list)));
        addEventListener("maille:couches", () => (drawList(), sync(list)));
        drawList();
        drawCurrent();
        sync(list);
        return h("div", { class: "layers" }, groundSwitch(context), current, list);
    },
};

/* ---- the base map, where the study has one ---- */

function groundSwitch({ study, view }) {
    if (!study.fond) return null;
    const box = h("input", { type: "checkbox", onchange: () => state.set({ fond: box.checked ? "" : "non" }) });
    const show = () => {
        box.checked = state.get("fond") !== "non";
        view.map.setLayoutProperty("fond", "visibility", box.checked ? "visible" : "none");
    };
    state.watch(["fond"], show);
    show();
    return h("label", { class: "inline" }, box, t("ground"));
}

/* ---- the theme that is shown: classes, histogram, source ---- */

function classControls() {
    const [method, count] = [h("select", { id: newId("classes") }), h("select", { id: newId("nombre") })];
    const set = () => state.set({ classes: method.value === "regles" ? "" : `${method.value}-${count.value || 5}` }, { push: true });
    method.addEventListener("change", set);
    count.addEventListener("change", set);
    fill(count, [3, 4, 5, 6, 7].map((n) => h("option", { value: n }, n)));
    const field = (control, title) => h("p", { class: "field grow" }, h("label", { for: control.id }, title), control);
    const fields = { method: field(method, t("classes")), count: field(count, t("class-count")) };
    return { method, count, fields, element: h("div", { class: "row" }, fields.method, fields.count) };
}

function currentTheme({ study }, controls) {
    const { theme, method, rows, entries } = shown;
    const methods = methodsOf(theme);
    if (controls.method.dataset.methods !== methods.join()) {
        controls.method.dataset.methods = methods.join();
        fill(controls.method, methods.map((one) => h("option", { value: one }, t(`method-${one}`))));
    }
    controls.method.value = method.method;
    controls.count.value = method.count;
    controls.fields.count.hidden = method.method === "regles";
    const fewer = rows && method.method !== "regles" && entries.length < method.count;
    return [
        h("div", { class: "block" },
            h("div", { class: "row spread" }, h("h3", {}, theme.title), sourceButton(() => ({ title: theme.title, layer: theme.layer.id, how: theme.property.sens, figure: "layer" }))),
            h("p", { class: "small soft" }, theme.property.sens),
            methods.length > 1 && controls.element,
            method.method !== "regles" && h("p", { class: "small soft" }, t(`method-${method.method}-text`)),
            fewer && h("p", { class: "note" }, t("fewer-classes", { n: entries.length })),
            theme.numeric && rows && rows[theme.property.nom].length >= FEW && histogram(shown),
            h("details", {}, h("summary", {}, t("legend")), themeLegend(shown, { services: study.services }))),
        byService(theme.layer) && serviceField(study),
    ];
}

/** Which service, for layers that have a feature for each. */
function serviceField(study) {
    const select = h("select", { id: newId("service"), onchange: () => state.set({ service: select.value }, { push: true }) },
        study.services.map((one) => h("option", { value: one.id }, one.titre)));
    select.value = shown.service;
    return h("p", { class: "field" }, h("label", { for: select.id }, t("service")), select);
}

/* ---- all layers ---- */

function layerList({ catalogue, study }) {
    const none = radio(null, t("theme-none"));
    const several = catalogue.couches.some((layer) => byService(layer) && layer.geometrie === "point");
    return [h("h3", {}, t("all-layers")), several && study.services.length > 1 && h("p", { class: "small soft" }, t("by-service")),
        h("div", { role: "group", "aria-label": t("all-layers") }, none, catalogue.couches.map(layerItem))];
}

function layerItem(layer) {
    const themes = themesOf(layer);
    const [told, others] = [themes.filter((one) => one.legend), themes.filter((one) => !one.legend)];
    return h("details", { class: "layer", "data-couche": layer.id },
        h("summary", {}, h("span", { class: "layer-title" }, layer.titre), " ", marks(layer)),
        layer.description && h("p", { class: "small soft" }, layer.description),
        told.map((one) => radio(one, t("colour-by", { titre: one.title }))),
        placed(layer) && overBox(layer),
        others.length > 0 && h("details", { class: "others" }, h("summary", {}, t("other-figures", { n: others.length })), others.map((one) => radio(one, one.title))),
        about(layer));
}

function marks(layer) {
    return [layer.perime && h("span", { class: "tag warning" }, t("tag-stale")), layer.estime && h("span", { class: "tag warning" }, t("estimated")),
        layer.audience === "interne" && h("span", { class: "tag" }, t("tag-internal"))];
}

function radio(theme, title) {
    return h("label", { class: "inline" }, h("input", { type: "radio", name: "theme", "data-theme": theme ? `${theme.layer.id}/${theme.property.nom}` : "",
        onchange: () => choose(theme) }), title);
}

function overBox(layer) {
    const key = layer.geometrie === "point" ? "lieux" : "contours";
    return h("label", { class: "inline" }, h("input", { type: "checkbox", "data-over": key, value: layer.id, onchange: (event) => {
        const others = state.list(key).filter((id) => id !== layer.id);
        state.set({ [key]: event.target.checked ? [...others, layer.id] : others }, { push: true });
    } }), t(key === "lieux" ? "show-places" : "show-outlines"));
}

function about(layer) {
    const download = (format) => h("li", {}, h("a", { href: address(`/collections/${layer.id}/download?f=${format}`).href, download: "" }, icon("download"), ` ${format}`));
    return [
        h("dl", { class: "facts small" },
            h("dt", {}, t("objects")), h("dd", {}, number(layer.objets)),
            h("dt", {}, t("audience")), h("dd", {}, t(layer.audience === "interne" ? "audience-interne" : "audience-public")),
            h("dt", {}, t("sources")), h("dd", {}, h("ul", { class: "plain" }, layer.sources.map((one) =>
                h("li", {}, one.nom, one.millesime && `, ${t("vintage", { date: date(one.millesime) })}`, one.licence && ` (${one.licence})`)))),
            layer.licence && [h("dt", {}, t("licence")), h("dd", {}, layer.licence)]),
        layer.perime && h("p", { class: "note" }, t("stale")),
        layer.estime && h("p", { class: "note" }, t("all-estimated")),
        h("div", { class: "row" }, h("button", { type: "button", class: "small", onclick: () => state.set({ tableau: layer.id }, { push: true }) }, icon("table"), t("table")),
            h("ul", { class: "plain row downloads" }, ["csv", "geojson", "gpkg"].map(download))),
    ];
}

function absent(catalogue) {
    if (!catalogue.absentes.length) return null;
    return h("details", { class: "layer" }, h("summary", {}, t("absent", { n: catalogue.absentes.length })),
        h("ul", {}, catalogue.absentes.map((one) => h("li", {}, h("strong", {}, one.titre), one.manque ? ` : ${one.manque}` : ""))));
}

/** The boxes as the address has them; the layers that are shown are open. */
function sync(list) {
    const now = shown.theme ? `${shown.theme.layer.id}/${shown.theme.property.nom}` : "";
    for (const input of list.querySelectorAll("input[data-theme]")) input.checked = input.dataset.theme === now;
    for (const input of list.querySelectorAll("input[data-over]")) input.checked = state.list(input.dataset.over).includes(input.value);
    const own = shown.theme && list.querySelector(`details[data-couche="${CSS.escape(shown.theme.layer.id)}"]`);
    if (own && !own.dataset.met) [own.open, own.dataset.met] = [true, "1"];
}
