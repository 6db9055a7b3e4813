"""Answers to single questions, against the command line, the layers and the raw files."""

import csv
import io
import json
import os
import urllib.parse

import serve_kit
from serve_kit import kit

check, none, same = kit.check, kit.none, kit.same

study = kit.copy_study(kit.SAMPLE)
kit.replace(study, "licence: CC0,\n     fields: {from: depart", "licence: ODbL 1.0,\n     fields: {from: depart")
workspace = os.path.join(kit.scratch(), "w.maille")
layers = {}
for audience in ("interne", "public"):
    layers[audience] = kit.scratch()
    kit.maille("run", study, "-w", workspace, "--to", layers[audience], "--audience", audience)
reader = serve_kit.token(workspace, "lecteur")
service = serve_kit.Service(workspace)
communes = kit.rows(layers["interne"], "communes")
drafts = sorted(set(kit.rows(layers["interne"], "perimetres")) - set(kit.rows(layers["public"], "perimetres")))


def ask(path, token=None, status=200, **parameters):
    """The answer; `from_` stands for a parameter `from`."""
    query = urllib.parse.urlencode({k.rstrip("_"): v for k, v in parameters.items()})
    answer = service.get(path + ("?" + query if query else ""), token=token)
    same(f"status of {path}?{query}", answer.status, status)
    return answer


def refused(path, word, token=None, status=400, **parameters):
    answer = ask(path, token, status, **parameters)
    check(f"{path} {parameters} names {word}", word in answer.json["detail"], answer.text)


def found(q, **more):
    return ask("/communes", q=q, **more).json["communes"]


# ---- search -----------------------------------------------------------------------------------------

def test_every_commune_is_found_by_name_and_code():
    none("by code", [c for c in communes if [x["code"] for x in found(c)][:1] != [c]])
    lost = []
    for code, p in communes.items():
        if code not in [x["code"] for x in found(p["nom"].upper(), limit=50)]:
            lost.append(p["nom"])
    none("by name in capitals", lost)


def test_search_tells_what_it_found_and_how():
    first = found("aigremonrt")[0]
    same("a typing error", (first["code"], first["trouve_par"], first["ancien"]), ("96002", "approchant", None))
    same("figures", first["population"], communes["96002"]["population"])
    rows = list(csv.DictReader(io.StringIO(ask("/communes", q="aig", f="csv").text)))
    same("as CSV", [r["code"] for r in rows], [x["code"] for x in found("aig")])
    same("limit", len(found("a", limit=3)), 3)
    none("département", [x for x in found("a", departement="99", limit=50) if x["departement"] != "99"])
    answer = ask("/communes", q="aig").json
    same("licence", answer["licence"], "CC0")
    check("sources", answer["sources"], answer)


def test_search_refuses_what_does_not_hold():
    refused("/communes", "q")
    refused("/communes", "q", q="")
    refused("/communes", "q", q="a" * 101)
    for limit in ("0", "51", "x", "1.5", ""):
        refused("/communes", "limit", q="a", limit=limit)
    for department in ("1", "1234", "a'"):
        refused("/communes", "departement", q="a", departement=department)
    refused("/communes", "nom", q="a", nom="b")


# ---- cards ------------------------------------------------------------------------------------------

def test_a_card_is_what_the_layers_tell():
    near = kit.rows(layers["public"], "couverture")
    for code in list(communes)[::9]:
        card = ask(f"/communes/{code}").json
        same(f"{code}: name", card["nom"], communes[code]["nom"])
        for one in card["services"]:
            same(f"{code}: {one['service']}", one["minutes"], near[code][one["service"] + "_min"])
    check("licences add up", "ODbL 1.0" in ask("/communes/96002").json["licence"])
    ask("/communes/96999", status=404)
    ask("/communes/x", status=404)


