/* The page of a commune, for everybody: what is public, in plain words, on one page. */
import { base, get, query, session } from "./base/api.js";
import { fill, h, icon } from "./base/dom.js";
import { keepLanguage, language, t } from "./base/text.js";
import { communePage } from "./public/page.js";
import { searchBox } from "./public/search.js";
import "./public/texts.js";

const page = document.getElementById("page");

/* What is shared and printed is what everybody sees, whoever asks. */
session.asPublic = true;

const link = (code) => `${base}/ma-commune/${encodeURIComponent(code)}${language === "fr" ? "" : `?langue=${language}`}`;
const go = (commune) => location.assign(link(commune.code));

/** The code that the address names, "" where it names none. */
function asked() {
    const start = new URL(`${base}/ma-commune`, location.href).pathname;
    return decodeURIComponent(location.pathname.slice(start.length).replaceAll("/", "")).trim();
}

function changeLanguage() {
    const other = language === "fr" ? "en" : "fr";
    keepLanguage(other);
    const to = new URL(location.href);
    to.searchParams.set("langue", other);
    location.assign(to);
}

function top(withSearch) {
    fill(document.getElementById("top"),
        h("a", { class: "brand", href: `${base}/ma-commune` }, t("mc-title")),
        withSearch && searchBox({ onChoose: go, label: t("mc-other") }),
        h("nav", { "aria-label": "Maille" },
            h("a", { href: `${base}/carte` }, t("mc-map-link")),
            h("a", { href: `${base}/aide/elus` }, t("help")),
            h("button", { type: "button", class: "quiet", lang: language === "fr" ? "en" : "fr", "aria-label": t("language-label"),
                onclick: changeLanguage }, t("language"))));
}

async function home() {
    top(false);
    document.title = `${t("mc-home-title")} – Maille`;
    const covers = h("p", { class: "soft" });
    fill(page, h("div", { class: "welcome" }, h("h1", {}, t("mc-home-title")), h("p", { class: "lead" }, t("mc-home-text")),
        searchBox({ onChoose: go, label: t("mc-search") }), h("p", { class: "soft" }, t("mc-home-hint")), covers));
    page.querySelector("input").focus();
    const study = await get("/study");
    const communes = study.departements.reduce((sum, one) => sum + one.communes, 0);
    fill(covers, `${study.titre}. `, t("mc-home-covers", { n: communes }));
}

/** A code that is none: what may have been meant. */
async function missing(text) {
    top(false);
    document.title = `${t("mc-missing-title")} – Maille`;
    const { communes = [] } = await get(`/communes${query({ q: text, limit: 5 })}`).catch(() => ({}));
    fill(page, h("div", { class: "welcome" }, h("h1", {}, t("mc-missing-title")), h("p", { class: "lead" }, t("mc-missing", { code: text })),
        communes.length > 0 && [h("p", {}, t("mc-missing-like")), h("ul", {}, communes.map((one) => h("li", {},
            h("a", { href: link(one.code) }, `${one.nom} (${one.departement})`),
            one.ancien && ` ${t("mc-former", { ancien: one.ancien })}`)))],
        searchBox({ onChoose: go, label: t("mc-search") }), h("p", { class: "soft" }, t("mc-home-hint"))));
}

async function one(code) {
    top(true);
    const [card, study] = await Promise.all([get(`/communes/${encodeURIComponent(code)}`), get("/study")]);
    document.title = `${card.nom} – ${t("mc-title")} – Maille`;
    fill(page, communePage(card, study));
}

async function main() {
    document.documentElement.lang = language;
    document.querySelector(".skip").textContent = t("mc-skip");
    const code = asked();
    try {
        await (code ? one(code) : home());
    } catch (fault) {
        if (code && fault.status === 404) return await missing(code);
        console.error(fault);
        fill(page, h("div", { class: "welcome" }, h("h1", {}, t("mc-title")),
            h("p", { class: "note bad", role: "alert" }, fault.detail ?? t("problem-unknown")),
            h("button", { type: "button", onclick: () => location.reload() }, icon("redo"), t("retry"))));
    } finally {
        page.removeAttribute("aria-busy");
    }
}

main();
