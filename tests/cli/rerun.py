"""A second run of the sample region, after one thing changed."""

import json
import os
import shutil

import kit
from kit import check, same

STEPS = ["borders", "codes", "groupings", "contexts", "densities", "care-densities", "members", "network", "links", "times", "coverage", "catchments",
         "isochrones", "access", "zones", "perimeters", "findings", "drives", "perimeter-catchments", "versions"]
ON_SUPPLY = ["codes", "care-densities", "coverage", "catchments", "isochrones", "access", "zones",
             "findings", "perimeter-catchments"]
ON_PERIMETERS = ["members", "perimeters", "findings", "drives", "perimeter-catchments", "versions"]
NOTHING = "nothing had changed: nothing was imported or computed"


class Study:
    """A copy of the sample region with a workspace of its own, after the first run. That run is made
    once: each test begins with the files as it left them."""

    file = kit.copy_study(kit.SAMPLE)
    folder = os.path.dirname(file)
    work = kit.scratch()
    kept = kit.scratch()
    workspace = os.path.join(work, "w.maille")
    layers = os.path.join(work, "layers")

    def __init__(self):
        for of, to in ((kit.SAMPLE, self.folder), (self.kept, self.work)):
            shutil.rmtree(to)
            shutil.copytree(of, to)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *more, **how):
        return kit.maille("run", self.file, "-w", self.workspace, "--to", self.layers, *more, **how)

    def again(self, what, steps, imports, *more, **how):
        """Runs again: these steps and so many imports; then the layers of a run from scratch."""
        p = self.run(*more, **how)
        same(f"{what}: steps", kit.steps_run(p.stderr), steps)
        same(f"{what}: imports", len(kit.imports_run(p.stderr)), imports)
        self.equals_scratch(what, **how)
        return p

    def equals_scratch(self, what, **how):
        fresh, to = os.path.join(kit.scratch(), "w.maille"), kit.scratch()
        kit.maille("run", self.file, "-w", fresh, "--to", to, **how)
        kit.same_files(f"{what}, as from scratch", self.layers, to)


def both_the_first_run_does_everything():
    p = kit.maille("run", Study.file, "-w", Study.workspace, "--to", Study.layers)
    same("steps", kit.steps_run(p.stderr), STEPS)
    same("imports", len(kit.imports_run(p.stderr)), 20)
    check("it does not say that it did nothing", NOTHING not in p.stderr, p.stderr)
    shutil.rmtree(Study.kept)
    shutil.copytree(Study.work, Study.kept)


def test_nothing_changed():
    study = Study()
    before, tables = kit.files(study.layers), kit.dump(study.workspace)
    p = study.run()
    check("it says so", NOTHING in p.stderr, p.stderr)
    same("steps", kit.steps_run(p.stderr), [])
    same("imports", kit.imports_run(p.stderr), [])
    same("layers", kit.files(study.layers), before)
    same("tables, times of day included", kit.dump(study.workspace), tables)


def long_files_touched_or_written_again_alike_change_nothing():
    study = Study()
    for name in os.listdir(study.folder):
        os.utime(study.path(name), (1, 1))
    kit.write(study.path("cpts.csv"), kit.read(study.path("cpts.csv")))
    check("it says so", NOTHING in study.run().stderr)


def test_supply_changed():
    study = Study()
    kit.replace(study.path("medecins-generalistes-2018.csv"), "96005;10", "96005;12")
    study.again("supply", ON_SUPPLY, 1)


def long_facilities_changed():
    study = Study()
    kit.replace(study.path("maternites.csv"), "fermé", "ouvert")
    study.again("facilities", ON_SUPPLY, 1)
    same("the ward that opened serves", sum(
        p["maternite_id"] == "960000003" for p in kit.rows(study.layers, "couverture").values()) > 0, True)


def test_perimeters_changed():
    study = Study()
    kit.replace(study.path("cpts.csv"), "CPTS des Confins,contractualisee", "CPTS des Confins,idée")
    study.again("perimeters", ON_PERIMETERS, 1)
    same("the status", kit.rows(study.layers, "cpts")["cpts-confins"]["statut"], "idee")


