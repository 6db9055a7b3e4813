/* A colour for each perimeter: unlike those of its neighbours, the same for the same id as far as that allows. Pure. */

/** Okabe and Ito's colours (2008), which stay apart where not all hues are seen, then others apart from them by lightness. */
export const PALETTE = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#882255",
    "#9be3cf", "#332288", "#f7c9a8", "#8a8a8a"];

/** A number of 0 to 2^32 − 1 for a text (FNV-1a). */
export function hashOf(text) {
    let hash = 2166136261;
    for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619) >>> 0;
    return hash;
}

const NEAR = 6; /* so many of the nearest communes are taken as neighbours */

/** Pairs of communes that lie side by side, as far as centres tell: `points` is an array of {code, lon, lat}; gives
 *  code → codes. A grid keeps it quick for a whole country. */
export function nearby(points, count = NEAR) {
    const placed = points.filter((one) => Number.isFinite(one.lon) && Number.isFinite(one.lat));
    if (!placed.length) return new Map();
    const squeeze = Math.cos((placed.reduce((sum, one) => sum + one.lat, 0) / placed.length) * Math.PI / 180);
    const spots = placed.map((one) => ({ code: one.code, x: one.lon * squeeze, y: one.lat }));
    const [xs, ys] = ["x", "y"].map((axis) => spots.reduce(([low, high], one) => [Math.min(low, one[axis]), Math.max(high, one[axis])],
        [Infinity, -Infinity]));
    const side = Math.max(Math.sqrt(((xs[1] - xs[0]) * (ys[1] - ys[0]) * 2) / spots.length), 1e-6);
    const cells = new Map();
    const cell = (x, y) => `${Math.floor(x / side)},${Math.floor(y / side)}`;
    for (const one of spots) {
        const key = cell(one.x, one.y);
        if (!cells.has(key)) cells.set(key, []);
        cells.get(key).push(one);
    }
    const around = (one) => [-1, 0, 1].flatMap((dx) => [-1, 0, 1].flatMap((dy) => cells.get(cell(one.x + dx * side, one.y + dy * side)) ?? []));
    const far = (a, b) => (a.x - b.x) ** 2 + (a.y - b.y) ** 2;
    return new Map(spots.map((one) => [one.code, around(one).filter((other) => other !== one)
        .sort((a, b) => far(one, a) - far(one, b)).slice(0, count).map((other) => other.code)]));
}

/** Which perimeters touch or overlap: id → Set of ids. `perimeters` is Map id → {codes}, `near` what `nearby` gives. */
export function touching(perimeters, near) {
    const holders = new Map();
    for (const [id, { codes }] of perimeters)
        for (const code of codes) holders.set(code, [...(holders.get(code) ?? []), id]);
    const found = new Map([...perimeters.keys()].map((id) => [id, new Set()]));
    const meet = (a, b) => a !== b && (found.get(a).add(b), found.get(b).add(a));
    for (const [code, ids] of holders)
        for (const other of [code, ...(near.get(code) ?? [])])
            for (const id of ids) for (const by of holders.get(other) ?? []) meet(id, by);
    return found;
}

/** Id → colour. What has one in `before` keeps it; the others take, in the order of their ids, the first that no
 *  neighbour has, counted from the place that the id itself gives; where all are taken, the least used around. */
export function colours(perimeters, neighbours, before = new Map(), palette = PALETTE) {
    const given = new Map([...before].filter(([id]) => perimeters.has(id)));
    for (const id of [...perimeters.keys()].sort()) {
        if (given.has(id)) continue;
        const first = hashOf(id) % palette.length;
        const used = [...(neighbours.get(id) ?? [])].map((other) => given.get(other));
        const order = palette.map((_, i) => palette[(first + i) % palette.length]);
        const count = (colour) => used.filter((one) => one === colour).length;
        given.set(id, order.find((colour) => !used.includes(colour)) ?? order.reduce((best, one) => (count(one) < count(best) ? one : best)));
    }
    return given;
}
