"""Holds the sample region against what it promises: python3 sample_check.py FOLDER SOURCE"""

import sys
from collections import Counter
from math import sqrt

import region as oracle

failed = 0


def check(what, holds, seen=""):
    global failed
    if not holds:
        failed += 1
    print(f"{'ok  ' if holds else 'FAIL'} {what} {seen}")


def crosses(a, b, c, d):
    def side(p, q, r):
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def simple(ring):
    parts = oracle.segments(ring)
    return len(set(ring)) == len(ring) - 1 and not any(
        crosses(*p, *q) for k, p in enumerate(parts) for q in parts[:k])


def inside(point, ring):
    x, y = point
    odd = False
    for (ax, ay), (bx, by) in oracle.segments(ring):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            odd = not odd
    return odd


def check_ground(r):
    check("about 80 communes", 80 <= len(r.population) <= 95, len(r.population))
    departments = Counter(c[:2] for c in r.population)
    check("a handful of another region", 3 <= departments["99"] <= 8, dict(departments))
    check("arrondissements", sum("Arrondissement" in n for n in r.name.values()) == 4)
    check("names with accents, apostrophes and ligatures",
          all(any(c in n for n in r.name.values()) for c in "éèœÎÉ’ç"))
    rings = [ring for parts in r.polygons.values() for part in parts for ring in part]
    check("every ring is closed and simple", all(g[0] == g[-1] and simple(g) for g in rings))
    check("shells counter-clockwise, holes clockwise", all(
        (oracle.area2(ring) > 0) == (k == 0)
        for parts in r.polygons.values() for part in parts for k, ring in enumerate(part)))
    directed = Counter(s for g in rings for s in oracle.segments(g))
    check("no piece of border twice the same way", max(directed.values()) == 1)
    free = [s for s in directed if (s[1], s[0]) not in directed]
    total = sum(oracle.area2(g) for g in rings)
    outline = sum(a[0] * b[1] - b[0] * a[1] for a, b in free)
    check("sum of areas is the area of the outline, exactly", total == outline)
    check("borders of two communes only", max(map(len, r.owner.values())) == 2)
    holes = [(c, part[1]) for c, parts in r.polygons.items() for part in parts if len(part) > 1]
    check("one enclave", len(holes) == 1 and any(
        set(parts[0][0]) == set(holes[0][1]) and len(parts) == 1
        for parts in r.polygons.values()))
    check("a commune of two polygons", sum(len(p) == 2 for p in r.polygons.values()) == 1)
    check("the mainland, two islands and a bridge island", len(r.parts(r.population)) == 4)
    corners = Counter()
    for code, parts in r.polygons.items():
        corners.update({p for part in parts for ring in part for p in ring})
    check("a point where four communes meet", max(corners.values()) >= 4)
    check("every centre lies in its commune", all(
        any(inside(oracle.whole(r.centre[c]), part[0]) and
            not any(inside(oracle.whole(r.centre[c]), hole) for hole in part[1:])
            for part in parts) for c, parts in r.polygons.items()))


def check_roads(r):
    one_way = [(a, b) for a, heads in r.arcs.items() for b in heads if a not in r.arcs[b]]
    check("one-way streets", len(one_way) > 50, len(one_way))
    check("node ids beyond 32 bits", min(r.place) > 2**32)
    natures = Counter(f["properties"]["nature"] for f in r.roads)
    check("a motorway, a bridge, mountain roads",
          natures["autoroute"] and natures["pont"] and natures["route de montagne"])
    check("lengths are those of the drawing, within 1 %", all(
        abs(metres(f["geometry"]["coordinates"]) / f["properties"]["longueur_m"] - 1) < 0.01
        for f in r.roads))
    times = r.times()
    reach = Counter(len(t) for t in times.values())
    check("one network on the mainland, one on an island, an island without",
          reach == {len(times) - 3: len(times) - 3, 2: 2, 1: 1}, dict(reach))
    back = all(a in times[b] for a, t in times.items() for b in t)
    check("who can go can come back", back)
    return times


def metres(line):
    return sum(sqrt(((a[0] - b[0]) * (77463 - 1399 * (a[1] - 46))) ** 2
                    + ((a[1] - b[1]) * 111150) ** 2) for a, b in zip(line, line[1:]))


