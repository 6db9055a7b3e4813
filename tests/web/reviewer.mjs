/* The journey of a member of the URPS: logs in, sees all initiatives, opens the evidence of contested communes, comments, compares,
 * asks where figures come from, takes files away. What the page says is held against the service and the command line. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { checkAxe, checkBoxes, checkCanvas, checkQuiet, checkWords, login, maille, main, mapIdle, noticed, rendered, shot, start } from "./kit.mjs";
import { picture } from "./picture.mjs";

const service = await start();
const get = (path) => service.get(path, "relecteur");
const cli = (...args) => JSON.parse(maille("territory", ...args, "-w", service.workspace, "--json"));
const plain = (text) => text.replace(/[\s\u00a0\u202f]+/g, " ").trim();
const french = (value, decimals = 0) => plain(new Intl.NumberFormat("fr-FR", { maximumFractionDigits: decimals }).format(value));
const percent = (part) => `${french(100 * part, 1)} %`;
const texts = async (locator) => (await locator.allInnerTexts()).map(plain);
const panel = (page) => page.locator("#panel");
const button = (page, name) => panel(page).getByRole("button", { name, exact: true });
const fromTable = (page, column) => texts(panel(page).locator(`table.grid tbody tr > :nth-child(${column})`));

async function open(path, role = "relecteur") {
    const page = await service.page("laptop", { acceptDownloads: true });
    page.setDefaultTimeout(40000); /* the machine may be busy */
    await page.addInitScript(() => localStorage.setItem("maille.visite", "public compte"));
    if (role) await login(page, role);
    await page.goto(`${service.url}/carte${path}`);
    await mapIdle(page);
    return page;
}

/** Until `ask()` gives what is wanted; says what it gave when it never does. */
async function until(ask, wanted, what, ms = 40000) {
    let found;
    for (const end = Date.now() + ms; Date.now() < end; await new Promise((later) => setTimeout(later, 60))) {
        found = await ask();
        try {
            assert.deepEqual(found, wanted);
            return;
        } catch {
            /* not yet */
        }
    }
    assert.deepEqual(found, wanted, what);
}

/** What another person does, by the interface. */
async function act(role, method, path, body) {
    const answer = await fetch(service.url + path, { method, body: body && JSON.stringify(body),
        headers: { authorization: `Bearer ${service.tokens[role]}`, "content-type": "application/json", "accept-language": "fr" } });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer.json();
}

async function download(page, press) {
    const [file] = await Promise.all([page.waitForEvent("download"), press()]);
    return { name: file.suggestedFilename(), text: fs.readFileSync(await file.path(), "utf8") };
}

/* Colour that the map gives to each commune under a panel's name. */
const painted = async (page, name) => Object.fromEntries((await rendered(page, `revue-${name}-fond`))
    .map((one) => [one.properties.code, one.state[`${name}_couleur`] ?? null]));

/** Nothing for axe, and no box out of place at a desk and on a phone; `sizes` where more is looked at. */
async function look(page, name, sizes = ["laptop", "phone"]) {
    await checkAxe(page, { within: "#panel" });
    await shot(page, `reviewer-${name}`, { only: sizes, at: () => checkBoxes(page) });
}
const EVERY = ["laptop", "projector", "phone"];

const study = await get("/study");
const title = (status) => study.statuts.find((one) => one.id === status).titre;

