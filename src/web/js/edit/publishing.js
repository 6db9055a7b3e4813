/* What the public sees now against what the rules let it see. Pure. */

/** `stand` are rows of GET /perimeters, `seen` properties of the public layer, `isPublic(status)` the rule set.
 *  → rows `{id, nom, before, after, what}`: what = "appears" | "disappears" | "changes" | "stays"; what nobody outside
 *  sees, now or then, is left out. */
export function publication(stand, seen, isPublic) {
    const shown = new Map(seen.map((one) => [one.id, one]));
    const will = new Map(stand.filter((one) => isPublic(one.statut)).map((one) => [one.id, one]));
    const differs = (a, b) => ["nom", "statut", "population", "communes"].some((key) => (a[key] ?? null) !== (b[key] ?? null));
    return [...new Set([...will.keys(), ...shown.keys()])].map((id) => {
        const before = shown.get(id) ?? null;
        const after = will.get(id) ?? null;
        return { id, nom: (after ?? before).nom, before, after,
            what: !before ? "appears" : !after ? "disappears" : differs(before, after) ? "changes" : "stays" };
    });
}
