"""Layers contexte-<grouping>, densite-medicale and the densities of communes: against sums over the raw files
of the sample region, and against GDAL's own union and areas."""

import csv
import io
import json
import os
import subprocess
import sys
from collections import defaultdict

sys.path.insert(0, os.path.join(os.environ["SOURCE"], "tests/cli"))
import kit
from kit import check, near, none, same

STUDY = kit.copy_study(kit.SAMPLE)
WORKSPACE = os.path.join(kit.scratch(), "w.maille")
LAYERS, PUBLIC = kit.scratch(), kit.scratch()
# a commune that nobody lives in, and one of which nobody knows
data = json.loads(kit.read(os.path.join(os.path.dirname(STUDY), "communes.geojson")))
EMPTY, UNKNOWN = "96028", "96101"
for feature in data["features"]:
    if feature["properties"]["code"] in (EMPTY, UNKNOWN):
        feature["properties"]["population"] = 0 if feature["properties"]["code"] == EMPTY else None
kit.write(os.path.join(os.path.dirname(STUDY), "communes.geojson"), json.dumps(data))
kit.replace(STUDY, "file: pdsa.csv, vintage: 2026-01-01, source: Région fictive (générateur de Maille), licence: CC0",
            "file: pdsa.csv, vintage: 2020-01-01, source: ARS fictive, licence: ODbL 1.0")
kit.maille("run", STUDY, "-w", WORKSPACE, "--to", LAYERS)
kit.maille("run", STUDY, "-w", WORKSPACE, "--to", PUBLIC, "--audience", "public")
people = {f["properties"]["code"]: f["properties"]["population"] or 0 for f in data["features"]}
outline = {f["properties"]["code"]: f["geometry"] for f in data["features"]}


def groups():
    """Grouping → group → (name, codes), from the raw files."""
    out = {"bv": {}, "epci": {}, "pdsa": {}}
    for file, of in (("groupements.csv", ("bv", "epci")), ("pdsa.csv", ("secteur",))):
        for r in kit.table(os.path.join(kit.SAMPLE, file)):
            for column in of:
                name = "pdsa" if column == "secteur" else column
                if r[column] != "ZZZZZZZZZ":
                    out[name].setdefault(r[column], (r[column + "_nom"], set()))[1].add(r["code"])
    return out


def layer(name, folder=LAYERS):
    return json.loads(kit.read(os.path.join(folder, name + ".geojson")))


def ask_gdal(features, sql):
    """Rows of an SQL over these features (layer `f`) in GDAL's SQLite dialect."""
    path = kit.write(os.path.join(kit.scratch(), "f.geojson"), json.dumps(
        {"type": "FeatureCollection", "name": "f", "features": features}))
    out = subprocess.run(["ogr2ogr", "-f", "CSV", "/vsistdout/", path, "-dialect", "sqlite", "-sql", sql],
                         capture_output=True, text=True)
    same("GDAL has nothing to say", (out.returncode, out.stderr), (0, ""))
    return list(csv.DictReader(io.StringIO(out.stdout)))


def test_each_grouping_is_a_layer():
    for name, of in groups().items():
        told = layer("contexte-" + name)
        rows = {f["id"]: f["properties"] for f in told["features"]}
        same(f"{name}: groups", set(rows), set(of))
        for i, (title, codes) in of.items():
            same(f"{name} {i}", [rows[i][k] for k in ("id", "nom", "communes", "population")],
                 [i, title, len(codes), sum(people[c] for c in codes)])
            near(f"density of {name} {i}", rows[i]["densite"], rows[i]["population"] / rows[i]["surface_km2"], 1e-2)
        same(f"{name}: the public sees the same", layer("contexte-" + name, PUBLIC)["features"], told["features"])


def test_outlines_and_areas_are_gdals():
    for name, of in groups().items():
        features = [{"type": "Feature", "properties": {"kind": "ours", "g": f["id"]}, "geometry": f["geometry"]}
                    for f in layer("contexte-" + name)["features"]]
        features += [{"type": "Feature", "properties": {"kind": "raw", "g": i}, "geometry": outline[c]}
                     for i, (_, codes) in of.items() for c in sorted(codes)]
        rows = ask_gdal(features, "SELECT u.g AS g, ST_Area(ST_Transform(SetSRID(u.shape, 4326), 2154)) AS area, "
                        "ST_Area(u.shape) AS raw, ST_Area(o.geometry) AS ours, "
                        "ST_Area(ST_Intersection(u.shape, o.geometry)) AS both FROM (SELECT g, "
                        "ST_Union(geometry) AS shape FROM f WHERE kind = 'raw' GROUP BY g) u JOIN f o ON o.kind = 'ours' "
                        "AND o.g = u.g")
        same(f"{name}: all of them", {r["g"] for r in rows}, set(of))
        told = {f["id"]: f["properties"]["surface_km2"] for f in layer("contexte-" + name)["features"]}
        for r in rows:
            near(f"area of {name} {r['g']}", told[r["g"]], float(r["area"]) / 1e6, 1e-5)
            for one in ("raw", "ours"):
                near(f"outline of {name} {r['g']} and {one}", float(r["both"]), float(r[one]), 1e-9)


