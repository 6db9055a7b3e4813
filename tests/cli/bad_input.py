"""What stops does so with one line that names file and row, and leaves the workspace as it was;
what goes on is counted and named."""

import fcntl
import json
import os
import shutil

import kit
from kit import check, same


class Trial:
    """The sample region, with the workspace of a good run; files may be spoilt."""

    file = kit.copy_study(kit.SAMPLE)
    folder = os.path.dirname(file)
    work, kept = kit.scratch(), kit.scratch()
    workspace = os.path.join(work, "w.maille")

    def __init__(self):
        for of, to in ((kit.SAMPLE, self.folder), (self.kept, self.work)):
            shutil.rmtree(to)
            shutil.copytree(of, to)

    def path(self, name):
        return os.path.join(self.folder, name)

    def refused(self, what, code, *words, **how):
        """The run is refused, with a workspace and without; the tables stay."""
        before = kit.dump(self.workspace)
        p = kit.refused(what, ["run", self.file, "-w", self.workspace], code, *words, **how)
        same(f"{what}: one line", len(p.stderr.strip().split("\n")), 1)
        after = kit.dump(self.workspace)
        kit.none(f"{what}: tables", [t for t in before if before[t] != after[t]])
        kit.refused(f"{what}, from scratch", ["run", self.file, "-w", os.path.join(kit.scratch(), "w")],
                    code, *words, **how)

    def spoil(self, what, name, old, new, code, *words, **how):
        kit.replace(self.path(name), old, new)
        self.refused(what, code, *words, **how)

    def good(self):
        """Runs; (what was said, findings)."""
        to = kit.scratch()
        p = kit.maille("run", self.file, "-w", self.workspace, "--to", to)
        found = kit.maille("check", "-w", self.workspace, "--json", expect=5)
        return to, p.stderr, json.loads(found.stdout)


def test_a_good_run_first():
    kit.maille("run", Trial.file, "-w", Trial.workspace)
    shutil.rmtree(Trial.kept)
    shutil.copytree(Trial.work, Trial.kept)


# ---- the study ----------------------------------------------------------------------------------

def test_study_missing():
    kit.refused("no study", ["run", "/nowhere/study.yaml"], 4, "/nowhere/study.yaml")
    kit.refused("a folder", ["run", kit.SAMPLE], 1, kit.SAMPLE)


def test_study_that_is_no_yaml():
    t = Trial()
    kit.write(t.file, "study: [\n")
    t.refused("no YAML", 3, "study.yaml")


def line(words):
    """Where a text stands in the study, as messages tell it."""
    text = kit.read(os.path.join(kit.SAMPLE, "study.yaml"))
    return text[:text.index(words)].count("\n") + 1


def test_study_with_an_unknown_key():
    Trial().spoil("a key", "study.yaml", "services:", "servces:", 3, f"study.yaml:{line('services:')}", "servces")
    Trial().spoil("a key of a source", "study.yaml", "service: maternite,", "servise: maternite,", 3,
                  f"study.yaml:{line('service: maternite')}", "servise")
    Trial().spoil("a key of a service", "study.yaml", "bands_min: [15", "bands: [15", 3, f"study.yaml:{line('bands_min: [15')}", "bands")
    Trial().spoil("a rule", "study.yaml", "rules: {sizes:", "rules: {size:", 3, f"study.yaml:{line('rules:')}", "size")


def test_study_with_values_that_do_not_hold():
    Trial().spoil("an unknown rule set", "study.yaml", "aci-2019", "aci-1919", 4, "aci-1919", "aci-2019, igas-2018")
    Trial().spoil("an unknown kind", "study.yaml", "kind: movements", "kind: mouvements", 3, "mouvements")
    Trial().spoil("bands that fall", "study.yaml", "[15, 30, 45, 60, 90]", "[15, 30, 20]", 3, f"study.yaml:{line('bands_min: [15')}")
    Trial().spoil("an unknown field", "study.yaml", "{from: depart,", "{fron: depart,", 3, "fron")


