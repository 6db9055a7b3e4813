"""The network and what follows from it in the cache: kept where nothing changed, made again where
something did, done without where the cache cannot be used. Which of these happened is seen by taking
the roads' file away: a network that is kept needs none."""

import json
import os
import shutil
import subprocess

import kit
from kit import check, none, same

LAYERS = os.path.join(kit.SOURCE, "layers")


def square(code, lon):
    ring = [[lon, 42.0], [lon + 0.1, 42.0], [lon + 0.1, 42.1], [lon, 42.1], [lon, 42.0]]
    return {"type": "Feature", "properties": {"code": code, "nom": code, "population": 100},
            "geometry": {"type": "Polygon", "coordinates": [ring]}}


def road(speed, *points):
    return {"type": "Feature", "properties": {"speed_kmh": speed},
            "geometry": {"type": "LineString", "coordinates": points}}


def collection(features):
    return json.dumps({"type": "FeatureCollection", "features": features})


class Study:
    """Two communes and the road between their centres, on a copy of the layers."""

    def __init__(self):
        self.folder = kit.scratch()
        self.layers = os.path.join(self.folder, "layers")
        shutil.copytree(LAYERS, self.layers)
        kit.write(self.path("communes.geojson"), collection([square("2A001", 9.0), square("2A002", 9.1)]))
        kit.write(self.path("centres.csv"), "code,lon,lat\n2A001,9.05,42.05\n2A002,9.15,42.05\n")
        kit.write(self.path("mg.csv"), "code,medecins\n2A002,1\n")
        self.roads = self.path("roads.geojson")
        self.write_roads(60)
        self.file = kit.write(self.path("study.yaml"), "\n".join([
            "study: essai", "crs: EPSG:2154", "sources:",
            "  - {kind: communes, file: communes.geojson, vintage: 2018-01-01, source: A, licence: L}",
            "  - {kind: centres, file: centres.csv}",
            "  - {kind: roads, file: roads.geojson, source: A, licence: L}",
            "  - {kind: supply, file: mg.csv, service: mg, fields: {code: code, count: medecins}}",
            "services:", "  - {id: mg, title: {fr: Médecin}, bands_min: [5, 10]}", ""]))
        self.workspace = self.path("w.maille")
        self.cache = self.workspace + ".cache"

    def path(self, name):
        return os.path.join(self.folder, name)

    def write_roads(self, speed):
        kit.write(self.roads, collection([road(speed, [9.05, 42.05], [9.15, 42.05])]))

    def environment(self):
        return {"MAILLE_LAYERS": self.layers}

    def run(self, *more, **how):
        return kit.maille("run", self.file, "-w", self.workspace, "--to", self.path("out"), *more,
                          env=self.environment(), **how)

    def compute(self, *steps, **how):
        return kit.maille("compute", *steps, "--force", "-w", self.workspace, env=self.environment(), **how)

    def cached(self):
        return sorted(os.listdir(self.cache)) if os.path.isdir(self.cache) else []

    def one(self, ending):
        found = [name for name in self.cached() if name.startswith("roads-") and name.endswith(ending)]
        same(f"one file {ending}", len(found), 1)
        return os.path.join(self.cache, found[0])

    def minutes(self):
        return kit.rows(self.path("out"), "couverture")["2A001"]["mg_min"]

    def without_roads(self):
        os.rename(self.roads, self.roads + ".away")

    def with_roads(self):
        os.rename(self.roads + ".away", self.roads)


def test_a_network_that_is_kept_is_not_read_again():
    study = Study()
    study.run()
    before = kit.files(study.cache)
    same("graph, hierarchy, times", sorted(name.split(".")[-1] for name in before),
         ["graph", "hierarchy", "times"])
    study.without_roads()
    p = study.compute("times", "coverage")
    same("nothing is said of the cache", [x for x in p.stderr.split("\n") if "warning" in x], [])
    same("nor written to it", kit.files(study.cache), before)


