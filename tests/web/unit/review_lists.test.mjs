/* Files, filters, counts, drafts and conversations of the panels of people who check: the parts without a page. */
import assert from "node:assert/strict";
import test from "node:test";
import { fileName, toCsv } from "../../../src/web/js/review/csv.js";
import { drafts } from "../../../src/web/js/review/drafts.js";
import { countsByStatus, linesOf, narrowed, whole } from "../../../src/web/js/review/initiatives_list.js";
import { openCount, threads } from "../../../src/web/js/review/threads.js";

/* A reader of its own: RFC 4180 with any separator, one character after the other. */
function read(text, separator) {
    const rows = [[""]];
    let quoted = false;
    for (let i = 0; i < text.length; i++) {
        const row = rows.at(-1);
        if (quoted && text[i] === '"' && text[i + 1] === '"') row[row.length - 1] += text[++i];
        else if (text[i] === '"') quoted = !quoted;
        else if (!quoted && text[i] === separator) row.push("");
        else if (!quoted && text.startsWith("\r\n", i)) (rows.push([""]), i++);
        else row[row.length - 1] += text[i];
    }
    assert.deepEqual(rows.pop(), [""], "the last line ends");
    return rows;
}

const columns = ["nom", "part", "codes", "vide"].map((key) => ({ title: key, value: (row) => row[key] }));
const rows = [
    { nom: 'Île « d’Or » ; "nord"', part: 0.5, codes: ["56001", "56002"], vide: null },
    { nom: "deux\r\nlignes, virgule", part: -1234.25, codes: [], vide: undefined },
    { nom: "=SUM(A1)", part: 3, codes: ["2A004"], vide: "" },
];

test("a CSV for French spreadsheets has its mark, semicolons and decimal commas", () => {
    const text = toCsv(columns, rows);
    assert.equal(text[0], "\uFEFF");
    assert.deepEqual(read(text.slice(1), ";"), [["nom", "part", "codes", "vide"], ['Île « d’Or » ; "nord"', "0,5", "56001 56002", ""],
        ["deux\r\nlignes, virgule", "-1234,25", "", ""], ["'=SUM(A1)", "3", "2A004", ""]]);
});

test("a plain CSV has commas and decimal points", () => {
    const text = toCsv(columns, rows, { french: false });
    assert.deepEqual(read(text, ",").map((row) => row.length), [4, 4, 4, 4]);
    assert.equal(read(text, ",")[2][1], "-1234.25");
});

test("a text that a spreadsheet would run begins with an apostrophe, a number does not", () => {
    for (const bad of ["=1+1", "+33", "-x", "@a", "\tb"]) {
        const cell = read(toCsv([{ title: "t", value: () => bad }], [{}]).slice(1), ";")[1][0];
        assert.equal(cell, `'${bad}`);
    }
    assert.equal(read(toCsv([{ title: "t", value: () => -5 }], [{}]).slice(1), ";")[1][0], "-5");
});

test("names of files have no accent and no space", () => {
    assert.equal(fileName("communes disputées", "corse", "2026-11-22", "csv"), "communes-disputees-corse-2026-11-22.csv");
});

const list = [
    { id: "a", nom: "CPTS de l’Étoile", statut: "idee", depuis: null, contact: null },
    { id: "b", nom: "CPTS Nord", statut: "projet", depuis: "2024-05-01", contact: "Anne Le Goff" },
    { id: "c", nom: "CPTS Sud", statut: "idee", depuis: "2025-01-31", contact: null },
];
const ids = (found) => found.map((one) => one.id).join("");

test("filters let through what they say", () => {
    assert.equal(ids(narrowed(list, {})), "abc");
    assert.equal(ids(narrowed(list, { statuts: ["idee"] })), "ac");
    assert.equal(ids(narrowed(list, { texte: "l'etoile" })), "a", "accents and apostrophes do not count");
    assert.equal(ids(narrowed(list, { texte: "goff cpts" })), "b", "each word, in any order, in the contact too");
    assert.equal(ids(narrowed(list, { depuis: "2024-05-01", jusqua: "2025-01-30" })), "b", "bounds are included");
    assert.equal(ids(narrowed(list, { jusqua: "2025-01-31" })), "bc", "without a day it is outside of any bound");
});

