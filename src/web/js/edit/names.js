/* Ids made of names: ASCII, short, none twice. */

/** "Pays d’Œil-sur-Mer" → "pays-d-oeil-sur-mer". */
export function slug(name) {
    return String(name ?? "").replace(/[œŒ]/g, "oe").replace(/[æÆ]/g, "ae").normalize("NFD")
        .replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-")
        .slice(0, 48).replace(/^-+|-+$/g, "");
}

/** An id for a name that is not among `taken` (a Set, to which it is added). */
export function uniqueId(name, taken, fallback = "perimetre") {
    const wanted = slug(name) || fallback;
    let id = wanted;
    for (let n = 2; taken.has(id); n++) id = `${wanted}-${n}`;
    taken.add(id);
    return id;
}
