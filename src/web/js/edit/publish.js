/* "Publier ce que les règles permettent": which statuses are public, what the public sees, and what it will see. */
import { get, post, query } from "../base/api.js";
import { fill, h } from "../base/dom.js";
import { number } from "../base/text.js";
import { busy, dialog, say, tellProblem } from "../base/ui.js";
import { plan } from "./plan.js";
import { publication } from "./publishing.js";
import { statusOf, statusTitle } from "./words.js";
import { t } from "./plans_text.js";

const PAUSE = 600; /* ms between two looks at a job */
const LAYER = "cpts"; /* the layer by which perimeters are published */

async function compared(study) {
    const [stand, layer] = await Promise.all([get(`/perimeters${query({ kind: LAYER })}`),
        get(`/collections/${LAYER}/items?audience=public&skipGeometry=true&limit=1000`)]);
    return publication(stand, layer.features.map((one) => one.properties), (id) => Boolean(statusOf(study, id)?.public));
}

function rowsView(study, rows) {
    const side = (one) => (one ? `${statusTitle(study, one.statut)}, ${number(one.population)} ${t("short-inhabitants")}` : t("not-seen"));
    const kinds = { appears: "good", disappears: "bad", changes: "warning", stays: "" };
    return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("public-before-after") }, h("table", {},
        h("caption", {}, t("public-before-after")),
        h("thead", {}, h("tr", {}, ["perimeter", "public-now", "public-then", "public-what"].map((key) => h("th", { scope: "col" }, t(key))))),
        h("tbody", {}, rows.map((row) => h("tr", {}, h("th", { scope: "row" }, row.nom), h("td", {}, side(row.before)), h("td", {}, side(row.after)),
            h("td", {}, h("span", { class: ["tag", kinds[row.what]] }, t(`public-${row.what}`))))))));
}

/** Asks for the computation and waits for its end; `tell(part)` how far it is. */
async function compute(tell) {
    let job = await post("/jobs", { travail: "recalcul" });
    while (["attente", "en-cours"].includes(job.etat)) {
        tell(job.part ?? 0);
        await new Promise((done) => setTimeout(done, PAUSE));
        job = await get(`/jobs/${job.id}`);
    }
    if (job.etat !== "fini") throw new Error(`job ${job.etat}`);
}

function rulesView(study) {
    const titles = (is) => study.statuts.filter((one) => Boolean(one.public) === is).map((one) => one.titre).join(", ");
    return [h("p", {}, h("b", {}, study.publication.titre), "."),
        study.publication.reference && h("p", { class: "small soft" }, t("rule-source", { source: study.publication.reference })),
        h("dl", { class: "publication" }, h("dt", {}, t("statuses-public")), h("dd", {}, titles(true)), h("dt", {}, t("statuses-inside")), h("dd", {}, titles(false)))];
}

export function publishDialog({ study }) {
    const table = h("div");
    const progress = h("div", { role: "status" });
    const draw = async () => {
        const rows = await busy(table, compared(study));
        if (!rows) return;
        const moves = rows.filter((row) => row.what !== "stays");
        fill(table, h("p", { class: moves.length ? "note" : "note good" }, moves.length ? t("public-moves", { n: moves.length }) : t("public-up-to-date")),
            rows.length ? rowsView(study, rows) : h("p", {}, t("public-sees-nothing")));
    };
    const publish = async () => {
        const bar = h("progress", { max: "1", value: "0", "aria-label": t("publishing") });
        fill(progress, h("p", {}, t("publishing"), " ", bar));
        try {
            await compute((part) => (bar.value = part));
            fill(progress, h("p", { class: "note good" }, t("published")));
            say(t("published"));
            await draw();
        } catch (fault) {
            fill(progress);
            tellProblem(fault);
        }
        return false; /* the dialog stays, and shows what is seen now */
    };
    draw();
    return dialog({ title: t("publish"), wide: true,
        body: [...rulesView(study), plan.scenario && h("p", { class: "note" }, t("public-not-of-scenario")), table,
            h("p", { class: "soft" }, t("publish-by-itself")), progress],
        actions: [{ title: t("publish-now"), primary: true, act: publish }] });
}
