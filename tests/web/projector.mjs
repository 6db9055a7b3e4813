/* The projector: views of the catalogue on the whole screen, large, led by keys; and the guided first visit. */
import assert from "node:assert/strict";
import { checkAxe, checkBoxes, checkCanvas, checkQuiet, checkWords, login, main, mapIdle, picture, rendered, shot, start } from "./kit.mjs";

const service = await start();
const { vues, couches } = await service.get("/layers");
const there = vues.filter((one) => one.disponible);
const lacking = vues.filter((one) => !one.disponible);
const layerOf = (vue) => couches.find((one) => one.id === vue.couche);

async function open(query, size = "projector") {
    const page = await service.page(size);
    await page.goto(`${service.url}/carte${query}`);
    await mapIdle(page);
    return page;
}

const value = (page, key) => new URL(page.url()).searchParams.get(key);
/** The size of letters, in pixels, of the first element of a selector. */
const letters = (page, selector) => page.locator(selector).first().evaluate((one) => parseFloat(getComputedStyle(one).fontSize));
/** What a room sees of a view is there. */
async function shows(page, vue) {
    await page.waitForFunction((title) => document.querySelector(".stage-head h2")?.textContent.replace(/\s+/g, " ") === title, vue.titre.replace(/\s+/g, " "));
    assert.equal(value(page, "planche"), vue.id);
    assert.equal(value(page, "couche"), vue.couche);
    await checkWords(page, [vue.description], ".stage-head p");
    assert.ok((await page.locator(".stage-legend li").count()) > 0, `${vue.id} has a legend`);
    if (layerOf(vue).sources.length) await checkWords(page, [layerOf(vue).sources[0].nom], ".stage-foot");
}

