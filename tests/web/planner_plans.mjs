/* The planner's journey between strokes, in order, on one workspace: starts from a grouping, walks through findings, gives
 * a gap, swipes between scenarios and reads what differs, changes a status, publishes, goes back, exports codes, merges.
 * What the page says is held against what the service answers. */
import assert from "node:assert/strict";
import { checkAxe, checkBoxes, checkCanvas, checkQuiet, checkWords, login, main, mapIdle, rendered, shot, start } from "./kit.mjs";

const service = await start({ config: ["settle_s: 0", "settle_most_s: 0"] }); /* nothing is published by itself meanwhile */
const ROLE = "planificateur";
const PATIENCE = 45000; /* ms: machines that are busy pass as well, only later */
const get = (path) => service.get(path, ROLE);
const plain = (text) => text.replace(/[\s\u00a0\u202f]+/g, " ").trim();
const number = (value) => plain(new Intl.NumberFormat("fr-FR", { maximumFractionDigits: 1 }).format(value));
const signed = (value) => (value > 0 ? "+" : value < 0 ? "−" : "±") + number(Math.abs(value));

async function open(path = "/carte", size = "laptop", role = ROLE) {
    const page = await service.page(size);
    page.setDefaultTimeout(PATIENCE);
    await login(page, role);
    await page.addInitScript(() => localStorage.setItem("maille.visite", "public compte"));
    await page.goto(service.url + path);
    await mapIdle(page);
    return page;
}

const button = (page, name, within = page) => within.getByRole("button", { name, exact: typeof name === "string" });
const panel = (page) => page.locator("#panel");
const text = async (locator) => plain(await locator.innerText());

/** Until `ask()` is true; says what it was asked for when it never is. */
async function until(ask, what, ms = PATIENCE) {
    for (const end = Date.now() + ms; Date.now() < end; await new Promise((later) => setTimeout(later, 60)))
        if (await ask()) return;
    assert.fail(`never: ${what}`);
}

const GRAVEST = ["erreur", "alerte"];
const shownFindings = (all) => GRAVEST.flatMap((one) => all.filter((f) => f.gravite === one));

/** Communes that the map outlines under a name. */
const outlined = async (page, name) => (await rendered(page, `contour-${name}`)).map((one) => one.properties.code).sort();

let scenario = "";

