/* The reason of a change: what is typed is kept until it has been saved with one. */
import { session } from "../base/api.js";
import { h, newId } from "../base/dom.js";
import { t } from "./plans_text.js";

/* What one account typed is not proposed to the next. */
const place = (key) => `maille.${session.nom ?? ""}.${key}`;

/** What was typed under a key and has not been saved yet. */
export function recall(key) {
    try {
        return localStorage.getItem(place(key)) ?? "";
    } catch {
        return "";
    }
}

export function remember(key, text) {
    try {
        if (text) localStorage.setItem(place(key), text);
        else localStorage.removeItem(place(key));
    } catch {
        /* private browsing: it lives as long as the page */
    }
}

/** `{element, text(), done()}`: `done` is for when a change went through with it. */
export function reasonField(key, { label = t("reason") } = {}) {
    const id = newId("motif");
    const input = h("textarea", { id, rows: "2", maxlength: "2000", ".value": recall(`motif.${key}`),
        oninput: () => remember(`motif.${key}`, input.value) });
    return {
        element: h("div", { class: "field" }, h("label", { for: id }, label), input,
            h("p", { class: "small soft" }, t("reason-kept"))),
        text: () => input.value.trim(),
        done: () => {
            input.value = "";
            remember(`motif.${key}`, "");
        },
    };
}
