"""Indicators and inhabitants by age: by the study and by hand, carried to today's communes."""

import csv
import os
from collections import defaultdict

import kit
from kit import check, near, same

study = os.path.join(kit.SAMPLE, "study.yaml")


def rows(name, separator=","):
    with open(os.path.join(kit.SAMPLE, name), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))


passage = defaultdict(list)
for r in rows("passage-2018-2026.csv"):
    passage[r["ancien"]].append((r["nouveau"], float(r["part"])))


def heirs(code):
    return passage.get(code, [(code, 1.0)])


def ran():
    global workspace
    workspace = os.path.join(kit.scratch(), "w.maille")
    kit.maille("run", study, "-w", workspace, "--to", kit.scratch())
    return workspace


def test_a_sum_is_kept():
    ran()
    wanted = defaultdict(float)
    given = rows("sans-medecin-traitant-2018.csv", ";")
    for r in given:
        for code, share in heirs(r["code"]):
            wanted[code] += share * int(r["patients"])
    told = dict(kit.query(workspace, "SELECT code, value FROM commune_indicator WHERE name = 'sans_medecin_traitant'"))
    same("communes", set(told), set(wanted))
    for code, value in wanted.items():
        near(f"patients of {code}", told[code], value, 1e-12)
    near("all of them", sum(told.values()), sum(int(r["patients"]) for r in given), 1e-12)


def test_a_mean_is_weighted():
    parts = defaultdict(list)
    for r in rows("ald-2018.csv", ";"):
        if r["ald_pour_1000"] != "s":
            for code, share in heirs(r["code"]):
                parts[code].append((float(r["ald_pour_1000"].replace(",", ".")), share * int(r["habitants"])))
    told = {c: (v, w) for c, v, w in
            kit.query(workspace, "SELECT code, value, weight FROM commune_indicator WHERE name = 'ald'")}
    same("communes", set(told), set(parts))
    check("one commune has none", len(told) == len(rows("centres.csv")) - 1)
    check("some come together", any(len(p) > 1 for p in parts.values()))
    for code, p in parts.items():
        near(f"weight of {code}", told[code][1], sum(w for _, w in p), 1e-12)
        near(f"mean of {code}", told[code][0], sum(v * w for v, w in p) / sum(w for _, w in p), 1e-12)
    same("what is said of it", kit.query(workspace, "SELECT name, title, unit, how FROM indicator ORDER BY name"),
         [("ald", "Affections de longue durée", "pour 1 000 habitants", "moyenne"),
          ("emplois", "Emplois au lieu de travail", "emplois", "somme"),
          ("sans_medecin_traitant", "Patients sans médecin traitant", "patients", "somme")])


def test_ages_are_those_of_the_file():
    wanted = {(r["code"], float(r["age_min"]), float(r["age_max"]) if r["age_max"] else None): float(r["population"])
              for r in rows("population-par-age.csv")}
    told = {(c, a, b): n for c, a, b, n in kit.query(workspace, "SELECT code, from_age, to_age, population FROM commune_age")}
    same("bands", told, wanted)


def test_by_hand():
    """The same as by the study, with the words of the command line; auto knows ages."""
    by_hand = os.path.join(kit.scratch(), "w.maille")
    kit.maille("init", by_hand, "--crs", "EPSG:2154")
    about = ("--source", "S", "--licence", "CC0", "-w", by_hand)
    kit.maille("import", "communes", os.path.join(kit.SAMPLE, "communes.geojson"), "--vintage", "2026-01-01", *about)
    kit.maille("import", "movements", os.path.join(kit.SAMPLE, "passage-2018-2026.csv"), "--from-vintage", "2018-01-01",
               "--to-vintage", "2026-01-01", "--fields", "from=ancien,to=nouveau,ratio=part", *about)
    kit.maille("import", "indicators", os.path.join(kit.SAMPLE, "ald-2018.csv"), "--name", "ald", "--unit", "pour 1 000",
               "--title", "Affections", "--fields", "code=code,value=ald_pour_1000,weight=habitants",
               "--vintage", "2018-01-01", *about)
    kit.maille("import", "indicators", os.path.join(kit.SAMPLE, "sans-medecin-traitant-2018.csv"), "--how=somme",
               "--name", "sans_medecin_traitant", "--vintage", "2018-01-01", *about)
    kit.maille("import", "indicators", os.path.join(kit.SAMPLE, "emplois.csv"), "--how=somme", "--name", "emplois",
               "--fields", "code=code,value=emplois", "--vintage", "2026-01-01", *about)
    p = kit.maille("import", "auto", os.path.join(kit.SAMPLE, "population-par-age.csv"), "--vintage", "2026-01-01", *about)
    check("auto knows ages", p.stdout.startswith("population_age "), p.stdout)
    kit.maille("compute", "codes", "-w", by_hand)
    for table, key in (("commune_indicator", "name, code"), ("commune_age", "code, from_age")):
        query = f"SELECT * FROM {table} ORDER BY {key}"
        same(table, kit.query(by_hand, query), kit.query(workspace, query))
    same("unit", kit.query(by_hand, "SELECT unit, how FROM indicator ORDER BY name"),
         [("pour 1 000", "moyenne"), (None, "somme"), (None, "somme")])


def test_words_that_are_wrong():
    by_hand = os.path.join(kit.scratch(), "w.maille")
    kit.maille("init", by_hand, "--crs", "EPSG:2154")
    file = os.path.join(kit.SAMPLE, "ald-2018.csv")
    kit.refused("no name", ["import", "indicators", file, "-w", by_hand], 2, "ald-2018.csv", "--name")
    kit.refused("a way that is none", ["import", "indicators", file, "-w", by_hand, "--name", "ald", "--how", "médiane"],
                2, "médiane", "moyenne")
    kit.refused("no value", ["import", "indicators", file, "-w", by_hand, "--name", "x"], 3, "value", "ald_pour_1000")
    same("nothing came", kit.query(by_hand, "SELECT count(*) FROM import"), [(0,)])


kit.main(globals())
