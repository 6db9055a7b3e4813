/* What the panels of this folder share: what is asked for, statuses in words, the focus kept while something is drawn again. */
import { h } from "../base/dom.js";
import * as state from "../base/state.js";
import { addTexts, t } from "../base/text.js";
import { texts } from "./texts.js";

addTexts(texts);

/** Title of a status, as the study names it. */
export const statusTitle = (study, id) => study.statuts.find((one) => one.id === id)?.titre ?? (id || t("rev-no-status"));

/** A status as a small label with its colour. */
export const statusTag = (study, colours, id) => h("span", { class: "tag" },
    h("span", { class: "swatch", "aria-hidden": "true", style: { background: colours[id] ?? "#bdbdbd" } }), statusTitle(study, id));

/** What was asked for: the scenario and kind that the page looks at. */
export const scope = () => ({ scenario: state.get("scenario"), kind: state.get("genre") || "cpts" });

/** Remembers what has the focus within an element that is drawn again, by its id or its data-sort; the function that is
 *  given puts it back. */
export function focused(element) {
    const active = element.contains(document.activeElement) ? document.activeElement : null;
    const key = active?.id ? `#${CSS.escape(active.id)}` : active?.dataset.sort ? `[data-sort="${active.dataset.sort}"]` : null;
    return () => key && element.querySelector(key)?.focus({ preventScroll: true });
}
