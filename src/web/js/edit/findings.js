/* "Constat suivant": walks through what a person should look at, on the map and in words. */
import { get, may, onSession, query } from "../base/api.js";
import { fill, h, icon } from "../base/dom.js";
import * as state from "../base/state.js";
import { number, population } from "../base/text.js";
import { busy, say } from "../base/ui.js";
import { proposeChange } from "./effect.js";
import { gapView } from "./gaps.js";
import { planLoaded } from "./loaded.js";
import { outline } from "./outline.js";
import { plan } from "./plan.js";
import { remedies } from "./remedies.js";
import { SEVERITIES, counts, filtered, ordered, placeOf, step } from "./walk.js";
import { communeNames, kindTitle, severityTag } from "./words.js";
import { t } from "./plans_text.js";

const QUIET = 400; /* ms between a change and reading findings again */

/** What is shown, and what is asked for. */
class Walk {
    all = [];
    list = [];
    index = -1;
    severities = new Set(["erreur", "alerte"]);
    kind = "";
    onlyCurrent = false;

    constructor(context) {
        this.context = context;
        this.card = h("div", { class: "finding" });
        this.remedy = h("div", { class: "remedy" });
        this.filters = h("form", { class: "block", onsubmit: (event) => event.preventDefault() });
        this.rows = h("ol", { class: "plain finding-list" });
        this.counter = h("b", { class: "counter" });
        this.element = h("div", {}, this.filters, this.steps(), this.card, this.remedy,
            h("details", { open: true }, h("summary", {}, t("all-findings")), this.rows));
        plan.watch(({ what } = {}) => this.changed(what));
        onSession(() => this.visible && this.read());
    }

    steps() {
        const button = (key, by, name) => h("button", { type: "button", "aria-keyshortcuts": by > 0 ? "n" : "p",
            class: by > 0 ? "primary" : "", onclick: () => this.go(step(this.index, by, this.list.length)) },
        by < 0 && icon(name), t(key), by > 0 && icon(name));
        return h("div", {}, h("div", { class: "row spread" }, button("finding-before", -1, "back"), this.counter, button("finding-next", 1, "next")),
            h("p", { class: "small soft" }, t("finding-keys")));
    }

    /** After a change: the list again; what was looked at stays. */
    changed(what) {
        if (what === "current" && this.onlyCurrent) this.filter();
        if (!["members", "saved"].includes(what)) return;
        clearTimeout(this.later);
        this.later = setTimeout(() => this.visible && this.read(), QUIET);
    }

    async read() {
        const asked = (this.asked = query({ scenario: plan.scenario, kind: plan.genre }));
        const all = await busy(this.element, get(`/findings${asked}`));
        if (!all || asked !== this.asked) return;
        this.all = ordered(all);
        this.filter();
    }

    filter() {
        const before = this.list[this.index]?.id ?? state.get("constat");
        this.list = filtered(this.all, { severities: this.severities, kinds: this.kind ? new Set([this.kind]) : null,
            perimeter: this.onlyCurrent ? plan.current : "" });
        const now = placeOf(this.list, before, this.index);
        const gone = this.index >= 0 && before && this.list[now]?.id !== before && !this.all.some((one) => one.id === before);
        this.drawFilters();
        this.drawRows();
        if (gone) say(t("finding-done"));
        this.index = -1;
        this.go(now, { move: this.list[now]?.id !== this.shown, quiet: !gone });
    }

    /** Shows the finding at a place of the list; `move` brings the map there. */
    go(index, { move = true, quiet = false } = {}) {
        const same = this.list[index]?.id === this.shown;
        this.index = index;
        const finding = this.list[index] ?? null;
        this.counter.textContent = finding ? t("finding-counter", { i: index + 1, n: number(this.list.length) }) : t("finding-none");
        for (const [i, row] of [...this.rows.children].entries()) {
            if (i === index) row.firstChild.setAttribute("aria-current", "true");
            else row.firstChild.removeAttribute("aria-current");
        }
        state.set({ constat: finding?.id ?? "" });
        if (!same || !finding) this.drawCard(finding);
        outline(this.context.view, "constat", finding?.codes ?? []);
        if (finding && move) this.seek(finding);
        if (finding && !quiet) say(`${t("finding-counter", { i: index + 1, n: number(this.list.length) })}. ${t(`severity-${finding.gravite}`)}. ${finding.constat}`);
    }

    /** Zooms to the communes of a finding, or to its perimeter where it names none. */
    seek(finding) {
        const codes = finding.codes.length ? finding.codes : [...(plan.perimeters.get(finding.a)?.codes ?? [])];
        if (codes.length) this.context.view.fitCodes(codes, { padding: 80, maxZoom: 9.8 });
    }

