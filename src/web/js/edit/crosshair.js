/* The cross at the middle of the map: where Space and Enter paint, so that one may paint without a pointer. */
import { h } from "../base/dom.js";
import { t } from "../base/text.js";
import { say } from "../base/ui.js";
import { plan } from "./plan.js";

export class Crosshair {
    constructor(view, painting) {
        Object.assign(this, { view, painting });
        this.element = h("div", { class: "edit-cross", "aria-hidden": "true", hidden: true });
        view.map.getContainer().append(this.element);
        view.map.on("moveend", () => this.tell());
    }

    show(is) {
        this.element.hidden = !is;
    }

    /** The commune under the cross, or null. */
    commune() {
        const { clientWidth, clientHeight } = this.view.map.getContainer();
        return this.view.communeAt([clientWidth / 2, clientHeight / 2])?.properties ?? null;
    }

    /* After the map was moved by its keys: who listens hears what lies under the cross, and who holds it. */
    tell() {
        if (this.element.hidden || !this.view.map.getContainer().contains(document.activeElement)) return;
        const found = this.commune();
        if (!found || found.code === this.told) return;
        this.told = found.code;
        const holders = plan.holders(found.code).map((id) => plan.perimeters.get(id).nom).join(", ");
        say(`${found.nom}, ${holders || t("edit.nobody")}`);
    }

    /** A stroke of that commune: `how` is "add" or "remove". */
    paint(how) {
        const found = this.commune();
        if (!found) return say(t("edit.no-commune"));
        return this.painting.at([found.code], how);
    }
}
