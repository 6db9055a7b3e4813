/* Scenarios side by side, differences, colours of both sides, and what the public will see. */
import assert from "node:assert/strict";
import test from "node:test";
import { codesOf, gathered, sideBySide } from "../../../src/web/js/edit/changes_in_words.js";
import { publication } from "../../../src/web/js/edit/publishing.js";
import { lighter, sideColours, sideNames, sideOf } from "../../../src/web/js/edit/sides.js";

test("differences: what came, what went, what else", () => {
    const told = gathered([{ quoi: "commune", code: "1", avant: null, apres: "1" }, { quoi: "commune", code: "2", avant: "1", apres: null },
        { quoi: "part", code: "3", avant: "1", apres: "0.5" }, { quoi: "nom", code: null, avant: "A", apres: "B" }, { quoi: "partage-voulu", code: "3", avant: null, apres: "ville" }]);
    assert.deepEqual([told.added, told.removed, told.shares.length, told.purposes.length, told.details.length], [["1"], ["2"], 1, 1, 1]);
    assert.deepEqual(gathered().added, []);
});

test("communes that differ are each told once, in order", () => {
    const row = (...codes) => ({ differences: codes.map((code) => ({ quoi: "commune", code })) });
    assert.deepEqual(codesOf([row("3", "1"), row("1", null), row()]), ["1", "3"]);
});

test("figures side by side: the second less the first, sizes of either", () => {
    const rows = new Map(sideBySide({ perimetres: 8, part_population: 0.5, tailles: { T1: 5 } }, { perimetres: 6, part_population: 0.75, tailles: { T1: 5, T2: 1 } }).map((row) => [row.key, row]));
    assert.equal(rows.get("perimetres").by, -2);
    assert.equal(rows.get("part_population").by, 0.25);
    assert.equal(rows.get("taille-T1").by, 0);
    assert.deepEqual([rows.get("taille-T2").a, rows.get("taille-T2").by], [null, null]);
    assert.deepEqual([rows.get("plus_petit").a, rows.get("plus_petit").by], [null, null]);
});

test("a store and an answer of the service give the same holders", () => {
    const answer = { perimetres: [{ id: "x" }, { id: "y", actif: true }, { id: "z", actif: false }], communes: { 1: [0], 2: [0, 1], 3: [2], 4: [1, 2] } };
    const store = new Map([["x", { codes: new Set(["1", "2"]) }], ["y", { codes: new Set(["2", "4"]) }], ["z", { actif: false, codes: new Set(["3", "4"]) }]]);
    assert.deepEqual([...sideOf(answer)].sort(), [...sideOf(store)].sort());
    assert.deepEqual([...sideOf(answer)], [["1", ["x"]], ["2", ["x", "y"]], ["4", ["y"]]], "what was given up holds nothing");
});

test("a perimeter has one colour on both sides; communes of two are hatched", () => {
    const left = new Map([["1", ["x"]], ["2", ["x", "y"]]]);
    const right = new Map([["1", ["y"]], ["3", ["x"]]]);
    const known = (id) => (id === "x" ? "#0072b2" : null);
    const sides = sideColours(left, right, known);
    assert.equal(sides.left.colours[1], sides.right.colours[3]);
    assert.equal(sides.left.colours[1], lighter("#0072b2"));
    assert.notEqual(sides.right.colours[1], sides.left.colours[1]);
    assert.deepEqual([sides.left.hatched, sides.right.hatched], [["2"], []]);
    assert.ok(!("3" in sides.left.colours));
});

test("lighter colours lie between the colour and white", () => {
    assert.equal(lighter("#000000", 0.5), "#808080");
    assert.equal(lighter("#ffffff", 0.5), "#ffffff");
    assert.equal(lighter("#336699", 0), "#336699");
});

test("the public: what appears, disappears, changes, stays; what stays inside is not told", () => {
    const one = (id, statut, population = 1) => ({ id, nom: id, statut, population, communes: 1 });
    const rows = publication([one("new", "ouvert"), one("old", "idee"), one("same", "ouvert"), one("more", "ouvert", 2), one("draft", "idee")],
        [one("old", "ouvert"), one("same", "ouvert"), one("more", "ouvert", 1), one("deleted", "ouvert")], (status) => status === "ouvert");
    assert.deepEqual(Object.fromEntries(rows.map((row) => [row.id, row.what])), { new: "appears", old: "disappears", same: "stays", more: "changes", deleted: "disappears" });
});

test("a name stands amid the people of its perimeter, not amid its land", () => {
    const places = new Map([["1", { lon: 0, lat: 0, population: 999 }], ["2", { lon: 10, lat: 20, population: 0 }], ["3", { lon: null, lat: null, population: 5 }]]);
    const [x, y] = sideNames(new Map([["1", ["x"]], ["2", ["x", "y"]], ["3", ["y"]]]), (id) => (id === "x" ? "Nom de x" : undefined), places);
    assert.deepEqual([x.nom, Math.round(x.lon * 1000), Math.round(x.lat * 1000)], ["Nom de x", Math.round(10000 / 1001), Math.round(20000 / 1001)]);
    assert.deepEqual(y, { nom: "y", lon: 10, lat: 20 });
});
