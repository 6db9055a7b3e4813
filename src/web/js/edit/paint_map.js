/* Perimeters on the map: a colour each, hatched where several hold a commune, dotted where it is locked, the current one
 * stronger; and what a stroke would change while it is drawn. */
import { plan } from "./plan.js";

const SIZE = 16;
const NAMES_BELOW = "theme-noms";
const IMAGES = {
    "edit-hachures": (x, y) => (x + y) % 8 < 2,
    "edit-points": (x, y) => (x % 8 - 3.5) ** 2 + (y % 8 - 3.5) ** 2 < 4,
};

function picture(inked) {
    const data = new Uint8ClampedArray(4 * SIZE * SIZE);
    for (let y = 0; y < SIZE; y++)
        for (let x = 0; x < SIZE; x++) if (inked(x, y)) data.set([22, 35, 47, 215], 4 * (y * SIZE + x));
    return { width: SIZE, height: SIZE, data };
}

const when = (key, yes, no) => ["case", ["boolean", ["feature-state", key], false], yes, no];
const colour = ["coalesce", ["feature-state", "couleur"], "#fbfaf6"];
const fill = (id, paint) => ({ id, type: "fill", source: "communes", "source-layer": "communes", paint });
const line = (id, paint) => ({ id, type: "line", source: "communes", "source-layer": "communes", layout: { "line-join": "round" }, paint });

const FILLS = (below) => [
    fill("edit-sol", { "fill-color": "#fbfaf6", "fill-opacity": below ? 0 : 1 }),
    fill("edit-fond", { "fill-color": colour, "fill-opacity": ["case", ["==", ["feature-state", "couleur"], null], 0,
        when("courant", 0.95, below ? 0.4 : 0.62)] }),
    fill("edit-double", { "fill-pattern": "edit-hachures", "fill-opacity": when("double", 0.75, 0) }),
    fill("edit-verrou", { "fill-pattern": "edit-points", "fill-opacity": when("verrou", 0.5, 0) }),
    fill("edit-trait", { "fill-color": ["case", ["==", ["feature-state", "trait"], "retrait"], "#fff", "#16232f"],
        "fill-opacity": ["case", ["==", ["feature-state", "trait"], null], 0, ["==", ["feature-state", "trait"], "retrait"], 0.8, 0.35] }),
];
const LINES = [
    line("edit-courant", { "line-color": "#16232f", "line-width": 2.5, "line-opacity": when("courant", 1, 0) }),
    line("edit-trait-bord", { "line-color": "#b4137f", "line-width": 3, "line-opacity": ["case", ["==", ["feature-state", "trait"], null], 0, 1] }),
];
const LABELS = { id: "edit-noms", type: "symbol", source: "edit-noms",
    layout: { "text-field": ["get", "nom"], "text-font": ["Atkinson"], "text-size": 15, "text-max-width": 9, "text-padding": 2,
        "symbol-sort-key": ["-", ["get", "population"]] },
    paint: { "text-color": "#16232f", "text-halo-color": "#fff", "text-halo-width": 2 } };

/** Which colours a commune shows: state of a feature. Pure. */
export function stateOf(ids, perimeters, current, locks) {
    const alive = ids.filter((id) => id === current || perimeters.get(id).actif !== false);
    if (!alive.length) return null;
    const lead = alive.includes(current) ? current : alive[0];
    return { couleur: perimeters.get(lead).couleur, ...(lead === current ? { courant: true } : {}),
        ...(alive.length > 1 ? { double: true } : {}), ...(alive.some((id) => locks.has(id)) ? { verrou: true } : {}) };
}

/** Where the names of perimeters stand: the middle of their communes. Pure. */
export function labels(perimeters, places) {
    return [...perimeters.values()].filter((one) => one.actif !== false).flatMap((one) => {
        const found = [...one.codes].map((code) => places.get(code)).filter((place) => Number.isFinite(place?.lon));
        if (!found.length) return [];
        const mean = (key) => found.reduce((sum, place) => sum + place[key], 0) / found.length;
        const [x, y] = [mean("lon"), mean("lat")];
        const near = found.reduce((best, place) => ((place.lon - x) ** 2 + (place.lat - y) ** 2 < (best.lon - x) ** 2 + (best.lat - y) ** 2 ? place : best));
        return [{ type: "Feature", properties: { nom: one.nom, population: one.population ?? 0 },
            geometry: { type: "Point", coordinates: [near.lon, near.lat] } }];
    });
}

export class PaintMap {
    shown = false;
    below = false;
    #places = new Map();

    constructor(view) {
        this.view = view;
        view.names().then((all) => ((this.#places = all), this.paint())).catch(() => {});
        plan.watch(({ what }) => what !== "outbox" && what !== "steps" && this.paint());
        view.map.on("styledata", () => this.#quiet());
    }

    /* The layer below names perimeters as they were computed: the names of those that stand are enough. */
    #quiet() {
        const { map } = this.view;
        const wanted = this.shown ? "none" : "visible";
        if (map.getLayer(NAMES_BELOW) && (map.getLayoutProperty(NAMES_BELOW, "visibility") ?? "visible") !== wanted)
            map.setLayoutProperty(NAMES_BELOW, "visibility", wanted);
    }

    /** Shows or hides all that this module draws; `below` lets the coloured layer be seen through. */
    show(is, below = this.below) {
        const { map } = this.view;
        if (!map.getSource("communes") || (is === this.shown && below === this.below)) return;
        Object.assign(this, { shown: is, below });
        for (const [name, inked] of Object.entries(IMAGES)) if (!map.hasImage(name)) map.addImage(name, picture(inked), { pixelRatio: 2 });
        if (!map.getSource("edit-noms")) map.addSource("edit-noms", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
        for (const one of [...FILLS(below), ...LINES, LABELS]) this.view.drop(one.id);
        this.#quiet();
        if (!is) return;
        FILLS(below).forEach((one) => this.view.put(one, "peinture"));
        LINES.forEach((one) => this.view.put(one, "contours"));
        this.view.put(LABELS, "dessus");
        this.paint();
    }

    paint() {
        if (!this.shown) return;
        const locks = plan.locks();
        const states = {};
        for (const code of plan.members.holders.keys()) {
            const state = stateOf(plan.holders(code), plan.perimeters, plan.current, locks);
            if (state) states[code] = state;
        }
        this.view.states("edit", states);
        clearTimeout(this.later);
        this.later = setTimeout(() => this.view.map.getSource("edit-noms")?.setData({ type: "FeatureCollection",
            features: labels(plan.perimeters, this.#places) }), 60);
    }

    /** What the stroke that is being drawn would change; none takes it away. */
    preview(codes, how) {
        this.view.states("edit-trait", Object.fromEntries([...codes].map((code) => [code, { trait: how === "remove" ? "retrait" : "ajout" }])));
    }
}