def test_a_card_counts_who_lives_near():
    """Against maille times, from the centres of the raw files."""
    centres = kit.table(os.path.join(kit.SAMPLE, "centres.csv"))
    near = centres[::16]
    text = "id,lon,lat\n" + "".join(f"{r['code']},{r['lon']},{r['lat']}\n" for r in centres)
    every = kit.write(os.path.join(kit.scratch(), "centres.csv"), text)
    some = kit.write(os.path.join(kit.scratch(), "some.csv"), "id,lon,lat\n" +
                     "".join(f"{r['code']},{r['lon']},{r['lat']}\n" for r in near))
    out = os.path.join(kit.scratch(), "near.csv")
    kit.maille("times", "--roads", os.path.join(kit.SAMPLE, "routes.geojson"), "--directed", "--fields",
               "from=depart,to=arrivee,length_m=longueur_m,speed_kmh=vitesse_kmh", "--from", some, "--to", every,
               "--limit-min", "31", "--access-kmh", "0", "--out", out)
    minutes = {(r["from_id"], r["to_id"]): float(r["minutes"]) for r in kit.table(out)}
    for r in near:
        code = r["code"]
        card = ask(f"/communes/{code}").json
        same(f"{code}: people near", card["habitants_a"], [
            {"minutes": m, "population": sum(p["population"] for c, p in communes.items()
                                             if c == code or minutes.get((code, c), 99) <= m)} for m in (10, 20, 30)])
        same(f"{code}: centre", card["centre"], [float(r["lon"]), float(r["lat"])])
    check("some within 20 minutes and not within 10", len(minutes) > 2 * len(near))
    check("on the page", "minutes de route ou moins" in ask("/communes/96002", f="html").text)


def test_a_card_names_the_neighbours():
    """Against borders drawn from the raw polygons: two communes that share a piece of ring."""
    owners = {}
    for feature in json.loads(kit.read(os.path.join(kit.SAMPLE, "communes.geojson")))["features"]:
        shape = feature["geometry"]
        for part in [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]:
            for ring in part:
                for piece in zip(ring, ring[1:]):
                    owners.setdefault(frozenset(map(tuple, piece)), set()).add(feature["properties"]["code"])
    beside = {c: set() for c in communes}
    for pair in owners.values():
        for c in pair:
            beside[c] |= pair - {c}
    check("some have neighbours, some none", any(beside.values()) and not all(beside.values()))
    for code in list(communes)[::5]:
        same(f"{code}: neighbours", ask(f"/communes/{code}").json["voisins"],
             [{"code": c, "nom": communes[c]["nom"]} for c in sorted(beside[code])])


def test_the_page_is_plain():
    page = ask("/communes/96002", f="html").text
    for words in ("Aigremourt", "Médecin généraliste", "min</td>", "Baillargeac", "À qui s’adresser", "Licence"):
        if words == "À qui s’adresser" and "Aucune CPTS" in page:
            continue
        check(f"{words} on the page", words in page, page)
    check("no script", "<script" not in page)
    check("in English too", "Whom to ask" in ask("/communes/96002", f="html", lang="en").text
          or "No CPTS" in ask("/communes/96002", f="html", lang="en").text)


def test_the_public_cards_know_no_draft():
    names = [p["nom"] for i, p in kit.rows(layers["interne"], "perimetres").items() if i in drafts]
    check("there are drafts", len(drafts) > 2)
    public, inside = "", ""
    for code in communes:
        for f in ("json", "html"):
            public += ask(f"/communes/{code}", f=f).text
        inside += ask(f"/communes/{code}", reader).text
    none("drafts in public", [x for x in drafts + names if x in public])
    none("not told inside", [i for i in drafts if i.startswith("cpts-") and f'"id":"{i}"' not in inside and
                             kit.rows(layers["interne"], "perimetres")[i]["communes"]])


# ---- figures ----------------------------------------------------------------------------------------

ASIDE = {"constats", "sources", "licence", "trajets_cherches_jusqu_a_min"}
DRIVES = {"trajet_max_min", "trajet_de", "trajet_vers", "paires_sans_route", "rencontre", "rencontre_max_min",
          "rencontre_moyenne_min"}


def same_figures(what, told, shown):
    """Drives beyond the matrix are told as such, and searched by the command line alone."""
    beyond = told["trajets_cherches_jusqu_a_min"] is not None
    aside = ASIDE | (DRIVES if beyond else set())
    same(what, {k: v for k, v in told.items() if k not in aside}, {k: v for k, v in shown.items() if k not in aside})
    return beyond


def show(*words):
    return json.loads(kit.maille("territory", "show", *words, "-w", workspace, "--json").stdout)


def test_figures_of_perimeters_are_those_of_territory_show():
    ids = sorted(kit.rows(layers["interne"], "perimetres"))
    whole = 0
    for i in ids:
        whole += not same_figures(i, ask(f"/perimeters/{i}/figures", reader).json, show(i))
    check("some within the matrix", whole > 0)
    check("licences add up", "ODbL 1.0" in ask(f"/perimeters/{ids[0]}/figures", reader).json["licence"])


