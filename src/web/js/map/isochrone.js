/* Travel times around a point: live under the pointer or the centre of the map, or from a point that was chosen. What is asked
 * for stands in the address: `depart` (lon,lat) `tranches` `moyen` `sens`. */
import { get, query } from "../base/api.js";
import { fill, h, icon, newId } from "../base/dom.js";
import { sourceButton } from "../base/provenance.js";
import * as state from "../base/state.js";
import { addTexts, number, population, t } from "../base/text.js";
import { say, tellProblem } from "../base/ui.js";
import { palette } from "./colours.js";
import { insideOf } from "./inside.js";
import { latest } from "./latest.js";
import { onHovered } from "./pointer.js";
import { veil } from "./shown.js";
import { texts } from "./texts.js";

addTexts(texts);
const LAYERS = ["trajet", "trajet-bord"];
const POINT = ["trajet-point"];

/** The bands of a text such as "10, 20, 30": ascending, null where it holds none that can be asked for. */
export function readBands(text) {
    const bands = text.split(/[;,\s]+/).filter(Boolean).map(Number);
    const good = bands.length > 0 && bands.length <= 5 && bands.every((one) => one > 0 && one <= 180);
    return good ? [...new Set(bands)].sort((a, b) => a - b) : null;
}

/** The panel; `searchBox` of public/search.js. */
export function travelPanel(searchBox) {
    let travel = null;
    return {
        id: "temps", icon: "clock", title: "travel",
        make(context) {
            travel = new Travel(context, searchBox);
            return travel.element;
        },
        shown: () => travel.open(),
        hidden: () => travel.close(),
    };
}

class Travel {
    #follow = "pointer"; /* or "centre", or "" : a point that was chosen */
    #place = null; /* the name of what was chosen, or of what is under the pointer */
    #stops = [];
    #due = null;
    #answer = null;

