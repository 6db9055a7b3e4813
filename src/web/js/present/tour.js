/* A first visit, guided: a card that can be skipped and stops nobody; it is offered once to the public, once to whoever
 * logs in, and again by the help (`?visite=1`). */
import { onSession, session } from "../base/api.js";
import { fill, h, newId } from "../base/dom.js";
import * as state from "../base/state.js";
import { t } from "../base/text.js";
import { stepsFor } from "./steps.js";
import "./texts.js";

const KEY = "maille.visite";
const GAP = 12;

/* ---- who has been asked already ---- */

function asked() {
    try {
        return (localStorage.getItem(KEY) ?? "").split(" ");
    } catch {
        return ["public", "compte"]; /* nothing can be kept: nobody is asked each time */
    }
}

function remember(who) {
    try {
        localStorage.setItem(KEY, [...new Set([...asked(), who])].filter(Boolean).join(" "));
    } catch {
        /* private browsing */
    }
}

const whoAsks = () => (session.role ? "compte" : "public");

/* ---- the card ---- */

let close = () => {};

/** A card beside an element (or at the bottom); focus stays within it once it is there, Escape ends it. */
function card({ title, text, note, buttons, beside, grab, onClose }) {
    close();
    const id = newId("visite");
    const before = document.activeElement;
    const element = h("div", { class: "visit", role: "dialog", "aria-modal": "false", "aria-labelledby": id },
        note && h("p", { class: "small soft" }, note), h("h2", { id, tabindex: "-1" }, title), h("p", {}, text),
        h("div", { class: "row" }, buttons.map(([name, act, primary]) =>
            h("button", { type: "button", class: primary ? "primary" : "", onclick: act }, name))));
    const ring = beside && h("div", { class: "visit-ring", "aria-hidden": "true" });
    const place = () => put(element, ring, beside);
    const keys = (event) => (event.key === "Escape" ? (event.stopPropagation(), onClose()) : trap(event, element));
    element.addEventListener("keydown", keys);
    document.body.append(...[ring, element].filter(Boolean));
    addEventListener("resize", place);
    place();
    close = () => {
        removeEventListener("resize", place);
        element.remove();
        ring?.remove();
        close = () => {};
        if (grab && before?.isConnected) before.focus();
    };
    if (grab) element.querySelector("button.primary").focus();
}

function trap(event, element) {
    if (event.key !== "Tab") return;
    const buttons = [...element.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const next = (at + (event.shiftKey ? -1 : 1) + buttons.length) % buttons.length;
    buttons[next].focus();
    event.preventDefault();
}

function put(element, ring, beside) {
    const { width, height } = element.getBoundingClientRect();
    const box = beside?.getBoundingClientRect() ?? { left: innerWidth, right: innerWidth, top: innerHeight, bottom: innerHeight };
    if (ring) Object.assign(ring.style, { left: `${box.left - 4}px`, top: `${box.top - 4}px`, width: `${box.right - box.left + 8}px`, height: `${box.bottom - box.top + 8}px` });
    const right = box.right + GAP + width < innerWidth;
    const left = right ? box.right + GAP : Math.max(GAP, Math.min(box.left, innerWidth - width - GAP));
    const top = right ? box.top : box.bottom + GAP;
    element.style.left = `${left}px`;
    element.style.top = `${Math.max(GAP, Math.min(top, innerHeight - height - GAP))}px`;
}

/* ---- the visit ---- */

function offer() {
    const who = whoAsks();
    if (asked().includes(who) || state.get("vue") === "projection") return;
    const no = () => (remember(who), close());
    card({ title: t("tour-offer-title"), text: t("tour-offer"), onClose: no,
        buttons: [[t("tour-later"), no], [t("tour-begin"), () => run(who), true]] });
}

function run(who) {
    remember(who);
    const steps = stepsFor(session.role).map((step) => ({ ...step, beside: find(step.at) })).filter((step) => step.beside);
    const end = () => (close(), state.set({ visite: "" }));
    const show = (i) => {
        const last = i === steps.length - 1;
        card({ title: t(`tour-${steps[i].id}`), text: t(`tour-${steps[i].id}-text`), note: t("tour-step", { n: i + 1, de: steps.length }),
            beside: steps[i].beside, grab: true, onClose: end,
            buttons: [!last && [t("tour-skip"), end], i > 0 && [t("tour-back"), () => show(i - 1)],
                [last ? t("tour-end") : t("tour-next"), last ? end : () => show(i + 1), true]].filter(Boolean) });
    };
    if (steps.length) show(0);
}

const find = (selector) => [...document.querySelectorAll(selector)].find((one) => one.checkVisibility?.() ?? one.offsetParent) ?? null;

export const tourPart = {
    start() {
        /* after the rail of panels is there */
        setTimeout(() => (state.get("visite") ? run(whoAsks()) : offer()), 0);
        onSession(() => setTimeout(offer, 0));
    },
};
