/* The card of the commune that was picked: its main figures, each with where it comes from, and what it belongs to. The same
 * for those who use no pointer: the search of the bar, the table and the map's keys lead here. */
import { base, get } from "../base/api.js";
import { fill, h, icon } from "../base/dom.js";
import { sourceButton } from "../base/provenance.js";
import * as state from "../base/state.js";
import { addTexts, minutes, number, population, t } from "../base/text.js";
import { say, tellProblem } from "../base/ui.js";
import { valueText } from "./pointer.js";
import { onShown, shown } from "./shown.js";
import { texts } from "./texts.js";

addTexts(texts);

/* Whether the address said where to look, before the map moved. */
const placed = state.get("ici") !== "";

/* Panels that give way to the card; tools and lists that a person works with stay. */
const GIVES_WAY = ["", "couches"];

/** The panel; picking a commune or finding one opens it. */
export const communePanel = {
    id: "commune", icon: "info", title: "commune-card",
    start({ view }) {
        let picked = null;
        view.on("pick", ({ code }) => {
            picked = code;
            state.set({ commune: code ?? "" }, { push: true });
        });
        const show = () => {
            const code = state.get("commune");
            view.select(...(code ? [code] : []));
            if (code && code !== picked) view.fitCodes([code]);
            picked = null;
            if (code && GIVES_WAY.includes(state.get("panneau"))) state.set({ panneau: "commune" });
        };
        state.watch(["commune"], show);
        if (state.get("commune")) {
            picked = placed ? state.get("commune") : null;
            show();
        }
    },
    make(context) {
        const element = h("div", { class: "commune-card" });
        let now = "";
        const read = async () => {
            const code = state.get("commune");
            now = code;
            if (!code) return fill(element, h("p", { class: "soft" }, t("card-empty")));
            try {
                const found = await get(`/communes/${encodeURIComponent(code)}`);
                if (now !== code) return;
                fill(element, card(found, context.catalogue));
                say(t("card-said", { nom: found.nom }));
                dispatchEvent(new CustomEvent("maille:commune", { detail: { code, slot: element.querySelector("[data-slot=comments]") } }));
            } catch (fault) {
                if (now === code) fill(element, h("p", { class: "note bad" }, fault.message));
                if (fault.offline) tellProblem(fault);
            }
        };
        state.watch(["commune"], read);
        addEventListener("maille:couches", read);
        onShown(() => {
            const place = element.querySelector("[data-slot=theme]");
            if (place) fill(place, themeValue(now));
        });
        read();
        return element;
    },
};

function themeValue(code) {
    const { theme, rows, entries } = shown;
    const at = theme?.layer.cle === "code" && rows ? rows.code.indexOf(code) : -1;
    return at < 0 ? null : figure(theme.title, valueText(theme, rows[theme.property.nom][at], entries), { layer: theme.layer.id, how: theme.property.sens });
}

/** A figure of the card: its name, its value, where it comes from. */
const figure = (title, value, source) => [h("dt", {}, title), h("dd", {}, value, sourceButton({ title, ...source }))];

function card(commune, catalogue) {
    return [
        h("h3", {}, commune.nom, h("small", { class: "soft" }, ` ${commune.code}`)),
        h("dl", { class: "facts" }, figure(t("card-population"), number(commune.population), { figure: "population" }),
            h("dt", {}, t("card-departement")), h("dd", {}, commune.departement)),
        h("dl", { class: "facts", "data-slot": "theme" }, themeValue(commune.code)),
        territories(commune.cpts ?? []),
        nearest(commune.services ?? []),
        zoning(commune.zonage, commune.services ?? [], catalogue),
        commune.habitants_a && [h("h4", {}, t("card-people")), h("dl", { class: "facts" }, commune.habitants_a.map((one) =>
            figure(t("travel-within", { n: one.minutes }), population(one.population), { figure: "minutes" })))],
        commune.groupements?.length > 0 && [h("h4", {}, t("card-groupings")), h("ul", { class: "plain" }, commune.groupements.map((one) => h("li", {}, one.nom)))],
        h("div", { "data-slot": "comments" }),
        h("div", { class: "row" },
            h("a", { class: "button primary", href: `${base}/ma-commune/${commune.code}` }, t("card-page")),
            commune.centre && h("button", { type: "button", onclick: () => state.set({ panneau: "temps", depart: commune.centre.join() }, { push: true }) }, icon("clock"), t("card-travel"))),
    ];
}

function territories(all) {
    return [h("h4", {}, t("card-territories"), sourceButton({ title: t("card-territories"), figure: "status" })),
        all.length ? h("ul", { class: "plain" }, all.map((one) => h("li", {}, h("strong", {}, one.nom), one.statut_titre && ` – ${one.statut_titre}`,
            one.contact && h("div", { class: "small" }, one.contact)))) : h("p", { class: "soft" }, t("card-none"))];
}

function nearest(services) {
    if (!services.length) return null;
    const place = ({ lieu }) => lieu && h("div", { class: "small soft" }, lieu.nom, lieu.commune && lieu.commune !== lieu.nom && ` (${lieu.commune})`, lieu.autre_departement && ` – ${t("card-outside")}`);
    return [h("h4", {}, t("card-services")), h("dl", { class: "facts" }, services.map((one) => [h("dt", {}, one.titre),
        h("dd", {}, minutes(one.minutes), sourceButton({ title: one.titre, figure: "minutes", estimated: one.estime }), place(one))]))];
}

/* A class of the zoning as its layer's legend words it. */
function inWords(value, { couches }) {
    const legends = couches.find((one) => one.id === "zones-sous-denses")?.legendes ?? [];
    return legends.flatMap((one) => one.entrees).find((entry) => entry.valeur === value)?.titre ?? value;
}

function zoning(zone, services, catalogue) {
    const access = services.find((one) => typeof one.apl === "number");
    if (!zone && !access) return null;
    const read = zone && (zone.classe ?? zone.classe_calculee);
    return [h("h4", {}, t("card-zoning")), h("dl", { class: "facts" },
        access && figure(t("card-access"), number(access.apl, 1), { figure: "access" }),
        read && figure(zone.nom ?? t("card-zoning"), inWords(read, catalogue), { figure: "zoning" }))];
}