def check_river(r, source):
    """Roads between the banks, by the plan: only the bridges' own pairs."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, source + "/tools/sample")
    import ground
    import roads
    import plan
    land = ground.Ground()
    ground.people(land)
    ways = roads.Roads(land)
    banks = [tuple(land.communes[k].cell[:2] for k in pair) for pair in ways.between]
    over = [p for p in banks if (p[0][1] <= plan.RIVER[0]) != (p[1][1] <= plan.RIVER[0])]
    along = [k for k in land.borders
             if (land.communes[k[0]].cell[1] <= plan.RIVER[0])
             != (land.communes[k[1]].cell[1] <= plan.RIVER[0])]
    check("few bridges over a long river", 2 <= len(over) <= 6 and len(along) >= 12,
          f"{len(over)} of {len(along)}")


def check_care(r, times):
    unknown = [c for c in r.supply if c not in r.population]
    check("every doctor has a commune of today", not unknown, unknown)
    check("old codes that a passage table carries over, one of them cut in two",
          sorted(map(len, r.passage.values())) == [1, 2]
          and not set(r.passage) & set(r.population))
    apl = r.apl(times)
    doctors = sum(r.supply.values()) * 5400
    kept = sum(r.population[c] * v for c, v in apl.items() if v is not None)
    check("consultations are conserved", abs(kept / doctors - 1) < 1e-12)
    zones = [v for _, v in r.zones(apl).values()]
    for name, low, high in (("ZIP", 0, 2.3), ("vivier", 2.7, 3.8), ("HZ", 4.2, 9)):
        check(f"zones that are clearly {name}", any(low <= v <= high for v in zones),
              [round(v, 2) for v in sorted(zones) if low <= v <= high])
    check("a zone over two regions", any(
        len({c[:2] for c, g in r.groups.items() if g["bv"] == z}) == 2
        for z in {g["bv"] for g in r.groups.values()}))
    check("an island without EPCI", any(g["epci"] == "ZZZZZZZZZ" for g in r.groups.values()))
    open_wards = [m["code"] for m in r.maternities if m["statut"].lower() == "ouvert"]
    ward = {c: min((t[m] for m in open_wards if m in t), default=None) for c, t in times.items()}
    gp = {c: min((t[j] for j in r.supply if j in t), default=None) for c, t in times.items()}
    check("over 60 and over 90 minutes from a maternity", any(v and v > 90 for v in ward.values())
          and any(v and 60 < v <= 90 for v in ward.values()))
    check("doctors in each band, beyond the last and unreached", all(
        any(v is not None and low < v <= high for v in gp.values())
        for low, high in [(-1, 5), (5, 10), (10, 15), (15, 20), (20, 30), (30, 999)])
          and None in gp.values())
    check("maternities open and closed", len(open_wards) == 2 and len(r.maternities) == 3)
    states = Counter(f["properties"]["statut"] for f in r.pharmacies)
    check("pharmacies of each status", set(states) == {"ouvert", "prévu", "fermé",
                                                       "temps partiel"}, dict(states))
    instead = [oracle.rows(r.folder, f"{name}.csv") for name in
               ("teleconsultation", "consultations-avancees", "cabinets-secondaires")]
    check("what stands in for a doctor stands where none is, open, part of the time, or closed",
          {x["code"] for kind in instead for x in kind} <= set(r.population) - set(r.supply)
          and {x["statut"] for kind in instead for x in kind} == {"ouvert", "temps partiel", "fermé"},
          [x["code"] for kind in instead for x in kind if x["code"] in r.supply])
    check("people far from a doctor have one of these near", any(
        (gp[c] is None or gp[c] > 15) and any(times[c].get(x["code"], 99) <= 10 for kind in instead for x in kind
                                              if x["statut"] != "fermé") for c in times))
    far = max(min(metres([f["geometry"]["coordinates"], p]) for p in r.place.values())
              for f in r.pharmacies)
    check("a facility 40 km from any road", far > 38000, round(far))


def check_people(r):
    ages = Counter()
    for x in oracle.rows(r.folder, "population-par-age.csv"):
        ages[x["code"]] += int(x["population"])
    check("inhabitants by age add up to the population of each commune", ages == r.population)
    bands = {(x["age_min"], x["age_max"]) for x in oracle.rows(r.folder, "population-par-age.csv")}
    check("six bands of ages, the last open", len(bands) == 6 and ("75", "") in bands, bands)
    today = set(r.population) | set(r.passage)
    ald = oracle.rows(r.folder, "ald-2018.csv", ";")
    check("long-term illness of every commune of 2018, one withheld",
          {x["code"] for x in ald} == today
          and [x["ald_pour_1000"] for x in ald].count("s") == 1)
    check("from few to many", all(any(low <= float(x["ald_pour_1000"].replace(",", ".")) < high
                                      for x in ald if x["ald_pour_1000"] != "s")
                                  for low, high in ((120, 150), (150, 200), (200, 260))))
    alone = oracle.rows(r.folder, "sans-medecin-traitant-2018.csv", ";")
    check("patients without a doctor of their own, never more than there are people",
          {x["code"] for x in alone} == today
          and all(int(x["patients"]) <= r.population.get(x["code"], 900) for x in alone))


    jobs = {x["code"]: int(x["emplois"]) for x in oracle.rows(r.folder, "emplois.csv")}
    check("jobs of every commune, most of them in the city", set(jobs) == set(r.population)
          and sum(n for c, n in jobs.items() if c[:3] == "963") > sum(jobs.values()) / 3
          and all(0 < n < r.population[c] for c, n in jobs.items()))


def check_on_call(r):
    sector = {x["code"]: (x["secteur"], x["secteur_nom"]) for x in oracle.rows(r.folder, "pdsa.csv")}
    names = dict(sector.values())
    check("every commune in one of seven on-call sectors", set(sector) == set(r.population)
          and len(names) == 7 and len(set(names.values())) == 7, names)
    cut = {g["epci"] for g in r.groups.values()
           if len({sector[c][0] for c, o in r.groups.items() if o["epci"] == g["epci"]}) > 1}
    check("they cut across EPCI", len(cut) >= 3, cut)


def check_perimeters(r):
    public = {i for i, s in r.status.items()
              if s.lower() in ("en fonctionnement", "contractualisée", "contractualisee")}
    check("several statuses", len({s.lower() for s in r.status.values()}) >= 6)
    pairs = r.overlaps(r.members)
    kinds = Counter(len(public & set(pair)) for pair in pairs)
    check("overlaps of each severity", all(kinds[k] for k in (0, 1, 2)), dict(kinds))
    gaps = r.gaps(sorted(r.members))
    check("gaps enclosed and on the edge", sum(e for _, e, _ in gaps) == 2
          and sum(not e for _, e, _ in gaps) >= 4, [len(g) for g, _, _ in gaps])
    check("a perimeter in two parts", any(len(r.parts(m)) == 2 for m in r.members.values()))
    sizes = [sum(r.population[c] for c in m) for m in r.members.values()]
    check("every size of perimeter", all(any(low <= s < high for s in sizes) for low, high in
                                         [(0, 4e4), (4e4, 8e4), (8e4, 175000), (175001, 9e9)]),
          sizes)
    rows = oracle.rows(r.folder, "cpts.csv")
    on_purpose = [x for x in rows if x["partage"]]
    check("one commune shared on purpose, with a reason, by one of the two that hold it",
          len(on_purpose) == 1 and on_purpose[0]["motif"]
          and sum(on_purpose[0]["code"] in m for i, m in r.members.items()
                  if i not in r.given_up) == 2, on_purpose)
    zones = {(x["id"], x["zone"]) for x in rows if x["zone"]}
    check("one perimeter in two sub-zones, all of it",
          {i for i, _ in zones} == {"cpts-confins"} and len(zones) == 2
          and all(x["zone"] for x in rows if x["id"] == "cpts-confins"), zones)
    dates = {"-" * ("-" in x["depuis"]) + "/" * ("/" in x["depuis"]) + str(len(x["depuis"]))
             for x in rows}
    check("dates of every form, and none", dates == {"-10", "/10", "4", "0"}, dates)
    check("a CPTS given up where others are today", len(r.given_up) == 1 and all(
        any(c in m for i, m in r.members.items() if i not in r.given_up)
        for i in r.given_up for c in r.members[i]))
    check("a PTA of the whole département", {x["code"] for x in oracle.rows(r.folder, "pta.csv")}
          == {c for c in r.population if c[:2] == "96"})
    check("a perimeter over two regions",
          any(len({c[:2] for c in m}) == 2 for m in r.members.values()))


if __name__ == "__main__":
    sample = oracle.Region(sys.argv[1])
    check_ground(sample)
    minutes = check_roads(sample)
    check_river(sample, sys.argv[2])
    check_care(sample, minutes)
    check_people(sample)
    check_on_call(sample)
    check_perimeters(sample)
    sys.exit(1 if failed else 0)
