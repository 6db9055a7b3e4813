"""What the tests of the command line share: running the program, reading what it leaves, and plain
oracles (Lambert-93, Dijkstra, areas) that know nothing of it.

A test file is a list of functions; kit.main(globals()) runs those named `test_…` in order, or with
the argument "long" those named `long_…`; `both_…` run with either.
"""

import atexit
import csv
import hashlib
import heapq
import json
import math
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
MAILLE = os.environ["MAILLE"]
SOURCE = os.environ["SOURCE"]
SAMPLE = os.environ.get("MAILLE_SAMPLE", "")
failed = 0


# ---- checks -------------------------------------------------------------------------------------

def check(what, holds, seen=""):
    global failed
    if not holds:
        failed += 1
        print(f"  FAIL {what} {seen}", flush=True)


def same(what, got, wanted):
    check(what, got == wanted, f"got {str(got)[:400]}, wanted {str(wanted)[:400]}")


def near(what, got, wanted, relative):
    holds = got is not None and abs(got - wanted) <= relative * max(abs(wanted), 1e-300)
    check(what, holds, f"got {got}, wanted {wanted}")


def none(what, wrong):
    """`wrong` lists what does not hold."""
    wrong = list(wrong)
    check(what, not wrong, f"{len(wrong)}: {wrong[:4]}")


def main(functions):
    kinds = ("both_", "long_" if sys.argv[1:] == ["long"] else "test_")
    for name, function in list(functions.items()):
        if name.startswith(kinds):
            before = failed
            function()
            print("FAIL" if failed > before else "ok  ", name[5:].replace("_", " "), flush=True)
    sys.exit(1 if failed else 0)


# ---- places ---------------------------------------------------------------------------------------

def real(relative):
    """A path under the real data, or the test skips loudly."""
    path = os.path.join(os.environ.get("MAILLE_REAL", ""), relative)
    if not os.path.exists(path):
        print(f"SKIPPED: no real data at {path} (MAILLE_REAL)")
        sys.exit(77)
    return os.path.realpath(path)


