/* The perimeters of the scenario as a list: colour, status, people, size; one is the current one, any may be locked. */
import { may } from "../base/api.js";
import { fill, h, icon } from "../base/dom.js";
import { byName, population, t } from "../base/text.js";
import { plan } from "./plan.js";

const MOST = 200; /* more are found by searching */
const SORTS = {
    nom: (a, b) => byName(a.nom, b.nom),
    population: (a, b) => (b.population ?? 0) - (a.population ?? 0) || byName(a.nom, b.nom),
    statut: (a, b, order) => order.indexOf(a.statut) - order.indexOf(b.statut) || byName(a.nom, b.nom),
};
const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

/** Those whose name holds all words of `q`, sorted. Pure. */
export function listed(perimeters, { q = "", sort = "nom", order = [] } = {}) {
    const words = plain(q).split(/\s+/).filter(Boolean);
    return [...perimeters].filter((one) => words.every((word) => plain(`${one.nom} ${one.id}`).includes(word)))
        .sort((a, b) => Number(a.actif === false) - Number(b.actif === false) || SORTS[sort](a, b, order));
}

export class PerimeterList {
    constructor({ study, view }) {
        this.view = view;
        this.order = study.statuts.map((one) => one.id);
        this.status = new Map(study.statuts.map((one) => [one.id, one.titre]));
        this.search = h("input", { type: "search", placeholder: t("edit.search"), "aria-label": t("edit.search"), oninput: () => this.draw() });
        this.sort = h("select", { "aria-label": t("edit.sort"), onchange: () => this.draw() },
            Object.keys(SORTS).map((key) => h("option", { value: key }, t(`edit.sort-${key}`))));
        this.locks = h("div", { class: "row" });
        this.rows = h("ul", { class: "plain edit-list" });
        this.element = h("section", { "aria-label": t("edit.perimeters") },
            h("div", { class: "row edit-finder" }, h("div", { class: "grow" }, this.search), this.sort), this.locks, this.rows);
        plan.watch(({ what }) => what !== "outbox" && what !== "steps" && this.later());
        this.draw();
    }

    /* Many changes in one moment are drawn once, after what counts more. */
    later() {
        clearTimeout(this.due);
        this.due = setTimeout(() => this.draw(), 30);
    }

    draw() {
        const found = listed(plan.perimeters.values(), { q: this.search.value, sort: this.sort.value, order: this.order });
        const locks = plan.locks();
        const focus = this.rows.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
        fill(this.rows, found.slice(0, MOST).map((one) => this.#row(one, locks)),
            found.length > MOST && h("li", { class: "soft" }, t("edit.search-more", { n: found.length - MOST })),
            !found.length && h("li", { class: "soft" }, t(plan.loaded ? "edit.none" : "loading")));
        if (focus) this.rows.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
        const all = [...plan.perimeters.keys()];
        fill(this.locks, may("planificateur") && all.length > 0 && [
            h("button", { type: "button", class: "small", onclick: () => plan.lock(all, true) }, icon("lock"), t("edit.lock-all")),
            h("button", { type: "button", class: "small", onclick: () => plan.lock(all, false) }, icon("unlock"), t("edit.unlock-all"))]);
    }

    #row(one, locks) {
        const current = one.id === plan.current;
        const locked = locks.has(one.id);
        return h("li", { class: ["edit-row", current && "current"] },
            h("button", { type: "button", class: "quiet edit-choose", "aria-current": current ? "true" : null, "data-focus": one.id,
                onclick: () => (plan.current = current ? null : one.id), ondblclick: () => this.view.fitCodes([...one.codes]) },
            h("span", { class: "swatch", style: { background: one.couleur } }),
            h("span", { class: "edit-name" }, one.nom, h("span", { class: "small soft" },
                [this.status.get(one.statut) ?? one.statut, one.taille, Number.isFinite(one.population) && population(one.population)].filter(Boolean).join(" · ")))),
            h("button", { type: "button", class: "quiet small", "aria-label": t("edit.show", { nom: one.nom }), title: t("edit.show", { nom: one.nom }),
                onclick: () => this.view.fitCodes([...one.codes]) }, icon("search")),
            may("planificateur") && h("button", { type: "button", class: "quiet small", "aria-pressed": String(locked), "data-focus": `verrou-${one.id}`,
                "aria-label": t("edit.lock", { nom: one.nom }), title: t(locked ? "edit.unlock" : "edit.lock", { nom: one.nom }),
                onclick: () => plan.lock([one.id], !locked) }, icon(locked ? "lock" : "unlock")));
    }
}
