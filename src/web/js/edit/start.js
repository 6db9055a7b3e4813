/* "Partir de…": perimeters made of a grouping or of a list, a copy of what stands, or nothing; seen before it is made. */
import { get, may, post, query, requestId } from "../base/api.js";
import { fill, h } from "../base/dom.js";
import * as state from "../base/state.js";
import { number, population } from "../base/text.js";
import { busy, dialog, message, say, tellProblem } from "../base/ui.js";
import { listSource } from "./start_list.js";
import { uniqueId } from "./names.js";
import { plan } from "./plan.js";
import { reasonField } from "./reason.js";
import { gesturesOf, summary } from "./starting.js";
import { REFERENCE, severityTag } from "./words.js";
import { t } from "./plans_text.js";

const NEW = "+"; /* the choice of a scenario that is not there yet */

/* ---- where from ---- */

/** A grouping of the study: its groups become perimeters. */
function groupingSource(context, changed) {
    const list = context.study.groupements;
    const kept = new Map();
    const select = h("select", { name: "groupement", onchange: changed }, list.map((one) => h("option", { value: one.id }, `${one.titre} (${number(one.groupes)})`)));
    return {
        element: list.length ? h("label", { class: "field" }, h("span", {}, t("which-grouping")), select) : h("p", { class: "note" }, t("no-grouping")),
        title: () => list.find((one) => one.id === select.value)?.titre ?? "",
        async gestures({ taken, gone, genre }) {
            const id = select.value;
            if (!id) return [];
            if (!kept.has(id)) kept.set(id, await get(`/groupings/${encodeURIComponent(id)}`));
            return gesturesOf(kept.get(id).groupes, { taken, gone, genre });
        },
    };
}

const emptySource = () => ({ element: h("p", {}, t("start-empty-told")), title: () => t("start-empty"), gestures: async ({ gone }) => gesturesOf([], { gone }) });
const copySource = () => ({ element: h("p", {}, t("start-copy-told")), title: () => t("start-copy"), gestures: async () => [] });

/* ---- the preview ---- */

function previewOf(effect, genreTitle) {
    const found = summary(effect);
    const sizes = Object.entries(found.sizes).sort();
    const line = (key, values) => h("li", {}, t(key, values));
    return [
        h("p", { class: "note good" }, t("start-makes", { n: found.made.length, population: population(found.population), genre: genreTitle })),
        h("ul", {},
            found.gone > 0 && line("start-replaces", { n: found.gone }),
            found.least && line("start-least", { nom: found.least.nom, population: population(found.least.population) }),
            found.most && line("start-most", { nom: found.most.nom, population: population(found.most.population) }),
            sizes.length > 0 && h("li", {}, t("start-sizes"), sizes.map(([id, n]) => `${id || t("no-size")} : ${number(n)}`).join(", ")),
            h("li", {}, t("start-findings"), Object.keys(found.findings).length
                ? Object.entries(found.findings).map(([gravite, n]) => [" ", severityTag(gravite), ` ${number(n)}`]) : ` ${t("none")}`)),
        found.made.length > 0 && h("details", {}, h("summary", {}, t("start-listed", { n: found.made.length })),
            h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("start-caption") }, h("table", {}, h("caption", {}, t("start-caption")),
                h("thead", {}, h("tr", {}, ["perimeter", "communes-short", "population", "size"].map((key) => h("th", { scope: "col" }, t(key))))),
                h("tbody", {}, found.made.map((one) => h("tr", {}, h("th", { scope: "row" }, one.nom), h("td", { class: "number" }, number(one.communes)),
                    h("td", { class: "number" }, number(one.population)), h("td", {}, one.taille ?? t("nothing"))))))))];
}

/* ---- the dialog ---- */

class Start {
    constructor(context, scenarios, end) {
        this.context = context;
        this.scenarios = scenarios;
        this.end = end;
        const changed = () => this.preview();
        this.sources = { grouping: groupingSource(context, changed), list: listSource(changed, () => this.place()), copy: copySource(), empty: emptySource() };
        this.how = context.study.groupements.length ? "grouping" : "list";
        this.source = h("div", { class: "start-source" });
        this.shown = h("div", { class: "start-preview", "aria-live": "polite" });
        this.reason = reasonField("depart");
    }

    get genre() {
        return plan.genre;
    }

    /** Where the perimeters go: `{scenario, base, clear}`; `scenario` "+" is one to be made. */
    place() {
        const scenario = this.where?.value ?? NEW;
        return { scenario, base: scenario === NEW ? "" : scenario, clear: scenario === NEW && !this.keep.checked };
    }

