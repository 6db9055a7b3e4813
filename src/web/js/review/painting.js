/* What a panel of this folder draws on the map while it is open: communes filled by colour, some outlined, borders of
 * perimeters or groups. The theme below pales meanwhile, and its legend is put away; all of it goes when the panel is closed. */

const DARK = "#1c2a36";
/* Outline of what the panel speaks of; the one of the base style is of the commune that was picked. */
const ACCENT = "#b4137f";
/* Communes that the panel does not speak of. */
const PALE = "#fbfaf6";

/** One panel's drawings; `name` keeps them apart from those of others. */
export class Painting {
    #borders = new Set();
    #drawn = false;

    constructor(view, name) {
        this.view = view;
        this.name = name;
    }

    #id(what) {
        return `revue-${this.name}-${what}`;
    }

    #layers() {
        if (this.#drawn) return;
        this.#drawn = true;
        document.body.classList.add("review-paints");
        const state = (key) => ["feature-state", `${this.name}_${key}`];
        this.view.put({ id: this.#id("fond"), type: "fill", source: this.view.source("communes"), "source-layer": "communes",
            paint: { "fill-color": ["coalesce", state("couleur"), PALE], "fill-opacity": ["case", ["==", ["coalesce", state("couleur"), ""], ""], 0.85, 1] } },
        "peinture");
        this.view.put({ id: this.#id("bord"), type: "line", source: this.view.source("communes"), "source-layer": "communes",
            layout: { "line-join": "round" },
            paint: { "line-color": ACCENT, "line-width": ["case", ["boolean", state("bord"), false], 3, 0] } }, "contours");
    }

    /** Fills communes: `{code: colour}`; outlines those of `outlined`. */
    communes(colours, outlined = []) {
        this.#layers();
        const states = {};
        for (const [code, colour] of Object.entries(colours)) states[code] = { [`${this.name}_couleur`]: colour };
        for (const code of outlined) states[code] = { ...states[code], [`${this.name}_bord`]: true };
        this.view.states(this.name, states);
    }

    /** Borders of features of a layer of the catalogue: those of `ids`. False where this workspace has no such layer. */
    borders(layer, ids) {
        return this.#line("liseres", layer, ids, DARK, 1.6);
    }

    /** The ones that are spoken of, above the others. */
    strong(layer, ids) {
        return this.#line("choisi", layer, ids, ACCENT, 3.5);
    }

    #line(what, layer, ids, colour, width) {
        if (!this.view.layer(layer)) return false;
        const id = this.#id(`${what}-${layer}`);
        const filter = ["in", ["get", "id"], ["literal", ids]];
        this.#borders.add(id);
        if (this.view.map.getLayer(id)) this.view.map.setFilter(id, filter);
        else this.view.put({ id, type: "line", source: this.view.source(layer), "source-layer": layer, filter, layout: { "line-join": "round" },
            paint: { "line-color": colour, "line-width": width } }, "contours");
        return true;
    }

    clear() {
        this.view.states(this.name, {});
        this.view.drop(this.#id("fond"), this.#id("bord"), ...this.#borders);
        this.#borders.clear();
        this.#drawn = false;
        document.body.classList.remove("review-paints");
    }
}

/* Of statuses that no legend names. */
const OTHERS = ["#0072b2", "#56b4e9", "#009e73", "#e69f00", "#f0e442", "#cc79a7", "#999999"];

/** Colours of statuses, those of the catalogue's legend: `{idee: "#cc79a7", …}`. */
export function statusColours(catalogue, statuts) {
    const entries = catalogue.couches.filter((layer) => ["cpts", "perimetres"].includes(layer.id))
        .flatMap((layer) => layer.legendes).filter((legend) => legend.propriete === "statut").flatMap((legend) => legend.entrees);
    return Object.fromEntries(statuts.map((status, i) =>
        [status.id, entries.find((entry) => entry.valeur === status.id)?.couleur ?? OTHERS[i % OTHERS.length]]));
}

/** Colour of each commune: that of the status that is furthest on among those who hold it; what was given up or opposed
 *  shows only where nothing else is. `held` is `{code: [statuts]}`, `statuts` those of the study, from the first of a life
 *  to the last. */
export function coloursByStatus(held, statuts, colours) {
    const order = [...statuts.filter((one) => !one.actif), ...statuts.filter((one) => one.actif)].map((one) => one.id);
    const furthest = (list) => list.reduce((best, one) => (order.indexOf(one) > order.indexOf(best) ? one : best));
    return Object.fromEntries(Object.entries(held).filter(([, list]) => list.length).map(([code, list]) => [code, colours[furthest(list)]]));
}
