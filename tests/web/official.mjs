/* The elected official's journey: a name is typed, one plain page tells what the service knows, it prints on one sheet and
 * is given away as a link. What is read is held against the answers of the service. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import path from "node:path";
import { BUILD, checkAxe, checkBoxes, checkCanvas, checkQuiet, checkWords, login, main, mapIdle, picture, rendered, shot, start } from "./kit.mjs";

const service = await start();
const { features } = JSON.parse(await (await fetch(`${service.url}/collections/communes/items?limit=1000&skipGeometry=true&f=json`)).text());
const codes = features.map((one) => one.properties.code);
const cards = new Map();
for (const code of codes) cards.set(code, await service.get(`/communes/${code}`));

const french = (value, digits = 0) => new Intl.NumberFormat("fr-FR", { maximumFractionDigits: digits }).format(value);
const day = (iso) => new Intl.DateTimeFormat("fr-FR", { day: "numeric", month: "long", year: "numeric" }).format(new Date(`${iso}T12:00:00`)).replace(/^1 /, "1er ");
const plain = (text) => text.replace(/[\s\u00a0\u202f]+/g, " ");
/** The card that says most of what `f` counts. */
const most = (f) => [...cards.values()].sort((a, b) => f(b) - f(a) || a.code.localeCompare(b.code))[0];

const across = most((c) => c.services.filter((s) => s.lieu?.autre_departement).length);
const island = most((c) => c.services.filter((s) => s.minutes === null).length);
const priority = [...cards.values()].find((c) => c.zonage?.classe_calculee === "ZIP");
const rich = most((c) => 3 * c.cpts.length + c.autres.length);
const longest = most((c) => JSON.stringify([c.services, c.autres, c.cpts, c.zonage]).length);

/** `change` makes another card of the one that the service tells. */
async function open(code, size = "laptop", change = null) {
    const page = await service.page(size);
    if (change)
        await page.route(`**/communes/${code}?*`, async (route) => {
            const answer = await route.fetch();
            await route.fulfill({ response: answer, json: change(await answer.json()) });
        });
    await page.goto(`${service.url}/ma-commune/${code}`);
    await page.waitForSelector("main:not([aria-busy])");
    return page;
}

/** A study with twice the services, long names, and three communities. */
function swell(card) {
    const longer = (one) => ({ ...one, titre: `${one.titre} et soins de premier recours`, lieu: one.lieu && { ...one.lieu, nom: `Maison de santé pluriprofessionnelle de ${one.lieu.nom}` } });
    const cpts = [1, 2, 3].map((n) => ({ id: `c${n}`, nom: `Communauté des vallées et des plateaux no ${n}`, statut: "en-fonctionnement", contact: `contact-${n}@communaute-des-vallees.example` }));
    return { ...card, services: [...card.services, ...card.services.map(longer)], autres: [...card.autres, ...card.autres.map(longer)], cpts };
}

async function openWithMap(code, size, change) {
    const page = await open(code, size, change);
    await page.waitForSelector(".map button, .map-figure button:not([hidden])");
    await mapIdle(page);
    return page;
}

/* What the acronyms of the page mean: each must be said where it is used. */
const MEANINGS = {
    CPTS: "communauté professionnelle territoriale de santé", ARS: "agence régionale de santé", APL: "accessibilité potentielle localisée",
    URPS: "union régionale des professionnels de santé", DREES: "service des statistiques du ministère de la santé",
    INSEE: "institut national de la statistique", CC0: "données libres de droits", ZIP: "zone d’intervention prioritaire",
};

function minutesAre(row, minutes) {
    const told = minutes === null ? "hors d’atteinte" : minutes < 1 ? "moins d’une minute" : `${Math.round(minutes)} minute`;
    assert.ok(row.includes(told), `“${row}” does not say ${told}`);
}

async function holdsCard(page, card) {
    await checkWords(page, [card.nom, `${french(card.population)} habitants`]);
    const rows = (await page.locator(".services tbody tr, .others tbody tr").allInnerTexts()).map(plain);
    const wanted = [...card.services, ...card.autres];
    assert.equal(rows.length, wanted.length);
    wanted.forEach((one, i) => {
        assert.ok(rows[i].includes(plain(one.titre)), `${rows[i]}: ${one.titre}`);
        minutesAre(rows[i], one.minutes);
        if (!one.lieu) return;
        const where = one.lieu.code_commune === card.code ? "dans la commune" : one.lieu.commune;
        for (const word of [one.lieu.nom === one.lieu.commune ? where : one.lieu.nom, where]) assert.ok(rows[i].includes(plain(word)), `${rows[i]}: ${word}`);
        assert.equal(rows[i].includes("dans un autre département"), one.lieu.autre_departement === true, rows[i]);
    });
    for (const { minutes, population } of card.habitants_a)
        await checkWords(page, [`${minutes} minutes au plus`, population === null ? "" : french(population)], ".people");
    if (card.zonage) await checkWords(page, [french(card.zonage.apl, 1), french(card.zonage.seuil, 1), day(card.zonage.depuis), card.zonage.titre], ".zone");
    for (const one of card.cpts) await checkWords(page, [one.nom, one.contact ?? "union régionale des professionnels de santé"], ".cpts");
    for (const one of card.sources) await checkWords(page, [one.name, day(one.vintage)], ".sources");
}