def test_roads_or_profile_that_change_make_it_anew():
    study = Study()
    study.run()
    first, was = study.one(".graph"), study.minutes()
    study.write_roads(30)
    study.run()
    second = study.one(".graph")
    check("other roads, another graph", second != first)
    check("and other minutes", abs(study.minutes() - 2 * was) < 0.06, f"{was} → {study.minutes()}")
    study.one(".hierarchy")
    profile = os.path.join(study.layers, "rules", "profiles", "car.yaml")
    os.utime(profile, (1, 1))
    check("a profile touched is the same profile", "nothing had changed" in study.run().stderr)
    same("and graph", study.one(".graph"), second)
    kit.replace(profile, "residential: 50", "residential: 30")
    p = study.run()
    same("another profile, another import", len(kit.imports_run(p.stderr)), 1)
    check("and another graph", study.one(".graph") != second)
    check("and times", "times" in kit.steps_run(p.stderr), p.stderr)


def long_a_profile_that_changed_is_not_taken_unasked():
    study = Study()
    study.run()
    kit.replace(os.path.join(study.layers, "rules", "profiles", "car.yaml"), "residential: 50", "residential: 30")
    study.compute("times")
    shutil.rmtree(study.cache)
    kit.refused("a profile that changed", ["compute", "times", "--force", "-w", study.workspace], 3,
                "car.yaml", "import", env=study.environment())


