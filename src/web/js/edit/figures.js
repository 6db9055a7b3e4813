/* Figures of the current perimeter, at each stroke: population, size and how far the next one is, parts, shares within
 * minutes, findings; before → after. */
import { get, query } from "../base/api.js";
import { fill, h } from "../base/dom.js";
import { sourceButton } from "../base/provenance.js";
import { number, percent, signed, t } from "../base/text.js";
import { say, tellProblem } from "../base/ui.js";
import { plan } from "./plan.js";
import { sizeOf } from "./sizes.js";

const SEVERITIES = ["erreur", "alerte", "information"];
const FINDINGS_SHOWN = 4;

/** Before → after with the difference's sign; the value alone where it is the same. */
export function beforeAfter(before, after, format = number) {
    if (!Number.isFinite(before) || before === after) return format(after);
    return [format(before), " → ", h("strong", {}, format(after)), " ", h("span", { class: ["edit-signed", after > before ? "more" : "less"] }, signed(after - before))];
}

/** Findings of a perimeter after an effect: those that went are out, those that came are in. Pure. */
export function followed(findings, effect, id) {
    const gone = new Set((effect.constats_disparus ?? []).map((one) => one.id));
    const come = (effect.constats_apparus ?? []).filter((one) => one.a === id || one.b === id);
    const ids = new Set(come.map((one) => one.id));
    return [...findings.filter((one) => !gone.has(one.id) && !ids.has(one.id)), ...come];
}

export class Figures {
    #id = null;
    #whole = null; /* GET /perimeters/{id}/figures */
    #bands = null; /* shares before the last stroke */
    #findings = [];
    #effect = null; /* of the stroke that is drawn, or of the last one */
    #drawing = null;
    #asked = null;

