/* A change before it is made: its effect, its reason, and the button that makes it. */
import { fill, h } from "../base/dom.js";
import { number } from "../base/text.js";
import { busy, message, say, tellProblem } from "../base/ui.js";
import { plan } from "./plan.js";
import { reasonField } from "./reason.js";
import { change, severityTag } from "./words.js";
import { t } from "./plans_text.js";

const SHOWN = 5;
const PATIENCE = 4000; /* ms */
const running = new WeakMap(); /* what is tried out in a place */

function findings(title, all) {
    if (!all?.length) return null;
    const item = (one) => h("li", {}, severityTag(one.gravite), " ", one.constat);
    return [h("h4", {}, title),
        h("ul", { class: "plain findings" }, all.slice(0, SHOWN).map(item)),
        all.length > SHOWN && h("details", {}, h("summary", {}, t("and-more", { n: all.length - SHOWN })),
            h("ul", { class: "plain findings" }, all.slice(SHOWN).map(item)))];
}

/** The answer of a what-if (or of a change) as a table and two lists. */
export function effectView(effect) {
    const row = ({ id, nom, avant, apres }) => h("tr", {},
        h("th", { scope: "row" }, nom ?? id),
        h("td", { class: "number" }, change(avant?.population, apres?.population)),
        h("td", {}, avant && apres && avant.taille !== apres.taille ? `${avant.taille ?? t("nothing")} → ${apres.taille ?? t("nothing")}`
            : (apres ?? avant)?.taille ?? t("nothing")),
        h("td", { class: "number" }, change(avant?.parties, apres?.parties)));
    return h("div", { class: "effect" },
        effect.perimetres.length > 0 && h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("effect") }, h("table", {},
            h("caption", {}, t("effect")),
            h("thead", {}, h("tr", {}, ["perimeter", "population", "size", "parts"].map((key) => h("th", { scope: "col" }, t(key))))),
            h("tbody", {}, effect.perimetres.map(row)))),
        findings(t("findings-gone", { n: effect.constats_disparus?.length ?? 0 }), effect.constats_disparus),
        findings(t("findings-new", { n: effect.constats_apparus?.length ?? 0 }), effect.constats_apparus));
}

/** What is said to those who listen: populations of before and after. */
const spoken = (effect) => effect.perimetres.map(({ nom, avant, apres }) =>
    `${nom} : ${avant ? number(avant.population) : t("nothing")} → ${apres ? number(apres.population) : t("nothing")}`).join(" ; ");

/** Makes a change while `element` is busy. Where it cannot be sent now it is kept, and said so: nobody waits in front of
 *  a form. Gives the answer, undefined when it was refused (which is told). What was typed as its reason stays until then. */
export async function save(element, gestures, { reason, label }) {
    const kept = setTimeout(() => {
        element?.removeAttribute("aria-busy");
        message(t("kept-here"), { kind: "warning", key: "garde", seconds: 12 });
    }, PATIENCE);
    const answer = await busy(element, plan.change(gestures, { motif: reason?.text() || null, label }));
    clearTimeout(kept);
    if (answer === undefined) return undefined;
    reason?.done();
    return answer ?? {};
}

/** Tries gestures out and shows what they would do into `place`, with a reason to type and a button to do it.
 *  `gestures` may be a function: they are read again when it is done. `onDone(answer)` after it was saved. */
export async function proposeChange(place, { gestures, title, key, onDone = () => {}, onCancel = () => {} }) {
    const asked = new AbortController();
    running.get(place)?.abort();
    running.set(place, asked);
    const now = () => (typeof gestures === "function" ? gestures() : gestures);
    fill(place, h("p", { class: "soft" }, t("trying-out")));
    let effect;
    try {
        effect = await plan.tryOut(now(), { signal: asked.signal });
    } catch (fault) {
        if (fault.name === "AbortError") return;
        fill(place, h("p", { class: "note bad" }, fault.detail ?? t("problem-unknown")));
        if (!("status" in fault)) tellProblem(fault);
        return;
    }
    const reason = reasonField(key);
    const form = h("form", { class: "block propose", onsubmit: async (event) => {
        event.preventDefault();
        const answer = await save(form, now(), { reason, label: title });
        if (answer === undefined) return;
        fill(place);
        message(t("change-made", { fait: answer.fait ?? title }), { seconds: 8, key: "fait" });
        onDone(answer);
    } },
    h("h4", {}, title), effectView(effect), reason.element,
    h("div", { class: "row" },
        h("button", { type: "submit", class: "primary" }, title),
        h("button", { type: "button", onclick: () => (fill(place), onCancel()) }, t("cancel"))));
    fill(place, form);
    say(spoken(effect));
}
