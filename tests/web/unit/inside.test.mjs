/* Points in surfaces, against the winding number. */
import assert from "node:assert/strict";
import test from "node:test";
import { insideOf } from "../../../src/web/js/map/inside.js";

const square = (x, y, side) => [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]];

test("holes are outside, islands in holes are inside, nothing is inside nothing", () => {
    const geometry = { type: "MultiPolygon", coordinates: [[square(0, 0, 10), square(2, 2, 6)], [square(4, 4, 2)]] };
    const inside = insideOf(geometry);
    assert.deepEqual([[1, 1], [3, 3], [5, 5], [9, 9], [11, 5], [-1, 5]].map(inside), [true, false, true, true, false, false]);
    assert.equal(insideOf(null)([0, 0]), false);
    assert.equal(insideOf({ type: "Polygon", coordinates: [square(0, 0, 1)] })([0.5, 0.5]), true);
});

/* How often a ring runs around a point: the sum of the angles. */
function winds([x, y], ring) {
    let sum = 0;
    for (let i = 1; i < ring.length; i++) {
        const [[ax, ay], [bx, by]] = [ring[i - 1], ring[i]];
        sum += Math.atan2((ax - x) * (by - y) - (bx - x) * (ay - y), (ax - x) * (bx - x) + (ay - y) * (by - y));
    }
    return Math.abs(sum) > Math.PI;
}

test("a jagged ring holds what it winds around", () => {
    const ring = Array.from({ length: 90 }, (_, i) => {
        const angle = (i * Math.PI) / 45, far = 3 + 2 * Math.sin(i * 7.3);
        return [far * Math.cos(angle), far * Math.sin(angle)];
    });
    ring.push(ring[0]);
    const inside = insideOf({ type: "Polygon", coordinates: [ring] });
    for (let x = -5; x < 5; x += 0.23)
        for (let y = -5; y < 5; y += 0.31) assert.equal(inside([x, y]), winds([x, y], ring), `${x} ${y}`);
});