await main({
    async "starts from a grouping: what is previewed is what is made"() {
        const page = await open("/carte?panneau=scenarios");
        const group = (await get("/groupings/epci")).groupes;
        await button(page, "Partir de…").click();
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel("Quel découpage ?").selectOption("epci");
        await until(async () => (await text(dialog)).includes(`${group.length} périmètres (`), "preview of the grouping");
        const told = await text(dialog);
        const sum = group.reduce((all, one) => all + one.population, 0);
        assert.ok(told.includes(`${number(sum)} habitants en tout`), told);
        const byPopulation = [...group].sort((a, b) => a.population - b.population);
        assert.ok(told.includes(`le moins peuplé : ${plain(byPopulation[0].nom)}, ${number(byPopulation[0].population)}`), told);
        assert.ok(told.includes(`le plus peuplé : ${plain(byPopulation.at(-1).nom)}, ${number(byPopulation.at(-1).population)}`), told);
        const { classes } = (await get("/study")).tailles;
        const size = (p) => classes.find((c) => (p > c.de || (c.de_compris && p === c.de)) && (c.a === null || p < c.a || (c.a_compris && p === c.a)))?.id;
        const sizes = Object.entries(group.reduce((all, one) => ({ ...all, [size(one.population)]: (all[size(one.population)] ?? 0) + 1 }), {})).sort();
        assert.ok(told.includes(`tailles : ${sizes.map(([id, n]) => `${id} : ${n}`).join(", ")}`), told);
        await checkAxe(page);
        await shot(page, "plans-partir-de", { at: checkBoxes, only: ["laptop", "phone"] });
        await dialog.getByLabel("Nom du scénario").fill("EPCI d’été");
        await dialog.getByLabel("Motif", { exact: false }).fill("réunion de lancement");
        await button(page, "Créer", dialog).click();
        await until(() => page.url().includes("scenario=epci-d-ete"), "the new scenario is open");
        scenario = "epci-d-ete";

        const rows = await get(`/perimeters?scenario=${scenario}&kind=cpts`);
        assert.deepEqual(rows.map((one) => one.nom).sort(), group.map((one) => one.nom).sort());
        assert.ok(rows.every((one) => one.statut === "idee" && /^[a-z0-9-]+$/.test(one.id)));
        for (const one of rows) {
            const codes = (await get(`/perimeters/${one.id}?scenario=${scenario}`)).membres.map((m) => m.code);
            assert.deepEqual(codes.sort(), [...group.find((g) => g.nom === one.nom).codes].sort(), one.nom);
        }
        assert.equal((await get(`/history?scenario=${scenario}&limit=1`))[0].motif, "réunion de lancement");
        assert.equal((await get("/perimeters?kind=cpts")).length, 9, "the reference is as it was");
        checkQuiet(page);
    },

    async "a list: each row tells how it was understood, and what was not is left aside"() {
        const page = await open("/carte?panneau=scenarios");
        await button(page, "Partir de…").click();
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel("une liste de communes ou de périmètres").check();
        await dialog.getByLabel("Noms ou codes de communes", { exact: false }).fill("Boisgrault\n96044\nPonts de Ledre\nZzzzz");
        await until(async () => (await text(dialog)).includes("2 lignes comprises."), "rows are told");
        await until(async () => (await text(dialog)).includes("1 périmètre ("), "their effect");
        await checkWords(page, ["2 lignes ne sont pas comprises", "96097 Pont-de-Lédre"], "dialog");
        await checkAxe(page);
        await page.keyboard.press("Escape");
        assert.equal((await get("/scenarios")).length, 1, "a preview makes nothing");
        checkQuiet(page);
    },

    async "findings one by one: in words, on the map, by keys, in the order of their gravity"() {
        const page = await open("/carte?panneau=constats");
        const all = await get("/findings?kind=cpts");
        const list = shownFindings(all);
        const counter = page.locator(".counter");
        await until(async () => (await text(counter)) === `1 sur ${list.length}`, "the first finding");
        for (const [i, finding] of list.entries()) {
            assert.equal(await text(counter), `${i + 1} sur ${list.length}`);
            await until(async () => (await text(page.locator(".finding"))).includes(plain(finding.constat)), finding.constat);
            if (finding.piste) assert.ok((await text(page.locator(".finding"))).includes(plain(finding.piste)));
            if (i === 0 || i === 4) /* the map is drawn slowly without a graphics card: two of them */
                assert.deepEqual(await outlined(page, "constat"), [...finding.codes].sort(), finding.id);
            await page.locator("#carte").focus();
            await page.keyboard.press("n");
        }
        assert.equal(await text(counter), `1 sur ${list.length}`, "round and round");
        await page.keyboard.press("p");
        assert.equal(await text(counter), `${list.length} sur ${list.length}`);
        await panel(page).getByLabel(/^information/).check();
        await until(async () => (await text(counter)).endsWith(`sur ${all.length}`), "informations as well");
        await panel(page).getByLabel("Sujet").selectOption("chevauchement");
        const overlaps = all.filter((one) => one.genre === "chevauchement").length;
        await until(async () => (await text(counter)).endsWith(`sur ${overlaps}`), "one kind only");
        await checkAxe(page);
        await shot(page, "plans-constats", { at: checkBoxes });
        checkQuiet(page);
    },

    async "an enclosed gap is given to the neighbour that is proposed, after its effect was seen"() {
        const gap = (await get("/findings?kind=cpts")).find((one) => one.genre === "zone-blanche" && one.codes.includes("96106"));
        const [proposal] = (await get("/proposals")).filter((one) => gap.codes.includes(one.code));
        const before = await get(`/perimeters/${proposal.vers}`);
        const size = (await get("/perimeters")).find((one) => one.id === proposal.vers).population;
        const page = await open(`/carte?panneau=constats&constat=${encodeURIComponent(gap.id)}`);
        await until(async () => (await text(page.locator(".finding"))).includes(plain(gap.constat)), "the gap that the address names");
        const first = page.locator(".candidate").first();
        await until(async () => (await text(first)).includes(plain(before.nom)), "who is proposed stands first");
        await button(page, `Voir l’effet de donner à ${before.nom}`).click();
        const form = page.locator(".propose");
        await until(async () => (await form.count()) === 1 && (await text(form)).includes(`${number(size)} → ${number(size + gap.population)} (+${number(gap.population)})`), "its effect on the population");
        await form.getByLabel("Motif", { exact: false }).fill("elle est entourée");
        await checkAxe(page);
        await shot(page, "plans-zone-blanche", { only: ["laptop"], at: checkBoxes });
        await button(page, `Donner à ${before.nom}`, form).click();
        await until(async () => !(await get("/findings?kind=cpts")).some((one) => one.id === gap.id), "the gap is no more");
        const after = await get(`/perimeters/${proposal.vers}`);
        assert.deepEqual(after.membres.map((one) => one.code), [...before.membres.map((one) => one.code), ...gap.codes].sort());
        assert.equal((await get(`/perimeters/${proposal.vers}/history`))[0].motif, "elle est entourée");
        const left = shownFindings(await get("/findings?kind=cpts"));
        await until(async () => (await text(page.locator(".counter"))).endsWith(`sur ${left.length}`), "the list follows, the place is kept");
        assert.notEqual(await text(page.locator(".counter")), `1 sur ${left.length}`);
        checkQuiet(page);
    },

    async "a status that is public: told before, seen by the public after; the reason survives a refusal"() {
        const page = await open("/carte?panneau=fiche&perimetre=cpts-sud");
        const seen = async () => (await (await fetch(`${service.url}/collections/cpts/items?f=json&skipGeometry=true`)).json()).features.map((one) => one.id);
        assert.ok(!(await seen()).includes("cpts-sud"));
        const form = panel(page).locator("details", { hasText: "Statut et publication" }).locator("form");
        await form.getByLabel("Nouveau statut").selectOption("contractualisee");
        await checkWords(page, ["Projet transmis à l'ARS → Contractualisée", "Le public verra ce périmètre"], "#panel");
        await form.getByLabel("Motif", { exact: false }).fill("signature du contrat");
        await page.route(/\/changes/, (route) => route.fulfill({ status: 422, contentType: "application/problem+json", body: JSON.stringify({ status: 422, title: "Non", detail: "Refusé pour l’essai." }) }));
        await button(page, "Changer le statut", form).click();
        await until(async () => (await text(page.locator(".messages"))).includes("Refusé pour l’essai."), "the refusal is told");
        await page.unroute(/\/changes/);
        await page.reload();
        await mapIdle(page);
        assert.equal(await form.getByLabel("Motif", { exact: false }).inputValue(), "signature du contrat", "the reason is kept");
        await form.getByLabel("Nouveau statut").selectOption("contractualisee");
        await form.getByLabel("À partir du").fill("2026-05-01");
        await form.getByLabel("Accompagnement", { exact: false }).fill("URPS");
        await button(page, "Changer le statut", form).click();
        await until(async () => (await get("/perimeters/cpts-sud")).statut === "contractualisee", "the status is changed");
        const now = await get("/perimeters/cpts-sud");
        assert.deepEqual(now.statuts.at(-1), { statut: "contractualisee", depuis: "2026-05-01", avec: "URPS" });
        await until(async () => (await text(panel(page))).includes("Contractualisée depuis le 1er mai 2026"), "the card follows");

        await button(page, "Publier…").first().click();
        const dialog = page.getByRole("dialog");
        await until(async () => /CPTS du Sud valmorien non visible Contractualisée.* apparaît/.test(await text(dialog)), "what will appear");
        await checkAxe(page);
        await shot(page, "plans-publier", { only: ["phone"], at: checkBoxes });
        await button(page, "Publier maintenant", dialog).click();
        await until(async () => (await text(dialog)).includes("C’est publié."), "it is published");
        assert.ok((await seen()).includes("cpts-sud"));
        await until(async () => (await text(dialog)).includes("Le public voit déjà tout ce que les règles permettent."), "nothing is left to publish");
        checkQuiet(page, [/422/]);
    },

    async "history: who, when, why and what; back to a version; codes as a file"() {
        const page = await open("/carte?panneau=fiche&perimetre=cpts-nord");
        const was = await get("/perimeters/cpts-nord?a=v1");
        await panel(page).locator("summary", { hasText: "Historique" }).click();
        const history = panel(page).locator(".history");
        await until(async () => /Version 2 .* elle est entourée/.test(await text(history)), "the newest first, with its reason");
        await button(page, "Ce qui a changé (Version 2)").click();
        await until(async () => (await text(history)).includes("Commune ajoutée : Saint-Orens-l’Enclos"), "what changed, by name");
        await button(page, "Revenir à cette version (Version 1)").click();
        await button(page, "Revenir", page.getByRole("dialog")).click();
        await until(async () => (await get("/perimeters/cpts-nord")).version === 3, "a version of its own");
        assert.deepEqual((await get("/perimeters/cpts-nord")).membres, was.membres);
        await panel(page).locator("summary", { hasText: "Fichiers" }).click();
        const [file] = await Promise.all([page.waitForEvent("download"), panel(page).getByRole("link", { name: /CSV/ }).click()]);
        assert.equal(file.suggestedFilename(), "cpts-nord.csv");
        const chunks = [];
        for await (const chunk of await file.createReadStream()) chunks.push(chunk);
        const rows = Buffer.concat(chunks).toString().trim().split("\n").slice(1);
        assert.deepEqual(rows.map((row) => row.split(",")[0]), was.membres.map((one) => one.code));
        await checkAxe(page);
        await shot(page, "plans-fiche", { only: ["laptop", "phone"], at: checkBoxes });
        checkQuiet(page);
    },

    async "two scenarios: figures with signs, communes that differ, and both under one line"() {
        const page = await open(`/carte?panneau=scenarios&scenario=${scenario}`);
        await button(page, "Comparer : Référence").click();
        const [a, b] = await get(`/scenarios/compare?scenarios=reference,${scenario}`);
        const table = page.getByRole("table", { name: "Chiffres des deux scénarios" });
        await table.waitFor();
        for (const [title, key] of [["Périmètres", "perimetres"], ["Population couverte", "population"], ["Chevauchements", "chevauchements"], ["Zones blanches", "zones_blanches"], ["de taille T1", null]]) {
            const [x, y] = key ? [a[key], b[key]] : [a.tailles.T1, b.tailles.T1];
            assert.equal(await text(table.getByRole("row", { name: new RegExp(`^${title}`) }).first()), `${title} ${number(x)} ${number(y)} ${signed(y - x)}`);
        }
        const rows = await get(`/diff?scenarios=reference,${scenario}&kind=cpts`);
        const differ = [...new Set(rows.flatMap((row) => row.differences.map((one) => one.code).filter(Boolean)))].sort();
        await page.evaluate(() => window.maille.view.fit(window.maille.study.etendue));
        const seen = await outlined(page, "differe");
        assert.ok(seen.length > 10 && seen.every((code) => differ.includes(code)));

        /* each side is painted with its own scenario: a colour is one perimeter, on both sides */
        const sides = await page.evaluate(async () => {
            const wait = (f) => new Promise((done) => { const look = () => (f() ? done() : setTimeout(look, 50)); look(); });
            const map = window.maille.view.map;
            await wait(() => map.getLayer("balayage"));
            await new Promise((done) => setTimeout(done, 500));
            const state = (code) => map.getFeatureState({ source: "communes", sourceLayer: "communes", id: code }).balayage ?? null;
            const names = await window.maille.view.names();
            return { right: Object.fromEntries([...names.keys()].map((code) => [code, state(code)])), canvases: document.querySelectorAll(".swipe canvas").length };
        });
        assert.equal(sides.canvases, 1);
        const members = await get(`/members?scenario=${scenario}&kind=cpts`);
        const colours = new Map();
        for (const [code, places] of Object.entries(members.communes)) colours.set(places[0], new Set([...(colours.get(places[0]) ?? []), sides.right[code]]));
        assert.ok([...colours.values()].every((one) => one.size === 1 && !one.has(null)), "one colour a perimeter");
        assert.ok(new Set([...colours.values()].flatMap((one) => [...one])).size > 2);
        assert.ok(Object.keys(sides.right).filter((code) => !(code in members.communes)).every((code) => sides.right[code] === null));

        const slider = page.getByRole("slider", { name: "Limite entre les deux cartes" });
        await slider.focus();
        for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
        assert.equal(await slider.inputValue(), "55");
        assert.match(await slider.getAttribute("aria-valuetext"), /Référence à gauche sur 55 %/);
        await until(() => page.url().includes("balayage=55"), "the line stands in the address");
        await page.evaluate(() => window.maille.view.map.jumpTo({ center: [-5.1, 46.1], zoom: 9.3 }));
        await checkCanvas(page);
        await checkAxe(page);
        await shot(page, "plans-balayage", { at: checkBoxes });
        assert.match(page.url(), /compare=reference/);
        await page.goBack();
        await until(async () => (await page.locator(".swipe").count()) === 0, "the line is gone");
        checkQuiet(page);
    },

    async "a merge shows what contradicts, and does what was chosen"() {
        const page = await open("/carte?panneau=scenarios");
        await panel(page).getByLabel("Nom du scénario").fill("Deux noms");
        await panel(page).getByLabel("Parti de").selectOption("");
        await button(page, "Créer", panel(page)).click();
        await until(() => page.url().includes("scenario=deux-noms"), "a scenario of one's own");
        for (const [where, nom] of [["deux-noms", "Sud du scénario"], ["", "Sud de la référence"]]) {
            const stands = await get(`/perimeters/cpts-sud?scenario=${where}`);
            const answer = await fetch(`${service.url}/changes`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${service.tokens.planificateur}` },
                body: JSON.stringify({ id: `essai-${where}`, scenario: where, vu: { "cpts-sud": stands.etat }, gestes: [{ geste: "rename", perimetre: "cpts-sud", nom }] }) });
            assert.equal(answer.status, 200);
        }
        await button(page, "Fusionner… : Deux noms").click();
        const dialog = page.getByRole("dialog");
        await until(async () => (await text(dialog)).includes("1 périmètre changera"), "what would change");
        await button(page, "Fusionner…", dialog).click();
        await until(async () => (await text(dialog)).includes("Sud de la référence → Sud du scénario"), "the conflict");
        assert.equal((await get("/perimeters/cpts-sud")).nom, "Sud de la référence", "nothing is done before it is decided");
        await checkAxe(page);
        await dialog.getByLabel("prendre : Deux noms").check();
        await button(page, "Fusionner…", dialog).click();
        await until(async () => (await get("/perimeters/cpts-sud")).nom === "Sud du scénario", "merged as decided");
        await until(() => !page.url().includes("scenario="), "one works on the reference again");
        await button(page, "Supprimer : Deux noms").click();
        await button(page, "Supprimer", page.getByRole("dialog")).click();
        await until(async () => !(await get("/scenarios")).some((one) => one.id === "deux-noms"), "the scenario is deleted");
        checkQuiet(page, [/409/]);
    },

    async "who may only read sees no way to change"() {
        const page = await open("/carte?panneau=fiche&perimetre=cpts-sud", "laptop", "lecteur");
        await until(async () => (await text(panel(page))).includes("Sud du scénario"), "the card");
        for (const name of ["Changer le statut", "Supprimer…", "Enregistrer"]) assert.equal(await button(page, name).count(), 0, name);
        await page.evaluate(() => window.maille.state.set({ panneau: "scenarios" }));
        await button(page, `Comparer : EPCI d’été`).waitFor();
        for (const name of ["Partir de…", "Publier…", "Créer", `Fusionner… : EPCI d’été`]) assert.equal(await button(page, name).count(), 0, name);
        checkQuiet(page);
    },
});