def test_what_is_damaged_is_made_again_and_said():
    study = Study()
    study.run()
    was = kit.files(study.cache)
    for ending, word, harm in (
            (".graph", "roads are read again", lambda b: b[:len(b) // 2]),
            (".hierarchy", "the hierarchy is built again", lambda b: b[:-1] + bytes([b[-1] ^ 1])),
            (".times", "times are computed again", lambda b: b"")):
        times = os.path.join(study.cache, "communes.times")
        path = times if ending == ".times" else study.one(ending)
        with open(path, "rb") as file:
            whole = file.read()
        with open(path, "wb") as file:
            file.write(harm(whole))
        if path != times:
            os.unlink(times)
        p = study.compute("times")
        check(f"{ending}: it is said", word in p.stderr, p.stderr)
        same(f"{ending}: as it was", kit.files(study.cache), was)
    study.without_roads()
    os.unlink(study.one(".graph"))
    os.unlink(os.path.join(study.cache, "communes.times"))
    kit.refused("no cache and no file", ["compute", "times", "--force", "-w", study.workspace], 4,
                "roads.geojson", env=study.environment())


def test_without_a_cache_all_is_done_and_said():
    """A file where the folder should be: nothing can be kept, whoever asks."""
    study = Study()
    kit.write(study.cache, "")
    p = study.run()
    for word in ("roads are read again next time", "the hierarchy is built again next time",
                 "times are computed again next time"):
        check(f"it is said: {word}", word in p.stderr, p.stderr)
    check("and done", study.minutes() is not None)
    got = study.minutes()
    os.unlink(study.cache)
    study.run("--force")
    same("the same minutes", study.minutes(), got)


def long_two_at_once():
    study = Study()
    study.run()
    was = kit.files(study.cache)
    for _ in range(2):
        shutil.rmtree(study.cache)
        copies = [os.path.join(study.folder, f"{k}.maille") for k in "ab"]
        for copy in copies:
            shutil.copy(study.workspace, copy)
            if not os.path.lexists(copy + ".cache"):
                os.symlink(study.cache, copy + ".cache")
        os.mkdir(study.cache)
        both = [subprocess.Popen([kit.MAILLE, "compute", "times", "--force", "-w", copy], text=True,
                                 env={**os.environ, **study.environment()},
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                for copy in copies]
        said = [p.communicate(timeout=60)[1] for p in both]
        same("both end well", [p.returncode for p in both], [0, 0])
        none("and meet nothing half written", [s for s in said if "damaged" in s or "cache file" in s])
        same("what they leave is whole", kit.files(study.cache), was)


# ---- what is told of it ------------------------------------------------------------------------------

def info(*args, **how):
    return json.loads(kit.maille("network", "info", "--json", *args, **how).stdout)


def test_network_info_of_a_workspace_and_its_cache():
    study = Study()
    study.run()
    told = info("-w", study.workspace)
    same("the file", told["file"], os.path.realpath(study.roads))
    by_kind = {c["kind"]: c for c in told["cache"]}
    same("what is kept", sorted(by_kind), ["hierarchy", "network", "times"])
    same("nodes, edges, arcs", [by_kind["network"][k] for k in ("nodes", "edges", "arcs")], [2, 1, 2])
    same("the hierarchy's nodes", by_kind["hierarchy"]["nodes"], 2)
    same("pairs", [by_kind["times"][k] for k in ("rows", "columns", "pairs")], [2, 2, 4])
    for c in told["cache"]:
        same(f"bytes of the {c['kind']}", c["bytes"], os.path.getsize(c["file"]))
        same(f"the same by its file: {c['kind']}", info(c["file"]), c)
        words = kit.maille("network", "info", c["file"]).stdout
        check(f"in words: {c['kind']}", c["kind"] in words and "MB" in words, words)
    words = kit.maille("network", "info", "-w", study.workspace).stdout
    check("in words", "imported at" in words and words.count("of the cache") == 3, words)
    with open(by_kind["hierarchy"]["file"], "r+b") as file:
        file.truncate(5000 if by_kind["hierarchy"]["bytes"] > 5000 else by_kind["hierarchy"]["bytes"] - 1)
    kit.refused("a damaged one", ["network", "info", by_kind["hierarchy"]["file"]], 3, "hierarchy", "damaged")
    bare = study.path("bare.maille")
    kit.maille("init", bare, "--crs", "EPSG:2154")
    kit.refused("no roads", ["network", "info", "-w", bare], 4, "roads")


def test_what_is_left_out_is_counted_by_reason():
    """BD TOPO by hand: one road and one ferry of eight stretches."""
    def stretch(k, **named):
        given = {"cleabs": f"T{k}", "nature": "Route à 1 chaussée", "sens_de_circulation": "Double sens",
                 "vitesse_moyenne_vl": 50, "acces_vehicule_leger": "Libre", "etat_de_l_objet": "En service"}
        return {"type": "Feature", "properties": {**given, **named},
                "geometry": {"type": "LineString", "coordinates": [[9, 42], [9.01 + k / 1000, 42]]}}
    file = kit.write(os.path.join(kit.scratch(), "troncon_de_route.geojson"), collection([
        stretch(0), stretch(1, nature="Bac ou liaison maritime"), stretch(2, nature="Sentier"),
        stretch(3, vitesse_moyenne_vl=0), stretch(4, etat_de_l_objet="En projet"),
        stretch(5, acces_vehicule_leger="Restreint aux ayants droit"), stretch(6, vitesse_moyenne_vl=None),
        stretch(7, nature="Escalier")]))
    wanted = {"lines_read": 8, "edges": 2, "other_mode": 3, "not_built": 1, "no_access": 1, "no_speed": 1,
              "ferries": 1, "no_geometry": 0, "loops": 0}
    told = info(file)
    same("network info", {k: told[k] for k in wanted}, wanted)
    same("kilometres by nature", sorted(told["classes"]), ["Bac ou liaison maritime", "Route à 1 chaussée"])
    words = kit.maille("network", "info", file).stdout
    for line in ("3  of other modes", "1  planned, being built or given up", "1  closed to this mode",
                 "1  without a speed", "1  ferries"):
        check(f"in words: {line}", line in words, words)
    same("on foot", info(file, "--mode", "foot")["edges"], 7)
    workspace = os.path.join(kit.scratch(), "w.maille")
    kit.maille("init", workspace, "--crs", "EPSG:2154")
    kit.maille("import", "roads", file, "-w", workspace, "--source", "IGN", "--licence", "L")
    [(report,)] = kit.query(workspace, "SELECT report FROM import")
    report = json.loads(report)
    same("of the import: left out", {k: v["count"] for k, v in report["refused"].items()}, {"sans-vitesse": 1})
    named = {k: v["count"] for k, v in report["named"].items()}
    same("and named", {k: named.get(k) for k in ("autre-mode", "pas-en-service", "acces-interdit", "bacs")},
         {"autre-mode": 3, "pas-en-service": 1, "acces-interdit": 1, "bacs": 1})
    said = [m for (m,) in kit.query(workspace, "SELECT message FROM remark")]
    check("and said", any("3 × tronçon que ce mode n’emprunte pas" in m for m in said), said)


kit.main(globals())
