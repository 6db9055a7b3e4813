/* A part of the page that reads when it is shown and reads again when what it rests on changes: others' changes, the
 * session, keys of the address. One reading at a time; the last one wins. */
import { onSession } from "../base/api.js";
import { onEvent } from "../base/events.js";
import * as state from "../base/state.js";
import { tellProblem } from "../base/ui.js";

/**
 * @param {object} what
 *     `read(signal)` gives what `draw(found)` shows; `element` is marked busy meanwhile; `events` and `keys` are what
 *     makes it read again; `redraw` are keys that draw what was read already
 * @returns `{shown(), hidden(), again()}`
 */
export function following({ element, read, draw, events = [], keys = [], redraw = [] }) {
    let visible = false;
    let stale = true;
    let asked = null;
    let found = null;
    let later = 0;

    async function again() {
        if (!visible) return void (stale = true);
        stale = false;
        asked?.abort();
        const mine = (asked = new AbortController());
        element.setAttribute("aria-busy", "true");
        try {
            const read_ = await read(mine.signal);
            if (mine.signal.aborted) return;
            draw((found = read_));
        } catch (fault) {
            if (mine.signal.aborted) return;
            stale = true;
            tellProblem(fault);
        } finally {
            if (asked === mine) element.removeAttribute("aria-busy");
        }
    }

    /* Several events of one change are one reading. */
    const soon = () => (clearTimeout(later), (later = setTimeout(again, 150)));
    for (const kind of [...events, "relire"]) onEvent(kind, soon);
    onSession(() => ((found = null), soon()));
    if (keys.length) state.watch(keys, again);
    if (redraw.length) state.watch(redraw, () => visible && found && draw(found));
    return {
        shown() {
            visible = true;
            if (stale || !found) again();
            else draw(found);
        },
        hidden() {
            visible = false;
            asked?.abort();
            element.removeAttribute("aria-busy");
        },
        again,
    };
}
