/* What painting stands on that needs no browser: shapes, colours of neighbours, sizes, steps back, keys. */
import assert from "node:assert/strict";
import test from "node:test";
import { stubPage } from "./edit_stub.mjs";

stubPage();
const { along, codesInBox, codesInRing, inRing, within } = await import("../../../src/web/js/edit/shapes.js");
const { PALETTE, colours, nearby, touching } = await import("../../../src/web/js/edit/palette.js");
const { sizeOf, unassigned } = await import("../../../src/web/js/edit/sizes.js");
const { stepsOf } = await import("../../../src/web/js/edit/steps.js");
const { rebase } = await import("../../../src/web/js/edit/outbox.js");

let seed = 11;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;

test("a ring holds a point as the winding of its corners says", () => {
    const ring = [[0, 0], [10, 0], [10, 10], [5, 4], [0, 10]]; /* with a notch from below */
    for (let i = 0; i < 2000; i++) {
        const [x, y] = [random() * 12 - 1, random() * 12 - 1];
        const notch = y > 4 && Math.abs(x - 5) < ((y - 4) * 5) / 6;
        assert.equal(inRing([x, y], ring), x > 0 && x < 10 && y > 0 && y < 10 && !notch, `${x} ${y}`);
    }
    const places = new Map([["in", [5, 2]], ["out", [5, 9]], ["far", [50, 50]]]);
    assert.deepEqual(codesInRing(places, ring), ["in"]);
    assert.deepEqual(codesInBox(places, [10, 10], [0, 0]), ["in", "out"]);
});

test("a brush that jumps leaves no gap", () => {
    for (const radius of [3, 16, 40]) {
        const points = along([0, 0], [300, 40], radius);
        assert.deepEqual(points.at(-1), [300, 40]);
        for (const [i, [x, y]] of points.entries()) {
            const [px, py] = i ? points[i - 1] : [0, 0];
            assert.ok(Math.hypot(x - px, y - py) <= radius * Math.SQRT2);
        }
        const [[left, top], [right, bottom]] = within([100, 100], radius);
        assert.ok(Math.hypot(right - 100, bottom - 100) <= radius + 1e-9 && left < 100 && top < 100);
    }
});

test("neighbours have unlike colours, the same every time", () => {
    const points = Array.from({ length: 400 }, (_, i) => ({ code: String(i), lon: (i % 20) * 0.1, lat: 46 + Math.floor(i / 20) * 0.07 }));
    const near = nearby(points);
    assert.ok(near.get("210").includes("211") && near.get("210").includes("190"), "the next ones are neighbours");
    const block = (i) => `p${Math.floor((i % 20) / 4)}-${Math.floor(i / 80)}`; /* 5 × 5 blocks of 4 × 4 communes */
    const perimeters = new Map();
    points.forEach((one, i) => perimeters.set(block(i), { codes: new Set([...(perimeters.get(block(i))?.codes ?? []), one.code]) }));
    const around = touching(perimeters, near);
    assert.ok(around.get("p2-2").has("p1-2") && around.get("p2-2").has("p2-3") && !around.get("p0-0").has("p4-4"));
    const given = colours(perimeters, around);
    for (const [id, others] of around) for (const other of others) assert.notEqual(given.get(id), given.get(other), `${id} ${other}`);
    assert.deepEqual(colours(perimeters, around), given);
    perimeters.set("new", { codes: new Set(["0"]) });
    const after = colours(perimeters, touching(perimeters, near), given);
    for (const [id, colour] of given) assert.equal(after.get(id), colour, "who has a colour keeps it");
    assert.notEqual(after.get("new"), after.get("p0-0"));
    assert.ok(PALETTE.length >= 8 && new Set(PALETTE).size === PALETTE.length);
});

test("sizes of the agreement of 2019, and how far the next one is", () => {
    const classes = [{ id: "T1", de: 0, a: 40000, de_compris: true, a_compris: false }, { id: "T2", de: 40000, a: 80000, de_compris: true, a_compris: false },
        { id: "T3", de: 80000, a: 175000, de_compris: true, a_compris: true }, { id: "T4", de: 175000, a: null, de_compris: false, a_compris: false }];
    for (const [population, id] of [[180000, "T4"], [196000, "T4"], [128231, "T3"], [28531, "T1"], [45987, "T2"], [58582, "T2"], [32688, "T1"], [175000, "T3"], [40000, "T2"]])
        assert.equal(sizeOf(classes, population).id, id, population);
    /* from any population, the steps told lead exactly into the classes told */
    for (let i = 0; i < 3000; i++) {
        const population = Math.floor(random() * 300000);
        const { id, up, down } = sizeOf(classes, population);
        if (up) assert.deepEqual([sizeOf(classes, population + up.by).id, sizeOf(classes, population + up.by - 1).id], [up.id, id]);
        if (down) assert.deepEqual([sizeOf(classes, population - down.by).id, sizeOf(classes, population - down.by + 1).id], [down.id, id]);
    }
    assert.equal(sizeOf(classes, 10).down, null);
    assert.equal(sizeOf(classes, 200000).up, null);
});

test("communes that nobody alive holds are counted", () => {
    const m = { perimeters: new Map([["a", { actif: true }], ["gone", { actif: false }]]),
        holders: new Map([["1", new Set(["a"])], ["2", new Set(["gone"])], ["3", new Set(["gone", "a"])]]) };
    const communes = new Map([["1", { population: 5 }], ["2", { population: 7 }], ["3", { population: 11 }], ["4", { population: null }]]);
    assert.deepEqual(unassigned(m, communes), { communes: 2, population: 7 });
});

test("steps back are read from a history", () => {
    const row = (numero, id, genre, of = null, qui = "moi") => ({ numero, id, genre, du_changement: of, qui, perimetre: "p", nom: "P", motif: null });
    const rows = [row(1, "a", "edition"), row(2, "b", "edition"), row(2, "b", "edition"), row(3, "x", "edition", null, "autre"), row(4, "u1", "annulation", "b"),
        row(5, "u2", "annulation", "a"), row(6, "r1", "retablissement", "a")].reverse();
    const { undo, redo } = stepsOf(rows, "moi");
    assert.deepEqual(undo.map((one) => one.id), ["a"]);
    assert.deepEqual(redo.map((one) => one.id), ["b"]);
    assert.deepEqual(stepsOf([row(7, "c", "edition"), ...rows], "moi").redo, [], "a new change leaves nothing to take up");
    assert.deepEqual(stepsOf(rows, "autre").undo.map((one) => one.id), ["x"]);
});

test("strokes that followed one that was given up see what it saw", () => {
    const gone = { id: "one", vu: { a: "v1-aa", b: { apres: "zero" } } };
    const items = [{ id: "two", vu: { a: { apres: "one" }, b: { apres: "one" }, n: { apres: "one" }, c: "v3-cc" } }, { id: "three", vu: { a: { apres: "two" } } }];
    rebase(items, gone);
    assert.deepEqual(items[0].vu, { a: "v1-aa", b: { apres: "zero" }, c: "v3-cc" });
    assert.deepEqual(items[1].vu, { a: { apres: "two" } });
});
