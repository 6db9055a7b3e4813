/* What the map shows: theme, classes, outlines and places, kept in the address (`couche propriete classes contours lieux
 * service`; `couche=aucune`: no theme). One place that panel, legend, table and tooltip look at. */
import * as state from "../base/state.js";
import { number, t } from "../base/text.js";
import { tellProblem } from "../base/ui.js";
import { drawOver, drawTheme } from "./choropleth.js";
import { centre, countClasses } from "./classes.js";
import { OUTLINES } from "./colours.js";
import { columns } from "./columns.js";
import { byService, entriesOf, findTheme, firstTheme, marksOf, placed, readMethod, themesOf, weightOf } from "./themes.js";

const KEYS = ["couche", "propriete", "classes", "contours", "lieux", "service"];
const watchers = new Set();
let context = null;
let turn = 0;

/** `theme` null where none is shown; `rows` (columns of what is shown, null until they are there), `entries`, `counts` (by
 *  entry, then without one), `method` {method, count}, `outlines`, `places`, `service`, `mean` {moyenne, mediane, poids}, `veiled` while something else is coloured. */
export const shown = { theme: null, entries: [], rows: null, counts: null, method: null, outlines: [], places: [], service: "", mean: null, veiled: false };

/** Calls `f` whenever what is shown has changed. */
export const onShown = (f) => (watchers.add(f), () => watchers.delete(f));

/** Chooses a theme (null: none). */
export const choose = (theme) => state.set(theme ? { couche: theme.layer.id, propriete: theme.property.nom, classes: "" }
    : { couche: "aucune", propriete: "", classes: "" }, { push: true });

/** Takes the theme's colours off the map for a while: colours of two meanings are not shown at once. */
export function veil(is) {
    if (shown.veiled === is) return;
    shown.veiled = is;
    draw();
    tell();
}

/** Starts to follow the address and the catalogue. */
export function followShown(given) {
    context = given;
    state.watch(KEYS, update);
    addEventListener("maille:couches", update);
    return update();
}

/** The words of a class of numbers, by its unit. */
export const className = (theme) => (from, to) => {
    const digits = theme.property.type === "int" ? 0 : theme.property.decimales;
    /* a long unit stands in the heading alone */
    const unit = theme.property.unite?.length <= 9 ? ` ${theme.property.unite}` : "";
    const [a, b] = [number(from, digits), number(to, digits)];
    return from === null && to === null ? t("class-all") : from === null ? t("class-first", { b: b + unit })
        : to === null ? t("class-last", { a: a + unit }) : t("class-between", { a, b: b + unit });
};

function read() {
    const { catalogue, study } = context;
    const couche = state.get("couche");
    const theme = couche === "aucune" ? null : findTheme(catalogue, couche, state.get("propriete")) ?? firstTheme(catalogue);
    const layers = (key) => state.list(key).map((id) => catalogue.couches.find((one) => one.id === id)).filter((one) => one && placed(one));
    const services = study.services.map((one) => one.id);
    Object.assign(shown, { theme, service: services.includes(state.get("service")) ? state.get("service") : services[0] ?? "",
        method: theme && readMethod(theme, state.get("classes")), rows: null, counts: null, mean: null, entries: [],
        outlines: layers("contours").map((layer, i) => ({ layer, colour: OUTLINES[i % OUTLINES.length] })),
        places: layers("lieux").map(place) });
}

/** A layer of points by its own legend. */
function place(layer) {
    const [theme] = themesOf(layer);
    return theme?.legend ? { layer, entries: theme.legend.entrees, property: theme.property.nom, missing: theme.legend.manquant, title: theme.title }
        : { layer, entries: [], property: null };
}

async function update() {
    const mine = ++turn;
    read();
    const { view } = context;
    const { theme, service } = shown;
    drawOver(view, shown.outlines, shown.places, { service });
    if (theme && shown.method.method === "regles") shown.entries = theme.legend.entrees;
    if (!theme || shown.entries.length) draw();
    tell();
    if (!theme) return;
    try {
        const rows = narrow(await columns(theme.layer, needed(theme)), theme.layer, service);
        if (mine !== turn) return;
        withRows(theme, rows);
    } catch (fault) {
        return mine === turn && tellProblem(fault);
    }
    if (shown.method.method !== "regles") draw();
    tell();
}

const draw = () => drawTheme(context.view, shown.veiled ? null : shown.theme, shown.entries, { service: shown.service, missing: shown.theme?.legend?.manquant });
const tell = () => [...watchers].forEach((f) => f(shown));

function needed({ layer, property }) {
    const marks = marksOf(layer, property.nom);
    return [layer.cle, "nom", "population", "service", property.nom, marks.masque, marks.estime].filter(Boolean);
}

/** Columns of the rows of one service, where the layer has rows of several. */
export function narrow({ colonnes }, layer, service) {
    if (!byService(layer) || !colonnes.service || !service) return colonnes;
    const keep = colonnes.service.map((one) => one === service);
    return Object.fromEntries(Object.entries(colonnes).map(([name, values]) => [name, values.filter((_, i) => keep[i])]));
}

function withRows(theme, rows) {
    const values = rows[theme.property.nom];
    const weight = weightOf(theme);
    shown.rows = rows;
    shown.entries = entriesOf(theme, shown.method, values, className(theme));
    shown.counts = countClasses(values, rows.population, shown.entries);
    shown.mean = theme.numeric ? { ...centre(values, weight && rows[weight]), poids: weight } : null;
}
