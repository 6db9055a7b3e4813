"""The answers that the web map begins with, against what other routes say and against the study's files."""

import csv
import datetime
import math
import os
import re
import urllib.parse

import edit_kit
import serve_kit
from serve_kit import kit
from kit import check, near, none, same

study = kit.copy_study(kit.SAMPLE)
FOLDER = os.path.dirname(study)
STUDY = open(study, encoding="utf-8").read()
workspace = os.path.join(kit.scratch(), "w.maille")
for audience in ("interne", "public"):
    kit.maille("run", study, "-w", workspace, "--to", kit.scratch(), "--audience", audience)
reader = serve_kit.token(workspace, "lecteur")
planner = serve_kit.token(workspace, "planificateur")
service = serve_kit.Service(workspace, "settle_s: 0", "settle_most_s: 0")
WHO = {"public": None, "interne": reader}


def ask(path, token=None, status=200, **parameters):
    query = urllib.parse.urlencode(parameters)
    answer = service.get(path + ("?" + query if query else ""), token=token)
    same(f"status of {path}?{query}", answer.status, status)
    return answer.json


def items(collection, token=None, **more):
    return ask(f"/collections/{collection}/items", token, limit=10000, f="geojson", **more)["features"]


def published(token=None):
    return {f["id"]: f["properties"] for f in items("perimetres", token, skipGeometry="true")}


