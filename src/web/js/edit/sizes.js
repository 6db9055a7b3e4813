/* Size classes of the rule set, and how far a population is from the next ones. Pure. */

const within = (one, population) =>
    (one.de === null || (one.de_compris ? population >= one.de : population > one.de)) &&
    (one.a === null || (one.a_compris ? population <= one.a : population < one.a));

/** `{id, up: {id, by} | null, down: {id, by} | null}`: by how many inhabitants more or less it would be of another class;
 *  null where the rule set knows no class of that population. */
export function sizeOf(classes, population) {
    const at = classes.findIndex((one) => within(one, population));
    if (at < 0 || !Number.isFinite(population)) return null;
    const [lower, here, upper] = [classes[at - 1], classes[at], classes[at + 1]];
    return {
        id: here.id,
        up: upper ? { id: upper.id, by: upper.de - population + (upper.de_compris ? 0 : 1) } : null,
        down: lower ? { id: lower.id, by: population - lower.a + (lower.a_compris ? 0 : 1) } : null,
    };
}

/** Communes that nobody alive holds, and their people: `{communes, population}`. `communes` is Map code → {population}. */
export function unassigned({ perimeters, holders }, communes) {
    const left = { communes: 0, population: 0 };
    for (const [code, { population }] of communes) {
        const ids = holders.get(code);
        if (ids && [...ids].some((id) => perimeters.get(id).actif !== false)) continue;
        left.communes++;
        left.population += population ?? 0;
    }
    return left;
}