    constructor(context, searchBox) {
        this.context = context;
        this.view = context.view;
        this.asking = latest((point, signal) => this.#ask(point, signal), (answer, point) => this.#show(answer, point), { fault: tellProblem });
        this.result = h("div", {});
        this.legend = h("details", { class: "legend", open: !matchMedia("(max-width: 56rem)").matches, hidden: true });
        this.cross = h("div", { class: "crosshair", "aria-hidden": "true", hidden: true });
        context.corner.append(this.legend);
        context.view.map.getContainer().append(this.cross);
        this.element = h("div", { class: "travel" }, h("p", { class: "small" }, t("travel-text")),
            searchBox({ label: t("travel-search"), onChoose: (commune) => this.#toCommune(commune) }), this.#modes(), this.#form(), this.result);
    }

    /* ---- the form ---- */

    #modes() {
        const toggle = (mode, title, picture) => h("button", { type: "button", class: "small", "data-follow": mode, onclick: () => this.#followTo(this.#follow === mode ? "" : mode) }, icon(picture), t(title));
        this.toggles = h("div", { class: "row" }, toggle("pointer", "travel-live", "hand"), toggle("centre", "travel-centre", "plus"),
            h("button", { type: "button", class: "small", onclick: () => this.#clear() }, icon("close"), t("travel-clear")));
        return this.toggles;
    }

    #form() {
        const bands = h("input", { type: "text", inputmode: "decimal", id: newId("tranches"), value: state.get("tranches") || "10, 20, 30", "aria-describedby": "tranches-faute" });
        const fault = h("p", { class: "note bad", id: "tranches-faute", role: "alert", hidden: true });
        bands.addEventListener("change", () => {
            const read = readBands(bands.value);
            fault.hidden = Boolean(read);
            fill(fault, read ? "" : t("travel-bands-bad"));
            if (read) state.set({ tranches: read.join() === "10,20,30" ? "" : read.join() });
        });
        const choice = (key, values, first, prefix, title) => h("fieldset", {}, h("legend", {}, t(title)), h("div", { class: "row" }, values.map((value) =>
            h("label", { class: "inline" }, h("input", { type: "radio", name: key, value, checked: (state.get(key) || first) === value,
                onchange: () => state.set({ [key]: value === first ? "" : value }) }), t(`${prefix}-${value}`)))));
        return h("div", { class: "travel-form" },
            choice("moyen", this.context.study.modes, "voiture", "mode", "travel-mode"),
            choice("sens", ["depuis", "vers"], "depuis", "direction", "travel-direction"),
            h("p", { class: "field" }, h("label", { for: bands.id }, t("travel-bands")), bands), fault);
    }

    /* ---- what is followed ---- */

    open() {
        const { map } = this.view;
        const [lon, lat] = state.get("depart").split(",").map(Number);
        this.view.picking = false;
        map.getCanvas().classList.add("aiming");
        this.#stops = [
            this.#listen("mousemove", (event) => this.#follow === "pointer" && this.#later([event.lngLat.lng, event.lngLat.lat])),
            this.#listen("move", () => this.#follow === "centre" && this.#later(map.getCenter().toArray())),
            this.#listen("click", (event) => this.#choose([event.lngLat.lng, event.lngLat.lat])),
            onHovered((feature) => (this.#place = feature)),
            state.watch(["moyen", "sens", "tranches"], () => this.#point && this.asking.want(this.#point)),
        ];
        if (state.get("depart") && Number.isFinite(lat)) this.#choose([lon, lat]);
        else this.#followTo("pointer");
    }

    close() {
        this.#stops.forEach((stop) => stop());
        this.view.picking = true;
        this.view.map.getCanvas().classList.remove("aiming");
        this.cross.hidden = true;
        this.#clear();
    }

    #point = null;

    #listen(kind, f) {
        this.view.map.on(kind, f);
        return () => this.view.map.off(kind, f);
    }

    #followTo(mode) {
        this.#follow = mode;
        for (const button of this.toggles.querySelectorAll("[data-follow]")) button.setAttribute("aria-pressed", String(button.dataset.follow === mode));
        this.cross.hidden = mode !== "centre";
        if (mode) state.set({ depart: "" });
        if (mode === "centre") this.#later(this.view.map.getCenter().toArray());
    }

    #later(point) {
        if (!this.#due) requestAnimationFrame(() => (this.asking.want(this.#due), (this.#due = null)));
        this.#due = point;
    }

    #choose(point) {
        this.#followTo("");
        this.#point = point;
        state.set({ depart: point.map((one) => one.toFixed(5)).join() });
        this.asking.want(point);
    }

    async #toCommune({ code }) {
        const commune = (await this.view.names()).get(code);
        if (commune?.lon === null || !commune) return;
        this.#choose([commune.lon, commune.lat]);
        this.view.fitCodes([code], { maxZoom: 10 });
    }

    #clear() {
        this.asking.stop();
        this.#followTo("");
        this.#point = this.#answer = null;
        veil(false);
        this.view.drop(...LAYERS, ...POINT);
        this.legend.hidden = true;
        fill(this.result);
    }

    /* ---- the answer ---- */

    async #ask([lon, lat], signal) {
        const began = performance.now();
        const moyen = state.get("moyen");
        const answer = await get(`/isochrone${query({ lon: lon.toFixed(6), lat: lat.toFixed(6), minutes: state.get("tranches"), sens: state.get("sens"),
            mode: moyen === "voiture" ? "" : moyen })}`, { signal });
        return { answer, began };
    }

    #show({ answer, began }, point) {
        this.#point = point;
        this.#answer = answer;
        veil(true);
        const { map } = this.view;
        const bands = answer.features.map((one) => one.properties.minutes);
        const colours = palette("sequentielle", bands.length).reverse();
        this.#draw(answer, point, ["match", ["get", "minutes"], ...bands.flatMap((band, i) => [band, colours[i]]), "#999999"]);
        this.#tell(answer, bands, colours);
        map.once("render", () => performance.measure("maille:isochrone", { start: began, end: performance.now() }));
    }

    #draw(answer, point, colour) {
        const { map } = this.view;
        const data = { type: "FeatureCollection", features: answer.features.filter((one) => one.geometry) };
        const at = { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: point } };
        for (const [id, given] of [["trajet", data], ["trajet-point", at]])
            if (map.getSource(id)) map.getSource(id).setData(given);
            else map.addSource(id, { type: "geojson", data: given });
        if (map.getLayer("trajet")) return map.setPaintProperty("trajet", "fill-color", colour);
        this.view.put({ id: "trajet", type: "fill", source: "trajet", layout: { "fill-sort-key": ["-", 0, ["get", "minutes"]] },
            paint: { "fill-color": colour, "fill-antialias": false } }, "peinture");
        this.view.put({ id: "trajet-bord", type: "line", source: "trajet", paint: { "line-color": "#39464f", "line-width": 0.8 } }, "peinture");
        this.view.put({ id: "trajet-point", type: "circle", source: "trajet-point",
            paint: { "circle-radius": 7, "circle-color": "#b4137f", "circle-stroke-color": "#ffffff", "circle-stroke-width": 3 } }, "dessus");
    }

