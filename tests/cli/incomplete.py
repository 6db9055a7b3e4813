"""A study is computed as far as its inputs go; what it lacks is told, and estimates are marked."""

import json
import math
import os

import kit
from kit import check, none, same

PERIMETER_LAYERS = ["cpts", "cpts-bassins", "cpts-chevauchements", "cpts-communes-disputees", "cpts-constats",
                    "cpts-zones-blanches", "perimetres", "perimetres-historique"]
GP = "medecin_generaliste"


def study_without(*beginnings):
    """The sample region without the sources that begin like one of these."""
    file = kit.copy_study(kit.SAMPLE)
    head, rest = kit.read(file).split("sources:\n")
    sources, tail = rest.split("services:\n")
    parts = ["  - {" + x for x in sources.split("  - {")[1:]]
    kept = [p for p in parts if not p[5:].startswith(tuple(f"kind: {b}," for b in beginnings))]
    assert len(kept) < len(parts)
    kit.write(file, head + "sources:\n" + "".join(kept) + "services:\n" + tail)
    return file


def run(file, *more):
    workspace, to = os.path.join(kit.scratch(), "w.maille"), kit.scratch()
    p = kit.maille("run", file, "-w", workspace, "--to", to, "--json", *more)
    told = json.loads(p.stdout)
    same("what is said is what stands there", sorted(x["id"] + ".geojson" for x in told["layers"]),
         sorted(os.listdir(to)))
    return workspace, to, {x["id"]: x["lacks"] for x in told["lacking"]}


def near_minutes(a, b):
    """Straight distance × 1.3 at 50 km/h."""
    return math.dist(a, b) * 1.3 / (50 / 0.06)


def test_without_roads():
    file = study_without("roads")
    workspace, to, lacking = run(file)
    same("lacking", list(lacking), ["isochrones"])
    check("it says why", "route" in lacking["isochrones"], lacking)
    marked = {n for n in kit.LAYERS if n != "isochrones" and kit.layer(to, n).get("estime")}
    same("marked as estimates", marked, {"couverture", "bassins", "accessibilite", "zones-sous-denses", "cpts",
                                         "cpts-bassins", "cpts-communes-disputees", "cpts-constats",
                                         "perimetres"})
    found = json.loads(kit.maille("check", "-w", workspace, "--json", expect=5).stdout)
    check("a remark", any(f["genre"] == "estime" for f in found), found)
    folder = os.path.dirname(file)
    centre = {r["code"]: kit.lambert93(float(r["lon"]), float(r["lat"]))
              for r in kit.table(os.path.join(folder, "centres.csv"))}
    supply = [c for (c,) in kit.query(workspace, "SELECT code FROM place WHERE service = ?", GP)]
    wards = [kit.lambert93(float(r["lon"]), float(r["lat"]))
             for r in kit.table(os.path.join(folder, "maternites.csv")) if r["statut"].lower() == "ouvert"]
    for service, places in ((GP, [centre[c] for c in supply]), ("maternite", wards)):
        told = dict(kit.query(workspace, "SELECT code, minutes FROM coverage WHERE service = ?", service))
        none(f"estimates of {service}", [
            (c, m) for c, m in told.items()
            if abs(m - min(near_minutes(centre[c], p) for p in places)) > 1e-4])
        same("of every commune", len(told), len(centre))
    people = dict(kit.query(workspace, "SELECT code, population FROM commune"))
    apl = dict(kit.query(workspace, "SELECT code, apl FROM access"))
    doctors = sum(a for (a,) in kit.query(workspace, "SELECT amount FROM place WHERE service = ?", GP))
    kit.near("consultations are conserved", sum(people[c] * apl[c] for c in apl), 5400 * doctors, 1e-9)
    members = {}
    for i, c in kit.query(workspace, "SELECT perimeter_id, code FROM perimeter_member"):
        members.setdefault(i, []).append(c)
    for i, p in kit.rows(to, "cpts").items():
        longest = max(near_minutes(centre[a], centre[b]) for a in members[i] if a in centre
                      for b in members[i] if b in centre)
        check(f"longest drive of {i}", abs(p["trajet_max_min"] - longest) <= 0.0501, (p["trajet_max_min"], longest))


