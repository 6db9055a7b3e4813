/* A stroke of a tool over communes, as gestures: what it adds, takes from others or takes away, and what it leaves alone,
 * and why. Pure. */

/** Who else holds a commune: perimeters that are alive, without `current`. */
export const others = (m, current, code) =>
    [...(m.holders.get(code) ?? [])].filter((id) => id !== current && m.perimeters.get(id).actif !== false);

/** Adds to a list in a Map. */
function push(map, key, value) {
    if (!map.has(key)) map.set(key, []);
    map.get(key).push(value);
}

/** Gestures of a stroke over `codes`: `{gestures, codes, locked, taken: Map id → codes}`. `how` is "add" or "remove";
 *  with `take` communes of others become those of `current` alone, else both hold them. `locks` (a Set) are left as they
 *  are: `locked` are communes that they kept. */
export function strokeGestures(m, { codes, current, how, take = false, locks = new Set() }) {
    const nothing = { gestures: [], codes: [], locked: [], taken: new Map() };
    const mine = m.perimeters.get(current);
    if (!mine) return nothing;
    if (locks.has(current)) return { ...nothing, locked: [...codes] };
    if (how === "remove") {
        const out = [...codes].filter((code) => mine.codes.has(code));
        return { ...nothing, codes: out, gestures: out.length ? [{ geste: "remove", perimetre: current, codes: out }] : [] };
    }
    return adding(m, { codes, current, take, locks, mine });
}

function adding(m, { codes, current, take, locks, mine }) {
    const free = [];
    const from = new Map();
    const also = new Map();
    const locked = [];
    for (const code of codes) {
        if (mine.codes.has(code)) continue;
        const holders = take ? others(m, current, code) : [];
        if (holders.some((id) => locks.has(id))) locked.push(code);
        else if (!holders.length) free.push(code);
        else {
            push(from, holders[0], code);
            for (const id of holders.slice(1)) push(also, id, code);
        }
    }
    const gestures = [
        ...(free.length ? [{ geste: "add", perimetre: current, codes: free }] : []),
        ...[...from].map(([de, list]) => ({ geste: "move", de, vers: current, codes: list })),
        ...[...also].map(([perimetre, list]) => ({ geste: "remove", perimetre, codes: list })),
    ];
    return { gestures, codes: [...free, ...[...from.values()].flat()], locked, taken: new Map([...from, ...also]) };
}

/** Codes among `codes` that others hold and that `current` does not: there a stroke must know whether to take. */
export const heldByOthers = (m, current, codes, locks = new Set()) =>
    [...codes].filter((code) => !m.perimeters.get(current)?.codes.has(code) &&
        others(m, current, code).some((id) => !locks.has(id)));
