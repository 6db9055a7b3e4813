/* Outlines of perimeters from the tiles that were computed last; those that were edited since have none until they are
 * computed again: their colour tells. */
import { plan } from "./plan.js";

const ID = "edit-contours";
const SOON_MS = 200; /* with the colours of the stroke (paint_map.js), after its figures */

export class Outlines {
    #edited = new Set();
    #shown = false;

    constructor({ view }) {
        this.view = view;
        plan.watch(({ what, item, answer }) => this.#changed(what, item, answer));
        addEventListener("maille:couches", () => {
            if (!this.#layer()?.perime) this.#edited.clear();
            this.#filter();
        });
    }

    #layer() {
        return plan.scenario === "" ? this.view.layer(plan.genre) : undefined;
    }

    #changed(what, item, answer) {
        if (what === "members") return this.show(this.#shown);
        const before = this.#edited.size;
        for (const one of item?.gestes ?? []) for (const id of [one.perimetre, one.de, one.vers]) if (id) this.#edited.add(id);
        for (const one of answer?.perimetres ?? []) this.#edited.add(one.id);
        if (this.#edited.size > before) this.due ??= setTimeout(() => this.#filter(), SOON_MS);
    }

    #filter() {
        clearTimeout(this.due);
        this.due = undefined;
        if (this.view.map.getLayer(ID)) this.view.map.setFilter(ID, ["!", ["in", ["get", "id"], ["literal", [...this.#edited]]]]);
    }

    show(is) {
        this.#shown = is;
        const layer = this.#layer();
        if (!is || !layer?.tuiles || layer.cle !== "id") return this.view.drop(ID);
        if (this.view.map.getLayer(ID)) return undefined;
        this.view.put({ id: ID, type: "line", source: this.view.source(layer.id), "source-layer": layer.id,
            paint: { "line-color": "#16232f", "line-opacity": 0.75, "line-width": ["interpolate", ["linear"], ["zoom"], 6, 0.8, 10, 1.8] } }, "contours");
        return this.#filter();
    }
}
