/* A gap: who could take it, what that would do, and a note where nothing is to be done. */
import { del, get, may, put, query } from "../base/api.js";
import { fill, h, newId } from "../base/dom.js";
import { byName, minutes } from "../base/text.js";
import { busy, message } from "../base/ui.js";
import { proposeChange } from "./effect.js";
import { candidates } from "./gap_candidates.js";
import { plan } from "./plan.js";
import { recall, remember } from "./reason.js";
import { t } from "./plans_text.js";

const MINUTES = 60; /* how far away "the nearest" may be */

/** What was computed last of the gap that holds one of these communes: who borders it, its note. */
async function computed(codes) {
    const { features } = await get("/collections/cpts-zones-blanches/items?skipGeometry=true&limit=1000").catch(() => ({ features: [] }));
    return features.find((one) => one.properties.codes.some((code) => codes.includes(code)))?.properties ?? {};
}

async function whoCould(gap) {
    const scope = { scenario: plan.scenario, kind: plan.genre };
    const ask = (methode) => get(`/proposals${query({ ...scope, methode, ...(methode === "nearest" ? { minutes: MINUTES } : {}) })}`).catch(() => []);
    const [enclosed, nearest, last] = await Promise.all([ask("enclosed"), ask("nearest"), computed(gap.codes)]);
    return { all: candidates(gap, { enclosed, nearest, borders: last.voisins ?? [] }), note: last.note ?? "" };
}

/** The part of a finding's card about its gap. */
export function gapView(context, gap) {
    const element = h("div", { class: "gap" }, h("p", { class: "soft" }, t("loading")));
    busy(element, whoCould(gap)).then((found) => found && draw(context, element, gap, found));
    return element;
}

function draw(context, element, gap, { all, note }) {
    const known = all.filter((one) => plan.perimeters.has(one.id));
    const others = [...plan.perimeters.values()].filter((one) => !known.some((other) => other.id === one.id)).sort((a, b) => byName(a.nom, b.nom));
    const place = h("div", { "aria-live": "polite" });
    fill(element,
        h("h3", {}, t("who-could-take")),
        known.length ? h("ul", { class: "plain" }, known.map((one) => choice(one, gap, place))) : h("p", {}, t("nobody-near")),
        others.length > 0 && may("planificateur") && otherChoice(others, gap, place),
        place,
        may("planificateur") && noteForm(gap, note));
}

function choice(one, gap, place) {
    const { nom } = plan.perimeters.get(one.id);
    return h("li", { class: "row spread candidate" },
        h("span", {}, h("b", {}, nom), h("br"), h("span", { class: "small soft" },
            [t(`could-${one.why}`), one.minutes !== null && t("at-most", { minutes: minutes(one.minutes) })].filter(Boolean).join(", "))),
        h("button", { type: "button", class: "small", onclick: () => give(one.id, gap, place),
            "aria-label": t("see-effect-of-giving", { nom }) }, t("see-effect")));
}

function otherChoice(others, gap, place) {
    const select = h("select", {}, others.map((one) => h("option", { value: one.id }, one.nom)));
    return h("details", {}, h("summary", {}, t("give-to-another")),
        h("div", { class: "row" }, h("label", { class: "grow" }, h("span", { class: "sr-only" }, t("perimeter")), select),
            h("button", { type: "button", class: "small", onclick: () => give(select.value, gap, place) }, t("see-effect"))));
}

function give(id, gap, place) {
    const title = t("give-to", { nom: plan.perimeters.get(id).nom });
    return proposeChange(place, { title, key: `zone-blanche.${gap.objet}`,
        gestures: [{ geste: "give-gap", zone_blanche: gap.codes[0], vers: id }] });
}

/* ---- notes ---- */

function noteForm(gap, note) {
    const id = newId("note");
    const key = `note.${gap.codes[0]}`;
    const text = h("textarea", { id, rows: "2", maxlength: "2000", ".value": recall(key) || note,
        oninput: () => remember(key, text.value) });
    const day = h("input", { type: "date", ".value": new Date().toISOString().slice(0, 10) });
    const path = `/gaps/${encodeURIComponent(gap.codes[0])}/note`;
    const send = async (event) => {
        event.preventDefault();
        const words = text.value.trim();
        const asked = words ? put(path, { note: words, date: day.value || null }) : del(path);
        if ((await busy(form, asked)) === undefined) return;
        remember(key, "");
        message(t(words ? "note-kept" : "note-taken-away"), { seconds: 6 });
    };
    const form = h("form", { onsubmit: send }, h("div", { class: "field" }, h("label", { for: id }, t("gap-note")), text),
        h("div", { class: "row" }, h("label", { class: "field" }, h("span", {}, t("gap-note-day")), day),
            h("button", { type: "submit", class: "small" }, t("keep-note"))));
    return h("details", { open: Boolean(note) }, h("summary", {}, t("gap-note-title")), form);
}
