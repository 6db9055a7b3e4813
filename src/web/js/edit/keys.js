/* Painting by keyboard: letters choose tools, arrows move the map, Space or Enter paints the commune under the cross. */
import { h } from "../base/dom.js";
import { t } from "../base/text.js";
import { dialog } from "../base/ui.js";
import { settings } from "./settings.js";
import { PAINTING, TOOLS } from "./tools.js";

/** Whether keys belong to what is focused rather than to the tools. */
const typing = (element) => Boolean(element?.closest("input, textarea, select, [contenteditable], dialog"));
const onMap = (element) => Boolean(element?.closest(".maplibregl-canvas-container"));

const SHORTCUTS = [
    ...TOOLS.map((one) => [one.key.toUpperCase(), `edit.tool-${one.id}`]),
    ["1 2 3", "edit.key-sizes"], ["G", "edit.key-erase"], ["Maj", "edit.key-shift"],
    ["← ↑ → ↓", "edit.key-arrows"], ["Espace, Entrée", "edit.key-paint"], ["Échap", "edit.key-escape"],
    ["Ctrl + Z", "edit.undo"], ["Ctrl + Y", "edit.redo"], ["?", "edit.keys"],
];

export function showKeys() {
    const letters = h("input", { type: "checkbox", ".checked": settings.letters, onchange: () => (settings.letters = letters.checked) });
    return dialog({ title: t("edit.keys"), body: [
        h("table", {}, h("caption", { class: "sr-only" }, t("edit.keys")),
            h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("edit.key")), h("th", { scope: "col" }, t("edit.key-does")))),
            h("tbody", {}, SHORTCUTS.map(([key, text]) => h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, key)), h("td", {}, t(text)))))),
        h("label", { class: "inline" }, letters, t("edit.letters")),
    ], actions: [{ title: t("close"), primary: true }] });
}

/** What a key does: {tool}, {size}, {act} or null. Pure. */
export function readKey(event, { tool, letters }) {
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && !event.altKey) {
        if (key === "z") return { act: event.shiftKey ? "redo" : "undo" };
        return key === "y" ? { act: "redo" } : null;
    }
    if (event.altKey) return null;
    if (key === "?") return { act: "help" };
    if (key === "escape") return { act: "escape" };
    if ((key === " " || key === "enter") && PAINTING.has(tool)) return { act: "paint", how: event.shiftKey };
    if (!letters) return null;
    const named = TOOLS.find((one) => one.key === key);
    if (named) return { tool: named.id };
    if (["1", "2", "3"].includes(key) && tool === "brush") return { size: Number(key) };
    return key === "g" && PAINTING.has(tool) ? { act: "erase" } : null;
}

/** Listens while `active()`; `acts` are functions by name: undo, redo, help, escape, paint(event), erase. */
export function listenKeys(active, acts) {
    addEventListener("keydown", (event) => {
        if (!active() || typing(event.target) || event.defaultPrevented) return;
        const found = readKey(event, settings);
        if (!found) return;
        if (found.act === "paint" && !onMap(event.target)) return; /* elsewhere Space and Enter press what has the focus */
        if (found.tool) settings.tool = found.tool;
        else if (found.size) settings.size = found.size;
        else acts[found.act](event);
        if (found.act !== "escape") event.preventDefault();
    });
}
