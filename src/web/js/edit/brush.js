/* The tools that paint, each from where it is put down to where it is lifted: brush, rectangle, lasso. They tell codes. */
import { fill, s } from "../base/dom.js";
import { along, codesInBox, codesInRing, within } from "./shapes.js";

/** Radii of the brush, in pixels. */
export const RADII = [3, 16, 40];
const APART = 3; /* pixels between two points of a lasso */

const codesAt = (view, area) => view.map.queryRenderedFeatures(area, { layers: ["communes-fond"] }).map((one) => one.properties.code);

class Brush {
    codes = new Set();
    constructor(view, overlay, point, { radius }) {
        Object.assign(this, { view, radius, last: point });
        this.#take(point);
    }

    #take(point) {
        for (const code of codesAt(this.view, within(point, this.radius))) this.codes.add(code);
    }

    move(point) {
        for (const one of along(this.last, point, this.radius)) this.#take(one);
        this.last = point;
    }
}

/* Shapes take communes by their centres, also those that no tile shows right now. */
class Shape {
    codes = new Set();
    constructor(view, overlay, point, { places }) {
        Object.assign(this, { overlay, first: point, points: [point] });
        const size = view.map.getContainer();
        this.places = new Map();
        for (const one of places.values()) {
            if (!Number.isFinite(one.lon)) continue;
            const { x, y } = view.map.project([one.lon, one.lat]);
            if (x >= 0 && y >= 0 && x <= size.clientWidth && y <= size.clientHeight) this.places.set(one.code, [x, y]);
        }
    }
}

class Rectangle extends Shape {
    move(point) {
        const [[ax, ay], [bx, by]] = [this.first, point];
        fill(this.overlay, s("rect", { x: Math.min(ax, bx), y: Math.min(ay, by), width: Math.abs(bx - ax), height: Math.abs(by - ay) }));
        this.codes = new Set(codesInBox(this.places, this.first, point));
    }
}

class Lasso extends Shape {
    move(point) {
        const [x, y] = this.points.at(-1);
        if (Math.hypot(point[0] - x, point[1] - y) < APART) return;
        this.points.push(point);
        fill(this.overlay, s("polygon", { points: this.points.map((one) => one.join(",")).join(" ") }));
        this.codes = new Set(codesInRing(this.places, this.points));
    }
}

/** Of a tool's name: `new (…)(view, overlay, point, {radius, places})`, with `move(point)` and `codes`. */
export const PAINTERS = { brush: Brush, rectangle: Rectangle, lasso: Lasso };
