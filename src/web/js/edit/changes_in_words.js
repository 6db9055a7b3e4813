/* Differences between two states of perimeters, put together so that they can be told. Pure. */

/** Rows `{quoi, code, avant, apres}` → `{added, removed, shares, purposes, zones, details, whole}`: codes that came and
 *  went, and what else changed. */
export function gathered(differences = []) {
    const of = (kind) => differences.filter((one) => one.quoi === kind);
    const communes = of("commune");
    return {
        added: communes.filter((one) => one.avant === null).map((one) => one.code),
        removed: communes.filter((one) => one.apres === null).map((one) => one.code),
        shares: of("part"),
        purposes: of("partage-voulu"),
        zones: of("zone"),
        details: differences.filter((one) => ["nom", "contact", "statut", "genre", "perimetre"].includes(one.quoi)),
    };
}

/** All communes that are not the same on both sides of a `GET /diff`. */
export const codesOf = (rows) =>
    [...new Set(rows.flatMap((row) => row.differences.map((one) => one.code).filter(Boolean)))].sort();

/** Figures of `GET /scenarios/compare` side by side: `[{key, a, b, by}]`, `by` how much more the second has (null where
 *  one has none). Sizes come as `taille-<class>`. */
export function sideBySide(a, b) {
    const keys = ["perimetres", "communes", "population", "part_population", "communes_hors", "zones_blanches", "chevauchements",
        "erreurs", "alertes", "informations", "plus_petit", "plus_grand"];
    const row = (key, x, y) => ({ key, a: x ?? null, b: y ?? null, by: Number.isFinite(x) && Number.isFinite(y) ? y - x : null });
    const sizes = [...new Set([...Object.keys(a.tailles ?? {}), ...Object.keys(b.tailles ?? {})])];
    return [...keys.map((key) => row(key, a[key], b[key])),
        ...sizes.map((key) => row(`taille-${key}`, a.tailles?.[key], b.tailles?.[key]))];
}
