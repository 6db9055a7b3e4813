/* Faults in words that people can act upon: what happened, as the service tells it, and what to do. */
import { addTexts, has, t } from "./text.js";
import { texts } from "./texts_problems.js";

addTexts(texts);

/* What needs no words of the service: its own would say the same in its terms. */
const OWN_WORDS = new Set([401, 500, 502, 504]);

/** One text for a fault: of a request (Problem), or of the page itself. */
export function problemText(fault, online = globalThis.navigator?.onLine !== false) {
    if (!("status" in fault)) return t("problem-unknown");
    if (fault.offline) return t(online ? "problem-offline" : "problem-no-network");
    const advice = has(`problem-${fault.status}`) ? t(`problem-${fault.status}`) : t(fault.status >= 500 ? "problem-500" : "problem-refused");
    return OWN_WORDS.has(fault.status) || !fault.body?.detail ? advice : `${sentence(fault.body.detail)} ${advice}`;
}

const sentence = (text) => (/[.!?…]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);
