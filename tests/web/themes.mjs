/* Themes of the map: what is painted is what the legend says and the service tells; a layer that is added to layers/ appears; the
 * table and the map are one; travel times follow the pointer. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import path from "node:path";
import { checkAxe, checkBoxes, checkCanvas, checkQuiet, checkWords, login, main, maille, mapIdle, rendered, roles, shot, SOURCE, start } from "./kit.mjs";

const service = await start();
const catalogue = await service.get("/layers");
const layerOf = (id) => catalogue.couches.find((one) => one.id === id);
const columnsOf = async (id, names, role) => (await service.get(`/collections/${id}/columns?properties=${names}&skipGeometry=false`, role)).colonnes;
const french = (value, digits = 0) => new Intl.NumberFormat("fr-FR", { maximumFractionDigits: digits }).format(value);
const plain = (text) => text.replace(/[\s\u00a0\u202f]+/g, " ").trim();

async function open(query, size = "laptop", role = null) {
    const page = await service.page(size);
    if (role) await login(page, role);
    await page.goto(`${service.url}/carte?${query}`);
    await mapIdle(page);
    return page;
}

/* ---- what is painted ---- */

/** The colour of the map at each place, "#rrggbb" (null: not on the screen), without names, borders and hatches. */
async function painted(page, places) {
    await mapIdle(page);
    return page.evaluate((points) => new Promise((done) => {
        const { map } = window.maille.view;
        for (const id of map.getLayersOrder())
            if (map.getLayer(id).type === "symbol" || map.getLayer(id).type === "line" || /trame/.test(id)) map.setLayoutProperty(id, "visibility", "none");
        map.once("idle", () => {
            map.once("render", () => {
                const canvas = map.getCanvas();
                const gl = canvas.getContext("webgl2");
                done(points.map((place) => {
                    const { x, y } = map.project(place);
                    if (x < 2 || y < 2 || x > canvas.width - 2 || y > canvas.height - 2) return null;
                    const pixel = new Uint8Array(4);
                    gl.readPixels(Math.round(x), canvas.height - Math.round(y), 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
                    return `#${[...pixel.slice(0, 3)].map((one) => one.toString(16).padStart(2, "0")).join("")}`;
                }));
            });
            map.triggerRepaint();
        });
        map.triggerRepaint();
    }), places);
}

const hex = (rgb) => `#${rgb.match(/\d+/g).slice(0, 3).map((one) => Number(one).toString(16).padStart(2, "0")).join("")}`;
/* Of each row of the legend in the corner: its colour, its words, its counts. */
async function legend(page) {
    await page.waitForSelector("#corner .legend-rows .legend-count");
    return page.$$eval("#corner .legend-rows li", (rows) => rows.map((row) => ({ colour: getComputedStyle(row.querySelector(".swatch")).backgroundColor,
        title: row.querySelector(".legend-title").textContent, count: row.querySelector(".legend-count")?.textContent })))
        .then((rows) => rows.map((row) => ({ ...row, colour: hex(row.colour), count: plain(row.count ?? "") })));
}

/* Each commune has the colour of the row that `classOf` names; each row counts what it holds. */
async function agree(page, values, classOf) {
    const rows = await legend(page);
    const places = values.code.map((_, i) => [values.lon[i], values.lat[i]]);
    const colours = await painted(page, places);
    let seen = 0;
    values.code.forEach((code, i) => {
        const row = rows[classOf(values.value[i])];
        if (colours[i] === null) return;
        assert.equal(colours[i], row.colour, `${code}, ${values.value[i]}: ${row.title}`);
        seen++;
    });
    assert.ok(seen > 0.8 * values.code.length, `${seen} communes on the screen`);
    rows.forEach((row, k) => {
        const own = values.code.map((_, i) => i).filter((i) => classOf(values.value[i]) === k);
        const people = own.reduce((sum, i) => sum + (values.population[i] ?? 0), 0);
        assert.ok(row.count.startsWith(own.length ? `${own.length} · ${plain(french(people))}` : "0"), `${row.title}: ${row.count}, not ${own.length} ${people}`);
    });
    return rows;
}

async function valuesOf(layer, property) {
    const { code, population, lon, lat, ...rest } = await columnsOf(layer, `code,population,${property}`);
    return { code, population, lon, lat, value: rest[property] };
}

/* ---- the panel ---- */

const definitions = process.env.MAILLE_LAYERS ?? path.join(SOURCE, "layers");
/** A copy of the definitions with one more layer: the gaps by inhabitants, those that are enclosed as if masked. */
function moreLayers() {
    const folder = path.join(service.folder, "layers");
    fs.cpSync(definitions, folder, { recursive: true });
    const yaml = fs.readFileSync(path.join(definitions, "cpts-zones-blanches.yaml"), "utf8");
    const legendAt = yaml.indexOf("legend:");
    const own = yaml.slice(0, legendAt).replace("id: cpts-zones-blanches", "id: essai-trous").replace("{fr: Zones blanches, en: Gaps}\ndescription", "{fr: Trous de la carte, en: Holes}\ndescription")
        .replace("name: enclavee", "name: masque").replace("property: enclavee", "property: masque");
    fs.writeFileSync(path.join(folder, "essai-trous.yaml"), `${own}legend:\n  title: {fr: Habitants du trou, en: Inhabitants}\n  property: population\n  missing: "#bdbdbd"\n  entries:\n`
        + `    - {upto: 1000, colour: "#ffff00", title: {fr: peu, en: few}}\n    - {colour: "#ff0000", title: {fr: beaucoup, en: many}}\n`);
    return folder;
}

await main({
    async "a first visit sees the perimeters by status, with names"() {
        const page = await open("");
        const perimeters = await columnsOf("cpts", "id,nom,statut,population");
        const shown = await rendered(page, "theme-surface");
        assert.deepEqual(shown.map((one) => one.id).sort(), [...perimeters.id].sort());
        await page.waitForFunction(() => window.maille.view.map.getLayer("theme-noms"));
        const names = (await rendered(page, "theme-noms")).map((one) => one.properties.nom).sort();
        assert.deepEqual(names, [...perimeters.nom].sort());
        const rows = await legend(page);
        const entries = layerOf("cpts").legendes[0].entrees.filter((one) => perimeters.statut.includes(one.valeur));
        assert.deepEqual(rows.map((row) => [row.title, row.colour]), entries.map((one) => [one.titre, one.couleur]));
        await checkCanvas(page);
        await shot(page, "themes-ouverture", { only: ["laptop", "phone"], at: async () => (await checkBoxes(page), await checkAxe(page)) });
        await page.setViewportSize({ width: 390, height: 844 });
        await page.reload();
        await mapIdle(page);
        assert.equal(await page.locator("#corner .legend").getAttribute("open"), null, "collapsed on a phone");
        checkQuiet(page);
    },

    async "logging in shows what the account sees, without loading the page again"() {
        const page = await open("");
        const own = await columnsOf("cpts", "id", "lecteur");
        const before = await rendered(page, "theme-surface");
        assert.ok(before.length < own.id.length);
        await page.evaluate(() => (window.stays = true));
        await page.getByRole("button", { name: "Se connecter" }).click();
        await page.locator("#jeton").fill(service.tokens.lecteur);
        await page.keyboard.press("Enter");
        await page.waitForFunction((count) => window.maille.catalogue.couches.find((one) => one.id === "cpts").objets === count, own.id.length);
        /* the tiles of the account are on their way */
        await page.waitForFunction((count) => new Set(window.maille.view.map.queryRenderedFeatures({ layers: ["theme-surface"] }).map((one) => one.id)).size === count, own.id.length, { timeout: 45000 });
        assert.deepEqual((await rendered(page, "theme-surface")).map((one) => one.id).sort(), [...own.id].sort());
        assert.ok(await page.evaluate(() => window.stays));
        checkQuiet(page, [/401/]);
    },

    async "colours are those of the rule set's classes, bounds included"() {
        const page = await open("couche=couverture&propriete=maternite_min");
        const values = await valuesOf("couverture", "maternite_min");
        const own = layerOf("couverture").legendes.find((one) => one.propriete === "maternite_min");
        const bounds = own.entrees.map((one) => one.jusqua ?? Infinity);
        const rows = await agree(page, values, (value) => (value === null ? bounds.length : bounds.findIndex((bound) => value <= bound)));
        assert.deepEqual(rows.slice(0, -1).map((row) => row.colour), own.entrees.map((one) => one.couleur));
        assert.equal(rows.at(-1).title, "sans valeur");
        await checkWords(page, ["Source : Région fictive", own.titre], "#corner");
        /* what has no value is hatched, never plain */
        await page.evaluate(() => window.maille.view.map.setLayoutProperty("theme-trame", "visibility", "visible"));
        const missing = (await rendered(page, "theme-trame")).map((one) => one.id).sort();
        assert.deepEqual(missing, values.code.filter((_, i) => values.value[i] === null).sort());
        assert.ok(missing.length > 0);
    },

    async "quantiles hold as many communes each; natural breaks are tighter than they"() {
        const values = await valuesOf("accessibilite", "medecin_generaliste_apl");
        const known = values.value.filter((value) => value !== null).sort((a, b) => a - b);
        const spread = {};
        for (const method of ["quantiles", "jenks"]) {
            const page = await open(`couche=accessibilite&panneau=couches&classes=${method}-4`);
            /* the bounds as they are told, in the legend's words: "2,1 à 3,4" */
            const rows = await legend(page);
            const uppers = rows.slice(0, 3).map((row) => Number(row.title.match(/([\d,]+)(?: ou moins)?$/)[1].replace(",", ".")));
            const classOf = (value) => (value === null ? 4 : [...uppers, Infinity].findIndex((bound) => value <= bound));
            await agree(page, values, classOf);
            if (method === "quantiles")
                for (const [k, bound] of uppers.entries()) assert.equal(known.filter((value) => value <= bound).length >= ((k + 1) * known.length) / 4, true);
            spread[method] = [0, 1, 2, 3].reduce((sum, k) => {
                const own = known.filter((value) => classOf(value) === k);
                const mean = own.reduce((a, b) => a + b, 0) / own.length;
                return sum + own.reduce((a, b) => a + (b - mean) ** 2, 0);
            }, 0);
            const people = values.value.map((value, i) => (value === null ? 0 : values.population[i]));
            const mean = values.value.reduce((sum, value, i) => sum + (value ?? 0) * people[i], 0) / people.reduce((a, b) => a + b, 0);
            await checkWords(page, [`Moyenne par habitant : ${french(mean, 2)}`], "#panel");
            assert.equal(await page.locator("#panel .histogram rect").count() > 4, true);
            checkQuiet(page);
        }
        assert.ok(spread.jenks < spread.quantiles);
    },

    async "the address holds what is shown; back comes back"() {
        const page = await open("panneau=couches");
        await page.locator("#panel details[data-couche=couverture] > summary").click();
        await page.getByLabel(`Colorer : ${layerOf("couverture").legendes[0].titre}`, { exact: true }).check();
        assert.match(page.url(), /couche=couverture/);
        await page.locator("#panel details[data-couche=etablissements] > summary").click();
        await page.locator("#panel input[data-over=lieux][value=etablissements]").check();
        assert.match(page.url(), /lieux=etablissements/);
        assert.ok((await rendered(page, "lieux-etablissements")).length > 5);
        await page.getByLabel("Découpage en classes").selectOption("jenks");
        assert.match(page.url(), /classes=jenks-5/);
        const link = page.url();
        await page.goBack();
        await page.goBack();
        assert.equal((await rendered(page, "lieux-etablissements")).length, 0);
        await page.goBack();
        assert.ok(await page.locator("#panel input[data-theme='cpts/statut']").isChecked());
        await page.goto(link);
        await mapIdle(page);
        assert.ok((await rendered(page, "lieux-etablissements")).length > 5);
        assert.equal(await page.getByLabel("Découpage en classes").inputValue(), "jenks");
        await shot(page, "themes-couches", { only: ["laptop", "phone"], at: async () => (await checkBoxes(page), await checkAxe(page)) });
        checkQuiet(page);
    },

    async "a layer that is added to layers/ appears, without a word in the map's code"() {
        const before = process.env.MAILLE_LAYERS;
        process.env.MAILLE_LAYERS = moreLayers();
        const copy = path.join(service.folder, "copie.maille");
        maille("backup", "-w", service.workspace, "--out", copy);
        for (const role of roles) maille("token", "revoke", role, "-w", copy);
        const more = await start({ workspace: copy }).finally(() => (before ? (process.env.MAILLE_LAYERS = before) : delete process.env.MAILLE_LAYERS));
        const page = await more.page("laptop");
        await page.goto(`${more.url}/carte?panneau=couches`);
        await mapIdle(page);
        await page.locator("#panel details[data-couche=essai-trous] > summary").click();
        await page.getByLabel("Colorer : Habitants du trou").check();
        await page.evaluate(() => window.maille.view.fit(window.maille.study.etendue, { padding: 8 }));
        const gaps = await columnsOf("cpts-zones-blanches", "id,population,enclavee");
        assert.deepEqual((await rendered(page, "theme-surface")).map((one) => one.id).sort(), [...gaps.id].sort());
        assert.deepEqual((await rendered(page, "theme-masque")).map((one) => one.id).sort(), gaps.id.filter((_, i) => gaps.enclavee[i]).sort());
        const colours = await painted(page, gaps.lon.map((lon, i) => [lon, gaps.lat[i]]));
        const known = colours.filter((one, i) => one !== null && !gaps.enclavee[i]);
        assert.deepEqual(known, gaps.population.map((people) => (people <= 1000 ? "#ffff00" : "#ff0000")).filter((_, i) => colours[i] !== null && !gaps.enclavee[i]));
        assert.ok(known.length > 0);
        await checkWords(page, ["Habitants du trou", "beaucoup", "masqué"], "#corner");
        checkQuiet(page);
        await more.stop();
    },

    async "the table holds every row, sorted, filtered and linked with the map both ways"() {
        const page = await open("couche=couverture&propriete=maternite_min");
        const values = await columnsOf("couverture", "code,nom,population,maternite_min");
        await page.locator("#tableau").click();
        await page.waitForSelector("#drawer tbody tr");
        assert.equal(await page.locator("#drawer tbody tr").count(), Math.min(100, values.code.length));
        const header = page.locator("#drawer thead th").filter({ hasText: "Population" });
        await header.getByRole("button").click();
        assert.equal(await header.getAttribute("aria-sort"), "ascending");
        await header.getByRole("button").click();
        assert.equal(await header.getAttribute("aria-sort"), "descending");
        const first = values.population.indexOf(Math.max(...values.population));
        await checkWords(page, [values.nom[first], french(values.population[first])], "#drawer tbody tr:first-child");
        await page.locator("#drawer tbody tr").first().hover();
        const lifted = () => page.evaluate(() => JSON.stringify(window.maille.view.map.getFilter("relief") ?? null));
        assert.ok((await lifted()).includes(values.code[first]));
        await shot(page, "themes-tableau", { only: ["laptop", "phone"], at: async () => (await checkBoxes(page), await checkAxe(page)) });
        await page.getByLabel("Filtrer").fill(values.nom[3].toLowerCase().slice(0, 6));
        assert.ok((await page.locator("#drawer tbody tr").count()) < values.code.length);
        await page.locator("#drawer tbody th button", { hasText: values.nom[3] }).first().click();
        assert.match(page.url(), new RegExp(`commune=${values.code[3]}`));
        await mapIdle(page);
        const at = await page.evaluate((place) => { const { x, y } = window.maille.view.map.project(place); const box = window.maille.view.map.getContainer(); return [x / box.clientWidth, y / box.clientHeight]; }, [values.lon[3], values.lat[3]]);
        assert.ok(at.every((one) => one > 0.1 && one < 0.9), `shown at ${at}`);
        /* a click on the map brings the row */
        await page.getByLabel("Filtrer").fill("");
        const spot = await page.evaluate((place) => { const { x, y } = window.maille.view.map.project(place); const box = window.maille.view.map.getContainer().getBoundingClientRect(); return [x + box.x, y + box.y]; }, [values.lon[3], values.lat[3]]);
        await page.mouse.click(...spot);
        await page.waitForSelector("#drawer tr.selected");
        await checkWords(page, [values.nom[3]], "#drawer tr.selected");
        assert.ok(await page.locator("#drawer tr.selected").evaluate((row) => { const box = row.getBoundingClientRect(); return box.top > 0 && box.bottom <= innerHeight; }), "the row is in view");
        /* and each map has its table: places, perimeters */
        for (const [id, names] of [["etablissements", "nom,service"], ["cpts", "nom"]]) {
            await page.getByLabel("Tableau de").selectOption(id);
            const all = await columnsOf(id, names);
            const firstService = (await service.get("/study")).services[0].id;
            const wanted = all.service ? all.service.filter((one) => one === firstService).length : all.nom.length;
            await page.waitForFunction((text) => document.querySelector("#drawer .table-head .soft").textContent.replace(/\s/g, " ").endsWith(text), ` sur ${wanted}`);
        }
        checkQuiet(page);
    },

    async "travel times follow the pointer, and what is under it is what the service says"() {
        const page = await open("panneau=temps");
        const communes = await columnsOf("communes", "code,population");
        const box = await page.locator("#map").boundingBox();
        const point = () => page.evaluate(() => window.maille.view.map.getSource("trajet-point")?.serialize().data.geometry?.coordinates ?? null);
        const [x, y] = [box.x + box.width * 0.55, box.y + box.height * 0.4];
        for (let i = 0; i <= 30; i++) await page.mouse.move(x + 3 * i, y + 2 * i);
        const last = await page.evaluate(([px, py]) => window.maille.view.map.unproject([px, py]).toArray(), [x + 90 - box.x, y + 60 - box.y]);
        await page.waitForFunction(([lon, lat]) => { const at = window.maille.view.map.getSource("trajet-point")?.serialize().data.geometry?.coordinates; return at && Math.hypot(at[0] - lon, at[1] - lat) < 1e-3; }, last);
        await page.mouse.click(x, y);
        await page.waitForFunction(([lon, lat]) => { const at = window.maille.view.map.getSource("trajet-point").serialize().data.geometry.coordinates; return Math.hypot(at[0] - lon, at[1] - lat) > 1e-3; }, last);
        const [lon, lat] = await point();
        const answer = await service.get(`/isochrone?lon=${lon.toFixed(6)}&lat=${lat.toFixed(6)}`);
        /* the painter's own test of points, another than the map's */
        const people = await page.evaluate(([features, places]) => {
            const draw = document.createElement("canvas").getContext("2d");
            return features.map(({ geometry }) => {
                const shape = new Path2D();
                const at = ([x, y]) => [(x + 5) * 1e4, (y - 46) * 1e4];
                for (const rings of geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates)
                    for (const ring of rings) ring.forEach((p, i) => (i ? shape.lineTo(...at(p)) : shape.moveTo(...at(p))));
                return places.code.reduce((sum, _, i) => sum + (draw.isPointInPath(shape, ...at([places.lon[i], places.lat[i]]), "evenodd") ? places.population[i] : 0), 0);
            });
        }, [answer.features, communes]);
        assert.ok(people[2] > people[0] && people[0] >= 0);
        await page.waitForFunction((wanted) => document.querySelector("#panel .travel tbody")?.textContent.replace(/\s/g, "").includes(wanted), french(people[2]).replace(/\s/g, ""));
        await checkWords(page, people.map((one) => french(one)), "#panel .travel tbody");
        /* bands, direction and the address */
        await page.getByLabel("Minutes, séparées").fill("5; 15");
        await page.keyboard.press("Enter");
        await page.waitForFunction(() => document.querySelectorAll("#panel .travel tbody tr").length === 2);
        await page.getByLabel("Pour venir au point").check();
        assert.match(page.url(), /depart=-?[\d.]+,[\d.]+/);
        assert.match(page.url(), /sens=vers/);
        await mapIdle(page);
        await shot(page, "themes-temps", { only: ["laptop", "phone"], at: async () => (await checkBoxes(page), await checkAxe(page)) });
        /* without a pointer: the centre of the map */
        await page.getByRole("button", { name: "Depuis le centre de la carte" }).press("Enter");
        const centre = await page.evaluate(() => window.maille.view.map.getCenter().toArray());
        await page.waitForFunction(([cx, cy]) => { const at = window.maille.view.map.getSource("trajet-point").serialize().data.geometry.coordinates; return Math.hypot(at[0] - cx, at[1] - cy) < 1e-3; }, centre);
        const times = await page.evaluate(() => performance.getEntriesByName("maille:isochrone").map((one) => one.duration).sort((a, b) => a - b));
        console.log(`     isochrone under the pointer, ${times.length} answers: p50 ${times[times.length >> 1].toFixed(0)} ms, p95 ${times[Math.floor(0.95 * times.length)].toFixed(0)} ms`);
        /* closing the panel gives the theme back */
        await page.locator("#panel > header button").click();
        assert.equal((await rendered(page, "trajet")).length, 0);
        assert.ok((await rendered(page, "theme-surface")).length > 0);
        checkQuiet(page);
    },

    async "the card of a commune comes by keyboard and by pointer, with its figures and their sources"() {
        const page = await open("couche=couverture&propriete=maternite_min");
        const found = await service.get("/communes/96005");
        await page.locator("#bar [role=combobox]").fill(found.nom.slice(0, 6));
        await page.waitForSelector("#bar [role=option]");
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Enter");
        await page.waitForSelector("#panel .commune-card h3");
        await checkWords(page, [found.nom, french(found.population), ...found.cpts.map((one) => one.nom), ...found.services.map((one) => one.lieu.nom)], "#panel");
        const minutes = found.services.find((one) => one.service === "maternite").minutes;
        await checkWords(page, [`${french(minutes, 1)} min`], "#panel [data-slot=theme]");
        await page.locator("#panel .source-button").first().click();
        await page.waitForSelector("dialog .provenance:not([aria-busy])");
        await checkWords(page, ["Région fictive", "CC0"], "dialog");
        await page.keyboard.press("Escape");
        await shot(page, "themes-commune", { only: ["laptop", "phone"], at: async () => (await checkBoxes(page), await checkAxe(page)) });
        const [lon, lat] = (await service.get("/communes/96010")).centre;
        await page.evaluate((place) => window.maille.view.map.jumpTo({ center: place, zoom: 10 }), [lon, lat]);
        await mapIdle(page);
        const box = await page.locator("#map").boundingBox();
        await page.mouse.move(box.x + box.width / 2 + 4, box.y + box.height / 2);
        await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
        await page.waitForSelector("#map .tooltip:not([hidden])");
        await checkWords(page, [(await service.get("/communes/96010")).nom], "#map .tooltip");
        await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
        await page.waitForFunction(() => /commune=96010/.test(location.search));
        assert.equal(await page.locator(`#panel a[href$="/ma-commune/96010"]`).count(), 1);
        checkQuiet(page);
    },
});
