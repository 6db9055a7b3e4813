/* One feature of a layer brought out: by an outline, or a ring around a place. */

const OUTLINE = "#b4137f";
const LAYERS = ["relief-clair", "relief"];

/* What tells this feature from the others of its layer: its key, else all its plain values. */
function filterOf(layer, feature) {
    const names = layer.cle ? [layer.cle] : layer.proprietes.map((one) => one.nom)
        .filter((name) => ["string", "number", "boolean"].includes(typeof feature[name]));
    return ["all", ...names.map((name) => ["==", ["get", name], feature[name]])];
}

/** Brings a feature (its properties) of a layer out; null: none. */
export function highlight(view, layer, feature) {
    if (!feature || !layer?.tuiles) return view.drop(...LAYERS);
    const from = { source: view.source(layer.id), "source-layer": layer.id, filter: filterOf(layer, feature) };
    const point = layer.geometrie === "point";
    if (view.map.getLayer("relief") && view.map.getLayer("relief").source === from.source)
        return LAYERS.forEach((id) => view.map.setFilter(id, from.filter));
    view.drop(...LAYERS);
    const line = (id, colour, width) => (point
        ? { id, type: "circle", ...from, paint: { "circle-radius": 11, "circle-opacity": 0, "circle-stroke-color": colour, "circle-stroke-width": width } }
        : { id, type: "line", ...from, layout: { "line-join": "round" }, paint: { "line-color": colour, "line-width": width } });
    view.put(line("relief-clair", "#ffffff", 6), "lieux");
    view.put(line("relief", OUTLINE, 3), "lieux");
}

/* The box of what the tiles at hand hold of a feature. */
function boxOf(view, layer, feature) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const go = (at) => (typeof at[0] === "number"
        ? [box[0], box[1], box[2], box[3]] = [Math.min(box[0], at[0]), Math.min(box[1], at[1]), Math.max(box[2], at[0]), Math.max(box[3], at[1])]
        : at.forEach(go));
    for (const one of view.map.querySourceFeatures(view.source(layer.id), { sourceLayer: layer.id, filter: filterOf(layer, feature) })) go(one.geometry.coordinates);
    return box;
}

/** Shows a feature whole, as far as tiles at hand and its centre tell where it lies. */
export function zoomTo(view, layer, feature) {
    const box = boxOf(view, layer, feature);
    if (typeof feature.lon === "number") {
        const margin = layer.geometrie === "point" ? 0.03 : 0;
        for (const [at, value] of [[0, feature.lon], [1, feature.lat]]) {
            box[at] = Math.min(box[at], value - margin);
            box[at + 2] = Math.max(box[at + 2], value + margin);
        }
    }
    if (box[0] <= box[2]) view.fit(box, { padding: 60 });
}
