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


def test_a_profile_that_changed_is_not_taken_unasked():
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


def test_two_at_once():
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


kit.main(globals())
