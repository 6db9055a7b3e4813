/* The scenario that one works on beside another: figures, perimeters, communes that differ, and both on the map. */
import { get, may, onSession, query } from "../base/api.js";
import { fill, h } from "../base/dom.js";
import * as state from "../base/state.js";
import { number } from "../base/text.js";
import { busy } from "../base/ui.js";
import { swipe } from "../map/swipe.js";
import { codesOf, gathered, sideBySide } from "./changes_in_words.js";
import { planLoaded } from "./loaded.js";
import { outline } from "./outline.js";
import { plan } from "./plan.js";
import { sideColours, sideNames, sideOf } from "./sides.js";
import { REFERENCE, change, difference, differencesList, figure, statusTitle } from "./words.js";
import { t } from "./plans_text.js";

/** An id as addresses of the service write it; "" is the reference there. */
const plain = (id) => (id === REFERENCE ? "" : id);
const named = (id) => id || REFERENCE;

const QUIET = 500; /* ms between a change and reading the differences again */

/** `{element, draw(), choose(id)}`: the part of the panel; the map is compared as long as the address says so. */
export function comparison(context, list) {
    const { view, study } = context;
    const element = h("section", { class: "comparison", "aria-label": t("comparison"), hidden: true });
    let swiping = null;
    let members = null; /* of the other scenario */
    let of = null; /* which one that is */
    let shown = null; /* what was drawn */
    let later = 0;

    const title = (id) => (plain(id) ? list().find((one) => one.id === id)?.titre ?? id : t("reference"));
    const other = () => state.get("compare");
    const choose = (id) => state.set({ compare: id, balayage: id ? state.get("balayage") || "50" : "" }, { push: true });

    async function read() {
        const id = other();
        element.hidden = !id;
        if (!id || id === named(plan.scenario) || !may("lecteur")) return clear();
        const scenarios = `${id},${named(plan.scenario)}`;
        await planLoaded();
        const found = await busy(element, Promise.all([
            get(`/scenarios/compare${query({ scenarios, kind: plan.genre })}`), get(`/diff${query({ scenarios, kind: plan.genre })}`),
            get(`/members${query({ scenario: plain(id), kind: plan.genre })}`), view.names().catch(() => null)]));
        if (!found || other() !== id) return undefined;
        const [[a, b], rows, theirs, names] = found;
        members = theirs;
        of = id;
        shown = [id, sideBySide(a, b), rows, names];
        draw(...shown);
        outline(view, "differe", codesOf(rows), { colour: "#9a3b00", width: 2, casing: 1 });
        return drawSwipe();
    }

    function clear() {
        fill(element);
        element.hidden = true;
        members = null;
        shown = null;
        outline(view, "differe", []);
        drawSwipe();
    }

    function draw(id, figures, rows, names) {
        const on = Boolean(state.get("balayage"));
        fill(element, h("h3", {}, t("compared-with", { ici: title(named(plan.scenario)), la: title(id) })),
            h("div", { class: "row" },
                h("button", { type: "button", "aria-pressed": String(on), onclick: (event) => {
                    state.set({ balayage: state.get("balayage") ? "" : "50" }, { push: true });
                    event.target.setAttribute("aria-pressed", String(Boolean(state.get("balayage"))));
                } }, t("swipe")),
                h("button", { type: "button", onclick: () => choose("") }, t("stop-comparing"))),
            h("p", { class: "small soft" }, t("compare-legend")),
            figuresTable(figures, title(id), title(named(plan.scenario))),
            perimetersTable(rows, names));
    }

    function figuresTable(figures, left, right) {
        return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("compared-figures") }, h("table", {}, h("caption", {}, t("compared-figures")),
            h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("figure")), [left, right, t("difference")].map((one) => h("th", { scope: "col", class: "number" }, one)))),
            h("tbody", {}, figures.map(({ key, a, b, by }) => h("tr", { class: by ? "differs" : "" },
                h("th", { scope: "row" }, key.startsWith("taille-") ? t("of-size", { taille: key.slice(7) }) : t(`figure-${key}`)),
                h("td", { class: "number" }, figure(key, a)), h("td", { class: "number" }, figure(key, b)),
                h("td", { class: "number" }, difference(key, by)))))));
    }

    function perimetersTable(rows, names) {
        if (!rows.length) return h("p", { class: "note good" }, t("same-everywhere"));
        const name = (id) => plan.perimeters.get(id)?.nom ?? members.perimetres.find((one) => one.id === id)?.nom ?? id;
        return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("compared-perimeters") }, h("table", {},
            h("caption", {}, t("compared-perimeters")),
            h("thead", {}, h("tr", {}, ["perimeter", "population", "communes-short"].map((key) => h("th", { scope: "col" }, t(key))))),
            h("tbody", {}, rows.map((row) => perimeterRow(row, name(row.id), names)))));
    }

    function perimeterRow(row, name, names) {
        const { added, removed } = gathered(row.differences);
        const sides = [row.avant, row.apres];
        return [h("tr", {}, h("th", { scope: "row" }, name),
            h("td", { class: "number" }, row.avant && row.apres ? change(row.avant.population, row.apres.population)
                : t(row.avant ? "only-there" : "only-here", { n: sides.find(Boolean)?.population ?? 0 })),
            h("td", { class: "number" }, `+${number(added.length)} / −${number(removed.length)}`)),
        h("tr", {}, h("td", { colspan: "3" }, h("details", {}, h("summary", {}, t("differences")),
            row.avant && row.apres && row.avant.statut !== row.apres.statut && h("p", {}, `${statusTitle(study, row.avant.statut)} → ${statusTitle(study, row.apres.statut)}`),
            differencesList(study, names, row.differences),
            h("button", { type: "button", class: "small", onclick: () => view.fitCodes(codesOf([row])) }, t("show-on-map")))))];
    }

    /* ---- the map ---- */

    function drawSwipe() {
        const on = Boolean(members && of === other() && state.get("balayage"));
        if (!on) {
            swiping?.close();
            swiping = null;
            document.body.classList.remove("swiping");
            return;
        }
        swiping ??= swipe(view, { at: Number(state.get("balayage")), label: t("swipe-label"),
            describe: (gauche, droite, part) => t("swipe-value", { gauche, droite, part }), onMove: (percent) => state.set({ balayage: percent }) });
        document.body.classList.add("swiping"); /* the legend of the theme does not hold for what is painted then */
        swiping.labels(title(of), title(named(plan.scenario)));
        paintBoth();
    }

    function paintBoth() {
        const [left, right] = [sideOf(members), sideOf(plan.perimeters)];
        const sides = sideColours(left, right, (id) => plan.perimeters.get(id)?.couleur);
        const theirs = new Map(members.perimetres.map((one) => [one.id, one.nom]));
        sides.left.names = sideNames(left, (id) => theirs.get(id), shown[3]);
        sides.right.names = sideNames(right, (id) => plan.perimeters.get(id)?.nom, shown[3]);
        swiping.paint(sides);
    }

    state.watch(["compare", "balayage", "scenario"], (changed) => (changed.has("balayage") && changed.size === 1 ? drawSwipe() : read()));
    plan.watch(({ what }) => {
        if (swiping && ["stroke", "saved", "members"].includes(what)) paintBoth();
        if (!other() || !["saved", "members"].includes(what)) return;
        clearTimeout(later);
        later = setTimeout(read, QUIET);
    });
    onSession(read);
    read();
    return { element, choose, draw: () => shown && draw(...shown) };
}