def groups_of_files():
    """{grouping: {group: (name, codes)}}; ZZZZZZZZZ is INSEE's word for no group."""
    told = {}
    for name, path, group, title in re.findall(
            r"kind: grouping, +name: (\w+), +file: ([^,]+),.*\n +fields: \{code: code, group: (\w+), title: (\w+)\}", STUDY):
        with open(os.path.join(FOLDER, path), encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row[group] and not row[group].startswith("ZZ"):
                    told.setdefault(name, {}).setdefault(row[group], (row[title], set()))[1].add(row["code"])
    return told


GROUPS = groups_of_files()
COMMUNES = {f["id"]: f["properties"] for f in items("communes", skipGeometry="true")}


# ---- layers ---------------------------------------------------------------------------------------

def test_layers_are_the_collections():
    for who, token in WHO.items():
        told = {layer["id"]: layer for layer in ask("/layers", token)["couches"]}
        collections = {c["id"]: c for c in ask("/collections", token)["collections"]}
        same(f"layers of {who}", sorted(told), sorted(collections))
        for name, layer in told.items():
            c = collections[name]
            what = f"{name} for {who}"
            same(f"{what}: title", (layer["titre"], layer["description"]), (c["title"], c["description"]))
            same(f"{what}: licence", (layer["licence"], layer["audience"]), (c["licence"], who))
            same(f"{what}: sources", [(s["nom"], s["millesime"], s["licence"]) for s in layer["sources"]],
                 [(s["name"], s.get("vintage"), s.get("licence")) for s in c["sources"]])
            same(f"{what}: extent", layer["etendue"], c.get("extent", {}).get("spatial", {}).get("bbox", [None])[0])
            page = ask(f"/collections/{name}/items", token, limit=1, f="geojson")
            same(f"{what}: count", layer["objets"], page["numberMatched"])
            schema = ask(f"/collections/{name}/schema", token)["properties"]
            same(f"{what}: properties", {p["nom"] for p in layer["proprietes"]}, set(schema) - {"geometry"})
            none(f"{what}: titles", [p for p in layer["proprietes"] if p["titre"] != schema[p["nom"]]["title"]])
            key = [n for n, p in schema.items() if p.get("x-ogc-role") == "id"]
            same(f"{what}: key", layer["cle"], key[0] if key else None)
            same(f"{what}: tiles", bool(layer["tuiles"]), layer["geometrie"] != "none")
            if layer["tuiles"]:
                check(f"{what}: version", layer["tuiles"].endswith("?v=" + layer["version"]), layer["tuiles"])
                path = layer["tuiles"].replace("{z}/{x}/{y}", "4/7/5")
                check(f"{what}: tiles are there", service.get(path, token=token).status in (200, 204), path)


def test_legends_stand_once_for_each_service():
    services = re.findall(r"- \{id: (\w+), title", STUDY)
    layers = {layer["id"]: layer for layer in ask("/layers")["couches"]}
    same("of times", [x["propriete"] for x in layers["couverture"]["legendes"]], [s + "_min" for s in services])
    definition = open(os.path.join(os.environ["SOURCE"], "layers/couverture.yaml"), encoding="utf-8").read()
    wanted = re.findall(r'^    - \{(?:upto: (\d+), )?colour: "(#\w+)"', definition, re.M)
    for legend in layers["couverture"]["legendes"]:
        same(f"classes of {legend['propriete']}",
             [("" if e["jusqua"] is None else str(e["jusqua"]), e["couleur"]) for e in legend["entrees"]], wanted)
        same(f"unit of {legend['propriete']}", (legend["unite"], legend["manquant"]), ("min", "#bdbdbd"))
    check("each by its service's name", len({x["titre"] for x in layers["couverture"]["legendes"]}) == len(services))
    same("categories", {e["valeur"] for e in layers["cpts"]["legendes"][0]["entrees"]} >= {"idee", "contractualisee"}, True)
    none("every legend is of a property", [(name, x["propriete"]) for name, layer in layers.items() for x in layer["legendes"]
                                          if x["propriete"] not in [p["nom"] for p in layer["proprietes"]]])
    english = {layer["id"]: layer for layer in ask("/layers", lang="en")["couches"]}
    same("in English", english["couverture"]["titre"], "Time to the nearest")


def test_what_is_not_there_says_what_it_lacks():
    with_all = ask("/layers")
    small = serve_kit.Service(edit_kit.board())
    told = small.get("/layers").json
    absent = {a["id"]: a["manque"] for a in told["absentes"]}
    same("nothing twice", set(absent) & {c["id"] for c in told["couches"]}, set())
    check("zones", "zonage" in absent.get("zones-sous-denses", ""), absent)
    check("roads are estimated", {c["id"]: c["estime"] for c in told["couches"]}["couverture"], told)
    check("fewer layers than with all sources", len(told["couches"]) < len(with_all["couches"]))
    about = small.get("/study").json
    same("a study of little", (about["modes"], about["estime"], about["groupements"], about["zonage"]), ([], True, [], None))
    same("one kind to begin with", [(g["id"], g["perimetres"]) for g in about["genres"]], [("cpts", 0)])
    same("it stops", small.stop(), 0)


# ---- the study --------------------------------------------------------------------------------------

def test_the_study_is_what_its_files_are():
    about = ask("/study")
    same("name", (about["id"], about["titre"], about["audience"]), ("region_fictive", "Région fictive", "public"))
    same("day", about["date"], datetime.datetime.now(datetime.timezone.utc).date().isoformat())
    for d in about["departements"]:
        own = [c for c in COMMUNES.values() if c["departement"] == d["code"]]
        same(f"communes of {d['code']}", d["communes"], len(own))
        near(f"population of {d['code']}", d["population"], sum(c["population"] for c in own), 1e-12)
        west, south, east, north = about["etendue"]
        box = d["etendue"]
        check("inside the study", west <= box[0] < box[2] <= east and south <= box[1] < box[3] <= north, box)
    same("all communes", sum(d["communes"] for d in about["departements"]), len(COMMUNES))
    for g in about["groupements"]:
        same(f"groups of {g['id']}", g["groupes"], len(GROUPS[g["id"]]))
    same("groupings", {g["id"] for g in about["groupements"]}, set(GROUPS))
    services = re.findall(r"- \{id: (\w+), .*?bands_min: \[([\d, ]+)\](?:, alternative_to: (\w+))?", STUDY)
    same("services", [(s["id"], ", ".join(str(b) for b in s["tranches_min"]), s["alternative_a"] or "")
                      for s in about["services"]], services)
    same("sizes", [c["id"] for c in about["tailles"]["classes"]], ["T1", "T2", "T3", "T4"])
    same("bounds", [(c["de"], c["a"]) for c in about["tailles"]["classes"]],
         [(0, 40000), (40000, 80000), (80000, 175000), (175000, None)])
    same("least", about["tailles"]["plancher"], 20000)
    same("published", {s["id"] for s in about["statuts"] if s["public"]}, {"contractualisee", "en-fonctionnement"})
    same("zoning", (about["zonage"]["id"], about["zonage"]["depuis"], about["zonage"]["unite"]), ("zonage-2017", "2017-11-13", "bv"))
    same("ways to travel", (about["modes"], about["estime"], about["fond"]), (["voiture", "pied"], False, None))
    check("every rule is cited", all(about[k]["reference"] for k in ("tailles", "publication", "zonage")), about)


def test_kinds_are_counted_for_who_asks():
    rows = {who: list(published(token)) for who, token in WHO.items()}
    every = {p["id"]: p["genre"] for p in ask("/perimeters", reader)}
    same("an account sees all", sorted(rows["interne"]), sorted(every))
    for who, token in WHO.items():
        counts = {}
        for i in rows[who]:
            counts[every[i]] = counts.get(every[i], 0) + 1
        same(f"kinds for {who}", {g["id"]: g["perimetres"] for g in ask("/study", token)["genres"]}, counts)
    check("there are drafts", len(rows["public"]) < len(rows["interne"]), rows)


# ---- who holds what ---------------------------------------------------------------------------------

def check_members(what, token, parameters=None):
    told = ask("/members", token, **(parameters or {}))
    names = {code: (name, population, department) for code, name, population, department in told["nommees"]}
    same(f"{what}: communes", {c: n[0] for c, n in names.items()}, {c: p["nom"] for c, p in COMMUNES.items()})
    none(f"{what}: départements", [c for c, n in names.items() if n[2] != COMMUNES[c]["departement"]])
    held = {}
    for code, numbers in told["communes"].items():
        same(f"{what}: {code} ascending", numbers, sorted(set(numbers)))
        for n in numbers:
            held.setdefault(told["perimetres"][n]["id"], set()).add(code)
    return told, held


def test_members_are_those_of_each_perimeter():
    for kind in ("cpts", "pta"):
        told, held = check_members(f"members of {kind}", reader, {"kind": kind})
        rows = {p["id"]: p for p in ask("/perimeters", reader, kind=kind)}
        same(f"{kind}: which", [p["id"] for p in told["perimetres"]], sorted(rows))
        for p in told["perimetres"]:
            one, row = ask(f"/perimeters/{p['id']}", reader), rows[p["id"]]
            same(f"codes of {p['id']}", held.get(p["id"], set()), {c["code"] for c in one["membres"]})
            for key in ("nom", "statut", "depuis", "population", "taille", "etat"):
                same(f"{key} of {p['id']}", p[key], row[key])
            same(f"départements of {p['id']}", row["departements"],
                 sorted({COMMUNES[c]["departement"] for c in held[p["id"]] if c in COMMUNES}))
    same("without names", "nommees" in ask("/members", reader, noms="false"), False)
    ask("/members", reader, 400, noms="peut-être")
    ask("/members", reader, 404, scenario="jamais")


def test_the_public_has_what_is_published():
    told, held = check_members("members for the public", None)
    seen = {i for i, p in published().items() if not i.startswith("pta")}
    same("which", {p["id"] for p in told["perimetres"]}, seen)
    same("no state of what stands", {p["etat"] for p in told["perimetres"]}, {None})
    inner, all_held = check_members("members for an account", reader)
    none("the same communes", [i for i in seen if held[i] != all_held[i]])
    hidden = [p for p in inner["perimetres"] if p["id"] not in seen]
    text = "".join(service.get(path).text for path in ("/members", "/study", "/layers", "/groupings",
                                                      "/collections/perimetres/columns"))
    none("no draft is named", [p["id"] for p in hidden if f'"{p["id"]}"' in text or p["nom"] in text])
    ask("/members", None, 404, scenario="x")
    same("an account as the public", ask("/members", reader, audience="public"), told)


def of_the_public():
    """What anybody gets of the routes that a map reads, to the byte, with what caches go by."""
    layers = [layer["id"] for layer in ask("/layers", reader)["couches"]]
    paths = ["/study", "/layers", "/members", "/members?kind=pta", "/groupings", *(f"/groupings/{g}" for g in GROUPS),
             *(f"/perimeters/{i}/groupings" for i in published(reader)), *(f"/collections/{x}/columns" for x in layers),
             *(f"/collections/{x}/columns?skipGeometry=false" for x in layers), *(f"/communes/{c}" for c in sorted(COMMUNES)[:5])]
    answers = {path: service.get(path) for path in paths}
    return {path: (a.status, a.body, a["ETag"], a["Cache-Control"]) for path, a in answers.items()}


def test_a_stroke_shows_at_once():
    before, held = check_members("before", reader)
    first = before["perimetres"][0]
    free = next(c for c in COMMUNES if c not in before["communes"])
    anybody = of_the_public()
    answer = service.ask("/changes", "POST", token=planner, body={
        "gestes": [{"geste": "add", "perimetre": first["id"], "codes": [free]}], "vu": {first["id"]: first["etat"]}})
    same("a stroke", answer.status, 200)
    after, now_held = check_members("after", reader)
    same("it holds one more", now_held[first["id"]] - held[first["id"]], {free})
    same("with its state", after["perimetres"][0]["etat"], answer.json["etats"][first["id"]])
    other = service.ask("/changes", "POST", token=planner, body={"genre": "autre", "gestes": [
        {"geste": "create", "perimetre": "secret", "nom": "Secret", "codes": sorted(COMMUNES)[:5]}]})
    same("a draft of a kind that was not there", other.status, 200)
    now = of_the_public()
    none("drafts move nothing for the public", [path for path in anybody if now[path] != anybody[path]])
    undone = service.ask("/undo", "POST", token=planner, body={})
    same("without it again", undone.status, 200)


# ---- columns ----------------------------------------------------------------------------------------

def test_columns_are_the_items_turned():
    for who, token in WHO.items():
        for layer in ask("/layers", token)["couches"]:
            features = items(layer["id"], token, skipGeometry="true")
            told = ask(f"/collections/{layer['id']}/columns", token)
            columns, key = told["colonnes"], layer["cle"] or "_id"
            same(f"{layer['id']} for {who}: count and key", (told["nombre"], told["cle"]), (len(features), key))
            same(f"{layer['id']} for {who}: ids", columns[key], [f["id"] for f in features])
            none(f"{layer['id']} for {who}: values", [p["nom"] for p in layer["proprietes"] if p["nom"] != key
                 and columns[p["nom"]] != [f["properties"][p["nom"]] for f in features]])


def test_columns_take_the_filters_of_items():
    for query in ({"departement": "99"}, {"filter": "population > 5000"}, {"commune": "96002"}, {"nom": "Aurzay-le-Pont"},
                  {"sortby": "-population"}, {"bbox": "-5,46,-4.8,46.2"}):
        same(f"communes by {query}", ask("/collections/communes/columns", **query)["colonnes"]["code"],
             [f["id"] for f in items("communes", **query)])
    told = ask("/collections/couverture/columns", properties="maternite_min")
    same("what was asked, and the key", list(told["colonnes"]), ["code", "maternite_min"])
    ask("/collections/couverture/columns", status=400, properties="jamais")
    ask("/collections/couverture/columns", status=400, limit="3")
    ask("/collections/jamais/columns", status=404)
    ask("/collections/perimetres-historique/columns", status=404)


# ---- groupings --------------------------------------------------------------------------------------

def test_groupings_are_the_files():
    told = {g["id"]: g for g in ask("/groupings")}
    check("there are some", len(GROUPS) >= 2 and set(told) == set(GROUPS), told)
    for name, wanted in GROUPS.items():
        groups = ask(f"/groupings/{name}")["groupes"]
        same(f"{name}: which", {g["id"]: (g["nom"], set(g["codes"])) for g in groups}, wanted)
        none(f"{name}: population", [g["id"] for g in groups if g["population"] != sum(COMMUNES[c]["population"] for c in g["codes"])])
        same(f"{name}: count", told[name]["groupes"], len(wanted))
        same(f"{name}: source", told[name]["source"]["licence"], "CC0")
    ask("/groupings/jamais", status=404)


def check_crossing(what, row, shares):
    codes = GROUPS[row["groupement"]][row["id"]][1]
    people = sum(COMMUNES[c]["population"] for c in codes)
    held = sum(COMMUNES[c]["population"] * shares[c] for c in codes & set(shares))
    whole = sum(COMMUNES[c]["population"] * s for c, s in shares.items() if c in COMMUNES)
    same(f"{what}: communes", (row["communes"], row["communes_dedans"]), (len(codes), len(codes & set(shares))))
    for key, wanted in (("population", people), ("population_dedans", held), ("part_du_groupe", held / people),
                        ("part_du_perimetre", held / whole)):
        near(f"{what}: {key}", row[key], wanted, 1e-9)


def test_a_perimeter_lies_among_groups():
    for i in published(reader):
        shares = {c["code"]: c.get("part", 1) for c in ask(f"/perimeters/{i}", reader)["membres"]}
        rows = ask(f"/perimeters/{i}/groupings", reader)
        for row in rows:
            check_crossing(f"{i} in {row['groupement']} {row['id']}", row, shares)
        same(f"{i}: every group is met", {(r["groupement"], r["id"]) for r in rows},
             {(name, g) for name, groups in GROUPS.items() for g, (_, codes) in groups.items() if codes & set(shares)})
    none("the same for the public", [i for i in published() if ask(f"/perimeters/{i}/groupings") != ask(f"/perimeters/{i}/groupings", reader)])
    first = sorted(published())[0]
    same("one grouping", {r["groupement"] for r in ask(f"/perimeters/{first}/groupings", grouping="bv")}, {"bv"})
    same("départements too", {r["groupement"] for r in ask(f"/perimeters/{first}/groupings", grouping="departement")}, {"departement"})
    ask(f"/perimeters/{first}/groupings", status=400, grouping="jamais")
    draft = sorted(set(published(reader)) - set(published()))[0]
    ask(f"/perimeters/{draft}/groupings", status=404)


# ---- on foot ----------------------------------------------------------------------------------------

def area(geometry):
    """Of a disc in km², on a plane by its latitude: enough to tell large from small."""
    def ring(points):
        k = 111.32 ** 2 * math.cos(math.radians(points[0][1]))
        return k * abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1]))) / 2
    return sum(ring(part[0]) - sum(map(ring, part[1:])) for part in geometry["coordinates"])


def test_on_foot_is_nearer_than_by_car():
    centres = list(csv.DictReader(open(os.path.join(FOLDER, "centres.csv"), encoding="utf-8")))[::20]
    for c in centres:
        foot, car = (ask("/isochrone", lon=c["lon"], lat=c["lat"], minutes="10,20,30", **m) for m in ({"mode": "pied"}, {"mode": "voiture"}))
        same("by car is what it is without a word", car, ask("/isochrone", lon=c["lon"], lat=c["lat"], minutes="10,20,30"))
        check("what it rests on", "sentiers" in foot["hypothese"] and foot["marche"]["vitesse_kmh"] == 5, foot.keys())
        same("by car there is no such word", "hypothese" in car, False)
        walked, driven = ([area(f["geometry"]) for f in x["features"]] for x in (foot, car))
        check("bands grow", walked == sorted(walked) and walked[0] > 0, walked)
        none("nearer", [(a, b) for a, b in zip(walked, driven) if a >= b])
        none("no farther than the pace", [a for a, minutes in zip(walked, (10, 20, 30)) if a > math.pi * (minutes / 12 + 0.1) ** 2])
    ask("/isochrone", status=400, lon=centres[0]["lon"], lat=centres[0]["lat"], mode="velo")


kit.main(globals())
