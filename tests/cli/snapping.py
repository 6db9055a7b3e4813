"""How points come to roads in maille times: the walk, traps, what is wrong with a point, which way, and
that a file is whole or not there. Roads are a small grid with one-way traps and an island."""

import json
import math
import os
import random
import shutil
import signal
import subprocess
import time

import kit
from kit import check, near, none, same

work = kit.scratch()
dice = random.Random(11)
FOOT_MS_PER_M = 3600 / 4.5
WIDTH, STEP = 6, 0.01
FIELDS = "from=a,to=b,length_m=l,speed_kmh=v"


def path(name):
    return os.path.join(work, name)


def write_csv(name, header, rows):
    return kit.write(path(name), "\n".join(",".join(map(str, r)) for r in [header, *rows]) + "\n")


# ---- the roads --------------------------------------------------------------------------------------------

def place(x, y):
    return round(2.3 + STEP * x, 7), round(48.8 + STEP * y, 7)


places = {(x, y): place(x, y) for x in range(WIDTH) for y in range(WIDTH)}
places |= {"in": place(2.5, -0.6), "out": place(3.5, -0.6)}  # below the grid: one only enters, one only leaves
places |= {"i1": place(20, 0), "i2": place(20.6, 0), "i3": place(20.3, 0.5)}
number = {p: i for i, p in enumerate(places)}
links = []


def add_link(a, b, both=True):
    length, speed = dice.randrange(600, 2500), dice.choice([30, 50, 80])
    for here, there in ((a, b), (b, a))[:2 if both else 1]:
        links.append((here, there, length, speed))


for x in range(WIDTH):
    for y in range(WIDTH):
        for there in ((x + 1, y), (x, y + 1)):
            if there in places:
                add_link((x, y), there, dice.random() < 0.8 or x in (0, WIDTH - 1) or y in (0, WIDTH - 1))
TRAPS = [((2, 0), "in"), ("out", (4, 0))]
for trap in TRAPS:
    add_link(*trap, both=False)
for i in (1, 2, 3):
    add_link(f"i{i}", f"i{i % 3 + 1}")
roads_file = kit.write(path("roads.geojson"), json.dumps({"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"a": number[a], "b": number[b], "l": l, "v": v},
     "geometry": {"type": "LineString", "coordinates": [places[a], places[b]]}} for a, b, l, v in links]}))
as_metres = [(str(a), str(b), l, v, [kit.lambert93(*places[a]), kit.lambert93(*places[b])]) for a, b, l, v in links]
every_road = kit.Roads(as_metres)
main_roads = kit.Roads([link for link, (a, b, *_) in zip(as_metres, links) if (a, b) not in TRAPS])


def run(from_file, to_file, *more, expect=0):
    """Minutes by pair, and what was said."""
    p = kit.maille("times", "--roads", roads_file, "--fields", FIELDS, "--directed", "--from", from_file,
                   "--to", to_file, "--out", path("out.csv"), *more, expect=expect)
    rows = kit.table(path("out.csv")) if p.returncode == 0 else []
    return {(r["from_id"], r["to_id"]): r["minutes"] for r in rows}, p.stderr


def stands(point, roads):
    """(distance, links with what it takes from their start) of a point."""
    snap = roads.nearest(kit.lambert93(*point))
    return snap[0], roads.stop(snap)


def truth(origins, goals, roads, walks=True):
    """Milliseconds by plain Dijkstra on the roads with points and walks as nodes and arcs."""
    arcs = {}
    for link, ms in zip(roads.links, roads.ms):
        arcs.setdefault(link[0], []).append((link[1], ms))
    at = {p: stands(where, roads) for p, where in {**origins, **goals}.items()}
    for p, (distance, stop) in at.items():
        walk = distance * FOOT_MS_PER_M if walks else 0
        arcs.setdefault(f"off {p}", []).append((f"on {p}", walk))
        for k, before in stop.items():
            arcs.setdefault(f"on {p}", []).append((roads.links[k][1], roads.ms[k] - before))
            arcs.setdefault(roads.links[k][0], []).append((f"by {p}", before))
            for q, (_, other) in at.items():
                if k in other and other[k] >= before:
                    arcs.setdefault(f"on {p}", []).append((f"by {q}", other[k] - before))
        arcs.setdefault(f"by {p}", []).append((f"at {p}", walk))
    out = {}
    for o in origins:
        best = kit.dijkstra(arcs, {f"off {o}": 0})
        out |= {(o, g): 0 if origins[o] == goals[g] else best[f"at {g}"] for g in goals if f"at {g}" in best}
    return out


