/* "Vu par le public": an account looks at what the public sees. It stands in the address and the page is loaded anew, so that
 * nothing that was read for the account stays on it. */
import { session } from "../base/api.js";
import { h } from "../base/dom.js";
import * as state from "../base/state.js";
import { addTexts, t } from "../base/text.js";
import { texts } from "./texts_public_eye.js";

addTexts(texts);

function turn() {
    state.set({ audience: session.asPublic ? "" : "public" });
    location.reload();
}

/** The switch in the bar, for accounts. */
export const publicEyeButton = () => h("button", { type: "button", class: "public-eye-switch", "aria-pressed": String(session.asPublic), onclick: turn }, t("as-public"));

/** Says on the map what is looked at, as long as it is. */
export const publicEye = {
    start(context) {
        if (!session.asPublic || !session.role) return;
        context.tools.prepend(h("div", { class: "public-eye", role: "status" }, h("span", {}, t("rev-as-public")),
            h("button", { type: "button", class: "small", onclick: turn }, t("rev-as-myself"))));
    },
};
