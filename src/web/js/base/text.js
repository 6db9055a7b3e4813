/* Words and numbers as people write them, in the language of the page. */
import { fr } from "./texts/fr.js";
import { en } from "./texts/en.js";

/** All texts by language and key. */
export const dictionaries = { fr: { ...fr }, en: { ...en } };

export const language = chosen();

function chosen() {
    const asked = new URLSearchParams(location.search).get("langue") || stored("langue");
    return asked === "en" ? "en" : "fr";
}

function stored(key) {
    try {
        return localStorage.getItem(`maille.${key}`);
    } catch {
        return null;
    }
}

/** A folder brings its own texts: `{fr: {key: text}, en: {…}}`. */
export function addTexts(texts) {
    for (const one of Object.keys(dictionaries)) Object.assign(dictionaries[one], texts[one]);
}

/** The text of a key; `{name}` stands for a value. With `values.n`, a key may have two forms,
 *  `"one | many"`: one for 0 and 1 in French, for 1 in English. */
export function t(key, values = {}) {
    let text = dictionaries[language][key] ?? dictionaries.fr[key];
    if (text === undefined) throw new Error(`no text for ${key}`);
    if (values.n !== undefined && text.includes(" | ")) {
        const one = language === "fr" ? Math.abs(values.n) < 2 : values.n === 1;
        text = text.split(" | ")[one ? 0 : 1];
    }
    return text.replace(/\{(\w+)\}/g, (all, name) => {
        const value = values[name];
        return value === undefined ? all : typeof value === "number" ? number(value) : String(value);
    });
}

/** Whether there is a text of that key. */
export const has = (key) => key in dictionaries.fr;

const locale = language === "fr" ? "fr-FR" : "en-GB";
const formats = new Map();

/** A number; `decimals` at most. Nothing is told of what is not there. */
export function number(value, decimals = 0) {
    if (value === null || value === undefined || Number.isNaN(value)) return t("nothing");
    if (!formats.has(decimals))
        formats.set(decimals, new Intl.NumberFormat(locale, { maximumFractionDigits: decimals }));
    return formats.get(decimals).format(value);
}

/** A difference: its sign is always told. */
export const signed = (value, decimals = 0) =>
    (value > 0 ? "+" : value < 0 ? "−" : "±") + number(Math.abs(value), decimals);

export const minutes = (value) => (value === null || value === undefined ? t("unreached") : `${number(value)} min`);
export const percent = (part, decimals = 1) =>
    part === null || part === undefined ? t("nothing") : `${number(100 * part, decimals)} %`;
export const population = (value) => t("inhabitants", { n: value });

/** A day, of "2026-11-22" or a moment "2026-11-22T10:00:00Z". */
export function date(iso) {
    if (!iso) return t("date-unknown");
    const day = iso.length === 10 ? new Date(`${iso}T12:00:00`) : new Date(iso);
    const told = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" }).format(day);
    return language === "fr" ? told.replace(/^1 /, "1er ") : told;
}

export function moment(iso) {
    return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" }).format(new Date(iso));
}

/** Sorts names as people do. */
export const byName = new Intl.Collator(locale, { sensitivity: "base", numeric: true }).compare;

export function keepLanguage(chosenLanguage) {
    try {
        localStorage.setItem("maille.langue", chosenLanguage);
    } catch {
        /* private browsing: the address keeps it */
    }
}
