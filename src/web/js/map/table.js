/* The table in the drawer: all rows of what the map shows, linked with it both ways. `tableau` in the address is the layer. */
import { address } from "../base/api.js";
import { fill, h, icon, newId } from "../base/dom.js";
import * as state from "../base/state.js";
import { addTexts, byName, number, t } from "../base/text.js";
import { busy, say } from "../base/ui.js";
import { columns } from "./columns.js";
import { highlight, zoomTo } from "./highlight.js";
import { onHovered, onPointed, valueText } from "./pointer.js";
import { narrow, onShown, shown } from "./shown.js";
import { filterRows, sortRows } from "./table_rows.js";
import { texts } from "./texts.js";
import { themesOf } from "./themes.js";

addTexts(texts);
const PAGE = 100;

/** A part: the button above the map and the table that it opens. */
export const tablePart = {
    start(context) {
        const button = h("button", { type: "button", id: "tableau", "aria-expanded": "false", "aria-controls": context.drawer.id,
            onclick: () => state.set({ tableau: state.get("tableau") ? "" : shown.theme?.layer.id ?? "communes" }, { push: true }) }, icon("table"), t("table"));
        context.tools.append(h("div", {}, button));
        const table = new Table(context, () => (state.set({ tableau: "" }, { push: true }), button.focus()));
        const show = () => {
            const layer = context.catalogue.couches.find((one) => one.id === state.get("tableau"));
            button.setAttribute("aria-expanded", String(Boolean(layer)));
            table.show(layer ?? null);
        };
        state.watch(["tableau", "service"], show);
        addEventListener("maille:couches", show);
        /* a table of the theme follows the theme */
        let before = null;
        onShown(() => {
            const now = shown.theme?.layer.id ?? null;
            if (before && now && now !== before && state.get("tableau") === before) state.set({ tableau: now });
            before = now;
            table.choices();
        });
        onHovered((feature) => table.hovered(feature));
        onPointed((feature) => table.pointed(feature));
        show();
    },
};

class Table {
    #layer = null;
    #columns = {};
    #rows = [];
    #sort = { name: null, descending: false };
    #page = 0;
    #chosen = -1;
    #turn = 0;

