/* Who could take a gap: what the service proposes, and who borders it. Pure. */

/** `enclosed` and `nearest` are rows of GET /proposals, `borders` ids of who borders the gap. Who is proposed for most
 *  of its population stands first. → `[{id, population, minutes, why: "enclavee" | "plus-proche" | "borde"}]` */
export function candidates(gap, { enclosed = [], nearest = [], borders = [] }) {
    const mine = new Set(gap.codes);
    const found = new Map();
    const note = (id, why, row) => {
        const one = found.get(id) ?? { id, why, population: 0, minutes: null };
        if (row && one.why === why) one.population += row.population ?? 0;
        if (Number.isFinite(row?.minutes)) one.minutes = Math.max(one.minutes ?? 0, row.minutes);
        found.set(id, one);
    };
    for (const row of enclosed) if (mine.has(row.code)) note(row.vers, "enclavee", row);
    for (const row of nearest) if (mine.has(row.code)) note(row.vers, "plus-proche", row);
    for (const id of borders) if (!found.has(id)) note(id, "borde", null);
    const rank = { enclavee: 0, "plus-proche": 1, borde: 2 };
    return [...found.values()].sort((a, b) => rank[a.why] - rank[b.why] || b.population - a.population || (a.id < b.id ? -1 : 1));
}
