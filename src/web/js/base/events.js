/* What others do, as it happens: one stream of events a page. */
import { address, onSession } from "./api.js";

const listeners = new Map();
let stream = null;
let reached = null;
const watchers = new Set();

/** Calls `f(data, id)` for each event of that kind: changement, commentaire, note, scenario, import,
 *  couches, relire. */
export function onEvent(kind, f) {
    if (!listeners.has(kind)) {
        listeners.set(kind, new Set());
        if (stream) listen(kind);
    }
    listeners.get(kind).add(f);
    return () => listeners.get(kind).delete(f);
}

function listen(kind) {
    stream.addEventListener(kind, (event) => {
        let data = {};
        try {
            data = JSON.parse(event.data);
        } catch {
            /* a kind without data */
        }
        for (const f of [...listeners.get(kind)]) f(data, event.lastEventId);
    });
}

/** Told true when the stream is open, false when it is cut. */
export const onReach = (f) => (watchers.add(f), () => watchers.delete(f));

function reach(is) {
    if (is === reached) return;
    reached = is;
    for (const f of watchers) f(is);
}

/** Opens the stream, and again as another person when the session changes. */
export function openEvents() {
    stream?.close();
    stream = new EventSource(address("/events"), { withCredentials: true });
    stream.onopen = () => reach(true);
    stream.onerror = () => reach(false);
    for (const kind of listeners.keys()) listen(kind);
}

onSession(() => stream && openEvents());
