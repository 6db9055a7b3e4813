/* The rail of panels: one is open at a time, the address says which. */
import { may, onSession } from "../base/api.js";
import { fill, h, icon } from "../base/dom.js";
import * as state from "../base/state.js";
import { t } from "../base/text.js";

/** The rail of panels in this order of ids; `context` is given to each when it is first opened. What is returned takes
 *  more panels: `add(list)`. */
export function panels(rail, aside, order, context) {
    const list = [];
    const buttons = new Map();
    const made = new Map();
    let open = null;

    rail.setAttribute("aria-label", t("panels"));
    const button = (panel) => h("button", {
        type: "button", class: "rail-button", "data-panel": panel.id, "aria-expanded": "false", "aria-controls": aside.id,
        onclick: () => state.set({ panneau: open === panel.id ? "" : panel.id }, { push: true }),
    }, icon(panel.icon), t(panel.title));

    function add(more) {
        list.push(...more);
        list.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
        for (const panel of more) buttons.set(panel.id, button(panel));
        /* one that has the focus stays where it is */
        list.forEach((panel, i) => rail.children[i] !== buttons.get(panel.id) && rail.insertBefore(buttons.get(panel.id), rail.children[i] ?? null));
        allowed();
    }

    function show(id) {
        const panel = list.find((one) => one.id === id && may(one.least ?? ""));
        if (open && open !== panel?.id) list.find((one) => one.id === open)?.hidden?.();
        for (const [key, button] of buttons) button.setAttribute("aria-expanded", String(key === panel?.id));
        aside.hidden = !panel;
        const before = open;
        open = panel?.id ?? null;
        if (!panel) return;
        if (!made.has(panel.id)) made.set(panel.id, panel.make(context));
        if (before !== panel.id) {
            fill(aside,
                h("header", {}, h("h2", { tabindex: "-1" }, t(panel.title)),
                    h("button", { type: "button", class: "quiet", "aria-label": t("close-panel"),
                        onclick: () => (state.set({ panneau: "" }, { push: true }), buttons.get(panel.id).focus()) }, icon("close"))),
                h("div", { class: "panel-body" }, made.get(panel.id)));
            aside.setAttribute("aria-label", t(panel.title));
            aside.scrollTop = 0;
        }
        panel.shown?.();
    }

    function allowed() {
        for (const panel of list) buttons.get(panel.id).hidden = !may(panel.least ?? "");
        show(state.get("panneau"));
    }

    state.watch(["panneau"], () => show(state.get("panneau")));
    onSession(allowed);
    return { add };
}