    async #tell(answer, bands, colours) {
        const names = [...(await this.view.names()).values()].filter((one) => one.lon !== null);
        if (answer !== this.#answer) return;
        const within = answer.features.map(({ geometry }) => {
            const inside = insideOf(geometry);
            const found = names.filter((one) => inside([one.lon, one.lat]));
            return { communes: found.length, people: found.reduce((sum, one) => sum + (one.population ?? 0), 0) };
        });
        const notes = [...new Set(answer.features.map((one) => one.properties.note).filter(Boolean))];
        const title = t("travel-title", { moyen: t(`mode-${state.get("moyen") || "voiture"}`), sens: t(`direction-${state.get("sens") || "depuis"}`) });
        const swatch = (i) => h("span", { class: "swatch", style: { background: colours[i] } });
        this.legend.hidden = false;
        const body = h("div", { class: "legend-body" }, h("p", {}, title), h("ul", { class: "plain legend-rows" }, bands.map((band, i) =>
            h("li", {}, swatch(i), h("span", { class: "legend-title" }, t("travel-within", { n: number(band, 1) })), h("span", { class: "legend-count" }, population(within[i].people))))));
        fill(this.legend, h("summary", {}, icon("clock"), t("travel")), body);
        fill(this.result, h("h3", {}, this.#name(), sourceButton(() => ({ title: t("travel-table"), how: t("travel-how"), sources: sourcesOf(answer), licence: answer.licence, layer: "couverture" }))),
            notes.map((note) => h("p", { class: "note" }, note)),
            h("table", {}, h("caption", {}, t("travel-table")),
                h("thead", {}, h("tr", {}, [t("travel"), t("travel-communes"), t("travel-people")].map((one) => h("th", { scope: "col" }, one)))),
                h("tbody", {}, bands.map((band, i) => h("tr", {}, h("th", { scope: "row" }, swatch(i), ` ${t("travel-within", { n: number(band, 1) })}`),
                    h("td", { class: "number" }, number(within[i].communes)), h("td", { class: "number" }, number(within[i].people)))))),
            h("p", { class: "small soft" }, t("travel-how")));
        if (!this.#follow) say([...notes, ...bands.map((band, i) => t("travel-said", { n: number(band, 1), hab: population(within[i].people) }))].join(", "));
    }

    #name() {
        const place = !this.#follow && this.#place?.layer.geometrie === "point" ? this.#place.properties.nom : null;
        const [lon, lat] = this.#point;
        return place ? t("travel-from", { nom: place }) : t("travel-point", { lat: `${number(Math.abs(lat), 3)}° ${lat < 0 ? "S" : "N"}`, lon: `${number(Math.abs(lon), 3)}° ${t(lon < 0 ? "west" : "east")}` });
    }
}

const sourcesOf = (answer) => answer.sources.map((one) => ({ nom: one.name, millesime: one.vintage, licence: one.licence }));
