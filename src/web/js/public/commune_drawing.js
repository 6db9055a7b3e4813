/* What is drawn on the map of a commune's page. It is fetched after the words. */
import { get } from "../base/api.js";
import { fill, h } from "../base/dom.js";
import { t } from "../base/text.js";
import { drawTheme } from "../map/choropleth.js";
import { createMap, maplibre } from "../map/map.js";
import { FONT } from "../map/style.js";
import { findTheme } from "../map/themes.js";

const GESTURES = ["scrollZoom", "boxZoom", "dragPan", "keyboard", "doubleClickZoom", "touchZoomRotate"];

/** `{show(service), moving(yes)}`. Throws where WebGL is missing. */
export async function drawMap({ frame, legend, card, study, services, places, around }) {
    const catalogue = await get("/layers");
    const element = h("div", { class: "drawing" });
    fill(frame, element);
    const view = createMap(element, { study, catalogue, controls: false, start: null });
    if (study.fond) view.map.addControl(new maplibre.AttributionControl({ compact: false }), "bottom-right");
    view.naming = Promise.resolve(around); /* only these have names: a small map is soon full */
    still(view.map, true);
    await view.ready;
    view.map.setLayerZoomRange("noms", 0, 24);
    window.maille = { view };
    view.select(card.code);
    putPlaces(view, card, places);
    const navigation = new maplibre.NavigationControl({ showCompass: false });
    return {
        show(id) {
            const service = services.find((one) => one.service === id);
            if (service) theme(view, legend, service, places.size > 0);
            fit(view, card, places.get(id));
        },
        moving(yes) {
            still(view.map, !yes);
            if (yes) view.map.addControl(navigation, "top-right");
            else view.map.removeControl(navigation);
        },
    };
}

function still(map, is) {
    for (const name of GESTURES) map[name][is ? "disable" : "enable"]();
    const canvas = map.getCanvas();
    canvas.tabIndex = is ? -1 : 0;
    canvas.style.cursor = is ? "default" : "";
    if (is) map.getContainer().classList.add("still");
    else map.getContainer().classList.remove("still");
}

/* ---- the theme ---- */

function theme(view, legend, service, hasPlaces) {
    const found = findTheme(view.catalogue, "couverture", `${service.service}_min`);
    const told = found?.property.nom === `${service.service}_min` && found.legend;
    drawTheme(view, told ? found : null, told ? found.legend.entrees : [], { missing: found?.legend?.manquant });
    if (!told) return fill(legend);
    fill(legend, h("p", { class: "legend-head" }, t("mc-map-of", { soin: service.titre })),
        h("ul", { class: "plain" }, found.legend.entrees.map((one) => line(one.couleur, one.titre.replace(/\bmin\b/, "minutes"))),
            line(found.legend.manquant, t("mc-map-missing"), "missing"),
            h("li", {}, h("span", { class: "swatch chosen" }), t("mc-map-this")),
            hasPlaces && h("li", {}, h("span", { class: "mark", "aria-hidden": "true" }, "1"), t("mc-map-places"))));
}

const line = (colour, text, kind = "") => h("li", {}, h("span", { class: `swatch ${kind}`, style: { "background-color": colour } }), text);

/* ---- the places of the tables ---- */

function putPlaces(view, card, places) {
    const numbered = [...(card.services ?? []), ...(card.autres ?? [])].filter((one) => one.lieu);
    const spots = new Map(); /* several in one commune share a mark */
    numbered.forEach((one, i) => {
        const place = places.get(one.service);
        if (place?.lon === undefined) return;
        const key = one.lieu.code_commune ?? one.lieu.id;
        if (!spots.has(key)) spots.set(key, { at: [place.lon, place.lat], numbers: [] });
        spots.get(key).numbers.push(i + 1);
    });
    view.map.addSource("reperes", { type: "geojson", data: { type: "FeatureCollection", features: [...spots.values()].map(({ at, numbers }) =>
        ({ type: "Feature", properties: { text: numbers.join(" · ") }, geometry: { type: "Point", coordinates: at } })) } });
    view.put({ id: "reperes-rond", type: "circle", source: "reperes",
        paint: { "circle-radius": ["interpolate", ["linear"], ["length", ["get", "text"]], 1, 11, 5, 18, 9, 24], "circle-color": "#16232f",
            "circle-stroke-color": "#fff", "circle-stroke-width": 2 } }, "dessus");
    view.put({ id: "reperes-numero", type: "symbol", source: "reperes",
        layout: { "text-field": ["get", "text"], "text-font": FONT, "text-size": 14, "text-allow-overlap": true },
        paint: { "text-color": "#fff" } }, "dessus");
}

/** The commune with land around, and the nearest place of the service. */
function fit(view, card, place) {
    const [west, south, east, north] = card.etendue ?? [card.centre[0] - 0.05, card.centre[1] - 0.05, card.centre[0] + 0.05, card.centre[1] + 0.05];
    const box = new maplibre.LngLatBounds([west, south], [east, north]);
    if (place?.lon !== undefined) box.extend([place.lon, place.lat]);
    const margin = 0.25 * Math.max(box.getEast() - box.getWest(), box.getNorth() - box.getSouth());
    view.map.fitBounds([[box.getWest() - margin, box.getSouth() - margin], [box.getEast() + margin, box.getNorth() + margin]],
        { animate: false, padding: 12, maxZoom: 12.5 });
}
