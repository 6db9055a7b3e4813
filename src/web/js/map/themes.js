/* What of a catalogue can colour the map: each property with a legend, and each number without one. Pure. */
import { jenks, quantiles } from "./classes.js";
import { kindOf, palette } from "./colours.js";

const isNumber = (property) => property?.type === "int" || property?.type === "number";
/** Layers that lie somewhere. */
export const placed = (layer) => Boolean(layer.tuiles) && layer.geometrie !== "none";

function theme(layer, name, legend) {
    const property = layer.proprietes.find((one) => one.nom === name);
    return { layer, legend, property, title: legend?.titre ?? property.titre,
        numeric: isNumber(property) && !legend?.entrees.some((entry) => "valeur" in entry) };
}

/** Themes of a layer: those that have a legend first. */
export function themesOf(layer) {
    if (!placed(layer)) return [];
    const told = new Set(layer.legendes.map((legend) => legend.propriete));
    return [...layer.legendes.map((legend) => theme(layer, legend.propriete, legend)),
        ...layer.proprietes.filter((one) => isNumber(one) && !told.has(one.nom)).map((one) => theme(layer, one.nom, null))];
}

/** The theme of these ids; the layer's first where it has no such property; null where there is none. */
export function findTheme(catalogue, couche, propriete) {
    const layer = catalogue.couches.find((one) => one.id === couche);
    const themes = layer ? themesOf(layer) : [];
    return themes.find((one) => one.property.nom === propriete) ?? themes[0] ?? null;
}

/** What a first visit sees: the perimeters by status; else access to care, else whatever there is. */
export function firstTheme(catalogue) {
    const objects = (id) => catalogue.couches.find((layer) => layer.id === id)?.objets;
    for (const id of ["cpts", "couverture", "communes"])
        if (objects(id)) return findTheme(catalogue, id, "");
    return catalogue.couches.flatMap(themesOf)[0] ?? null;
}

/** Ways to cut a theme into classes: "regles" where the catalogue has a legend. */
export const methodsOf = (one) => [...(one.legend ? ["regles"] : []), ...(one.numeric ? ["quantiles", "jenks"] : [])];

/** "jenks-5" → {method, count}, as far as the theme has it. */
export function readMethod(one, text) {
    const [asked, number] = text.split("-");
    const methods = methodsOf(one);
    const count = Math.min(7, Math.max(3, Number(number) || 5));
    return { method: methods.includes(asked) ? asked : methods[0], count };
}

/** Entries `{jusqua | valeur, couleur, titre}` of a theme, from the least up. `titleOf(from, to)` words a class of numbers
 *  (null: no bound on that side). */
export function entriesOf(one, { method, count }, values, titleOf) {
    if (method === "regles") return one.legend.entrees;
    const bounds = (method === "jenks" ? jenks : quantiles)(values, count);
    const kind = one.legend ? kindOf(one.legend.entrees.map((entry) => entry.couleur)) : "sequentielle";
    const colours = palette(kind, bounds.length);
    return bounds.map((bound, i) => {
        const last = i === bounds.length - 1;
        const entry = { couleur: colours[i], titre: titleOf(i ? bounds[i - 1] : null, last ? null : bound) };
        return last ? entry : { ...entry, jusqua: bound };
    });
}

/** The colour of a feature, as MapLibre computes it from the tile: the very comparisons of classOf. */
export function colourExpression(name, entries, missing) {
    const value = ["get", name];
    const cases = entries.flatMap((entry) => ["valeur" in entry ? ["==", value, entry.valeur]
        : entry.jusqua === undefined || entry.jusqua === null ? ["==", ["typeof", value], "number"]
            : ["all", ["==", ["typeof", value], "number"], ["<=", ["to-number", value], entry.jusqua]], entry.couleur]);
    return cases.length ? ["case", ...cases, missing] : missing;
}

/** Whether a feature has no class, as a filter. */
export const withoutClass = (name, entries) => ["==", colourExpression(name, entries.map((entry) => ({ ...entry, couleur: "x" })), ""), ""];

/** Names of the marks that a layer has of a property: what is masked, what is estimated. */
export function marksOf(layer, name) {
    const has = (mark) => [`${name}_${mark}`, mark].find((key) => layer.proprietes.some((one) => one.nom === key && one.type === "bool")) ?? null;
    return { masque: has("masque"), estime: has("estime") };
}

/** What weighs a mean: people, where each feature has some and the figure itself counts none. */
export function weightOf(one) {
    const people = one.layer.proprietes.some((property) => property.nom === "population");
    const counts = one.property.type === "int" || one.property.nom === "population" || /^(hab\.?|km²?|km)$/.test(one.property.unite ?? "");
    return people && !counts ? "population" : null;
}

/** The filter of a layer that has one feature a place and service: of one service at a time. */
export const byService = (layer) => layer.proprietes.some((one) => one.nom === "service" && one.type === "text");
