/* The tool that looks: a click tells who holds a commune, and takes its perimeter as the current one. */
import { population, t } from "../base/text.js";
import { message } from "../base/ui.js";
import { plan } from "./plan.js";

/** Listens to clicks on the map while `active()`. */
export function inspect(view, active) {
    view.map.on("click", (event) => {
        if (!active()) return;
        const found = view.communeAt(event.point)?.properties;
        if (!found) return;
        const commune = plan.communes.get(found.code);
        const ids = plan.holders(found.code);
        const alive = ids.filter((id) => plan.perimeters.get(id).actif !== false);
        if (alive.length) plan.current = alive[(alive.indexOf(plan.current) + 1) % alive.length];
        const who = ids.map((id) => plan.perimeters.get(id).nom).join(", ") || t("edit.nobody");
        message(t("edit.held-by", { nom: commune?.nom ?? found.nom, population: population(commune?.population), qui: who }), { key: "trait", seconds: 8 });
        view.select(found.code);
    });
}
