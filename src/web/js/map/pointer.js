/* What lies under the pointer, and its name and value in words beside it. */
import { fill, h } from "../base/dom.js";
import { addTexts, number, t } from "../base/text.js";
import { classOf } from "./classes.js";
import { shown } from "./shown.js";
import { texts } from "./texts.js";

addTexts(texts);

const hovers = new Set();
const picks = new Set();
/** Calls `f({layer, properties} | null)` when the pointer comes over another feature of what is shown; of a click with `onPointed`. */
export const onHovered = (f) => (hovers.add(f), () => hovers.delete(f));
export const onPointed = (f) => (picks.add(f), () => picks.delete(f));

const LAYERS = ["theme-surface", "theme-lieu", "theme-ligne"];

/** The features of what is shown at a point of the screen, the topmost first. */
export function featuresAt(view, point) {
    const layers = view.map.getLayersOrder().filter((id) => LAYERS.includes(id) || id.startsWith("lieux-"));
    const around = [[point.x - 3, point.y - 3], [point.x + 3, point.y + 3]];
    const places = layers.filter((id) => id.startsWith("lieux-") || id === "theme-lieu");
    const found = [...(places.length ? view.map.queryRenderedFeatures(around, { layers: places }) : []),
        ...view.map.queryRenderedFeatures(point, { layers: layers.filter((id) => !places.includes(id)) })];
    return found.map((one) => ({ layer: view.layer(one.layer["source-layer"] ?? one.sourceLayer), properties: one.properties })).filter((one) => one.layer);
}

/** Value of a property in words: the class's title for what has categories, number and unit for what is counted. */
export function valueText({ property, numeric, legend }, value, entries = legend?.entrees ?? []) {
    if (value === null || value === undefined || value === "") return t("no-value");
    if (!numeric) {
        const at = classOf(value, entries);
        return at >= 0 ? entries[at].titre : typeof value === "boolean" ? t(value ? "yes" : "no") : String(value);
    }
    const unit = property.unite ? ` ${property.unite}` : "";
    return number(value, property.type === "int" ? 0 : property.decimales) + unit;
}

function rowsOf(feature, commune) {
    const { layer, properties } = feature;
    const name = properties.nom ?? properties.id ?? layer.titre;
    const theme = shown.theme?.layer.id === layer.id ? shown.theme : null;
    const place = theme ? null : shown.places.find((one) => one.layer.id === layer.id && one.property);
    const own = theme ? h("span", {}, `${theme.title} : `, h("strong", {}, valueText(theme, properties[theme.property.nom], shown.entries)))
        : place ? h("span", {}, place.entries[classOf(properties[place.property], place.entries)]?.titre ?? t("no-value")) : null;
    const heading = layer.cle === "code" ? null : h("strong", {}, name);
    return [heading || commune ? h("p", {}, heading, heading && commune && " – ", commune) : null, own && h("p", {}, own)];
}

/** A part: the tooltip. */
export const pointerPart = {
    start({ view }) {
        const tip = h("div", { class: "tooltip", "aria-hidden": "true", hidden: true });
        view.map.getContainer().append(tip);
        let before = null;
        let due = null;
        const look = () => {
            const at = due;
            due = null;
            const found = at?.point ? featuresAt(view, at.point) : [];
            const key = JSON.stringify(found[0]?.properties ?? null);
            if (key !== before) [...hovers].forEach((f) => f(found[0] ?? null));
            before = key;
            tip.hidden = !at?.code && !found.length;
            if (tip.hidden) return;
            const commune = at.properties?.nom ?? "";
            fill(tip, found.length ? found.slice(0, 3).map((one, i) => rowsOf(one, i ? null : commune)) : h("p", {}, commune));
            put(tip, at.point, view.map.getContainer());
        };
        const later = (at) => {
            if (!due) requestAnimationFrame(look);
            due = at;
        };
        view.on("hover", (at) => later(at.code ? at : { code: null }));
        view.map.on("mousemove", (event) => !view.communeAt(event.point) && later({ code: null, point: event.point }));
        view.map.getCanvas().addEventListener("mouseleave", () => later({ code: null }));
        view.map.on("movestart", () => (tip.hidden = true));
        view.map.on("click", (event) => view.picking && [...picks].forEach((f) => f(featuresAt(view, event.point)[0] ?? null)));
    },
};

function put(tip, { x, y }, container) {
    const { offsetWidth: width, offsetHeight: height } = tip;
    tip.style.left = `${x + 14 + width > container.clientWidth ? Math.max(4, x - 14 - width) : x + 14}px`;
    tip.style.top = `${y + 16 + height > container.clientHeight ? Math.max(4, y - 12 - height) : y + 16}px`;
}