def test_sources_are_those_of_the_grouping():
    same("on-call sectors", [s for s in layer("contexte-pdsa")["sources"] if s["name"] == "ARS fictive"],
         [{"name": "ARS fictive", "vintage": "2020-01-01", "licence": "ODbL 1.0"}])
    check("and their licence", "ODbL" in layer("contexte-pdsa")["licence"])
    for other in ("contexte-epci", "contexte-bv", "zones-sous-denses", "densite-medicale"):
        check(f"nothing of them in {other}", "ARS fictive" not in json.dumps(layer(other)["sources"]) and
              "ODbL" not in layer(other)["licence"])
    check("titles say what a grouping is", "garde" in layer("contexte-pdsa")["title"])


def test_zones_share_the_outlines_of_their_unit():
    zones = {f["id"]: f["geometry"] for f in layer("zones-sous-denses")["features"]}
    same("geometry", zones, {f["id"]: f["geometry"] for f in layer("contexte-bv")["features"]})


def test_density_of_communes():
    rows = ask_gdal([{"type": "Feature", "properties": {"code": c}, "geometry": g} for c, g in outline.items()],
                    "SELECT code, ST_Area(ST_Transform(SetSRID(geometry, 4326), 2154)) AS area FROM f")
    area = {r["code"]: float(r["area"]) / 1e6 for r in rows}
    told = {f["id"]: f["properties"] for f in layer("communes")["features"]}
    for c, p in told.items():
        near(f"area of {c}", p["surface_km2"], area[c], 1e-4)
        if c != UNKNOWN:
            check(f"density of {c}", abs(p["densite"] - people[c] / area[c]) < 0.051 + 1e-5 * p["densite"], p)
    same("nobody knows", (told[UNKNOWN]["population"], told[UNKNOWN]["densite"]), (None, None))
    same("nobody lives there", told[EMPTY]["densite"], 0)


def test_density_of_care():
    doctors = defaultdict(float)
    passage = defaultdict(list)
    for r in kit.table(os.path.join(kit.SAMPLE, "passage-2018-2026.csv")):
        passage[r["ancien"]].append((r["nouveau"], float(r["part"])))
    with open(os.path.join(kit.SAMPLE, "medecins-generalistes-2018.csv"), encoding="utf-8") as file:
        for r in csv.DictReader(file, delimiter=";"):
            for code, share in passage.get(r["code"], [(r["code"], 1)]):
                doctors[code] += share * int(r["medecins"])
    second = defaultdict(float)
    for r in kit.table(os.path.join(kit.SAMPLE, "cabinets-secondaires.csv")):
        second[r["code"]] += 1
    visiting = {r["code"]: r["statut"] for r in kit.table(os.path.join(kit.SAMPLE, "consultations-avancees.csv"))}
    told = {f["id"]: f["properties"] for f in layer("densite-medicale")["features"]}
    same("communes", set(told), set(people))
    for c, p in told.items():
        for service, count in (("medecin_generaliste", doctors[c]), ("cabinet_secondaire", second[c]),
                               ("consultation_avancee", float(visiting.get(c, "fermé") != "fermé"))):
            check(f"{service} of {c}", abs(p[service + "_nombre"] - count) <= 0.05 + 1e-9, (p, count))
            per = p[service + "_pour_100000"]
            if people[c] == 0:
                same(f"{service} of {c}, where nobody lives", per, None)
            else:
                check(f"{service} of {c} per 100,000", abs(per - count * 1e5 / people[c]) <= 0.05 + 1e-9, (per, count))
    open_ones = [f for f in json.loads(kit.read(os.path.join(kit.SAMPLE, "pharmacies.geojson")))["features"]
                 if f["properties"]["statut"] in ("ouvert", "temps partiel")]
    same("pharmacies, but the one at sea", sum(p["pharmacie_nombre"] for p in told.values()), len(open_ones) - 1)
    check("some communes are closed to visits", "fermé" in visiting.values())
    none("more for the public", [1] if layer("densite-medicale", PUBLIC)["features"] !=
         layer("densite-medicale")["features"] else [])


def test_layers_go_with_their_groupings():
    text = kit.read(STUDY)
    start = text.index("  - {kind: grouping,   name: pdsa")
    kit.write(STUDY, text[:start] + text[text.index("  - {kind: perimeters, file: cpts.csv"):])
    to = kit.scratch()
    p = kit.maille("run", STUDY, "-w", WORKSPACE, "--to", to)
    same("layers", sorted(n for n in os.listdir(to) if n.startswith("contexte")),
         ["contexte-bv.geojson", "contexte-epci.geojson"])
    check("zones are as they were", "zones-sous-denses" in p.stdout, p.stdout)
    same("a layer that is none is not found", kit.maille("export", "contexte-pdsa", "-w", WORKSPACE, "--to", to,
                                                         expect=None).returncode, 4)


if __name__ == "__main__":
    kit.main(globals())
