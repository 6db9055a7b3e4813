/* The ground of every map: land, borders, names; and the places where others put what they draw. */
import { base, session } from "../base/api.js";

const WIDE_PX = 10; /* a commune of middle size */
export const FONT = ["Atkinson"];
const web = document.documentElement.dataset.web;
const file = (name) => new URL(`${web}/vendor/atkinson-hyperlegible-next/atkinson-hyperlegible-next-${name}-wght-normal.woff2`,
    location.href).href;

/** From the ground up: what is put in a place is drawn above the places before it. */
export const PLACES = ["fond", "theme", "peinture", "contours", "lieux", "dessus"];
const place = (name) => ({ id: `place-${name}`, type: "background", layout: { visibility: "none" } });

/** An absolute address, as MapLibre's workers want it. */
export const absolute = (path) => (/^https?:/.test(path) ? path
    : (new URL(base || "/", location.href).href.replace(/\/$/, "") + path + audience(path))); /* braces of {z} stay braces */
/* An account that looks as the public does gets the public's tiles. */
const audience = (path) => (session.asPublic ? `${path.includes("?") ? "&" : "?"}audience=public` : "");

/** The zoom from which communes are wide enough on the screen for their borders to tell something. Pure. */
export function bordersFrom(layer) {
    if (!layer?.objets || !layer.etendue) return 0;
    const [west, south, east, north] = layer.etendue;
    const degrees = Math.sqrt(((east - west) * (north - south)) / layer.objets);
    return Math.max(0, Math.min(12, Math.log2((WIDE_PX * 360) / (512 * degrees))));
}

/** The style: `communes` is the catalogue's layer of that name, `ground` the study's base map or null. */
export function baseStyle(communes, ground) {
    const sources = {
        noms: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
    };
    if (communes)
        sources.communes = { type: "vector", tiles: [absolute(communes.tuiles)], promoteId: communes.cle,
            minzoom: 0, maxzoom: 14, bounds: communes.etendue };
    if (ground)
        sources.fond = { type: "raster", tiles: [ground.url], tileSize: 256, attribution: ground.attribution };
    return {
        version: 8,
        "font-faces": { Atkinson: [{ url: file("latin") }, { url: file("latin-ext"), "unicode-range": ["U+0100-02BA", "U+1E00-1E9F"] }] },
        sources,
        layers: [
            { id: "mer", type: "background", paint: { "background-color": "#e6edf2" } },
            ...(ground ? [{ id: "fond", type: "raster", source: "fond", paint: { "raster-saturation": -0.6, "raster-opacity": 0.75 } }] : []),
            place("fond"),
            ...(communes ? [{ id: "communes-fond", type: "fill", source: "communes", "source-layer": "communes",
                paint: { "fill-color": "#fbfaf6", "fill-opacity": ground ? 0.25 : 1, "fill-antialias": false } }] : []),
            place("theme"), place("peinture"),
            ...(communes ? [{ id: "communes-bord", type: "line", source: "communes", "source-layer": "communes", minzoom: bordersFrom(communes),
                paint: { "line-color": "#8b98a3", "line-opacity": ["interpolate", ["linear"], ["zoom"], 6, 0.25, 9, 0.8],
                    "line-width": ["interpolate", ["linear"], ["zoom"], 6, 0.3, 9, 0.7, 12, 1.2] } }] : []),
            place("contours"), place("lieux"),
            ...(communes ? [{ id: "communes-choisie", type: "line", source: "communes", "source-layer": "communes",
                filter: ["==", ["get", "code"], ""], layout: { "line-join": "round" },
                paint: { "line-color": "#b4137f", "line-width": 3 } }] : []),
            { id: "noms", type: "symbol", source: "noms", minzoom: 7.5,
                layout: { "text-field": ["get", "nom"], "text-font": FONT, "symbol-sort-key": ["-", ["get", "population"]],
                    "text-size": ["interpolate", ["linear"], ["get", "population"], 0, 11, 20000, 13, 100000, 16],
                    "text-max-width": 8, "text-padding": 4 },
                paint: { "text-color": "#1c2a36", "text-halo-color": "rgba(255,255,255,0.9)", "text-halo-width": 1.4 } },
            place("dessus"),
        ],
    };
}
