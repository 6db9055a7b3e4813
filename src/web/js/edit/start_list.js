/* Starting from a list: communes for one perimeter, or a table of perimeters; how each row was understood. */
import { post, query } from "../base/api.js";
import { fill, h, newId } from "../base/dom.js";
import { busy } from "../base/ui.js";
import { plan } from "./plan.js";
import { gesturesOf, isTable, withIds } from "./starting.js";
import { has, t } from "./plans_text.js";

const ROWS = 200; /* of what was understood, as many are shown */

const understoodAs = (how) => (has(`understood-${how}`) ? t(`understood-${how}`) : how);

function rowsView(rows) {
    const unclear = rows.filter((row) => !row.code);
    const cells = (row) => h("tr", { class: row.code ? "" : "unclear" }, h("td", { class: "number" }, String(row.ligne)), h("th", { scope: "row" }, row.texte),
        h("td", {}, row.code ?? t("not-understood")), h("td", {}, [row.comment && understoodAs(row.comment), row.candidats].filter(Boolean).join(" : ")));
    const table = (all) => h("table", {}, h("caption", {}, t("rows-understood")),
        h("thead", {}, h("tr", {}, ["row", "written", "code", "how"].map((key) => h("th", { scope: "col" }, t(`list-${key}`))))),
        h("tbody", {}, all.slice(0, ROWS).map(cells)));
    return h("div", {}, h("p", { class: unclear.length ? "note" : "note good" }, t("list-understood", { n: rows.length - unclear.length }),
        unclear.length > 0 && ` ${t("list-unclear", { n: unclear.length })}`),
    h("details", { open: unclear.length > 0 }, h("summary", {}, t("rows-understood")),
        h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("rows-understood") }, table([...unclear, ...rows.filter((row) => row.code)]))));
}

/** A source of start.js: `changed()` is told when another list is there. */
export function listSource(changed, place) {
    const id = newId("liste");
    const text = h("textarea", { id, rows: "5", placeholder: t("list-example"), oninput: () => (clearTimeout(text.later), (text.later = setTimeout(read, 500))) });
    const file = h("input", { type: "file", accept: ".csv,.txt,text/csv,text/plain", onchange: async () => {
        if (!file.files[0]) return;
        text.value = await file.files[0].text();
        if (!name.value) name.value = file.files[0].name.replace(/\.\w+$/, "");
        read();
    } });
    const name = h("input", { maxlength: "200", oninput: () => changed() });
    const named = h("label", { class: "field" }, h("span", {}, t("list-name")), name);
    const told = h("div", { "aria-live": "polite" });
    let understood = null;

    async function read() {
        understood = null;
        const table = isTable(text.value);
        named.hidden = table;
        if (!text.value.trim()) return fill(told), changed();
        const path = `/lists${query(table ? { perimetres: "true", scenario: place().base, kind: plan.genre } : {})}`;
        const answer = await busy(told, post(path, table ? withIds(text.value) : text.value, { "Content-Type": table ? "text/csv" : "text/plain" }));
        if (!answer) return undefined;
        understood = { ...answer, table };
        fill(told, rowsView(answer.lignes));
        return changed();
    }

    return {
        element: h("div", {}, h("div", { class: "field" }, h("label", { for: id }, t("list-text")), text), h("label", { class: "field" }, h("span", {}, t("list-file")), file), named, told),
        title: () => name.value.trim() || t("start-list-title"),
        async gestures({ taken, gone, genre }) {
            if (!understood) return [];
            const nom = name.value.trim() || t("start-list-title");
            const made = understood.table ? understood.gestes : gesturesOf([{ nom, codes: understood.codes }], { taken, genre });
            const named = new Set(made.map((one) => one.perimetre)); /* those that the list itself changes stay */
            return made.length ? [...gesturesOf([], { gone: gone.filter((one) => !named.has(one)) }), ...made] : [];
        },
    };
}
