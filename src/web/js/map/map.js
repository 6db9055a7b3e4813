/* The map: the study's communes, and what others lay upon them. It knows no panel. */
import * as maplibre from "../../vendor/maplibre-gl/maplibre-gl.mjs";
import { get } from "../base/api.js";
import { language, t } from "../base/text.js";
import { absolute, baseStyle } from "./style.js";

export { maplibre };
maplibre.setWorkerUrl?.(new URL("../../vendor/maplibre-gl/maplibre-gl-worker.mjs", import.meta.url).href);

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** `start` = {centre, zoom} or null: the whole study. The view that is given is described at each of
 *  its members. */
export function createMap(element, { study, catalogue, start = null, controls = true }) {
    const communes = catalogue.couches.find((layer) => layer.id === "communes");
    const map = new maplibre.Map({
        container: element, style: baseStyle(communes, study.fond), attributionControl: false,
        ...(start ? { center: start.centre, zoom: start.zoom } : { bounds: study.etendue, fitBoundsOptions: { padding: 24 } }),
        maxZoom: 16, dragRotate: false, pitchWithRotate: false, touchPitch: false, fadeDuration: 0,
        canvasContextAttributes: { preserveDrawingBuffer: true }, locale: words(),
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    if (controls) {
        map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
        map.addControl(new maplibre.ScaleControl({ maxWidth: 120 }), "bottom-right");
        map.addControl(new maplibre.AttributionControl({ compact: true }), "bottom-right");
    }
    return new View(map, study, catalogue);
}

function words() {
    return { "NavigationControl.ZoomIn": t("zoom-in"), "NavigationControl.ZoomOut": t("zoom-out"),
        "Map.Title": t("map"), "AttributionControl.ToggleAttribution": t("sources"),
        "ScaleControl.Meters": "m", "ScaleControl.Kilometers": "km" };
}

class View {
    #listeners = { hover: new Set(), pick: new Set() };
    #states = new Map();
    #hovered = null;
    /* Layers that colour by state are hidden, not removed: a tile that was on its way for the former one of that name
     * would meet a layer that is not worked out yet, and be drawn without states (MapLibre 6.17). For the same reason a
     * property that depends on states must go on doing so. */
    #lasting = new Set();

    constructor(map, study, catalogue) {
        this.map = map;
        this.study = study;
        this.catalogue = catalogue;
        this.picking = true; /* tools that paint switch it off */
        /** Resolves when the style is there: layers may be put then. */
        this.ready = new Promise((resolve) => map.once("load", resolve)).then(() => this.#names());
        map.on("mousemove", (event) => this.#hover(event));
        map.getCanvas().addEventListener("mouseleave", () => this.#hover(null));
        map.on("click", (event) => this.picking && this.#tell("pick", this.#at(event)));
    }

    /** The catalogue's layer of that id, or undefined. */
    layer(id) {
        return this.catalogue.couches.find((one) => one.id === id);
    }

    /** The source of a catalogue's layer, made where it is not there yet; its features are known by their key. */
    source(id) {
        if (id === "communes") return "communes";
        const source = `couche-${id}`;
        const layer = this.layer(id);
        if (!this.map.getSource(source))
            this.map.addSource(source, { type: "vector", tiles: [absolute(layer.tuiles)], promoteId: layer.cle,
                minzoom: 0, maxzoom: 14, bounds: layer.etendue });
        return source;
    }

    /** Puts a MapLibre layer in one of the places (style.js), above what was put there before. */
    put(definition, place) {
        if (this.#lasting.has(definition.id)) return this.#show(definition, place);
        if (this.map.getLayer(definition.id)) this.map.removeLayer(definition.id);
        this.map.addLayer(definition, `place-${place}`);
        if (JSON.stringify(definition.paint ?? {}).includes('"feature-state"')) this.#lasting.add(definition.id);
        return undefined;
    }

    #show({ id, paint }, place) {
        for (const [name, value] of Object.entries(paint)) this.map.setPaintProperty(id, name, value);
        this.map.moveLayer(id, `place-${place}`);
        this.map.setLayoutProperty(id, "visibility", "visible");
    }

    drop(...ids) {
        for (const id of ids.filter((one) => this.map.getLayer(one))) {
            if (this.#lasting.has(id)) this.map.setLayoutProperty(id, "visibility", "none");
            else this.map.removeLayer(id);
        }
    }

    /** Tells features of the communes what they are: `{"56001": {couleur: "#…"}, …}`; those that are not named
     *  anymore become as nothing. `name` sets one set of states apart from the others. */
    states(name, given) {
        const before = this.#states.get(name) ?? new Map();
        const now = new Map(Object.entries(given));
        const keys = new Set([...before.values()].flatMap(Object.keys));
        for (const [code, state] of before)
            if (!now.has(code))
                this.map.setFeatureState(commune(code), Object.fromEntries(Object.keys(state).map((key) => [key, null])));
        for (const [code, state] of now)
            if (!same(before.get(code), state)) {
                const blank = Object.fromEntries([...keys].map((key) => [key, null]));
                this.map.setFeatureState(commune(code), { ...blank, ...state });
            }
        this.#states.set(name, now);
    }

    /** Outlines communes as chosen. */
    select(...codes) {
        if (this.map.getLayer("communes-choisie"))
            this.map.setFilter("communes-choisie", ["in", ["get", "code"], ["literal", codes]]);
    }

    /** Shows a box [west, south, east, north]. */
    fit(bbox, { padding = 40, maxZoom = 12 } = {}) {
        this.map.fitBounds(bbox, { padding, maxZoom, animate: !still.matches });
    }

    /** Shows communes: their boxes are those of their centres, with some land around. */
    async fitCodes(codes, options = {}) {
        const names = await this.names();
        const found = codes.map((code) => names.get(code)).filter(Boolean);
        if (!found.length) return;
        const margin = found.length === 1 ? 0.06 : 0.03;
        this.fit([Math.min(...found.map((one) => one.lon)) - margin, Math.min(...found.map((one) => one.lat)) - margin,
            Math.max(...found.map((one) => one.lon)) + margin, Math.max(...found.map((one) => one.lat)) + margin], options);
    }

    /** Code → {code, nom, population, lon, lat} of all communes. */
    names() {
        this.naming ??= get("/collections/communes/columns?properties=nom,population&skipGeometry=false").then(({ colonnes }) =>
            new Map(colonnes.code.map((code, i) => [code, { code, nom: colonnes.nom[i], population: colonnes.population[i],
                lon: colonnes.lon[i], lat: colonnes.lat[i] }])));
        return this.naming;
    }

    async #names() {
        const names = await this.names().catch(() => null);
        if (!names || !this.map.getSource("noms")) return;
        this.map.getSource("noms").setData({ type: "FeatureCollection", features: [...names.values()]
            .filter((one) => one.lon !== null).map((one) => ({ type: "Feature",
                properties: { nom: one.nom, population: one.population ?? 0, code: one.code },
                geometry: { type: "Point", coordinates: [one.lon, one.lat] } })) });
    }

    /** After layers were computed again, or when somebody else asks: the catalogue of now. What changed is read again. */
    refresh(catalogue) {
        const before = this.catalogue;
        this.catalogue = catalogue;
        for (const layer of catalogue.couches) {
            if (!layer.tuiles || before.couches.find((one) => one.id === layer.id)?.tuiles === layer.tuiles) continue;
            if (layer.id === "communes") this.map.getSource("communes").setTiles([absolute(layer.tuiles)]);
            else if (this.map.getSource(`couche-${layer.id}`)) this.#replace(`couche-${layer.id}`, layer);
        }
    }

    /* The source anew, and its layers where they were. Its tiles could be exchanged instead (setTiles), but what changes the
     * style before they have come makes MapLibre draw the old ones again. */
    #replace(source, layer) {
        const { layers, sources } = this.map.getStyle();
        for (const one of layers) if (one.source === source) this.map.removeLayer(one.id);
        this.map.removeSource(source);
        this.map.addSource(source, { ...sources[source], tiles: [absolute(layer.tuiles)], bounds: layer.etendue });
        for (let i = layers.length - 1; i >= 0; i--)
            if (layers[i].source === source) this.map.addLayer(layers[i], layers[i + 1]?.id);
    }

    /** Calls `f({code, properties, lngLat, point, event})` when the pointer is over another commune ("hover", code
     *  null where there is none) or a click chose one ("pick"). */
    on(kind, f) {
        this.#listeners[kind].add(f);
        return () => this.#listeners[kind].delete(f);
    }

    /** The commune at a point of the screen, or null. */
    communeAt(point) {
        const [found] = this.map.getLayer("communes-fond")
            ? this.map.queryRenderedFeatures(point, { layers: ["communes-fond"] }) : [];
        return found ?? null;
    }

    #at(event) {
        const found = this.communeAt(event.point);
        return { code: found?.properties.code ?? null, properties: found?.properties ?? null, lngLat: event.lngLat,
            point: event.point, event: event.originalEvent };
    }

    #hover(event) {
        const at = event ? this.#at(event) : { code: null };
        if (at.code === null && this.#hovered === null) return;
        this.#hovered = at.code;
        this.#tell("hover", at);
    }

    #tell(kind, what) {
        for (const f of [...this.#listeners[kind]]) f(what);
    }
}

const commune = (code) => ({ source: "communes", sourceLayer: "communes", id: code });
const same = (a, b) => a && Object.keys(a).length === Object.keys(b).length && Object.keys(b).every((key) => a[key] === b[key]);
export { language };
