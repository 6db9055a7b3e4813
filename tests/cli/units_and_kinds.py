"""Units finer than communes, and kinds beside CPTS: drawn, judged and shown by the same code."""

import json
import os

import kit
from kit import check, none, same
from territory_kit import territory

SQUARES = {"75101": 2.30, "75102": 2.31, "75103": 2.32, "92012": 2.29, "920440101": 2.33, "920440102": 2.34}


def square(code, x, width=0.01):
    corners = [[x, 48.85], [x + width, 48.85], [x + width, 48.86], [x, 48.86], [x, 48.85]]
    return {"type": "Feature", "properties": {"code": code, "nom": "Unité " + code, "population": 1000},
            "geometry": {"type": "Polygon", "coordinates": [corners]}}


def workspace_of(features):
    folder = kit.scratch()
    layer, w = os.path.join(folder, "unites.geojson"), os.path.join(folder, "w.maille")
    kit.write(layer, json.dumps({"type": "FeatureCollection", "features": features}))
    kit.maille("init", w)
    kit.maille("import", "communes", layer, "-w", w, "--fields", "code=code,name=nom,population=population",
               "--vintage", "2026-01-01", "--source", "essai", "--licence", "CC0")
    kit.maille("compute", "-w", w)
    return w


def remarks(w):
    p = kit.maille("check", "-w", w, "--json", expect=None)
    return [f["constat"] for f in json.loads(p.stdout) if f["genre"] == "commune-et-parties"]


def test_arrondissements_and_iris_are_units():
    w = workspace_of([square(c, x) for c, x in SQUARES.items()])
    same("nothing counts twice", remarks(w), [])
    territory(w, "create", "centre", "--name", "Centre", "75101", "75102", "920440101")
    told = territory(w, "codes", "centre")
    same("members", [m["code"] for m in told], ["75101", "75102", "920440101"])
    gaps = [f["codes"] for f in territory(w, "findings") if f["genre"] == "zone-blanche"]
    same("what is left", sorted(c for codes in gaps for c in codes), ["75103", "92012", "920440102"])
    rows = {r["etendue"] + r["id"]: r for r in territory(w, "coverage")["lignes"] if not r["statut"]}
    same("covered in each département", [rows["departement75"]["population"], rows["departement92"]["population"]],
         [2000, 1000])
    names = kit.write(os.path.join(kit.scratch(), "liste.csv"), "code\n75103\n920440102\n")
    territory(w, "add", "centre", "--list", names)
    same("a list of codes of both lengths", len(territory(w, "codes", "centre")), 5)


def test_a_commune_and_its_parts_are_not_both_members():
    w = workspace_of([square(c, x) for c, x in SQUARES.items()]
                     + [square("75056", 2.30, 0.03), square("92044", 2.33, 0.02)])
    told = remarks(w)
    check("both being units is told", len(told) == 1 and "75056" in told[0] and "92044" in told[0], told)
    for whole, part in (("75056", "75101"), ("92044", "920440102")):
        for first, second in ((whole, part), (part, whole)):
            kit.refused(f"{first} with {second}", ["territory", "create", "p", "--name", "P", first, second, "-w", w],
                        3, whole, part)
            territory(w, "create", "q", "--name", "Q", first)
            kit.refused(f"{second} to {first}", ["territory", "add", "q", second, "-w", w], 3, whole, part)
            territory(w, "undo")
            file = kit.write(os.path.join(kit.scratch(), "p.csv"), f"id,nom,statut,code\np,P,projet,{first}\np,P,projet,{second}\n")
            kit.refused(f"a file with {first} and {second}", ["import", "perimeters", file, "-w", w, "--fields",
                                                               "id=id,name=nom,status=statut,code=code"], 3, "row 3", whole, part)
    same("nothing stands", territory(w, "list"), [])


def test_kinds_beside_cpts():
    """CLS, on-call sectors and a zoning in draft: findings, contested communes, coverage, what-if,
    layers, each among its own kind."""
    w = os.path.join(kit.scratch(), "w.maille")
    kit.maille("run", os.path.join(kit.SAMPLE, "study.yaml"), "-w", w, "--to", kit.scratch())
    before = territory(w, "findings", "--kind", "cpts")
    for kind in ("cls", "secteur-garde", "zonage"):
        one, two = kind + "-un", kind + "-deux"
        territory(w, "create", one, "--name", "Un", "--kind", kind, "--status", "projet", "--since", "2026-01-01",
                  "--by", "URPS", "96005", "96091")
        territory(w, "create", two, "--name", "Deux", "--kind", kind, "96091", "96044")
        found = territory(w, "findings", "--kind", kind)
        same(f"{kind}: the overlap", [(f["objet"], f["codes"]) for f in found if f["genre"] == "chevauchement"],
             [(f"{two} + {one}", ["96091"])])
        same(f"{kind}: what is left", sum(len(f["codes"]) for f in found if f["genre"] == "zone-blanche"), 89 - 3)
        none(f"{kind}: none of another kind", [f for f in found if f["a"] and not f["a"].startswith(kind)])
        same(f"{kind}: contested", [c["code"] for c in territory(w, "contested", "--kind", kind)], ["96091"])
        row = next(r for r in territory(w, "coverage", "--kind", kind)["lignes"] if r["etendue"] == "etude" and not r["statut"])
        same(f"{kind}: covered", (row["perimetres"], row["communes"]), (2, 3))
        tried = territory(w, "what-if", "remove", two, "96091")
        check(f"{kind}: the overlap would go",
              any(f["genre"] == "chevauchement" for f in tried["constats_disparus"]), tried)
        tried = territory(w, "what-if", "give-gap", f"zb-{kind}-96002", one)
        check(f"{kind}: a gap would be taken", tried["perimetres"][0]["apres"]["communes"] > 2, tried)
    same("findings of CPTS stay", territory(w, "findings", "--kind", "cpts"), before)
    kit.maille("compute", "-w", w)
    for audience, seen in (("interne", {"cpts", "pta", "cls", "secteur-garde", "zonage"}), ("public", {"cpts", "pta"})):
        to = kit.scratch()
        kit.maille("run", os.path.join(kit.SAMPLE, "study.yaml"), "-w", w, "--to", to, "--audience", audience)
        shown = kit.rows(to, "perimetres")
        same(f"kinds shown, {audience}", {p["genre"] for p in shown.values()}, seen)
    same("the layer of CPTS has none of them", [i for i in kit.rows(to, "cpts") if not i.startswith("cpts-")], [])


kit.main(globals())
