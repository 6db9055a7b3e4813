/* Whether all is saved, in words that are always in sight: saved, on its way, offline with so many strokes kept. */
import { fill, h } from "../base/dom.js";
import { t } from "../base/text.js";
import { say } from "../base/ui.js";
import { askConflict, showAside } from "./conflict.js";
import { plan } from "./plan.js";

const LATE_MS = 400; /* what is saved sooner is not told as being on its way */
const KINDS = { saved: "good", sending: "", offline: "warning", session: "warning", conflict: "bad" };

/** The line that tells it, with what may be done about it. */
export function savingLine() {
    const tag = h("span", { class: "tag", "data-etat": "saved" });
    const actions = h("span", { class: "row" });
    const element = h("div", { class: "row edit-saving" }, tag, actions);
    let told = "saved";
    let due = 0;
    const draw = () => {
        const { state, items } = plan.outbox;
        const n = items.length;
        tag.className = `tag ${KINDS[state]}`;
        tag.dataset.etat = state;
        tag.textContent = t(`edit.state-${state}`, { n });
        const aside = plan.aside().length;
        fill(actions, state === "conflict" && h("button", { type: "button", class: "small primary", onclick: askConflict }, t("edit.solve")),
            state === "offline" && h("button", { type: "button", class: "small", onclick: () => plan.outbox.retry() }, t("retry")),
            aside > 0 && h("button", { type: "button", class: "quiet small", onclick: showAside }, t("edit.aside", { n: aside })));
        if (state !== told && state !== "sending" && (state !== "saved" || ["offline", "session", "conflict"].includes(told))) say(tag.textContent);
        if (state !== "sending") told = state;
    };
    plan.watch(({ what }) => {
        if (!["outbox", "stroke", "saved", "refused", "conflict", "members"].includes(what)) return;
        clearTimeout(due);
        if (plan.outbox.state === "sending") due = setTimeout(draw, LATE_MS);
        else draw();
    });
    draw();
    return element;
}
