/* Themes of a catalogue: what can be coloured, how, and that the map's expression is the legend's. */
import assert from "node:assert/strict";
import test from "node:test";
import { classOf } from "../../../src/web/js/map/classes.js";
import { byService, colourExpression, entriesOf, findTheme, firstTheme, marksOf, methodsOf, readMethod, themesOf, weightOf, withoutClass } from "../../../src/web/js/map/themes.js";

const property = (nom, type = "number", unite = null) => ({ nom, titre: nom, type, unite, decimales: 1 });
const legend = { titre: "Minutes", propriete: "a_min", manquant: "#bdbdbd", entrees: [{ jusqua: 10, couleur: "#ffffcc", titre: "10 ou moins" }, { couleur: "#253494", titre: "plus" }] };
const layer = { id: "acces", titre: "Accès", geometrie: "polygon", tuiles: "/t", cle: "code", objets: 3, legendes: [legend],
    proprietes: [property("code", "text"), property("population", "int", "hab."), property("a_min", "number", "min"), property("a_min_masque", "bool"), property("estime", "bool")] };
const cpts = { id: "cpts", titre: "CPTS", geometrie: "polygon", tuiles: "/t", cle: "id", objets: 2, proprietes: [property("id", "text"), property("statut", "text")],
    legendes: [{ titre: "Statut", propriete: "statut", manquant: "#bdbdbd", entrees: [{ valeur: "projet", couleur: "#e69f00", titre: "Projet" }] }] };
const table = { id: "liste", geometrie: "none", tuiles: null, proprietes: [property("x")], legendes: [] };
const catalogue = { couches: [layer, cpts, table] };

/* The few operators that the expressions use, as the style specification defines them. */
function evaluate(expression, properties) {
    if (!Array.isArray(expression)) return expression;
    const [operator, ...given] = expression;
    const args = () => given.map((one) => evaluate(one, properties));
    const typeName = (value) => (value === null || value === undefined ? "null" : typeof value);
    if (operator === "get") return properties[given[0]] ?? null;
    if (operator === "typeof") return typeName(args()[0]);
    if (operator === "to-number") return Number(args()[0]);
    if (operator === "==") return args()[0] === args()[1];
    if (operator === "<=") return args()[0] <= args()[1];
    if (operator === "all") return given.every((one) => evaluate(one, properties));
    if (operator === "case") {
        for (let i = 0; i + 1 < given.length; i += 2) if (evaluate(given[i], properties)) return evaluate(given[i + 1], properties);
        return evaluate(given.at(-1), properties);
    }
    return assert.fail(`operator ${operator}`);
}

test("each legend is a theme, then each number without one; tables are none", () => {
    assert.deepEqual(themesOf(layer).map((one) => [one.property.nom, Boolean(one.legend), one.numeric]), [["a_min", true, true], ["population", false, true]]);
    assert.deepEqual(themesOf(cpts).map((one) => [one.title, one.numeric]), [["Statut", false]]);
    assert.deepEqual(themesOf(table), []);
});

test("a first visit sees the perimeters, else care, else what there is", () => {
    assert.equal(firstTheme(catalogue).layer.id, "cpts");
    assert.equal(firstTheme({ couches: [table, layer, { ...cpts, objets: 0 }] }).layer.id, "acces");
    assert.equal(firstTheme({ couches: [] }), null);
    assert.equal(findTheme(catalogue, "acces", "rien").property.nom, "a_min");
    assert.equal(findTheme(catalogue, "absente", ""), null);
});

test("ways of classes are those that the theme has", () => {
    const [minutes, people] = themesOf(layer);
    assert.deepEqual(methodsOf(minutes), ["regles", "quantiles", "jenks"]);
    assert.deepEqual(methodsOf(themesOf(cpts)[0]), ["regles"]);
    assert.deepEqual(readMethod(minutes, "jenks-6"), { method: "jenks", count: 6 });
    assert.deepEqual(readMethod(minutes, ""), { method: "regles", count: 5 });
    assert.deepEqual(readMethod(people, "regles-99"), { method: "quantiles", count: 7 });
    assert.deepEqual(readMethod(themesOf(cpts)[0], "jenks-4"), { method: "regles", count: 4 });
});

test("the map's expression gives each value the colour of its class in the legend", () => {
    const values = [0, 3, 10, 10.1, 55, 12, 8, 20, null];
    for (const text of ["", "quantiles-4", "jenks-3", "quantiles-7"]) {
        const [theme] = themesOf(layer);
        const entries = entriesOf(theme, readMethod(theme, text), values, (from, to) => `${from} ${to}`);
        for (const value of values) {
            const properties = value === null ? {} : { a_min: value };
            const at = classOf(value, entries);
            assert.equal(evaluate(colourExpression("a_min", entries, "none"), properties), at < 0 ? "none" : entries[at].couleur, `${text}: ${value}`);
            assert.equal(evaluate(withoutClass("a_min", entries), properties), at < 0);
        }
    }
    const { entrees } = cpts.legendes[0];
    assert.deepEqual(["projet", "autre", undefined].map((statut) => evaluate(colourExpression("statut", entrees, "none"), { statut })), ["#e69f00", "none", "none"]);
});

test("classes are worded by their bounds", () => {
    const theme = themesOf(layer)[0];
    assert.deepEqual(entriesOf(theme, { method: "quantiles", count: 3 }, [1, 2, 3], (from, to) => `${from}..${to}`).map((one) => [one.titre, one.jusqua]),
        [["null..1", 1], ["1..2", 2], ["2..null", undefined]]);
});

test("marks and weights are read from the layer", () => {
    assert.deepEqual(marksOf(layer, "a_min"), { masque: "a_min_masque", estime: "estime" });
    assert.deepEqual(marksOf(cpts, "statut"), { masque: null, estime: null });
    assert.deepEqual(themesOf(layer).map(weightOf), ["population", null]);
    assert.equal(byService({ proprietes: [property("service", "text")] }), true);
    assert.equal(byService(layer), false);
});