def test_zoning_by_a_unit_that_no_grouping_brings():
    """No error: the layer is listed with what it lacks, or refused by its name."""
    t = Trial()
    kit.replace(t.file, "unit: bv}", "unit: bassins}")
    p = kit.maille("run", t.file, "-w", t.workspace, "--to", kit.scratch())
    row = [x for x in p.stdout.split("\n") if x.startswith("zones-sous-denses")]
    check("listed", len(row) == 1 and "manque" in row[0] and "grouping" in row[0], p.stdout)
    kit.refused("asked for", ["export", "zones-sous-denses", "-w", t.workspace, "--to", kit.scratch()], 3,
                "zones-sous-denses", "grouping")


def test_layers_of_the_study():
    t = Trial()
    with open(t.file, "a", encoding="utf-8") as file:
        file.write("layers: [communes, couvertures]\n")
    kit.refused("an unknown layer", ["run", t.file, "-w", t.workspace, "--to", kit.scratch()], 4,
                "couvertures", "couverture")


# ---- files --------------------------------------------------------------------------------------

def test_missing_file():
    t = Trial()
    os.remove(t.path("maternites.csv"))
    t.refused("a file gone", 4, "maternites.csv", f"line {line('service: maternite')} of the study")
    Trial().spoil("a file misspelt", "study.yaml", "file: routes.geojson", "file: route.geojson", 4,
                  "route.geojson", f"line {line('file: routes')} of the study")


def test_unknown_format():
    for name in ("communes.geojson", "routes.geojson", "pharmacies.geojson", "centres.csv", "cpts.csv"):
        t = Trial()
        with open(t.path(name), "wb") as file:
            file.write(b"\x00\x01\x02 this is no data " * 50)
        t.refused(f"noise in {name}", 3, name)


def test_empty_file_and_empty_layer():
    for name in ("communes.geojson", "routes.geojson", "centres.csv", "medecins-generalistes-2018.csv"):
        t = Trial()
        kit.write(t.path(name), "")
        t.refused(f"{name} of 0 bytes", 3, name)
    t = Trial()
    kit.write(t.path("communes.geojson"), '{"type": "FeatureCollection", "features": []}')
    t.refused("no communes", 3, "communes.geojson")
    t = Trial()
    kit.write(t.path("cpts.csv"), "id,nom,statut,contact,code\n")
    t.refused("a header alone", 3, "cpts.csv")


def test_missing_field():
    Trial().spoil("a column gone", "centres.csv", "code,lon,lat", "code,long,lat", 3, "centres.csv", "lon")
    Trial().spoil("a column gone", "cpts.csv", "statut", "etat", 3, "cpts.csv", "statut")
    Trial().spoil("a property gone", "communes.geojson", '"population"', '"habitants"', 3, "communes.geojson",
                  "population")


def test_duplicated_commune_code():
    Trial().spoil("a code twice", "communes.geojson", '"code": "96004"', '"code": "96003"', 3,
                  "communes.geojson", "row 3", "96003")


def test_negative_population():
    t = Trial()
    text = kit.read(t.path("communes.geojson"))
    start = text.index('"population": ', text.index('"code": "96005"'))
    end = text.index("}", start)
    kit.write(t.path("communes.geojson"), text[:start] + '"population": -5' + text[end:])
    t.refused("fewer than nobody", 3, "communes.geojson", "row 4", "-5")


def test_numbers_that_are_none():
    Trial().spoil("doctors", "medecins-generalistes-2018.csv", "96005;10", "96005;dix", 3,
                  "medecins-generalistes-2018.csv", "row 3", "dix")
    Trial().spoil("negative doctors", "medecins-generalistes-2018.csv", "96005;10", "96005;-10", 3,
                  "medecins-generalistes-2018.csv", "row 3", "-10")
    Trial().spoil("a status", "cpts.csv", "CPTS des Confins,contractualisee", "CPTS des Confins,presque", 3,
                  "cpts.csv", "presque")


def test_wrong_crs():
    Trial().spoil("degrees as metres", "study.yaml", "workspace: ", "crs: EPSG:4326\nworkspace: ", 3, "4326")
    Trial().spoil("no such CRS", "study.yaml", "workspace: ", "crs: EPSG:1\nworkspace: ", 3, "1")
    t = Trial()
    data = json.loads(kit.read(t.path("communes.geojson")))

    def metres(part):
        return list(kit.lambert93(*part)) if isinstance(part[0], float) else [metres(p) for p in part]

    for f in data["features"]:
        f["geometry"]["coordinates"] = metres(f["geometry"]["coordinates"])
    kit.write(t.path("communes.geojson"), json.dumps(data))
    t.refused("metres as degrees", 3, "communes.geojson", "feature 1", "wrong CRS")


