/* Starting from groups and lists: ids, gestures, what is told of their effect. */
import assert from "node:assert/strict";
import test from "node:test";
import { slug, uniqueId } from "../../../src/web/js/edit/names.js";
import { gesturesOf, isTable, summary, withIds } from "../../../src/web/js/edit/starting.js";

test("ids are ASCII, as the service takes them, whatever the name", () => {
    const cases = [["CC de l’Œil-sur-Mer", "cc-de-l-oeil-sur-mer"], ["Hœuvres / Jarzé–l'Abbaye", "hoeuvres-jarze-l-abbaye"],
        ["  ÎLE (nord) ", "ile-nord"], ["Ægidius", "aegidius"], ["日本", ""]];
    for (const [name, id] of cases) assert.equal(slug(name), id);
    for (const name of ["a".repeat(200), "é".repeat(60), "- - x - -", "Côte d’Émeraude".repeat(9)])
        assert.match(slug(name), /^[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?$/);
});

test("no id twice, and none that is in use", () => {
    const taken = new Set(["reference"]);
    const ids = ["Saint-Denis", "Saint Denis", "SAINT-DÉNIS", "", "", "Référence"].map((name) => uniqueId(name, taken, "sans-nom"));
    assert.deepEqual(ids, ["saint-denis", "saint-denis-2", "saint-denis-3", "sans-nom", "sans-nom-2", "reference-2"]);
    assert.equal(new Set(ids).size, ids.length);
});

test("each group is one perimeter, with each of its communes once; empty groups make none", () => {
    const gestures = gesturesOf([{ id: "1", nom: "Nord", codes: ["01001", "01002", "01001"] }, { id: "2", nom: "Vide", codes: [] },
        { id: "3", nom: null, codes: ["2A004"] }], { taken: ["nord"], gone: ["ancien"], genre: "pta" });
    assert.deepEqual(gestures, [
        { geste: "delete", perimetre: "ancien" },
        { geste: "create", perimetre: "nord-2", nom: "Nord", genre: "pta", statut: "idee", codes: ["01001", "01002"] },
        { geste: "create", perimetre: "3", nom: "3", genre: "pta", statut: "idee", codes: ["2A004"] },
    ]);
});

test("what is told of an effect: numbers, both ends, sizes, findings, what goes", () => {
    const side = (population, taille) => ({ communes: 1, population, taille, parties: 1 });
    const told = summary({
        perimetres: [{ id: "a", nom: "A", avant: null, apres: side(500, "T1") }, { id: "b", nom: "B", avant: null, apres: side(90000, "T3") },
            { id: "c", nom: "C", avant: null, apres: side(700, "T1") }, { id: "x", nom: "X", avant: side(1, "T1"), apres: null },
            { id: "y", nom: "Y", avant: side(1, "T1"), apres: side(2, "T1") }],
        constats_apparus: [{ gravite: "alerte" }, { gravite: "alerte" }, { gravite: "information" }],
    });
    assert.equal(told.made.length, 3);
    assert.equal(told.least.id, "a");
    assert.equal(told.most.id, "b");
    assert.equal(told.population, 91200);
    assert.deepEqual(told.sizes, { T1: 2, T3: 1 });
    assert.deepEqual(told.findings, { alerte: 2, information: 1 });
    assert.equal(told.gone, 1);
    assert.equal(summary({ perimetres: [] }).least, null);
});

test("a table of perimeters is known by its heading; lists of communes are none", () => {
    for (const text of ["id,nom,code\na,A,1", "id;code\n", "code\tpérimètre", '"Perimetre";"code"', "\nnom,id,code"]) assert.ok(isTable(text), text);
    for (const text of ["", "56001\n56002", "Auray", "code;nom\n1;Auray", "Identité, La", "idem"]) assert.ok(!isTable(text), text);
});

test("a table that calls its perimeters otherwise is sent with the heading that the service reads", () => {
    assert.equal(withIds("Périmètre;code\na;1\nb;2"), "id;code\na;1\nb;2");
    assert.equal(withIds("nom,id,perimetre\n1"), "nom,id,perimetre\n1");
});
