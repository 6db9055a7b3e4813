/* Perimeters on the map: a colour each, hatched where several hold a commune, dotted where it is locked, the current one
 * stronger; and what a stroke would change while it is drawn. */
import { plan } from "./plan.js";
import { Preview } from "./preview.js";

const SIZE = 16;
const SOON_MS = 200;
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

const state = (key) => ["feature-state", key];
const is = (key) => ["boolean", state(key), false];
const from = { source: "communes", "source-layer": "communes" };
const PAPER = "#fbfaf6"; /* of communes that nobody holds */

/* One fill says it all: machines without a graphics card draw each layer as slowly as the whole map. */
const FILL = (below) => ({ id: "edit-fond", type: "fill", ...from, paint: {
    "fill-antialias": false,
    "fill-color": ["coalesce", state(below ? "couleur" : "fond"), PAPER],
    "fill-opacity": below ? ["case", ["==", state("couleur"), null], 0, is("courant"), 0.95, 0.4]
        : ["case", is("courant"), 1, 1] } });
const BORDER = { id: "edit-bord", type: "line", ...from, paint: {
    "line-color": ["case", is("courant"), "#16232f", "#8b98a3"],
    "line-width": ["interpolate", ["linear"], ["zoom"], 6, ["case", is("courant"), 1.4, 0.4], 10, ["case", is("courant"), 2.5, 0.9]] } };
/* Patterns lie on the communes that they are about, and are not there where there are none. */
const MARKS = {
    "edit-double": { "fill-pattern": "edit-hachures", "fill-opacity": 0.75 },
    "edit-verrou": { "fill-pattern": "edit-points", "fill-opacity": 0.5 },
};
/* What the paint covers is not drawn meanwhile. */
const GROUND = "communes-fond";
const COVERED = /^theme-(surface|trame|masque|estime|bord)$/;
const BORDERS_BELOW = "communes-bord";
const LABELS = { id: "edit-noms", type: "symbol", source: "edit-noms",
    layout: { "text-field": ["get", "nom"], "text-font": ["Atkinson"], "text-size": 15, "text-max-width": 9, "text-padding": 2,
        "symbol-sort-key": ["-", ["get", "population"]] },
    paint: { "text-color": "#16232f", "text-halo-color": "#fff", "text-halo-width": 2 } };

/** A colour as it looks through on paper. Pure. */
export function onPaper(colour, opacity = 0.62) {
    const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    const paper = parts(PAPER);
    return `#${parts(colour).map((part, i) => Math.round(part * opacity + paper[i] * (1 - opacity)).toString(16).padStart(2, "0")).join("")}`;
}

/** Which colours a commune shows: state of a feature. Pure. */
export function stateOf(ids, perimeters, current, locks) {
    const alive = ids.filter((id) => id === current || perimeters.get(id).actif !== false);
    if (!alive.length) return null;
    const lead = alive.includes(current) ? current : alive[0];
    const { couleur } = perimeters.get(lead);
    return { couleur, fond: onPaper(couleur, lead === current ? 0.95 : undefined), ...(lead === current ? { courant: true } : {}),
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
    #marked = new Map(); /* pattern → the communes that it lies on */

    constructor(view) {
        this.view = view;
        this.drawn = new Preview(view);
        view.names().then((all) => ((this.#places = all), this.paint())).catch(() => {});
        plan.watch(({ what }) => what !== "outbox" && what !== "steps" && this.#soon());
        view.map.on("styledata", () => this.#quiet());
    }

    /* The layer below names perimeters as they were computed: the names of those that stand are enough. What is painted over
     * is not drawn; it is still asked what lies under the pointer. */
    #quiet() {
        const { map } = this.view;
        const covered = this.shown && !this.below;
        const visible = (id, wanted) => {
            const value = wanted ? "visible" : "none";
            if (map.getLayer(id) && (map.getLayoutProperty(id, "visibility") ?? "visible") !== value) map.setLayoutProperty(id, "visibility", value);
        };
        visible(NAMES_BELOW, !this.shown);
        visible(BORDERS_BELOW, !this.shown);
        for (const id of map.getLayersOrder()) if (COVERED.test(id)) visible(id, !covered);
        this.ground ??= map.getPaintProperty(GROUND, "fill-opacity");
        const opacity = covered ? 0 : this.ground;
        if (map.getPaintProperty(GROUND, "fill-opacity") !== opacity) map.setPaintProperty(GROUND, "fill-opacity", opacity);
    }

    /** Shows or hides all that this module draws; `below` lets the coloured layer be seen through. */
    show(is, below = this.below) {
        const { map } = this.view;
        if (!map.getSource("communes") || (is === this.shown && below === this.below)) return;
        Object.assign(this, { shown: is, below });
        for (const [name, inked] of Object.entries(IMAGES)) if (!map.hasImage(name)) map.addImage(name, picture(inked), { pixelRatio: 2 });
        if (!map.getSource("edit-noms")) map.addSource("edit-noms", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
        this.view.drop("edit-fond", ...Object.keys(MARKS), BORDER.id, LABELS.id);
        this.#marked.clear();
        this.#quiet();
        if (!is) return;
        this.view.put(FILL(below), "peinture");
        this.view.put(BORDER, "contours");
        this.view.put(LABELS, "dessus");
        this.paint();
    }

    /* Figures come first: the map shows already what the stroke does, and a frame can take longer than the service. */
    #soon() {
        this.due ??= setTimeout(() => this.paint(), SOON_MS);
    }

    /** Paints what stands now; of a stroke that ended nothing is left. */
    paint() {
        clearTimeout(this.due);
        this.due = undefined;
        if (this.ended) this.view.map.once("render", () => this.ended && this.preview([], null));
        if (!this.shown) return;
        const locks = plan.locks();
        const states = {};
        for (const code of plan.members.holders.keys()) {
            const found = stateOf(plan.holders(code), plan.perimeters, plan.current, locks);
            if (found) states[code] = found;
        }
        this.view.states("edit", states);
        const having = (key) => Object.keys(states).filter((code) => states[code][key]);
        this.#mark("edit-double", having("double"));
        this.#mark("edit-verrou", having("verrou"));
        clearTimeout(this.later);
        this.later = setTimeout(() => this.view.map.getSource("edit-noms")?.setData({ type: "FeatureCollection",
            features: labels(plan.perimeters, this.#places) }), 60);
    }

    #mark(id, codes) {
        const told = codes.join();
        if ((this.#marked.get(id) ?? "") === told) return;
        this.#marked.set(id, told);
        const filter = ["in", ["get", "code"], ["literal", codes]];
        if (!told) this.view.drop(id);
        else if (this.view.map.getLayer(id)) this.view.map.setFilter(id, filter);
        else this.view.put({ id, type: "fill", ...from, filter, paint: MARKS[id] }, "peinture");
    }

    /** The stroke became a change: what it shows goes when the change is painted. */
    end() {
        this.ended = true;
    }

    /** What the stroke that is being drawn would change; none takes it away. */
    preview(codes, how) {
        this.ended = false;
        if (!codes.length) return this.drawn.clear();
        return this.drawn.show(codes, how === "remove" ? "#ffffffa8" : `${plan.perimeters.get(plan.current)?.couleur ?? PAPER}a8`);
    }
}