const verdict = { ZIP: "Oui", vivier: "Pas au point", HZ: "Non" };

await main({
    async "a name leads to its page, by keyboard alone"() {
        const page = await service.page("phone");
        await page.goto(`${service.url}/ma-commune`);
        await page.waitForSelector("main:not([aria-busy])");
        await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "combobox");
        await checkBoxes(page);
        await checkAxe(page);
        await shot(page, "elu-recherche");
        await page.keyboard.type(priority.nom.toLowerCase().slice(0, 5));
        await page.waitForSelector('[role="option"]');
        await checkAxe(page);
        const texts = await page.locator('[role="option"]').allInnerTexts();
        for (let i = 0; i <= texts.findIndex((text) => text.startsWith(priority.nom)); i++) await page.keyboard.press("ArrowDown");
        await picture(page, "elus-1-recherche", { size: { width: 1200, height: 480 } });
        await page.keyboard.press("Enter");
        await page.waitForURL(`**/ma-commune/${priority.code}`);
        await checkWords(page, [priority.nom]);
        checkQuiet(page);
    },

    async "the page says what the service knows: across the border, on an island, where doctors are wanting"() {
        for (const card of [across, island, priority, rich]) {
            const page = await open(card.code);
            await holdsCard(page, card);
            if (card.zonage) await checkWords(page, [verdict[card.zonage.classe_calculee]], ".verdict");
            checkQuiet(page);
            await page.context().close();
        }
        assert.ok(across.services.some((one) => one.lieu?.autre_departement));
        assert.ok(island.services.some((one) => one.minutes === null));
    },

    async "no acronym without its meaning"() {
        for (const card of [priority, rich, island]) {
            const page = await open(card.code);
            const text = plain(await page.locator("main").innerText());
            for (const word of new Set(text.match(/\b[A-Z]{2,}\d?\b/g)))
                assert.ok(MEANINGS[word] && text.includes(MEANINGS[word]), `${word} is not explained on the page of ${card.nom}`);
            const head = plain(await page.locator(".head").innerText());
            if (head.includes("CPTS")) assert.ok(head.indexOf(MEANINGS.CPTS) < head.indexOf("CPTS"), head);
            await page.context().close();
        }
    },

    async "every size can be read by everybody"() {
        const page = await openWithMap(rich.code);
        const legible = async () => {
            await checkBoxes(page);
            await checkAxe(page);
        };
        await shot(page, "elu-commune", { at: legible });
        await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
        await checkBoxes(page);
        await page.evaluate(() => (document.documentElement.style.fontSize = ""));
        await page.locator(".map-table summary").click();
        await legible();
        await picture(page, "elus-2-commune", { size: { width: 1200, height: 900 } });
        checkQuiet(page);
    },

    async "the map has five classes at most, in words, and a table that says the same"() {
        const page = await openWithMap(across.code, "phone");
        await checkCanvas(page, { least: 3 });
        const drawn = await rendered(page, "theme-surface");
        assert.ok(drawn.some((one) => one.properties.code === across.code));
        assert.ok((await rendered(page, "reperes-numero")).length > 0, "places have numbers");
        const classes = (await page.locator(".legend li").allInnerTexts()).filter((text) => /^\s*(\d+|plus de|moins de)\D/.test(text) && text.includes("minutes"));
        assert.ok(classes.length >= 3 && classes.length <= 5, classes.join(" · "));
        await page.locator(".map-table summary").click();
        const rows = (await page.locator(".map-table tbody tr").allInnerTexts()).map(plain);
        assert.equal(rows.length, across.voisins.length + 1);
        for (const neighbour of across.voisins) {
            const { services } = cards.get(neighbour.code);
            minutesAre(rows.find((row) => row.startsWith(plain(neighbour.nom))), services[0].minutes);
        }
        const where = () => page.evaluate(() => window.maille.view.map.getCenter().lng);
        const before = await where();
        const box = await page.locator(".drawing").boundingBox();
        const drag = async () => {
            await page.mouse.move(box.x + 80, box.y + 80);
            await page.mouse.down();
            await page.mouse.move(box.x + 200, box.y + 120, { steps: 4 });
            await page.mouse.up();
            await mapIdle(page);
        };
        await page.locator(".drawing").scrollIntoViewIfNeeded();
        Object.assign(box, await page.locator(".drawing").boundingBox());
        await drag();
        assert.equal(await where(), before, "a still map stays where it is");
        await page.getByRole("button", { name: "Déplacer la carte" }).click();
        Object.assign(box, await page.locator(".drawing").boundingBox());
        await drag();
        assert.notEqual(await where(), before, "a map that may move is moved");
        checkQuiet(page);
    },

    async "it prints on one sheet of A4, whole, with its map"() {
        const folder = path.join(BUILD, "web-shots");
        fs.mkdirSync(folder, { recursive: true });
        for (const [card, size, change] of [[longest, "laptop"], [rich, "phone"], [priority, "laptop"], [longest, "laptop", swell]]) {
            const page = await openWithMap(card.code, size, change);
            const file = path.join(folder, `elu-${card.code}-${size}${change ? "-long" : ""}.pdf`);
            await page.pdf({ path: file, preferCSSPageSize: true });
            const text = fs.readFileSync(file).toString("latin1");
            assert.equal(text.match(/\/Type\s*\/Page\b/g).length, 1, `${card.nom} takes more than a page`);
            assert.match(text, /\/MediaBox\s*\[\s*0 0 59[45]\.?\d* 84[12]\.?\d*\s*\]/);
            assert.match(text, /\/Subtype\s*\/Image/, "the map is printed");
            try {
                execFileSync("pdftoppm", ["-r", "80", "-png", file, file.replace(".pdf", "")], { stdio: "ignore" });
            } catch {
                /* only for who wants to look at it */
            }
            await page.emulateMedia({ media: "print" });
            await page.setViewportSize({ width: 703, height: 1032 }); /* A4 within its margins */
            await checkBoxes(page);
            await page.context().close();
        }
    },

    async "the link is copied, or shown where it cannot be"() {
        const page = await open(priority.code);
        await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: service.url });
        await page.getByRole("button", { name: "Partager le lien" }).click();
        await page.waitForSelector(".message");
        const url = `${service.url}/ma-commune/${priority.code}`;
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), url);
        await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
        await page.getByRole("button", { name: "Partager le lien" }).click();
        assert.equal(await page.locator("dialog input").inputValue(), url);
        await checkAxe(page);
        checkQuiet(page);
    },

    async "a code that is none says so and helps; a former one leads to its heir"() {
        const page = await open("00000");
        await checkWords(page, ["Cette commune n’est pas ici", "00000"]);
        await checkAxe(page);
        checkQuiet(page, [/404/]);
        const former = await open("96290");
        const [heir] = (await service.get("/communes?q=96290")).communes;
        await former.getByRole("link", { name: heir.nom }).click();
        await former.waitForURL(`**/ma-commune/${heir.code}`);
        await checkWords(former, [heir.nom]);
    },

    async "without WebGL all is told but the drawing"() {
        const page = await service.page("phone");
        await page.addInitScript(() => {
            const original = HTMLCanvasElement.prototype.getContext;
            HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
                return /webgl/.test(kind) ? null : original.call(this, kind, ...rest);
            };
        });
        await page.goto(`${service.url}/ma-commune/${across.code}`);
        await page.waitForSelector(".map.none");
        await holdsCard(page, across);
        assert.equal(await page.locator(".map-table").getAttribute("open"), "");
        await checkBoxes(page);
        await checkAxe(page);
    },

    async "an account sees what everybody sees here"() {
        const page = await service.page("laptop");
        await login(page, "planificateur");
        const all = await service.get("/members?kind=cpts", "planificateur");
        const drafts = all.perimetres.filter((one) => !["contractualisee", "en-fonctionnement"].includes(one.statut));
        assert.ok(drafts.length > 0, "there are drafts to hide");
        await page.goto(`${service.url}/ma-commune/${rich.code}`);
        await page.waitForSelector("main:not([aria-busy])");
        await holdsCard(page, rich);
        const text = await page.locator("main").innerText();
        for (const one of drafts) assert.ok(!text.includes(one.nom), one.nom);
    },

    async "English tells the same"() {
        const page = await open(`${rich.code}?langue=en`);
        await checkWords(page, [rich.nom, "The nearest care", `${new Intl.NumberFormat("en-GB").format(rich.population)} inhabitants`]);
        await checkAxe(page);
        checkQuiet(page);
    },
});
