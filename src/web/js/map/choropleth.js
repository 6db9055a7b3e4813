/* Draws a theme, and what lies on top of it, on any view: surfaces, lines or points, their hatches and their names. */
import { columns } from "./columns.js";
import { hatch } from "./hatch.js";
import { FONT, bordersFrom } from "./style.js";
import { byService, colourExpression, marksOf, withoutClass } from "./themes.js";

const THEME = ["theme-surface", "theme-trame", "theme-masque", "theme-estime", "theme-bord", "theme-ligne", "theme-lieu", "theme-noms"];
const MANY_NAMES = 400;

const all = (...filters) => ["all", ...filters.filter(Boolean)];
const ofService = (layer, service) => (service && byService(layer) ? ["==", ["get", "service"], service] : null);

/** Draws a theme by its entries (themes.js) in the place of the one before; `service` narrows layers that have one feature a
 *  service. Nothing is drawn for null. */
export function drawTheme(view, theme, entries, { service = "", missing = "#bdbdbd" } = {}) {
    view.drop(...THEME);
    if (!theme) return dropNames(view);
    const { layer, property } = theme;
    const from = { source: view.source(layer.id), "source-layer": layer.id };
    const colour = colourExpression(property.nom, entries, missing);
    const filter = ofService(layer, service);
    if (layer.geometrie === "point") drawPoints(view, from, "theme-lieu", "theme", colour, all(filter));
    else if (layer.geometrie === "line")
        view.put({ id: "theme-ligne", type: "line", ...from, filter: all(filter), paint: { "line-color": colour, "line-width": 3 } }, "theme");
    else drawSurfaces(view, theme, entries, from, colour, filter);
    if (layer.geometrie === "polygon" && layer.id !== "communes") return drawNames(view, layer, service);
    dropNames(view);
}

function drawSurfaces(view, { layer, property, numeric }, entries, from, colour, filter) {
    /* where surfaces lie over each other, as isochrones and perimeters do, what the legend tells first is above */
    const rank = numeric ? ["to-number", ["get", property.nom], 0]
        : ["match", ["to-string", ["get", property.nom]], ...entries.flatMap((entry, i) => [String(entry.valeur), i]), entries.length];
    const order = entries.length ? { "fill-sort-key": ["-", 0, rank] } : {};
    view.put({ id: "theme-surface", type: "fill", ...from, filter: all(filter), layout: order,
        paint: { "fill-color": colour, "fill-antialias": false, "fill-opacity": view.study.fond ? 0.85 : 1 } }, "theme");
    const over = (id, name, where) => view.put({ id, type: "fill", ...from, filter: all(filter, where),
        paint: { "fill-pattern": hatch(view.map, name) } }, "theme");
    const marks = marksOf(layer, property.nom);
    over("theme-trame", "manquant", withoutClass(property.nom, entries));
    if (marks.masque) over("theme-masque", "masque", ["==", ["get", marks.masque], true]);
    if (marks.estime || layer.estime) over("theme-estime", "estime", layer.estime ? null : ["==", ["get", marks.estime], true]);
    view.put({ id: "theme-bord", type: "line", ...from, filter: all(filter), minzoom: layer.cle === "code" ? bordersFrom(layer) : 0,
        paint: { "line-color": "#4a5660", "line-opacity": 0.7, "line-width": layer.cle === "code" ? 0.4 : 1.2 } }, "theme");
}

function drawPoints(view, from, id, place, colour, filter) {
    view.put({ id, type: "circle", ...from, filter, paint: { "circle-color": colour, "circle-stroke-color": "#ffffff", "circle-stroke-width": 2,
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 6, 3.5, 10, 6, 14, 9] } }, place);
}

/* ---- names of surfaces, once each: in tiles they would stand in every tile ---- */

let asked = 0;
async function drawNames(view, layer, service) {
    const mine = ++asked;
    dropNames(view, false);
    if (!layer.proprietes.some((one) => one.nom === "nom") || layer.objets > MANY_NAMES || layer.cle === "code") return;
    const { colonnes } = await columns(layer, ["nom", "service", "population"], { centres: true }).catch(() => ({ colonnes: null }));
    if (!colonnes?.lon || mine !== asked) return;
    const features = colonnes.nom.flatMap((nom, i) => (colonnes.lon[i] === null || (service && byService(layer) && colonnes.service[i] !== service) ? []
        : [{ type: "Feature", properties: { nom, rang: -(colonnes.population?.[i] ?? 0) }, geometry: { type: "Point", coordinates: [colonnes.lon[i], colonnes.lat[i]] } }]));
    const data = { type: "FeatureCollection", features };
    if (view.map.getSource("theme-noms")) view.map.getSource("theme-noms").setData(data);
    else view.map.addSource("theme-noms", { type: "geojson", data });
    view.put({ id: "theme-noms", type: "symbol", source: "theme-noms",
        layout: { "text-field": ["get", "nom"], "text-font": FONT, "text-size": 15, "text-max-width": 9, "text-padding": 6, "symbol-sort-key": ["get", "rang"],
            "text-variable-anchor": ["center", "top", "bottom", "left", "right"] },
        paint: { "text-color": "#0b1720", "text-halo-color": "rgba(255,255,255,0.95)", "text-halo-width": 2 } }, "dessus");
}

function dropNames(view, forget = true) {
    if (forget) asked++;
    view.drop("theme-noms");
}

/* ---- outlines and places on top ---- */

/** Draws outlines `[{layer, colour}]` and places `[{layer, entries, property, missing}]` in the place of those before. */
export function drawOver(view, outlines, places, { service = "" } = {}) {
    const over = view.map.getLayersOrder().filter((id) => /^(contour|lieux)-/.test(id));
    view.drop(...over);
    for (const { layer, colour } of outlines) {
        const from = { source: view.source(layer.id), "source-layer": layer.id, type: "line", filter: all(ofService(layer, service)) };
        const width = ["interpolate", ["linear"], ["zoom"], 6, 1.6, 11, 3];
        view.put({ ...from, id: `contour-${layer.id}-clair`, layout: { "line-join": "round" },
            paint: { "line-color": "#ffffff", "line-opacity": 0.85, "line-width": ["interpolate", ["linear"], ["zoom"], 6, 3.2, 11, 5.5] } }, "contours");
        view.put({ ...from, id: `contour-${layer.id}`, layout: { "line-join": "round" }, paint: { "line-color": colour, "line-width": width } }, "contours");
    }
    for (const { layer, entries, property, missing } of places)
        drawPoints(view, { source: view.source(layer.id), "source-layer": layer.id }, `lieux-${layer.id}`, "lieux",
            property ? colourExpression(property, entries, missing) : "#b85c0b", all(ofService(layer, service)));
}