    constructor({ study }) {
        this.study = study;
        this.sizes = study.tailles;
        this.parts = { head: h("div"), main: h("div"), bands: h("div"), findings: h("div"), others: h("div") };
        this.element = h("section", { class: "block edit-figures", "aria-label": t("edit.figures") }, Object.values(this.parts));
        plan.watch(({ what, item }) => this.#changed(what, item));
    }

    #changed(what, item) {
        if (what === "current" || this.#id !== plan.current) return this.choose();
        if (what === "members" || what === "refused") return this.read();
        if (what === "stroke" && !item) this.#effect = null; /* taken back before it left */
        return what === "stroke" || what === "saved" ? this.draw() : undefined;
    }

    /** Another perimeter is the current one. */
    choose() {
        const there = plan.perimeters.has(plan.current);
        if (this.#id === plan.current && there) return this.draw();
        this.#id = there ? plan.current : null;
        this.#whole = this.#bands = this.#effect = this.#drawing = null;
        this.#findings = [];
        this.draw();
        return this.#id ? this.read() : undefined;
    }

    /** Reads what the service knows of it; `effect` of a stroke stays beside it. */
    async read({ keep = false } = {}) {
        if (!plan.perimeters.has(this.#id)) return this.draw();
        this.#asked?.abort();
        const asked = (this.#asked = new AbortController());
        const id = this.#id;
        const { signal } = asked;
        const scope = query({ scenario: plan.scenario });
        try {
            const [whole, findings] = await Promise.all([get(`/perimeters/${encodeURIComponent(id)}/figures${scope}`, { signal }),
                keep ? this.#findings : get(`/findings${query({ scenario: plan.scenario, kind: plan.genre, perimetre: id })}`, { signal })]);
            if (id !== this.#id) return undefined;
            this.#bands = keep ? this.#whole : null;
            if (!keep && this.#effect?.etats?.[id] !== plan.perimeters.get(id)?.etat) this.#effect = null; /* others came since */
            this.#whole = whole;
            this.#findings = findings;
        } catch (fault) {
            /* made here and not there yet, or nobody answers: what is known is shown */
            if (fault.name !== "AbortError" && !fault.offline && fault.status !== 404) tellProblem(fault);
            return undefined;
        }
        return this.draw();
    }

    /** Of the stroke that is being drawn: its communes at once, its effect when the service told it. */
    drawing({ how, codes, effect }) {
        if (codes) {
            const by = codes.reduce((sum, code) => sum + (plan.communes.get(code)?.population ?? 0), 0);
            this.#drawing = { how, count: codes.length, by: how === "remove" ? -by : by, effect: null };
        } else if (this.#drawing) this.#drawing.effect = effect;
        this.draw();
    }

    cancelled() {
        this.#drawing = null;
        this.draw();
    }

    /** A stroke ended: its answer, when it comes, on screen; then what takes longer. */
    async ended({ label, watch, answer }) {
        const told = await answer.catch(() => null);
        this.#drawing = null;
        if (!told) return this.draw();
        watch.answered();
        this.took(told);
        watch.shown();
        this.announce(label);
        return this.read({ keep: true });
    }

    /** Takes the effect of an answer. */
    took(effect) {
        this.#effect = effect;
        this.#findings = followed(this.#findings, effect, this.#id);
        this.draw();
    }

    announce(label) {
        const { avant, apres } = this.#of(this.#effect) ?? {};
        if (!apres) return say(label);
        const by = avant ? ` (${signed(apres.population - avant.population)})` : "";
        return say(`${label}. ${t("edit.said", { population: number(apres.population), ecart: by, taille: apres.taille ?? t("nothing"),
            parties: t("edit.in-parts", { n: apres.parties }), constats: t("edit.n-findings", { n: this.#findings.length }) })}`);
    }

    #of(effect) {
        return effect?.perimetres.find((one) => one.id === this.#id) ?? null;
    }

    draw() {
        const one = plan.perimeters.get(this.#id);
        this.element.hidden = !one;
        if (!one) return;
        const effect = this.#drawing?.effect ?? (this.#drawing ? null : this.#effect);
        const row = this.#of(effect);
        fill(this.parts.head, h("h3", {}, h("span", { class: "swatch", style: { background: one.couleur } }), " ", one.nom));
        this.#main(one, row);
        this.#shares();
        this.#list(effect);
        this.#touched(effect);
    }

    #main(one, row) {
        const before = this.#drawing && !row ? one.population : row?.avant?.population;
        const population = row?.apres?.population ?? (this.#drawing ? one.population + this.#drawing.by : one.population);
        const judged = this.sizes?.genres?.includes(plan.genre) !== false && this.sizes;
        const size = judged ? sizeOf(this.sizes.classes, population) : null;
        const was = judged && Number.isFinite(before) ? sizeOf(this.sizes.classes, before) : null;
        const parts = row?.apres?.parties ?? this.#whole?.parties;
        const count = row?.apres?.communes ?? (this.#drawing ? one.codes.size + (this.#drawing.how === "remove" ? -1 : 1) * this.#drawing.count : one.codes.size);
        const line = (key, value, figure, extra) => h("tr", {}, h("th", { scope: "row" }, t(key)),
            h("td", { "data-chiffre": key }, value, extra), h("td", {}, figure && sourceButton({ title: t(key), figure })));
        fill(this.parts.main, h("table", { class: "edit-table" }, h("caption", { class: "sr-only" }, t("edit.figures-of", { nom: one.nom })),
            h("tbody", {},
                line("edit.population", beforeAfter(before, population), "population"),
                size && line("edit.size", was && was.id !== size.id ? [was.id, " → ", h("strong", {}, size.id)] : size.id, "size", distances(size)),
                line("edit.communes", beforeAfter(row?.avant?.communes, count)),
                Number.isFinite(parts) && line("edit.parts", beforeAfter(row?.avant?.parties, parts), "parts"))),
        judged && this.sizes.plancher && population < this.sizes.plancher && h("p", { class: "note small" }, t("edit.below-floor", { n: this.sizes.plancher })));
    }

    #shares() {
        const services = (whole) => whole?.ensemble?.services ?? [];
        if (!services(this.#whole).length) return fill(this.parts.bands);
        const before = (id, minutes) => services(this.#bands).find((one) => one.id === id)?.part_dans.find((one) => one.minutes === minutes)?.part;
        const title = (id) => this.study.services.find((one) => one.id === id)?.titre ?? id;
        const share = (id, { minutes, part }) => {
            const was = before(id, minutes);
            const changed = Number.isFinite(was) && Number.isFinite(part) && Math.abs(was - part) > 5e-4;
            return h("span", { class: "edit-share" }, h("span", { class: "soft" }, `${minutes} min`), h("span", { "data-part": `${id}-${minutes}` }, percent(part)),
                changed && h("span", { class: ["edit-signed", part > was ? "more" : "less"] }, signed(100 * (part - was), 1)));
        };
        const open = this.parts.bands.querySelector("details")?.open ?? true;
        return fill(this.parts.bands, h("details", { open }, h("summary", {}, t("edit.bands")),
            h("dl", { class: "edit-shares" }, services(this.#whole).map((one) => [
                h("dt", {}, title(one.id), sourceButton({ title: title(one.id), figure: "band" })), h("dd", {}, one.part_dans.map((band) => share(one.id, band)))]))));
    }

    #list(effect) {
        const told = (title, all) => all?.length > 0 && [h("h4", {}, title), h("ul", { class: "plain" }, all.slice(0, FINDINGS_SHOWN).map((one) =>
            h("li", {}, tag(one.gravite), " ", one.constat)), all.length > FINDINGS_SHOWN && h("li", { class: "soft" }, t("edit.and-more", { n: all.length - FINDINGS_SHOWN })))];
        const findings = this.#drawing?.effect ? followed(this.#findings, effect, this.#id) : this.#findings;
        const count = (severity) => findings.filter((one) => one.gravite === severity).length;
        const open = this.parts.findings.querySelector("details")?.open ?? false;
        fill(this.parts.findings,
            effect && told(t("edit.findings-new"), effect.constats_apparus), effect && told(t("edit.findings-gone"), effect.constats_disparus),
            h("details", { open }, h("summary", {}, t("edit.n-findings", { n: findings.length }), " ", SEVERITIES.filter(count).map((one) =>
                [h("span", { class: ["tag", { erreur: "bad", alerte: "warning" }[one]] }, t(`edit.severity-${one}`, { n: count(one) })), " "])),
            h("ul", { class: "plain" }, findings.map((one) => h("li", {}, tag(one.gravite), " ", one.constat, one.piste && h("div", { class: "small soft" }, one.piste))))));
    }

    /* The other perimeters that the stroke changes. */
    #touched(effect) {
        const rows = effect?.perimetres.filter((one) => one.id !== this.#id && one.avant && one.apres) ?? [];
        fill(this.parts.others, rows.length > 0 && h("table", { class: "edit-table" }, h("caption", {}, t("edit.also-changed")),
            h("tbody", {}, rows.map((one) => h("tr", {}, h("th", { scope: "row" }, one.nom),
                h("td", {}, beforeAfter(one.avant.population, one.apres.population),
                    one.avant.taille !== one.apres.taille && ` (${one.avant.taille ?? t("nothing")} → ${one.apres.taille ?? t("nothing")})`))))));
    }
}

const tag = (severity) => h("span", { class: ["tag", { erreur: "bad", alerte: "warning" }[severity]] }, t(`edit.severity-one-${severity}`));

function distances({ up, down }) {
    const lines = [up && t("edit.to-larger", { n: up.by, id: up.id }), down && t("edit.to-smaller", { n: down.by, id: down.id })].filter(Boolean);
    return h("div", { class: "small soft" }, lines.map((line) => h("div", {}, line)));
}
