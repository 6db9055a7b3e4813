/* A stroke that met the changes of somebody else: who did what and why, beside what was drawn here, and two ways out. And
 * steps back that others stand in the way of. */
import { h } from "../base/dom.js";
import { moment, t } from "../base/text.js";
import { dialog, message, tellProblem } from "../base/ui.js";
import { gathered } from "./changes_in_words.js";
import { plan } from "./plan.js";

const SHOWN = 15;

const names = (codes) => {
    const all = codes.map((code) => plan.communes.get(code)?.nom ?? code);
    return all.length > SHOWN ? `${all.slice(0, SHOWN).join(", ")} ${t("edit.and-more", { n: all.length - SHOWN })}` : all.join(", ");
};
const called = (id) => plan.perimeters.get(id)?.nom ?? id ?? t("edit.nobody");

/** Gestures in words, one line each: those on communes by their names, others by what they are called. */
export function gesturesInWords(gestures) {
    return gestures.map((one) => {
        const values = { nom: called(one.perimetre ?? one.vers), de: called(one.de), communes: one.codes ? names(one.codes) : "", n: one.codes?.length ?? 0 };
        const key = `edit.gesture-${one.geste}`;
        return ["add", "remove", "move", "create", "delete", "rename", "status"].includes(one.geste) ? t(key, values) : t("edit.gesture-other", values);
    });
}

/** Who changed a perimeter since, when and why, and what it is that they changed. */
function since(one) {
    const { added, removed, details } = gathered(one.differences);
    return h("section", { class: "block" }, h("h3", {}, one.nom ?? one.id),
        h("ul", {}, one.changements.map((change) => h("li", {}, t("edit.who-when", { qui: change.qui ?? t("edit.somebody"), quand: moment(change.date) }),
            change.motif && [" ", h("q", {}, change.motif)]))),
        added.length > 0 && h("p", {}, h("strong", {}, t("edit.they-added", { n: added.length })), " ", names(added)),
        removed.length > 0 && h("p", {}, h("strong", {}, t("edit.they-removed", { n: removed.length })), " ", names(removed)),
        details.length > 0 && h("p", {}, details.map((row) => `${row.quoi} : ${row.avant ?? t("nothing")} → ${row.apres ?? t("nothing")}`).join(" ; ")));
}

let open = false;
/** Asks what becomes of the stroke that waits; closed without an answer, it waits on. */
export async function askConflict() {
    if (!plan.conflict || open) return;
    open = true;
    const { item, fault } = plan.conflict;
    const choice = await dialog({
        title: t("edit.conflict-title"), wide: true, close: t("edit.decide-later"),
        body: [h("p", {}, t("edit.conflict-text")),
            h("div", { class: "edit-sides" },
                h("div", {}, h("h3", {}, t("edit.conflict-theirs")), (fault.body?.perimetres ?? []).map(since)),
                h("div", {}, h("h3", {}, t("edit.conflict-mine")), h("section", { class: "block" },
                    h("p", {}, item.made?.label || null, item.motif && [" ", h("q", {}, item.motif)]),
                    h("ul", {}, gesturesInWords(item.gestes).map((line) => h("li", {}, line))))))],
        actions: [{ title: t("edit.decide-later"), value: null }, { title: t("edit.drop-mine"), value: "drop" },
            { title: t("edit.reapply"), value: "again", primary: true }],
    });
    open = false;
    if (choice === "drop") {
        plan.giveUp();
        message(t("edit.kept-aside"), { seconds: 8, key: "conflit" });
        await plan.load().catch(tellProblem);
    } else if (choice === "again") {
        const done = await plan.reapply().catch((problem) => (tellProblem(problem), null));
        if (done === false) message(t("edit.nothing-left"), { seconds: 8, key: "conflit" });
    }
}

/** Strokes that were not done, to look at. */
export function showAside() {
    const list = h("div");
    const draw = () => list.replaceChildren(...plan.aside().map((one) => h("section", { class: "block" },
        h("p", {}, h("strong", {}, one.made?.label || t("edit.a-change")), one.made?.le && ` – ${moment(one.made.le)}`),
        one.raison && h("p", { class: "note" }, one.raison), one.motif && h("p", {}, h("q", {}, one.motif)),
        h("ul", {}, gesturesInWords(one.gestes).map((line) => h("li", {}, line))),
        h("button", { type: "button", class: "small", onclick: () => (plan.forgetAside(one.key), draw()) }, t("edit.forget")))),
    ...(plan.aside().length ? [] : [h("p", {}, t("edit.aside-none"))]));
    draw();
    return dialog({ title: t("edit.aside-title"), body: [h("p", {}, t("edit.aside-text")), list], actions: [{ title: t("close"), primary: true }] });
}

/** Why a step back or forth was not done: nothing there, or somebody's change in the way. */
export function tellTurn(fault) {
    const others = fault.body?.perimetres ?? [];
    if (fault.status !== 409 || !others.length) return tellProblem(fault);
    return dialog({ title: t("edit.undo-blocked"), body: [h("p", {}, t("edit.undo-blocked-text")), others.map(since)],
        actions: [{ title: t("close"), primary: true }] });
}