    body() {
        const radio = (value) => h("label", { class: "inline" }, h("input", { type: "radio", name: "depart", value, ".checked": value === this.how, onchange: () => this.choose(value) }),
            h("span", {}, h("b", {}, t(`start-${value}`))));
        this.where = h("select", { name: "ou", onchange: () => this.preview() }, h("option", { value: NEW }, t("start-new-scenario")),
            h("option", { value: "" }, t("reference")), this.scenarios.map((one) => h("option", { value: one.id }, one.titre ?? one.id)));
        this.name = h("input", { maxlength: "120", name: "titre" });
        this.keep = h("input", { type: "checkbox", onchange: () => this.preview() });
        this.named = h("div", {}, h("label", { class: "field" }, h("span", {}, t("scenario-title")), this.name),
            h("label", { class: "inline keep-standing" }, this.keep, t("start-keep")));
        const element = h("div", {}, h("fieldset", {}, h("legend", {}, t("start-how")), ["grouping", "list", "copy", "empty"].map(radio)), this.source,
            h("label", { class: "field" }, h("span", {}, t("start-where")), this.where), this.named, this.shown, this.reason.element);
        this.choose(this.how);
        return element;
    }

    choose(how) {
        this.how = how;
        fill(this.source, this.sources[how].element);
        /* a copy and an empty plan only make sense beside the reference */
        const alone = ["copy", "empty"].includes(how);
        if (alone) this.where.value = NEW;
        this.where.parentElement.hidden = alone;
        this.preview();
    }

    /** Gestures as things stand where they would go. */
    async gestures() {
        const { base, clear } = this.place();
        this.standing = await get(`/perimeters${query({ scenario: base })}`);
        const gone = clear || this.how === "empty" ? this.standing.filter((one) => one.genre === this.genre).map((one) => one.id) : [];
        return this.sources[this.how].gestures({ taken: this.standing.map((one) => one.id), gone, genre: this.genre, scenario: base });
    }

    async preview() {
        this.asked?.abort();
        const asked = (this.asked = new AbortController());
        const isNew = this.place().scenario === NEW;
        this.named.hidden = !isNew;
        this.named.lastChild.hidden = ["copy", "empty"].includes(this.how);
        if (isNew && (!this.name.value || this.name.value === this.suggested)) this.name.value = this.suggested = this.sources[this.how].title();
        fill(this.shown, h("p", { class: "soft" }, t("trying-out")));
        try {
            const gestes = await this.gestures();
            if (asked.signal.aborted) return;
            if (!gestes.length) return fill(this.shown, this.how === "copy" ? h("p", { class: "note good" }, t("start-copies", { n: this.standing.length })) : h("p", { class: "soft" }, t("start-nothing-yet")));
            const effect = await post("/what-if", { scenario: this.place().base, genre: this.genre, gestes }, {}, asked.signal);
            if (asked.signal.aborted) return;
            fill(this.shown, previewOf(effect, this.context.study.genres.find((one) => one.id === this.genre)?.titre ?? this.genre));
            say(t("start-makes-short", { n: effect.perimetres.filter((one) => one.apres && !one.avant).length }));
        } catch (fault) {
            if (fault.name !== "AbortError") fill(this.shown, h("p", { class: "note bad" }, fault.detail ?? t("problem-unknown")));
        }
    }

    /** Makes the scenario (once, however often it is tried) and the perimeters. */
    async make() {
        const place = this.place();
        const gestes = await this.gestures();
        if (!gestes.length && this.how !== "copy" && this.how !== "empty") throw Object.assign(new Error(t("start-nothing-yet")), { status: 0, detail: t("start-nothing-yet") });
        let scenario = place.scenario;
        if (scenario === NEW) {
            const titre = this.name.value.trim() || this.sources[this.how].title();
            this.made ??= uniqueId(titre, new Set([REFERENCE, ...this.scenarios.map((one) => one.id)]), "scenario");
            await post("/scenarios", { id: this.made, titre, base: "" }).catch((fault) => {
                if (fault.status !== 409 || !this.tried) throw fault;
            });
            this.tried = true;
            scenario = this.made;
        }
        if (gestes.length) await this.send(scenario, gestes);
        return scenario;
    }

    async send(scenario, gestes) {
        const motif = this.reason.text() || null;
        if (scenario === plan.scenario) return plan.change(gestes, { motif });
        const standing = await get(`/perimeters${query({ scenario })}`);
        const touched = new Set(gestes.map((one) => one.perimetre));
        const vu = Object.fromEntries(standing.filter((one) => touched.has(one.id)).map((one) => [one.id, one.etat]));
        this.id ??= requestId();
        return post("/changes", { id: this.id, scenario, motif, vu, gestes });
    }
}

/** Opens the dialog; resolves with the id of the scenario that was filled, null when nothing was made. */
export async function startDialog(context, scenarios = null) {
    if (!may("planificateur")) return null;
    const known = scenarios ?? (await busy(null, get("/scenarios"))) ?? [];
    const start = new Start(context, known);
    let scenario = null;
    const act = async () => {
        try {
            scenario = await start.make();
            return true;
        } catch (fault) {
            tellProblem(fault);
            return false;
        }
    };
    const done = await dialog({ title: t("start-from"), wide: true, close: t("cancel"), body: () => start.body(),
        actions: [{ title: t("cancel"), value: null }, { title: t("start-make"), primary: true, act }] });
    if (!done) return null;
    start.reason.done();
    message(t("start-made"), { seconds: 6, key: "fait" });
    if (scenario === plan.scenario) await plan.load();
    state.set({ scenario, perimetre: "", panneau: "territoires" }, { push: true });
    context.view.fit(context.study.etendue);
    return scenario;
}
