/* Communes outlined on the map for what a panel tells: a finding, what differs between scenarios. */

/** Outlines `codes` with a line of its own name; none takes it away. */
export function outline(view, name, codes, { colour = "#b4137f", width = 4, casing = 3 } = {}) {
    const id = `contour-${name}`;
    const filter = ["in", ["get", "code"], ["literal", codes]];
    if (!codes.length || !view.map.getSource("communes")) return view.drop(id, `${id}-fond`);
    if (view.map.getLayer(id)) {
        view.map.setFilter(id, filter);
        view.map.setFilter(`${id}-fond`, filter);
        return;
    }
    const line = (more) => ({ type: "line", source: "communes", "source-layer": "communes", filter,
        layout: { "line-join": "round" }, ...more });
    view.put(line({ id: `${id}-fond`, paint: { "line-color": "#fff", "line-width": width + casing, "line-opacity": 0.9 } }), "dessus");
    view.put(line({ id, paint: { "line-color": colour, "line-width": width } }), "dessus");
}
