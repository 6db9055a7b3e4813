/* A search for communes as one types: names, parts of names, codes; by keyboard too. */
import { get, query } from "../base/api.js";
import { fill, h, newId } from "../base/dom.js";
import { number, t } from "../base/text.js";
import { say, tellProblem } from "../base/ui.js";

/** A combobox (ARIA 1.2). `onChoose({code, nom, departement, population})`. */
export function searchBox({ onChoose, label = t("search-commune"), limit = 8, value = "" }) {
    const listId = newId("liste");
    const input = h("input", { type: "search", role: "combobox", "aria-label": label, placeholder: label, "aria-autocomplete": "list",
        "aria-expanded": "false", "aria-controls": listId, autocomplete: "off", spellcheck: "false", value });
    const list = h("ul", { class: "suggestions", role: "listbox", id: listId, "aria-label": label, hidden: true });
    const box = h("div", { class: "search", role: "search", "aria-label": label }, input, list);
    let found = [];
    let active = -1;
    let asked = null;

    function show(open) {
        list.hidden = !open;
        input.setAttribute("aria-expanded", String(open));
        if (!open) input.removeAttribute("aria-activedescendant");
    }

    function mark(index) {
        active = index;
        [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
        const option = list.children[index];
        if (option) {
            input.setAttribute("aria-activedescendant", option.id);
            option.scrollIntoView({ block: "nearest" });
        }
    }

    function choose(index) {
        const one = found[index];
        if (!one) return;
        input.value = one.nom;
        show(false);
        onChoose(one);
    }

    async function look() {
        const q = input.value.trim();
        asked?.abort();
        if (q.length < 2) return show(false);
        asked = new AbortController();
        try {
            ({ communes: found } = await get(`/communes${query({ q, limit })}`, { signal: asked.signal }));
        } catch (fault) {
            return tellProblem(fault);
        }
        fill(list, found.length ? found.map((one, i) => h("li", { role: "option", id: newId("option"), "aria-selected": "false",
            onmousedown: (event) => (event.preventDefault(), choose(i)) },
        one.nom, h("span", { class: "soft" }, ` (${one.departement})${one.ancien ? ` – ${one.ancien}` : ""} ${number(one.population)} hab.`)))
            : h("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, t("search-none")));
        active = -1;
        show(true);
        say(found.length ? t("search-found", { n: found.length }) : t("search-none"));
    }

    let later = 0;
    input.addEventListener("input", () => (clearTimeout(later), (later = setTimeout(look, 120))));
    input.addEventListener("blur", () => show(false));
    input.addEventListener("keydown", (event) => {
        if (event.key === "ArrowDown" && !list.hidden) mark(Math.min(active + 1, found.length - 1));
        else if (event.key === "ArrowUp" && !list.hidden) mark(Math.max(active - 1, 0));
        else if (event.key === "Enter" && found.length && !list.hidden) choose(Math.max(active, 0));
        else if (event.key === "Escape" && !list.hidden) show(false);
        else return;
        event.preventDefault();
    });
    return box;
}