await main({
    async "there are six views, and those that lack data say what"() {
        assert.equal(vues.length, 6);
        assert.ok(there.length > 0);
        const page = await open("?panneau=presentation", "laptop");
        await page.locator(".views li").first().waitFor();
        for (const vue of vues) await checkWords(page, [vue.titre], ".views");
        for (const vue of lacking) {
            assert.ok(await page.locator(`[data-view="${vue.id}"]`).isDisabled());
            assert.ok(vue.manque?.length > 0, `${vue.id} says what it lacks`);
        }
        await page.locator(`[data-view="${there[0].id}"]`).click();
        await mapIdle(page);
        assert.equal(value(page, "couche"), there[0].couche);
        await checkAxe(page);
        await checkBoxes(page);
        await picture(page, "projection-1-panneau");
        await page.getByRole("button", { name: "Présenter en grand" }).click();
        await shows(page, there[0]);
        assert.equal(value(page, "vue"), "projection");
        checkQuiet(page);
    },

    async "each view is drawn, large, without panels"() {
        const page = await open("?vue=projection");
        for (const [i, vue] of there.entries()) {
            if (i) await page.keyboard.press("ArrowRight");
            await shows(page, vue);
            await mapIdle(page);
            await checkCanvas(page, { least: 2, most: 0.995 });
            assert.ok((await rendered(page, vue.couche)).length > 0, `${vue.id} is drawn`);
            if (i === 0) await picture(page, "projection-2-vue", { size: { width: 1200, height: 675 } });
        }
        for (const selector of [".stage-head h2", ".stage-head p", ".stage-legend li .legend-title", ".stage-legend h3"])
            assert.ok((await letters(page, selector)) >= 24, `${selector} is large`);
        for (const selector of ["#bar", "#rail", "#panel", "#tools", "#corner", "#drawer"]) assert.ok(!(await page.locator(selector).isVisible()), selector);
        checkQuiet(page);
    },

    async "keys lead it, and the address holds the view"() {
        const page = await open("?vue=projection");
        await shows(page, there[0]);
        for (const [key, to] of [["End", there.at(-1)], ["Home", there[0]], ["PageDown", there[1] ?? there[0]], ["PageUp", there[0]],
            ["Space", there[1] ?? there[0]], ["ArrowLeft", there[0]], [String(vues.indexOf(there.at(-1)) + 1), there.at(-1)]]) {
            await page.keyboard.press(key);
            await shows(page, to);
        }
        await page.reload();
        await mapIdle(page);
        await shows(page, there.at(-1));
        await page.goBack();
        await shows(page, there[0]);

        const before = await letters(page, ".stage-head h2");
        await page.keyboard.press("+");
        assert.ok((await letters(page, ".stage-head h2")) > before);
        await page.keyboard.press("-");
        assert.equal(await letters(page, ".stage-head h2"), before);

        await page.keyboard.press("b");
        assert.ok(await page.locator(".stage-black").isVisible());
        await page.keyboard.press("b");
        assert.ok(!(await page.locator(".stage-black").isVisible()));
        await page.keyboard.press("?");
        await checkWords(page, ["écran noir", "plein écran"], "dialog");
        await checkAxe(page);
        await page.keyboard.press("Escape");
        await page.keyboard.press("f");
        await page.waitForFunction(() => document.fullscreenElement);
        await page.keyboard.press("f");
        await page.waitForFunction(() => !document.fullscreenElement);
        await page.keyboard.press("Escape");
        await page.waitForFunction(() => !document.body.classList.contains("projection"));
        assert.equal(value(page, "vue"), null);
        checkQuiet(page);
    },

    async "every size can be read by everybody"() {
        const page = await open("?vue=projection");
        await shows(page, there[0]);
        const [west, south, east, north] = (await service.get("/study")).etendue;
        const whole = () => page.evaluate(([a, b, c, d]) => {
            const bounds = window.maille.view.map.getBounds();
            return bounds.contains([a, b]) && bounds.contains([c, d]);
        }, [west, south, east, north]);
        await page.setViewportSize({ width: 1024, height: 600 });
        await mapIdle(page);
        assert.ok(await whole(), "the whole study stays in view when the screen changes");
        await shot(page, "projection", { at: async () => (await checkBoxes(page), await checkAxe(page)) });
        checkQuiet(page);
    },

    async "who sees drafts is told before a room does"() {
        const page = await service.page("laptop");
        await login(page, "planificateur");
        await page.goto(`${service.url}/carte?panneau=presentation`);
        await mapIdle(page);
        await page.locator(".views li").first().waitFor();
        await checkWords(page, ["projets qui ne sont pas publics"], "#panel");
        await page.getByRole("button", { name: "Présenter en grand" }).click();
        await checkWords(page, ["Données internes"], ".stage-foot");
    },

    async "a first visit is guided, once, and can be skipped"() {
        const page = await open("", "laptop");
        assert.equal(await page.locator(".visit").count(), 0, "nobody is on a first visit in tests");
        await page.evaluate(() => localStorage.setItem("maille.visite", ""));
        await page.reload();
        await page.locator(".visit").waitFor();
        assert.ok(!(await page.evaluate(() => document.activeElement.closest(".visit"))), "an offer takes no focus");
        await page.getByRole("combobox").first().fill("Or"); /* and stops nobody */
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: "Commencer la visite" }).click();
        const steps = [];
        for (let left = 8; left && (await page.locator(".visit").count()); left--) {
            steps.push(await page.locator(".visit h2").innerText());
            await checkAxe(page);
            for (let i = 0; i < 5; i++) {
                await page.keyboard.press("Tab");
                assert.ok(await page.evaluate(() => Boolean(document.activeElement.closest(".visit"))), "focus stays within the card");
            }
            await page.locator(".visit button.primary").click();
        }
        assert.ok(steps.length >= 4 && steps.length <= 5, steps.join(" · "));
        await page.reload();
        await mapIdle(page);
        assert.equal(await page.locator(".visit").count(), 0, "it is offered once");

        await login(page, "planificateur");
        await page.locator(".visit").waitFor();
        await page.getByRole("button", { name: "Commencer la visite" }).click();
        assert.notEqual(await page.locator(".visit h2").innerText(), steps[0], "those who have an account see another one");
        await page.keyboard.press("Escape");
        assert.equal(await page.locator(".visit").count(), 0);

        await page.goto(`${service.url}/carte?visite=1`);
        await page.locator(".visit").waitFor();
        await page.keyboard.press("Escape");
        assert.equal(value(page, "visite"), null);
        checkQuiet(page);
    },
});