    constructor(context, close) {
        this.context = context;
        this.select = h("select", { id: newId("table"), onchange: () => state.set({ tableau: this.select.value }, { push: true }) });
        this.filter = h("input", { type: "search", id: newId("filtre"), autocomplete: "off", oninput: () => (this.#page = 0, this.#order()) });
        this.download = h("a", { class: "button", download: "" }, icon("download"), t("table-csv"));
        this.pages = h("div", { class: "row", role: "group", "aria-label": t("table-pages") });
        this.count = h("span", { class: "soft" });
        this.body = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("table-rows") });
        this.element = h("section", { class: "table-view", "aria-label": t("table"), hidden: true },
            h("div", { class: "row table-head" },
                h("label", { for: this.select.id }, t("table-of")), this.select,
                h("label", { for: this.filter.id }, t("table-filter")), this.filter, this.count, this.pages, this.download,
                h("button", { type: "button", class: "quiet", "aria-label": t("table-close"), onclick: close }, icon("close"))),
            this.body);
        context.drawer.append(this.element);
    }

    /** Layers that may be chosen: what the map shows first. */
    choices() {
        const { couches } = this.context.catalogue;
        const first = [shown.theme?.layer, ...shown.outlines.map((one) => one.layer), ...shown.places.map((one) => one.layer)].filter(Boolean);
        const option = (layer) => h("option", { value: layer.id }, layer.titre);
        const others = couches.filter((layer) => !first.some((one) => one.id === layer.id));
        fill(this.select, h("optgroup", { label: t("table-shown") }, [...new Set(first)].map(option)), h("optgroup", { label: t("table-others") }, others.map(option)));
        this.select.value = this.#layer?.id ?? "";
    }

    async show(layer) {
        const mine = ++this.#turn;
        this.element.hidden = !layer;
        this.context.drawer.hidden = [...this.context.drawer.children].every((one) => one.hidden);
        if (!layer) {
            this.#layer = null;
            return highlight(this.context.view, null, null);
        }
        const other = layer.id !== this.#layer?.id;
        if (other) [this.#page, this.#chosen, this.filter.value, this.#sort] = [0, -1, "", { name: null, descending: false }];
        this.#layer = layer;
        this.choices();
        this.download.href = address(`/collections/${layer.id}/download?f=csv`).href;
        const names = layer.proprietes.map((one) => one.nom);
        const answer = await busy(this.body, columns(layer, names, { centres: layer.geometrie !== "none" }));
        if (!answer || mine !== this.#turn) return;
        this.#columns = narrow(answer, layer, state.get("tableau") === shown.theme?.layer.id || layer.geometrie === "point" ? shown.service : "");
        this.#order();
    }

    #text(name, i) {
        const value = this.#columns[name][i];
        const property = this.#layer.proprietes.find((one) => one.nom === name);
        if (value === null || value === undefined || value === "") return t("nothing");
        if (property.type === "int" || property.type === "number") return number(value, property.type === "int" ? 0 : property.decimales);
        if (Array.isArray(value)) return value.join(", ");
        const theme = themesOf(this.#layer).find((one) => one.property.nom === name && !one.numeric);
        return theme ? valueText(theme, value) : typeof value === "boolean" ? t(value ? "yes" : "no") : String(value);
    }

    #names() {
        return this.#layer.proprietes.map((one) => one.nom).filter((name) => name in this.#columns);
    }

    #order() {
        const first = this.#names()[0];
        const total = this.#columns[first]?.length ?? 0;
        const rows = filterRows(total, (name, i) => this.#text(name, i), this.#names(), this.filter.value);
        const { name, descending } = this.#sort;
        this.#rows = name ? sortRows(rows, this.#columns[name], descending, byName) : rows;
        fill(this.count, t("table-count", { n: this.#rows.length, total }));
        this.#draw();
    }

    #draw() {
        const names = this.#names();
        const from = this.#page * PAGE;
        fill(this.body, h("table", {},
            h("caption", { class: "sr-only" }, this.#layer.titre),
            h("thead", {}, h("tr", {}, names.map((name) => this.#heading(name)))),
            h("tbody", {}, this.#rows.slice(from, from + PAGE).map((i) => this.#row(names, i)))));
        this.#drawPages();
    }

    #heading(name) {
        const property = this.#layer.proprietes.find((one) => one.nom === name);
        const sorted = this.#sort.name === name ? (this.#sort.descending ? "descending" : "ascending") : "none";
        return h("th", { scope: "col", "aria-sort": sorted },
            h("button", { type: "button", class: "quiet small", title: property.sens, onclick: () => this.#sortBy(name) },
                property.titre, property.unite && ` (${property.unite})`, h("span", { class: "sort-mark", "aria-hidden": "true" }, { ascending: " ▲", descending: " ▼", none: "" }[sorted])));
    }

    #sortBy(name) {
        const same = this.#sort.name === name;
        this.#sort = { name, descending: same && !this.#sort.descending };
        this.#page = 0;
        this.#order();
        this.body.querySelectorAll("thead button")[this.#names().indexOf(name)]?.focus();
        say(t(this.#sort.descending ? "table-sorted-down" : "table-sorted-up", { titre: this.#layer.proprietes.find((one) => one.nom === name).titre }));
    }

    #row(names, i) {
        const numeric = (name) => typeof this.#columns[name][i] === "number";
        const name = names.find((one) => one === "nom") ?? names[0];
        const cell = (one) => (one === name
            ? h("th", { scope: "row" }, h("button", { type: "button", class: "quiet small link", onclick: () => this.#choose(i, true) }, this.#text(one, i)))
            : h("td", { class: numeric(one) ? "number" : "" }, this.#text(one, i)));
        return h("tr", { "data-i": i, class: i === this.#chosen ? "selected" : "", onmouseenter: () => this.#outline(i), onmouseleave: () => this.#outline(this.#chosen),
            onfocusin: () => this.#outline(i), onclick: (event) => !event.target.closest("button") && this.#choose(i, true) }, names.map(cell));
    }

    #drawPages() {
        const last = Math.max(0, Math.ceil(this.#rows.length / PAGE) - 1);
        const to = (page) => () => (this.#page = page, this.#draw(), this.body.scrollTo(0, 0));
        fill(this.pages, last > 0 && [
            h("button", { type: "button", class: "small", disabled: this.#page === 0, "aria-label": t("table-back"), onclick: to(this.#page - 1) }, icon("back")),
            h("span", {}, t("table-page", { page: this.#page + 1, pages: last + 1 })),
            h("button", { type: "button", class: "small", disabled: this.#page === last, "aria-label": t("table-next"), onclick: to(this.#page + 1) }, icon("next"))]);
    }

    /* ---- row and map ---- */

    #feature(i) {
        return i < 0 ? null : Object.fromEntries(Object.entries(this.#columns).map(([name, values]) => [name, values[i]]));
    }

    #outline(i) {
        highlight(this.context.view, this.#layer, this.#feature(i));
    }

    #mark(i, kind) {
        this.body.querySelectorAll(`tr.${kind}`).forEach((row) => row.classList.remove(kind));
        const row = this.body.querySelector(`tr[data-i="${i}"]`);
        row?.classList.add(kind);
        return row;
    }

    #choose(i, zoom) {
        this.#chosen = i;
        this.#mark(i, "selected");
        this.#outline(i);
        if (zoom) zoomTo(this.context.view, this.#layer, this.#feature(i));
        if (this.#layer.cle === "code") state.set({ commune: this.#columns.code[i] });
    }

    /* The row of a feature that the map tells of, -1 where it is none of this table. */
    #find(feature) {
        if (!feature || feature.layer.id !== this.#layer?.id) return -1;
        const names = this.#layer.cle ? [this.#layer.cle] : this.#names().filter((name) => feature.properties[name] !== undefined);
        return this.#rows.find((i) => names.every((name) => Array.isArray(this.#columns[name][i]) || this.#columns[name][i] === feature.properties[name])) ?? -1;
    }

    hovered(feature) {
        if (this.#layer) this.#mark(this.#find(feature), "hover");
    }

    /** A click on the map: the row comes into view, on its own page. */
    pointed(feature) {
        const i = this.#find(feature);
        if (i < 0) return;
        const page = Math.floor(this.#rows.indexOf(i) / PAGE);
        if (page !== this.#page) {
            this.#page = page;
            this.#draw();
        }
        this.#choose(i, false);
        this.body.querySelector(`tr[data-i="${i}"]`)?.scrollIntoView({ block: "center" });
    }
}

