"""The drive-time engine: searches on Corsica's roads and on copies of them side by side, against igraph
and SpatiaLite's VirtualRouting; a hierarchy of the size of France.

Every answer is compared number by number, in every run: ours by the hierarchy, our own plain Dijkstra and
igraph's agree to the millisecond, or the benchmark ends. Searches use one thread."""

import array
import json
import os
import random
import re
import shlex
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
PEERS = {"igraph": "igraph", "routing": "spatialite sqlite3", "gdal": "gdal", "readosm": "readosm"}
TILES = 36  # copies of Corsica: 1.1 million nodes
FRANCE_COPIES, FRANCE_CENTRES = 144, 35000  # 4.5 million nodes, as many as OpenStreetMap's France
FRANCE_THREADS = 2
PROFILES = os.path.join(HERE, "../../layers/rules/profiles")
UTM = {"malta": 32633, "andorra": 32631}
UNREACHED = 2**32 - 1


def text(seconds):
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


class Bench:
    """Programs, graphs and files of nodes in the scratch folder."""

    def __init__(self, program, run, real, scratch):
        self.program, self.run, self.real = program, run, real
        self.folder = os.path.join(scratch, "network")
        self.nodes = {}
        self.random = random.Random(7)
        os.makedirs(self.folder, exist_ok=True)
        self.told(self.program, "arcs", os.path.join(real, "corse/roads.gpkg"), self.path("corse.arcs"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def answer(self, way):
        return self.path(way + ".answer")

    def told(self, *command):
        """What a program told as JSON."""
        _, _, out = self.run([str(word) for word in command])
        return json.loads(out.splitlines()[-1])

    def peer(self, name):
        """The peer's program, built once."""
        built = self.path(name)
        if not os.path.exists(built):
            flags = subprocess.run(["pkg-config", "--cflags", "--libs", *PEERS[name].split()], check=True,
                                   capture_output=True, text=True).stdout
            subprocess.run(["cc", "-O3", "-o", built, os.path.join(HERE, f"network_{name}.c"),
                            *shlex.split(flags)], check=True)
        return built

    def graph(self, copies, threads=1):
        """Corsica, or copies of it, with its hierarchy; what its build told."""
        name = "corse" if copies == 1 else f"tiled-{copies}"
        if copies > 1:
            self.told(self.program, "tile", self.path("corse.arcs"), copies, self.path(name + ".arcs"))
        told = self.told(self.program, "build", self.path(name + ".arcs"), self.path(name), threads)
        self.nodes[name] = told["nodes"]
        return name, told

    def choose(self, graph, count, name):
        """A file of random nodes, in their order as communes are in that of their codes."""
        path = self.path(f"{graph}-{name}")
        with open(path, "w", encoding="ascii") as file:
            for node in sorted(self.random.sample(range(self.nodes[graph]), count)):
                file.write(f"{node}\n")
        return path

    def first(self, path, count):
        """The first so many of a file of nodes."""
        with open(path, encoding="ascii") as file:
            lines = file.readlines()[:count]
        with open(f"{path}-{count}", "w", encoding="ascii") as file:
            file.writelines(lines)
        return f"{path}-{count}"

    def ours(self, query, way, graph, *nodes, threads=1):
        return self.told(self.program, query, way, self.path(graph), self.answer(way), threads, *nodes)

    def igraph(self, query, graph, *nodes):
        return self.told(self.peer("igraph"), query, self.path(graph + ".arcs"), self.answer("igraph"),
                         *nodes)

    def must_agree(self, what, *others):
        """The answers of the others are ours; one may tell a first part of it."""
        for other in others:
            ours, theirs = self.answer("hierarchy"), self.answer(other)
            size = os.path.getsize(theirs)
            with open(ours, "rb") as mine, open(theirs, "rb") as his:
                same = 0 < size <= os.path.getsize(ours)
                while same and (part := his.read(1 << 24)):
                    same = part == mine.read(len(part))
            if not same:
                sys.exit(f"{what}: the hierarchy's answers are not those of {other}")

    def against_igraph(self, name, must, runs, query, graph, nodes, part=None, note=""):
        """One row: the hierarchy, igraph (of `part` of the rows alone) and plain Dijkstra in turn."""
        theirs = [self.first(nodes[0], part), *nodes[1:]] if part else nodes
        with open(nodes[0], encoding="ascii") as file:
            share = len(file.readlines()) / part if part else 1
        self.ours(query, "plain", graph, *nodes)
        ours, peers, plain = [], [], []
        for _ in range(runs):
            ours.append(self.ours(query, "hierarchy", graph, *nodes))
            peers.append(self.igraph(query, graph, *theirs))
            self.must_agree(name, "plain", "igraph")
            if not part:
                plain.append(self.ours(query, "plain", graph, *nodes))
        if plain:
            note = f"our own plain Dijkstra {text(median(plain))}" + note
        if ours[0]["first_s"]:
            first = statistics.median(told["first_s"] for told in ours)
            note += f"; the first search, which makes what the others share, {text(first)}"
        return row(name, must, ours, "igraph, Dijkstra", peers, note, share)


def median(told):
    return statistics.median(t["seconds"] for t in told)


def row(name, must, ours, peer_name, peers, note, share=1):
    """A row of the table; the peer did one part in `share` of the work."""
    ours_s, peer_s = median(ours), median(peers) * share
    return {"name": name, "ours_s": round(ours_s, 7), "peer": peer_name, "peer_s": round(peer_s, 6),
            "ratio": round(peer_s / ours_s, 2), "must": must,
            "memory_mb": round(max(t["memory_mb"] for t in ours), 1),
            "peer_memory_mb": round(max(t["memory_mb"] for t in peers), 1), "runs": len(ours),
            "note": note}


def hour(b, graph, runs, count):
    """One search of an hour, against VirtualRouting; how far that is from exact."""
    nodes = b.choose(graph, count, "hour")
    told = {"plain": [], "hierarchy": [], "routing": []}
    for _ in range(runs):
        for way in ("hierarchy", "plain"):
            told[way].append(b.ours("hour", way, graph, nodes))
        told["routing"].append(b.told(b.peer("routing"), b.path(graph + ".arcs"),
                                      b.path(graph + ".sqlite"), b.answer("routing"), nodes))
        b.must_agree("hour", "plain")
    exact, theirs = array.array("I"), array.array("I")
    for answer, name in ((exact, "hierarchy"), (theirs, "routing")):
        with open(b.answer(name), "rb") as file:
            answer.frombytes(file.read())
    within = sum(ms != UNREACHED for ms in exact)
    other = sum(x != y for x, y in zip(exact, theirs))
    worst = max((abs(x - y) for x, y in zip(exact, theirs) if x != y and UNREACHED not in (x, y)),
                default=0)
    best = min(("plain", "hierarchy"), key=lambda way: median(told[way]))
    note = (f"{within // count} nodes a search; plain Dijkstra {text(median(told['plain']))}, one to all by "
            f"the hierarchy and its hour {text(median(told['hierarchy']))}: ours is the quicker; "
            f"VirtualRouting is wrong for {other * 100 / within:.2g} of 100 nodes, by {worst / 1000:.0f} s "
            "at most")
    return row(f"network-hour-{graph.split('-')[0]}", 3, told[best], "SpatiaLite, VirtualRouting",
               told["routing"], note)


def pbf(b, runs):
    path = os.path.join(b.real, "osm/malta-latest.osm.pbf")
    profile = os.path.join(PROFILES, "car.yaml")
    ours, gdal, readosm = [], [], []
    for _ in range(runs):
        ours.append(b.told(b.program, "read", path, UTM["malta"], profile))
        gdal.append(b.told(b.peer("gdal"), path))
        readosm.append(b.told(b.peer("readosm"), path))
    return row("network-pbf-malta", 1, ours, "GDAL, OSM driver", gdal,
               f"ours makes the graph of {ours[0]['nodes']} nodes, GDAL hands over {gdal[0]['roads']} roads; "
               f"libreadosm, which keeps nothing, {text(median(readosm))}, "
               f"{max(t['memory_mb'] for t in readosm):.0f} MB")


def without_turns(profile, path):
    """A copy of a speed profile that knows nothing of turns."""
    with open(profile, encoding="utf-8") as file:
        keys = re.split(r"^(?=\S)", file.read(), flags=re.MULTILINE)
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(key for key in keys if not key.startswith("turns:"))
    return path


def turns(b, place, epsg, runs):
    """Tables and one to all with turn restrictions and costs, beside the same without."""
    profile = os.path.join(PROFILES, "car-peak.yaml")
    roads, rows = os.path.join(b.real, f"osm/{place}-latest.osm.pbf"), []
    read = {"turns": b.told(b.program, "read", roads, epsg, profile, b.path(f"{place}-turns")),
            "free": b.told(b.program, "read", roads, epsg, without_turns(profile, b.path("free.yaml")),
                           b.path(f"{place}-free"))}
    b.nodes[place] = read["turns"]["places"]
    for what, query, count in (("1000", "table", 1000), ("5000", "table", 5000), ("all", "all", 100)):
        count = min(count, b.nodes[place])
        nodes = b.choose(place, count, what)
        to = [nodes] if query == "table" else []
        took = {"turns": [], "free": []}
        for _ in range(runs):
            for kind, list_of in took.items():
                list_of.append(b.ours(query, "hierarchy", f"{place}-{kind}", nodes, *to))
                if len(list_of) == 1:
                    b.ours(query, "plain", f"{place}-{kind}", b.first(nodes, 500), *to)
                    b.must_agree(f"{place}, {kind}", "plain")
        rows.append(row(f"network-turns-{place}-{what}", 0, took["turns"], "the same without turns",
                        took["free"], f"from {count} places; {read['turns']['nodes']} nodes with turns, "
                                      f"{read['free']['nodes']} without"))
    return rows


def bench(program, run, real, scratch, runs):
    b = Bench(program, run, real, scratch)
    rows = [pbf(b, runs)]
    corse, _ = b.graph(1)
    tiled, built = b.graph(TILES)
    froms, tos = b.choose(corse, 1000, "from"), b.choose(corse, 1000, "to")
    rows.append(b.against_igraph("network-table-1000", 300, runs, "table", corse, [froms, tos],
                                 note="; RoutingKit, known as the fastest, about 17 ms (quoted)"))
    froms, tos = b.choose(corse, 5000, "from-5000"), b.choose(corse, 5000, "to-5000")
    rows.append(b.against_igraph("network-table-5000", 150, runs, "table", corse, [froms, tos], part=500,
                                 note="igraph's time is ten times that of the first 500 rows, the whole "
                                      "table is that of plain Dijkstra; RoutingKit about 0.19 s (quoted)"))
    rows.append(b.against_igraph("network-all-corse", 40, runs, "all", corse, [b.choose(corse, 100, "all")]))
    rows.append(b.against_igraph("network-all-tiled", 40, runs, "all", tiled, [b.choose(tiled, 10, "all")],
                                 note=f"; {built['nodes']} nodes, {built['arcs']} arcs"))
    rows.append(b.against_igraph("network-nearest-tiled", 30, runs, "nearest", tiled,
                                 [b.choose(tiled, 400, "facilities")],
                                 note="; igraph from a node behind all 400, which tells no facility: ours "
                                      "tells it, as plain Dijkstra does"))
    rows.append(hour(b, corse, runs, 100))
    rows.append(hour(b, tiled, runs, 10))
    for place in ("malta", "andorra"):
        rows += turns(b, place, UTM[place], runs)
    return rows


def grown(now, before):
    """Processor time and memory, and how they grew: on a busy machine the clock tells less."""
    told = f"processor time {text(now['processor_s'])}"
    if before:
        told += (f", {now['processor_s'] / before['processor_s']:.2f} × that of the one before, memory "
                 f"{now['memory_mb'] / before['memory_mb']:.2f} ×")
    return told


def bench_france(program, run, real, scratch, copies):
    """Build of the hierarchy and all pairs of communes within the hour, by sizes."""
    b = Bench(program, run, real, scratch)
    rows, built, paired = [], None, None
    for count in copies:
        graph, told = b.graph(count, FRANCE_THREADS)
        nodes = told["nodes"]
        rows.append({"name": f"network-build-{nodes}", "ours_s": round(told["seconds"], 4),
                     "memory_mb": round(told["memory_mb"], 1), "runs": 1,
                     "note": f"{told['arcs']} arcs, {told['shortcuts']} shortcuts, {FRANCE_THREADS} threads; "
                             f"{grown(told, built)}"})
        built = told
        centres = b.choose(graph, max(1, round(FRANCE_CENTRES * count / FRANCE_COPIES)), "centres")
        told = b.ours("pairs", "hierarchy", graph, centres, threads=FRANCE_THREADS)
        plain = b.ours("pairs", "plain", graph, centres, threads=FRANCE_THREADS)
        b.must_agree("pairs", "plain")
        rows.append({"name": f"network-pairs-{nodes}", "ours_s": round(told["seconds"], 4),
                     "memory_mb": round(told["memory_mb"], 1), "runs": 1,
                     "note": f"{told['count'] // 3} pairs within the hour, {FRANCE_THREADS} threads; "
                             f"{grown(told, paired)}; plain Dijkstra {text(plain['seconds'])}"})
        paired = told
        for kind in ("network", "hierarchy"):
            os.remove(b.path(f"{graph}.{kind}"))
    rows[-2]["note"] += "; published for OSM France: 154 s, 6 cores"
    return rows