await main({
    async "logs in, sees all initiatives, and finds those it looks for"() {
        const page = await open("", null);
        assert.equal(await page.locator("#rail button", { hasText: "Initiatives" }).isVisible(), false, "not for the public");
        await page.getByRole("button", { name: "Se connecter" }).first().click();
        await page.getByLabel("Jeton d’accès").fill(service.tokens.relecteur);
        await page.getByRole("dialog").getByRole("button", { name: "Se connecter" }).click();
        await page.locator("#rail button", { hasText: "Initiatives" }).click();
        const all = cli("list", "--kind", "cpts");
        const names = (list) => list.map((one) => one.nom).sort(new Intl.Collator("fr").compare);
        const shown = async () => (await texts(panel(page).locator("table.grid tbody th button")));
        await until(shown, names(all), "all initiatives, by name");
        const rows = panel(page).locator("tr[data-id]");
        for (const one of all) {
            const cells = (await texts(rows.and(page.locator(`[data-id="${one.id}"]`)))).join(" ");
            for (const word of [title(one.statut), french(one.population), one.taille]) assert.ok(cells.includes(word), `${one.id}: ${word} in ${cells}`);
        }
        await checkWords(page, [`${all.length} initiatives sur ${all.length}`, french(all.reduce((sum, one) => sum + one.population, 0))], "#panel");

        await panel(page).locator('.chip[data-statut="en-fonctionnement"]').click();
        await until(shown, names(all.filter((one) => one.statut === "en-fonctionnement")), "one status");
        assert.match(page.url(), /statuts=en-fonctionnement/);
        await page.goto(page.url());
        await mapIdle(page);
        await until(shown, names(all.filter((one) => one.statut === "en-fonctionnement")), "the address keeps the filter");
        await button(page, "Effacer les filtres").click();
        await panel(page).getByLabel("Chercher par nom ou contact").fill("VALLEES haut");
        await until(shown, names(all.filter((one) => one.id === "cpts-hautes-vallees")), "words without accents");
        await button(page, "Effacer les filtres").click();
        await panel(page).locator("summary", { hasText: "Département" }).click();
        await panel(page).getByLabel("Département", { exact: true }).selectOption("99");
        await until(shown, names(cli("list", "--kind", "cpts", "--department", "99")), "of a département");
        await panel(page).getByLabel("Département", { exact: true }).selectOption("");
        await panel(page).getByLabel("au plus tôt le").fill("2022-03-15");
        await panel(page).getByLabel("au plus tard le").fill("2024-11-05");
        await until(shown, names(all.filter((one) => one.depuis >= "2022-03-15" && one.depuis <= "2024-11-05")), "status taken between two days");
        await button(page, "Effacer les filtres").click();

        const sort = panel(page).locator('[data-sort="population"]');
        await sort.click();
        await until(shown, [...all].sort((a, b) => b.population - a.population).map((one) => one.nom), "the largest first");
        await sort.press("Enter");
        await until(shown, [...all].sort((a, b) => a.population - b.population).map((one) => one.nom), "the smallest first, by keyboard");
        assert.equal(await panel(page).locator("th[aria-sort]").getAttribute("aria-sort"), "ascending");
        assert.equal(await sort.evaluate((element) => element === document.activeElement), true, "the focus stays");
        await checkAxe(page);
        checkQuiet(page, [/session.*401|401 \(/]);
    },

    async "coverage by status is that of the command line, at a day too; the map has the colours of statuses"() {
        const page = await open("?panneau=initiatives");
        const told = async () => (await texts(panel(page).locator(".coverage tbody tr"))).map((line) => line.replace(" (hors couverture)", ""));
        const lines = (coverage, list) => {
            const of = (status) => coverage.lignes.find((one) => one.etendue === "etude" && one.statut === status);
            const row = (name, count, line) => `${name} ${count} ${line ? percent(line.part_population) : "–"} ${line ? percent(line.part_communes) : "–"}`;
            const used = study.statuts.filter((one) => list.some((each) => each.statut === one.id) || of(one.id));
            return [...used.map((one) => row(plain(one.titre), list.filter((each) => each.statut === one.id).length, of(one.id))),
                row("Tous statuts actifs", of("").perimetres, of(""))];
        };
        const coverage = cli("coverage");
        await panel(page).locator("summary", { hasText: "Population couverte" }).click();
        await until(told, lines(coverage, cli("list", "--kind", "cpts")), "coverage");
        await checkWords(page, [`Objectif du 1`, `il manque ${percent(coverage.objectif.part_visee - coverage.objectif.part)}`], "#panel");

        const legend = (await get("/layers")).couches.find((one) => one.id === "cpts").legendes[0].entrees;
        const colour = Object.fromEntries(legend.map((entry) => [entry.valeur, entry.couleur]));
        const { perimetres, communes } = await get("/members?kind=cpts");
        const colours = await painted(page, "initiatives");
        let seen = 0;
        for (const [code, has] of Object.entries(colours)) {
            const own = (communes[code] ?? []).map((i) => perimetres[i]);
            const active = own.filter((one) => one.actif);
            if (own.length > 1 && active.length > 1) assert.ok(active.some((one) => colour[one.statut] === has), code);
            else assert.equal(has, own.length ? colour[(active[0] ?? own[0]).statut] : null, code);
            seen += has !== null;
        }
        assert.ok(seen > 40, `${seen} communes are coloured`);
        await checkCanvas(page);
        await look(page, "initiatives", EVERY);
        await picture(page, "urps-1-initiatives");

        await panel(page).locator("summary", { hasText: "Département" }).click();
        await panel(page).getByLabel("Comme c’était à la fin du").fill("2024-12-31");
        await until(told, lines(cli("coverage", "--at", "2024-12-31"), cli("list", "--kind", "cpts", "--at", "2024-12-31")), "coverage at a day");
        await checkWords(page, ["l’historique commence plus tard"], "#panel");
        await panel(page).getByLabel("Comme c’était à la fin du").fill(study.date);
        await until(async () => (await texts(panel(page).locator("tr[data-id]"))).length, cli("list", "--kind", "cpts", "--at", study.date).length, "as it is at the end of today");
        checkQuiet(page);
    },

    async "an initiative tells its figures, and each of them where it comes from with one click"() {
        const page = await open("?panneau=initiatives");
        await panel(page).getByRole("button", { name: "CPTS Côte du Nord" }).click();
        const figures = await get("/perimeters/cpts-nord/figures");
        const shown = (key) => panel(page).locator(`[data-figure="${key}"]`).innerText().then(plain);
        await until(() => shown("rev-population"), `${french(figures.ensemble.population)} habitants`, "population");
        assert.equal(await shown("rev-communes"), String(figures.ensemble.communes));
        assert.ok((await shown("rev-size")).startsWith(`${figures.ensemble.taille} – encore ${french(figures.jusqu_a_la_taille_suivante)} habitants`));
        assert.equal(await shown("rev-longest"), `${french(figures.trajet_max_min)} min`);
        const bare = await panel(page).evaluate((root) => [...root.querySelectorAll("[data-figure], caption")]
            .filter((one) => !one.querySelector(".source-button")).map((one) => one.textContent));
        assert.deepEqual(bare, [], "each figure has its button");

        await panel(page).locator('[data-figure="rev-size"] .source-button').click();
        const dialog = page.getByRole("dialog");
        const layer = (await get("/layers")).couches.find((one) => one.id === "cpts");
        const { workspace_hash: hash } = await get("/collections/cpts/items?limit=1&skipGeometry=true");
        await dialog.locator(".hash").waitFor();
        await checkWords(page, [study.tailles.titre, study.tailles.reference, hash, layer.licence, layer.sources[0].nom,
            layer.parametres.crs, study.tailles.id, `millésime du ${Number(layer.sources[0].millesime.slice(8))}`, layer.sources[0].millesime.slice(0, 4)], "dialog");
        const to = `${service.folder}/layers`;
        maille("export", "cpts", "-w", service.workspace, "--to", to, "--quiet");
        assert.equal(hash, JSON.parse(fs.readFileSync(`${to}/cpts.geojson`, "utf8")).workspace_hash, "the hash of the exported file");
        await checkAxe(page, { within: "dialog" });
        await checkBoxes(page);
        await picture(page, "urps-3-source");
        await page.keyboard.press("Escape");
        await until(() => page.getByRole("dialog").count(), 0, "the dialog is closed by Escape");
        await look(page, "initiative");
        checkQuiet(page);
    },

    async "contested communes by population, the evidence of each in words and in a table"() {
        const page = await open("?panneau=disputees");
        const found = cli("contested");
        await until(() => texts(panel(page).locator("tr[data-code] th button")), found.map((one) => one.nom), "by population");
        assert.deepEqual(await fromTable(page, 2), found.map((one) => french(one.population)));
        const colours = await painted(page, "disputees");
        for (const one of found.filter((each) => each.code in colours)) assert.equal(colours[one.code], one.pretendants.length > 2 ? "#e66101" : "#fdb863", one.code);
        assert.ok(Object.values(colours).filter(Boolean).length >= 3);
        await look(page, "contested");

        const one = found.find((each) => each.nom === "Chantelune");
        await panel(page).getByRole("button", { name: one.nom, exact: true }).click();
        const names = new Map((await get("/collections/communes/columns?properties=nom")).colonnes.code.map((code, i) => [code, i]));
        const all = (await get("/collections/communes/columns?properties=nom")).colonnes.nom;
        await panel(page).locator(`.evidence[data-code="${one.code}"]`).waitFor();
        for (const claim of one.pretendants)
            await checkWords(page, [claim.nom, title(claim.statut), `à ${french(claim.minutes_pole)} min de ${all[names.get(claim.pole)]}`,
                claim.touche ? "touche ses autres communes" : "ne touche aucune"], ".evidence");
        const rows = Object.fromEntries(await panel(page).locator(".evidence tbody tr").evaluateAll((lines) =>
            lines.map((line) => [line.cells[0].innerText.trim(), [...line.cells].slice(1).map((cell) => cell.innerText.trim())])));
        assert.deepEqual(rows["Part revendiquée"].map(plain), one.pretendants.map((claim) => percent(claim.part)));
        assert.deepEqual(rows["Trajet jusqu’à elle"].map(plain), one.pretendants.map((claim) => `${french(claim.minutes_pole)} min`));
        for (const grouping of study.groupements)
            assert.deepEqual(rows[`Majorité – ${grouping.titre}`], one.pretendants.map((claim) => (one.majorites[grouping.id] === claim.id ? "oui" : "non")), grouping.id);
        await look(page, "evidence", EVERY);
        await picture(page, "urps-2-communes-disputees");
        await page.goBack();
        await until(() => panel(page).locator(".evidence").count(), 0, "the back button goes back to the list");
        checkQuiet(page);
    },

    async "comments: what is typed is kept, answers come by themselves, conversations are settled and withdrawn"() {
        const page = await open("?panneau=disputees&disputee=96023");
        const area = panel(page).getByLabel("Écrire un commentaire");
        await area.fill("Les médecins de Chantelune <b>préfèrent</b> le Nord.");
        await page.reload();
        await mapIdle(page);
        assert.equal(await area.inputValue(), "Les médecins de Chantelune <b>préfèrent</b> le Nord.", "kept over a reload");
        await button(page, "Envoyer").click();
        const read = async () => (await get("/comments?commune=96023")).commentaires;
        await until(async () => (await read()).map((one) => one.texte), ["Les médecins de Chantelune <b>préfèrent</b> le Nord."], "the service has it");
        await until(() => texts(panel(page).locator(".said")), ["Les médecins de Chantelune <b>préfèrent</b> le Nord."], "text stays text");
        assert.equal(await area.inputValue(), "");
        const [first] = await read();
        await act("planificateur", "POST", "/comments", { commune: "96023", texte: "Vu avec eux mardi.", reponse_a: first.id });
        await until(() => texts(panel(page).locator(".comment.answer .said")), ["Vu avec eux mardi."], "an answer comes without reloading");
        await checkWords(page, ["Commentaires (1 ouvert)", "relecteur", "planificateur"], ".comments");
        await look(page, "comments");
        assert.equal(await button(page, "Marquer comme réglé").count(), 0, "a planner settles");
        const planner = await open("?panneau=disputees&disputee=96023", "planificateur");
        await button(planner, "Marquer comme réglé").click();
        await until(async () => (await read())[0].regle_par, "planificateur", "settled");
        await panel(page).getByText("Réglé par planificateur").waitFor();
        await button(planner, "Rouvrir").click();
        await until(async () => (await read())[0].regle, null, "open again");
        checkQuiet(planner);
        await button(page, "Retirer").first().click();
        await page.getByRole("dialog").getByRole("button", { name: "Retirer", exact: true }).click();
        await until(async () => Boolean((await read())[0].retire), true, "withdrawn");
        await panel(page).getByText("Commentaire retiré").first().waitFor();
        assert.equal((await read())[1].retire, null, "the answer of the other stays");

        await page.goto(`${service.url}/carte?panneau=activite&onglet=commentaires`);
        await until(() => texts(panel(page).locator(".thread h3")), ["Chantelune"], "listed under what it is about");
        await look(page, "activity");
        checkQuiet(page);
    },

    async "a perimeter among other groupings: shares both ways, in words and on the map"() {
        const page = await open("?panneau=comparaison&perimetre=cpts-nord");
        const inside = new Set((await get("/perimeters/cpts-nord")).membres.map((one) => one.code));
        const people = (await get("/collections/communes/columns?properties=population")).colonnes;
        const of = new Map(people.code.map((code, i) => [code, people.population[i]]));
        const sum = (codes) => codes.reduce((all, code) => all + of.get(code), 0);
        for (const id of ["epci", study.groupements.find((one) => one.id !== "epci").id]) {
            await panel(page).getByLabel("Découpage").selectOption(id);
            const { titre, groupes } = await get(`/groupings/${id}`);
            const met = groupes.map((one) => ({ ...one, dedans: one.codes.filter((code) => inside.has(code)) })).filter((one) => one.dedans.length)
                .sort((a, b) => sum(b.dedans) - sum(a.dedans));
            const whole = met.filter((one) => one.dedans.length === one.codes.length).length;
            await until(() => texts(panel(page).locator("tr[data-id]")), met.map((one) => plain(`${one.nom}${one.dedans.length === one.codes.length ? " entier" : ""} `
                + `${one.dedans.length} / ${one.codes.length} ${percent(sum(one.dedans) / sum(one.codes))} ${percent(sum(one.dedans) / sum([...inside]))}`)), `${id}: shares`);
            const sentence = (await texts(panel(page).locator(".summary strong")))[0];
            assert.equal(sentence, whole && met.length > whole ? `${titre} : ce périmètre en réunit ${whole} en entier et ${met.length - whole} en partie.`
                : whole ? `${titre} : ce périmètre en réunit ${whole} en entier.` : `${titre} : ce périmètre en recoupe ${met.length}, sans en réunir en entier.`);
            const borders = await rendered(page, `revue-comparaison-liseres-contexte-${id}`);
            assert.deepEqual([...new Set(borders.map((one) => one.properties.id))].sort(), met.map((one) => one.id).sort(), `${id}: outlined`);
        }
        const colours = await painted(page, "comparaison");
        assert.deepEqual(Object.keys(colours).filter((code) => colours[code]).sort(), [...inside].filter((code) => code in colours).sort());
        await look(page, "compare", EVERY);
        await picture(page, "urps-4-comparer");
        checkQuiet(page);
    },

    async "files: initiatives, contested communes and findings, for spreadsheets and programs"() {
        const page = await open("?panneau=initiatives&tri=population-desc");
        const all = cli("list", "--kind", "cpts").sort((a, b) => b.population - a.population);
        const csv = await download(page, () => panel(page).locator('[data-export="initiatives-csv"]').click());
        assert.equal(csv.name, `initiatives-${study.id}-${study.date}.csv`);
        assert.equal(csv.text[0], "\uFEFF");
        const lines = csv.text.slice(1).trimEnd().split("\r\n").map((line) => line.split(";"));
        assert.deepEqual(lines[0].slice(0, 4), ["id", "nom", "genre", "statut"]);
        const at = lines[0].indexOf("population");
        assert.deepEqual(lines.slice(1).map((line) => [line[0], Number(line[at])]).sort(), all.map((one) => [one.id, one.population]).sort());
        const json = await download(page, () => panel(page).locator('[data-export="initiatives-json"]').click());
        assert.deepEqual(JSON.parse(json.text).map((one) => one.id).sort(), all.map((one) => one.id).sort());

        await page.locator("#rail button", { hasText: "Télécharger" }).click();
        const findings = cli("findings", "--kind", "cpts");
        await panel(page).getByRole("button", { name: "Préparer la liste" }).first().click();
        const file = await download(page, () => panel(page).locator('[data-export="constats-json"]').click());
        assert.deepEqual(JSON.parse(file.text).map((one) => one.constat).sort(), findings.map((one) => one.constat).sort());
        await panel(page).getByRole("button", { name: "Préparer la liste" }).click();
        const contested = await download(page, () => panel(page).locator('[data-export="communes-disputees-plain"]').click());
        assert.equal(contested.text.trimEnd().split("\r\n").length, 1 + cli("contested").reduce((sum, one) => sum + one.pretendants.length, 0));
        const links = await panel(page).locator(".layer-links li").count();
        assert.equal(links, (await get("/layers")).couches.length, "each layer");
        const layer = await download(page, () => panel(page).getByRole("link", { name: "CPTS – CSV", exact: true }).click());
        assert.equal(layer.text.trimEnd().split("\n").length, 1 + cli("list", "--kind", "cpts").filter((one) => one.statut !== "").length, "the layer as the account sees it");
        await look(page, "downloads");
        checkQuiet(page);
    },

    async "what others do comes without reloading"() {
        const page = await open("?panneau=activite");
        const before = (await get("/perimeters/cpts-sud")).etat;
        await act("planificateur", "POST", "/changes", { id: "aa".repeat(16), scenario: "", motif: "réunion du 3 mai", vu: { "cpts-sud": before },
            gestes: [{ geste: "rename", perimetre: "cpts-sud", nom: "CPTS du Grand Sud" }] });
        await until(async () => (await texts(panel(page).locator("[data-change]").first().locator(".said")))[0], "réunion du 3 mai", "the change and its reason");
        await checkWords(page, ["planificateur", "a modifié", "CPTS du Grand Sud"], "[data-change]");
        await panel(page).locator("[data-change]").first().getByRole("button", { name: /Voir ce qui a changé/ }).click();
        await panel(page).getByText("Nom : CPTS du Sud valmorien").waitFor();
        await page.locator("#rail button", { hasText: "Initiatives" }).click();
        await panel(page).getByRole("button", { name: "CPTS du Grand Sud" }).waitFor();
        await act("planificateur", "POST", "/undo", { perimetre: "cpts-sud", motif: "" });
        await panel(page).getByRole("button", { name: "CPTS du Sud valmorien" }).waitFor();
        checkQuiet(page);
    },

    async "seen by the public: nothing of a draft is left on the page, tiles included"() {
        const page = await open("?panneau=initiatives&couche=cpts&propriete=statut");
        await page.locator(".account summary").click();
        await checkAxe(page, { within: "#bar" });
        await page.getByRole("button", { name: "Vu par le public" }).click();
        await page.getByText("Vous voyez ce que voit le public.").waitFor();
        await mapIdle(page);
        assert.equal(await page.locator("#rail button", { hasText: "Initiatives" }).isVisible(), false);
        const published = new Set(study.statuts.filter((one) => one.public).map((one) => one.id));
        const seen = (await rendered(page, "couche-cpts")).map((one) => one.properties.statut);
        assert.ok(seen.length > 0 && seen.every((status) => published.has(status)), `${[...new Set(seen)]}`);
        await look(page, "public-eye");
        await page.getByRole("button", { name: "Revenir à mon compte" }).click();
        await panel(page).getByRole("button", { name: "CPTS Cols et Causses" }).waitFor();
        checkQuiet(page);
    },

    async "faults say what to do, and nothing typed is lost"() {
        const page = await open("?panneau=initiatives&initiative=cpts-nord");
        const area = panel(page).getByLabel("Écrire un commentaire");
        await area.fill("Écrit pendant une panne.");
        await page.context().setOffline(true);
        await button(page, "Envoyer").click();
        await panel(page).getByText("Votre texte est gardé ici ; envoyez-le").waitFor();
        await checkWords(page, ["ce qui n’est pas enregistré est gardé ici"], ".messages");
        assert.equal(await area.inputValue(), "Écrit pendant une panne.");
        await page.context().setOffline(false);
        await page.reload();
        await mapIdle(page);
        assert.equal(await area.inputValue(), "Écrit pendant une panne.");
        await act("relecteur", "GET", "/session");
        await page.context().clearCookies();
        await button(page, "Envoyer").click();
        await page.locator(".messages").getByText("La session est finie").waitFor();
        await page.locator(".messages").getByRole("button", { name: "Se connecter" }).click();
        await page.getByLabel("Jeton d’accès").fill(service.tokens.relecteur);
        await page.getByRole("dialog").getByRole("button", { name: "Se connecter" }).click();
        await until(() => page.getByRole("dialog").count(), 0, "logged in again");
        await until(() => area.inputValue(), "Écrit pendant une panne.", "kept over a session");
        await button(page, "Envoyer").click();
        await until(async () => (await get("/comments?perimetre=cpts-nord")).commentaires.map((one) => one.texte), ["Écrit pendant une panne."], "sent once");
        const loud = noticed(page).console.filter((text) => !/ERR_INTERNET_DISCONNECTED|Failed to load resource|EventSource|AJAXError|Failed to fetch/.test(text));
        assert.deepEqual(loud, []);
    },
});
