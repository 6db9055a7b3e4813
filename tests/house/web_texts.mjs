// Says which texts of the web room are in one language only: web.py asks.
//
// usage: node web_texts.mjs src/web FILE...
import { pathToFileURL } from "node:url";
import path from "node:path";

const [, , web, ...files] = process.argv;
const load = (file) => import(pathToFileURL(path.resolve(file)).href);
// What a page gives to modules when they are read.
globalThis.location = new URL("http://localhost/carte");
globalThis.localStorage = { getItem: () => null, setItem: () => {} };
globalThis.document = { documentElement: { dataset: {} } };

function compare(name, fr, en) {
    for (const key of new Set([...Object.keys(fr), ...Object.keys(en)]))
        if (!(key in fr) || !(key in en)) console.log(`${name}: the text "${key}" is in one language only`);
}

const { fr } = await load(path.join(web, "js/base/texts/fr.js"));
const { en } = await load(path.join(web, "js/base/texts/en.js"));
compare("base/texts", fr, en);
const { dictionaries } = await load(path.join(web, "js/base/text.js"));
for (const file of files) {
    const told = Object.values(await load(file)).filter((one) => one?.fr && one?.en);
    for (const one of told) compare(path.relative(web, file), one.fr, one.en);
}
compare("all texts", dictionaries.fr, dictionaries.en);