test("counts follow the statuses of the study, shares those of the coverage", () => {
    const statuts = [{ id: "idee", titre: "Idée" }, { id: "projet", titre: "Projet" }, { id: "oppose", titre: "Opposé" }];
    const coverage = { lignes: [
        { etendue: "etude", id: "", statut: "", perimetres: 3, part_population: 0.6 },
        { etendue: "etude", id: "", statut: "idee", part_population: 0.4, part_communes: 0.1, population: 40 },
        { etendue: "departement", id: "29", statut: "idee", part_population: 0.9 }] };
    const counts = countsByStatus(list, statuts, linesOf(coverage, ""));
    assert.deepEqual(counts.map((one) => [one.id, one.nombre, one.part_population]), [["idee", 2, 0.4], ["projet", 1, null]]);
    assert.equal(whole(linesOf(coverage, "")).part_population, 0.6);
    assert.equal(linesOf(coverage, "29")[0].part_population, 0.9);
    assert.equal(whole(linesOf(coverage, "29")), null);
});

class Storage {
    kept = new Map();
    getItem(key) { return this.kept.get(key) ?? null; }
    setItem(key, value) { this.kept.set(key, String(value)); }
    removeItem(key) { this.kept.delete(key); }
}

test("what is typed outlives the page, is one's own, and goes when it was sent", () => {
    const storage = new Storage();
    drafts("anne", storage).keep("/56001", "Le pont", "r1");
    assert.deepEqual(drafts("anne", storage).get("/56001"), { texte: "Le pont", id: "r1" });
    assert.deepEqual(drafts("paul", storage).get("/56001"), { texte: "", id: "" });
    assert.equal(storage.kept.size, 1);
    const other = new Storage();
    other.kept = new Map([...storage.kept].map(([key, value]) => [key, value.replace("pont", "bac")]));
    assert.equal(drafts("anne", other).get("/56001").texte, "Le bac", "what is stored counts");
    drafts("anne", storage).keep("/56001", "Le pont est");
    assert.equal(drafts("anne", storage).get("/56001").id, "", "another text is another request");
    drafts("anne", storage).keep("/56001", "   ");
    assert.equal(storage.kept.size, 0);
});

test("drafts work where nothing can be stored", () => {
    const closed = { getItem() { throw new Error("denied"); }, setItem() { throw new Error("full"); }, removeItem() { throw new Error("denied"); } };
    for (const storage of [undefined, closed]) {
        const mine = drafts("anne", storage);
        mine.keep("/56001", "texte");
        assert.equal(mine.get("/56001").texte, "texte");
        mine.drop("/56001");
        assert.equal(mine.get("/56001").texte, "");
    }
});

test("answers stand below what they answer, however deep, the last word first", () => {
    const say = (id, le, reponse_a = null, more = {}) => ({ id, le, reponse_a, commune: "56001", regle: null, retire: null, ...more });
    const found = threads([say("a", "2026-01-01"), say("b", "2026-01-02"), say("c", "2026-01-03", "a"), say("d", "2026-01-04", "c"),
        say("e", "2026-01-05", null, { retire: "2026-01-06" }), say("f", "2026-01-01", null, { regle: "2026-01-02", perimetre: "x", commune: undefined })]);
    assert.deepEqual(found.map((thread) => [thread.first.id, thread.answers.map((one) => one.id).join("")]), [["a", "cd"], ["b", ""], ["f", ""]]);
    assert.deepEqual(found[2].subject, { kind: "perimetre", id: "x" });
    assert.equal(openCount(found), 2);
    const loop = threads([say("x", "2026-01-01", "y"), say("y", "2026-01-02", "x")]);
    assert.equal(loop.flatMap((thread) => [thread.first, ...thread.answers]).length, 2, "a ring of answers ends");
});
