/* The pages of the map open without an error, ask nobody else, and draw something. */
import assert from "node:assert/strict";
import { checkCanvas, checkQuiet, main, mapIdle, rendered, start } from "./kit.mjs";

const service = await start();

await main({
    async "the map opens and is drawn"() {
        const page = await service.page("laptop");
        await page.goto(service.url + "/carte");
        await mapIdle(page);
        checkQuiet(page);
        await checkCanvas(page);
        const communes = await rendered(page, "communes");
        assert.ok(communes.length > 20, `${communes.length} communes were drawn`);
    },

    async "the page of a commune opens, searched for and chosen"() {
        const { communes } = await service.get("/communes?q=ker");
        const page = await service.page("phone");
        for (const path of ["/ma-commune", "/ma-commune?q=ker", `/ma-commune/${communes[0].code}`]) {
            await page.goto(service.url + path, { waitUntil: "networkidle" });
            assert.ok(await page.locator("h1").first().isVisible(), `${path} has a heading`);
            checkQuiet(page);
        }
    },
});
