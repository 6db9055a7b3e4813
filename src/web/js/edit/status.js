/* The status of a perimeter: what it may be, since when, with whom, and what the public will see of it. */
import { h } from "../base/dom.js";
import { date } from "../base/text.js";
import { message } from "../base/ui.js";
import { save } from "./effect.js";
import { plan } from "./plan.js";
import { publishDialog } from "./publish.js";
import { reasonField } from "./reason.js";
import { statusInWords, statusOf, statusTitle } from "./words.js";
import { t } from "./plans_text.js";

const today = () => new Date().toISOString().slice(0, 10);

/** What changes for the public, in a sentence. */
function visibility(study, before, after) {
    if (plan.scenario) return t("public-not-of-scenario");
    const was = Boolean(statusOf(study, before)?.public);
    const will = Boolean(statusOf(study, after)?.public);
    return t(was === will ? (was ? "public-still-sees" : "public-still-not") : will ? "public-will-see" : "public-will-not");
}

function pastView(study, whole) {
    if (whole.statuts.length < 2) return null;
    return h("details", {}, h("summary", {}, t("statuses-before")), h("ol", { class: "plain" }, [...whole.statuts].reverse().map((one) =>
        h("li", {}, `${one.depuis ? date(one.depuis) : t("date-unknown")} : ${statusTitle(study, one.statut)}${one.avec ? ` (${one.avec})` : ""}`))));
}

export function statusForm(context, whole) {
    const { study } = context;
    const reason = reasonField(`statut.${whole.id}`);
    const select = h("select", { name: "statut", onchange: () => tell() }, study.statuts.map((one) =>
        h("option", { value: one.id, ".selected": one.id === whole.statut }, one.public ? t("seen-by-public", { titre: one.titre }) : one.titre)));
    const since = h("input", { type: "date", name: "depuis", required: true, ".value": today() });
    const by = h("input", { name: "accompagnement", maxlength: "200", placeholder: t("accompanied-example") });
    const after = h("p", { class: "note" });
    const tell = () => (after.textContent = `${statusTitle(study, whole.statut)} → ${statusTitle(study, select.value)}. ${visibility(study, whole.statut, select.value)}`);
    const submit = async (event) => {
        event.preventDefault();
        const gesture = { geste: "status", perimetre: whole.id, statut: select.value, depuis: since.value };
        if (by.value.trim()) gesture.accompagnement = by.value.trim();
        const answer = await save(form, [gesture], { reason, label: t("status-save") });
        if (answer) message(t("status-changed", { nom: whole.nom, statut: statusTitle(study, gesture.statut) }), { seconds: 8, key: "fait" });
    };
    tell();
    const form = h("form", { onsubmit: submit },
        h("p", {}, t("status-now"), h("b", {}, statusInWords(study, [whole.statut, whole.depuis].filter(Boolean).join(" ")))),
        pastView(study, whole),
        h("label", { class: "field" }, h("span", {}, t("status-new")), select),
        h("label", { class: "field" }, h("span", {}, t("status-since")), since),
        h("label", { class: "field" }, h("span", {}, t("accompanied")), by),
        after, reason.element,
        h("div", { class: "row" }, h("button", { type: "submit", class: "primary" }, t("status-save")),
            h("button", { type: "button", onclick: () => publishDialog(context) }, t("publish"))));
    return form;
}
