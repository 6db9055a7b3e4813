/* The link of the page, given to somebody else. */
import { base } from "../base/api.js";
import { h } from "../base/dom.js";
import { language, t } from "../base/text.js";
import { dialog, message } from "../base/ui.js";
import { of } from "./words.js";

/** By what the telephone offers, else copied, else shown to be copied. */
export async function share(card) {
    const url = new URL(`${base}/ma-commune/${card.code}`, location.href).href;
    const title = t("mc-share-what", { de: language === "fr" ? of(card.nom) : card.nom });
    if (navigator.share && matchMedia("(pointer: coarse)").matches) {
        try {
            return await navigator.share({ title, url });
        } catch (fault) {
            if (fault.name === "AbortError") return; /* the person thought better of it */
        }
    }
    try {
        await navigator.clipboard.writeText(url);
        message(t("mc-shared"), { key: "share", seconds: 8 });
    } catch {
        const input = h("input", { readonly: true, value: url, "aria-label": t("mc-share-title"), autofocus: true,
            onfocus: (event) => event.target.select() });
        await dialog({ title: t("mc-share-title"), body: h("label", { class: "field" }, h("span", {}, t("mc-share-text")), input) });
    }
}