# ---- definitions --------------------------------------------------------------------------------

def spoilt_layers(name, old, new):
    folder = os.path.join(kit.scratch(), "layers")
    shutil.copytree(os.environ["MAILLE_LAYERS"], folder)
    kit.replace(os.path.join(folder, name), old, new)
    return {"MAILLE_LAYERS": folder}


def test_definition_that_does_not_hold():
    t = Trial()
    before = kit.dump(t.workspace)
    for what, name, old, new, word in (
            ("an unknown table", "bassins.yaml", "view: catchment", "view: catchments", "catchments"),
            ("an unknown column", "communes.yaml", "column: name", "column: nom", "nom"),
            ("an unknown key", "cpts.yaml", "view:", "vue:", "vue"),
            ("an unknown step", "isochrones.yaml", "needs: [isochrones]", "needs: [isochrone]", "isochrone")):
        env = spoilt_layers(name, old, new)
        to = os.path.join(kit.scratch(), "layers")
        kit.refused(what, ["run", t.file, "-w", t.workspace, "--to", to], 3, name, word, env=env)
        check(f"{what}: nothing is written", not os.path.exists(to) or not os.listdir(to))
    same("tables", kit.dump(t.workspace), before)


def test_rule_set_that_does_not_hold():
    for what, name, old, new in (
            ("a hole between classes", "rules/sizes-aci-2019.yaml", "at_least: 40000", "at_least: 50000"),
            ("a decay that is none", "rules/zoning-zonage-2017.yaml", "steps:10=1", "steps:10=x"),
            ("a speed that is none", "rules/travel-voiture.yaml", "speed_kmh: 50", "speed_kmh: vite")):
        t = Trial()
        t.refused(what, 3, os.path.basename(name), env=spoilt_layers(name, old, new))


def test_layers_folder_missing():
    t = Trial()
    p = kit.maille("run", t.file, "-w", t.workspace, "--to", kit.scratch(), expect=None,
                   env={"MAILLE_LAYERS": "/nowhere"})
    check("it is named", p.returncode in (1, 4) and "/nowhere" in p.stderr, p.stderr)


# ---- what goes on, counted and named ---------------------------------------------------------------

def find(findings, kind, *words):
    return [f for f in findings if f["genre"] == kind and all(w in f["objet"] + f["constat"] for w in words)]


def test_codes_in_no_commune_layer():
    t = Trial()
    kit.replace(t.path("medecins-generalistes-2018.csv"), "96005;10", "96005;10\n01999;3")
    with open(t.path("centres.csv"), "a", encoding="utf-8") as file:
        file.write("02999,2.5,48.5\n")
    with open(t.path("groupements.csv"), "a", encoding="utf-8") as file:
        file.write("03999,Ailleurs,96099,Port-Ésquel,249600011,CC de la Côte du Nord\n")
    to, said, findings = t.good()
    check("supply", find(findings, "code-inconnu", "01999", "1 lieux", "offre 3"), findings)
    check("centre", find(findings, "code-inconnu", "02999"), findings)
    check("grouping", find(findings, "code-inconnu", "regroupement bv"), findings)
    check("the perimeter that names one", find(findings, "code-inconnu", "cpts-"), findings)
    check("what is lost to APL", find(findings, "offre-hors-communes", "3 praticiens"), findings)
    same("the place is published where it is", kit.rows(to, "etablissements")["medecin_generaliste/01999"]["localisation"],
         "nulle-part")
    apl = dict(kit.query(t.workspace, "SELECT code, apl FROM access"))
    people = dict(kit.query(t.workspace, "SELECT code, population FROM commune"))
    doctors = sum(int(r["medecins"]) for r in kit.table(t.path("medecins-generalistes-2018.csv"), ";"))
    kit.near("the rest is conserved", sum(people[c] * a for c, a in apl.items() if a is not None),
             5400 * (doctors - 3), 1e-9)


