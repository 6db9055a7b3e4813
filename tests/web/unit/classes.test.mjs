/* Classes of numbers against their definitions: quantiles by counting, natural breaks by trying every partition. */
import assert from "node:assert/strict";
import test from "node:test";
import { centre, classOf, countClasses, jenks, quantiles } from "../../../src/web/js/map/classes.js";

/* Numbers that are the same each time (a linear congruence), some of them equal. */
function draws(seed) {
    let state = seed;
    return (limit) => (state = (state * 1103515245 + 12345) % 2147483648) % limit;
}
const some = (seed, length, limit) => {
    const next = draws(seed);
    return Array.from({ length }, () => next(limit) / 4);
};

/* Sum of squared distances to the means of the classes that upper bounds make. */
function cost(values, bounds) {
    const classes = bounds.map((bound, i) => values.filter((value) => value <= bound && (i === 0 || value > bounds[i - 1])));
    assert.equal(classes.flat().length, values.length, "every value has one class");
    return classes.reduce((sum, own) => {
        const mean = own.reduce((a, b) => a + b, 0) / own.length;
        return sum + own.reduce((a, b) => a + (b - mean) ** 2, 0);
    }, 0);
}

/* Every choice of `count` upper bounds among the values, the greatest always one of them. */
function* partitions(distinct, count, from = 0) {
    if (count === 1) return yield [distinct.at(-1)];
    for (let i = from; i <= distinct.length - count; i++)
        for (const rest of partitions(distinct, count - 1, i + 1)) yield [distinct[i], ...rest];
}

test("natural breaks are those of the least spread that any partition has", () => {
    for (let seed = 1; seed <= 60; seed++) {
        const values = some(seed, 6 + (seed % 8), seed % 3 ? 400 : 12);
        const distinct = [...new Set(values)].sort((a, b) => a - b);
        for (const count of [2, 3, 4, 5]) {
            const bounds = jenks(values, count);
            const least = Math.min(...[...partitions(distinct, Math.min(count, distinct.length))].map((one) => cost(values, one)));
            assert.equal(bounds.length, Math.min(count, distinct.length));
            assert.ok(Math.abs(cost(values, bounds) - least) < 1e-9, `seed ${seed}, ${count} classes: ${bounds}`);
        }
    }
});

test("natural breaks of many values are those of the table filled without a short cut", () => {
    const values = some(7, 600, 100000);
    const sorted = [...values].sort((a, b) => a - b);
    const [first, second] = [[0], [0]];
    for (const value of sorted) {
        first.push(first.at(-1) + value);
        second.push(second.at(-1) + value * value);
    }
    const spread = (a, b) => second[b + 1] - second[a] - (first[b + 1] - first[a]) ** 2 / (b - a + 1);
    let row = sorted.map((_, i) => spread(0, i));
    for (let k = 2; k <= 7; k++) {
        const before = row;
        row = sorted.map((_, end) => Math.min(Infinity, ...sorted.slice(0, end).map((__, i) => before[i] + spread(i + 1, end))));
        const found = cost(values, jenks(values, k));
        assert.ok(Math.abs(found / row.at(-1) - 1) < 1e-6, `${k} classes: ${found}, ${row.at(-1)}`);
    }
});

test("natural breaks of all communes of France come at once", () => {
    const values = some(3, 35000, 2000000000);
    const began = performance.now();
    assert.equal(jenks(values, 7).length, 7);
    assert.ok(performance.now() - began < 1500, `${performance.now() - began} ms`);
});

test("a quantile's bound is the least value that enough of all do not exceed", () => {
    for (let seed = 1; seed <= 40; seed++) {
        const values = some(seed, 1 + seed, seed % 2 ? 1000 : 9);
        for (const count of [3, 4, 5, 7]) {
            const wanted = new Set();
            for (let k = 1; k <= count; k++)
                wanted.add(Math.min(...values.filter((value) => values.filter((other) => other <= value).length >= (k * values.length) / count)));
            assert.deepEqual(quantiles(values, count), [...wanted].sort((a, b) => a - b));
        }
    }
});

test("what is missing takes no part", () => {
    assert.deepEqual(quantiles([null, 1, undefined, 2, NaN, "3"], 2), [1, 2]);
    assert.deepEqual(jenks([null, 1, 1, 9], 3), [1, 9]);
    assert.deepEqual(quantiles([null], 3), []);
    assert.deepEqual(jenks([], 3), []);
});

test("an upper bound belongs to its class", () => {
    const entries = [{ jusqua: 10 }, { jusqua: 20 }, {}];
    assert.deepEqual([0, 10, 10.1, 20, 20.0001, 1e9, null, undefined].map((value) => classOf(value, entries)), [0, 0, 1, 1, 2, 2, -1, -1]);
    const names = [{ valeur: "a" }, { valeur: "b" }];
    assert.deepEqual(["b", "c", null].map((value) => classOf(value, names)), [1, -1, -1]);
    assert.deepEqual([true, false].map((value) => classOf(value, [{ valeur: true }])), [0, -1]);
});

test("classes count features and people, those without a class too", () => {
    assert.deepEqual(countClasses([5, 15, null, 25, 10], [100, 200, 7, null, 50], [{ jusqua: 10 }, { jusqua: 20 }]), [
        { nombre: 2, population: 150 }, { nombre: 1, population: 200 }, { nombre: 2, population: 7 }]);
});

test("mean and median, of features and of people", () => {
    assert.deepEqual(centre([4, 1, null, 10]), { moyenne: 5, mediane: 4 });
    assert.deepEqual(centre([4, 1, 10], [1, 6, 1]), { moyenne: 2.5, mediane: 1 });
    assert.deepEqual(centre([null], [3]), { moyenne: null, mediane: null });
});
