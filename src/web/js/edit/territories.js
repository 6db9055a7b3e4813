/* The panel "Territoires": whether all is saved, the current perimeter's figures, what a stroke does to others, the list;
 * and the tools above the map that go with it. */
import { may, onSession } from "../base/api.js";
import { fill, h, icon, newId } from "../base/dom.js";
import * as state from "../base/state.js";
import { addTexts, t } from "../base/text.js";
import { dialog, message, say } from "../base/ui.js";
import { askConflict, tellTurn } from "./conflict.js";
import { Crosshair } from "./crosshair.js";
import { Figures } from "./figures.js";
import { inspect } from "./inspect.js";
import { listenKeys, showKeys } from "./keys.js";
import { uniqueId } from "./names.js";
import { listenOthers } from "./others.js";
import { Outlines } from "./outlines.js";
import { PaintMap } from "./paint_map.js";
import { Painting } from "./painting.js";
import { PerimeterList } from "./perimeter_list.js";
import { plan } from "./plan.js";
import { Pointer } from "./pointer.js";
import { savingLine } from "./saving.js";
import { onSetting, settings } from "./settings.js";
import { unassigned } from "./sizes.js";
import { startDialog } from "./start.js";
import { texts } from "./texts.js";
import { timings } from "./timing.js";
import { PAINTING, howOf, toolbar } from "./tools.js";

addTexts(texts);

/** Panels beside which the map shows perimeters. */
const EDITING = new Set(["territoires", "fiche", "constats", "scenarios"]);
const editing = () => EDITING.has(state.get("panneau")) && may("lecteur");
const painting = () => state.get("panneau") === "territoires" && may("planificateur");

/** All that paints on one page; made once. */
class Desk {
    constructor(context) {
        Object.assign(this, { context, view: context.view });
        context.timings = timings;
        this.paint = new PaintMap(context.view);
        this.outlines = new Outlines(context);
        this.figures = new Figures(context);
        this.stroke = new Painting(this.paint, (what) => this.heard(what));
        this.pointer = new Pointer(context.view, this.stroke, () => ({ tool: painting() ? settings.tool : "hand", size: settings.size, how: howOf }));
        this.cross = new Crosshair(context.view, this.stroke);
        this.bar = h("div", { hidden: true }, toolbar({ help: showKeys, undo: () => this.turn("undo"), redo: () => this.turn("redo") }));
        context.tools.append(this.bar);
        inspect(context.view, () => painting() && settings.tool === "inspect");
        listenKeys(painting, { undo: () => this.turn("undo"), redo: () => this.turn("redo"), help: showKeys, escape: () => this.escape(),
            erase: () => (settings.erase = !settings.erase), paint: (event) => this.cross.paint(howOf(event)) });
        onSetting((key) => ["tool", "below"].includes(key) && this.arrange());
        state.watch(["panneau"], () => this.arrange());
        onSession(() => this.arrange());
        plan.watch(({ what, item, fault }) => this.told(what, item, fault));
        listenOthers();
        this.arrange();
    }

    /** What the map shows and which tools there are, for what is open and who looks. */
    arrange() {
        const paints = painting();
        this.paint.show(editing(), settings.below);
        this.context.corner.classList.toggle("edit-covered", editing() && !settings.below); /* its legend is of a layer that is covered */
        this.outlines.show(editing());
        this.bar.hidden = !paints;
        this.view.picking = !paints || settings.tool === "hand";
        this.pointer.tool();
        this.cross.show(paints && PAINTING.has(settings.tool));
        if (paints && PAINTING.has(settings.tool) && !plan.perimeters.has(plan.current) && plan.loaded) message(t("edit.choose-first"), { key: "trait", seconds: 6 });
    }

    escape() {
        if (settings.tool !== "hand") settings.tool = "hand";
    }

    heard(what) {
        if (what.kind === "drawing") this.figures.drawing(what);
        else if (what.kind === "end") this.figures.ended(what);
        else this.figures.cancelled();
    }

    told(what, item, fault) {
        if (what === "conflict") askConflict();
        if (what === "refused") message(t("edit.refused", { quoi: item.made?.label || t("edit.a-change"), raison: fault.detail }), { kind: "error", key: "refus" });
        if (what === "saved" && item?.kept) message(t("edit.replayed"), { key: "rejoue", seconds: 8 });
    }

