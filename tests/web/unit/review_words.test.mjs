/* Sentences of the panels of people who check: what they say is counted by hand. */
import assert from "node:assert/strict";
import test from "node:test";

globalThis.location = { search: "" };
const { addTexts } = await import("../../../src/web/js/base/text.js");
const { texts } = await import("../../../src/web/js/review/texts.js");
const { comparisonSentences, isWhole, summed } = await import("../../../src/web/js/review/compare_words.js");
const { claimantSentence, contestedColumns, contestedRows, majoritySentences } = await import("../../../src/web/js/review/evidence_words.js");
const { ago, changes } = await import("../../../src/web/js/review/activity_words.js");
addTexts(texts);

/* Spaces of numbers and before "%" are narrow or unbreakable: one plain space here. */
const plain = (text) => text.replace(/[\s\u00a0\u202f]+/g, " ");

const group = (nom, communes, dedans, part_du_groupe, part_du_perimetre) =>
    ({ nom, communes, communes_dedans: dedans, part_du_groupe, part_du_perimetre });

test("a comparison tells what is whole, what is in part, where most people live and what is outside", () => {
    const rows = [group("A", 4, 4, 1, 0.5), group("B", 5, 2, 0.3, 0.2), group("C", 3, 3, 1, 0.2)];
    assert.deepEqual(comparisonSentences(rows, { titre: "EPCI" }).map(plain), [
        "EPCI : ce périmètre en réunit 2 en entier et 1 en partie.", "50 % de ses habitants vivent dans A.",
        "10 % de ses habitants ne sont dans aucun groupe de ce découpage."]);
    assert.deepEqual(comparisonSentences([group("A", 4, 4, 1, 1)], { titre: "EPCI" }).map(plain),
        ["EPCI : ce périmètre en réunit 1 en entier.", "Il coïncide avec A."]);
    assert.match(comparisonSentences([], { titre: "EPCI" })[0], /aucune commune/);
    assert.equal(isWhole(group("A", 4, 4, 0.999, 1)), false, "all communes, one of them in part");
    assert.equal(summed(rows).reste.toFixed(6), "0.100000");
});

const claim = (more) => ({ id: "a", nom: "CPTS A", statut: "projet", depuis: "2024-11-05", part: 1, partage_expres: false, pole: "56260",
    minutes_pole: 12.3, touche: true, ...more });

test("each claimant has one sentence of what speaks for it", () => {
    const say = (more) => plain(claimantSentence(claim(more), { status: "Projet", pole: "Vannes" }));
    assert.equal(say({}), "Projet depuis le 5 novembre 2024 ; toute la commune ; à 12 min de Vannes, sa commune la plus peuplée ; touche ses autres communes.");
    assert.equal(say({ depuis: null, part: 0.25, minutes_pole: null, touche: false, partage_expres: true }),
        "Projet, sans date connue ; 25 % de la commune ; aucune route n’y mène depuis Vannes, sa commune la plus peuplée ; ne touche aucune de ses autres communes ; partage voulu.");
    assert.match(say({ pole: null, minutes_pole: null }), /aucune autre commune/);
});

const commune = { code: "56001", nom: "Allaire", population: 3800, pretendants: [claim({}), claim({ id: "b", nom: "CPTS B" })],
    majorites: { epci: "a", bv: "b", pdsa: "b", tvs: null } };
const study = { groupements: [{ id: "epci", titre: "EPCI" }, { id: "bv", titre: "Bassins" }, { id: "pdsa", titre: "Garde" }, { id: "tvs", titre: "TVS" }] };

test("majorities are told by who holds them", () => {
    assert.deepEqual(majoritySentences(commune, study), ["Autour d’elle, CPTS A réunit le plus d’habitants, par : EPCI.",
        "Autour d’elle, CPTS B réunit le plus d’habitants, par : Bassins, Garde.", "Autour d’elle, aucune initiative ne domine, par : TVS."]);
});

test("the file of contested communes has one row a claim and one column a grouping", () => {
    const columns = contestedColumns(study);
    const table = contestedRows([commune]).map((row) => Object.fromEntries(columns.map((column) => [column.title, column.value(row)])));
    assert.equal(table.length, 2);
    assert.deepEqual([table[1].code, table[1].perimetre, table[1].minutes_pole, table[1].touche, table[1].majorite_bv, table[1].majorite_tvs],
        ["56001", "b", 12.3, "oui", "b", null]);
});

test("a change of many perimeters is one entry", () => {
    const row = (numero, perimetre, apres = "x") => ({ numero, date: "2026-11-22T10:00:00Z", qui: "Anne", genre: "edition", motif: null, perimetre, nom: perimetre, version: 2, apres });
    const found = changes([row(3, "a"), row(2, "a"), row(2, "b", null)]);
    assert.deepEqual(found.map((one) => [one.numero, one.perimetres.map((each) => each.id + (each.supprime ? "!" : "")).join()]), [[3, "a"], [2, "a,b!"]]);
});

test("how long ago", () => {
    const now = Date.parse("2026-11-22T12:00:00Z");
    const told = ["2026-11-22T11:59:50Z", "2026-11-22T11:57:00Z", "2026-11-22T09:59:00Z", "2026-11-20T12:00:00Z"].map((one) => plain(ago(one, now)));
    assert.deepEqual(told, ["maintenant", "il y a 3 minutes", "il y a 2 heures", "avant-hier"]);
    assert.match(ago("2026-11-01T12:00:00Z", now), /1 novembre 2026|1er novembre 2026/);
    assert.equal(plain(ago("2026-11-22T12:00:05Z", now)), "maintenant", "clocks differ");
});
