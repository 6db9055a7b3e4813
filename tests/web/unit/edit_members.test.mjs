/* Who holds what, and what gestures and strokes make of it: held against sets that are kept by hand. */
import assert from "node:assert/strict";
import test from "node:test";
import { apply, copy, effective, fromAnswer, same, touched } from "../../../src/web/js/edit/members.js";
import { heldByOthers, strokeGestures } from "../../../src/web/js/edit/stroke.js";

const ANSWER = {
    perimetres: [{ id: "a", nom: "A", population: 30, actif: true, etat: "v1" }, { id: "b", nom: "B", population: 70, actif: true, etat: "v4" },
        { id: "c", nom: "C", population: 50, actif: true, etat: "v2" }, { id: "old", nom: "Old", population: 60, actif: false, etat: "v9" }],
    communes: { 1: [0, 3], 2: [0], 3: [1], 4: [1, 2], 5: [2, 3] },
};
const COMMUNES = new Map([1, 2, 3, 4, 5, 6].map((n) => [String(n), { population: 10 * n }]));
const members = () => fromAnswer(ANSWER);
const codes = (m, id) => [...m.perimeters.get(id).codes].sort().join("");

test("an answer is read both ways", () => {
    const m = members();
    assert.equal(codes(m, "a"), "12");
    assert.equal(codes(m, "old"), "15");
    assert.deepEqual([...m.holders.get("4")], ["b", "c"]);
    assert.equal(m.holders.has("6"), false);
});

test("gestures do what they say, and populations follow", () => {
    const m = apply(members(), [{ geste: "move", de: "b", vers: "a", codes: ["3"] }, { geste: "add", perimetre: "a", codes: ["6"] },
        { geste: "remove", perimetre: "c", codes: ["4"] }, { geste: "create", perimetre: "n", nom: "N", codes: ["2"] }], COMMUNES);
    assert.equal(codes(m, "a"), "1236");
    assert.equal(codes(m, "b"), "4");
    assert.equal(codes(m, "c"), "5");
    assert.equal(codes(m, "n"), "2");
    assert.equal(m.perimeters.get("a").population, 30 + 30 + 60);
    assert.equal(m.perimeters.get("b").population, 40);
    apply(m, [{ geste: "merge", vers: "b", perimetre: "a" }], COMMUNES);
    assert.equal(m.perimeters.has("a"), false);
    assert.equal(codes(m, "b"), "12346");
    apply(m, [{ geste: "delete", perimetre: "b" }]);
    assert.deepEqual([...m.holders.keys()].sort(), ["1", "2", "5"]);
});

test("a copy is another one, and done twice is done once", () => {
    const m = members();
    const other = copy(m);
    assert.ok(same(m, other));
    const gestures = [{ geste: "move", de: "b", vers: "a", codes: ["3"] }];
    apply(other, gestures);
    assert.ok(!same(m, other));
    assert.equal(codes(m, "a"), "12");
    const twice = apply(copy(other), gestures);
    assert.ok(same(other, twice));
});

test("what changes nothing is left out of gestures", () => {
    const m = members();
    assert.deepEqual(effective(m, [{ geste: "add", perimetre: "a", codes: ["1", "6"] }, { geste: "add", perimetre: "a", codes: ["6"] },
        { geste: "remove", perimetre: "b", codes: ["1"] }, { geste: "move", de: "b", vers: "c", codes: ["3", "4", "6"] },
        { geste: "remove", perimetre: "gone", codes: ["1"] }]),
    [{ geste: "add", perimetre: "a", codes: ["6"] }, { geste: "move", de: "b", vers: "c", codes: ["3"] }]);
    assert.deepEqual(touched([{ geste: "move", de: null, vers: "x", codes: [] }, { geste: "add", perimetre: "y" }, { geste: "remove", perimetre: "x" }]), ["x", "y"]);
});

/* Whatever a stroke is, after it `current` holds all that it covers (or nothing of it), nobody who is locked has changed,
 * and with `take` nobody else alive holds what was taken. */
test("strokes of all kinds over random memberships", () => {
    let seed = 7;
    const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
    const ids = ["p0", "p1", "p2", "p3"];
    for (let round = 0; round < 3000; round++) {
        const all = Array.from({ length: 8 }, (_, i) => String(i));
        const m = fromAnswer({ perimetres: ids.map((id) => ({ id, nom: id, actif: random(6) > 0 })),
            communes: Object.fromEntries(all.map((code) => [code, [0, 1, 2, 3].filter(() => random(3) === 0)])) });
        const locks = new Set(ids.filter(() => random(4) === 0));
        const covered = all.filter(() => random(2));
        const how = random(3) ? "add" : "remove";
        const take = Boolean(random(2));
        const stroke = strokeGestures(m, { codes: covered, current: "p0", how, take, locks });
        const after = apply(copy(m), stroke.gestures);
        assert.deepEqual(effective(m, stroke.gestures), stroke.gestures, "each gesture changes something");
        for (const id of locks) assert.equal(codes(after, id), codes(m, id), "locked");
        for (const code of all.filter((one) => !covered.includes(one))) assert.deepEqual(after.holders.get(code), m.holders.get(code));
        if (locks.has("p0")) continue;
        for (const code of covered) {
            const mine = after.perimeters.get("p0").codes.has(code);
            if (how === "remove") assert.equal(mine, false);
            else if (!stroke.locked.includes(code)) assert.equal(mine, true);
            const others = ids.slice(1).filter((id) => m.perimeters.get(id).actif && m.perimeters.get(id).codes.has(code));
            if (how === "add" && !take) assert.ok(others.every((id) => after.perimeters.get(id).codes.has(code)), "beside leaves others as they are");
            if (stroke.locked.includes(code)) assert.ok(others.some((id) => locks.has(id)));
            else if (how === "add" && take && !m.perimeters.get("p0").codes.has(code))
                assert.ok(others.every((id) => !after.perimeters.get(id).codes.has(code)), "taken from all who live");
        }
        const asks = heldByOthers(m, "p0", covered, locks);
        assert.ok(asks.every((code) => covered.includes(code) && !m.perimeters.get("p0").codes.has(code)));
    }
});

test("who is given up holds nothing, and nobody is current without being there", () => {
    const m = members();
    assert.deepEqual(strokeGestures(m, { codes: ["1", "5"], current: "b", how: "add", take: true }).gestures,
        [{ geste: "move", de: "a", vers: "b", codes: ["1"] }, { geste: "move", de: "c", vers: "b", codes: ["5"] }]);
    assert.deepEqual(strokeGestures(m, { codes: ["1"], current: "nobody", how: "add" }).gestures, []);
});
