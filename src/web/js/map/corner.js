/* The legend in the corner of the map: collapsible, collapsed on a phone. */
import { fill, h, icon } from "../base/dom.js";
import { addTexts, t } from "../base/text.js";
import { overLegend, themeLegend } from "./legend.js";
import { followShown, onShown, shown } from "./shown.js";
import { texts } from "./texts.js";

addTexts(texts);

/** A part: what is shown follows the address, and its legend follows it. */
export const legendPart = {
    start(context) {
        const body = h("div", { class: "legend-body" });
        const element = h("details", { class: "legend", open: !matchMedia("(max-width: 56rem)").matches }, h("summary", {}, icon("list"), t("legend")), body);
        context.corner.append(element);
        onShown(() => {
            const theme = !shown.veiled && shown.theme;
            element.hidden = !theme && !shown.outlines.length && !shown.places.length;
            fill(body, theme && themeLegend(shown, { services: context.study.services }), overLegend(shown));
        });
        followShown(context);
    },
};