def test_a_draft_is_as_a_perimeter_that_never_was():
    none_such = ask("/perimeters/cpts-rien/figures", status=404)
    for i in drafts:
        answer = ask(f"/perimeters/{i}/figures", status=404)
        same(f"{i}: the same words", answer.text.replace(i, "cpts-rien"), none_such.text)
        answer = ask(f"/perimeters/{i}/figures", reader, audience="public", status=404)
    for i in kit.rows(layers["public"], "perimetres"):
        told = ask(f"/perimeters/{i}/figures").json
        own = show(i, "--audience", "public")
        same(f"{i}: statuses", told["statuts"], own["statuts"])
        same_figures(i, told, own)


def test_an_account_of_a_departement():
    """Corsica has two; those of the sample region are no real ones."""
    real = os.path.join(os.environ.get("MAILLE_REAL", ""), "corse", "study.yaml")
    if not os.path.exists(real):
        print("SKIPPED: Corsica, no real data here")
        return
    island = os.path.join(kit.scratch(), "corse.maille")
    kit.maille("run", real, "-w", island, "--to", kit.scratch())
    bound = serve_kit.token(island, "lecteur", "2A")
    corsica = serve_kit.Service(island)
    members = {i: set(json.loads(codes)) for i, codes in kit.query(
        island, "SELECT perimeter_id, json_group_array(code) FROM perimeter_member GROUP BY 1")}
    here = {i for i, codes in members.items() if any(c.startswith("2A") for c in codes)}
    check("some here, some there", here and here != set(members), members)
    for i in members:
        same(f"figures of {i}", corsica.get(f"/perimeters/{i}/figures", bound).status, 200 if i in here else 404)
    inside = [c for codes in members.values() for c in codes if c.startswith("2A")]
    outside = next(c for codes in members.values() for c in codes if c.startswith("2B"))
    same("a list within", corsica.get("/figures?codes=" + ",".join(inside), bound).status, 200)
    answer = corsica.get("/figures?codes=" + ",".join([*inside, outside]), bound)
    same("a list beyond", answer.status, 403)
    check("it names the commune", outside in answer.json["detail"], answer.text)
    same("POST beyond", corsica.ask("/figures", "POST", {"codes": [outside]}, bound).status, 403)
    same("it stops", corsica.stop(), 0)


def test_figures_of_a_list():
    codes = sorted(communes)[3:15]
    told = ask("/figures", reader, codes=",".join(codes)).json
    same_figures("a list", told, show("--codes", ",".join(codes)))
    again = service.ask("/figures", "POST", {"codes": codes[::-1] + codes}, reader)
    same("by POST, in any order", (again.status, again.json), (200, told))
    same("people", told["ensemble"]["population"], sum(communes[c]["population"] or 0 for c in codes))


def test_a_list_needs_an_account():
    refused("/figures", "compte", status=401, codes="96002")
    same("POST", service.ask("/figures", "POST", {"codes": ["96002"]}).status, 401)


def test_a_list_that_does_not_hold_is_refused():
    refused("/figures", "codes", reader)
    refused("/figures", "codes", reader, codes="")
    refused("/figures", "codes", reader, codes="96002,,96003")
    refused("/figures", "96999", reader, codes="96002,96999")
    for body in ({}, {"codes": "96002"}, {"codes": [96002]}, {"codes": ["96002"], "x": 1}, [], {"codes": ["96999"]},
                 {"codes": ["96002"] * 2001}):
        same(f"{body}", service.ask("/figures", "POST", body, reader).status, 400)
    for body, kind, status in (("{", "application/json", 400), ("codes=96002", "text/plain", 415)):
        same(body, service.ask("/figures", "POST", body, reader, {"Content-Type": kind}).status, status)


# ---- the roads --------------------------------------------------------------------------------------

centres = kit.table(os.path.join(kit.SAMPLE, "centres.csv"))


