/* Names on the map, larger for a room. */

const LAYERS = ["noms", "theme-noms"];

/** A function of the scale (0: as they were) that holds for names that are drawn later too. */
export function letters(view) {
    const usual = new Map();
    let scale = 0;

    function apply() {
        for (const id of LAYERS.filter((one) => view.map.getLayer(one))) {
            const now = view.map.getLayoutProperty(id, "text-size");
            if (!usual.has(id)) {
                if (!scale) continue;
                usual.set(id, now);
            }
            const wanted = scale ? enlarged(usual.get(id), 1.6 * scale) : usual.get(id);
            if (JSON.stringify(now) !== JSON.stringify(wanted)) view.map.setLayoutProperty(id, "text-size", wanted);
            if (!scale) usual.delete(id);
        }
    }

    view.map.on("styledata", apply);
    return (given) => {
        scale = given;
        apply();
    };
}

/** Sizes of an interpolation are enlarged at its stops: zoom may stand only on top. */
function enlarged(size, by) {
    if (typeof size === "number") return size * by;
    const [kind, ...rest] = size;
    if (kind !== "interpolate" && kind !== "step") return ["*", by, size];
    return [kind, ...rest.map((part, i) => (i >= 2 && i % 2 === 1 && typeof part === "number" ? part * by : part))];
}