def compare(what, told, wanted):
    same(f"{what}: the same pairs", set(told), set(wanted))
    none(f"{what}: minutes", [(k, told[k], w / 60000) for k, w in wanted.items()
                              if k in told and abs(float(told[k]) * 60000 - w) > 14])


def somewhere():
    return round(2.3 + dice.uniform(0, STEP * (WIDTH - 1)), 6), round(48.801 + dice.uniform(0, STEP * (WIDTH - 1)), 6)


homes = {f"h{i}": somewhere() for i in range(40)} | {"island": place(20.4, 0.1)}
homes["twin"] = homes["h3"]
care = {f"c{i}": somewhere() for i in range(9)} | {"near": homes["h5"], "isle": place(20.2, 0.2)}
home_file = write_csv("homes.csv", ["id", "lon", "lat"], [(i, *p) for i, p in homes.items()])
care_file = write_csv("care.csv", ["id", "lon", "lat"], [(i, *p) for i, p in care.items()])
few_file = write_csv("few.csv", ["id", "lon", "lat"], [(i, *p) for i, p in list(homes.items())[:7]])


# ---- the walk ---------------------------------------------------------------------------------------------

def test_the_walk_counts_at_both_ends():
    wanted = truth(homes, care, main_roads)
    compare("by the hierarchy", run(home_file, care_file)[0], wanted)
    compare("by few searches", run(few_file, care_file)[0], {k: v for k, v in wanted.items() if k[0] in list(homes)[:7]})
    check("from the same house no step", wanted["h5", "near"] == 0)
    compare("from the road", run(home_file, care_file, "--access-kmh", 0)[0], truth(homes, care, main_roads, walks=False))
    slow = run(home_file, care_file, "--access-kmh", 2.25)[0]
    plain = run(home_file, care_file, "--access-kmh", 0)[0]
    fast = run(home_file, care_file)[0]
    none("at half the speed walks take twice as long",
         [k for k in fast if abs(2 * (float(fast[k]) - float(plain[k])) - (float(slow[k]) - float(plain[k]))) > 1e-4])
    kit.refused("a speed", ["times", "--roads", roads_file, "--from", home_file, "--to", care_file, "--access-kmh", "-1"], 2, "--access-kmh")


def squares(count):
    """Communes side by side over the grid, their centres off the roads."""
    features, centres = [], []
    for i in range(count):
        west, east = (2.29 + 0.07 * k / count for k in (i, i + 1))
        ring = [(west, 48.79), (east, 48.79), (east, 48.87), (west, 48.87), (west, 48.79)]
        features.append({"type": "Feature", "properties": {"code": f"0100{i + 1}", "nom": f"C{i}", "population": 100},
                         "geometry": {"type": "Polygon", "coordinates": [ring]}})
        centres.append((f"0100{i + 1}", round((west + east) / 2 + 0.0017, 6), round(48.817 + 0.0061 * i, 6)))
    return {"type": "FeatureCollection", "features": features}, centres


