/* Rows of the table: the words of the filter, the order, what has no value. */
import assert from "node:assert/strict";
import test from "node:test";
import { filterRows, fold, sortRows } from "../../../src/web/js/map/table_rows.js";

const columns = { nom: ["Écully", "Île-d’Yeu", "Ambérieu", "Zed", "abc"], population: [12, null, 3, 12, 0] };
const text = (name, i) => String(columns[name][i] ?? "–");

test("a filter looks for each word without accents or case, in all columns", () => {
    const found = (filter) => filterRows(5, text, ["nom", "population"], filter).map((i) => columns.nom[i]);
    assert.deepEqual(found(""), columns.nom);
    assert.deepEqual(found("ecu"), ["Écully"]);
    assert.deepEqual(found("12"), ["Écully", "Zed"]);
    assert.deepEqual(found("12 zed"), ["Zed"]);
    assert.deepEqual(found("rien"), []);
    assert.equal(fold("Œuvre Éà"), "œuvre ea");
});

test("rows are sorted by value, those without one last either way, equals as they were", () => {
    const order = (name, down) => sortRows([0, 1, 2, 3, 4], columns[name], down, new Intl.Collator("fr").compare);
    assert.deepEqual(order("population", false), [4, 2, 0, 3, 1]);
    assert.deepEqual(order("population", true), [0, 3, 2, 4, 1]);
    assert.deepEqual(order("nom", false).map((i) => columns.nom[i]), ["abc", "Ambérieu", "Écully", "Île-d’Yeu", "Zed"]);
    assert.deepEqual(sortRows([0, 1], [true, false], false, () => assert.fail("no texts")), [1, 0]);
});
