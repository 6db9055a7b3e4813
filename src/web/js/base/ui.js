/* What the page tells people: announcements, messages that stay, dialogs. */
import { fill, h, icon, newId } from "./dom.js";
import { problemText } from "./problems.js";
import { t } from "./text.js";

let polite = null;
let stack = null;

function regions() {
    if (polite) return;
    polite = h("div", { class: "sr-only", role: "status", "aria-live": "polite", id: "annonces" });
    stack = h("section", { class: "messages", "aria-label": "Messages" });
    document.body.append(polite, stack);
}

let later = 0;
/** Tells people who listen rather than look; what comes last within a moment is what is said. */
export function say(text) {
    regions();
    clearTimeout(later);
    later = setTimeout(() => fill(polite, text), 120);
}

/** A message that stays until it is closed. `kind` is "info", "warning" or "error"; a message of the
 *  same `key` takes the place of the one before. Returns what closes it. */
export function message(text, { kind = "info", key = null, actions = [], seconds = 0 } = {}) {
    regions();
    if (key) stack.querySelector(`[data-key="${CSS.escape(key)}"]`)?.remove();
    const close = () => element.remove();
    const element = h("div", { class: ["message", kind], role: kind === "error" ? "alert" : "status", "data-key": key },
        h("p", {}, text),
        actions.map(({ title, act }) => h("button", { class: "small", type: "button", onclick: () => (close(), act()) }, title)),
        h("button", { class: "quiet", type: "button", "aria-label": t("close"), onclick: close }, icon("close")));
    stack.append(element);
    if (seconds) setTimeout(close, seconds * 1000);
    return close;
}

/** Tells a fault in words, with what to do about it. */
export function tellProblem(fault) {
    if (fault.name === "AbortError") return;
    if (!("status" in fault)) console.error(fault);
    const text = problemText(fault);
    const actions = fault.status === 401 ? [{ title: t("login"), act: () => dispatchEvent(new CustomEvent("maille:connexion")) }] : [];
    message(text, { kind: "error", key: `problem-${text}`, actions });
}

/** A dialog; `body` are its nodes (or a function of `end(value)` that gives them), `actions` its buttons:
 *  `{title, value, primary, danger, act}`. `act` may return false (or a promise of it) to keep it open. Resolves with
 *  the value, null when closed. */
export function dialog({ title, body, actions = [], wide = false, close = t("close") }) {
    return new Promise((resolve) => {
        const heading = newId("titre");
        const element = h("dialog", { class: wide ? "wide" : "", "aria-labelledby": heading });
        const end = (value) => {
            element.close();
            element.remove();
            resolve(value);
        };
        const button = ({ title: name, value = true, primary = false, danger = false, act }) =>
            h("button", {
                type: "button", class: [primary && "primary", danger && "danger"],
                onclick: async () => {
                    if (act && (await act()) === false) return;
                    end(value);
                },
            }, name);
        element.append(
            h("header", {}, h("h2", { id: heading }, title),
                h("button", { class: "quiet", type: "button", "aria-label": close, onclick: () => end(null) }, icon("close"))),
            h("div", { class: "dialog-body" }, typeof body === "function" ? body(end) : body),
            ...(actions.length ? [h("footer", {}, actions.map(button))] : []));
        element.addEventListener("cancel", (event) => (event.preventDefault(), end(null)));
        document.body.append(element);
        element.showModal();
        element.querySelector("[autofocus]")?.focus();
    });
}

/** A question with two answers. */
export const ask = (title, text, { yes = t("confirm"), danger = false } = {}) =>
    dialog({ title, body: h("p", {}, text), close: t("cancel"),
        actions: [{ title: t("cancel"), value: false }, { title: yes, value: true, primary: !danger, danger }] })
        .then(Boolean);

/** Marks an element busy while a promise runs; its problem is told, and it gives undefined then. */
export async function busy(element, promise) {
    element?.setAttribute("aria-busy", "true");
    try {
        return await promise;
    } catch (fault) {
        tellProblem(fault);
        return undefined;
    } finally {
        element?.removeAttribute("aria-busy");
    }
}
