/* The bar above the map: the study, a search, the language, who asks. */
import { base, login, onSession, session } from "../base/api.js";
import { fill, h, icon } from "../base/dom.js";
import * as state from "../base/state.js";
import { keepLanguage, language, t } from "../base/text.js";
import { busy, dialog, message } from "../base/ui.js";
import { searchBox } from "../public/search.js";
import { accountMenu } from "./account.js";

export function bar(element, study, onCommune) {
    const account = h("span", { class: "row" });
    fill(element,
        h("a", { class: "brand", href: `${base}/carte` }, "Maille", h("small", {}, study.titre)),
        searchBox({ onChoose: onCommune }),
        h("a", { class: "button", href: `${base}/ma-commune` }, icon("search"), t("my-commune")),
        h("a", { class: "button", href: `${base}/aide` }, icon("help"), t("help")),
        h("button", { type: "button", lang: language === "fr" ? "en" : "fr", "aria-label": t("language-label"), onclick: changeLanguage }, t("language")),
        account);
    const draw = () => fill(account, session.role
        ? accountMenu()
        : h("button", { type: "button", onclick: askLogin }, icon("user"), t("login")));
    onSession(draw);
    addEventListener("maille:connexion", () => askLogin()); /* where a session has ended */
    draw();
}

function changeLanguage() {
    const other = language === "fr" ? "en" : "fr";
    keepLanguage(other);
    state.set({ langue: other === "en" ? "en" : "" });
    location.reload();
}

/** Asks for a token until one opens a session or the person gives up. */
export async function askLogin() {
    const input = h("input", { type: "password", id: "jeton", autocomplete: "current-password", autofocus: true, required: true });
    const fault = h("p", { class: "note bad", role: "alert", hidden: true });
    const enter = async () => {
        fault.hidden = true;
        try {
            await login(input.value);
            return true;
        } catch (problem) {
            fault.hidden = false;
            fill(fault, problem.status === 401 ? t("login-failed") : problem.detail);
            input.focus();
            return false;
        }
    };
    const form = (end) => h("form", { onsubmit: async (event) => {
        event.preventDefault();
        if (await busy(event.target, enter())) end(true);
    } }, h("p", {}, t("login-text")), h("div", { class: "field" }, h("label", { for: "jeton" }, t("token")), input), fault);
    const done = await dialog({ title: t("login-title"), body: form, close: t("cancel"),
        actions: [{ title: t("login"), primary: true, act: enter }] });
    if (done) message(t("logged-in", { nom: session.nom, role: t(`role-${session.role}`) }), { seconds: 6 });
    return Boolean(done);
}
