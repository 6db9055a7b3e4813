/* Who asks, and what they may do about it: look as the public does, leave. */
import { logout, session } from "../base/api.js";
import { h, icon } from "../base/dom.js";
import { t } from "../base/text.js";
import { say, tellProblem } from "../base/ui.js";
import { publicEyeButton } from "../review/public_eye.js";

async function leave() {
    await logout().catch(tellProblem);
    say(t("logged-out"));
}

/** A button with one's name that opens what one may do; it closes by Escape, and when the focus goes elsewhere. */
export function accountMenu() {
    const role = t(`role-${session.role}`);
    const menu = h("details", { class: "account" },
        h("summary", { class: "button" }, icon("user"), `${session.nom} (${role})`),
        h("div", { class: "account-menu", "data-over": true }, publicEyeButton(),
            h("button", { type: "button", onclick: leave }, t("logout"))));
    const close = (focus) => {
        menu.open = false;
        if (focus) menu.querySelector("summary").focus();
    };
    menu.addEventListener("keydown", (event) => event.key === "Escape" && menu.open && close(true));
    menu.addEventListener("focusout", (event) => event.relatedTarget && !menu.contains(event.relatedTarget) && close(false));
    document.addEventListener("pointerdown", (event) => !menu.contains(event.target) && close(false));
    return menu;
}
