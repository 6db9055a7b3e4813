/* Files to take away: what a panel lists, findings, contested communes, and whole layers as the service writes them. */
import { address, get, may, query } from "../base/api.js";
import { h, icon } from "../base/dom.js";
import { t } from "../base/text.js";
import { busy, say } from "../base/ui.js";
import { scope } from "./common.js";
import { fileName, save, toCsv } from "./csv.js";
import { contestedColumns, contestedRows } from "./evidence_words.js";

/** Buttons that save rows as CSV (for French spreadsheets, or plain) and JSON. */
export function exportButtons({ what, study, day = "", columns, rows, json = rows }) {
    const name = (ending) => fileName(what, study.id, day || study.date, ending);
    const saved = (file) => say(t("rev-saved", { fichier: file }));
    const csv = (french) => () => (save(name("csv"), toCsv(columns, rows, { french }), "text/csv"), saved(name("csv")));
    const asJson = () => (save(name("json"), `${JSON.stringify(json, null, 1)}\n`, "application/json"), saved(name("json")));
    return h("div", { class: "export" },
        h("h3", {}, t("rev-download")),
        h("div", { class: "row" },
            h("button", { type: "button", class: "small", "data-export": `${what}-csv`, onclick: csv(true) }, icon("download"), t("rev-csv")),
            h("button", { type: "button", class: "small", "data-export": `${what}-plain`, onclick: csv(false) }, t("rev-csv-plain")),
            h("button", { type: "button", class: "small", "data-export": `${what}-json`, onclick: asJson }, t("rev-json"))),
        h("p", { class: "soft small" }, t("rev-csv-help")));
}

/** What a finding is in a file. */
export const findingColumns = ["id", "gravite", "genre", "objet", "a", "b", "codes", "population", "constat", "piste"].map((key) =>
    ({ title: key, value: (one) => one[key] }));

/* A list that is read when it is asked for. */
function later(title, read) {
    const place = h("div", { class: "block" }, h("h3", {}, title));
    const button = h("button", { type: "button", onclick: async () => {
        const made = await busy(place, read());
        if (made) button.replaceWith(made);
    } }, icon("download"), t("rev-prepare"));
    place.append(button);
    return place;
}

const layerLinks = (layer) => h("li", {}, h("span", {}, layer.titre), " ",
    [["csv", "CSV"], ["geojson", "GeoJSON"], ["gpkg", "GeoPackage"]].map(([form, name]) =>
        h("a", { href: address(`/collections/${layer.id}/download?f=${form}`).href, download: true, "aria-label": `${layer.titre} – ${name}` }, name)));

/** Panel "Téléchargements": for everybody; what is internal, for accounts. */
export const downloads = { id: "telechargements", icon: "download", title: "rev-downloads", make(context) {
    const { study } = context;
    const element = h("div", { class: "downloads" });
    const findings = async () => {
        const rows = await get(`/findings${query(scope())}`);
        return exportButtons({ what: "constats", study, columns: findingColumns, rows });
    };
    const contested = async () => {
        const found = await get(`/contested${query(scope())}`);
        return exportButtons({ what: "communes-disputees", study, columns: contestedColumns(study), rows: contestedRows(found), json: found });
    };
    const draw = () => element.replaceChildren(...[
        may("lecteur") && h("p", {}, t("rev-downloads-text")),
        may("lecteur") && later(t("rev-findings"), findings),
        may("lecteur") && later(t("rev-contested"), contested),
        h("h3", {}, t("rev-layers")),
        h("p", { class: "soft small" }, t("rev-layers-help")),
        h("ul", { class: "plain layer-links" }, context.catalogue.couches.map(layerLinks))].filter(Boolean));
    this.shown = draw;
    return element;
} };
