/* Panel "Initiatives": every perimeter with status and date, filters, counts, share of the population by status. */
import { get, query } from "../base/api.js";
import { fill, h } from "../base/dom.js";
import { sourceButton } from "../base/provenance.js";
import * as state from "../base/state.js";
import { byName, date, number, population, t } from "../base/text.js";
import { say } from "../base/ui.js";
import { focused, scope, statusTag, statusTitle } from "./common.js";
import { coverageTable } from "./coverage.js";
import { exportButtons } from "./downloads.js";
import { filterForm, filters } from "./filters.js";
import { following } from "./following.js";
import { grid, sortFromText, sortToText, turned } from "./grid.js";
import { initiativeDetail } from "./initiative.js";
import { by, countsByStatus, linesOf, narrowed } from "./initiatives_list.js";
import { coloursByStatus, Painting, statusColours } from "./painting.js";

const open = (one) => state.set({ initiative: one.id, perimetre: one.id }, { push: true });

function columnsOf(context, colours) {
    const order = context.study.statuts.map((one) => one.id);
    return [
        { id: "nom", title: t("rev-name"), head: true, by: by.text("nom", byName),
            cell: (one) => [h("button", { type: "button", class: "link", onclick: () => open(one) }, one.nom), h("br"), statusTag(context.study, colours, one.statut)] },
        { id: "statut", title: t("rev-status"), by: by.rank("statut", order), cell: (one) => (one.depuis ? date(one.depuis) : t("rev-no-date")) },
        { id: "population", title: t("rev-population"), number: true, by: by.number("population"),
            cell: (one) => [number(one.population), one.taille && [h("br"), h("small", { class: "soft" }, one.taille)]] },
        { id: "alertes", title: t("rev-alerts"), number: true, by: by.number("alertes"), cell: (one) => number(one.alertes) },
    ];
}

/** Columns of the file: one for each thing that is known, under the names that the interface gives them. */
export const fileColumns = (study) => [
    ...["id", "nom", "genre", "statut"].map((key) => ({ title: key, value: (one) => one[key] })),
    { title: "statut_titre", value: (one) => statusTitle(study, one.statut) },
    ...["depuis", "communes", "population", "taille", "constats", "alertes", "contact", "departements", "etat"].map((key) =>
        ({ title: key, value: (one) => one[key] })),
];

/* Who holds what, `{code: [initiative]}`: by the members of now, or at a day by what each perimeter was then. */
async function holdings(list, day, signal) {
    const held = {};
    const known = new Map(list.map((one) => [one.id, one]));
    const add = (code, id) => known.has(id) && (held[code] ??= []).push(known.get(id));
    if (!day) {
        const { perimetres, communes } = await get(`/members${query(scope())}`, { signal });
        for (const [code, holders] of Object.entries(communes)) for (const i of holders) add(code, perimetres[i].id);
        return held;
    }
    for (const one of list) {
        const then = await get(`/perimeters/${encodeURIComponent(one.id)}${query({ scenario: state.get("scenario"), a: day })}`, { signal });
        for (const member of then.membres) add(member.code, one.id);
    }
    return held;
}

export const initiatives = { id: "initiatives", icon: "list", title: "rev-initiatives", least: "lecteur", make(context) {
    const element = h("div", { class: "initiatives" });
    const view = parts(context);
    const follow = following({
        element, events: ["changement", "scenario", "import", "couches"],
        keys: ["scenario", "genre", "jour", "departement"], redraw: ["statuts", "depuis", "jusqua", "recherche", "tri", "initiative"],
        async read(signal) {
            const asked = { ...scope(), a: state.get("jour"), departement: state.get("departement") };
            const [list, coverage] = await Promise.all([
                get(`/perimeters${query(asked)}`, { signal }),
                get(`/coverage${query({ ...scope(), a: state.get("jour") })}`, { signal })]);
            return { list, coverage, held: await holdings(list, state.get("jour"), signal) };
        },
        draw: (found) => view.draw(element, found),
    });
    Object.assign(this, { shown: follow.shown, hidden: () => (follow.hidden(), view.painting.clear()) });
    return element;
} };

