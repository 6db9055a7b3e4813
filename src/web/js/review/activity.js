/* Panel "Activité": what others changed and said lately, as it happens. */
import { get, query } from "../base/api.js";
import { fill, h } from "../base/dom.js";
import { onEvent } from "../base/events.js";
import * as state from "../base/state.js";
import { moment, t } from "../base/text.js";
import { busy, say } from "../base/ui.js";
import { differencesList } from "../edit/words.js";
import { ago, changes } from "./activity_words.js";
import { conversation } from "./comments.js";
import { focused, scope } from "./common.js";
import { following } from "./following.js";
import { threads } from "./threads.js";

const PAGE = 50;
const TABS = ["changements", "commentaires"];
const chosen = () => (TABS.includes(state.get("onglet")) ? state.get("onglet") : TABS[0]);

/* What a change did to one perimeter, asked for when it is wanted. */
function details(context, { id, version }) {
    const place = h("div");
    const show = async () => {
        const [found, names] = await Promise.all([
            get(`/perimeters/${encodeURIComponent(id)}/diff${query({ scenario: state.get("scenario"), de: version > 1 ? `v${version - 1}` : "", a: `v${version}` })}`),
            context.view.names()]);
        fill(place, differencesList(context.study, names, found.differences));
    };
    return [h("button", { type: "button", class: "small quiet", "aria-label": t("rev-what-changed-of", { version, id }), onclick: () => busy(place, show()) }, t("rev-what-changed")), place];
}

const perimeterLink = (one) => one.supprime ? h("s", {}, one.nom)
    : h("button", { type: "button", class: "link", onclick: () => state.set({ panneau: "initiatives", initiative: one.id, perimetre: one.id }, { push: true }) }, one.nom);

const MANY = 8;
function entry(context, one) {
    const shown = one.perimetres.slice(0, MANY);
    return h("li", { class: "block", "data-change": one.numero },
        h("p", {}, h("strong", {}, one.qui ?? t("rev-someone")), ` – ${t(`rev-change-${one.genre}`)} – `,
            h("time", { datetime: one.date, title: moment(one.date) }, ago(one.date))),
        one.motif && h("p", { class: "said" }, one.motif),
        h("ul", { class: "plain" }, shown.map((each) => h("li", {}, perimeterLink(each), " ", one.genre !== "import" && details(context, each)))),
        one.perimetres.length > MANY && h("p", { class: "soft small" }, t("rev-and-more", { n: one.perimetres.length - MANY })));
}

function changesList(context, rows) {
    const list = h("ol", { class: "plain" }, changes(rows).map((one) => entry(context, one)));
    const more = h("div");
    const draw = (last) => fill(more, last.length >= PAGE && h("button", { type: "button", onclick: () => busy(more, next(last.at(-1).numero)) }, t("rev-earlier")));
    async function next(before) {
        const found = await get(`/history${query({ scenario: state.get("scenario"), limit: PAGE, avant: before })}`);
        list.append(...changes(found).map((one) => entry(context, one)));
        draw(found);
    }
    draw(rows);
    return [rows.length ? list : h("p", { class: "soft" }, t("rev-no-change")), more];
}

/* Conversations on whatever, each under the name of what it is about. */
function commentsList(context, { found, names, titles }, reread) {
    const open = state.get("regles") !== "tous";
    const list = threads(found).filter((thread) => !open || !thread.settled);
    const name = ({ kind, id }) => (kind === "commune" ? names.get(id)?.nom : titles.get(id)) ?? id;
    const go = ({ kind, id }) => kind === "commune" ? (state.set({ commune: id }, { push: true }), context.view.fitCodes([id], { maxZoom: 10 }))
        : state.set({ panneau: "initiatives", initiative: id, perimetre: id }, { push: true });
    const check = h("input", { type: "checkbox", id: "commentaires-regles", ".checked": !open, onchange: () => state.set({ regles: check.checked ? "tous" : "" }) });
    return [
        h("label", { class: "inline" }, check, t("rev-show-settled")),
        list.length ? list.map((thread) => conversation(thread, { subject: { [thread.subject.kind]: thread.subject.id }, scenario: thread.first.scenario, reread,
            about: h("h3", {}, h("button", { type: "button", class: "link", onclick: () => go(thread.subject) }, name(thread.subject))) }))
            : h("p", { class: "soft" }, t("rev-no-comment"))];
}

function tabs(element) {
    const keys = (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        state.set({ onglet: TABS[(TABS.indexOf(chosen()) + step + TABS.length) % TABS.length] });
        element.querySelector('[role="tab"][aria-selected="true"]')?.focus();
    };
    return h("div", { class: "tabs", role: "tablist", "aria-label": t("rev-activity"), onkeydown: keys }, TABS.map((id) => h("button", {
        type: "button", role: "tab", id: `onglet-${id}`, "aria-selected": String(chosen() === id), "aria-controls": "onglet-contenu",
        tabindex: chosen() === id ? null : "-1", onclick: () => state.set({ onglet: id }) }, t(`rev-tab-${id}`))));
}

export const activity = { id: "activite", icon: "comment", title: "rev-activity", least: "lecteur", make(context) {
    const element = h("div", { class: "activity" });
    async function read(signal) {
        const [rows, told, members, names] = await Promise.all([
            get(`/history${query({ scenario: state.get("scenario"), limit: PAGE })}`, { signal }), get("/comments", { signal }),
            get(`/members${query(scope())}`, { signal }), context.view.names()]);
        return { rows, found: told.commentaires, titles: new Map(members.perimetres.map((one) => [one.id, one.nom])), names };
    }
    function draw(found) {
        const focus = focused(element);
        fill(element, tabs(element), h("div", { role: "tabpanel", id: "onglet-contenu", "aria-labelledby": `onglet-${chosen()}` },
            chosen() === TABS[0] ? changesList(context, found.rows) : commentsList(context, found, () => follow.again())));
        focus();
    }
    const follow = following({ element, read, draw, events: ["changement", "commentaire", "scenario", "import", "note"], keys: ["scenario", "genre"], redraw: ["onglet", "regles"] });
    onEvent("commentaire", () => element.isConnected && say(t("rev-activity-new")));
    Object.assign(this, { shown: follow.shown, hidden: follow.hidden });
    return element;
} };