def test_invalid_geometry():
    """A bow tie is repaired: two triangles."""
    t = Trial()
    data = json.loads(kit.read(t.path("communes.geojson")))
    x, y = -8.0, 46.3
    data["features"].append({"type": "Feature", "properties": {"code": "97777", "nom": "Nœud-Papillon", "population": 9},
                             "geometry": {"type": "Polygon", "coordinates": [
                                 [[x, y], [x + .1, y + .1], [x + .1, y], [x, y + .1], [x, y]]]}})
    kit.write(t.path("communes.geojson"), json.dumps(data))
    to, said, findings = t.good()
    check("repaired and counted", "90 kept, 1 repaired" in said, said)
    check("named", find(findings, "geometrie-reparee", "97777"), findings)
    shape = [f for f in kit.layer(to, "communes")["features"] if f["id"] == "97777"][0]["geometry"]
    same("two triangles", len(shape["coordinates"]), 2)


def test_road_graph_in_pieces():
    t = Trial()
    to, said, findings = t.good()
    check("two pieces already", "2 components" in kit.maille("compute", "network", "-w", t.workspace, "--force").stdout)
    check("told", find(findings, "reseau-en-morceaux"), findings)


def test_facility_far_from_any_road():
    _, _, findings = Trial().good()
    check("named", find(findings, "lieu-sans-route", "Phare de l’Œil-Noir"), findings)


def test_point_outside_the_area_of_use():
    t = Trial()
    data = json.loads(kit.read(t.path("pharmacies.geojson")))
    data["features"].append({"type": "Feature", "properties": {"id": "loin", "nom": "Pharmacie des Antipodes", "statut": "ouvert"},
                             "geometry": {"type": "Point", "coordinates": [175.0, -45.0]}})
    kit.write(t.path("pharmacies.geojson"), json.dumps(data))
    to, said, findings = t.good()
    check("named", find(findings, "hors-domaine", "loin"), findings)
    check("it serves nobody", "loin" not in {p["pharmacie_id"] for p in kit.rows(to, "couverture").values()})


# ---- the workspace --------------------------------------------------------------------------------

def test_busy_workspace():
    t = Trial()
    with open(t.workspace + ".lock", "w+", encoding="utf-8") as lock:
        lock.write("marie 4321\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in (["run", t.file, "-w", t.workspace], ["compute", "-w", t.workspace],
                        ["import", "auto", t.path("cpts.csv"), "-w", t.workspace]):
            kit.refused(f"{command[0]} while another writes", command, 1, "marie", "4321", "w.maille")
        kit.maille("export", "-w", t.workspace, "--to", kit.scratch())
        kit.maille("check", "-w", t.workspace, expect=5)
    kit.maille("compute", "-w", t.workspace)


def test_what_is_no_workspace():
    t = Trial()
    other = kit.write(os.path.join(t.work, "other"), "nothing of ours " * 100)
    for command in (["run", t.file, "-w", other], ["compute", "-w", other], ["check", "-w", other],
                    ["export", "-w", other, "--to", t.work]):
        kit.refused(f"{command[0]} on another file", command, 3, "other")
    same("it stays", kit.read(other), "nothing of ours " * 100)
    for command in (["compute", "-w", "/nowhere/w"], ["check", "-w", "/nowhere/w"],
                    ["export", "-w", "/nowhere/w", "--to", t.work], ["import", "auto", t.file, "-w", "/nowhere/w"]):
        kit.refused(f"{command[0]} on nothing", command, 4, "/nowhere/w")
    kit.refused("init of what is there", ["init", t.workspace], 3, "w.maille")


def test_newer_workspace():
    t = Trial()
    db = kit.sqlite3.connect(t.workspace)
    version = db.execute("PRAGMA user_version").fetchone()[0]
    db.execute(f"PRAGMA user_version = {version + 1}")
    db.commit()
    db.close()
    kit.refused("a newer schema", ["check", "-w", t.workspace], 3, "w.maille")
    kit.refused("a newer schema", ["run", t.file, "-w", t.workspace], 3, "w.maille")


def test_folder_of_layers_that_cannot_be_made():
    t = Trial()
    there = kit.write(os.path.join(t.work, "file"), "")
    kit.refused("a file in the way", ["export", "-w", t.workspace, "--to", there], 1, there)
    kit.refused("below a file", ["export", "-w", t.workspace, "--to", there + "/sub"], 1, there)


kit.main(globals())