def test_a_study_counts_the_walk_where_its_rules_say_so():
    communes, centres = squares(5)
    folder = os.path.join(work, "study")
    os.mkdir(folder)
    kit.write(os.path.join(folder, "communes.geojson"), json.dumps(communes))
    shutil.copy(roads_file, os.path.join(folder, "roads.geojson"))
    centres_file = write_csv("study/centres.csv", ["code", "lon", "lat"], centres)
    write_csv("study/supply.csv", ["code", "n"], [("01002", 3), ("01005", 1)])
    supply_file = write_csv("supply.csv", ["id", "lon", "lat"], [r for r in centres if r[0] in ("01002", "01005")])
    study = kit.write(os.path.join(folder, "study.yaml"), """study: walk
title: {fr: Marche, en: Walk}
crs: EPSG:2154
sources:
  - {kind: communes, file: communes.geojson, vintage: 2020-01-01, source: nous, licence: Licence Ouverte 2.0, fields: {code: code, name: nom, population: population}}
  - {kind: centres, file: centres.csv, fields: {code: code, lon: lon, lat: lat}}
  - {kind: roads, file: roads.geojson, directed: true, fields: {from: a, to: b, length_m: l, speed_kmh: v}}
  - {kind: supply, file: supply.csv, service: gp, fields: {code: code, count: n}}
services:
  - {id: gp, title: {fr: GP}, bands_min: [5, 10, 20]}
layers: [couverture]
""")
    layers = os.path.join(work, "layers")
    shutil.copytree(os.path.join(kit.SOURCE, "layers"), layers)
    rules = os.path.join(layers, "rules", "travel-voiture.yaml")
    told = {}
    for kmh in (0, 4.5):
        if kmh:
            kit.write(rules, kit.read(rules) + f"access_kmh: {kmh}\n")
        kit.maille("run", study, "-w", path("walk.maille"), "--to", path("walk"), env={"MAILLE_LAYERS": layers})
        layer = json.loads(kit.read(os.path.join(path("walk"), "couverture.geojson")))
        told[kmh] = {f["properties"]["code"]: f["properties"]["gp_min"] for f in layer["features"]}
        wanted = run(centres_file, supply_file, "--nearest", 1, "--access-kmh", kmh)[0]
        none(f"minutes at {kmh} km/h", [(k, m, told[kmh]) for k, m in wanted.items() if abs(told[kmh][k[0]] - float(m)) > 0.0501])
        same("each has one", len(wanted), len(centres))
    check("the walk is longer", told[0]["01001"] + 1 < told[4.5]["01001"], told)
    same("but not from the same place", told[4.5]["01002"], 0)
    kit.write(rules, kit.read(rules).replace("access_kmh: 4.5", "access_kmh: -1"))
    kit.refused("no speed", ["run", study, "-w", path("walk.maille"), "--to", path("walk")], 3, "access_kmh", env={"MAILLE_LAYERS": layers})


# ---- traps ------------------------------------------------------------------------------------------------

trapped = {"t1": (places["in"][0] + 0.0004, places["in"][1]), "t2": (places["out"][0] + 0.0004, places["out"][1]),
           "t3": homes["h1"]}
trapped_file = write_csv("trapped.csv", ["id", "lon", "lat"], [(i, *p) for i, p in trapped.items()])


def test_traps_are_not_snapped_to_unless_asked_for():
    told, said = run(trapped_file, care_file, "--points-out", path("points.csv"))
    compare("main roads", told, truth(trapped, care, main_roads))
    line = [x for x in said.split("\n") if "nearer" in x]
    same("one line", len(line), 1)
    check("which counts and names them", "2 of 3" in line[0] and "t1, t2" in line[0], line)
    rows = {r["id"]: r for r in kit.table(path("points.csv")) if r["role"] == "from"}
    for p in ("t1", "t2"):
        near(f"{p}: distance", float(rows[p]["distance_m"]), stands(trapped[p], main_roads)[0], 1e-3)
        nearer = f"nearer ({stands(trapped[p], every_road)[0]:.0f} m)"
        check(f"{p}: why", nearer in rows[p]["finding"], (nearer, rows[p]))
    same("nothing to say about the third", rows["t3"]["finding"], "")
    told, said = run(trapped_file, care_file, "--any-road")
    wanted = truth(trapped, care, every_road)
    compare("any road", told, wanted)
    check("who is in does not come out", not [k for k in wanted if k[0] == "t1"])
    check("it is told", "2 of 3" in said and "t1, t2" in said, said)
    told, _ = run(care_file, trapped_file, "--any-road")
    compare("and back", told, truth(care, trapped, every_road))


