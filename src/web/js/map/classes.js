/* Classes of numbers: by the rule set, by quantiles, by natural breaks; each bound belongs to the class below it. Pure. */

const numbers = (values) => Float64Array.from(values.filter((value) => typeof value === "number" && Number.isFinite(value))).sort();

/** Upper bounds of `count` classes of as many values each: the bound of the k-th is the least value that at least k/count of
 *  all do not exceed. Fewer bounds where values repeat. The last is the greatest value. */
export function quantiles(values, count) {
    const sorted = numbers(values);
    const bounds = [];
    for (let k = 1; k <= count && sorted.length; k++) {
        const bound = sorted[Math.max(0, Math.ceil((k * sorted.length) / count) - 1)];
        if (bound !== bounds.at(-1)) bounds.push(bound);
    }
    return bounds;
}

/* Distinct values with running sums, about their mean so that sums of squares stay exact enough. */
function sums(values) {
    const sorted = numbers(values);
    const middle = sorted.reduce((sum, value) => sum + value, 0) / (sorted.length || 1);
    const distinct = [], weight = [0], first = [0], second = [0];
    for (const value of sorted) {
        if (value !== distinct.at(-1)) {
            distinct.push(value);
            weight.push(weight.at(-1));
            first.push(first.at(-1));
            second.push(second.at(-1));
        }
        const last = distinct.length;
        weight[last]++;
        first[last] += value - middle;
        second[last] += (value - middle) ** 2;
    }
    return { distinct, weight, first, second };
}

/* Sum of squared distances of the distinct values from..to (included) to their mean. */
function spread({ weight, first, second }, from, to) {
    const n = weight[to + 1] - weight[from];
    const sum = first[to + 1] - first[from];
    return Math.max(0, second[to + 1] - second[from] - (sum * sum) / n);
}

/** Upper bounds of `count` natural classes (Jenks, Fisher): the least sum of squared distances to the classes' means, exactly.
 *  Where a last class begins grows with where it ends, so that each row of the table is halved: n log n each. */
export function jenks(values, count) {
    const all = sums(values);
    const n = all.distinct.length;
    const most = Math.min(count, n);
    let best = Float64Array.from({ length: n }, (_, i) => spread(all, 0, i));
    const begins = [];
    for (let k = 1; k < most; k++) {
        const row = { best: new Float64Array(n).fill(Infinity), begin: new Int32Array(n) };
        fillRow(all, best, row, k, n - 1, k, n - 1);
        begins.push(row.begin);
        best = row.best;
    }
    const bounds = [];
    for (let k = most - 1, end = n - 1; k >= 0; k--) {
        bounds.unshift(all.distinct[end]);
        if (k > 0) end = begins[k - 1][end] - 1;
    }
    return n ? bounds : [];
}

function fillRow(all, before, row, from, to, least, most) {
    if (from > to) return;
    const middle = (from + to) >> 1;
    for (let begin = least; begin <= Math.min(middle, most); begin++) {
        const cost = before[begin - 1] + spread(all, begin, middle);
        if (cost < row.best[middle]) [row.best[middle], row.begin[middle]] = [cost, begin];
    }
    fillRow(all, before, row, from, middle - 1, least, row.begin[middle]);
    fillRow(all, before, row, middle + 1, to, row.begin[middle], most);
}

/** The entry that a value belongs to (by `valeur`, or by the first `jusqua` that it does not exceed), -1 without one. */
export function classOf(value, entries) {
    if (value === null || value === undefined) return -1;
    return entries.findIndex((entry) => ("valeur" in entry ? entry.valeur === value : (entry.jusqua ?? Infinity) >= value));
}

/** How many features, and how many people live there, in each class; the last place is for those without one. */
export function countClasses(values, people, entries) {
    const counts = Array.from({ length: entries.length + 1 }, () => ({ nombre: 0, population: 0 }));
    values.forEach((value, i) => {
        const at = classOf(value, entries);
        const count = counts[at < 0 ? entries.length : at];
        count.nombre++;
        count.population += people?.[i] ?? 0;
    });
    return counts;
}

/** Mean and median of what is there; with `weights` each value counts for so many. */
export function centre(values, weights = null) {
    const known = values.map((value, i) => [value, weights ? weights[i] ?? 0 : 1])
        .filter(([value, weight]) => typeof value === "number" && weight > 0).sort((a, b) => a[0] - b[0]);
    const total = known.reduce((sum, [, weight]) => sum + weight, 0);
    if (!total) return { moyenne: null, mediane: null };
    let reached = 0;
    const half = known.find(([, weight]) => (reached += weight) >= total / 2);
    return { moyenne: known.reduce((sum, [value, weight]) => sum + value * weight, 0) / total, mediane: half[0] };
}
