"""Two real regions on fictional roads: codes carried to another vintage with totals kept, islands
without roads, borders as they were measured once with another program."""

import json
import os

import kit
from kit import check, near, none, same

GP = "medecin_generaliste"
ISLANDS = ["22016", "29082", "29083", "29084", "29155", "56069", "56085", "56086", "56087", "56088"]


class Region:
    def __init__(self, name):
        self.folder = kit.real(name)
        self.workspace, self.layers = os.path.join(kit.scratch(), "w.maille"), kit.scratch()
        kit.maille("run", os.path.join(self.folder, "study.yaml"), "-w", self.workspace, "--to", self.layers)
        self.doctors = {r["code"]: int(r["medecins"]) for r in
                        kit.table(os.path.join(self.folder, "medecins-generalistes-cog2018.csv"))}
        with open(os.path.join(self.folder, "communes-2026.geojson"), encoding="utf-8") as file:
            self.people = {f["properties"]["code"]: f["properties"]["population"]
                           for f in json.load(file)["features"]}
        self.minutes = dict(self.query("SELECT code, minutes FROM coverage WHERE service = ?", GP))

    def query(self, sql, *values):
        return kit.query(self.workspace, sql, *values)

    def findings(self):
        return json.loads(kit.maille("check", "-w", self.workspace, "--json", expect=5).stdout)


def check_totals(r, total, moved, lost):
    """Supply as published, then on the communes of 2026; `lost` = {code: doctors} that no table
    carries anywhere."""
    same("doctors as published", sum(r.doctors.values()), total)
    same("as imported", r.query("SELECT SUM(amount) FROM supply_raw"), [(total,)])
    near("as places", r.query("SELECT SUM(amount) FROM place")[0][0], total, 1e-12)
    placed = {c: a for c, a in r.query("SELECT code, amount FROM place WHERE located = 'centre'")}
    near("in communes of 2026", sum(placed.values()), total - sum(lost.values()), 1e-12)
    none("each is a commune", set(placed) - set(r.people))
    old = {row["code_2018"]: row["code_2026"]
           for row in kit.table(kit.real("france/passage_2018_2026_derive.csv"))}
    wanted = {}
    for code, n in r.doctors.items():
        if code not in lost:
            heir = old.get(code, code)
            wanted[heir] = wanted.get(heir, 0) + n
    same("each where the table carries it", placed, wanted)
    same("codes that moved", sum(old.get(c, c) != c for c in r.doctors if c not in lost), moved)
    same("in no commune", dict(r.query("SELECT code, amount FROM place WHERE located = 'nulle-part'")), lost)
    found = r.findings()
    check("what moved is told", any(f["genre"] == "passage" and f["constat"].startswith(f"{moved} lignes") for f in found))
    for code in lost:
        check(f"{code} is named", any(f["genre"] == "code-inconnu" and code in f["constat"] for f in found))
    apl = dict(r.query("SELECT code, apl FROM access"))
    near("Σ population × APL", sum(r.people[c] * a for c, a in apl.items() if a is not None),
         5400 * (total - sum(lost.values())), 1e-9)


def check_borders(r, communes, lines, points):
    same("communes", len(r.people), communes)
    same("borders", dict(r.query("SELECT kind, COUNT(*) FROM border GROUP BY kind")),
         {"ligne": lines, "point": points})


def test_brittany():
    r = Region("bretagne")
    check_totals(r, 3124, 5, {})
    check_borders(r, 1202, 3219, 34)
    none("islands reach only themselves", [
        i for i in ISLANDS if r.minutes[i] != (0 if i in r.doctors else None)])
    check("they are named", any(f["genre"] == "sans-route" and f["constat"].startswith("10 communes") for f in r.findings()))
    belle_ile = ["56009", "56114", "56152", "56241"]
    served = dict(r.query("SELECT code, place_id FROM coverage"))
    none("Belle-Île is served on Belle-Île", [c for c in belle_ile if served[c] not in belle_ile])
    none("and serves nobody else", [c for c, i in served.items() if i in belle_ile and c not in belle_ile])
    check_minutes(r)


def test_pays_de_la_loire():
    r = Region("pays-de-la-loire")
    check_totals(r, 3274, 15, {"49149": 2, "49304": 1})
    check_borders(r, 1226, 3441, 44)
    check("a bridge joins Noirmoutier", all(r.minutes[c] is not None for c in ("85011", "85083", "85106", "85163")))
    same("Yeu is unreached", (r.minutes["85113"], dict(r.query("SELECT code, apl FROM access"))["85113"]), (None, None))
    zones = kit.rows(r.layers, "zones-sous-denses")
    same("its zone has no class", (zones["85113"]["apl"], zones["85113"]["classe_calculee"]), (None, None))
    same("49126 is in no living area", r.query("SELECT COUNT(*) FROM grouping WHERE name = 'bv2012' AND code = '49126'"), [(0,)])
    check_minutes(r)


def check_minutes(r):
    """Roads run between centres and bear their codes: Dijkstra by codes, where a centre lies within
    a metre of its node."""
    arcs = {}
    for a, b, length, speed, _ in kit.gpkg_lines(os.path.join(r.folder, "routes-fictives.gpkg"), "routes",
                                                 ["from_node", "to_node", "length_m", "speed_kmh"]):
        ms = kit.arc_ms(length, speed)
        arcs.setdefault(a, []).append((b, ms))
        arcs.setdefault(b, []).append((a, ms))
    supply = [c for (c,) in r.query("SELECT code FROM place WHERE located = 'centre'")]
    best = kit.dijkstra(arcs, {c: 0 for c in supply if c in arcs})
    snapped = dict(r.query("SELECT subject, distance_m FROM snap WHERE kind = 'commune'"))
    seen = [c for c, d in snapped.items() if d is not None and d < 1 and c in arcs]
    check("most centres stand on their node", len(seen) > 0.9 * len(r.people), len(seen))
    none("minutes by the nodes", [(c, r.minutes[c], best.get(c)) for c in seen
                                  if abs(r.minutes[c] * 60000 - best[c]) > 500])


kit.main(globals())
