/* What the stroke that is being drawn would change, as drawings above the map: the map below need not be drawn again while
 * the tool moves, which without a graphics card takes longer than the tool takes to the next commune. */
import { fill, s } from "../base/dom.js";

/** Rings in pixels as the data of an SVG path. Pure. */
export const pathOf = (rings) => rings.map((ring) => `M${ring.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`).join("");

const rings = ({ type, coordinates }) => (type === "MultiPolygon" ? coordinates.flat() : coordinates);

export class Preview {
    #paths = new Map(); /* code → path element, while the map holds still */

    constructor(view) {
        this.view = view;
        this.element = s("svg", { class: "edit-overlay edit-preview", "aria-hidden": "true" });
        view.map.getCanvasContainer().append(this.element);
        view.map.on("move", () => this.clear());
    }

    /* A commune that several tiles hold is one path: they overlap, and what lies in one of them is inside. */
    #draw(codes) {
        const { map } = this.view;
        const pieces = new Map(codes.map((code) => [code, []]));
        for (const { properties, geometry } of map.querySourceFeatures("communes",
            { sourceLayer: "communes", filter: ["in", ["get", "code"], ["literal", codes]] })) pieces.get(properties.code)?.push(...rings(geometry));
        for (const [code, found] of pieces)
            this.#paths.set(code, s("path", { d: pathOf(found.map((ring) => ring.map((at) => (({ x, y }) => [x, y])(map.project(at))))) }));
    }

    /** Shows communes in a colour, in the place of those before. */
    show(codes, colour) {
        const unknown = codes.filter((code) => !this.#paths.has(code));
        if (unknown.length) this.#draw(unknown);
        this.element.setAttribute("fill", colour);
        fill(this.element, codes.map((code) => this.#paths.get(code)));
    }

    clear() {
        this.#paths.clear();
        fill(this.element);
    }
}