def long_vintage_of_perimeters_changed():
    """Members carry codes of 2018 that the passage table moves: another vintage is another list."""
    study = Study()
    lines = kit.read(study.path("cpts.csv")).rstrip("\n").split("\n")
    about = next(x for x in lines if x.startswith("cpts-cols,")).split(",")[:4]
    kit.write(study.path("cpts.csv"), "\n".join(lines + [",".join(about) + ",96291,,,,,"]) + "\n")
    study.again("an old code", ON_PERIMETERS, 1)
    before = kit.rows(study.layers, "cpts")["cpts-cols"]["communes"]
    old_hash = kit.layer(study.layers, "cpts")["workspace_hash"]
    kit.replace(study.file, "perimeter_kind: cpts, vintage: 2026-01-01",
                "perimeter_kind: cpts, vintage: 2018-01-01")
    study.again("vintage of perimeters", ON_PERIMETERS, 1)
    heirs = set(kit.query(study.workspace, "SELECT code FROM perimeter_member WHERE perimeter_id = 'cpts-cols'"))
    check("the heirs are members", {("96007",), ("96008",)} <= heirs and ("96291",) not in heirs, heirs)
    check("and counted", kit.rows(study.layers, "cpts")["cpts-cols"]["communes"] > before)
    check("the hash tells them apart", kit.layer(study.layers, "cpts")["workspace_hash"] != old_hash)


def test_roads_changed():
    study = Study()
    kit.replace(study.path("routes.geojson"), '"id": 7,', '"id": 700007,')
    roadless = ("borders", "codes", "groupings", "contexts", "densities", "care-densities", "members", "versions")
    study.again("roads", [s for s in STEPS if s not in roadless], 1)


def long_grouping_changed():
    study = Study()
    kit.replace(study.path("groupements.csv"), "96099,Port-Ésquel,249600011", "96301,Valmorans,249600011")
    study.again("both groupings of one file", ["groupings", "contexts", "zones", "findings"], 2)


def long_communes_changed():
    study = Study()
    kit.replace(study.path("communes.geojson"), "Aigremourt", "Aigremort")
    study.again("communes", STEPS, 1)
    same("the new name", kit.rows(study.layers, "communes")["96002"]["nom"], "Aigremort")


def long_bands_changed():
    study = Study()
    kit.replace(study.file, "bands_min: [5, 10, 15, 20, 30]", "bands_min: [5, 10, 15, 20, 40]")
    study.again("bands", ["care-densities", "coverage", "catchments", "isochrones", "perimeter-catchments"], 0)


def long_credits_changed():
    """A licence is no number: it comes with the layers and nothing is computed."""
    study = Study()
    kit.replace(study.file, "licence: CC0,\n     fields: {from: depart", "licence: ODbL 1.0,\n     fields: {from: depart")
    p = study.run()
    same("imports", len(kit.imports_run(p.stderr)), 1)
    same("steps", kit.steps_run(p.stderr), [])
    check("minutes bear the licence", "ODbL 1.0" in kit.layer(study.layers, "couverture")["licence"])
    same("communes do not", kit.layer(study.layers, "communes")["licence"], "CC0")
    study.equals_scratch("credits")


def rules(name, old, new):
    """A copy of the house's definitions with one rule set changed."""
    folder = os.path.join(kit.scratch(), "layers")
    shutil.copytree(os.environ["MAILLE_LAYERS"], folder)
    kit.replace(os.path.join(folder, "rules", name), old, new)
    return {"MAILLE_LAYERS": folder}


def test_size_classes_changed():
    study = Study()
    how = {"env": rules("sizes-aci-2019.yaml", "40000", "20000")}
    study.again("sizes", ["perimeters", "findings"], 0, **how)


def long_zoning_changed():
    study = Study()
    how = {"env": rules("zoning-zonage-2017.yaml", "2.5", "3.5")}
    study.again("zoning", ["times", "access", "zones", "findings"], 0, **how)


def long_overlap_policy_changed():
    study = Study()
    kit.replace(study.file, "publication: ", "overlaps: interdit, publication: ")
    study.again("overlaps", ["perimeters", "findings"], 0)
    same("all are errors", {p["gravite"] for p in kit.rows(study.layers, "cpts-chevauchements").values()},
         {"erreur"})


