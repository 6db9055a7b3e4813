/* The planner's brush, on one workspace: paints with every tool, removes, locks, goes back to the start and forth again;
 * another planner's change comes by itself, a conflict is asked about, and a service that is away loses nothing. What the
 * page shows is held against what the service answers, and membership against sets that are kept here. */
import assert from "node:assert/strict";
import { checkAxe, checkBoxes, checkCanvas, checkQuiet, checkWords, login, main, maille, mapIdle, picture, rendered, shot, start } from "./kit.mjs";

const service = await start();
const ROLE = "planificateur";
const PATIENCE_MS = 60000; // of a machine that does other things too
const ANNE = maille("token", "create", "--name", "Anne", "--role", ROLE, "-w", service.workspace).trim();
const get = (where) => service.get(where, ROLE);
const plain = (text) => text.replace(/[\s\u00a0\u202f]+/g, " ").trim();
const number = (value) => plain(new Intl.NumberFormat("fr-FR", { maximumFractionDigits: 1 }).format(value));

/** Who holds what, by the service: id → codes, sorted. */
async function held(where = "") {
    const { perimetres, communes } = await get(`/members?noms=false${where}`);
    const found = new Map(perimetres.map(({ id }) => [id, []]));
    for (const [code, numbers] of Object.entries(communes)) for (const i of numbers) found.get(perimetres[i].id).push(code);
    return Object.fromEntries([...found].map(([id, codes]) => [id, codes.sort()]));
}

async function open(where, { size = "laptop", token = null } = {}) {
    const page = await service.page(size);
    page.setDefaultTimeout(PATIENCE_MS);
    if (token) await page.context().request.post(service.url + "/session", { data: { token } });
    else await login(page, ROLE);
    await page.addInitScript(() => localStorage.setItem("maille.visite", "public compte"));
    await page.goto(service.url + where);
    await ready(page);
    return page;
}

async function ready(page) {
    await mapIdle(page);
    await page.locator(".edit-row").first().waitFor();
    await page.waitForFunction(async () => (await window.maille.view.names()).size > 0);
}

const tool = (page, name) => page.locator(`[data-outil="${name}"]`).click();
const figure = async (page, key) => plain(await page.locator(`[data-chiffre="${key}"]`).innerText());
const shownOf = (page) => page.evaluate(async () => {
    const { plan } = await import(`${document.documentElement.dataset.web}/js/edit/plan.js`);
    return Object.fromEntries([...plan.perimeters].map(([id, one]) => [id, [...one.codes].sort()]));
});
const saved = (page) => page.locator('[data-etat="saved"]').waitFor();
/** Where communes lie on the screen. */
const spots = (page, codes) => page.evaluate(async (wanted) => {
    const names = await window.maille.view.names();
    const box = document.getElementById("map").getBoundingClientRect();
    return wanted.filter((code) => names.has(code)).map((code) => {
        const { x, y } = window.maille.view.map.project([names.get(code).lon, names.get(code).lat]);
        return { code, x: x + box.left, y: y + box.top };
    });
}, codes);

async function until(ask, what, ms = PATIENCE_MS) {
    let last = null;
    for (const end = Date.now() + ms; Date.now() < end; await new Promise((later) => setTimeout(later, 50)))
        if ((last = await ask()) === true) return;
    assert.fail(`never: ${what} (${JSON.stringify(last)})`);
}

/** Draws with the mouse through points of the screen. */
async function draw(page, points, { shift = false } = {}) {
    if (shift) await page.keyboard.down("Shift");
    await page.mouse.move(points[0].x, points[0].y);
    await page.mouse.down();
    for (const one of points.slice(1)) await page.mouse.move(one.x, one.y, { steps: 4 });
    await page.mouse.up();
    if (shift) await page.keyboard.up("Shift");
}

/** A corner's width around points. */
const around = (points, by = 4) => [
    { x: Math.min(...points.map((p) => p.x)) - by, y: Math.min(...points.map((p) => p.y)) - by },
    { x: Math.max(...points.map((p) => p.x)) + by, y: Math.max(...points.map((p) => p.y)) + by }];

