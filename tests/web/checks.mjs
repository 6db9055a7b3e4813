/* What is checked of any page of the map: that it was quiet, that everybody can use it, that something is
 * drawn. Each throws with what it found. */
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { BUILD, mapIdle, noticed } from "./kit.mjs";

const list = (faults) => faults.map((fault) => `\n  - ${fault}`).join("");

/** No error on the console but those that `expected` (regular expressions) name, and no request to
 * anywhere but the service. */
export function checkQuiet(page, expected = []) {
    const { console: errors, outside } = noticed(page);
    const loud = errors.filter((text) => !expected.some((one) => one.test(text)));
    if (loud.length) throw new Error(`${page.url()} had errors on the console:${list(loud)}`);
    if (outside.length) throw new Error(`${page.url()} asked elsewhere:${list(outside)}`);
}

/* ---- accessibility ---- */

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
let axe = null;

/** axe-core finds nothing: WCAG 2.0 to 2.2, A and AA, and its best practices. `within`: a selector. */
export async function checkAxe(page, { within = null } = {}) {
    axe ??= fs.readFileSync(
        createRequire(path.join(BUILD, "web-npm/")).resolve("axe-core/axe.min.js"),
        "utf8",
    );
    if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(axe);
    const found = await page.evaluate(
        ([rules, root]) =>
            window.axe.run(root ?? document, {
                runOnly: { type: "tag", values: rules },
                resultTypes: ["violations"],
                preload: false, // it would ask for imported styles where they are not
            }),
        [RULES, within],
    );
    const faults = found.violations.flatMap((rule) =>
        rule.nodes.map(
            (node) =>
                `${rule.id} (${rule.impact}): ${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`,
        ),
    );
    if (faults.length) throw new Error(`axe-core on ${page.url()}:${list(faults)}`);
}

/* ---- the map ---- */

/** The canvas of the map shows more than one colour, and none nearly everywhere. */
export async function checkCanvas(page, { most = 0.98, least = 3 } = {}) {
    await mapIdle(page);
    const { colours, share } = await page.evaluate(
        () =>
            new Promise((done) => {
                const map = window.maille.view.map;
                // WebGL's picture is there only while it is drawn.
                map.once("render", () => {
                    const side = 128;
                    const copy = Object.assign(document.createElement("canvas"), { width: side, height: side });
                    const draw = copy.getContext("2d");
                    draw.drawImage(map.getCanvas(), 0, 0, side, side);
                    const points = new Uint32Array(draw.getImageData(0, 0, side, side).data.buffer);
                    const counts = new Map();
                    for (const point of points) counts.set(point, (counts.get(point) ?? 0) + 1);
                    done({ colours: counts.size, share: Math.max(...counts.values()) / points.length });
                });
                map.triggerRepaint();
            }),
    );
    if (colours < least || share > most)
        throw new Error(`the map shows ${colours} colours, one on ${(100 * share).toFixed(1)} % of it`);
}

/** What the map has drawn of a layer of its style, a source or a layer of tiles of that name:
 * `[{id, layer, properties, state}]`, each feature once. */
export async function rendered(page, layer) {
    await mapIdle(page);
    return page.evaluate((name) => {
        const map = window.maille.view.map;
        const seen = new Map();
        for (const f of map.queryRenderedFeatures()) {
            if (![f.layer.id, f.source, f.sourceLayer].includes(name)) continue;
            const key = `${f.layer.id} ${f.id ?? JSON.stringify(f.properties)}`;
            if (!seen.has(key))
                seen.set(key, { id: f.id, layer: f.layer.id, properties: f.properties, state: f.state });
        }
        return [...seen.values()];
    }, layer);
}

/* ---- words ---- */

/** Each of the texts is to be read on the page (or within a selector). */
export async function checkWords(page, words, within = "body") {
    const text = (await page.locator(within).first().innerText()).replace(/[\s\u00a0\u202f]+/g, " ");
    const absent = words.filter((word) => !text.includes(word.replace(/[\s\u00a0\u202f]+/g, " ")));
    if (absent.length) throw new Error(`${page.url()} does not say: ${absent.join(" · ")}`);
}