def test_times_are_those_of_maille_times():
    points = centres[::7][:12]
    file = kit.write(os.path.join(kit.scratch(), "points.csv"),
                     "id,lon,lat\n" + "".join(f"{r['code']},{r['lon']},{r['lat']}\n" for r in points))
    out = os.path.join(kit.scratch(), "times.csv")
    kit.maille("times", "--roads", os.path.join(kit.SAMPLE, "routes.geojson"), "--directed", "--fields",
               "from=depart,to=arrivee,length_m=longueur_m,speed_kmh=vitesse_kmh", "--from", file, "--to", file,
               "--access-kmh", "0", "--out", out)
    want = {(r["from_id"], r["to_id"]): float(r["minutes"]) for r in kit.table(out)}
    text = ";".join(f"{r['lon']},{r['lat']}" for r in points)
    told = ask("/times", reader, from_=text, to=text).json
    wrong = []
    for i, a in enumerate(points):
        for k, b in enumerate(points):
            minutes = told["minutes"][i][k]
            wanted = want.get((a["code"], b["code"]))
            if (minutes is None) != (wanted is None) or minutes is not None and abs(minutes - wanted) > 1e-6:
                if a is not b:
                    wrong.append((a["code"], b["code"], minutes, wanted))
    none("minutes", wrong)
    check("many are reached", len(want) > 60, len(want))
    rows = list(csv.DictReader(io.StringIO(ask("/times", reader, from_=text, to=text, f="csv").text)))
    same("as CSV", [r["minutes"] for r in rows],
         ["" if m is None else repr(m).removesuffix(".0") for row in told["minutes"] for m in row])
    same("licence", told["licence"], "ODbL 1.0")


def test_a_far_point_is_named():
    near = f"{centres[0]['lon']},{centres[0]['lat']}"
    told = ask("/times", from_=f"{near};10,10", to=near).json
    same("named", told["non_rattaches"], [{"cote": "de", "rang": 2, "point": [10, 10]}])
    same("the other goes on", told["minutes"], [[0], [None]])
    features = ask("/isochrone", lon=10, lat=10).json["features"]
    same("no geometry", [f["geometry"] for f in features], [None, None, None])
    check("and why", all("route" in f["properties"]["note"] for f in features), features)


def test_isochrones():
    at = {"lon": centres[20]["lon"], "lat": centres[20]["lat"]}
    told = ask("/isochrone", minutes="30,10,10", sens="vers", **at).json
    same("bands", [f["properties"]["minutes"] for f in told["features"]], [10, 30])
    same("direction", {f["properties"]["sens"] for f in told["features"]}, {"vers"})
    same("licence", told["licence"], "ODbL 1.0")
    same("usual bands", [f["properties"]["minutes"] for f in ask("/isochrone", **at).json["features"]], [10, 20, 30])
    file = kit.write(os.path.join(kit.scratch(), "i.geojson"), json.dumps(told))
    valid = serve_kit.npm("geojson.mjs", file) if os.path.exists(os.path.join(serve_kit.NPM, "geojson.mjs")) else None
    if valid:
        same("valid GeoJSON", (valid.returncode, valid.stderr), (0, ""))


def test_roads_refuse_what_does_not_hold():
    at = {"lon": -4.9, "lat": 46.2}
    refused("/isochrone", "lon", lat=46)
    refused("/isochrone", "lat", lon=-4)
    for word, value in (("lon", 181), ("lat", -91), ("lon", "x"), ("lat", "nan")):
        refused("/isochrone", word, **{**at, word: value})
    for minutes in ("0", "181", "-1", "x", "", "10,", ",".join("123456789abc"), ",".join(map(str, range(1, 12)))):
        refused("/isochrone", "minutes", **at, minutes=minutes)
    refused("/isochrone", "sens", **at, sens="autour")
    refused("/times", "from", to="1,2")
    refused("/times", "to", from_="1,2")
    for text in ("", "1", "1,2,3", "1,2;", "x,y", "181,0", "0,91"):
        refused("/times", "from", from_=text, to="1,2")
    many = ";".join(["-4.9,46.2"] * 11)
    refused("/times", "121", from_=many, to=many)
    ask("/times", reader, from_=many, to=many)
    most = ";".join(["-4.9,46.2"] * 101)
    refused("/times", "10201", reader, from_=most, to=most)


def test_without_roads_there_are_no_times():
    file = kit.copy_study(kit.SAMPLE)
    text = kit.read(file)
    head, tail = text.split("  - {kind: roads,")
    kit.write(file, head + "  - {" + tail.split("  - {", 1)[1])
    other = os.path.join(kit.scratch(), "n.maille")
    kit.maille("run", file, "-w", other, "--to", kit.scratch(), "--audience", "public")
    roadless = serve_kit.Service(other)
    for path in ("/isochrone?lon=0&lat=46", "/times?from=0,46&to=0,46"):
        answer = roadless.get(path)
        same(path, answer.status, 404)
        check("it says why", "routes" in answer.json["detail"], answer.text)
    card = roadless.get("/communes/96002")
    check("minutes are marked", card.json.get("estime"), card.text)
    check("on the page too", "estimés" in roadless.get("/communes/96002?f=html").text)
    same("it stops", roadless.stop(), 0)


if __name__ == "__main__":
    kit.main(globals())
