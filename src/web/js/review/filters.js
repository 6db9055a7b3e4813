/* The filters of the initiatives: what they say stands in the address. */
import { fill, h, newId } from "../base/dom.js";
import * as state from "../base/state.js";
import { t } from "../base/text.js";
import { statusColours } from "./painting.js";

/** The filters as the address has them. */
export const filters = () => ({ statuts: state.list("statuts"), depuis: state.get("depuis"), jusqua: state.get("jusqua"),
    texte: state.get("recherche"), departement: state.get("departement") });

const KEYS = ["statuts", "depuis", "jusqua", "recherche", "departement", "jour"];

/* An input with its label; what it says goes to the address under `key`. */
function field(key, title, input, event = "change") {
    const id = newId("filtre");
    input.id = id;
    input.addEventListener(event, () => state.set({ [key]: input.value.trim() }));
    return h("div", { class: "field" }, h("label", { for: id }, title), input);
}

function follow(inputs) {
    for (const [key, input] of Object.entries(inputs))
        if (document.activeElement !== input && input.value !== state.get(key)) input.value = state.get(key);
}

/** `{element, update(statuts, list)}`: `statuts` with their counts. */
export function filterForm(context) {
    const { study } = context;
    const inputs = {
        recherche: h("input", { type: "search", autocomplete: "off" }),
        genre: h("select", {}, study.genres.map((one) => h("option", { value: one.id }, one.titre))),
        departement: h("select", {}, h("option", { value: "" }, t("rev-all-departments")),
            study.departements.map((one) => h("option", { value: one.code }, one.nom === one.code ? one.code : `${one.code} – ${one.nom}`))),
        depuis: h("input", { type: "date" }),
        jusqua: h("input", { type: "date" }),
        jour: h("input", { type: "date", max: study.date }),
    };
    const chips = h("div", { class: "row chips" });
    const clear = h("button", { type: "button", class: "small", onclick: () => state.set(Object.fromEntries(KEYS.map((key) => [key, ""]))) }, t("rev-clear"));
    const element = h("form", { class: "filters", role: "search", "aria-label": t("rev-filters"), onsubmit: (event) => event.preventDefault() },
        field("recherche", t("rev-search"), inputs.recherche, "input"),
        h("fieldset", {}, h("legend", {}, t("rev-status")), chips),
        h("details", { open: KEYS.some((key) => !["statuts", "recherche"].includes(key) && state.get(key)) },
            h("summary", {}, t("rev-more-filters")),
            study.genres.length > 1 && field("genre", t("rev-kind"), inputs.genre),
            study.departements.length > 1 && field("departement", t("rev-department"), inputs.departement),
            h("fieldset", { class: "pair" }, h("legend", {}, t("rev-status-between")),
                field("depuis", t("rev-from"), inputs.depuis), field("jusqua", t("rev-to"), inputs.jusqua)),
            field("jour", t("rev-day"), inputs.jour),
            h("p", { class: "soft small" }, t("rev-day-help"))),
        clear);

    function update(statuts) {
        follow({ ...inputs, genre: inputs.recherche });
        inputs.genre.value = state.get("genre") || "cpts";
        const chosen = state.list("statuts");
        const colours = statusColours(context.catalogue, study.statuts);
        const had = chips.contains(document.activeElement) ? document.activeElement.dataset.statut : null;
        fill(chips, statuts.map((one) => h("button", { type: "button", class: "small chip", "data-statut": one.id,
            "aria-pressed": String(chosen.includes(one.id)), onclick: () => turn(one.id) },
        h("span", { class: "swatch", "aria-hidden": "true", style: { background: colours[one.id] } }), `${one.titre} (${one.nombre})`)));
        if (had) chips.querySelector(`[data-statut="${had}"]`)?.focus();
        clear.hidden = !KEYS.some((key) => state.get(key));
    }

    function turn(id) {
        const chosen = new Set(state.list("statuts"));
        if (!chosen.delete(id)) chosen.add(id);
        state.set({ statuts: [...chosen] });
    }
    return { element, update };
}
