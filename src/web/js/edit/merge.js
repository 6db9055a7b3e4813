/* A scenario goes into what it began with; where both changed the same thing, a person chooses. */
import { get, post, query, requestId } from "../base/api.js";
import { fill, h } from "../base/dom.js";
import { busy, dialog, message, tellProblem } from "../base/ui.js";
import { codesOf } from "./changes_in_words.js";
import { plan } from "./plan.js";
import { reasonField } from "./reason.js";
import { REFERENCE, change, differencesList } from "./words.js";
import { t } from "./plans_text.js";

const nameOf = (id) => plan.perimeters.get(id)?.nom ?? id;

function previewOf({ study }, rows, names) {
    if (!rows.length) return h("p", { class: "note" }, t("merge-nothing"));
    return [h("p", {}, t("merge-preview", { n: rows.length, communes: codesOf(rows).length })),
        h("ul", { class: "plain" }, rows.map((row) => h("li", {}, h("details", {}, h("summary", {}, h("b", {}, nameOf(row.id)), " ",
            change(row.avant?.population, row.apres?.population)), differencesList(study, names, row.differences)))))];
}

/** Conflicts, and two answers; `prefer` is told which side counts. */
function conflictsOf({ study }, conflicts, names, { into, from, prefer }) {
    const pick = (value, key) => h("label", { class: "inline" }, h("input", { type: "radio", name: "prefere", value, onchange: () => prefer(value) }), t(key, { la: into, ici: from }));
    return h("div", { class: "note bad", role: "alert" }, h("h3", {}, t("merge-conflicts", { n: conflicts.length })),
        h("p", {}, t("merge-conflicts-told", { la: into, ici: from })),
        h("ul", {}, conflicts.map((one) => h("li", {}, h("b", {}, nameOf(one.id)), differencesList(study, names, one.differences)))),
        h("fieldset", {}, h("legend", {}, t("merge-prefer")), pick("ours", "prefer-there"), pick("theirs", "prefer-here")));
}

/** Resolves true when it was merged. */
export async function mergeDialog(context, scenario, baseTitle) {
    const reason = reasonField(`fusion.${scenario.id}`);
    const preview = h("div");
    const conflicts = h("div");
    const names = await context.view.names().catch(() => null);
    let prefer = null;
    let asked = false;
    busy(preview, get(`/diff${query({ scenarios: `${scenario.base || REFERENCE},${scenario.id}` })}`))
        .then((rows) => rows && fill(preview, previewOf(context, rows, names)));
    const merge = async () => {
        if (asked && !prefer) return false;
        try {
            const answer = await post(`/scenarios/${encodeURIComponent(scenario.id)}/merge`, { dans: scenario.base ?? "", prefere: prefer, motif: reason.text() || null },
                { "Idempotency-Key": requestId() });
            reason.done();
            message(t("merged", { titre: scenario.titre, la: baseTitle, fait: answer.fait }), { seconds: 8, key: "fait" });
            return true;
        } catch (fault) {
            if (fault.status !== 409 || !fault.body.conflits?.length) {
                tellProblem(fault);
                return false;
            }
            asked = true;
            fill(conflicts, conflictsOf(context, fault.body.conflits, names, { into: baseTitle, from: scenario.titre, prefer: (value) => (prefer = value) }));
            return false;
        }
    };
    return Boolean(await dialog({ title: t("merge-title", { titre: scenario.titre, la: baseTitle }), wide: true, close: t("cancel"),
        body: [preview, conflicts, reason.element],
        actions: [{ title: t("cancel"), value: null }, { title: t("merge"), primary: true, act: merge }] }));
}
