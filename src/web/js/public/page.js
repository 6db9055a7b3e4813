/* What stands on the page of a commune, part by part, and in the order of what people ask first. */
import { h, icon } from "../base/dom.js";
import { date, has, number, t } from "../base/text.js";
import { communeMap } from "./commune_map.js";
import { placesOf } from "./places.js";
import { share } from "./share.js";
import { acronyms, contactLink, essential, inMinutes, ownName, sourcesOf, verdict, whereIs, zoneSentence } from "./words.js";

const EASY = 2250; /* letters that one sheet holds at 10.5 points */

/** The whole page, as a list of nodes. */
export function communePage(card, study) {
    const numbered = numberPlaces(card);
    const places = placesOf(card);
    const map = communeMap(card, study, places);
    const nodes = [
        header(card),
        h("div", { class: "sheet" },
            part("mc-services", services(card, numbered, places), "services"),
            part("mc-map", map.element, "map-part"),
            part("mc-zone", zone(card), "zone"),
            part("mc-others", others(card, study, numbered, places), "others"),
            part("mc-people", people(card), "people"),
            part("mc-cpts", cpts(card), "cpts")),
        map.table,
        sources(card),
    ];
    map.start();
    places.then(() => fitToSheet(nodes));
    return nodes;
}

/** Letters take room by the square of their size: the more is said, the smaller it is printed, so that it stays one sheet. */
function fitToSheet(nodes) {
    const said = nodes.reduce((sum, node) => sum + node.textContent.length, 0);
    const points = Math.min(10.5, Math.max(6, 10.5 * Math.sqrt(EASY / said)));
    document.documentElement.style.setProperty("--print-size", `${points.toFixed(2)}pt`);
    if (points < 9) document.documentElement.style.setProperty("--print-map", `${Math.max(45, 100 * (points / 9) ** 2).toFixed(0)}%`);
}

function part(title, body, name) {
    const id = `partie-${name}`;
    return h("section", { class: ["part", name], "aria-labelledby": id }, h("h2", { id }, t(title)), body);
}

/** Places have numbers, the same in the tables and on the map. */
function numberPlaces(card) {
    const numbers = new Map();
    for (const { service, lieu } of [...(card.services ?? []), ...(card.autres ?? [])])
        if (lieu) numbers.set(service, numbers.size + 1);
    return numbers;
}

function header(card) {
    const place = card.population === null ? t("mc-place-unknown", { departement: card.departement })
        : t("mc-place", { n: card.population, departement: card.departement });
    return h("header", { class: "head" },
        h("div", { class: "row spread" },
            h("div", {}, h("h1", {}, card.nom), h("p", { class: "soft" }, place)),
            h("div", { class: "row actions" },
                h("button", { type: "button", onclick: () => print() }, icon("print"), t("mc-print")),
                h("button", { type: "button", onclick: () => share(card) }, icon("link"), t("mc-share")))),
        h("p", { class: "lead" }, essential(card)),
        card.estime && h("p", { class: "note" }, h("strong", {}, t("estimated")), " – ", t("mc-estimated")),
        card.perime && h("p", { class: "note" }, t("mc-stale")));
}

/* ---- care ---- */

const mark = (n) => n && h("span", { class: "mark", role: "img", "aria-label": t("mc-number", { n }) }, n);

/** What is known of a place beyond its name comes later: whether it is open all the time. */
function openness(service, places) {
    const element = h("span", { class: "openness" });
    places.then((found) => {
        const status = found.get(service)?.statut;
        if (status === "temps-partiel") element.append(" ", h("span", { class: "tag" }, t("mc-part-time")));
        if (status === "prevu") element.append(" ", h("span", { class: "tag warning" }, t("mc-planned")));
    });
    return element;
}

function careRow(card, one, numbered, places) {
    const where = whereIs(one.lieu, card.code);
    const name = ownName(one.lieu);
    return h("tr", {},
        h("th", { scope: "row" }, one.titre),
        h("td", {}, one.lieu ? [mark(numbered.get(one.service)), " ", name && h("span", { class: "name" }, name, h("br")), where,
            openness(one.service, places)] : t("nothing")),
        h("td", { class: "minutes" }, inMinutes(one.minutes)));
}

function careTable(card, list, numbered, places, caption) {
    return h("table", {}, h("caption", { class: "sr-only" }, caption),
        h("thead", {}, h("tr", {}, ["mc-service", "mc-nearest", "mc-time"].map((key) => h("th", { scope: "col" }, t(key))))),
        h("tbody", {}, list.map((one) => careRow(card, one, numbered, places))));
}

function services(card, numbered, places) {
    if (!card.services?.length) return h("p", {}, t("mc-services-none"));
    return careTable(card, card.services, numbered, places, t("mc-services"));
}

function others(card, study, numbered, places) {
    if (card.autres?.length) return careTable(card, card.autres, numbered, places, t("mc-others"));
    const known = study.services.some((one) => one.alternative_a);
    return h("p", {}, t(known ? "mc-others-none" : "mc-others-unknown"));
}

/* ---- people, zone, CPTS ---- */

function people(card) {
    const known = (card.habitants_a ?? []).filter((one) => one.population !== null);
    if (!known.length) return h("p", {}, t("mc-people-unknown"));
    return [h("dl", { class: "figures" }, known.map((one) => h("div", {}, h("dt", {}, t("mc-people-label", { n: one.minutes })),
        h("dd", {}, number(one.population))))),
    h("p", { class: "small soft" }, t("mc-people-text"))];
}

function zone(card) {
    const which = verdict(card);
    return [h("p", { class: ["verdict", which] }, zoneSentence(card)),
        which !== "unknown" && !card.zonage.classe && h("p", { class: "small soft" }, t("mc-zone-undecided"))];
}

function contact(one) {
    if (!one.contact) return t("mc-whom-else");
    const href = contactLink(one.contact);
    return href ? h("a", { href }, one.contact) : one.contact;
}

function cpts(card) {
    if (card.cpts === null) return [h("p", {}, t("mc-cpts-unknown")), elsewhere()];
    if (!card.cpts.length) return [h("p", {}, t("mc-cpts-none"), " ", t("mc-cpts-what")), elsewhere()];
    return [h("ul", { class: "plain" }, card.cpts.map((one) => h("li", {}, h("strong", {}, one.nom), ". ",
        t("mc-cpts-status", { statut: statusWords(one) }), " ",
        t("mc-whom"), " ", contact(one)))),
    h("p", { class: "small soft" }, t("mc-cpts-what"))];
}

const statusWords = ({ statut, statut_titre: title }) => (has(`mc-status-${statut}`) ? t(`mc-status-${statut}`) : (title ?? statut).toLowerCase());
const elsewhere = () => h("p", {}, t("mc-whom"), " ", t("mc-whom-else"));

/* ---- where it comes from ---- */

function sources(card) {
    const list = sourcesOf(card).map(({ nom, dates }) => (dates.length ? t("mc-source-dates", { nom, dates: dates.join(", ") }) : nom));
    const text = [`${list.join(" ; ")}.`,
        card.zonage?.reference && t("mc-source-rule", { reference: card.zonage.reference.replace(/\.$/, "") }),
        t("mc-source-licence", { licence: card.licence ?? t("mc-unknown"), jour: date(new Date().toISOString()) })].filter(Boolean).join(" ");
    const words = acronyms(text);
    return h("footer", { class: "sources" }, h("h2", {}, t("mc-sources")), h("p", {}, text, words && ` ${t("mc-source-words", { liste: words })}`),
        h("p", { class: "print-only" }, location.href));
}
