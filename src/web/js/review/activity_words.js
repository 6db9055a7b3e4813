/* What was done lately, put together: one entry for each change, whatever the number of perimeters it touched. */
import { language, moment } from "../base/text.js";

/** Rows of GET /history, newest first → `[{numero, date, qui, genre, motif, perimetres: [{id, nom, version, supprime}]}]`. */
export function changes(rows) {
    const found = new Map();
    for (const row of rows) {
        if (!found.has(row.numero))
            found.set(row.numero, { numero: row.numero, date: row.date, qui: row.qui, genre: row.genre, motif: row.motif, perimetres: [] });
        found.get(row.numero).perimetres.push({ id: row.perimetre, nom: row.nom, version: row.version, supprime: row.apres === null });
    }
    return [...found.values()].sort((a, b) => b.numero - a.numero);
}

const STEPS = [["minute", 60], ["hour", 3600], ["day", 86400]];

/** "il y a 3 minutes" within a week, the moment itself before. */
export function ago(iso, now = Date.now()) {
    const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
    if (seconds > 7 * 86400) return moment(iso);
    const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
    if (seconds < 60) return words.format(0, "second");
    const [unit, length] = [...STEPS].reverse().find(([, size]) => seconds >= size);
    return words.format(-Math.floor(seconds / length), unit);
}
