/* The kit's own eyes: each fault made on purpose is found, and a page without fault passes. */
import assert from "node:assert/strict";
import { checkAxe, checkBoxes, checkQuiet, checkWords, login, main, start } from "./kit.mjs";

const service = await start();

const PAGE = (body, style = "") => `<!doctype html><html lang="fr"><head><title>Essai</title><style>
    body { font: 16px/1.4 sans-serif; margin: 20px; } ${style}</style></head><body><main><h1>Essai</h1>
    ${body}</main></body></html>`;
const GOOD = `<p>Une ligne <b>assez</b> longue, et encore une ligne qui se plie sur plusieurs rangs quand la place
    manque, ce qui arrive sur un téléphone.</p><button>Ouvrir</button>
    <div style="height: 60px; overflow: auto" tabindex="0">${"<p>Une ligne qui défile</p>".repeat(8)}</div>
    <table><caption>Table</caption><tr><th scope="col">Commune</th></tr><tr><td>Kervallon</td></tr></table>`;

/* What must be found: [a word of the message, the body, its style]. */
const BAD = [
    ["is cut off", `<p class="a">Un texte trop long pour sa boîte</p>`,
        ".a { width: 80px; white-space: nowrap; overflow: hidden; }"],
    ["lie over each other", `<p class="a">Premier texte</p><p class="b">Second texte</p>`,
        ".a, .b { position: absolute; left: 50px; top: 120px; }"],
    ["is half hidden", `<p>Un texte à moitié caché</p><div class="a"></div>`,
        ".a { position: absolute; left: 20px; top: 70px; width: 60px; height: 60px; background: white; }"],
    ["runs out of its button", `<button class="a">Un bouton bien trop étroit</button>`,
        ".a { width: 60px; white-space: nowrap; }"],
    ["runs out of the window", `<p class="a">Un texte qui sort</p>`,
        ".a { position: fixed; right: -40px; top: 90px; white-space: nowrap; }"],
    ["px wide", `<div class="a">Une page trop large</div>`, ".a { width: 3000px; }"],
];

await main({
    async "faults of boxes are found, and nothing else"() {
        const page = await service.page("laptop");
        for (const size of [[1366, 768], [390, 844]]) {
            await page.setViewportSize({ width: size[0], height: size[1] });
            await page.setContent(PAGE(GOOD));
            await checkBoxes(page);
        }
        for (const [word, body, style] of BAD) {
            await page.setContent(PAGE(body, style));
            await assert.rejects(checkBoxes(page), (fault) => fault.message.includes(word), word);
        }
    },

    async "faults of accessibility are found, and nothing else"() {
        const page = await service.page("phone");
        await page.setContent(PAGE(GOOD));
        await checkAxe(page);
        await page.setContent(PAGE(`<p style="color: #bbb">pâle</p><button></button>`));
        await assert.rejects(checkAxe(page), /color-contrast[^]*button-name|button-name[^]*color-contrast/);
    },

    async "a page of the service is quiet, its words are read, and a session is known"() {
        const page = await service.page("laptop");
        await page.goto(service.url + "/");
        checkQuiet(page);
        await checkWords(page, ["communes"]);
        await assert.rejects(checkWords(page, ["introuvable"]), /introuvable/);
        await login(page, "relecteur");
        assert.equal((await page.evaluate(() => fetch("/session").then((r) => r.json()))).role, "relecteur");
        await page.evaluate(() => fetch("https://example.invalid/").catch(() => {}));
        assert.throws(() => checkQuiet(page), /example.invalid/);
    },
});