    async drawCard(finding) {
        this.shown = finding?.id ?? null;
        fill(this.remedy);
        if (!finding) return fill(this.card, h("p", { class: "note good" }, t(this.all.length ? "finding-none-filtered" : "finding-none-at-all")));
        const [names] = await Promise.all([this.context.view.names().catch(() => null), planLoaded()]);
        if (this.shown !== finding.id) return;
        fill(this.card, h("div", { class: "block" },
            h("p", {}, severityTag(finding.gravite), " ", h("span", { class: "soft" }, kindTitle(finding.genre))),
            h("p", { class: "finding-text" }, finding.constat),
            finding.piste && h("p", {}, h("b", {}, t("lead")), finding.piste),
            finding.codes.length > 0 && h("p", { class: "small" }, h("b", {}, t("communes-concerned")), communeNames(names, finding.codes),
                finding.population > 0 && ` (${population(finding.population)})`),
            h("div", { class: "row" },
                [finding.a, finding.b].filter(Boolean).map((id) => this.toPerimeter(id)),
                h("button", { type: "button", class: "small", onclick: () => this.seek(finding) }, t("show-on-map"))),
            may("planificateur") && this.drawRemedies(finding)));
        if (finding.genre === "zone-blanche") fill(this.remedy, gapView(this.context, finding, names));
    }

    toPerimeter(id) {
        const name = plan.perimeters.get(id)?.nom ?? id;
        return h("button", { type: "button", class: "small", onclick: () => {
            plan.current = id;
            state.set({ panneau: "fiche" }, { push: true });
        } }, t("open-perimeter", { nom: name }));
    }

    drawRemedies(finding) {
        const all = remedies(finding);
        if (!all.length) return null;
        const name = (id) => plan.perimeters.get(id)?.nom ?? id;
        return h("div", {}, h("h3", {}, t("what-to-do")), h("div", { class: "row" }, all.map((one) => {
            const title = t(`remedy-${one.id}`, { nom: one.perimeter ? name(one.perimeter) : "" });
            return h("button", { type: "button", class: "small", onclick: () => this.propose(one, title, finding) }, title);
        })));
    }

    propose(remedy, title, finding) {
        if (!remedy.reason)
            return proposeChange(this.remedy, { gestures: remedy.gestures, title, key: `constat.${finding.id}` });
        const input = h("input", { required: true, maxlength: "500" });
        const place = h("div");
        fill(this.remedy, h("form", { class: "block", onsubmit: (event) => {
            event.preventDefault();
            proposeChange(place, { gestures: remedy.gestures(input.value.trim()), title, key: `constat.${finding.id}` });
        } }, h("label", { class: "field" }, h("span", {}, t("why-shared")), input), h("button", { type: "submit" }, t("see-effect"))), place);
        input.focus();
        return undefined;
    }

    drawFilters() {
        const by = counts(this.all, "gravite");
        const kinds = counts(this.all.filter((one) => this.severities.has(one.gravite)), "genre");
        if (this.kind && !kinds.has(this.kind)) kinds.set(this.kind, 0);
        const held = this.filters.contains(document.activeElement) ? document.activeElement.name : null;
        const box = (one) => h("label", { class: "inline" }, h("input", { type: "checkbox", name: `gravite-${one}`, ".checked": this.severities.has(one),
            onchange: (event) => {
                if (event.target.checked) this.severities.add(one);
                else this.severities.delete(one);
                this.filter();
            } }), `${t(`severity-${one}`)} (${number(by.get(one) ?? 0)})`);
        const select = h("select", { name: "genre", onchange: (event) => ((this.kind = event.target.value), this.filter()) },
            h("option", { value: "" }, t("all-kinds")),
            [...kinds].map(([id, n]) => h("option", { value: id, ".selected": id === this.kind }, `${kindTitle(id)} (${number(n)})`)));
        const current = plan.perimeters.get(plan.current);
        fill(this.filters, h("fieldset", {}, h("legend", {}, t("severities")), h("div", { class: "row" }, SEVERITIES.map(box))),
            h("label", { class: "field" }, h("span", {}, t("kind-of-finding")), select),
            current && h("label", { class: "inline" }, h("input", { type: "checkbox", name: "courant", ".checked": this.onlyCurrent,
                onchange: (event) => ((this.onlyCurrent = event.target.checked), this.filter()) }), t("only-of", { nom: current.nom })));
        if (held) this.filters.elements[held]?.focus();
    }

    drawRows() {
        fill(this.rows, this.list.map((one, i) => h("li", {}, h("button", { type: "button", class: "quiet finding-row", onclick: () => this.go(i) },
            severityTag(one.gravite), h("span", {}, one.constat)))));
    }
}

let walk = null;

/* n and p, unless something is being typed. */
function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, textarea, dialog, [contenteditable]")) return;
    const by = { n: 1, p: -1 }[event.key.toLowerCase()];
    if (!by || !walk?.list.length) return;
    event.preventDefault();
    walk.go(step(walk.index, by, walk.list.length));
}

export const findingsPanel = {
    id: "constats", icon: "alert", title: "plans.findings", least: "lecteur",
    make(context) {
        walk = new Walk(context);
        return walk.element;
    },
    shown() {
        if (walk.visible) return;
        walk.visible = true;
        addEventListener("keydown", onKey);
        walk.read();
    },
    hidden() {
        walk.visible = false;
        walk.shown = null;
        removeEventListener("keydown", onKey);
        outline(walk.context.view, "constat", []);
        state.set({ constat: "" });
    },
};
