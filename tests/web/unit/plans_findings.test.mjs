/* Walking through findings, what may be done about them, and who could take a gap. */
import assert from "node:assert/strict";
import test from "node:test";
import { candidates } from "../../../src/web/js/edit/gap_candidates.js";
import { remedies } from "../../../src/web/js/edit/remedies.js";
import { counts, filtered, ordered, placeOf, step } from "../../../src/web/js/edit/walk.js";

const finding = (id, gravite, genre = "trou", a = null, b = null) => ({ id, gravite, genre, a, b, codes: ["1"] });
const all = [finding("i", "information"), finding("a1", "alerte", "taille", "x"), finding("e", "erreur", "chevauchement", "x", "y"), finding("a2", "alerte", "trou", "y")];

test("the gravest come first, the rest as it came, none is lost", () => {
    assert.deepEqual(ordered(all).map((one) => one.id), ["e", "a1", "a2", "i"]);
});

test("filters narrow by severity, kind and perimeter, either side of an overlap", () => {
    const ids = (wish) => filtered(all, wish).map((one) => one.id);
    assert.deepEqual(ids({}), ["i", "a1", "e", "a2"]);
    assert.deepEqual(ids({ severities: new Set(["alerte"]) }), ["a1", "a2"]);
    assert.deepEqual(ids({ perimeter: "y" }), ["e", "a2"]);
    assert.deepEqual(ids({ kinds: new Set(["taille"]), perimeter: "y" }), []);
    assert.deepEqual([...counts(all, "gravite")], [["information", 1], ["alerte", 2], ["erreur", 1]]);
});

test("after a change one stands at the same finding, or at what took its place", () => {
    assert.equal(placeOf(all, "e", 0), 2);
    assert.equal(placeOf(all, "gone", 1), 1);
    assert.equal(placeOf(all, "gone", 9), 3);
    assert.equal(placeOf(all, "", -1), 0);
    assert.equal(placeOf([], "e", 2), -1);
});

test("next and before go round and round", () => {
    let at = 0;
    const seen = Array.from({ length: 5 }, () => (at = step(at, 1, 3)));
    assert.deepEqual(seen, [1, 2, 0, 1, 2]);
    assert.equal(step(0, -1, 3), 2);
    assert.equal(step(-1, 1, 0), -1);
});

test("remedies of an overlap leave its communes to one side or say why both hold them", () => {
    const [first, second, shared] = remedies({ genre: "chevauchement", a: "x", b: "y", codes: ["1", "2"] });
    assert.deepEqual([first.perimeter, first.gestures], ["x", [{ geste: "remove", perimetre: "y", codes: ["1", "2"] }]]);
    assert.deepEqual([second.perimeter, second.gestures], ["y", [{ geste: "remove", perimetre: "x", codes: ["1", "2"] }]]);
    assert.ok(shared.reason);
    assert.ok(shared.gestures("ville partagée").every((one) => one.geste === "on-purpose" && one.raison === "ville partagée" && one.codes.length === 2));
});

test("remedies of other findings are what their words say; findings without communes have none", () => {
    const gesture = (genre) => remedies({ genre, a: "x", b: null, codes: ["1"] }).map((one) => one.gestures[0].geste);
    assert.deepEqual(gesture("trou"), ["add"]);
    assert.deepEqual(gesture("morcellement"), ["remove"]);
    assert.deepEqual(gesture("membre-disparu"), ["remove"]);
    assert.deepEqual(gesture("groupement-coupe"), ["add"]);
    assert.deepEqual(gesture("plusieurs-departements"), []);
    assert.deepEqual(remedies({ genre: "trou", a: "x", b: null, codes: [] }), []);
});

test("who could take a gap: who borders most of it, then who is near, then who borders; nobody twice", () => {
    const found = candidates({ codes: ["1", "2", "3"] }, {
        enclosed: [{ code: "1", vers: "b", population: 10 }, { code: "2", vers: "a", population: 30 }, { code: "3", vers: "b", population: 25 }, { code: "9", vers: "z", population: 1000 }],
        nearest: [{ code: "1", vers: "a", population: 10, minutes: 4 }, { code: "2", vers: "c", population: 30, minutes: 8 }, { code: "3", vers: "c", population: 25, minutes: 6 }],
        borders: ["d", "b", "c"],
    });
    assert.deepEqual(found.map(({ id, why }) => [id, why]), [["b", "enclavee"], ["a", "enclavee"], ["c", "plus-proche"], ["d", "borde"]]);
    assert.equal(found[0].population, 35);
    assert.equal(found[2].minutes, 8, "the farthest of its communes");
    assert.deepEqual(candidates({ codes: ["1"] }, {}), []);
});
