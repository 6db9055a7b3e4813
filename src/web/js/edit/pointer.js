/* The pointer over the map while a tool paints: from down to up it draws a stroke; the map holds still meanwhile. A second
 * finger gives the stroke up, so that the map can be pinched. */
import { fill, s } from "../base/dom.js";
import { PAINTERS, RADII } from "./brush.js";

export class Pointer {
    #drawing = null;
    #id = null;

    /** `painting` has `begin(how)`, `over(codes)`, `end()`, `cancel()`; `settings()` gives {tool, size, how(event)}. */
    constructor(view, painting, settings) {
        Object.assign(this, { view, painting, settings, places: new Map() });
        view.names().then((all) => (this.places = all)).catch(() => {});
        this.shape = s("g");
        this.circle = s("circle", { r: 0, visibility: "hidden" });
        this.overlay = s("svg", { class: "edit-overlay", "aria-hidden": "true" }, this.shape, this.circle);
        const box = view.map.getCanvasContainer();
        box.append(this.overlay);
        box.addEventListener("pointerdown", (event) => this.#down(event));
        box.addEventListener("pointermove", (event) => this.#move(event));
        box.addEventListener("pointerup", (event) => this.#up(event));
        box.addEventListener("pointercancel", () => this.cancel());
        box.addEventListener("pointerleave", () => this.circle.setAttribute("visibility", "hidden"));
        addEventListener("keydown", (event) => event.key === "Escape" && this.#drawing && this.cancel());
    }

    get drawing() {
        return Boolean(this.#drawing);
    }

    /** After another tool was taken. */
    tool() {
        const { tool } = this.settings();
        const paints = tool in PAINTERS;
        const { map } = this.view;
        map.dragPan[paints ? "disable" : "enable"]();
        map.boxZoom[paints ? "disable" : "enable"]();
        map.doubleClickZoom[paints ? "disable" : "enable"]();
        map.getCanvasContainer().classList.toggle("edit-paints", paints);
        this.cancel();
        this.circle.setAttribute("visibility", "hidden");
    }

    #at(event) {
        const box = this.view.map.getCanvasContainer().getBoundingClientRect();
        return [event.clientX - box.left, event.clientY - box.top];
    }

    #down(event) {
        const { tool, size, how } = this.settings();
        if (!(tool in PAINTERS) || (event.pointerType === "mouse" && event.button !== 0)) return;
        if (this.#drawing) return this.cancel();
        this.#id = event.pointerId;
        this.#drawing = new PAINTERS[tool](this.view, this.shape, this.#at(event), { radius: RADII[size - 1], places: this.places });
        this.view.map.getCanvasContainer().setPointerCapture(event.pointerId);
        this.painting.begin(how(event));
        this.painting.over(this.#drawing.codes);
    }

    #move(event) {
        this.#circle(event);
        if (!this.#drawing || event.pointerId !== this.#id) return;
        for (const one of event.getCoalescedEvents?.() ?? [event]) this.#drawing.move(this.#at(one));
        this.#drawing.move(this.#at(event));
        this.painting.over(this.#drawing.codes);
    }

    #circle(event) {
        const { tool, size } = this.settings();
        const shows = tool === "brush" && event.pointerType !== "touch";
        this.circle.setAttribute("visibility", shows ? "visible" : "hidden");
        if (!shows) return;
        const [x, y] = this.#at(event);
        this.circle.setAttribute("cx", x);
        this.circle.setAttribute("cy", y);
        this.circle.setAttribute("r", Math.max(RADII[size - 1], 5));
    }

    #up(event) {
        if (!this.#drawing || event.pointerId !== this.#id) return;
        this.#drawing.move(this.#at(event));
        this.painting.over(this.#drawing.codes);
        this.#clear();
        this.painting.end(event.timeStamp);
    }

    cancel() {
        if (!this.#drawing) return;
        this.#clear();
        this.painting.cancel();
    }

    #clear() {
        this.#drawing = null;
        fill(this.shape);
    }
}
