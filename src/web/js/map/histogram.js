/* A histogram of a theme's values, in the colours of its classes, with mean and median. */
import { h, s } from "../base/dom.js";
import { number, t } from "../base/text.js";
import { classOf } from "./classes.js";

const WIDTH = 320, HEIGHT = 120, FOOT = 18, HEAD = 14, BINS = 32;

/** Bins `[{from, to, counts: [by class]}]` of equal width; of equal ratio where a few values are far above the others. */
export function bins(values, entries, count = BINS) {
    const known = values.filter((value) => typeof value === "number");
    let least = Infinity, most = -Infinity;
    for (const value of known) [least, most] = [Math.min(least, value), Math.max(most, value)];
    const middle = Float64Array.from(known).sort()[known.length >> 1];
    const ratio = least > 0 && most > 20 * middle;
    const scale = ratio ? Math.log : (value) => value;
    const width = (scale(most) - scale(least)) / count || 1;
    const all = Array.from({ length: most > least ? count : 1 }, () => entries.map(() => 0));
    for (const value of known) {
        const at = classOf(value, entries);
        if (at >= 0) all[Math.min(all.length - 1, Math.max(0, Math.floor((scale(value) - scale(least)) / width)))][at]++;
    }
    return { least, most, ratio, bins: all, place: (value) => (most > least ? (scale(value) - scale(least)) / (scale(most) - scale(least)) : 0.5) };
}

export function histogram({ theme, entries, rows, mean }) {
    const values = rows[theme.property.nom];
    const all = bins(values, entries);
    if (!Number.isFinite(all.least)) return h("p", { class: "soft" }, t("histogram-none"));
    const digits = theme.property.type === "int" ? 0 : Math.min(2, theme.property.decimales);
    const tallest = Math.max(...all.bins.map((counts) => counts.reduce((a, b) => a + b, 0)));
    const step = WIDTH / all.bins.length;
    const bars = all.bins.flatMap((counts, i) => {
        let top = HEIGHT;
        return counts.map((count, k) => {
            const height = (count / tallest) * (HEIGHT - HEAD);
            top -= height;
            return count ? s("rect", { x: i * step + 0.5, y: top, width: Math.max(1, step - 1), height, fill: entries[k].couleur, stroke: "#4a5660", "stroke-width": 0.5 }) : null;
        });
    });
    const line = (value, dash) => value !== null && s("line", { x1: WIDTH * all.place(value), x2: WIDTH * all.place(value), y1: 2, y2: HEIGHT,
        stroke: "#16232f", "stroke-width": 2, "stroke-dasharray": dash });
    const words = t("histogram-words", { n: values.length, a: number(all.least, digits), b: number(all.most, digits), unite: theme.property.unite ?? "" });
    return h("figure", { class: "histogram" },
        s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT + FOOT}`, role: "img", "aria-label": words },
            ...bars, line(mean?.moyenne ?? null, null), line(mean?.mediane ?? null, "4 3"),
            s("line", { x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT, stroke: "#7b8a96" }),
            s("text", { x: 0, y: HEIGHT + 14 }, number(all.least, digits)),
            s("text", { x: WIDTH, y: HEIGHT + 14, "text-anchor": "end" }, number(all.most, digits))),
        h("figcaption", { class: "small" }, means(theme, mean, digits), all.ratio && h("span", { class: "soft" }, t("histogram-ratio"))));
}

function means({ property }, mean, digits) {
    if (!mean || mean.moyenne === null) return null;
    const unit = property.unite ? ` ${property.unite}` : "";
    const weighted = t(mean.poids ? "mean-weighted" : "mean-plain");
    return [h("span", { class: "mark mark-mean" }, t("mean", { x: number(mean.moyenne, Math.max(1, digits)) + unit, poids: weighted })),
        h("span", { class: "mark mark-median" }, t("median", { x: number(mean.mediane, digits) + unit }))];
}
