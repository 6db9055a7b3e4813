/* What is looked at stands in the address: it can be shared, and the back button works. */

const values = new Map(new URLSearchParams(location.search));
const watchers = [];
let written = 0;

function write(push) {
    const known = [...values].filter(([, value]) => value !== "");
    const text = new URLSearchParams(known).toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
    const url = location.pathname + (text ? `?${text}` : "") + location.hash;
    if (push) history.pushState(null, "", url);
    else history.replaceState(null, "", url);
    written++;
}

function tell(changed) {
    for (const one of [...watchers])
        if (one.keys.some((key) => changed.has(key))) one.tell(changed);
}

/** The value of a key, "" where it is not set. */
export const get = (key) => values.get(key) ?? "";
/** A list: "a,b" → ["a", "b"]. */
export const list = (key) => get(key).split(",").filter(Boolean);

/** Sets keys (null, "" or [] takes one away) and tells who watches. With `push` the back button
 *  comes back to what was before: for what a person chooses, not for what follows from it. */
export function set(changes, { push = false } = {}) {
    const changed = new Set();
    for (const [key, given] of Object.entries(changes)) {
        const value = Array.isArray(given) ? given.join(",") : (given ?? "").toString();
        if (value === get(key)) continue;
        if (value === "") values.delete(key);
        else values.set(key, value);
        changed.add(key);
    }
    if (!changed.size) return;
    write(push);
    tell(changed);
}

/** Calls `f` when one of the keys changes; returns what stops it. */
export function watch(keys, f) {
    const one = { keys, tell: f };
    watchers.push(one);
    return () => watchers.splice(watchers.indexOf(one), 1);
}

addEventListener("popstate", () => {
    const before = new Map(values);
    values.clear();
    for (const [key, value] of new URLSearchParams(location.search)) values.set(key, value);
    const changed = new Set([...before.keys(), ...values.keys()].filter((key) => before.get(key) !== values.get(key)));
    tell(changed);
});

/** The address as it is, to be shared. */
export const link = () => location.href;
/** How often the address was written: tests look at it. */
export const writes = () => written;
