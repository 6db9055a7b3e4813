/* Which communes a tool's shape takes: geometry on the screen. Pure. */

/** Whether a point lies inside a ring of points (even-odd rule). */
export function inRing([x, y], ring) {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    return inside;
}

/** Codes whose place lies in the box of two corners. `places` is Map code → [x, y]. */
export function codesInBox(places, [ax, ay], [bx, by]) {
    const [left, right, top, bottom] = [Math.min(ax, bx), Math.max(ax, bx), Math.min(ay, by), Math.max(ay, by)];
    return [...places].filter(([, [x, y]]) => x >= left && x <= right && y >= top && y <= bottom).map(([code]) => code);
}

export const codesInRing = (places, ring) => [...places].filter(([, place]) => inRing(place, ring)).map(([code]) => code);

/** Points along a way, so near each other that a brush of that radius leaves nothing out. */
export function along([ax, ay], [bx, by], radius) {
    const step = Math.max(radius * 0.8, 2);
    const count = Math.max(1, Math.ceil(Math.hypot(bx - ax, by - ay) / step));
    return Array.from({ length: count }, (_, i) => [ax + ((bx - ax) * (i + 1)) / count, ay + ((by - ay) * (i + 1)) / count]);
}

/** The square within a circle: what lies in it is under the brush. */
export function within([x, y], radius) {
    const half = Math.max(radius * Math.SQRT1_2, 0.5);
    return [[x - half, y - half], [x + half, y + half]];
}
