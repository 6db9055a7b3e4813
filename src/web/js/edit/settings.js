/* How a person paints, kept in the browser: what becomes of communes that others hold, which tool, how wide. */
import { onSession, session } from "../base/api.js";
import { storage } from "./outbox.js";

const watchers = new Set();
const KEY = "maille.reglages-peinture";
const values = { take: null, tool: "hand", size: 2, erase: false, below: false, letters: true, reason: "", who: null, ...read() };

function read() {
    try {
        return { ...JSON.parse(storage().getItem(KEY) ?? "{}"), tool: "hand", erase: false };
    } catch {
        return {};
    }
}

/** `take` "take" | "beside" | null (ask), `tool`, `size` 1 to 3, `erase`, `below` (let the layer below be seen), `letters`
 *  (keys of one letter choose tools), `reason` (why, for all strokes until it is changed). */
export const settings = new Proxy(values, {
    set(target, key, value) {
        if (target[key] === value) return true;
        target[key] = value;
        if (key === "reason") target.who = session.nom;
        storage().setItem(KEY, JSON.stringify(target));
        for (const f of [...watchers]) f(key);
        return true;
    },
});

/* A reason is that of who typed it: the next account gives its own. */
const forget = () => values.who !== session.nom && (settings.reason = "");
forget();
onSession(forget);

export const onSetting = (f) => (watchers.add(f), () => watchers.delete(f));
