/* Who holds what: perimeters of one kind and their communes, and what gestures make of them. Pure. */

/** The answer of GET /members as `{perimeters: Map id → {…, codes: Set}, holders: Map code → Set of ids}`. */
export function fromAnswer(answer) {
    const perimeters = new Map(answer.perimetres.map((one) => [one.id, { ...one, codes: new Set() }]));
    const ids = answer.perimetres.map((one) => one.id);
    const holders = new Map();
    for (const [code, numbers] of Object.entries(answer.communes)) {
        holders.set(code, new Set(numbers.map((number) => ids[number])));
        for (const number of numbers) perimeters.get(ids[number]).codes.add(code);
    }
    return { perimeters, holders };
}

/** A copy that may be changed without changing the other. */
export function copy({ perimeters, holders }) {
    return {
        perimeters: new Map([...perimeters].map(([id, one]) => [id, { ...one, codes: new Set(one.codes) }])),
        holders: new Map([...holders].map(([code, ids]) => [code, new Set(ids)])),
    };
}

/** Whether two memberships are the same: the same perimeters with the same communes. */
export const same = (a, b) => a.perimeters.size === b.perimeters.size && [...a.perimeters].every(([id, one]) => {
    const other = b.perimeters.get(id);
    return other && other.codes.size === one.codes.size && [...one.codes].every((code) => other.codes.has(code));
});

const weigh = (communes, code) => communes?.get(code)?.population ?? 0;

function enter(m, id, code, communes) {
    const one = m.perimeters.get(id);
    if (!one || one.codes.has(code)) return;
    one.codes.add(code);
    one.population = (one.population ?? 0) + weigh(communes, code);
    if (!m.holders.has(code)) m.holders.set(code, new Set());
    m.holders.get(code).add(id);
}

function leave(m, id, code, communes) {
    const one = m.perimeters.get(id);
    if (!one?.codes.has(code)) return;
    one.codes.delete(code);
    one.population = (one.population ?? 0) - weigh(communes, code);
    m.holders.get(code).delete(id);
    if (!m.holders.get(code).size) m.holders.delete(code);
}

const each = (codes, f) => [...codes].forEach(f);

const ACTS = {
    create: (m, g, communes) => {
        m.perimeters.set(g.perimetre, { id: g.perimetre, nom: g.nom, statut: g.statut ?? "idee", depuis: g.depuis ?? null,
            actif: true, population: 0, taille: null, etat: null, codes: new Set() });
        each(g.codes ?? [], (code) => enter(m, g.perimetre, code, communes));
    },
    add: (m, g, communes) => each(g.codes, (code) => enter(m, g.perimetre, code, communes)),
    remove: (m, g, communes) => each(g.codes, (code) => leave(m, g.perimetre, code, communes)),
    move: (m, g, communes) => each(g.codes, (code) => {
        if (g.de) leave(m, g.de, code, communes);
        enter(m, g.vers, code, communes);
    }),
    merge: (m, g, communes) => {
        each(m.perimeters.get(g.perimetre)?.codes ?? [], (code) => enter(m, g.vers, code, communes));
        ACTS.delete(m, g, communes);
    },
    delete: (m, g, communes) => {
        each(m.perimeters.get(g.perimetre)?.codes ?? [], (code) => leave(m, g.perimetre, code, communes));
        m.perimeters.delete(g.perimetre);
    },
    rename: (m, g) => change(m, g.perimetre, { nom: g.nom }),
    status: (m, g) => change(m, g.perimetre, { statut: g.statut, depuis: g.depuis ?? null }),
};

function change(m, id, values) {
    if (m.perimeters.has(id)) Object.assign(m.perimeters.get(id), values);
}

/** Does gestures to a membership, as far as they show there. `communes` (Map code → {population}) keeps populations as
 *  near as can be told here; the service tells the true ones. */
export function apply(m, gestures, communes = null) {
    for (const one of gestures) ACTS[one.geste]?.(m, one, communes);
    return m;
}

/** Perimeters that gestures touch, in the order in which they are named. */
export function touched(gestures) {
    const ids = gestures.flatMap((one) => [one.perimetre, one.de, one.vers]).filter(Boolean);
    return [...new Set(ids)];
}

/** Those that can be done to a membership: codes that are members already, or not anymore, are left out, and gestures
 *  that would change nothing. */
export function effective(m, gestures) {
    const now = copy(m);
    const kept = [];
    for (const one of gestures) {
        const codes = one.codes && one.codes.filter((code) => changes(now, one, code));
        if (one.geste !== "create" && one.codes && !codes.length) continue;
        if (one.perimetre && one.geste !== "create" && !now.perimeters.has(one.perimetre)) continue;
        const able = one.codes ? { ...one, codes } : one;
        kept.push(able);
        apply(now, [able]);
    }
    return kept;
}

function changes(m, gesture, code) {
    const has = (id) => Boolean(m.holders.get(code)?.has(id));
    if (gesture.geste === "add") return !has(gesture.perimetre);
    if (gesture.geste === "remove") return has(gesture.perimetre);
    if (gesture.geste === "move") return (!gesture.de || has(gesture.de)) && !has(gesture.vers);
    return true;
}
