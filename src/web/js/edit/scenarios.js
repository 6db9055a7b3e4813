/* Scenarios: plans beside the reference. One is worked on, and may be held against another. */
import { del, get, may, onSession, post } from "../base/api.js";
import { fill, h, icon, newId } from "../base/dom.js";
import { onEvent } from "../base/events.js";
import * as state from "../base/state.js";
import { date } from "../base/text.js";
import { ask, busy, message } from "../base/ui.js";
import { comparison } from "./compare.js";
import { mergeDialog } from "./merge.js";
import { uniqueId } from "./names.js";
import { plan } from "./plan.js";
import { publishDialog } from "./publish.js";
import { startDialog } from "./start.js";
import { REFERENCE } from "./words.js";
import { t } from "./plans_text.js";

/** Works on another scenario: "" is the reference. */
export function openScenario(id) {
    const other = state.get("compare") === (id || REFERENCE);
    state.set({ scenario: id, ...(other ? { compare: "", balayage: "" } : {}) }, { push: true });
}

/** Makes a scenario of that title; gives its id. */
export async function createScenario(titre, base, known) {
    const id = uniqueId(titre, new Set([REFERENCE, ...known]), "scenario");
    await post("/scenarios", { id, titre, base });
    return id;
}

class Scenarios {
    list = [];

    constructor(context) {
        this.context = context;
        this.table = h("div");
        this.making = h("div");
        this.comparing = comparison(context, () => this.list);
        this.element = h("div", {}, this.buttons(), this.table, this.comparing.element, this.making);
        onSession(() => this.visible && this.read());
        onEvent("scenario", () => this.visible && this.read());
        state.watch(["scenario", "compare"], () => this.visible && this.draw());
        plan.watch(({ what }) => ["saved", "members"].includes(what) && this.changed());
    }

    buttons() {
        this.actions = h("div", { class: "row actions" });
        return this.actions;
    }

    changed() {
        clearTimeout(this.later);
        this.later = setTimeout(() => this.visible && this.read(), 500);
    }

    async read() {
        const list = await busy(this.table, get("/scenarios"));
        if (!list) return;
        this.list = list;
        this.draw();
        this.comparing.draw();
    }

    draw() {
        const writes = may("planificateur");
        fill(this.actions,
            writes && h("button", { type: "button", class: "primary", onclick: () => startDialog(this.context, this.list) }, icon("plus"), t("start-from")),
            writes && h("button", { type: "button", onclick: () => publishDialog(this.context) }, t("publish")));
        fill(this.table, h("ul", { class: "plain scenarios", "aria-label": t("scenarios") },
            this.item({ id: "", titre: t("reference"), base: null }), this.list.map((one) => this.item(one))));
        if (!this.making.firstChild && writes) fill(this.making, this.makeForm());
        if (!writes) fill(this.making);
        else this.drawBases();
    }

    item(one) {
        const current = one.id === plan.scenario;
        const compared = state.get("compare") === (one.id || REFERENCE);
        const button = (key, act, more = {}) => h("button", { type: "button", class: "small", "aria-label": `${t(key)} : ${one.titre}`, onclick: act, ...more }, t(key));
        const told = one.id ? [t("made-from", { base: this.title(one.base) }), date(one.date), one.qui, t("scenario-changes", { n: one.changes })] : [t("reference-told")];
        return h("li", { class: ["block", current && "current"], "aria-current": current ? "true" : null },
            h("p", {}, h("b", {}, one.titre ?? one.id), current && [" ", h("span", { class: "tag good" }, t("worked-on"))],
                h("br"), h("span", { class: "small soft" }, told.filter(Boolean).join(" · "))),
            h("div", { class: "row" },
                !current && button("open-scenario", () => openScenario(one.id)),
                !current && button(compared ? "stop-comparing" : "compare-with", () => this.comparing.choose(compared ? "" : one.id || REFERENCE), { "aria-pressed": String(compared) }),
                one.id && may("planificateur") && [button("merge", () => this.merge(one)), button("delete", () => this.remove(one))]));
    }

    title(id) {
        return id ? this.list.find((one) => one.id === id)?.titre ?? id : t("reference");
    }

    makeForm() {
        const id = newId("scenario");
        this.name = h("input", { id, required: true, maxlength: "120", placeholder: t("scenario-example") });
        this.base = h("select", {});
        const form = h("form", { class: "block", onsubmit: async (event) => {
            event.preventDefault();
            const made = await busy(form, createScenario(this.name.value.trim(), this.base.value, this.list.map((one) => one.id)));
            if (made === undefined) return;
            message(t("scenario-made", { titre: this.name.value.trim() }), { seconds: 6, key: "fait" });
            this.name.value = "";
            openScenario(made);
            this.read();
        } }, h("h3", {}, t("new-scenario")),
        h("div", { class: "field" }, h("label", { for: id }, t("scenario-title")), this.name),
        h("label", { class: "field" }, h("span", {}, t("scenario-base")), this.base),
        h("button", { type: "submit" }, t("create")));
        return form;
    }

    drawBases() {
        const before = this.base.value || plan.scenario;
        fill(this.base, [{ id: "", titre: t("reference") }, ...this.list].map((one) =>
            h("option", { value: one.id, ".selected": one.id === before }, one.titre ?? one.id)));
    }

    async remove(one) {
        const sure = await ask(t("delete-scenario-title", { titre: one.titre }), t("delete-scenario-text", { titre: one.titre, n: one.changes }), { yes: t("delete"), danger: true });
        if (!sure || (await busy(this.table, del(`/scenarios/${encodeURIComponent(one.id)}`))) === undefined) return;
        message(t("scenario-deleted", { titre: one.titre }), { seconds: 6, key: "fait" });
        if (plan.scenario === one.id) openScenario("");
        if (state.get("compare") === one.id) this.comparing.choose("");
        this.read();
    }

    async merge(one) {
        const done = await mergeDialog(this.context, { ...one, titre: one.titre ?? one.id }, this.title(one.base));
        if (!done) return;
        openScenario(one.base ?? "");
        await plan.load();
        this.read();
    }
}

let made = null;

/** Above the map, as long as one works beside the reference: which scenario it is. */
function chip(context) {
    const text = h("span");
    const element = h("div", { class: "scenario-chip", hidden: true }, h("button", { type: "button", class: "quiet", onclick: () => state.set({ panneau: "scenarios" }, { push: true }) },
        icon("compare"), text));
    const draw = async () => {
        const id = state.get("scenario");
        element.hidden = !id || !may("lecteur");
        if (element.hidden) return;
        const list = await get("/scenarios").catch(() => []);
        text.textContent = t("scenario-named", { titre: list.find((one) => one.id === id)?.titre ?? id });
    };
    context.tools.append(element);
    state.watch(["scenario"], draw);
    onSession(draw);
    draw();
}

export const scenariosPanel = {
    id: "scenarios", icon: "compare", title: "plans.scenarios", least: "lecteur",
    start(context) {
        chip(context);
        made = new Scenarios(context);
    },
    make() {
        return made.element;
    },
    shown() {
        if (made.visible) return;
        made.visible = true;
        made.read();
    },
    hidden() {
        made.visible = false;
    },
};
