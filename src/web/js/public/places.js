/* Where the nearest places are, beyond their names: for the map, and whether they are open all the time. */
import { get, query } from "../base/api.js";

/** Service → {lon, lat, statut, nom} of the nearest places of a card; none where the service does not tell. */
export async function placesOf(card) {
    const wanted = [...(card.services ?? []), ...(card.autres ?? [])].filter((one) => one.lieu);
    if (!wanted.length) return new Map();
    const ids = [...new Set(wanted.map((one) => `'${one.lieu.id.replaceAll("'", "''")}'`))].join(",");
    const { features = [] } = await get(`/collections/etablissements/items${query({ filter: `id IN (${ids})`, limit: 100, f: "json" })}`)
        .catch(() => ({}));
    const found = new Map();
    for (const { service, lieu } of wanted) {
        const one = features.find(({ properties }) => properties.id === lieu.id && properties.service === service);
        const [lon, lat] = one?.geometry?.coordinates ?? [];
        if (one) found.set(service, { lon, lat, statut: one.properties.statut, nom: one.properties.nom });
    }
    return found;
}
