/* Who holds what on two sides, in colours that mean the same on both. Pure. */

/* Tol's "muted" and "light": apart for all eyes, used where a perimeter stands on one side only. */
const SPARE = ["#332288", "#88ccee", "#44aa99", "#117733", "#999933", "#ddcc77", "#cc6677", "#882255", "#aa4499", "#77aadd"];

const sum = (text) => [...text].reduce((all, sign) => (all * 31 + sign.codePointAt(0)) >>> 0, 7);

/** Towards white, so that names stay readable on it. */
export function lighter(colour, by = 0.35) {
    const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    if (parts.some(Number.isNaN)) return colour;
    return `#${parts.map((part) => Math.round(part + (255 - part) * by).toString(16).padStart(2, "0")).join("")}`;
}

/** Holders by commune, perimeters given up left out: Map code → [ids], of a Map of perimeters with `codes`, or of an answer of GET /members. */
export function sideOf(from) {
    const found = new Map();
    if (from instanceof Map) {
        for (const [id, one] of from)
            for (const code of one.actif === false ? [] : one.codes) found.set(code, [...(found.get(code) ?? []), id]);
        return found;
    }
    for (const [code, places] of Object.entries(from.communes)) {
        const ids = places.map((i) => from.perimetres[i]).filter((one) => one.actif !== false).map((one) => one.id);
        if (ids.length) found.set(code, ids);
    }
    return found;
}

/** `{left, right}` as the swipe wants them; `known(id)` gives the colour that a perimeter has already. */
export function sideColours(left, right, known = () => null) {
    const of = (id) => lighter(known(id) ?? SPARE[sum(id) % SPARE.length]);
    const side = (holders) => ({
        colours: Object.fromEntries([...holders].filter(([, ids]) => ids.length).map(([code, ids]) => [code, of(ids[0])])),
        hatched: [...holders].filter(([, ids]) => ids.length > 1).map(([code]) => code).sort(),
    });
    return { left: side(left), right: side(right) };
}

/** Where the name of each perimeter stands: amid its people. `named(id)` calls it, `places` are communes by code. */
export function sideNames(holders, named, places) {
    const found = new Map();
    for (const [code, ids] of holders) {
        const at = places?.get(code);
        if (!Number.isFinite(at?.lon)) continue;
        for (const id of ids) {
            const one = found.get(id) ?? { weight: 0, lon: 0, lat: 0 };
            const weight = 1 + (at.population ?? 0);
            found.set(id, { weight: one.weight + weight, lon: one.lon + weight * at.lon, lat: one.lat + weight * at.lat });
        }
    }
    return [...found].map(([id, { weight, lon, lat }]) => ({ nom: named(id) ?? id, lon: lon / weight, lat: lat / weight }));
}
