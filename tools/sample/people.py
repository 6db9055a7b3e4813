"""Who lives in the fictional region: ages, illness, patients without a doctor of their own."""

import care
import plan
from ground import chance


def oldness(commune):
    """From 0 where many are young to 1 where many are old: towns are younger than mountains."""
    base = {"A": 0.1, "s": 0.2, "t": 0.3, "b": 0.6, "v": 0.6, "m": 0.9, "i": 0.8, "o": 0.9}
    return min(1, base.get(commune.kind, 0.5) + 0.2 * (chance("old", commune.code) - 0.5))


def whole_parts(total, parts):
    """Whole numbers near `parts` (which sum to 1) of the total, whose sum is the total."""
    out, carry = [], 0.0
    for part in parts:
        carry += total * part
        out.append(int(carry + 1e-9))
        carry -= out[-1]
    out[-1] += total - sum(out)
    return out


def ages(ground):
    """Rows (code, first age, last age, inhabitants) in order of code, then of age."""
    rows = []
    for c in sorted(ground.communes.values(), key=lambda c: c.code):
        old = oldness(c)
        parts = [(1 - old) * few + old * many for _, _, few, many in plan.AGES]
        rows += [(c.code, first, last, n) for (first, last, _, _), n
                 in zip(plan.AGES, whole_parts(c.population, parts))]
    return rows


def of_2018(ground, figure):
    """(code, figure, inhabitants) by the codes of 2018: what passed into another commune, and what
    was cut in two, have figures of their own."""
    rows = [(c.code, figure(c), c.population) for c in ground.communes.values()]
    return sorted(rows + [(care.MERGED[0], figure(None), 600), (care.SPLIT[0], figure(None), 900)])


def long_illness(ground):
    """Rows (code, people with a long-term illness per 1,000, inhabitants), the first with a decimal
    comma; withheld where too few live."""
    hidden = {ground.communes[i].code for i in ground.at(plan.WITHHELD)}

    def figure(c):
        per_1000 = 190.0 if c is None else 120 + 110 * oldness(c) + 20 * chance("ald", c.code)
        return f"{per_1000:.1f}".replace(".", ",")

    return [(code, "s" if code in hidden else value, people)
            for code, value, people in of_2018(ground, figure)]


def without_doctor(ground):
    """Rows (code, patients of 17 and over without a doctor of their own)."""
    def figure(c):
        part = 0.1 if c is None else 0.06 + 0.12 * chance("mt", c.code)
        return round((700 if c is None else c.population) * 0.8 * part)

    return [(code, value) for code, value, _ in of_2018(ground, figure)]


def jobs(ground):
    """Rows (code, jobs): towns have more than their share, enclaves and islands less."""
    rows = []
    for c in sorted(ground.communes.values(), key=lambda c: c.code):
        least, most = plan.JOBS.get(c.kind, plan.OTHER_JOBS)
        part = least + (most - least) * chance("jobs", c.code)
        rows.append((c.code, round(c.population * part / 100)))
    return rows