# ---- what is wrong with a point ------------------------------------------------------------------------------

def test_a_bad_point_is_one_finding_and_the_others_go_on():
    far = (places[0, 0][0] - 0.02, places[0, 0][1])
    odd = [("good", *homes["h0"]), ("text", "x", 48.8), ("blank", "", ""), ("pole", 2.3, 141.9), ("china", 104, 30),
           ("sea", 3.5, 48.2), ("far", *far), ("more", *homes["h1"])]
    file = write_csv("odd.csv", ["id", "lon", "lat"], odd)
    points = {i: p for i, *p in odd if i in ("good", "far", "more")}
    for a, b in ((file, care_file), (care_file, file)):
        told, said = run(a, b, "--points-out", path("points.csv"))
        compare("the others", told, truth(points, care, main_roads) if a == file else truth(care, points, main_roads))
        for row, (i, *p) in enumerate(odd):
            lines = [x for x in said.split("\n") if f"point {i}:" in x]
            same(f"{i} is named once", len(lines), 0 if i in ("good", "more") else 1)
            check(f"{i}: file and row", all(f"odd.csv: row {row + 2}" in x for x in lines), lines)
        rows = {r["id"]: r for r in kit.table(path("points.csv")) if r["role"] == ("from" if a == file else "to")}
        same("all are in the file", list(rows), [i for i, *_ in odd])
        for i, word in (("text", '"x", "48.8"'), ("blank", "no lon, lat"), ("pole", "141.9"), ("china", "EPSG:2154"),
                        ("sea", "no road within 5000 m"), ("far", "m from its road"), ("good", "")):
            check(f"{i}: finding", word in rows[i]["finding"] and bool(word) == bool(rows[i]["finding"]), rows[i])
            check(f"{i}: place", bool(rows[i]["lon"]) == (i in points) and bool(rows[i]["distance_m"]) == (i in points), rows[i])
    distance = stands(far, main_roads)[0]
    near("its distance stays", float(rows["far"]["distance_m"]), distance, 1e-3)
    near("and its walk", float(rows["far"]["access_min"]), distance * FOOT_MS_PER_M / 60000, 1e-3)
    x, y = kit.lambert93(float(rows["far"]["lon"]), float(rows["far"]["lat"]))
    near("on the road", math.dist((x, y), kit.lambert93(*far)), distance, 1e-3)
    check("at a speed of a road", rows["far"]["road_kmh"] in ("30", "50", "80"), rows["far"])
    told, said = run(file, care_file, "--snap-max-m", round(distance) - 1)
    check("beyond the maximum", not [k for k in told if k[0] == "far"] and "point far: had no road" in said, said)
    check("within it", [k for k in run(file, care_file, "--snap-max-m", round(distance) + 1)[0] if k[0] == "far"])
    only = write_csv("only.csv", ["id", "lon", "lat"], [("a", "x", "y"), ("b", 8, 141)])
    kit.refused("nothing usable", ["times", "--roads", roads_file, "--fields", FIELDS, "--directed", "--from", only,
                                   "--to", care_file], 3, "only.csv", "row 2", '"x", "y"')
    many = write_csv("many.csv", ["id", "lon", "lat"], [("good", *homes["h0"])] + [(f"s{i}", 3.5, 48.2) for i in range(99)])
    _, said = run(many, care_file)
    check("lines are few, the count is whole", said.count("point s") == 20 and "79 more points" in said, said)


# ---- which way, ready when, the nearest ------------------------------------------------------------------------

