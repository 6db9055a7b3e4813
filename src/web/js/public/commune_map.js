/* The map of a commune's page: small, still until it is asked to move, five classes at most; and its table, which tells
 * the same to whoever cannot see it. */
import { get, query } from "../base/api.js";
import { fill, h } from "../base/dom.js";
import { byName, language, t } from "../base/text.js";
import { inMinutes, of } from "./words.js";

/** `{element, table, start()}`: the map with its legend, the table beside it; what is drawn comes when it is started. */
export function communeMap(card, study, places) {
    const services = (card.services ?? []).filter((one) => study.services.some(({ id }) => id === one.service));
    const frame = h("div", { class: "map", role: "group", "aria-label": t("mc-map-label", { de: language === "fr" ? of(card.nom) : card.nom }) },
        h("p", { class: "map-words" }, t("mc-map-loading")));
    const legend = h("div", { class: "legend" });
    const rows = h("div");
    const choice = h("select", {}, services.map((one) => h("option", { value: one.service }, one.titre)));
    const move = h("button", { type: "button", class: "small", "aria-pressed": "false", hidden: true }, t("mc-map-move"));
    const element = h("figure", { class: "map-figure" },
        services.length > 1 && h("label", { class: "field no-print" }, h("span", {}, t("mc-map-choose")), choice),
        frame, h("figcaption", {}, legend, h("p", { class: "no-print" }, move)));
    const table = h("details", { class: "map-table no-print" }, h("summary", {}, t("mc-map-table")), rows);

    async function start() {
        const around = await columnsAround(card, services);
        const tell = () => fill(rows, neighbours(card, services.find((one) => one.service === choice.value), around));
        tell();
        choice.addEventListener("change", tell);
        try {
            const { drawMap } = await import("./commune_drawing.js");
            const drawn = await drawMap({ frame, legend, card, study, services, places: await places, around });
            const show = () => drawn.show(choice.value);
            choice.addEventListener("change", show);
            show();
            move.hidden = false;
            move.addEventListener("click", () => {
                const moving = move.getAttribute("aria-pressed") !== "true";
                move.setAttribute("aria-pressed", String(moving));
                fill(move, t(moving ? "mc-map-still" : "mc-map-move"));
                drawn.moving(moving);
            });
        } catch (fault) {
            console.info(fault); /* the page goes without */
            fill(frame, h("p", { class: "map-words" }, t("mc-map-none")));
            frame.classList.add("none");
            table.open = true;
        }
    }
    return { element, table, start: () => start().catch((fault) => console.error(fault)) };
}

/** Code → {nom, population, lon, lat, <service>_min} of the commune, those around and those where the places are. */
async function columnsAround(card, services) {
    const codes = [card.code, ...(card.voisins ?? []).map((one) => one.code),
        ...[...(card.services ?? []), ...(card.autres ?? [])].map((one) => one.lieu?.code_commune)].filter(Boolean);
    const filter = `code IN (${[...new Set(codes)].map((code) => `'${code}'`).join(",")})`;
    const properties = ["nom", "population", ...services.map((one) => `${one.service}_min`)].join(",");
    const { colonnes = {} } = await get(`/collections/couverture/columns${query({ properties, skipGeometry: false, filter })}`).catch(() => ({}));
    return new Map((colonnes.code ?? []).map((code, i) => [code,
        Object.fromEntries(Object.entries(colonnes).map(([name, values]) => [name, values[i]]))]));
}

function neighbours(card, service, around) {
    const found = [{ code: card.code, nom: card.nom }, ...[...(card.voisins ?? [])].sort((a, b) => byName(a.nom, b.nom))];
    if (!service || found.length < 2) return h("p", {}, t("mc-neighbours-none"));
    return h("table", {}, h("caption", {}, t("mc-map-table-caption", { soin: service.titre })),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("mc-commune")), h("th", { scope: "col" }, t("mc-time")))),
        h("tbody", {}, found.map((one) => h("tr", {}, h("th", { scope: "row" }, one.nom),
            h("td", { class: "minutes" }, around.has(one.code) ? inMinutes(around.get(one.code)[`${service.service}_min`]) : t("mc-unknown"))))));
}
