/* The card of the current perimeter: its name, contact, status, history, files, and its end. */
import { get, may, onSession, query } from "../base/api.js";
import { fill, h } from "../base/dom.js";
import * as state from "../base/state.js";
import { byName, date, population } from "../base/text.js";
import { ask, busy, message } from "../base/ui.js";
import { save } from "./effect.js";
import { exportView } from "./export.js";
import { historyView } from "./history.js";
import { plan } from "./plan.js";
import { reasonField } from "./reason.js";
import { statusForm } from "./status.js";
import { statusTitle } from "./words.js";
import { t } from "./plans_text.js";

const open = new Set(["identite", "statut"]); /* the parts that a person left open */

/** A part that opens and closes, and stays as it was left when the card is drawn again. */
function part(id, title, make) {
    const body = h("div", {});
    const element = h("details", { class: "block", open: open.has(id), ontoggle: () => {
        if (element.open) open.add(id);
        else open.delete(id);
        if (element.open && !body.firstChild) fill(body, make());
    } }, h("summary", {}, h("h3", {}, title)), body);
    if (open.has(id)) fill(body, make());
    return element;
}

/* ---- name and contact ---- */

function identity(whole) {
    const reason = reasonField(`identite.${whole.id}`);
    const name = h("input", { required: true, maxlength: "200", ".value": whole.nom });
    const contact = h("textarea", { rows: "2", maxlength: "1000", ".value": whole.contact ?? "" });
    const submit = async (event) => {
        event.preventDefault();
        const gestures = [];
        if (name.value.trim() !== whole.nom) gestures.push({ geste: "rename", perimetre: whole.id, nom: name.value.trim() });
        if (contact.value.trim() !== (whole.contact ?? ""))
            gestures.push({ geste: "contact", perimetre: whole.id, contact: contact.value.trim() || null });
        if (!gestures.length) return message(t("nothing-to-save"), { seconds: 5, key: "fait" });
        const answer = await save(form, gestures, { reason, label: t("name-and-contact") });
        return answer && message(t("change-made", { fait: answer.fait ?? t("saved") }), { seconds: 6, key: "fait" });
    };
    const form = h("form", { onsubmit: submit },
        h("label", { class: "field" }, h("span", {}, t("name")), name),
        h("label", { class: "field" }, h("span", {}, t("contact")), contact),
        reason.element, h("button", { type: "submit" }, t("save")));
    return form;
}

/* ---- deleting ---- */

async function remove(whole, reason) {
    const lost = t("delete-lost", { nom: whole.nom, n: whole.membres.length });
    const sure = await ask(t("delete-title", { nom: whole.nom }), lost, { yes: t("delete"), danger: true });
    if (!sure) return;
    const answer = await save(null, [{ geste: "delete", perimetre: whole.id }], { reason, label: t("delete-title", { nom: whole.nom }) });
    if (!answer) return;
    if (plan.current === whole.id) plan.current = null;
    message(t("deleted", { nom: whole.nom }), { key: "fait", actions: [{ title: t("undo"), act: () => busy(null, plan.undo()) }] });
}

function ending(whole) {
    const reason = reasonField(`fin.${whole.id}`);
    return [h("p", {}, t("delete-explained")), reason.element,
        h("button", { type: "button", class: "danger", onclick: () => remove(whole, reason) }, t("delete-this"))];
}

/* ---- the card ---- */

class Card {
    constructor(context) {
        this.context = context;
        this.choice = h("select", { "aria-label": t("choose-perimeter"), onchange: (event) => (plan.current = event.target.value || null) });
        this.body = h("div", { oninput: () => (this.touched = true), onsubmit: () => (this.touched = false) });
        this.changedNote = h("p", { class: "note", role: "status", hidden: true }, t("changed-meanwhile"), " ",
            h("button", { type: "button", class: "small", onclick: () => this.redraw() }, t("read-again")));
        this.element = h("div", { class: "fiche" }, h("label", { class: "field" }, h("span", {}, t("perimeter")), this.choice), this.changedNote, this.body);
        plan.watch(({ what } = {}) => this.changed(what));
        onSession(() => this.draw());
    }

    changed(what) {
        if (!["members", "saved", "current"].includes(what)) return;
        clearTimeout(this.later);
        this.later = setTimeout(() => this.visible && this.draw(), 200);
    }

    drawChoice() {
        const all = [...plan.perimeters.values()].sort((a, b) => byName(a.nom, b.nom));
        fill(this.choice, h("option", { value: "" }, t("choose-perimeter")),
            all.map((one) => h("option", { value: one.id, ".selected": one.id === plan.current }, one.nom)));
    }

    /** Reads the perimeter again, unless it stands as it was drawn. */
    async draw() {
        this.drawChoice();
        const id = plan.current;
        const stands = plan.perimeters.get(id);
        if (!stands) {
            this.drawn = this.reading = null;
            this.touched = false;
            return fill(this.body, h("p", { class: "soft" }, t("no-perimeter-chosen")));
        }
        const of = `${plan.scenario}/${id}/${may("planificateur")}/`;
        const mark = of + stands.etat;
        if (this.drawn === mark || this.reading === mark) return undefined;
        /* what a person is typing is not taken from under the hand */
        if (this.touched && this.drawn?.startsWith(of)) return (this.changedNote.hidden = false);
        this.reading = mark;
        const whole = await busy(this.body, get(`/perimeters/${encodeURIComponent(id)}${query({ scenario: plan.scenario })}`));
        if (this.reading !== mark) return undefined;
        this.reading = null;
        if (!whole) return undefined;
        this.drawn = mark;
        return this.drawWhole(whole, stands);
    }

    drawWhole(whole, stands) {
        this.touched = false;
        this.changedNote.hidden = true;
        const { study } = this.context;
        const writes = may("planificateur");
        return fill(this.body,
            h("div", { class: "block" },
                h("h3", {}, whole.nom),
                h("p", {}, h("span", { class: "tag" }, statusTitle(study, whole.statut)), " ",
                    whole.depuis && h("span", { class: "soft" }, t("since", { date: date(whole.depuis) }))),
                h("p", {}, [population(stands.population), t("communes", { n: whole.membres.length }),
                    stands.taille && t("size-class", { taille: stands.taille })].filter(Boolean).join(" · ")),
                whole.contact && h("p", {}, h("b", {}, t("contact-is")), whole.contact),
                h("div", { class: "row" },
                    h("button", { type: "button", class: "small", onclick: () => this.context.view.fitCodes(whole.membres.map((one) => one.code)) }, t("show-on-map")),
                    h("button", { type: "button", class: "small", onclick: () => state.set({ panneau: "constats" }, { push: true }) }, t("findings")))),
            writes && part("statut", t("status"), () => statusForm(this.context, whole)),
            writes && part("identite", t("name-and-contact"), () => identity(whole)),
            part("historique", t("history"), () => historyView(this.context, whole, () => this.redraw())),
            part("fichiers", t("files"), () => exportView(whole)),
            writes && part("fin", t("delete-part"), () => ending(whole)));
    }

    redraw() {
        this.drawn = null;
        this.touched = false;
        this.draw();
    }
}

let card = null;

export const detailPanel = {
    id: "fiche", icon: "list", title: "plans.perimeter", least: "lecteur",
    make(context) {
        card = new Card(context);
        return card.element;
    },
    shown() {
        card.visible = true;
        card.draw();
    },
    hidden() {
        card.visible = false;
    },
};
