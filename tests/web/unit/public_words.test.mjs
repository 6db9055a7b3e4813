/* What is said of a commune: sentences from cards made by hand. */
import assert from "node:assert/strict";
import test from "node:test";

globalThis.document ??= { documentElement: { dataset: {} } };
globalThis.location ??= new URL("http://localhost/ma-commune/1");
const words = await import("../../../src/web/js/public/words.js");
const plain = (text) => text.replace(/[\s\u00a0\u202f]+/g, " ");

test("names after « à » and « de »", () => {
    for (const [name, at, of] of [
        ["Orbeville", "à Orbeville", "d’Orbeville"], ["Pérignac", "à Pérignac", "de Pérignac"],
        ["Le Bourg-d’Oulle", "au Bourg-d’Oulle", "du Bourg-d’Oulle"], ["Les Essarts", "aux Essarts", "des Essarts"],
        ["La Croix-Morvan", "à la Croix-Morvan", "de la Croix-Morvan"], ["L’Hermiterie", "à l’Hermiterie", "de l’Hermiterie"],
        ["Île-aux-Moines", "à l’Île-aux-Moines", "de l’Île-aux-Moines"], ["Lens", "à Lens", "de Lens"], ["Étampes", "à Étampes", "d’Étampes"],
    ]) {
        assert.equal(words.at(name), at);
        assert.equal(words.of(name), of);
    }
});

test("the nearest of each kind", () => {
    for (const [title, said] of [
        ["Médecin généraliste", "le médecin généraliste le plus proche"], ["Maternité", "la maternité la plus proche"],
        ["Pharmacie", "la pharmacie la plus proche"], ["Hôpital", "l’hôpital le plus proche"], ["Infirmière", "l’infirmière la plus proche"],
        ["Urgences", "les urgences les plus proches"], ["Sage-femme", "la sage-femme la plus proche"], ["IRM", "l’IRM le plus proche"],
        ["Consultation avancée (un jour par mois)", "la consultation avancée la plus proche"], ["Dentiste", "le dentiste le plus proche"],
    ]) assert.equal(words.nearestOne(title), said);
});

test("minutes as people say them", () => {
    assert.equal(words.inMinutes(0), "moins d’une minute");
    assert.equal(words.inMinutes(0.9), "moins d’une minute");
    assert.equal(words.inMinutes(1.2), "1 minute");
    assert.equal(words.inMinutes(10.6), "11 minutes");
    assert.equal(words.inMinutes(null), "hors d’atteinte par la route");
});

test("where a place is", () => {
    const place = { code_commune: "99003", commune: "Échavanne", nom: "Pharmacie", autre_departement: true, hors_etude: false };
    assert.equal(words.whereIs(place, "96001"), "Échavanne, dans un autre département (99)");
    assert.equal(words.whereIs({ ...place, autre_departement: false }, "99003"), "dans la commune");
    assert.equal(words.whereIs({ code_commune: "97411", commune: null, nom: "X", autre_departement: true, hors_etude: true }, "1"),
        "dans un autre département (974), hors du territoire étudié");
    assert.equal(words.ownName(place), "Pharmacie");
    assert.equal(words.ownName({ nom: "Échavanne", commune: "Échavanne" }), "");
    assert.equal(words.department("2A004"), "2A");
});

const ZONE = { zone: "96099", nom: "Port-Ésquel", apl: 2.346, seuil: 2.5, classe: null, classe_calculee: "ZIP", titre: "Zonage de 2017", depuis: "2017-11-13" };
const CARD = { nom: "Le Bourg", code: "96001", zonage: ZONE, cpts: [],
    services: [{ titre: "Médecin généraliste", minutes: 6.2, lieu: { nom: "Orsanne", commune: "Orsanne", code_commune: "96002" } }] };

test("the sentence on top", () => {
    assert.equal(plain(words.essential(CARD)), "Au Bourg, le médecin généraliste le plus proche est à 6 minutes en voiture, à Orsanne. "
        + "La commune fait partie d’un secteur qui manque de médecins.");
    const own = { ...CARD, zonage: null, services: [{ ...CARD.services[0], minutes: 0, lieu: { nom: "x", commune: "Le Bourg", code_commune: "96001" } }] };
    assert.equal(words.essential(own), "Au Bourg, le médecin généraliste le plus proche est dans la commune même.");
    const far = { ...own, services: [{ titre: "Maternité", minutes: null, lieu: null }], cpts: [{ nom: "CPTS Nord" }] };
    assert.equal(words.essential(far), "Au Bourg, la maternité la plus proche n’est pas accessible par la route. "
        + "Ses soignants sont réunis en communauté professionnelle territoriale de santé (CPTS) : CPTS Nord.");
    assert.match(words.essential({ ...far, cpts: [{ nom: "A" }, { nom: "B" }, { nom: "C" }] }), /\(CPTS\) : A, B et C\.$/);
    assert.equal(words.essential({ nom: "X", services: [], zonage: null, cpts: null }), "");
});

test("underserved or not: one sentence with the figure, its threshold, since when and the rule", () => {
    const said = plain(words.zoneSentence(CARD));
    for (const word of ["Oui, d’après le calcul", "2,3 consultations", "2,5 ou moins", "13 novembre 2017", "Zonage de 2017", "Port-Ésquel"])
        assert.ok(said.includes(word), `${said}: ${word}`);
    assert.equal(said.match(/\.(\s|$)/g).length, 1, "one sentence");
    const of = (zone) => plain(words.zoneSentence({ ...CARD, zonage: { ...ZONE, ...zone } }));
    assert.match(of({ nom: "Ajaccio" }), /du secteur d’Ajaccio/);
    assert.match(of({ classe_calculee: "vivier" }), /^Pas au point d’être prioritaire/);
    assert.match(of({ classe_calculee: "HZ" }), /^Non, d’après le calcul/);
    assert.match(of({ classe: "ZIP", classe_calculee: "HZ" }), /^Oui, par décision .* « zone d’intervention prioritaire \(ZIP\) »/);
    assert.match(of({ classe: "HZ" }), /^Non, par décision/);
    assert.match(of({ classe: "Z9" }), /classe le secteur « Z9 »/);
    assert.match(of({ apl: null }), /n’est pas connu/);
    assert.match(words.zoneSentence({ ...CARD, zonage: null }), /pas connu ici/);
});

test("sources once each, acronyms with their meaning, contacts as links", () => {
    const sources = words.sourcesOf({ sources: [{ name: "A", vintage: "2026-01-01" }, { name: "A", vintage: "2018" }, { name: "B", vintage: null }] });
    assert.deepEqual(sources.map(({ nom, dates }) => [nom, dates]), [["A", ["1er janvier 2026", "2018"]], ["B", []]]);
    assert.match(words.acronyms("DREES, seuils d’APL, et XYZ"), /^DREES, .* ; APL, accessibilité potentielle localisée/);
    assert.equal(words.acronyms("rien ici"), "");
    assert.equal(words.contactLink("a@b.example"), "mailto:a@b.example");
    assert.equal(words.contactLink("02 99 00 00 00"), "tel:0299000000");
    assert.equal(words.contactLink("https://x.example/y"), "https://x.example/y");
    assert.equal(words.contactLink("à la mairie"), null);
});