/** What is on screen about the current perimeter is what the service says of it. */
async function figuresAgree(page, id) {
    const [told, { tailles }] = await Promise.all([get(`/perimeters/${id}/figures`), get("/study")]);
    const { population, communes, taille, services } = told.ensemble;
    const last = (text) => text.replace(/ [+−±][\d ,]+$/, "").split(" → ").at(-1);
    await until(async () => last(await figure(page, "edit.population")) === number(population) || `${await figure(page, "edit.population")} against ${number(population)}`, "population");
    assert.equal(last(await figure(page, "edit.communes")), number(communes));
    assert.equal(last(await figure(page, "edit.parts")), number(told.parties));
    const size = await figure(page, "edit.size");
    assert.match(size, new RegExp(`(^|→ )${taille} `));
    const at = tailles.classes.findIndex((one) => one.id === taille);
    const next = tailles.classes[at + 1];
    if (next) assert.ok(size.includes(`encore ${number(next.de - population + (next.de_compris ? 0 : 1))} habitants pour ${next.id}`), size);
    for (const one of services)
        for (const { minutes, part } of one.part_dans)
            await until(async () => plain(await page.locator(`[data-part="${one.id}-${minutes}"]`).innerText()) === `${number(100 * part)} %` ||
                `${one.id} ${minutes}: ${await page.locator(`[data-part="${one.id}-${minutes}"]`).innerText()} against ${100 * part}`, "share within minutes");
}

const NORD = "cpts-nord";
const free = async (page) => {
    const taken = new Set(Object.values(await held()).flat());
    const all = await page.evaluate(async () => [...(await window.maille.view.names()).values()]);
    return all.filter((one) => !taken.has(one.code));
};
let origin = null;
let peak = null;

