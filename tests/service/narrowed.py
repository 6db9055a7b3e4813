"""An account that is bound to one of the two départements of the sample region tries every way to see
or change what lies in the other; and desks that were told what was not kept. See test_narrowed.sh."""

import json
import sqlite3
import threading

from serve_kit import Service, kit, sample_workspace, token
from kit import check, same

workspace = sample_workspace("interne")
whole = token(workspace, "planificateur", name="partout")
bound = token(workspace, "planificateur", name="borne")
with sqlite3.connect(workspace) as base:  # `maille token` knows the départements of France alone
    base.execute("UPDATE token SET departments = '[\"99\"]' WHERE name = 'borne'")
base.close()
service = Service(workspace, "settle_s: 0", "settle_most_s: 0")


def post(path, body, who=bound, method="POST", **headers):
    return service.ask(path, method, body, token=who,
                       headers={k.replace("_", "-"): v for k, v in headers.items()})


def cli(*words):
    return json.loads(kit.maille("territory", *words, "-w", workspace, "--json").stdout)


ALL = [f["id"] for f in service.get("/collections/communes/items?limit=200&f=geojson").json["features"]]
OTHERS = [c for c in ALL if c.startswith("96")][:3]
OWN = [c for c in ALL if c.startswith("99")][:3]
post("/changes", {"gestes": [
    {"geste": "create", "perimetre": "cache", "nom": "Secret des autres", "codes": OTHERS},
    {"geste": "create", "perimetre": "mien", "nom": "Le mien", "codes": OWN},
    {"geste": "create", "perimetre": "mixte", "nom": "Des deux", "codes": [OWN[0], OTHERS[0]]}]}, whole)
EVER = "v1-0000000000000000"
RENAME = [{"geste": "rename", "perimetre": "cache", "nom": "Pris"}]
everything = {p["id"]: p["nom"] for p in cli("list", "--kind", "cpts")}


def unchanged(what):
    same(what, {p["id"]: p["nom"] for p in cli("list", "--kind", "cpts")}, everything)


def hidden(what, answer, *statuses):
    check(f"{what}: refused", answer.status in (statuses or (403, 404, 409, 422)), answer.status)
    check(f"{what}: nothing told", "Secret" not in answer.text and OTHERS[0] not in answer.text,
          answer.text[:300])


def test_the_two_departements_are_there():
    same("communes", (len(OWN), len(OTHERS)), (3, 3))
    same("mine", service.get("/perimeters/mien", bound).status, 200)
    same("theirs", service.get("/perimeters/cache", bound).status, 404)
    same("of all", service.get("/perimeters/cache", whole).status, 200)


def check_what_a_map_begins_with(what):
    seen = {p["id"]: p["genre"] for p in service.get("/perimeters", bound).json}
    counts = {}
    for kind in seen.values():
        counts[kind] = counts.get(kind, 0) + 1
    same(f"{what}: kinds", {g["id"]: g["perimetres"] for g in service.get("/study", bound).json["genres"]}, counts)
    members = service.get("/members", bound).json
    same(f"{what}: perimeters", {p["id"] for p in members["perimetres"]}, {i for i, kind in seen.items() if kind == "cpts"})
    same(f"{what}: nobody's else", members["communes"].get(OTHERS[1]), None)
    extents = {c["id"]: c.get("extent", {}).get("spatial", {}).get("bbox", [None])[0]
               for c in service.get("/collections", bound).json["collections"]}
    same(f"{what}: not where the others' lie", extents["perimetres"], extents["communes"])
    for layer in service.get("/layers", bound).json["couches"]:
        same(f"{what}: extent of {layer['id']}", extents[layer["id"]], layer["etendue"])
        page = service.get(f"/collections/{layer['id']}/items?limit=1&f=geojson", bound).json
        columns = service.get(f"/collections/{layer['id']}/columns", bound).json
        same(f"{what}: {layer['id']} counts what is seen", (layer["objets"], columns["nombre"]), (page["numberMatched"],) * 2)
    for path in ("/study", "/layers", "/members", "/collections/perimetres/columns"):
        check(f"{what}: {path} says nothing of others", "Secret" not in service.get(path, bound).text)


def test_what_a_map_begins_with_is_narrowed():
    check_what_a_map_begins_with("at first")
    versions = [{layer["id"]: layer["version"] for layer in service.get("/layers", bound).json["couches"]}]
    hidden("groups", service.get("/perimeters/cache/groupings", bound), 404)
    same("of its own", service.get("/perimeters/mien/groupings", bound).status, 200)
    state = service.get("/perimeters/cache", whole).json["etat"]
    near = [c for c in ALL if c.startswith("99")][4]
    same("another's perimeter comes near", post("/changes", {"vu": {"cache": state}, "gestes": [
        {"geste": "add", "perimetre": "cache", "codes": [near]}]}, whole).status, 200)
    same("it is seen", service.get("/perimeters/cache", bound).status, 200)
    check("members tell it", near in service.get("/members", bound).json["communes"])
    versions.append({layer["id"]: layer["version"] for layer in service.get("/layers", bound).json["couches"]})
    check("tiles of perimeters have another address", versions[0]["perimetres"] != versions[1]["perimetres"], versions)
    state = service.get("/perimeters/cache", whole).json["etat"]
    same("and goes", post("/changes", {"vu": {"cache": state}, "gestes": [
        {"geste": "remove", "perimetre": "cache", "codes": [near]}]}, whole).status, 200)
    check_what_a_map_begins_with("again")


