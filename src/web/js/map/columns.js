/* Columns of layers, read once for each state of them. */
import { get, query, session } from "../base/api.js";

const kept = new Map();

/** `{nombre, colonnes: {name: […]}}` of these properties; with `centres` also lon and lat. */
export function columns(layer, names, { centres = false } = {}) {
    const properties = [...new Set(names)].filter((name) => layer.proprietes.some((one) => one.nom === name));
    const path = `/collections/${layer.id}/columns${query({ properties: properties.join(","), skipGeometry: centres ? "false" : "" })}`;
    const key = `${path} ${layer.version} ${session.role} ${session.asPublic}`;
    if (!kept.has(key)) {
        const asked = get(path);
        kept.set(key, asked);
        asked.catch(() => kept.delete(key));
        if (kept.size > 24) kept.delete(kept.keys().next().value);
    }
    return kept.get(key);
}
