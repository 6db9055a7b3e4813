/* Where a figure comes from: a small button beside it, and a dialog that tells source, vintage, licence, rules,
 * parameters and the state of the workspace. It stands here because every folder shows figures. */
import { get, session } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { addTexts, date, has, number, t } from "./text.js";
import { dialog } from "./ui.js";
import { texts } from "./texts_provenance.js";

addTexts(texts);

/* What is known of figures that many places show: the layer they rest on, the rule sets that judge them. The text
 * `how-<figure>` tells how it is computed. */
const FIGURES = {
    population: { layer: "communes" },
    perimeter: { layer: "cpts", rules: ["tailles"] },
    size: { layer: "cpts", rules: ["tailles"] },
    status: { layer: "cpts", rules: ["publication"] },
    coverage: { layer: "cpts", rules: ["publication"] },
    contested: { layer: "cpts-communes-disputees" },
    findings: { layer: "cpts-constats", rules: ["tailles"] },
    groupings: { layer: "communes" },
    parts: { layer: "cpts" },
    minutes: { layer: "couverture" },
    band: { layer: "couverture" },
    access: { layer: "accessibilite", rules: ["zonage"] },
    zoning: { layer: "zones-sous-denses", rules: ["zonage"] },
    layer: {},
};

/**
 * A small (i) button beside a figure; one click tells where the figure comes from.
 * @param {object | function(): object} what
 *     `title` what the figure is; `figure` one of FIGURES, or what it says by itself: `layer` (id of the catalogue),
 *     `rules` (["tailles", "publication", "zonage"]), `how` (one sentence), `sources` ([{nom, millesime, licence}]),
 *     `vintage`, `licence`, `parameters` ({name: value}), `estimated`. A function is asked when the button is pressed.
 */
export function sourceButton(what) {
    const now = () => (typeof what === "function" ? what() : what);
    const label = t("source-of", { titre: now().title });
    return h("button", { type: "button", class: "quiet small source-button", "aria-label": label, title: label,
        onclick: () => showSource(now()) }, icon("info"));
}

/** The dialog by itself. */
export function showSource(what) {
    const all = { ...FIGURES[what.figure], ...what };
    const body = h("div", { class: "provenance", "aria-busy": "true" }, h("p", {}, t("loading")));
    known(all).then((found) => fill(body, tell(found)), (fault) => fill(body, tell(all), h("p", { class: "note" }, fault.message)))
        .finally(() => body.removeAttribute("aria-busy"));
    return dialog({ title: t("source-title", { titre: what.title }), body, wide: true,
        actions: [{ title: t("source-copy"), act: () => copy(body) }, { title: t("close"), primary: true }] });
}

async function copy(body) {
    await navigator.clipboard?.writeText(`${body.innerText}\n${location.href}\n`).catch(() => {});
    body.append(h("p", { class: "note good", role: "status" }, t("source-copied")));
    return false;
}

/** What the caller says, and what the service knows of the layer, the rules and the workspace. */
async function known(what) {
    const [study, catalogue] = await Promise.all([get("/study"), get("/layers")]);
    const layer = catalogue.couches.find((one) => one.id === what.layer);
    const state = layer ?? catalogue.couches[0];
    const hash = state ? (await get(`/collections/${state.id}/items?limit=1&skipGeometry=true`)).workspace_hash : null;
    const rules = (what.rules ?? []).map((key) => study[key]).filter(Boolean);
    return {
        ...what, rules, hash, layer, study,
        sources: what.sources ?? layer?.sources ?? [],
        licence: what.licence ?? layer?.licence,
        parameters: what.parameters ?? layer?.parametres,
        estimated: what.estimated ?? layer?.estime,
        stale: layer?.perime,
    };
}

/** Rows of what is known: [[title, nodes], …]; nothing is told of what is not known. */
function tell(what) {
    const how = what.how ?? (has(`how-${what.figure}`) ? t(`how-${what.figure}`) : what.layer?.description);
    const rows = [
        [t("source-how"), how],
        [t("sources"), sources(what)],
        [t("source-licence"), what.licence],
        [t("source-rules"), Array.isArray(what.rules) && what.rules.length && list(what.rules.filter((one) => one.titre).map(rule))],
        [t("source-parameters"), what.parameters && list(parameters(what.parameters, what.study))],
        [t("source-layer"), what.layer?.titre && `${what.layer.titre} (${what.layer.id})`],
        [t("source-for"), t(session.role && !session.asPublic ? "source-for-interne" : "source-for-public")],
        [t("source-hash"), what.hash && [h("code", { class: "hash" }, what.hash), h("br"), h("small", { class: "soft" }, t("source-hash-text"))]],
    ];
    return [
        what.estimated && h("p", { class: "note" }, t("source-estimated")),
        what.stale && h("p", { class: "note" }, t("stale")),
        h("dl", { class: "facts" }, rows.filter(([, value]) => value).map(([title, value]) => [h("dt", {}, title), h("dd", {}, value)])),
    ];
}

const list = (items) => h("ul", { class: "plain" }, items.map((item) => h("li", {}, item)));

function sources({ sources: given = [], vintage }) {
    if (!given.length) return vintage ? t("source-vintage", { date: date(vintage) }) : null;
    return list(given.map((one) => [one.nom, one.millesime && ` – ${t("source-vintage", { date: date(one.millesime) })}`,
        ` – ${one.licence ? `${t("licence")} ${one.licence}` : t("source-no-licence")}`]));
}

/** A rule set: what it is called, since when, and what it stands on. */
const rule = (one) => [h("strong", {}, one.titre), ` (${one.id}${one.depuis ? `, ${t("source-since", { date: day(one.depuis) })}` : ""})`,
    one.reference && [h("br"), h("span", { class: "soft" }, one.reference)]];
const day = (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? date(text) : text);

/** Parameters in words: ["Tailles : aci-2019", …]; nested ones are told under their name. */
export function parameters(given, study) {
    const lines = [];
    for (const [key, value] of Object.entries(given)) {
        if (key === "services") lines.push(...Object.entries(value).map(([id, one]) => service(id, one, study)));
        else if (value && typeof value === "object" && !Array.isArray(value)) lines.push(...parameters(value, study));
        else lines.push(`${has(`parameter-${key}`) ? t(`parameter-${key}`) : key} : ${plain(value)}`);
    }
    return lines;
}

function service(id, { tranches_min: bands, ...more }, study) {
    const title = study?.services?.find((one) => one.id === id)?.titre ?? id;
    const name = (other) => study?.services?.find((one) => one.id === other)?.titre ?? plain(other);
    const rest = Object.entries(more).map(([key, value]) => has(`parameter-${key}`) ? t(`parameter-${key}`, { titre: name(value) }) : `${key} ${plain(value)}`);
    return `${title} : ${[bands && t("parameter-bands", { minutes: bands.join(", ") }), ...rest].filter(Boolean).join(" ; ")}`;
}

const plain = (value) => Array.isArray(value) ? value.map(plain).join(", ") : typeof value === "number" ? number(value, 6)
    : value === null ? t("nothing") : String(value);
