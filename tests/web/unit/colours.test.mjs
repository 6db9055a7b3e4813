/* Palettes as people see them who do not see all hues: neighbours stay apart (CIEDE2000) under each of the three
 * deficiencies, simulated by the matrices of Machado, Oliveira and Fernandes (2009) at full severity. */
import assert from "node:assert/strict";
import test from "node:test";
import { contrast, kindOf, luminance, OUTLINES, palette } from "../../../src/web/js/map/colours.js";

const SIMULATIONS = {
    "all hues": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
const KINDS = ["sequentielle", "divergente"];
const COUNTS = [3, 4, 5, 6, 7];

const light = (hex) => [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});
const times = (matrix, v) => matrix.map((row) => row.reduce((sum, x, i) => sum + x * v[i], 0));

/* CIELAB under D65. */
function lab(rgb) {
    const xyz = times([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]], rgb);
    const [x, y, z] = xyz.map((value, i) => value / [0.95047, 1, 1.08883][i]).map((v) => (v > 0.008856 ? Math.cbrt(v) : v * 7.787 + 16 / 116));
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
const seen = (hex, matrix) => lab(times(matrix, light(hex)).map((v) => Math.min(1, Math.max(0, v))));

/* CIEDE2000 (Sharma, Wu and Dalal, 2005). */
function difference([l1, a1, b1], [l2, a2, b2]) {
    const deg = Math.PI / 180;
    const mean7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
    const g = 0.5 * (1 - Math.sqrt(mean7 / (mean7 + 25 ** 7)));
    const [p1, p2] = [a1 * (1 + g), a2 * (1 + g)];
    const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
    const hue = (a, b) => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a) / deg + 360) % 360);
    const [h1, h2] = [hue(p1, b1), hue(p2, b2)];
    const turn = c1 * c2 === 0 ? 0 : ((h2 - h1 + 540) % 360) - 180;
    const dh = 2 * Math.sqrt(c1 * c2) * Math.sin((turn / 2) * deg);
    const [lm, cm] = [(l1 + l2) / 2, (c1 + c2) / 2];
    const hm = c1 * c2 === 0 ? h1 + h2 : Math.abs(h1 - h2) <= 180 ? (h1 + h2) / 2 : h1 + h2 < 360 ? (h1 + h2 + 360) / 2 : (h1 + h2 - 360) / 2;
    const t = 1 - 0.17 * Math.cos((hm - 30) * deg) + 0.24 * Math.cos(2 * hm * deg) + 0.32 * Math.cos((3 * hm + 6) * deg) - 0.2 * Math.cos((4 * hm - 63) * deg);
    const [sl, sc, sh] = [1 + (0.015 * (lm - 50) ** 2) / Math.sqrt(20 + (lm - 50) ** 2), 1 + 0.045 * cm, 1 + 0.015 * cm * t];
    const rt = -Math.sin(2 * 30 * Math.exp(-(((hm - 275) / 25) ** 2)) * deg) * 2 * Math.sqrt(cm ** 7 / (cm ** 7 + 25 ** 7));
    const [dl, dc, dhh] = [(l2 - l1) / sl, (c2 - c1) / sc, dh / sh];
    return Math.sqrt(dl ** 2 + dc ** 2 + dhh ** 2 + rt * dc * dhh);
}

test("the measure is that of its authors' table", () => {
    for (const [a, b, wanted] of [
        [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425], [[50, 2.5, 0], [73, 25, -18], 27.1492], [[50, 2.5, 0], [61, -5, 29], 22.8977],
        [[22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619], 2.0373], [[50, -1, 2], [50, 0, 0], 2.3669], [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082]])
        assert.ok(Math.abs(difference(a, b) - wanted) < 5e-5, `${difference(a, b)} is not ${wanted}`);
});

for (const kind of KINDS)
    for (const count of COUNTS)
        test(`${count} classes, ${kind}: neighbours differ for everybody`, () => {
            const colours = palette(kind, count);
            assert.equal(new Set(colours).size, count);
            for (const [name, matrix] of Object.entries(SIMULATIONS)) {
                const all = colours.map((hex) => seen(hex, matrix));
                all.slice(1).forEach((one, i) => assert.ok(difference(all[i], one) >= 9, `${name}: ${colours[i]} ${colours[i + 1]} ${difference(all[i], one)}`));
                /* and no two of the whole scale are the same colour */
                all.forEach((a, i) => all.slice(i + 1).forEach((b) => assert.ok(difference(a, b) >= 8, `${name}: ${colours[i]} ${difference(a, b)}`)));
            }
        });

test("three classes have the contrast of three to one that pictures need, more as much as can be", () => {
    for (const kind of KINDS) {
        const colours = palette(kind, 3);
        assert.ok(colours.slice(1).every((one, i) => contrast(colours[i], one) >= 3), `${kind} ${colours}`);
    }
    for (const count of COUNTS) {
        const colours = palette("sequentielle", count);
        const each = contrast(colours[0], colours.at(-1)) ** (1 / (count - 1));
        assert.ok(contrast(colours[0], colours.at(-1)) > 12);
        colours.slice(1).forEach((one, i) => assert.ok(Math.abs(contrast(colours[i], one) / each - 1) < 0.04, `${colours[i]} ${one}`));
    }
});

test("lightness tells the order where hue is not seen", () => {
    for (const count of COUNTS) {
        const lights = palette("sequentielle", count).map(luminance);
        assert.deepEqual(lights, [...lights].sort((a, b) => b - a));
        const both = palette("divergente", count).map(luminance);
        const half = Math.floor(count / 2);
        assert.deepEqual(both.slice(0, half), both.slice(0, half).sort((a, b) => a - b));
        assert.deepEqual(both.slice(-half), both.slice(-half).sort((a, b) => b - a));
    }
});

test("no class has the colour of paper, water or what is missing", () => {
    for (const kind of KINDS)
        for (const count of COUNTS)
            for (const colour of palette(kind, count))
                for (const other of ["#ffffff", "#e6edf2", "#bdbdbd"])
                    assert.ok(difference(lab(light(colour)), lab(light(other))) > 4.5, `${kind} ${count} ${colour} ${other}`);
});

test("contrast is that of WCAG", () => {
    assert.equal(contrast("#000000", "#ffffff"), 21);
    assert.ok(Math.abs(contrast("#777777", "#ffffff") - 4.48) < 0.01);
});

test("a legend's own colours tell its kind", () => {
    assert.equal(kindOf(["#b35806", "#f1a340", "#f7f7f7", "#998ec3"]), "divergente");
    assert.equal(kindOf(["#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"]), "sequentielle");
});

test("outlines stand out from the paper", () => {
    for (const colour of OUTLINES) assert.ok(contrast(colour, "#fbfaf6") >= 4.5, colour);
});
