/* What a presenter's keys mean, and which view comes next. Pure. */

const ACTIONS = {
    ArrowRight: "next", ArrowDown: "next", PageDown: "next", " ": "next", Enter: "next",
    ArrowLeft: "previous", ArrowUp: "previous", PageUp: "previous", Backspace: "previous",
    Home: "first", End: "last", f: "full", F: "full", "+": "larger", "=": "larger", "-": "smaller", "−": "smaller",
    b: "blank", B: "blank", ".": "blank", "?": "help", Escape: "leave",
};

/** The lines of the list of keys, by their texts. */
export const KEYS = ["next", "previous", "home", "number", "full", "size", "blank", "help", "leave"];

/** What a key does, null where it does nothing. */
export const actionOf = (key) => (/^[1-9]$/.test(key) ? "number" : ACTIONS[key] ?? null);

/** The view that comes `by` places after the one of that id, among those that are there; the ends hold. */
export function step(views, id, by) {
    const there = views.filter((one) => one.disponible);
    const at = there.findIndex((one) => one.id === id);
    if (at < 0) return there[by > 0 ? 0 : there.length - 1] ?? null;
    return there[Math.min(there.length - 1, Math.max(0, at + by))];
}