def long_title_of_a_layer_changed():
    study = Study()
    how = {"env": rules("../communes.yaml", "fr: Communes, en: Communes}\ndescription",
                        "fr: Toutes les communes, en: Communes}\ndescription")}
    p = study.run(**how)
    same("steps", kit.steps_run(p.stderr), [])
    same("the title", kit.layer(study.layers, "communes")["title"], "Toutes les communes")


def test_cache_gone():
    study = Study()
    before = kit.files(study.layers)
    shutil.rmtree(study.workspace + ".cache")
    check("alone it is no change", NOTHING in study.run().stderr)
    same("layers", kit.files(study.layers), before)
    kit.replace(study.path("medecins-generalistes-2018.csv"), "96005;10", "96005;12")
    study.again("supply without the cache", ON_SUPPLY, 1)


def long_cache_damaged():
    study = Study()
    for name in os.listdir(study.workspace + ".cache"):
        path = os.path.join(study.workspace + ".cache", name)
        with open(path, "r+b") as file:
            file.seek(os.path.getsize(path) // 2)
            file.write(b"damage")
    kit.replace(study.path("medecins-generalistes-2018.csv"), "96005;10", "96005;12")
    study.again("supply with a damaged cache", ON_SUPPLY, 1)


def test_roads_gone():
    """The roads stay in their file: cache and file both gone is "not found", with its name."""
    study = Study()
    os.remove(study.path("routes.geojson"))
    kit.refused("a run", ["run", study.file, "-w", study.workspace], 4, "routes.geojson")
    p = kit.maille("compute", "coverage", "-w", study.workspace, "--force")
    check("the cache does as long as it stands", "coverage" in p.stdout)
    shutil.rmtree(study.workspace + ".cache")
    before = kit.contents(study.workspace)
    kit.refused("the step", ["compute", "coverage", "-w", study.workspace, "--force"], 4, "routes.geojson")
    kit.same_contents("what was computed stays", kit.contents(study.workspace), before)
    kit.maille("export", "-w", study.workspace, "--to", os.path.join(study.work, "other"))
    kit.same_files("export needs no roads", study.layers, os.path.join(study.work, "other"))


def long_force():
    study = Study()
    before = kit.files(study.layers)
    p = study.run("--force")
    same("every step", kit.steps_run(p.stderr), STEPS)
    same("every import", len(kit.imports_run(p.stderr)), 20)
    same("the same layers", kit.files(study.layers), before)


def long_force_of_one_step_leaves_the_others():
    """Forced with those that it needs, in any order: the tables are what they were."""
    study = Study()
    before = kit.contents(study.workspace)
    for step in reversed(STEPS):
        kit.maille("compute", step, "-w", study.workspace, "--force", "--quiet")
        kit.same_contents(f"tables after {step}", kit.contents(study.workspace), before)


def test_source_dropped():
    study = Study()
    text = kit.read(study.file)
    start = text.index("  - {kind: facilities, file: pharmacies.geojson")
    kit.write(study.file, text[:start] + text[text.index("  - {kind: grouping,   name: bv"):])
    p = study.again("a source less", ON_SUPPLY, 0)
    check("its name is told", "pharmacies.geojson was forgotten" in p.stderr, p.stderr)
    same("it is gone", kit.query(study.workspace, "SELECT COUNT(*) FROM import WHERE file LIKE '%pharmacies%'"), [(0,)])
    same("so are its places", [p for p in kit.rows(study.layers, "etablissements").values()
                               if p["service"] == "pharmacie"], [])
    check("then nothing changes", NOTHING in study.run().stderr)


def long_perimeters_dropped():
    study = Study()
    text = kit.read(study.file)
    start = text.index("  - {kind: perimeters")
    kit.write(study.file, text[:start] + text[text.index("services:"):])
    p = study.run()
    check("what is lacking is told", "perimeters" in p.stderr and "manque" in p.stderr, p.stderr)
    for table in ("perimeter", "perimeter_member", "perimeter_figure", "perimeter_drive", "overlap",
                  "gap", "finding", "contested", "perimeter_alert", "perimeter_catchment"):
        same(f"{table} is empty", kit.query(study.workspace, f"SELECT COUNT(*) FROM {table}"), [(0,)])
    check("the layers are listed with what they lack", "aucun périmètre (source" in p.stdout, p.stdout)


def split_communes(study):
    """The communes in two files of one name, in a folder each, as départements are kept."""
    whole = json.loads(kit.read(study.path("communes.geojson")))
    halves = {"ouest": whole["features"][::2], "est": whole["features"][1::2]}
    for folder, features in halves.items():
        os.mkdir(study.path(folder))
        kit.write(study.path(f"{folder}/communes.geojson"), json.dumps({**whole, "features": features}))
    line = next(line for line in kit.read(study.file).split("\n") if "file: communes.geojson" in line)
    rest = kit.read(study.file)[kit.read(study.file).index(line) + len(line):].split("\n")[1]
    both = "\n".join(line.replace("communes.geojson", f"{folder}/communes.geojson") + "\n" + rest
                     for folder in halves)
    kit.replace(study.file, line + "\n" + rest, both)


def test_files_of_one_name_in_several_folders_stand_side_by_side():
    study = Study()
    split_communes(study)
    study.run()
    same("communes", kit.query(study.workspace, "SELECT COUNT(*) FROM commune"), [(89,)])
    p = study.run()
    check("a second run does nothing", NOTHING in p.stderr, p.stderr)
    moved = kit.copy_study(study.folder)
    p = kit.maille("run", moved, "-w", study.workspace)
    same("steps of the same study in another folder", kit.steps_run(p.stderr), [])
    text = kit.read(study.file)
    at = text.index("file: est/communes.geojson")
    start, end = text.rindex("  - {", 0, at), text.index("  - {", at)
    kit.write(study.file, text[:start] + text[end:])
    study.run(expect=None)
    same("communes of the file that is still named",
         kit.query(study.workspace, "SELECT COUNT(*) FROM commune"), [(45,)])


def long_study_moved_elsewhere():
    """Files are known by content and name: another folder alone changes nothing but where roads lie."""
    study = Study()
    moved = kit.copy_study(study.folder)
    before = kit.files(study.layers)
    p = kit.maille("run", moved, "-w", study.workspace, "--to", study.layers)
    same("steps", kit.steps_run(p.stderr), [])
    same("layers", kit.files(study.layers), before)
    shutil.rmtree(study.folder)
    os.mkdir(study.folder)
    shutil.rmtree(study.workspace + ".cache")
    kit.maille("compute", "coverage", "-w", study.workspace, "--force")


def test_stale_results_are_told():
    """Imports alone leave results of before: marked until they are computed again."""
    study = Study()
    same("fresh", [f for f in findings(study) if f["genre"] == "perime"], [])
    kit.replace(study.path("medecins-generalistes-2018.csv"), "96005;10", "96005;12")
    kit.maille("import", "supply", study.path("medecins-generalistes-2018.csv"), "-w", study.workspace,
               "--service", "medecin_generaliste", "--fields", "code=code,count=medecins",
               "--vintage", "2018-01-01", "--source", "Région fictive (générateur de Maille)", "--licence", "CC0")
    same("stale steps", [f["objet"] for f in findings(study) if f["genre"] == "perime"], ON_SUPPLY)
    p = kit.maille("export", "-w", study.workspace, "--to", study.layers)
    marked = {n for n in kit.LAYERS if kit.layer(study.layers, n).get("perime")}
    same("stale layers are marked", marked, set(kit.LAYERS) - {
        "communes", "cpts-chevauchements", "cpts-zones-blanches", "perimetres", "perimetres-historique"})
    same("and told", p.stderr.count("is stale"), len(marked))
    same("in the table too", p.stdout.count("périmé"), len(marked))
    kit.maille("compute", "-w", study.workspace)
    same("fresh again", [f for f in findings(study) if f["genre"] == "perime"], [])
    kit.maille("export", "-w", study.workspace, "--to", study.layers)
    study.equals_scratch("by hand")


def findings(study):
    p = kit.maille("check", "-w", study.workspace, "--json", expect=5)
    return kit.json.loads(p.stdout)


kit.main(globals())
