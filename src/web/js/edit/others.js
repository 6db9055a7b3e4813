/* What others change while one works: read again at once and told in a few words, without a reload. */
import { session } from "../base/api.js";
import { onEvent, onReach } from "../base/events.js";
import { t } from "../base/text.js";
import { message, tellProblem } from "../base/ui.js";
import { plan } from "./plan.js";

const TOLD_S = 8;
const AGAIN_MS = 3000;
let due = null;
let later = 0;

/** Several changes in one moment are read at once. */
function reread() {
    clearTimeout(later);
    due ??= plan.outbox.idle().then(() => plan.load()).catch((fault) => {
        if (!fault.offline) return tellProblem(fault);
        later = setTimeout(reread, AGAIN_MS);
        return undefined;
    }).finally(() => (due = null));
    return due;
}

function ago(iso) {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(iso)) / 1000));
    return seconds < 60 ? t("edit.seconds-ago", { n: seconds }) : t("edit.minutes-ago", { n: Math.round(seconds / 60) });
}

async function changed(event) {
    if (!session.role || !plan.loaded || (event.scenario ?? "") !== plan.scenario) return;
    await plan.outbox.idle();
    if (plan.isMine(event.id_changement)) return;
    await reread();
    if (event.qui === session.nom) return; /* another window of mine */
    const names = (event.perimetres ?? []).map((one) => one.nom ?? one.id);
    const text = names.length > 3 ? t("edit.changed-many", { qui: event.qui, n: names.length, quand: ago(event.le) })
        : t("edit.changed", { qui: event.qui ?? t("edit.somebody"), noms: names.join(", "), quand: ago(event.le) });
    message(event.motif ? `${text} « ${event.motif} »` : text, { seconds: TOLD_S, key: `autre-${event.qui}` });
}

export function listenOthers() {
    onEvent("changement", (event) => changed(event).catch(tellProblem));
    onReach((is) => is && session.role && plan.loaded && reread());
    for (const kind of ["relire", "import", "scenario"]) onEvent(kind, () => session.role && plan.loaded && reread());
}