    /** One step back or forth. */
    async turn(way) {
        if (!plan.steps[way]) return say(t(`edit.${way}-nothing`));
        const label = plan.steps[way];
        try {
            const answer = await plan[way]();
            if (answer?.perimetres) this.figures.took(answer);
            say(t(`edit.${way}-done`, { quoi: label }));
        } catch (fault) {
            tellTurn(fault);
        }
        return undefined;
    }

    /** Adds a commune by its name. */
    add(commune) {
        this.view.fitCodes([commune.code], { maxZoom: 10 });
        return this.stroke.at([commune.code], "add");
    }
}

/** The part and panel; `searchBox` finds communes by name. */
export function territoriesPanel(searchBox) {
    let desk = null;
    return {
        id: "territoires", icon: "territory", title: "edit.territories", least: "lecteur",
        start(context) {
            plan.start(context.study, () => context.view.names());
            desk = new Desk(context);
        },
        make: (context) => body(context, desk, searchBox),
        shown: () => desk.figures.choose(),
    };
}

function body(context, desk, searchBox) {
    const parts = { top: h("div"), add: h("div"), left: h("p", { class: "edit-left" }), choices: h("div") };
    const draw = () => {
        const edits = may("planificateur");
        fill(parts.top, edits && savingLine(), edits && h("div", { class: "row" },
            h("button", { type: "button", onclick: () => startDialog(context) }, icon("plus"), t("edit.start-from")),
            h("button", { type: "button", onclick: create }, icon("plus"), t("edit.new"))));
        const search = edits && searchBox({ label: t("edit.add-commune"), onChoose: (commune) => desk.add(commune) });
        if (search) search.setAttribute("aria-label", t("edit.add-commune"));
        fill(parts.add, search);
        fill(parts.choices, edits && choices());
    };
    const count = () => {
        const left = unassigned(plan.members, plan.communes);
        fill(parts.left, t("edit.unassigned", { n: left.communes }), " ", h("span", { class: "soft" }, t("edit.unassigned-people", { n: left.population })));
        const there = plan.perimeters.has(plan.current);
        parts.add.hidden = !there;
        parts.hint.hidden = there;
    };
    parts.hint = h("p", { class: "note good" }, t("edit.choose-hint"));
    let due = 0;
    plan.watch(({ what }) => {
        if (what === "outbox" || what === "steps") return;
        if (what === "current") desk.figures.element.closest(".panel")?.scrollTo(0, 0);
        clearTimeout(due);
        due = setTimeout(count, 30);
    });
    onSession(draw);
    draw();
    count();
    return h("div", { class: "edit-panel" }, parts.top, desk.figures.element, parts.add, parts.hint, parts.left, new PerimeterList(context).element, parts.choices);
}

/** How strokes behave, and why they are made. */
function choices() {
    const select = h("select", { onchange: () => (settings.take = select.value || null) },
        ["", "take", "beside"].map((value) => h("option", { value }, t(`edit.take-${value || "ask"}`))));
    select.value = settings.take ?? "";
    const below = h("input", { type: "checkbox", ".checked": settings.below, onchange: () => (settings.below = below.checked) });
    const reason = h("textarea", { rows: "2", id: newId("motif"), ".value": settings.reason, oninput: () => (settings.reason = reason.value) });
    onSetting((key) => key === "take" && (select.value = settings.take ?? ""));
    return h("details", { open: true }, h("summary", {}, t("edit.choices")),
        h("label", { class: "field" }, h("span", {}, t("edit.take-label")), select),
        h("div", { class: "field" }, h("label", { for: reason.id }, t("edit.reason")), reason, h("p", { class: "small soft" }, t("edit.reason-text"))),
        h("label", { class: "inline" }, below, t("edit.below")));
}

/** A new perimeter, which becomes the current one. */
async function create() {
    const input = h("input", { required: true, maxlength: "200", autofocus: true, id: newId("nom") });
    const make = () => {
        const nom = input.value.trim();
        if (!nom) return (input.focus(), false);
        const id = uniqueId(nom, new Set(plan.perimeters.keys()));
        plan.change([{ geste: "create", perimetre: id, nom, genre: plan.genre, statut: "idee", codes: [] }], { label: t("edit.created", { nom }), motif: settings.reason || null })
            .catch(() => {});
        plan.current = id;
        return true;
    };
    await dialog({ title: t("edit.new"), close: t("cancel"), body: (end) => h("form", { onsubmit: (event) => (event.preventDefault(), make() && end(true)) },
        h("div", { class: "field" }, h("label", { for: input.id }, t("edit.new-name")), input)),
    actions: [{ title: t("cancel"), value: null }, { title: t("edit.make"), primary: true, act: make }] });
}