def test_roads_that_come_later_end_the_estimates():
    file = study_without("roads")
    workspace, to, _ = run(file)
    text = kit.read(os.path.join(kit.SAMPLE, "study.yaml"))
    kit.write(file, text)
    kit.maille("run", file, "-w", workspace, "--to", to)
    _, plain, _ = run(os.path.join(kit.SAMPLE, "study.yaml"))
    kit.same_files("with roads", to, plain)
    found = json.loads(kit.maille("check", "-w", workspace, "--json", expect=5).stdout)
    same("no estimate is left", [f for f in found if f["genre"] == "estime"], [])


def test_estimates_are_told():
    file = study_without("roads")
    p = kit.maille("run", file, "-w", os.path.join(kit.scratch(), "w.maille"), "--to", kit.scratch())
    same("in the table", p.stdout.count("estimé"), 9)


def test_perimeters_without_communes():
    file = study_without("communes", "centres", "roads", "movements", "supply", "facilities", "grouping")
    _, to, lacking = run(file)
    same("everything lacks", sorted(lacking), kit.LAYERS)
    check("communes above all", all("commune" in w for w in lacking.values()), lacking)


def test_without_perimeters():
    file = study_without("perimeters")
    workspace, to, lacking = run(file)
    same("lacking", sorted(lacking), PERIMETER_LAYERS)
    check("they say why", all("périmètre" in w and "perimeters" in w for w in lacking.values()), lacking)
    for name in PERIMETER_LAYERS:
        folder = os.path.join(kit.scratch(), "layers")
        kit.refused(f"{name} by its name", ["export", "communes", name, "-w", workspace, "--to", folder], 3,
                    name, "périmètre")
        check("nothing is written", not os.path.exists(folder))
    with open(file, "a", encoding="utf-8") as out:
        out.write("layers: [communes, cpts]\n")
    kit.refused("by the study", ["run", file, "-w", workspace, "--to", kit.scratch()], 3, "cpts", "périmètre")


def test_communes_alone():
    file = study_without("centres", "roads", "movements", "supply", "facilities", "grouping", "perimeters")
    workspace, to, lacking = run(file)
    check("communes stand", "communes" not in lacking)
    same("lacking", sorted(lacking), sorted(set(kit.LAYERS) - {"communes", "etablissements", "poids"} - set(os.listdir(to))))
    check("no layer of minutes", not {"couverture", "bassins", "isochrones"} & set(os.listdir(to)))
    same("centres are computed", kit.query(workspace, "SELECT DISTINCT centre_from FROM commune_figure"), [("interieur",)])


def test_without_centres_a_point_inside_serves():
    workspace, _, lacking = run(study_without("centres"))
    same("lacking", lacking, {})
    found = json.loads(kit.maille("check", "-w", workspace, "--json", expect=5).stdout)
    check("told", any(f["genre"] == "centre-calcule" and "89 communes" in f["constat"] for f in found), found)


def test_without_zoning():
    file = kit.copy_study(kit.SAMPLE)
    kit.replace(file, "zoning: {set: zonage-2017, unit: bv}, ", "")
    _, to, lacking = run(file)
    same("lacking", list(lacking), ["zones-sous-denses"])
    check("it says why", "zonage" in lacking["zones-sous-denses"], lacking)


def test_study_without_a_workspace():
    file = kit.copy_study(kit.SAMPLE)
    kit.replace(file, "workspace: region-fictive.maille\n", "")
    kit.refused("no workspace named", ["run", file], 2, "-w")
    file = kit.copy_study(kit.SAMPLE)
    kit.maille("run", file, "--quiet")
    check("the study's own", os.path.exists(os.path.join(os.path.dirname(file), "region-fictive.maille")))


def test_a_list_of_layers():
    file = kit.copy_study(kit.SAMPLE)
    with open(file, "a", encoding="utf-8") as out:
        out.write("layers: [couverture, communes]\n")
    _, to, lacking = run(file)
    same("those alone", sorted(os.listdir(to)), ["communes.geojson", "couverture.geojson"])


kit.main(globals())
