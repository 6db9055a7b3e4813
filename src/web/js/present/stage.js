/* What a room reads around the map: title, one sentence, legend, source; in letters for the last row. */
import { session } from "../base/api.js";
import { fill, h, icon } from "../base/dom.js";
import * as state from "../base/state.js";
import { t } from "../base/text.js";
import { legendRows } from "../map/legend.js";
import { onShown, shown } from "../map/shown.js";
import { sourcesOf } from "../public/words.js";

const SIZES = [0.8, 0.9, 1, 1.15, 1.3, 1.5, 1.75];

/** `does`: what the few buttons do. */
export function stage(context, does) {
    const main = document.getElementById("carte");
    const head = h("header", { class: "stage-head" });
    const legend = h("aside", { class: "stage-legend", "aria-label": t("pr-legend"), tabindex: "-1" });
    const foot = h("footer", { class: "stage-foot" });
    const black = h("div", { class: "stage-black", role: "img", "aria-label": t("pr-blank"), hidden: true });
    const watchers = [];
    let size = SIZES.indexOf(1);

    const button = (name, title, act) => h("button", { type: "button", class: "quiet", "aria-label": t(title), title: t(title), onclick: act }, icon(name));
    const count = h("span", { class: "stage-count" });
    const controls = h("span", { class: "stage-controls" }, button("back", "pr-previous", does.previous), count, button("next", "pr-next", does.next),
        button("help", "pr-keys", does.help), button("close", "pr-leave", does.leave));
    const source = h("p", {});
    foot.append(source, controls);

    function draw() {
        if (state.get("vue") !== "projection") return;
        const views = context.catalogue.vues ?? [];
        const at = views.findIndex((one) => one.id === state.get("planche"));
        const view = at >= 0 && views[at].couche === shown.theme?.layer.id ? views[at] : null;
        fill(head, h("h2", {}, tied(view?.titre ?? shown.theme?.title ?? context.study.titre)),
            h("p", {}, view?.description ?? sentence(shown.theme?.layer.description ?? "")));
        fill(count, at >= 0 ? `${at + 1} / ${views.length}` : "");
        fill(source, sources(shown.theme?.layer), session.role && !session.asPublic && h("strong", {}, ` ${t("pr-internal-short")}.`));
        fill(legend, shown.theme && [h("h3", {}, heading(shown.theme)),
            legendRows(shown.entries, shown.counts, { missing: shown.theme.legend?.manquant, noun: () => null })]);
    }
    onShown(draw);
    state.watch(["planche"], draw);

    function resize() {
        document.documentElement.style.setProperty("--stage", SIZES[size]);
        watchers.forEach((f) => f(SIZES[size]));
    }

    return {
        scale: () => SIZES[size],
        onSize: (f) => watchers.push(f),
        size(by) {
            size = Math.min(SIZES.length - 1, Math.max(0, size + by));
            resize();
        },
        blanked: () => !black.hidden,
        blank: () => (black.hidden = !black.hidden),
        enter(is) {
            black.hidden = true;
            if (is) main.append(head, legend, foot, black);
            else [head, legend, foot, black].forEach((one) => one.remove());
            resize();
            draw();
            if (is) main.focus();
        },
    };
}

/** Of what a layer says of itself the first sentence: a room reads one. */
const sentence = (text) => text.match(/^.*?[.!?](?=\s|$)/s)?.[0] ?? text;

/** A colon never begins a line. */
const tied = (text) => text.replace(/ ([:;?!])/g, "\u00a0$1");

const heading = ({ title, property }) => tied(property.unite && !title.includes(property.unite) ? `${title} (${property.unite})` : title);

function sources(layer) {
    if (!layer?.sources.length) return "";
    const told = sourcesOf({ sources: layer.sources.map(({ nom, millesime }) => ({ name: nom, vintage: millesime })) })
        .map(({ nom, dates }) => [nom, ...dates].join(", "));
    return [t("pr-source", { sources: told.join(" ; ") }), layer.estime && ` ${t("pr-estimated")}`];
}