await main({
    async "the panel tells what stands, and everybody can use it"() {
        origin = await held();
        const page = await open("/carte?panneau=territoires");
        const { perimetres } = await get("/members?noms=false");
        assert.equal(await page.locator(".edit-row").count(), perimetres.length);
        for (const one of perimetres) await checkWords(page, [one.nom, `${number(one.population)} habitants`], ".edit-list");
        const left = await free(page);
        const all = await page.evaluate(async () => [...(await window.maille.view.names()).keys()]);
        const alive = new Set(perimetres.filter((one) => one.actif).flatMap((one) => origin[one.id]));
        await checkWords(page, [`${number(all.filter((code) => !alive.has(code)).length)} communes sans territoire`]);
        assert.ok(left.length > 0);
        await page.getByRole("button", { name: /CPTS Côte du Nord/ }).first().click();
        await figuresAgree(page, NORD);
        await tool(page, "brush");
        await checkAxe(page);
        await shot(page, "territoires", { at: async () => checkBoxes(page) });
        await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
        await checkBoxes(page);
        await page.evaluate(() => (document.documentElement.style.fontSize = ""));
        await picture(page, "planificateur-2-territoires");
        await checkCanvas(page);
        const painted = await rendered(page, "edit-fond");
        const mine = painted.filter((one) => one.state.courant).map((one) => one.properties.code);
        assert.ok(mine.length > 0 && mine.every((code) => origin[NORD].includes(code)));
        checkQuiet(page);
    },

    async "brush, rectangle and lasso add, Shift removes, and figures are the service's"() {
        const page = await open(`/carte?panneau=territoires&perimetre=${NORD}`);
        const want = new Set(origin[NORD]);
        const left = await free(page);
        const visible = (await spots(page, left.map((one) => one.code))).filter((p) => p.x > 560 && p.x < 1300 && p.y > 210 && p.y < 740);
        assert.ok(visible.length >= 4, "communes that nobody holds");

        await tool(page, "brush");
        await page.keyboard.press("1");
        await draw(page, [visible[0], { x: visible[0].x + 1, y: visible[0].y }]);
        want.add(visible[0].code);
        await saved(page);
        await until(async () => JSON.stringify((await held())[NORD]) === JSON.stringify([...want].sort()) || (await held())[NORD], "the brush's commune is saved");
        await figuresAgree(page, NORD);
        await checkWords(page, [`${number(14)} → ${number(15)} +1`].filter(() => origin[NORD].length === 14));

        await tool(page, "rectangle");
        const box = around([visible[1]]);
        const inside = async ([a, b]) => (await spots(page, Object.values(await held()).flat().concat(left.map((one) => one.code))))
            .filter((p) => p.x >= a.x && p.x <= b.x && p.y >= a.y && p.y <= b.y).map((p) => p.code);
        for (const code of await inside(box)) want.add(code);
        await draw(page, box);
        await saved(page);
        await until(async () => JSON.stringify((await held())[NORD]) === JSON.stringify([...want].sort()), "the rectangle's communes are saved");
        await figuresAgree(page, NORD);

        await tool(page, "lasso");
        const at = visible[2];
        await draw(page, [[-9, -9], [9, -9], [9, 9], [-9, 9], [-9, -8]].map(([x, y]) => ({ x: at.x + x, y: at.y + y })));
        want.add(at.code);
        await saved(page);
        await until(async () => (await held())[NORD].includes(at.code), "the lasso's commune is saved");
        for (const code of (await held())[NORD]) if (!want.has(code)) assert.fail(`the lasso took ${code}`);

        const last = visible[0];
        await tool(page, "brush");
        await draw(page, [last, { x: last.x + 1, y: last.y }], { shift: true });
        want.delete(last.code);
        await saved(page);
        await until(async () => JSON.stringify((await held())[NORD]) === JSON.stringify([...want].sort()), "Shift removed it");
        await figuresAgree(page, NORD);
        assert.deepEqual((await shownOf(page))[NORD], [...want].sort());

        /* Taking from another: asked once. */
        const theirs = (await spots(page, origin["cpts-littoral"].filter((code) => !origin["cpts-metropole"].includes(code) && !want.has(code))))
            .find((p) => p.x > 560 && p.x < 1300 && p.y > 210 && p.y < 740);
        await draw(page, [theirs, { x: theirs.x + 1, y: theirs.y }]);
        const asks = page.getByRole("dialog");
        await checkWords(page, ["CPTS du Littoral", "chevauchement"], "dialog");
        await checkAxe(page, { within: "dialog" });
        await asks.getByRole("button", { name: "Prendre", exact: true }).click();
        want.add(theirs.code);
        await saved(page);
        await until(async () => (await held())[NORD].includes(theirs.code), "taken");
        assert.ok(!(await held())["cpts-littoral"].includes(theirs.code), "taken from who had it");
        await checkWords(page, ["Aussi changés", "CPTS du Littoral"]);
        await picture(page, "planificateur-3-trait");

        /* A locked one keeps what it has. */
        await page.getByRole("button", { name: "Verrouiller CPTS du Littoral" }).click();
        const second = (await spots(page, (await held())["cpts-littoral"].filter((code) => !want.has(code) && !origin["cpts-metropole"].includes(code))))
            .find((p) => p.x > 560 && p.x < 1300 && p.y > 210 && p.y < 740);
        const before = await held();
        await draw(page, [second, { x: second.x + 1, y: second.y }]);
        await checkWords(page, ["restée où elle était"]);
        assert.deepEqual(await held(), before);
        await page.getByRole("button", { name: "Déverrouiller CPTS du Littoral" }).or(page.locator('[data-focus="verrou-cpts-littoral"]')).first().click();
        peak = await held();
        checkQuiet(page);
    },

    async "undo goes back to the start, redo forth to the end, after a reload too"() {
        const page = await open(`/carte?panneau=territoires&perimetre=${NORD}`);
        const undo = page.locator('[data-outil="annuler"]');
        const redo = page.locator('[data-outil="retablir"]');
        let steps = 0;
        while ((await undo.getAttribute("aria-disabled")) === "false") {
            const answer = page.waitForResponse((one) => one.url().includes("/undo"));
            await page.keyboard.press("Control+z");
            assert.equal((await answer).status(), 200);
            await until(async () => JSON.stringify(await shownOf(page)) === JSON.stringify(await held()), "what is shown is what stands");
            assert.ok(++steps < 20);
        }
        assert.equal(steps, 5);
        assert.deepEqual(await held(), origin);
        await figuresAgree(page, NORD);
        for (let i = 0; i < steps; i++) {
            const answer = page.waitForResponse((one) => one.url().includes("/redo"));
            if (i % 2) await redo.click();
            else await page.keyboard.press("Control+y");
            assert.equal((await answer).status(), 200);
            await until(async () => JSON.stringify(await shownOf(page)) === JSON.stringify(await held()), "what is shown is what stands");
        }
        assert.equal(await redo.getAttribute("aria-disabled"), "true");
        assert.deepEqual(await held(), peak);
        await figuresAgree(page, NORD);
        checkQuiet(page);
    },

    async "by keyboard alone: a tool by its letter, the cross, Space and Shift"() {
        const page = await open(`/carte?panneau=territoires&perimetre=${NORD}`);
        const [commune] = (await free(page)).slice(-1);
        await page.evaluate(async ({ lon, lat }) => window.maille.view.map.jumpTo({ center: [lon, lat], zoom: 11 }), commune);
        await mapIdle(page);
        await page.locator(".maplibregl-canvas").focus();
        await page.keyboard.press("b");
        assert.equal(await page.locator('[data-outil="brush"]').getAttribute("aria-pressed"), "true");
        await page.keyboard.press("Space");
        await until(async () => (await held())[NORD].includes(commune.code), "painted by Space");
        await page.keyboard.press("Shift+Enter");
        await until(async () => !(await held())[NORD].includes(commune.code), "removed by Shift");
        await page.keyboard.press("?");
        await checkWords(page, ["Raccourcis du clavier", "Peindre la commune sous la croix"], "dialog");
        await checkAxe(page, { within: "dialog" });
        await page.keyboard.press("Escape");
        const search = page.getByRole("combobox", { name: "Ajouter une commune" });
        await search.fill(commune.nom);
        await page.getByRole("option").first().waitFor();
        await search.press("Enter");
        await until(async () => (await held())[NORD].includes(commune.code), "added by its name");
        await page.keyboard.press("Escape");
        checkQuiet(page);
    },

    async "another planner's change comes without a reload; a conflict is asked about and lost by nobody"() {
        const page = await open(`/carte?panneau=territoires&perimetre=${NORD}`);
        const anne = await open("/carte?panneau=territoires&perimetre=cpts-sud", { token: ANNE });
        const left = await free(page);
        const add = async (who, code) => who.evaluate(async (one) => {
            const { plan } = await import(`${document.documentElement.dataset.web}/js/edit/plan.js`);
            plan.change([{ geste: "add", perimetre: plan.current, codes: [one] }], { motif: "réunion du 3 mai" }).catch(() => {});
        }, code);
        await add(anne, left[0].code);
        await page.getByText(/Anne a modifié CPTS du Sud valmorien il y a \d+ s/).waitFor();
        await until(async () => (await shownOf(page))["cpts-sud"].includes(left[0].code), "Anne's commune is shown");
        assert.equal(await anne.getByText("a modifié").count(), 0, "nobody is told what they did themselves");

        /* Both on one commune: what was seen is out of date. */
        await page.context().route("**/members*", (route) => route.abort());
        await anne.evaluate(() => window.maille.state.set({ perimetre: "cpts-nord" }));
        await add(anne, left[1].code);
        await until(async () => (await held())[NORD].includes(left[1].code), "Anne added it");
        await page.evaluate(async (code) => {
            const { plan } = await import(`${document.documentElement.dataset.web}/js/edit/plan.js`);
            plan.change([{ geste: "remove", perimetre: "cpts-nord", codes: [...plan.perimeters.get("cpts-nord").codes].slice(0, 1) },
                { geste: "add", perimetre: "cpts-nord", codes: [code] }], { label: "mon trait" }).catch(() => {});
        }, left[1].code);
        const dialog = page.getByRole("dialog");
        await dialog.waitFor();
        await checkWords(page, ["Anne", "réunion du 3 mai", left[1].nom, "mon trait", "Retirer de CPTS Côte du Nord"], "dialog");
        await checkAxe(page, { within: "dialog" });
        await shot(page, "conflit");
        await picture(page, "planificateur-6-conflit");
        await dialog.getByRole("button", { name: "Décider plus tard" }).last().click();
        await page.locator('[data-etat="conflict"]').waitFor();
        await page.context().unroute("**/members*");
        await page.getByRole("button", { name: "Décider", exact: true }).click();
        const gone = (await held())[NORD];
        await dialog.getByRole("button", { name: "Refaire mon geste par-dessus" }).click();
        await saved(page);
        await until(async () => (await held())[NORD].length === gone.length - 1, "what still changes something was done");
        assert.ok((await held())[NORD].includes(left[1].code), "Anne's commune stays");
        await until(async () => JSON.stringify(await shownOf(page)) === JSON.stringify(await held()), "what is shown is what stands");
    },

    async "a service that is away loses no stroke, over a reload too, and each is done once"() {
        const page = await open(`/carte?panneau=territoires&perimetre=${NORD}`);
        const codes = (await held())[NORD].slice(0, 3);
        const count = async () => (await get("/history?limit=1000")).length;
        const before = await count();
        await page.context().setOffline(true);
        for (const code of codes)
            await page.evaluate(async (one) => {
                const { plan } = await import(`${document.documentElement.dataset.web}/js/edit/plan.js`);
                plan.change([{ geste: "remove", perimetre: plan.current, codes: [one] }], { label: one }).catch(() => {});
            }, code);
        await page.getByText("Hors ligne – 3 gestes gardés ici").waitFor();
        const shown = (await shownOf(page))[NORD];
        assert.ok(codes.every((code) => !shown.includes(code)), "shown at once");
        assert.equal(await count(), before);
        await picture(page, "planificateur-7-hors-ligne");
        /* The page is loaded anew, but nothing that is sent is answered: the first answer is lost on its way. */
        page.on("dialog", (one) => one.accept());
        let lost = 0;
        let cut = true;
        await page.context().route(/\/changes(\/queue)?(\?|$)/, async (route) => {
            if (!cut) return route.continue();
            if (!lost++) await route.fetch();
            return route.abort();
        });
        await page.context().setOffline(false);
        await page.reload();
        await ready(page);
        await until(() => lost > 0, "an answer is lost");
        cut = false;
        await page.getByText("Ce qui était gardé ici est maintenant enregistré.").waitFor();
        await saved(page);
        const after = (await held())[NORD];
        assert.ok(codes.every((code) => !after.includes(code)), "saved after all");
        assert.equal(await count(), before + 3, "each once");
        await until(async () => JSON.stringify(await shownOf(page)) === JSON.stringify(await held()), "what is shown is what stands");
        assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("maille.geste.")).length), 0);
    },
});