def test_a_kind_of_which_nothing_is_seen_is_not_told():
    same("made by another", post("/changes", {"vu": {}, "gestes": [
        {"geste": "create", "perimetre": "x-cache", "nom": "Cache", "genre": "genrecache", "codes": [OTHERS[1]]}]},
        whole).status, 200)
    for path in ("/findings", "/study", "/perimeters", "/contested", "/coverage", "/proposals"):
        check(f"{path} does not tell it", "genrecache" not in service.get(path, bound).text)
    check("who sees all is told", "genrecache" in service.get("/findings", whole).text)


def test_what_is_not_seen_cannot_be_changed_with_anybodys_eyes():
    for audience in ("", "?audience=public", "?audience=interne"):
        for state in (EVER, service.get("/perimeters/cache", whole).json["etat"]):
            hidden(f"a stroke {audience}", post("/changes" + audience, {"gestes": RENAME,
                                                                       "vu": {"cache": state}}))
            hidden(f"restore {audience}", post("/restore" + audience, {
                "perimetre": "cache", "a": "v1", "vu": {"cache": state}}))
            for verb in ("PATCH", "DELETE"):
                hidden(f"{verb} {audience}", post(
                    "/perimeters/cache" + audience, {"gestes": [{"geste": "rename", "nom": "X"}]}
                    if verb == "PATCH" else None, method=verb, If_Match=f'"{state}"'))
        hidden(f"undo {audience}", post("/undo" + audience, {"perimetre": "cache", "tous": True}))
        hidden(f"undo seen {audience}", post("/undo" + audience, {
            "perimetre": "cache", "tous": True, "vu": {"cache": EVER}}))
        hidden(f"what-if {audience}", post("/what-if" + audience, {"gestes": RENAME}))
        hidden(f"what-if of a deletion {audience}", post("/what-if" + audience, {"gestes": [
            {"geste": "delete", "perimetre": "cache"}]}))
        queue = post("/changes/queue" + audience, {"changements": [
            {"id": f"q{audience}", "gestes": RENAME, "vu": {"cache": EVER}}]})
        same("nothing of a queue", queue.json["faits"], 0)
        check("a queue tells nothing", "Secret" not in queue.text, queue.text[:300])
        check(f"a handover {audience}", post("/handover" + audience, {"x": 1}).status in (400, 403))
    unchanged("nothing has changed")


def test_a_perimeter_of_both_is_changed_where_it_is_ones_own():
    state = service.get("/perimeters/mixte", bound).json["etat"]
    for gesture in ({"geste": "delete", "perimetre": "mixte"},
                    {"geste": "rename", "perimetre": "mixte", "nom": "X"},
                    {"geste": "remove", "perimetre": "mixte", "codes": [OTHERS[0]]},
                    {"geste": "add", "perimetre": "mixte", "codes": [OTHERS[1]]},
                    {"geste": "merge", "perimetre": "mixte", "vers": "mien"}):
        seen = {"mixte": state, "mien": service.get("/perimeters/mien", bound).json["etat"]}
        answer = post("/changes?audience=public", {"gestes": [gesture], "vu": seen})
        check(f"{gesture['geste']}", answer.status in (403, 422), answer.text[:200])
    unchanged("nothing has changed")
    answer = post("/changes", {"gestes": [{"geste": "add", "perimetre": "mixte", "codes": [OWN[1]]}],
                               "vu": {"mixte": state}})
    same("its own commune", answer.status, 200)


def test_scenarios_of_others_stay():
    post("/scenarios", {"id": "autre"}, whole)
    same("of another", post("/scenarios/autre", None, method="DELETE").status, 403)
    post("/scenarios", {"id": "propre"})
    same("its own", post("/scenarios/propre", None, method="DELETE").status, 200)


def test_a_scenario_made_again_begins_anew():
    def names():
        return {p["id"]: p["nom"] for p in
                service.get("/perimeters?scenario=autre&kind=cpts", whole).json}
    state = service.get("/perimeters/mien?scenario=autre", whole).json["etat"]
    post("/changes", {"scenario": "autre", "vu": {"mien": state}, "gestes": [
        {"geste": "rename", "perimetre": "mien", "nom": "Dans le plan"}]}, whole)
    same("there", names()["mien"], "Dans le plan")
    same("deleted", post("/scenarios/autre", None, whole, method="DELETE").status, 200)
    same("gone", service.get("/perimeters?scenario=autre&kind=cpts", whole).status, 404)
    post("/scenarios", {"id": "autre"}, whole)
    same("anew", names()["mien"], "Le mien")
    same("the reference by its name", post("/what-if", {"scenario": "reference", "gestes": [
        {"geste": "rename", "perimetre": "mien", "nom": "Y"}]}, whole).status, 200)


def test_what_was_not_kept_is_told_to_nobody():
    """Refused undos of the bound account are taken back; whoever reads meanwhile never sees them."""
    state = service.get("/perimeters/cache", whole).json["etat"]
    state = post("/changes", {"gestes": [{"geste": "remove", "perimetre": "cache",
                                          "codes": [OTHERS[2]]}], "vu": {"cache": state}},
                 whole).json["etats"]["cache"]
    seen, stop = set(), threading.Event()

    def read():
        while not stop.is_set():
            rows = service.get("/perimeters?kind=cpts", whole).json
            seen.add(next(p["etat"] for p in rows if p["id"] == "cache"))
    readers = [threading.Thread(target=read) for _ in range(3)]
    for r in readers:
        r.start()
    refused = [post("/undo", {"tous": True}).status for _ in range(40)]
    stop.set()
    for r in readers:
        r.join()
    same("all refused", set(refused) - {403, 404, 409}, set())
    same("one state was told", seen, {state})


kit.main(globals())
