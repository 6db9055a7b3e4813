/* One initiative: status through time, size, what to look at, and what people say of it. Read only. */
import { address, get, may, query } from "../base/api.js";
import { fill, h, icon } from "../base/dom.js";
import { sourceButton } from "../base/provenance.js";
import * as state from "../base/state.js";
import { date, minutes, number, percent, population, t } from "../base/text.js";
import { busy } from "../base/ui.js";
import { comments } from "./comments.js";
import { statusTag, statusTitle } from "./common.js";
import { statusColours } from "./painting.js";

/** `one` as the list has it; the rest is read here. */
export function initiativeDetail(context, one) {
    const facts = h("div", {}, h("p", {}, t("loading")));
    const colours = statusColours(context.catalogue, context.study.statuts);
    const day = state.get("jour");
    const asked = { scenario: state.get("scenario"), a: day };
    const path = `/perimeters/${encodeURIComponent(one.id)}`;
    const element = h("section", { class: "initiative", "data-id": one.id, "aria-label": one.nom },
        h("button", { type: "button", class: "small", onclick: () => state.set({ initiative: "" }, { push: true }) }, icon("back"), t("rev-all-initiatives")),
        h("h3", {}, one.nom), h("p", {}, statusTag(context.study, colours, one.statut), " ",
            one.depuis ? t("rev-since-date", { date: date(one.depuis) }) : t("rev-no-date"), sourceButton({ title: t("rev-status"), figure: "status" })),
        day && h("p", { class: "note" }, t("rev-as-of", { date: date(day) })),
        facts,
        h("div", { class: "row" },
            h("button", { type: "button", class: "small", onclick: () => state.set({ panneau: "comparaison", perimetre: one.id }, { push: true }) }, icon("compare"), t("rev-compare-this")),
            h("a", { class: "button small", href: address(`${path}/codes${query({ ...asked, f: "csv" })}`).href, download: true }, icon("download"), t("rev-codes"))),
        comments({ perimetre: one.id }, one.nom));
    busy(facts, read(context, path, asked, facts));
    return element;
}

async function read(context, path, asked, place) {
    const [whole, figures, findings] = await Promise.all([get(`${path}${query(asked)}`), get(`${path}/figures${query(asked)}`),
        may("lecteur") ? get(`/findings${query({ ...asked, perimetre: path.split("/").at(-1), kind: state.get("genre") })}`) : []]);
    fill(place, life(context, whole), facts(context, figures), findingsList(findings), await members(context, whole));
    context.view.fitCodes(whole.membres.map((member) => member.code));
}

const life = (context, whole) => [
    whole.contact && h("p", {}, h("strong", {}, t("rev-contact")), " : ", whole.contact),
    whole.statuts.length > 0 && h("details", {}, h("summary", {}, t("rev-life", { n: whole.statuts.length })),
        h("ol", {}, whole.statuts.map((entry) => h("li", {}, `${statusTitle(context.study, entry.statut)}, `,
            entry.depuis ? t("rev-since-date", { date: date(entry.depuis) }) : t("rev-no-date"), entry.avec && `, ${t("rev-with", { qui: entry.avec })}`)))),
];

/* Each figure with the button that tells where it comes from. */
function facts(context, figures) {
    const all = figures.ensemble;
    const next = figures.jusqu_a_la_taille_suivante;
    const rows = [
        ["rev-population", population(all.population), "perimeter"],
        ["rev-communes", number(all.communes), "perimeter"],
        ["rev-size", all.taille && [all.taille, next ? ` – ${t("rev-to-next", { n: next })}` : ""], "size"],
        ["rev-pieces", number(figures.parties), "parts"],
        ["rev-longest", figures.trajet_max_min === null ? null : minutes(figures.trajet_max_min), "minutes"],
    ].filter(([, value]) => value);
    return [
        h("dl", { class: "facts" }, rows.map(([key, value, figure]) => [h("dt", {}, t(key)),
            h("dd", { "data-figure": key }, value, sourceButton({ title: `${t(key)} – ${figures.nom}`, figure, estimated: figures.estime }))])),
        services(context, all, figures),
    ];
}

function services(context, all, figures) {
    if (!all.services?.length) return null;
    const title = (id) => context.study.services.find((one) => one.id === id)?.titre ?? id;
    return h("div", { class: "scroll" }, h("table", { class: "grid" },
        h("caption", {}, t("rev-access"), sourceButton({ title: `${t("rev-access")} – ${figures.nom}`, figure: "band", estimated: figures.estime })),
        h("thead", {}, h("tr", {}, ["rev-service", "rev-places", "rev-mean-time", "rev-within"].map((key, i) => h("th", { scope: "col", class: i ? "number" : "" }, t(key))))),
        h("tbody", {}, all.services.map((one) => h("tr", {}, h("th", { scope: "row" }, title(one.id)), h("td", { class: "number" }, number(one.lieux)),
            h("td", { class: "number" }, one.temps_moyen_min === null ? t("nothing") : minutes(one.temps_moyen_min)),
            h("td", { class: "number" }, one.part_dans.filter((band) => band.minutes <= 30).slice(-2)
                .map((band) => h("div", {}, t("rev-within-minutes", { part: percent(band.part), minutes: band.minutes })))))))));
}

function findingsList(findings) {
    if (!findings.length) return h("p", { class: "soft" }, t("rev-no-finding"));
    const kind = { erreur: "bad", alerte: "warning", information: "" };
    return h("details", {}, h("summary", {}, t("rev-findings-count", { n: findings.length })),
        h("p", {}, t("rev-findings"), sourceButton({ title: t("rev-findings"), figure: "findings" })),
        h("ul", { class: "plain" }, findings.map((one) => h("li", { class: "block" }, h("span", { class: ["tag", kind[one.gravite]] }, t(`rev-severity-${one.gravite}`)), " ",
            one.constat, one.piste && h("p", { class: "soft small" }, one.piste)))));
}

async function members(context, whole) {
    const names = await context.view.names();
    const name = (member) => member.nom ?? names.get(member.code)?.nom ?? member.code;
    return h("details", {}, h("summary", {}, t("rev-members", { n: whole.membres.length })),
        h("ul", { class: "members" }, whole.membres.map((member) => h("li", {}, name(member), member.part < 1 && ` (${percent(member.part)})`,
            member.partage_expres && h("small", { class: "soft" }, ` – ${t("rev-shared-because", { raison: member.partage_expres })}`)))));
}
