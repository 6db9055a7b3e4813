/* Who changed what of a perimeter, when and why; what differs between two moments; going back to one. */
import { get, may, post, query, requestId } from "../base/api.js";
import { fill, h } from "../base/dom.js";
import { moment } from "../base/text.js";
import { ask, busy, message } from "../base/ui.js";
import { plan } from "./plan.js";
import { reasonField } from "./reason.js";
import { change, differencesList } from "./words.js";
import { t } from "./plans_text.js";

const PAGE = 50;
const path = (id, what, more) => `/perimeters/${encodeURIComponent(id)}/${what}${query({ scenario: plan.scenario, ...more })}`;

/** Figures of both sides and what differs; `last` is a version, or "" for what stands. */
async function differences(context, id, from, last) {
    const [found, names] = await Promise.all([get(path(id, "diff", { de: from, a: last })), context.view.names().catch(() => null)]);
    return [
        h("p", { class: "small" }, t("population"), " ", change(found.avant?.population, found.apres?.population), " · ",
            t("size"), " ", [found.avant?.taille, found.apres?.taille].map((one) => one ?? t("nothing")).join(" → ")),
        differencesList(context.study, names, found.differences)];
}

/** Goes back to a version by a change of its own. */
async function restore(whole, version, reason, onDone) {
    const stands = plan.perimeters.get(whole.id);
    const sure = await ask(t("restore-title", { version }), t("restore-text", { nom: whole.nom, version }), { yes: t("restore") });
    if (!sure) return;
    const answer = await busy(null, post("/restore", { id: requestId(), scenario: plan.scenario, perimetre: whole.id, a: `v${version}`,
        motif: reason.text() || null, vu: { [whole.id]: stands?.etat ?? whole.etat } }));
    if (answer === undefined) return;
    reason.done();
    message(t("change-made", { fait: answer.fait }), { seconds: 8, key: "fait" });
    await plan.load();
    onDone();
}

function entry(context, whole, row, { reason, onDone }) {
    const place = h("div");
    const show = (from, last) => busy(place, differences(context, whole.id, from, last)).then((found) => found && fill(place, found));
    const now = row.version === whole.version;
    const button = (key, act) => h("button", { type: "button", class: "small", onclick: act,
        "aria-label": `${t(key)} (${t("version", { version: row.version })})` }, t(key));
    return h("li", { class: "history-entry" },
        h("p", {}, h("b", {}, t("version", { version: row.version })), " · ", moment(row.date), h("br"),
            h("span", { class: "soft" }, [row.qui ?? t("somebody"), t(`change-${row.genre}`)].join(" · ")),
            row.motif && [h("br"), h("q", {}, row.motif)]),
        h("div", { class: "row" },
            row.version > 1 && button("what-changed", () => show(`v${row.version - 1}`, `v${row.version}`)),
            !now && button("compare-with-now", () => show(`v${row.version}`, "")),
            !now && may("planificateur") && button("restore-this", () => restore(whole, row.version, reason, onDone))),
        place);
}

export function historyView(context, whole, onDone) {
    const reason = reasonField(`retour.${whole.id}`);
    const list = h("ol", { class: "plain history" });
    const more = h("div");
    async function read(before) {
        const rows = await busy(list, get(path(whole.id, "history", { limit: PAGE, avant: before })));
        if (!rows) return;
        list.append(...rows.map((row) => entry(context, whole, row, { reason, onDone })));
        if (!list.children.length) list.append(h("li", { class: "soft" }, t("no-history")));
        fill(more, rows.length >= PAGE && h("button", { type: "button", onclick: () => read(rows.at(-1).numero) }, t("history-more")));
    }
    read();
    return h("div", {}, plan.scenario && h("p", { class: "small soft" }, t("history-of-scenario")), list, more,
        may("planificateur") && h("details", {}, h("summary", {}, t("reason-of-return")), reason.element));
}
