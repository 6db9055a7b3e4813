/* The texts of plans: their keys stand apart from those of other panels; texts of every page are found as well. */
import { addTexts, has as known, t as common } from "../base/text.js";
import { texts as card } from "./texts_card.js";
import { texts as findings } from "./texts_findings.js";
import { texts as scenarios } from "./texts_scenarios.js";

const mine = (key) => `plans.${key}`;
export const has = (key) => known(mine(key));
export const t = (key, values) => common(has(key) ? mine(key) : key, values);

for (const texts of [findings, card, scenarios])
    addTexts(Object.fromEntries(Object.entries(texts).map(([language, all]) =>
        [language, Object.fromEntries(Object.entries(all).map(([key, text]) => [mine(key), text]))])));