function parts(context) {
    const { study } = context;
    const painting = new Painting(context.view, "initiatives");
    const form = filterForm(context);
    const results = h("div", { class: "results" });
    let told = "";
    let detail = null;

    function paint(found, kept) {
        const colours = statusColours(context.catalogue, study.statuts);
        const shown = new Set(kept);
        const statuts = ([code, holders]) => [code, holders.filter((one) => shown.has(one)).map((one) => one.statut)];
        painting.communes(coloursByStatus(Object.fromEntries(Object.entries(found.held).map(statuts)), study.statuts, colours));
        /* borders are those that were computed last: of the reference, and of now */
        painting.borders("perimetres", state.get("jour") || state.get("scenario") ? [] : kept.map((one) => one.id));
        outline("");
    }

    function list(found, kept) {
        const colours = statusColours(context.catalogue, study.statuts);
        const columns = columnsOf(context, colours);
        const sort = sortFromText(state.get("tri"), { by: "nom", down: false });
        const turn = (id) => state.set({ tri: sortToText(turned(sort, id, columns)) });
        return grid({ caption: t("rev-list", { n: kept.length, all: found.list.length }), columns, rows: kept, sort, onSort: turn,
            mark: (one) => ({ "data-id": one.id, onmouseenter: () => outline(one.id), onmouseleave: () => outline("") }) });
    }

    const outline = (id) => painting.strong("perimetres", [id || state.get("initiative")]);

    function overview(element, found) {
        const asked = filters();
        const kept = narrowed(found.list, asked);
        const lines = linesOf(found.coverage, asked.departement);
        const statuts = countsByStatus(found.list, study.statuts, lines);
        const focus = focused(results);
        form.update(statuts);
        fill(results,
            summary(kept, found),
            coverageTable(context, found.coverage, statuts, lines, asked.departement),
            kept.length ? h("div", { class: "scroll" }, list(found, kept)) : h("p", { class: "note" }, empty(found)),
            exportButtons({ what: "initiatives", study, day: state.get("jour"), columns: fileColumns(study), rows: kept }));
        focus();
        if (!element.contains(results)) fill(element, form.element, results);
        paint(found, kept);
    }

    function summary(kept, found) {
        const people = kept.reduce((sum, one) => sum + (one.population ?? 0), 0);
        const text = t("rev-summary", { n: kept.length, all: found.list.length, habitants: population(people) });
        if (text !== told) say((told = text));
        return h("p", { class: "summary" }, h("strong", {}, text),
            sourceButton({ title: t("rev-population-of-list"), figure: "perimeter" }));
    }

    const empty = (found) => t(found.list.length ? "rev-none-kept" : state.get("jour") ? "rev-none-then" : "rev-none",
        { date: date(state.get("jour")) });

    /* The map points at lines of the table, and opens the one that holds what was picked. */
    let held = {};
    const holders = (code) => (results.isConnected && held[code]) || [];
    context.view.on("hover", ({ code }) => {
        const ids = holders(code).map((one) => one.id);
        for (const row of results.querySelectorAll("tr[data-id]")) row.classList.toggle("hover", ids.includes(row.dataset.id));
    });
    context.view.on("pick", ({ code }) => {
        const [first, ...more] = holders(code);
        if (first && !more.length) open(first);
        else if (first) results.querySelector(`tr[data-id="${CSS.escape(first.id)}"]`)?.scrollIntoView({ block: "nearest" });
    });

    return {
        painting,
        draw(element, found) {
            held = found.held;
            const one = found.list.find((each) => each.id === state.get("initiative"));
            if (!one) {
                detail = null;
                return overview(element, found);
            }
            if (detail?.id !== one.id || detail.etat !== one.etat) detail = { id: one.id, etat: one.etat, element: initiativeDetail(context, one) };
            fill(element, detail.element);
            paint(found, found.list);
        },
    };
}
