/* The tools above the map: hand, inspect, brush, rectangle, lasso; add or remove; undo and redo. */
import { fill, h, icon, s } from "../base/dom.js";
import { t } from "../base/text.js";
import { busy } from "../base/ui.js";
import { plan } from "./plan.js";
import { onSetting, settings } from "./settings.js";

export const TOOLS = [
    { id: "hand", icon: "hand", key: "m" }, { id: "inspect", icon: "info", key: "i" }, { id: "brush", icon: "brush", key: "b" },
    { id: "rectangle", icon: "rectangle", key: "r" }, { id: "lasso", icon: "lasso", key: "l" },
];
export const PAINTING = new Set(["brush", "rectangle", "lasso"]);
const SIZES = [1, 2, 3];

/** Whether a stroke removes: the button says so, or Shift is held. */
export const howOf = (event) => (settings.erase !== Boolean(event?.shiftKey) ? "remove" : "add");

const pressed = (button, is) => button.setAttribute("aria-pressed", String(is));

/** The toolbar; `help()` shows the list of keys, `undo()` and `redo()` do what they say. */
export function toolbar({ help, undo, redo }) {
    const tools = new Map(TOOLS.map((one) => [one.id, h("button", { type: "button", class: "edit-tool", "data-outil": one.id,
        title: `${t(`edit.tool-${one.id}`)} (${one.key.toUpperCase()})`, "aria-keyshortcuts": one.key, onclick: () => (settings.tool = one.id) },
    icon(one.icon), h("span", {}, t(`edit.tool-${one.id}`)))]));
    const sizes = SIZES.map((size) => h("button", { type: "button", class: "edit-tool", "aria-label": t("edit.brush-size", { n: size }), title: `${t("edit.brush-size", { n: size })} (${size})`,
        onclick: () => (settings.size = size) }, dot(size)));
    const erase = h("button", { type: "button", class: "edit-tool", "data-outil": "gomme", onclick: () => (settings.erase = !settings.erase) });
    const back = h("button", { type: "button", class: "edit-tool", "data-outil": "annuler", onclick: undo }, icon("undo"), h("span", { class: "sr-only" }, t("edit.undo")));
    const forth = h("button", { type: "button", class: "edit-tool", "data-outil": "retablir", onclick: redo }, icon("redo"), h("span", { class: "sr-only" }, t("edit.redo")));
    const keys = h("button", { type: "button", class: "edit-tool", title: t("edit.keys"), "aria-label": t("edit.keys"), onclick: help }, "?");
    const sized = h("div", { class: "edit-group", role: "group", "aria-label": t("edit.sizes") }, sizes);
    const group = (name, ...children) => h("div", { class: "edit-group", role: "group", "aria-label": t(name) }, children);
    const element = h("div", { class: "edit-toolbar", role: "toolbar", "aria-label": t("edit.tools") },
        group("edit.tools", [...tools.values()]), sized, erase, group("edit.steps", back, forth), keys);

    let shift = false;
    const draw = () => {
        for (const [id, button] of tools) pressed(button, id === settings.tool);
        sizes.forEach((button, i) => pressed(button, SIZES[i] === settings.size));
        sized.hidden = settings.tool !== "brush";
        erase.hidden = !PAINTING.has(settings.tool);
        const removes = settings.erase !== shift;
        pressed(erase, removes);
        fill(erase, icon(removes ? "close" : "plus"), h("span", {}, t(removes ? "edit.removing" : "edit.adding")));
        erase.title = t("edit.erase-title");
        const { undo: last, redo: next } = plan.steps;
        for (const [button, label, key] of [[back, last, "undo"], [forth, next, "redo"]]) {
            button.setAttribute("aria-disabled", String(!label));
            button.title = label ? t(`edit.${key}-what`, { quoi: label }) : t(`edit.${key}-nothing`);
            button.lastChild.textContent = button.title;
        }
    };
    const held = (event) => event.shiftKey !== shift && ((shift = event.shiftKey), draw());
    addEventListener("keydown", held);
    addEventListener("keyup", held);
    addEventListener("blur", () => shift && ((shift = false), draw()));
    onSetting(draw);
    plan.watch(({ what }) => ["steps", "members", "saved", "stroke"].includes(what) && draw());
    draw();
    return element;
}

const dot = (size) => s("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" },
    s("circle", { cx: 12, cy: 12, r: [2.5, 5.5, 9][size - 1], fill: "currentColor", stroke: "none" }));

/** One step back or forth, told in words. */
export const turnBack = (element, turn, told) => busy(element, turn()).then((answer) => answer !== undefined && told(answer));
