/* The guide: each page reads well at each size and in print, its links lead somewhere, its pictures are there. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import path from "node:path";
import { checkAxe, checkBoxes, checkQuiet, main, shot, SOURCE, start } from "./kit.mjs";

const service = await start();
const folder = path.join(SOURCE, "src/web/aide");
const pages = fs.readdirSync(folder).filter((name) => name.endsWith(".html")).map((name) => name.slice(0, -5));
const where = (name) => `${service.url}/aide${name === "index" ? "" : `/${name}`}`;
/** What is there of the product beside the guide. */
const KNOWN = ["/carte", "/carte?visite=1", "/ma-commune", ...pages.map((name) => where(name).slice(service.url.length))];

await main({
    async "each page of the guide can be read by everybody, at every size"() {
        const page = await service.page("laptop");
        for (const name of pages) {
            assert.equal((await page.goto(where(name))).status(), 200, name);
            await shot(page, `aide-${name}`, { at: async () => (await checkBoxes(page), await checkAxe(page)) });
            await page.emulateMedia({ media: "print" });
            await page.setViewportSize({ width: 680, height: 1000 });
            await checkBoxes(page);
            await page.emulateMedia({ media: null });
        }
        checkQuiet(page);
    },

    async "links lead somewhere and pictures are there"() {
        const page = await service.page("laptop");
        for (const name of pages) {
            await page.goto(where(name));
            const links = await page.locator("a").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
            for (const link of links.filter((one) => !one.startsWith("#")))
                assert.ok(KNOWN.includes(new URL(link, page.url()).href.slice(service.url.length)), `${name}: ${link}`);
            const pictures = page.locator("img");
            for (let i = 0; i < (await pictures.count()); i++) {
                await pictures.nth(i).scrollIntoViewIfNeeded();
                await pictures.nth(i).evaluate((one) => one.decode());
                assert.equal(await pictures.nth(i).evaluate((one) => one.naturalWidth), 1200);
                assert.ok((await pictures.nth(i).getAttribute("alt")).length > 20);
            }
        }
        checkQuiet(page);
    },

    async "pictures are small, and each is shown"() {
        const texts = pages.map((name) => fs.readFileSync(path.join(folder, `${name}.html`), "utf8")).join("");
        for (const name of fs.readdirSync(path.join(folder, "images"))) {
            assert.ok(fs.statSync(path.join(folder, "images", name)).size <= 100 * 1024, `${name} is too large`);
            assert.ok(texts.includes(`/aide/images/${name}`), `${name} is shown nowhere`);
        }
    },
});
