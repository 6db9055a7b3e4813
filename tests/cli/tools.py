"""The commands of an analyst: times, access, network info."""

import csv
import gzip
import json
import math
import os
import random

import kit
from kit import check, near, none, same

work = kit.scratch()
dice = random.Random(7)


def path(name):
    return os.path.join(work, name)


def write_csv(name, header, rows):
    with open(path(name), "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path(name)


def times(roads, origins, goals, *more, expect=0):
    """Rows (from, to, minutes as written)."""
    kit.maille("times", "--roads", roads, "--from", origins, "--to", goals, "--out", path("out.csv"), *more,
               expect=expect)
    return [(r["from_id"], r["to_id"], r["minutes"]) for r in kit.table(path("out.csv"))]


def minutes(ms):
    return f"{ms / 60000:.6f}"


FIELDS = "from=de,to=vers,length_m=longueur,speed_kmh=vitesse"


# ---- times on random links without geometry ----------------------------------------------------------

links = [(f"n{dice.randrange(150)}", f"n{dice.randrange(150)}", round(dice.uniform(20, 9000), 1),
          dice.choice([30, 50, 80, 110])) for _ in range(420)]
table = write_csv("links.csv", ["de", "vers", "longueur", "vitesse"], links)
nodes = sorted({n for a, b, *_ in links if a != b for n in (a, b)})
origins = [(f"o{i}", n) for i, n in enumerate(dice.sample(nodes, 25))]
goals = [(f"g,{i}", n) for i, n in enumerate(dice.sample(nodes, 40))]
from_file = write_csv("from.csv", ["id", "node"], origins)
to_file = write_csv("to.csv", ["id", "node"], goals)


def arcs_of(links, directed):
    arcs = {}
    for a, b, length, speed in links:
        if a != b:
            arcs.setdefault(a, []).append((b, kit.arc_ms(length, speed)))
            if not directed:
                arcs.setdefault(b, []).append((a, kit.arc_ms(length, speed)))
    return arcs


def all_pairs(directed, limit=None):
    arcs = arcs_of(links, directed)
    out = {}
    for o, n in origins:
        best = kit.dijkstra(arcs, {n: 0})
        out.update({(o, g): best[m] for g, m in goals if m in best and (limit is None or best[m] <= limit)})
    return out


def test_links_without_geometry():
    for directed, more in ((True, ["--directed"]), (False, [])):
        wanted = all_pairs(directed)
        told = times(table, from_file, to_file, "--fields", FIELDS, *more)
        same("each pair once, in order", [(o, g) for o, g, _ in told],
             [(o, g) for o, _ in origins for g, _ in goals if (o, g) in wanted])
        none("minutes", [t for t in told if t[2] != minutes(wanted[t[0], t[1]])])
    check("some pairs are unreached one way", len(all_pairs(True)) < len(all_pairs(False)))


def test_a_limit_includes_itself():
    wanted = all_pairs(True)
    limit = sorted(wanted.values())[len(wanted) // 2]
    for ms in (limit, limit - 1):
        told = times(table, from_file, to_file, "--fields", FIELDS, "--directed", "--limit-min", repr(ms / 60000))
        same(f"pairs within {ms} ms", {(o, g): m for o, g, m in told},
             {k: minutes(v) for k, v in wanted.items() if v <= ms})
    a = write_csv("a.csv", ["id", "node"], [("a", "x")])
    b = write_csv("b.csv", ["id", "node"], [("b", "y")])
    one = write_csv("one.csv", ["de", "vers", "longueur", "vitesse"], [("x", "y", 10000, 60)])
    same("10 minutes are within 10", times(one, a, b, "--fields", FIELDS, "--limit-min", 10), [("a", "b", "10.000000")])
    same("and beyond 9.9999", times(one, a, b, "--fields", FIELDS, "--limit-min", "9.9999"), [])


def test_the_nearest():
    wanted = all_pairs(True)
    rank = {g: i for i, (g, _) in enumerate(goals)}
    for k in (1, 3, 1000):
        told = times(table, from_file, to_file, "--fields", FIELDS, "--directed", "--nearest", k)
        for o, _ in origins:
            mine = sorted((ms, rank[g]) for (f, g), ms in wanted.items() if f == o)[:k]
            same(f"the {k} nearest of {o}", [(g, m) for f, g, m in told if f == o],
                 [(goals[i][0], minutes(ms)) for ms, i in sorted(mine, key=lambda x: x[1])])


def test_times_to_oneself_and_threads():
    one = times(table, from_file, from_file, "--fields", FIELDS, "--directed", "--jobs", 1)
    check("0 minutes to oneself", all((o, o, "0.000000") in one for o, _ in origins))
    same("two threads", times(table, from_file, from_file, "--fields", FIELDS, "--directed", "--jobs", 2), one)
    p = kit.maille("times", "--roads", table, "--from", from_file, "--to", from_file, "--fields", FIELDS,
                   "--directed", "--quiet")
    same("on standard output", p.stdout, kit.read(path("out.csv")))
    same("quiet", p.stderr, "")


def test_times_given_and_directions():
    rows = [("a", "b", 60.0, "sens direct"), ("b", "c", 30.5, "Double sens"), ("d", "c", 10.0, "Sens inverse")]
    roads = write_csv("timed.csv", ["u", "v", "s", "sens"], rows)
    points = write_csv("abcd.csv", ["id", "node"], [(x, x) for x in "abcd"])
    told = times(roads, points, points, "--fields", "from=u,to=v,time_s=s,direction=sens")
    arcs = {"a": [("b", 60000)], "b": [("c", 30500)], "c": [("b", 30500), ("d", 10000)]}
    wanted = [(x, y, minutes(d[y])) for x in "abcd" for d in [kit.dijkstra(arcs, {x: 0})] for y in "abcd" if y in d]
    same("times", told, wanted)


def test_what_times_refuses():
    where = ["times", "--roads", table, "--fields", FIELDS]
    bad = write_csv("bad.csv", ["id", "node"], [("a", nodes[0]), ("b", "nowhere")])
    p = kit.maille(*where, "--from", bad, "--to", to_file)
    check("an unknown node is named and left out", all(w in p.stderr for w in ("bad.csv", "row 3", "nowhere", "left out")), p.stderr)
    same("the others go on", {r.split(",")[0] for r in p.stdout.split("\n")[1:-1]}, {"a"})
    worse = write_csv("worse.csv", ["id", "node"], [("a", "neither"), ("b", "nowhere")])
    kit.refused("unknown nodes only", [*where, "--from", worse, "--to", to_file], 3, "worse.csv", "row 2", "neither")
    plain = write_csv("plain.csv", ["name", "place"], [("a", "b")])
    kit.refused("no columns", [*where, "--from", plain, "--to", to_file], 3, "plain.csv", "id,node")
    blank = write_csv("blank.csv", ["id", "node"], [("a", nodes[0]), ("", nodes[1])])
    kit.refused("no id", [*where, "--from", blank, "--to", to_file], 3, "blank.csv", "row 3")
    kit.refused("no such file", [*where, "--from", path("none.csv"), "--to", to_file], 4, "none.csv")
    kit.refused("no such roads", ["times", "--roads", path("none.gpkg"), "--from", from_file, "--to", to_file], 4, "none.gpkg")
    kit.refused("a field that is none", ["times", "--roads", table, "--fields", "frm=de", "--from", from_file, "--to", to_file], 2, "frm")
    kit.refused("a column that is none", ["times", "--roads", table, "--fields", FIELDS.replace("vitesse", "vite"),
                                          "--from", from_file, "--to", to_file], 3, "links.csv", "vite")
    placed = write_csv("placed.csv", ["id", "lon", "lat"], [("a", 8.7, 41.9)])
    kit.refused("places for links without", [*where, "--from", placed, "--to", to_file], 3, "placed.csv", "id,node")
    for what, more in (("a limit", ["--limit-min", "soon"]), ("a negative limit", ["--limit-min", "-1"]),
                       ("none nearest", ["--nearest", "0"]), ("a mode", ["--mode", "boat"]), ("no destination", [])):
        tail = [] if what == "no destination" else ["--to", to_file]
        kit.refused(what, [*where, "--from", from_file, *tail, *more], 2, "--to" if not tail else more[0])
    kit.refused("a folder that is none", [*where, "--from", from_file, "--to", to_file, "--out", "/nowhere/out.csv"], 1, "/nowhere/out.csv")


# ---- times on Corsica ---------------------------------------------------------------------------------

def corsica():
    columns = ["from_node", "to_node", "length_m", "speed_kmh"]
    file = os.path.join(kit.real("corse"), "roads.gpkg")
    return file, kit.gpkg_lines(file, "roads", columns), "from=from_node,to=to_node,length_m=length_m,speed_kmh=speed_kmh"


def test_corsica_by_node_ids():
    file, rows, fields = corsica()
    arcs = {}
    for a, b, length, speed, _ in rows:
        if a != b:
            arcs.setdefault(a, []).append((b, kit.arc_ms(length, speed)))
    ids = sorted({n for r in rows for n in r[:2] if r[0] != r[1]})
    check("ids beyond 32 bits", ids[-1] > 2**32)
    a, b = dice.sample(ids, 10), dice.sample(ids, 50)
    told = times(file, write_csv("a.csv", ["id", "node"], [(n, n) for n in a]),
                 write_csv("b.csv", ["id", "node"], [(n, n) for n in b]), "--fields", fields, "--directed")
    wanted = []
    for n in a:
        best = kit.dijkstra(arcs, {n: 0})
        wanted += [(str(n), str(m), minutes(best[m])) for m in b if m in best]
    same("pairs", len(told), len(wanted))
    none("exact to the millisecond", [(t, w) for t, w in zip(told, wanted) if t != w])


def test_corsica_by_coordinates():
    file, rows, fields = corsica()
    roads = kit.Roads(rows)
    centres = dice.sample(kit.table(os.path.join(kit.real("corse"), "centres.csv")), 12)
    points = write_csv("points.csv", ["id", "lon", "lat"], [(r["code"], r["lon"], r["lat"]) for r in centres])
    told, walked = ({(o, g): float(m) * 60000 for o, g, m in times(file, points, points, "--fields", fields, "--directed", *more)}
                    for more in (["--access-kmh", 0], []))
    snaps = {r["code"]: roads.nearest(kit.lambert93(float(r["lon"]), float(r["lat"]))) for r in centres}
    stops = {code: roads.stop(snap) for code, snap in snaps.items()}
    walk = {code: snap[0] * 3600 / 4.5 for code, snap in snaps.items()}
    for g in stops:
        best = kit.dijkstra(roads.back, roads.entering(stops[g]))
        for o in stops:
            exact = 0 if o == g else roads.drive(best, stops[o], [stops[g]])
            check(f"{o} to {g}", abs(told[o, g] - exact) <= 12, (told[o, g], exact))
            legs = 0 if o == g else walk[o] + walk[g]
            check(f"{o} to {g} with the walks", abs(walked[o, g] - exact - legs) <= 14, (walked[o, g], exact, legs))


# ---- network info ----------------------------------------------------------------------------------------

def info(*args):
    return [json.loads(x) for x in kit.maille("network", "info", "--json", *args).stdout.strip().split("\n")]


def test_network_info_of_corsica():
    file, rows, fields = corsica()
    [told] = info(file, "--fields", fields, "--directed")
    whole = [r for r in rows if r[0] != r[1]]
    same("counts", {k: told[k] for k in ("lines_read", "loops", "edges", "arcs", "nodes")},
         {"lines_read": len(rows), "loops": len(rows) - len(whole), "edges": len(whole),
          "arcs": len({r[:2] for r in whole}), "nodes": len({n for r in whole for n in r[:2]})})
    same("parallels", told["parallels"], len(whole) - told["arcs"])
    out, back = {}, {}
    for r in whole:
        out.setdefault(r[0], []).append((r[1], 1))
        back.setdefault(r[1], []).append((r[0], 1))
    start = whole[0][0]
    same("one component", (told["components"], told["largest_component"]), (1, told["nodes"]))
    same("indeed", (len(kit.dijkstra(out, {start: 0})), len(kit.dijkstra(back, {start: 0}))), (told["nodes"],) * 2)
    near("kilometres by class are all", sum(told["classes"].values()), told["length_km"], 1e-4)
    twice = sum(r[2] for r in whole) / 1000
    check("a road counts once", twice / 2 <= told["length_km"] <= twice, (told["length_km"], twice))
    p = kit.maille("network", "info", file, "--fields", fields, "--directed")
    check("in words too", str(told["nodes"]) in p.stdout and "components" in p.stdout, p.stdout)


def test_network_info_of_osm():
    files = [os.path.join(kit.real("osm"), n) for n in ("monaco.osm.pbf", "cathedral-no-left.osm.pbf", "paris_bss.osm.pbf")]
    told = info(*files)
    same("one object a file", [x["file"] for x in told], files)
    for x in told:
        check(f"{x['file']} is a network", x["nodes"] > 0 and x["edges"] <= x["arcs"] <= 2 * x["edges"] and
              x["largest_component"] <= x["nodes"] and x["components"] >= 1, x)
        near("kilometres by class are all", sum(x["classes"].values()), x["length_km"], 1e-3)
    feet = info(*files, "--mode", "foot")
    check("more ways on foot", feet[0]["length_km"] > told[0]["length_km"], (feet[0]["length_km"], told[0]["length_km"]))
    check("classes of OSM", {"residential", "secondary"} <= set(told[0]["classes"]), told[0]["classes"])
    kit.refused("noise", ["network", "info", kit.write(path("noise.osm.pbf"), "noise " * 99)], 3, "noise.osm.pbf")
    kit.refused("no file", ["network", "info", path("none.osm.pbf")], 4, "none.osm.pbf")
    kit.refused("no roads", ["network", "info"], 2)
    kit.refused("another word", ["network", "show", files[0]], 2)


# ---- access ------------------------------------------------------------------------------------------------

def access(times_file, demand, supply, method, decay):
    p = kit.maille("access", "--times", times_file, "--demand", demand, "--supply", supply, "--method", method,
                   "--decay", decay, "--out", path("access.csv"))
    return {r["id"]: float(r["access"]) for r in kit.table(path("access.csv"))}, p.stderr


def test_access_as_the_r_package_publishes():
    """2SFCA with steps and binary on 898 cells; the steps there exclude their bound and times are
    whole minutes."""
    folder = kit.real("oracles/bho-access")
    with gzip.open(os.path.join(folder, "travel-matrix.csv.gz"), "rt", encoding="utf-8") as file:
        text = file.read().replace("travel_time", "minutes", 1)
    matrix = kit.write(path("matrix.csv"), text)
    land = kit.table(os.path.join(folder, "land-use.csv"))
    demand = write_csv("demand.csv", ["id", "population"], [(r["id"], r["population"]) for r in land])
    supply = write_csv("supply.csv", ["id", "supply"], [(r["id"], r["jobs"]) for r in land])
    for decay, file in (("steps:9.99=1,14.99=0.3,19.99=0.1", "expected-2sfca-stepped-10-15-20.csv"),
                        ("binary:45", "expected-2sfca-binary-45.csv")):
        wanted = {r["id"]: float(r["jobs"]) for r in kit.table(os.path.join(folder, file))}
        told, _ = access(matrix, demand, supply, "2sfca", decay)
        same("cells", len(told), 898)
        none(decay, [(i, told[i], w) for i, w in wanted.items() if abs(told[i] - w) > 1e-9 * max(w, 1e-30)])
        same("cells in the order of the demand", list(told), [r["id"] for r in land])


people = {f"p{i:03}": dice.randrange(0, 5000) for i in range(60)}
offer = {f"s,{i}": dice.randrange(0, 90) for i in range(25)}
trips = {(i, j): round(dice.uniform(0, 40), 3) for i in people for j in offer if dice.random() < 0.4}


def small():
    t = write_csv("t.csv", ["from_id", "to_id", "minutes"], [(i, j, m) for (i, j), m in trips.items()])
    d = write_csv("d.csv", ["id", "population"], people.items())
    s = write_csv("s.csv", ["id", "supply"], offer.items())
    return t, d, s


WEIGHTS = {"steps:10=1,15=0.3,20=0.1": lambda t: 1 if t <= 10 else .3 if t <= 15 else .1 if t <= 20 else 0,
           "binary:25": lambda t: 1.0 if t <= 25 else 0.0, "exp:0.2": lambda t: math.exp(-.2 * t),
           "power:1.5": lambda t: max(t, 1) ** -1.5, "gauss:20": lambda t: math.exp(-t * t / 800)}


def test_each_method_by_hand():
    files = small()
    for decay, weight in WEIGHTS.items():
        w = {k: weight(t) for k, t in trips.items()}
        row = {i: sum(w.get((i, j), 0) for j in offer) for i in people}
        column = {j: sum(w.get((i, j), 0) for i in people) for j in offer}
        load = {j: sum(people[i] * w.get((i, j), 0) for i in people) for j in offer}
        first = {j: sum(people[i] * w[i, j] * w[i, j] / row[i] for i in people if w.get((i, j))) for j in offer}
        share = {j: sum(people[i] * w[i, j] / row[i] for i in people if w.get((i, j))) for j in offer}

        def total(f):
            return {i: sum(f(i, j) for j in offer if w.get((i, j))) for i in people}

        def divided(a, b):
            return a / b if b else 0

        by_hand = {
            "2sfca": total(lambda i, j: w[i, j] * divided(offer[j], load[j])),
            "e2sfca": total(lambda i, j: w[i, j] * divided(offer[j], load[j])),
            "3sfca": total(lambda i, j: w[i, j] * w[i, j] / row[i] * divided(offer[j], first[j])),
            "bfca": total(lambda i, j: w[i, j] / column[j] * divided(offer[j], share[j])),
            "spatial-availability": total(lambda i, j: people[i] * w[i, j] * divided(offer[j], load[j])),
            "gravity": total(lambda i, j: w[i, j] * offer[j])}
        if decay.startswith("binary"):
            by_hand["cumulative"] = by_hand["gravity"]
        for method, wanted in by_hand.items():
            told, _ = access(*files, method, decay)
            none(f"{method} with {decay}", [(i, told[i], x) for i, x in wanted.items()
                                           if abs(told[i] - x) > 1e-9 * max(x, 1e-12)])
        served = sum(offer[j] for j in offer if load[j])
        told, _ = access(*files, "2sfca", decay)
        near("supply is conserved", sum(people[i] * told[i] for i in people), served, 1e-12)


def test_the_order_of_times_does_not_count():
    t, d, s = small()
    one, _ = access(t, d, s, "2sfca", "exp:0.2")
    rows = [(i, j, m) for (i, j), m in trips.items()]
    dice.shuffle(rows)
    write_csv("t.csv", ["from_id", "to_id", "minutes"], rows)
    same("shuffled", access(t, d, s, "2sfca", "exp:0.2")[0], one)
    write_csv("t.csv", ["from_id", "to_id", "minutes"], rows + [("p000", "elsewhere", 3)])
    told, said = access(t, d, s, "2sfca", "exp:0.2")
    same("a stranger", told, one)
    check("is told", "1 rows" in said, said)


def test_times_feed_access():
    """What the one command writes the other reads."""
    times(table, from_file, to_file, "--fields", FIELDS)
    d = write_csv("d.csv", ["id", "population"], [(o, 100) for o, _ in origins])
    s = write_csv("s.csv", ["id", "supply"], [(g, 5) for g, _ in goals])
    told, said = access(path("out.csv"), d, s, "2sfca", "exp:0.1")
    reached = {g for _, g in all_pairs(False)}
    near("all that is reached", sum(100 * a for a in told.values()), 5 * len(reached), 1e-9)


def test_what_access_refuses():
    t, d, s = small()
    base = {"times": t, "demand": d, "supply": s, "method": "2sfca", "decay": "exp:0.2"}

    def with_(**change):
        return ["access"] + [x for k, v in {**base, **change}.items() if v for x in (f"--{k}", v)]

    kit.refused("a method", with_(method="4sfca"), 2, "4sfca", "spatial-availability")
    for decay in ("steps:10", "steps:20=1,10=0.5", "exp:-1", "linear:3", "binary:x"):
        kit.refused(f"decay {decay}", with_(decay=decay), 2, decay)
    kit.refused("nothing to supply", with_(supply=None), 2, "--supply")
    kit.refused("no file", with_(times=path("none.csv")), 4, "none.csv")
    kit.refused("a column", with_(times=write_csv("c.csv", ["from_id", "to_id", "temps"], [("a", "b", 1)])), 3, "c.csv", "minutes")
    kit.refused("a time", with_(times=write_csv("c.csv", ["from_id", "to_id", "minutes"], [("a", "b", 1), ("a", "c", "x")])), 3, "c.csv", "row 3")
    kit.refused("a negative time", with_(times=write_csv("c.csv", ["from_id", "to_id", "minutes"], [("a", "b", -1)])), 3, "c.csv", "row 2")
    kit.refused("a pair twice", with_(times=write_csv("c.csv", ["from_id", "to_id", "minutes"], [("p001", "s,1", 1), ("p001", "s,1", 2)])), 3, "c.csv", "p001", "s,1")
    kit.refused("an id twice", with_(demand=write_csv("c.csv", ["id", "population"], [("a", 1), ("b", 1), ("a", 2)])), 3, "c.csv", "row 4")
    kit.refused("fewer than nobody", with_(demand=write_csv("c.csv", ["id", "population"], [("a", -1)])), 3, "c.csv", "row 2")
    kit.refused("no number", with_(supply=write_csv("c.csv", ["id", "supply"], [("a", "lots")])), 3, "c.csv", "row 2", "lots")


kit.main(globals())