def test_each_choice_is_a_choice_among_all_pairs():
    ready = {c: dice.choice([0, 2.5, 7]) for c in care}
    ready["near"] = 3
    file = write_csv("ready.csv", ["id", "lon", "lat", "start_min"],
                     [(i, *p, ready[i] or "") for i, p in care.items()])
    rank = {c: i for i, c in enumerate(care)}
    back, _ = run(care_file, home_file)
    for start, there in ((home_file, run(home_file, care_file)[0]), (few_file, run(few_file, care_file)[0])):
        people = list(homes) if start == home_file else list(homes)[:7]
        for dispatch in (False, True):
            drive = {(h, c): back.get((c, h)) if dispatch else there.get((h, c)) for h in people for c in care}
            whole = {k: float(m) + ready[k[1]] for k, m in drive.items() if m is not None}
            for limit in (None, 17.25)[len(people) < 9:]:
                within = {k: m for k, m in whole.items() if limit is None or m <= limit + 1e-9}
                for k in (None, 1, 3):
                    wanted = {}
                    for h in people:
                        mine = sorted((round(m, 6), rank[c]) for (p, c), m in within.items() if p == h)[:k]
                        wanted |= {(h, list(care)[i]): m for m, i in mine}
                    more = (["--limit-min", limit] if limit else []) + (["--nearest", k] if k else [])
                    told, _ = run(start, file, *more, *(["--dispatch"] if dispatch else []))
                    what = f"{len(people)} people, {more}, {'from' if dispatch else 'to'} care"
                    same(f"{what}: in order", list(told), sorted(told, key=lambda p: (people.index(p[0]), rank[p[1]])))
                    same(f"{what}: pairs", set(told), set(wanted))
                    none(f"{what}: minutes", [p for p in wanted if p in told and abs(float(told[p]) - wanted[p]) > 2e-6])
    check("both directions differ", any(back.get((c, h)) != m for (h, c), m in there.items()))
    bad = write_csv("bad.csv", ["id", "lon", "lat", "start_min"], [("a", 2.31, 48.81, "soon")])
    kit.refused("a start", ["times", "--roads", roads_file, "--fields", FIELDS, "--from", home_file, "--to", bad], 3, "bad.csv", "row 2", "soon")
    said = run(file, care_file)[1]
    check("a start of people is none", "start_min was passed over" in said, said)


# ---- much -------------------------------------------------------------------------------------------------

def many_points(name, count):
    return write_csv(name, ["id", "lon", "lat"], [(i, *somewhere()) for i in range(count)])


def test_what_comes_is_told_before_and_all_of_it_comes():
    file = many_points("thousand.csv", 1000)
    said = kit.maille("times", "--roads", roads_file, "--fields", FIELDS, "--directed", "--from", file, "--to", file,
                      "--out", path("all.csv")).stderr
    same("all pairs", kit.read(path("all.csv")).count("\n"), 1000 * 1000 + 1)
    check("was told", "1000 × 1000 points: 1000000 pairs, in at most" in said, said)
    check("unless it is little", "pairs" not in run(few_file, care_file)[1])
    check("or quiet is asked for", run(file, few_file, "--quiet")[1] == "")
    block = path("pipe.csv")
    with open(block, "w", encoding="utf-8") as out:
        subprocess.run([kit.MAILLE, "times", "--roads", roads_file, "--fields", FIELDS, "--directed", "--from", few_file,
                        "--to", care_file, "--out", "/dev/stdout", "--quiet"], stdout=out, check=True)
    run(few_file, care_file)
    same("a device is written as it is", kit.read(block), kit.read(path("out.csv")))


def test_ctrl_c_leaves_no_half_of_a_file():
    file, out = many_points("tens.csv", 6000), path("long.csv")
    kit.write(out, "as before\n")
    p = subprocess.Popen([kit.MAILLE, "times", "--roads", roads_file, "--fields", FIELDS, "--directed", "--from", file,
                          "--to", file, "--out", out], stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while time.monotonic() < end and not (os.path.exists(out + ".part") and os.path.getsize(out + ".part") > 1 << 16):
        time.sleep(0.01)
    p.send_signal(signal.SIGINT)
    said = p.communicate(timeout=60)[1]
    same("it ended", p.returncode, 1)
    check("and said why", "cancel" in said, said)
    same("what was there is there", kit.read(out), "as before\n")
    check("nothing else", not os.path.exists(out + ".part"))


kit.main(globals())
