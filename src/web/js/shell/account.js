/* Who asks, and what they may do about it: look as the public does, leave. A page belongs to one person: what it shows,
 * and what it holds in memory, goes with them. */
import { logout, onSession, session } from "../base/api.js";
import { h, icon } from "../base/dom.js";
import { t } from "../base/text.js";
import { message, tellProblem } from "../base/ui.js";
import { publicEyeButton } from "../review/public_eye.js";

const LEFT = "maille.parti"; /* in the storage of the window, from leaving to the page after it */

async function leave() {
    try {
        await logout();
    } catch (fault) {
        return tellProblem(fault);
    }
    sessionStorage.setItem(LEFT, "1");
    location.reload();
}

/** Begins anew when somebody else logs in where a session ended; says that one has left. */
export function oneAtATime() {
    let who = session.nom;
    onSession(() => {
        if (who && session.nom && session.nom !== who) location.reload();
        who = session.nom ?? who;
    });
    if (sessionStorage.getItem(LEFT)) message(t("logged-out"), { seconds: 6 });
    sessionStorage.removeItem(LEFT);
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
