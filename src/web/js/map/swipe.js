/* Two views of one place, side by side: a second map over the first, cut at a line that one moves by hand, by touch or
 * by keys. It knows colours of communes, not what they mean. */
import { h } from "../base/dom.js";
import { createMap } from "./map.js";
import { FONT } from "./style.js";

const LAYER = "balayage";
const HATCH = "balayage-hachures";
const NAMES = "balayage-noms";
const NOBODY = "#f4f2ea";

/* Diagonal strokes, for communes of which two things are true. */
function hatch() {
    const side = 12;
    const data = new Uint8ClampedArray(side * side * 4);
    for (let y = 0; y < side; y++)
        for (let x = 0; x < side; x++)
            if ((x + y) % side < 3) data.set([22, 35, 47, 210], 4 * (y * side + x));
    return { width: side, height: side, data };
}

function addLayers(view) {
    if (!view.map.hasImage(HATCH)) view.map.addImage(HATCH, hatch());
    const fill = (id, paint, more = {}) => view.put({ id, type: "fill", source: "communes", "source-layer": "communes", paint, ...more }, "peinture");
    fill(LAYER, { "fill-color": ["coalesce", ["feature-state", "balayage"], NOBODY] });
    fill(HATCH, { "fill-pattern": HATCH }, { filter: ["in", ["get", "code"], ["literal", []]] });
    view.map.addSource(NAMES, { type: "geojson", data: points([]) });
    view.put({ id: NAMES, type: "symbol", source: NAMES,
        layout: { "text-field": ["get", "nom"], "text-font": FONT, "text-size": 15, "text-max-width": 9, "text-padding": 6 },
        paint: { "text-color": "#10202e", "text-halo-color": "#fff", "text-halo-width": 2 } }, "dessus");
}

const points = (names) => ({ type: "FeatureCollection", features: names.map(({ nom, lon, lat }) =>
    ({ type: "Feature", properties: { nom }, geometry: { type: "Point", coordinates: [lon, lat] } })) });

/** Colours of communes `{code: "#…"}`, those that are hatched, and names that stand somewhere. */
function paint(view, { colours, hatched = [], names = [] }) {
    view.states(LAYER, Object.fromEntries(Object.entries(colours).map(([code, balayage]) => [code, { balayage }])));
    view.map.setFilter(HATCH, ["in", ["get", "code"], ["literal", hatched]]);
    view.map.getSource(NAMES).setData(points(names));
}

/** What a theme has drawn says other things than the two sides: it is not shown beside them. Gives what shows it again. */
function hideThemes(view, bare) {
    const drawn = view.map.getStyle().layers.map((one) => one.id)
        .filter((id) => !bare.map.getLayer(id) && !id.startsWith("contour-") && view.map.getLayoutProperty(id, "visibility") !== "none");
    const show = (is) => drawn.filter((id) => view.map.getLayer(id)).forEach((id) => view.map.setLayoutProperty(id, "visibility", is));
    show("none");
    return () => show("visible");
}

function erase(view) {
    view.states(LAYER, {});
    view.drop(NAMES, HATCH, LAYER);
    if (view.map.getSource(NAMES)) view.map.removeSource(NAMES);
}

/** Shows two sides: `left` lies on a map of its own, `right` on the view that is there. `label` names the line for who
 *  moves it, `describe(left, right, percent)` tells where it stands, `onMove(percent)` when it was moved. → `{paint({left, right}), labels(left, right), set(percent), ready, close()}` */
export function swipe(view, { label, describe, at = 50, onMove = () => {} }) {
    const host = view.map.getContainer().parentElement;
    const ground = h("div", { class: "swipe-map" });
    const names = [h("span", { class: "swipe-name left" }), h("span", { class: "swipe-name right" })];
    const input = h("input", { type: "range", class: "swipe-range", min: "0", max: "100", step: "1", ".value": String(at),
        "aria-label": label, oninput: () => set(Number(input.value)), onchange: () => onMove(Number(input.value)) });
    const pane = h("div", { class: "swipe-pane", inert: true, "aria-hidden": "true" }, ground);
    const line = h("div", { class: "swipe-line", "aria-hidden": "true" });
    const element = h("div", { class: "swipe" }, pane, line, h("div", { class: "swipe-names" }, names), input);
    view.map.getContainer().after(element);

    const place = () => ({ center: view.map.getCenter(), zoom: view.map.getZoom() });
    const { center, zoom } = place();
    const other = createMap(ground, { study: view.study, catalogue: view.catalogue, start: { centre: center, zoom }, controls: false });
    other.naming = view.naming; /* names are those of the first map: asked for once */
    const follow = () => other.map.jumpTo(place());
    const refresh = ({ detail }) => other.refresh(detail);
    view.map.on("move", follow);
    addEventListener("maille:couches", refresh);

    let wanted = null;
    let closed = false;
    let showThemes = () => {};
    const ready = other.ready.then(() => {
        if (closed) return;
        showThemes = hideThemes(view, other);
        addLayers(view);
        addLayers(other);
        follow();
        if (wanted) both(wanted);
    });
    function both(sides) {
        wanted = sides;
        if (!view.map.getLayer(LAYER) || !other.map.getLayer(LAYER)) return;
        paint(other, sides.left);
        paint(view, sides.right);
    }

    function set(percent) {
        host.style.setProperty("--swipe", String(percent / 100));
        input.value = String(percent);
        input.setAttribute("aria-valuetext", describe(names[0].textContent, names[1].textContent, percent));
    }

    set(at);
    return {
        ready, set, paint: both,
        labels(left, right) {
            names[0].textContent = left;
            names[1].textContent = right;
            set(Number(input.value));
        },
        close() {
            closed = true;
            view.map.off("move", follow);
            removeEventListener("maille:couches", refresh);
            erase(view);
            showThemes();
            other.map.remove();
            element.remove();
            host.style.removeProperty("--swipe");
        },
    };
}
