/* What is said of a commune, in plain sentences: from the card (GET /communes/{code}) to text. */
import { date, has, language, number, t } from "../base/text.js";
import "./texts.js";

/** "à Orbeville", "au Bourg-d’Oulle", "aux Essarts", "à l’Île-de-Trébarne". */
export function at(name) {
    if (/^Les? /.test(name)) return name.replace(/^Les /, "aux ").replace(/^Le /, "au ");
    if (/^(La |L[’'])/.test(name)) return `à ${name[0].toLowerCase()}${name.slice(1)}`;
    return `à ${/^Île[- ]/.test(name) ? "l’" : ""}${name}`;
}

/** "d’Orbeville", "du Bourg-d’Oulle", "des Essarts", "de Pérignac". */
export function of(name) {
    if (/^Les? /.test(name)) return name.replace(/^Les /, "des ").replace(/^Le /, "du ");
    if (/^(La |L[’'])/.test(name)) return `de ${name[0].toLowerCase()}${name.slice(1)}`;
    if (/^Île[- ]/.test(name)) return `de l’${name}`;
    return (/^[aeiouyhàâäéèêëîïôöùûüœæ]/i.test(name) ? "d’" : "de ") + name;
}

/** Minutes as people say them. */
export function inMinutes(minutes) {
    if (minutes === null || minutes === undefined) return t("mc-unreached");
    return minutes < 1 ? t("mc-under-a-minute") : t("mc-minutes", { n: Math.round(minutes) });
}

/** Where a place is: its commune, and what is remarkable about that. */
export function whereIs(place, code) {
    if (!place) return "";
    if (place.code_commune === code) return t("mc-here");
    const name = place.commune ?? (place.hors_etude ? null : place.nom);
    return [name, place.autre_departement && t("mc-other-department", { code: department(place.code_commune) }),
        place.hors_etude && t("mc-outside")].filter(Boolean).join(", ");
}

/** "01", "2A", "974". */
export const department = (code) => (code ?? "").slice(0, /^97|^98/.test(code ?? "") ? 3 : 2);

/** The name of a place, where it says more than where it is. */
export const ownName = (place) => (place?.nom && place.nom !== place.commune ? place.nom : "");

/** "le médecin généraliste le plus proche", "la maternité la plus proche", "l’hôpital le plus proche": the service as
 *  the study calls it, its gender by the ending of its first word. */
export function nearestOne(title) {
    if (language !== "fr") return `the nearest ${title.toLowerCase()}`;
    const name = title.replace(/ \(.*\)$/, "").replace(/^\p{Lu}(?!\p{Lu})/u, (letter) => letter.toLowerCase());
    const [first] = name.split(/[ -]/);
    if (/s$/.test(first)) return `les ${name} les plus proches`;
    const feminine = /(ie|té|tion|ère|euse|[ae]nce|sage|maison|unité|école)$/.test(first);
    const article = /^[aeiouhàâéèêëîïôöûüœ]/i.test(first) ? "l’" : feminine ? "la " : "le ";
    return `${article}${name} ${feminine ? "la" : "le"} plus proche`;
}

/** "A", "A et B", "A, B et C". */
const listed = (names) => new Intl.ListFormat(language, { type: "conjunction" }).format(names);

const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** The sentence on top: the service that the study names first, whether doctors are wanting, who is organised. */
export function essential(card) {
    const [first] = card.services ?? [];
    const cpts = (card.cpts ?? []).map((one) => one.nom);
    return [first && nearest(card, first), has(`mc-brief-${verdict(card)}`) && t(`mc-brief-${verdict(card)}`),
        cpts.length > 0 && t("mc-brief-cpts", { nom: listed(cpts) })].filter(Boolean).join(" ");
}

function nearest(card, { titre, minutes, lieu }) {
    const french = language === "fr";
    const words = { ici: french ? capital(at(card.nom)) : card.nom, soin: nearestOne(titre) };
    if (minutes === null) return t("mc-brief-unreached", words);
    if (lieu?.code_commune === card.code) return t("mc-brief-here", words);
    const place = lieu?.commune ?? lieu?.nom;
    return t("mc-brief-near", { ...words, minutes: inMinutes(minutes), lieu: place ? `, ${french ? at(place) : `in ${place}`}` : "" });
}

/** "yes" (underserved), "maybe" (the agency may choose), "no", "other" (a decided class of another name) or
 *  "unknown": the decision where there is one, else what the rule reads. */
export function verdict(card) {
    const zone = card.zonage;
    const given = zone?.classe ?? zone?.classe_calculee ?? null;
    if (!given) return "unknown";
    return { ZIP: "yes", ZAC: "yes", ZAR: "yes", vivier: "maybe", HZ: "no" }[given] ?? "other";
}

/** Underserved or not, since when, by which rule: one sentence. */
export function zoneSentence(card) {
    const zone = card.zonage;
    const which = verdict(card);
    if (which === "unknown") return t("mc-zone-unknown");
    const known = zone.apl !== null && zone.apl !== undefined;
    const area = zone.nom ?? zone.zone;
    return t(`mc-zone-${zone.classe ? "decided-" : ""}${which}`, {
        classe: className(zone.classe ?? zone.classe_calculee),
        acces: known ? t("mc-zone-access", { apl: number(zone.apl, 1), seuil: number(zone.seuil, 1), de: language === "fr" ? of(area) : area })
            : t("mc-zone-no-access"),
        regle: zone.titre, depuis: date(zone.depuis),
    });
}

const className = (id) => (has(`mc-class-${id}`) ? t(`mc-class-${id}`) : id);

/** Sources once each, their dates together: `[{nom, dates: ["1er janvier 2026", …]}]`. */
export function sourcesOf(card) {
    const found = new Map();
    for (const { name, vintage, licence } of card.sources ?? []) {
        if (!found.has(name)) found.set(name, { nom: name, dates: [], licence });
        if (vintage) found.get(name).dates.push(vintageOf(vintage));
    }
    return [...found.values()];
}

const vintageOf = (text) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? date(text) : text);

/** The meanings of the acronyms of a text, "APL, accessibilité…; DREES, …": "" where it has none that is known. */
export function acronyms(text) {
    const found = [...new Set(text.match(/\b(?:\p{Lu}{2,}\d?|ODbL)(?!\p{L})/gu) ?? [])].filter((one) => has(`mc-word-${one}`));
    return found.map((one) => `${one}, ${t(`mc-word-${one}`)}`).join(" ; ");
}

/** What a contact is: an address to write to, a number to call, a page, or words. */
export function contactLink(contact) {
    const text = contact.trim();
    if (/^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i.test(text)) return `mailto:${text}`;
    if (/^\+?[\d .()-]{9,}$/.test(text)) return `tel:${text.replace(/[^\d+]/g, "")}`;
    return /^https?:\/\/\S+$/.test(text) ? text : null;
}