def scratch():
    """A folder that goes when the test ends."""
    folder = tempfile.mkdtemp(prefix="maille-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def write(path, text):
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        out.write(text)
    return path


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def replace(path, old, new):
    """Changes a file; the old text must stand in it."""
    text = read(path)
    assert old in text, f"{path} holds no {old!r}"
    return write(path, text.replace(old, new))


def copy_study(folder, study="study.yaml"):
    """A copy of the folder of a study that may be changed; its study file."""
    to = os.path.join(scratch(), os.path.basename(folder) or "study")
    shutil.copytree(folder, to)
    return os.path.join(to, study)


# ---- the program --------------------------------------------------------------------------------

def maille(*args, expect=0, env=None, cwd=None, timeout=300):
    """Runs the program; a wrong exit code is a failure of the test."""
    p = subprocess.run([MAILLE, *map(str, args)], capture_output=True, text=True, cwd=cwd,
                       env={**os.environ, **(env or {})}, timeout=timeout)
    if expect is not None and p.returncode != expect:
        check(f"maille {' '.join(map(str, args))} ends with {expect}", False,
              f"but with {p.returncode}: {p.stderr[-600:]}")
    return p


def refused(what, args, code, *words, **how):
    """The command ends with `code` and one line on stderr that holds every word."""
    p = maille(*args, expect=None, **how)
    last = (p.stderr.strip().split("\n") or [""])[-1]
    check(f"{what} ends with {code}", p.returncode == code, f"but with {p.returncode}: {p.stderr[-400:]}")
    for word in words:
        check(f"{what} names {word!r}", str(word) in last, f"said: {last}")
    return p


def steps_run(stderr):
    """Names of the steps that a run told to have run, in order."""
    lines = [line.split() for line in stderr.split("\n") if line.startswith("step ")]
    return [words[1] for words in lines if words[2] != "–"]


def imports_run(stderr):
    return [line for line in stderr.split("\n") if line.startswith("import ")]


def layer(folder, name):
    with open(os.path.join(folder, name + ".geojson"), encoding="utf-8") as file:
        return json.load(file)


def rows(folder, name):
    """Properties of a layer's features by their id."""
    return {f["id"]: f["properties"] for f in layer(folder, name)["features"]}


CPTS_FIELDS = ("id=id,name=nom,status=statut,contact=contact,since=depuis,by=accompagnement,shared=partage,"
               "reason=motif,zone=zone,code=code")
LAYERS = ["accessibilite", "bassins", "communes", "couverture", "cpts", "cpts-bassins",
          "cpts-chevauchements", "cpts-communes-disputees", "cpts-constats", "cpts-zones-blanches",
          "densite-medicale", "etablissements", "isochrones", "perimetres", "perimetres-historique", "poids",
          "zones-sous-denses"]
PUBLIC_LAYERS = [name for name in LAYERS if name != "perimetres-historique"]


def with_contexts(layers, *groupings):
    """These layers and those of groupings, in order."""
    return sorted(layers + ["contexte-" + g for g in groupings])


def files(folder):
    """SHA-256 of each file of a folder, by name."""
    out = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            out[name] = hashlib.sha256(file.read()).hexdigest()
    return out


def same_files(what, one, other):
    a, b = files(one), files(other)
    same(f"{what}: the same files", sorted(a), sorted(b))
    none(f"{what}: the same bytes", [n for n in a if a[n] != b.get(n)])


# ---- the workspace, read without the program --------------------------------------------------------

def query(workspace, sql, *values):
    db = sqlite3.connect(f"file:{workspace}?mode=ro", uri=True)
    try:
        return db.execute(sql, values).fetchall()
    finally:
        db.close()


def dump(workspace):
    """What people gave and what was computed: every table as rows, geometry included."""
    names = [n for (n,) in query(workspace, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    ours = [n for n in names if n in TABLES]
    assert sorted(ours) == sorted(TABLES), sorted(set(TABLES) - set(ours))
    return {n: query(workspace, f'SELECT * FROM "{n}" ORDER BY 1, 2') for n in ours}


def contents(workspace):
    """The same without numbers of rows and imports, times of day and seconds: equal for two
    workspaces that hold the same."""
    passing = ("id", "row_id", "import_id", "at", "seconds")
    out = {}
    for name in TABLES:
        columns = [c[1] for c in query(workspace, f'PRAGMA table_info("{name}")')]
        kept = [c for c in columns if c not in passing or c == "id" and name not in
                ("import", "remark", "catchment", "isochrone")]
        out[name] = sorted(query(workspace, f'SELECT {", ".join(kept)} FROM "{name}"'), key=str)
    return out


def same_contents(what, one, other):
    none(what, [t for t in one if one[t] != other[t]])


TABLES = ["meta", "import", "step_run", "remark", "commune", "centre", "supply_raw", "facility_raw",
          "grouping_raw", "movement", "perimeter", "perimeter_member_raw", "place", "grouping",
          "perimeter_member", "border", "commune_figure", "snap", "coverage", "band_share",
          "catchment", "isochrone", "access", "zone", "perimeter_figure", "perimeter_drive", "overlap", "gap",
          "perimeter_catchment", "perimeter_status", "perimeter_document", "scenario", "scenario_head",
          "scenario_base", "gap_note", "indicator_raw", "indicator", "population_age_raw",
          "commune_indicator", "commune_age", "road_link", "finding", "contested", "perimeter_alert"]


# ---- oracles ----------------------------------------------------------------------------------------

def table(path, separator=","):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))


def lambert93(lon, lat):
    """EPSG:2154 by its formula: conic, two standard parallels, on GRS80."""
    a, f = 6378137.0, 1 / 298.257222101
    e = math.sqrt(2 * f - f * f)

    def m(phi):
        return math.cos(phi) / math.sqrt(1 - (e * math.sin(phi)) ** 2)

    def t(phi):
        s = e * math.sin(phi)
        return math.tan(math.pi / 4 - phi / 2) / ((1 - s) / (1 + s)) ** (e / 2)

    one, two, origin = map(math.radians, (44, 49, 46.5))
    n = (math.log(m(one)) - math.log(m(two))) / (math.log(t(one)) - math.log(t(two)))
    scale = a * m(one) / (n * t(one) ** n)
    r, r0 = scale * t(math.radians(lat)) ** n, scale * t(origin) ** n
    angle = n * math.radians(lon - 3)
    return 700000 + r * math.sin(angle), 6600000 + r0 - r * math.cos(angle)


def area_km2(geometry):
    """Area of a polygon or multipolygon in lon/lat, drawn in Lambert-93."""
    if geometry is None:
        return 0.0
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    total = 0.0
    for rings in polygons:
        for k, ring in enumerate(rings):
            p = [lambert93(*at[:2]) for at in ring]
            x0, y0 = p[0]
            twice = sum((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0)
                        for a, b in zip(p, p[1:]))
            total += abs(twice) / 2 if k == 0 else -abs(twice) / 2
    return total / 1e6


def arc_ms(length_m, speed_kmh):
    return max(1, math.floor(3600 * length_m / speed_kmh + 0.5))


def dijkstra(arcs, seeds, limit=None):
    """Milliseconds from seeds {node: ms} over arcs {node: [(node, ms)]}."""
    best, done = dict(seeds), {}
    heap = [(d, v) for v, d in best.items()]
    heapq.heapify(heap)
    while heap:
        d, v = heapq.heappop(heap)
        if v in done:
            continue
        done[v] = d
        for w, ms in arcs.get(v, ()):
            total = d + ms
            if (limit is None or total <= limit) and total < best.get(w, total + 1):
                best[w] = total
                heapq.heappush(heap, (total, w))
    return done


def gpkg_lines(path, layer_name, columns):
    """[(values…, [(x, y)…])] of a GeoPackage of lines."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    out = []
    for *values, blob in db.execute(f'SELECT {", ".join(columns)}, geom FROM "{layer_name}" ORDER BY fid'):
        skip = 8 + (0, 32, 48, 48, 64)[(blob[3] >> 1) & 7]
        order = "<" if blob[skip] else ">"
        kind, count = struct.unpack_from(order + "II", blob, skip + 1)
        assert kind == 2, "a line string was expected"
        numbers = struct.unpack_from(f"{order}{2 * count}d", blob, skip + 9)
        out.append((*values, list(zip(numbers[::2], numbers[1::2]))))
    db.close()
    return out


class Roads:
    """Directed links with lengths and speeds: a plain graph, and snapping by looking at every
    segment within reach."""

    CELL = 500.0

    def __init__(self, links):
        """links: [(from, to, length_m, speed_kmh, [(x, y)…])]"""
        self.links = [link for link in links if link[0] != link[1]]
        self.ms = [arc_ms(length, speed) for _, _, length, speed, _ in self.links]
        self.out, self.back, self.between = {}, {}, {}
        for k, (a, b, *_) in enumerate(self.links):
            self.out.setdefault(a, []).append((b, self.ms[k]))
            self.back.setdefault(b, []).append((a, self.ms[k]))
            self.between.setdefault((a, b), []).append(k)
        self.cells = None

    def segments(self):
        for k, link in enumerate(self.links):
            line = link[4]
            for i in range(len(line) - 1):
                yield k, i, line[i], line[i + 1]

    @staticmethod
    def foot(p, a, b):
        """Distance from p to the segment and the share of it before the foot."""
        dx, dy = b[0] - a[0], b[1] - a[1]
        whole = dx * dx + dy * dy
        t = 0.0 if whole == 0 else max(0.0, min(1.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / whole))
        return math.hypot(a[0] + t * dx - p[0], a[1] + t * dy - p[1]), t

    def brute(self, p):
        """(distance, link, segment, share) of the nearest segment: every one is looked at."""
        best = (math.inf, None, None, None)
        for k, i, a, b in self.segments():
            d, t = self.foot(p, a, b)
            if d < best[0]:
                best = (d, k, i, t)
        return best

    def nearest(self, p):
        """The same by cells of a grid, for many points."""
        if self.cells is None:
            self.cells = {}
            for k, i, a, b in self.segments():
                low = [math.floor(min(a[c], b[c]) / self.CELL) for c in (0, 1)]
                high = [math.floor(max(a[c], b[c]) / self.CELL) for c in (0, 1)]
                for x in range(low[0], high[0] + 1):
                    for y in range(low[1], high[1] + 1):
                        self.cells.setdefault((x, y), []).append((k, i, a, b))
        x, y = (math.floor(c / self.CELL) for c in p)
        best, reach = (math.inf, None, None, None), 0
        while best[0] > reach * self.CELL:
            reach += 1
            assert reach < 100, "no road within 50 km"
            for cx in range(x - reach, x + reach + 1):
                for cy in range(y - reach, y + reach + 1):
                    for k, i, a, b in self.cells.get((cx, cy), ()):
                        d, t = self.foot(p, a, b)
                        if (d, k, i) < best[:3] if d == best[0] else d < best[0]:
                            best = (d, k, i, t)
        return best

    def fraction(self, snap):
        """Share of the link's drawing before the foot."""
        _, k, i, t = snap
        line = self.links[k][4]
        steps = [math.dist(a, b) for a, b in zip(line, line[1:])]
        return (sum(steps[:i]) + t * steps[i]) / sum(steps)

    def twins(self, k):
        """Links drawn at the same place: (link, turned)."""
        a, b, _, _, line = self.links[k]
        for j in self.between.get((a, b), ()):
            if self.links[j][4] == line:
                yield j, False
        for j in self.between.get((b, a), ()):
            if self.links[j][4] == line[::-1]:
                yield j, True

    def stop(self, snap):
        """Where a snapped point stands: {link: ms from the link's start}."""
        share = self.fraction(snap)
        return {j: math.floor((1 - share if turned else share) * self.ms[j] + 0.5)
                for j, turned in self.twins(snap[1])}

    def leaving(self, stop):
        """Seeds of a search from a stop."""
        seeds = {}
        for k, before in stop.items():
            b = self.links[k][1]
            seeds[b] = min(seeds.get(b, math.inf), self.ms[k] - before)
        return seeds

    def entering(self, stop):
        """Seeds of a backward search towards a stop."""
        seeds = {}
        for k, before in stop.items():
            a = self.links[k][0]
            seeds[a] = min(seeds.get(a, math.inf), before)
        return seeds

    def drive(self, best, start, stops):
        """Milliseconds from a stop to the nearest of `stops`, where `best` is the backward search
        from all of them: by the nodes, or along the own link."""
        times = [ms + best[v] for v, ms in self.leaving(start).items() if v in best]
        times += [there[k] - before for there in stops for k, before in start.items()
                  if k in there and there[k] >= before]
        return min(times, default=None)
