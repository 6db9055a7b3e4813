"""Reading perimeters, their past, findings and plans over HTTP: each answer is what `maille territory …
--json` tells of the same workspace, by another way. Writes of scenarios, notes, handover; lists."""

import datetime
import json
import os
import re
import urllib.parse

import serve_kit
from serve_kit import kit

check, none, same = kit.check, kit.none, kit.same

EAST = "01"


def sample_of_two_departements():
    """The sample region with codes of départements that there are: 29, and 01 beyond the border."""
    study = kit.copy_study(kit.SAMPLE)
    folder = os.path.dirname(study)
    for name in os.listdir(folder):
        if name.endswith((".csv", "communes.geojson", "pharmacies.geojson")):
            text = kit.read(os.path.join(folder, name))
            for old, new in (("96", "29"), ("99", "01")):
                text = re.sub(rf"(?<![\d.]){old}(\d{{3}})(?![\d.])", rf"{new}\1", text)
            kit.write(os.path.join(folder, name), text)
    workspace = os.path.join(folder, "w.maille")
    for audience in ("interne", "public"):
        kit.maille("run", study, "-w", workspace, "--to", kit.scratch(), "--audience", audience)
    return folder, workspace


folder, workspace = sample_of_two_departements()
reader = serve_kit.token(workspace, "lecteur")
planner = serve_kit.token(workspace, "planificateur")
bound = serve_kit.token(workspace, "planificateur", EAST, name="est")


def tell(*args, expect=0):
    """What the command line tells, as JSON."""
    p = kit.maille("territory", *args, "-w", workspace, "--json", "--quiet", expect=expect)
    return json.loads(p.stdout) if p.returncode == 0 else None


def prepare():
    """Decisions of several people in the reference and in two plans, before the service begins."""
    tell("add", "cpts-cols", *free_communes()[:3], "--why", "réunion du 3 mai")
    tell("scenario", "create", "plan-a", "--title", "Plan A")
    tell("scenario", "create", "plan-b")
    members = [m["code"] for m in tell("codes", "cpts-nord")]
    tell("move", "cpts-nord", "cpts-sud", *members[:2], "--scenario", "plan-a")
    tell("create", "cpts-neuve", *free_communes()[:4], "--name", "CPTS neuve", "--scenario", "plan-b")
    tell("rename", "cpts-sud", "CPTS du Midi", "--why", "nom")
    tell("undo", "--why", "non")
    tell("contact", "cpts-sud", "sud@exemple.fr")


def free_communes():
    held = {m["code"] for p in tell("list", "--kind", "cpts") for m in tell("codes", p["id"])}
    return [c for c in sorted(communes) if c not in held]


communes = {f["properties"]["code"]: f["properties"] for f in json.loads(
    kit.read(os.path.join(folder, "communes.geojson")))["features"]}
prepare()
service = serve_kit.Service(workspace, "settle_s: 3600", "settle_most_s: 3600")


def ask(path, token=reader, status=200, method="GET", body=None, **parameters):
    headers = parameters.pop("headers", {})
    query = urllib.parse.urlencode({k.rstrip("_"): v for k, v in parameters.items() if v is not None})
    answer = service.ask(path + ("?" + query if query else ""), method=method, body=body, token=token,
                         headers=headers)
    same(f"status of {method} {path}?{query}", answer.status, status)
    if answer.status != status:
        print("   ", answer.text[:300])
    return answer


def get(path, **more):
    return ask(path, **more).json


def without(rows, *keys):
    return [{k: v for k, v in row.items() if k not in keys} for row in rows]


PLANS = ["", "plan-a", "plan-b"]
TODAY = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
LONG_AGO = "2019-01-01"


def of(scenario):
    return ["--scenario", scenario] if scenario else []


# ---- what stands ------------------------------------------------------------------------------------

def test_lists_are_those_of_the_command_line():
    for plan in PLANS:
        got = get("/perimeters", scenario=plan)
        same(f"list of {plan or 'the reference'}", without(got, "etat"), tell("list", *of(plan)))
        check("all have a state", all(r["etat"] for r in got), got)
    for more, options in (({"kind": "pta"}, ["--kind", "pta"]), ({"statut": "Idée"}, ["--status", "idee"]),
                          ({"departement": EAST}, ["--department", EAST]),
                          ({"a": TODAY}, ["--at", TODAY]), ({"a": LONG_AGO}, ["--at", LONG_AGO])):
        same(f"list with {more}", without(get("/perimeters", **more), "etat"), tell("list", *options))
    check("some are in the sample", len(get("/perimeters")) > 8)
    ask("/perimeters", status=400, statut="rêve")
    ask("/perimeters", status=400, a="hier")
    ask("/perimeters", status=404, scenario="nulle-part")
    ask("/perimeters", status=401, token=None)


def test_one_perimeter_its_state_and_its_codes():
    states = {r["id"]: r["etat"] for r in get("/perimeters")}
    for plan in PLANS:
        for i in [r["id"] for r in tell("list", *of(plan))]:
            a = ask(f"/perimeters/{i}", scenario=plan)
            codes = tell("codes", i, *of(plan))
            same(f"communes of {i}", sorted(m["code"] for m in a.json["membres"]), sorted(m["code"] for m in codes))
            same(f"codes of {i} as JSON", get(f"/perimeters/{i}/codes", scenario=plan), codes)
            same("the ETag is the state", a["ETag"], f'"{a.json["etat"]}"')
            history = tell("history", i, *of(plan))
            if history:
                same("its version is the last", a.json["version"], history[0]["version"])
                same("its state is what was left", a.json["etat"], f"v{history[0]['version']}-{history[0]['apres'][:16]}")
            if not plan:
                same("the list tells the same state", states[i], a.json["etat"])
    for form, option in (("csv", "csv"), ("txt", "insee")):
        same(f"codes as {form}", ask("/perimeters/cpts-nord/codes", f=form).text,
             kit.maille("territory", "codes", "cpts-nord", "--format", option, "-w", workspace).stdout)
    first = ask("/perimeters/cpts-cols", a="v1").json
    same("the first version", sorted(m["code"] for m in first["membres"]),
         sorted(m["code"] for m in tell("codes", "cpts-cols", "--version", "1")))
    same("it says so", first["version"], 1)
    ask("/perimeters/cpts-cols", status=404, a="v99")
    ask("/perimeters/cpts-aucune", status=404)
    ask("/perimeters/cpts-neuve", status=404)
    same("in a plan", ask("/perimeters/cpts-neuve", scenario="plan-b").json["nom"], "CPTS neuve")


def test_figures_in_plans_and_versions():
    def own(document):
        return {k: document[k] for k in ("id", "nom", "ensemble", "parties", "perimetre_km", "departement", "croisements")}
    for plan, i in (("", "cpts-nord"), ("plan-a", "cpts-nord"), ("plan-b", "cpts-neuve")):
        shown = tell("show", i, *of(plan))
        same(f"figures of {i} in {plan or 'the reference'}", own(get(f"/perimeters/{i}/figures", scenario=plan)), own(shown))
    check("a plan has other figures", own(get("/perimeters/cpts-nord/figures")) !=
          own(get("/perimeters/cpts-nord/figures", scenario="plan-a")))
    same("of a version", own(get("/perimeters/cpts-cols/figures", a="v1")), own(tell("show", "cpts-cols", "--version", "1")))


def test_findings_contested_coverage_proposals():
    for plan in PLANS:
        same(f"findings of {plan}", without(get("/findings", scenario=plan), "id"), without(tell("findings", *of(plan)), "id"))
        same(f"contested in {plan}", get("/contested", scenario=plan), tell("contested", *of(plan)))
        same(f"coverage of {plan}", get("/coverage", scenario=plan), tell("coverage", *of(plan)))
    same("findings of one", without(get("/findings", perimetre="cpts-nord"), "id"), without(tell("findings", "cpts-nord"), "id"))
    same("coverage of a day", get("/coverage", a="2022-01-01"), tell("coverage", "--at", "2022-01-01"))
    check("there are findings", len(get("/findings")) > 5 and len(get("/contested")) > 0)
    for method, options in (("enclosed", []), ("nearest", []), ("nearest", ["--limit-min", "12"])):
        minutes = options[1] if options else None
        same(f"proposals {method} {minutes}", get("/proposals", methode=method, minutes=minutes),
             tell("propose", method, *options))
    check("there are proposals", len(get("/proposals", methode="nearest")) > 0)
    ask("/proposals", status=400, methode="au-hasard")
    ask("/findings", status=404, perimetre="cpts-aucune")


# ---- the past ---------------------------------------------------------------------------------------

def test_history_whole_and_in_pages():
    for plan in PLANS:
        same(f"history of {plan}", get("/history", scenario=plan, limit=1000), tell("history", *of(plan)))
    same("of one", get("/perimeters/cpts-sud/history"), tell("history", "cpts-sud"))
    whole, pages, url, count = tell("history"), [], "/history?limit=2", 0
    while url:
        a = service.get(url, token=reader)
        pages += a.json
        url = a["Link"].split(">")[0][1:] if a["Link"] else None
        count += 1
    same("pages make the whole", pages, whole)
    check("there were pages", count > 2, count)
    ask("/perimeters/cpts-aucune/history", status=404)
    ask("/history", status=400, limit=0)


def test_differences():
    same("against the version before", get("/perimeters/cpts-cols/diff"), tell("diff", "cpts-cols"))
    same("two versions", get("/perimeters/cpts-sud/diff", de="v2", a="v1"), tell("diff", "cpts-sud", "--from", "v2", "--to", "v1"))
    same("a day", get("/perimeters/cpts-sud/diff", de=LONG_AGO), tell("diff", "cpts-sud", "--from", LONG_AGO))
    same("two plans", get("/diff", scenarios="reference,plan-a"), tell("diff", "--scenario", "reference", "plan-a"))
    same("one perimeter of two plans", get("/perimeters/cpts-sud/diff", scenarios="plan-b,plan-a"),
         tell("diff", "cpts-sud", "--scenario", "plan-b", "plan-a"))
    check("plans differ", len(get("/diff", scenarios="reference,plan-a")) == 2)
    days = get("/diff", de=LONG_AGO)
    same("all since a day before all", sorted(d["id"] for d in days), sorted(r["id"] for r in tell("list")))
    ask("/diff", status=400)
    ask("/diff", status=400, scenarios="plan-a")
    ask("/perimeters/cpts-sud/diff", status=404, de="v77")


def test_scenarios_side_by_side():
    same("scenarios", get("/scenarios"), tell("scenario", "list"))
    same("compared", get("/scenarios/compare", scenarios="reference,plan-a,plan-b"),
         tell("scenario", "compare", "reference", "plan-a", "plan-b"))
    ask("/scenarios/compare", status=400)
    ask("/scenarios/compare", status=404, scenarios="reference,nulle-part")


# ---- who may know -----------------------------------------------------------------------------------

def test_as_the_public_sees_it():
    published = {r["id"] for r in tell("list", "--audience", "public")}
    got = get("/perimeters", audience="public")
    same("what is published", {r["id"] for r in got}, published)
    same("as the public is told", without(got, "etat"), tell("list", "--audience", "public"))
    drafts = {r["id"] for r in tell("list")} - published
    check("there are drafts", drafts)
    none("a draft that the public sees", [d for d in drafts if ask(f"/perimeters/{d}", audience="public", status=404).status != 404])
    text = ask("/findings", audience="public").text + ask("/contested", audience="public").text
    none("drafts in what is found", [d for d in drafts if d in text])
    same("findings", without(get("/findings", audience="public"), "id"), without(tell("findings", "--audience", "public"), "id"))
    same("coverage", get("/coverage", audience="public"), tell("coverage", "--audience", "public"))
    one = ask(f"/perimeters/{sorted(published)[0]}", audience="public").json
    same("no state to change", one["etat"], None)
    same("plans", get("/scenarios", audience="public"), [])
    ask("/perimeters", audience="public", scenario="plan-a", status=404)
    ask("/perimeters", audience="public", a=TODAY, status=400)
    for path in ("/history", "/diff?de=2019-01-01", "/perimeters/cpts-nord/history", "/scenarios/compare?scenarios=plan-a"):
        ask(path + ("&" if "?" in path else "?") + "audience=public", status=403)


def test_bound_to_departements():
    inside = {r["id"] for r in tell("list", "--department", EAST)}
    everything = {r["id"] for r in tell("list")}
    same("perimeters that touch it", {r["id"] for r in get("/perimeters", token=bound)}, inside)
    outside = everything - inside
    check("there are others", outside and inside, (inside, outside))
    for i in outside:
        for path in ("", "/codes", "/figures", "/history", "/diff"):
            ask(f"/perimeters/{i}{path}", token=bound, status=404)
    for path in ("/findings", "/contested", "/history?limit=1000", "/diff?de=2019-01-01", "/proposals?methode=nearest",
                 "/scenarios/compare?scenarios=reference,plan-b"):
        a = service.get(path, token=bound)
        same(f"status of {path}", a.status, 200)
        names = [r.get("perimetre") or r.get("vers") or r.get("a") or r.get("plus_petit_id") for r in a.json]
        none(f"others in {path}", [n for n in names if n in outside])
    same("coverage is that of its own", {(r["etendue"], r["id"]) for r in get("/coverage", token=bound)["lignes"]},
         {("departement", EAST)})
    same("its own rows are the same", get("/coverage", token=bound)["lignes"],
         [r for r in tell("coverage")["lignes"] if r["etendue"] == "departement" and r["id"] == EAST])


# ---- lists ------------------------------------------------------------------------------------------

def test_a_list_is_understood_row_by_row():
    some = sorted(communes)[:3]
    text = f"code;nom\n{some[0]};{communes[some[0]]['nom']}\n;{communes[some[1]]['nom'].upper()}\nXX999;Nulle Part\n{some[0]};\n"
    path = kit.write(os.path.join(kit.scratch(), "liste.csv"), text)
    a = ask("/lists", method="POST", body=text.encode(), headers={"Content-Type": "text/csv"}).json
    p = kit.maille("territory", "show", "--list", path, "-w", workspace, "--json", expect=3)
    same("rows as the command line tells them", a["lignes"], json.loads(p.stdout)["lignes"])
    same("codes", a["codes"], some[:2])
    same("not understood", a["non_comprises"], 2)
    same("one word a line", ask("/lists", method="POST", body="\n".join(some).encode(),
                                headers={"Content-Type": "text/plain; charset=utf-8"}).json["codes"], some)
    ask("/lists", method="POST", body="{}", headers={"Content-Type": "application/json"}, status=415)
    ask("/lists", method="POST", body=b"x", headers={"Content-Type": "text/csv"}, token=None, status=401)
    ask("/lists", method="POST", body=b"a" * 1_100_000, headers={"Content-Type": "text/csv"}, status=413)


def test_a_file_of_perimeters_becomes_gestures():
    free = free_communes()
    check("communes that nobody holds", len(free) > 3, free)
    text = ("Id,Nom,Statut,Depuis,Code,Part,sous_zone\n"
            f"cpts-liste,CPTS de la liste,Lettre d’intention,2024-02-01,{free[0]},,\n"
            f"cpts-liste,CPTS de la liste,Lettre d’intention,2024-02-01,{free[1]},0.5,Nord\n"
            f"cpts-liste,CPTS de la liste,Rêve,2024-02-01,{free[2]},,\n"
            f"cpts-liste,CPTS de la liste,Lettre d’intention,2024-02-01,ZZ999,,\n"
            f",sans,Idée,,{free[2]},,\n"
            f"cpts-nord,CPTS du Nord,Projet,,{free[3]},,\n"
            f"cpts-nord,CPTS du Nord,Projet,,{tell('codes', 'cpts-nord')[0]['code']},,\n")
    headers = {"Content-Type": "text/csv"}
    a = ask("/lists", method="POST", body=text.encode(), headers=headers, perimetres="true").json
    same("how rows were understood", [(r["perimetre"], r["comment"], r["code"]) for r in a["lignes"]],
         [("cpts-liste", "code", free[0]), ("cpts-liste", "code", free[1]), ("cpts-liste", "statut-inconnu", None),
          ("cpts-liste", "inconnu", None), (None, "sans-identifiant", None), ("cpts-nord", "code", free[3]),
          ("cpts-nord", "code", tell("codes", "cpts-nord")[0]["code"])])
    same("gestures", a["gestes"],
         [{"geste": "create", "perimetre": "cpts-liste", "nom": "CPTS de la liste", "genre": "cpts",
           "statut": next(r["statut"] for r in tell("list") if r["id"] == "cpts-hautes-vallees"), "depuis": "2024-02-01"},
          {"geste": "add", "perimetre": "cpts-liste", "codes": [free[0]]},
          {"geste": "add", "perimetre": "cpts-liste", "codes": [free[1]], "part": 0.5, "zone": "Nord"},
          {"geste": "add", "perimetre": "cpts-nord", "codes": [free[3]]}])
    same("their effect", sorted(p["id"] for p in a["effet"]["perimetres"]), ["cpts-liste", "cpts-nord"])
    new = next(p for p in a["effet"]["perimetres"] if p["id"] == "cpts-liste")
    same("shares weigh", new["apres"]["population"], communes[free[0]]["population"] + communes[free[1]]["population"] / 2)
    ask("/perimeters/cpts-liste", status=404)  # a preview
    tried = ask("/what-if", method="POST", body={"gestes": a["gestes"]}).json
    same("what-if says the same", tried["perimetres"], a["effet"]["perimetres"])
    wrong = ask("/lists", method="POST", body=b"a,b\n1,2\n", headers=headers, perimetres="true", status=422)
    check("headings are named, no path", "a, b" in wrong.json["detail"] and "/tmp" not in wrong.text, wrong.text)
    none("folders left behind", [f for f in os.listdir(os.environ.get("TMPDIR") or "/tmp")
                                 if f.startswith("maille-") and not f.startswith("maille-test-") and
                                 os.path.exists(os.path.join("/tmp", f, "liste.csv"))])


# ---- writing ----------------------------------------------------------------------------------------

def test_scenarios_are_made_merged_and_deleted():
    def post(path, body, **more):
        return ask(path, method="POST", body=body, **{"token": planner, **more})
    wish = {"id": "essai", "titre": "Un essai", "base": "plan-a"}
    post("/scenarios", wish, token=reader, status=403)
    key = {"Idempotency-Key": "scenario-1"}
    post("/scenarios", wish, status=201, headers={**key, "Content-Type": "application/json"})
    again = post("/scenarios", wish, status=201, headers={**key, "Content-Type": "application/json"})
    same("answered once", again["Idempotency-Replayed"], "true")
    post("/scenarios", wish, status=409)
    post("/scenarios", {"id": "Essai !"}, status=400)
    post("/scenarios", {"id": "autre", "base": "nulle-part"}, status=422)
    post("/scenarios", {"id": "autre", "titel": "x"}, status=400)
    check("it is there", any(s["id"] == "essai" and s["base"] == "plan-a" and s["titre"] == "Un essai" for s in tell("scenario", "list")))
    ask("/scenarios/plan-a", method="DELETE", token=planner, status=409)
    ask("/scenarios/essai", method="DELETE", token=planner)
    ask("/scenarios/essai", method="DELETE", token=planner, status=404)
    ask("/scenarios/reference", method="DELETE", token=planner, status=409)

    # What a plan changed comes into the reference; what both changed is a conflict that is told.
    tell("rename", "cpts-sud", "CPTS du Sud A", "--scenario", "plan-a")
    tell("rename", "cpts-sud", "CPTS du Sud R")
    conflict = post("/scenarios/plan-a/merge", {"motif": "essai"}, status=409)
    same("a problem document", conflict["Content-Type"].split(";")[0], "application/problem+json")
    same("the conflict", [(c["id"], [(d["quoi"], d["avant"], d["apres"]) for d in c["differences"]]) for c in conflict.json["conflits"]],
         [("cpts-sud", [("nom", "CPTS du Sud R", "CPTS du Sud A")])])
    before = tell("codes", "cpts-sud")
    post("/scenarios/plan-a/merge", {"prefere": "moi"}, status=400)
    merged = post("/scenarios/plan-a/merge", {"prefere": "theirs", "motif": "décidé"}).json
    after = tell("codes", "cpts-sud")
    check("its communes came", len(after) == len(before) + 2, (len(before), len(after)))
    same("its name too", next(r["nom"] for r in tell("list") if r["id"] == "cpts-sud"), "CPTS du Sud A")
    same("it is in the history", (tell("history")[0]["motif"], tell("history")[0]["genre"]), ("décidé", "fusion"))
    same("states", merged["etats"]["cpts-sud"], get("/perimeters/cpts-sud")["etat"])
    post("/scenarios/plan-a/merge", {}, status=409)
    post("/scenarios/nulle-part/merge", {}, status=404)


def test_notes_on_gaps():
    code = free_communes()[-1]
    ask(f"/gaps/{code}/note", method="PUT", body={"note": "à voir"}, token=reader, status=403)
    same("a note", ask(f"/gaps/{code}/note", method="PUT", body={"note": "à voir avec l’ARS", "date": "2026-01-31"}, token=planner).json,
         {"code": code, "note": "à voir avec l’ARS", "date": "2026-01-31"})
    ask(f"/gaps/{code}/note", method="PUT", body={"note": "  "}, token=planner, status=400)
    ask(f"/gaps/{code}/note", method="PUT", body={"note": "x", "date": "demain"}, token=planner, status=400)
    ask("/gaps/00000/note", method="PUT", body={"note": "x"}, token=planner, status=404)
    other = next(c for c in communes if not c.startswith(EAST))
    ask(f"/gaps/{other}/note", method="PUT", body={"note": "x"}, token=bound, status=403)
    ask(f"/gaps/{code}/note", method="DELETE", token=planner)
    ask(f"/gaps/{code}/note", method="DELETE", token=planner, status=404)


def test_handover_to_another_workspace():
    other = os.path.join(kit.scratch(), "autre.maille")
    kit.maille("backup", "-w", workspace, "--out", other)
    kit.maille("territory", "rename", "cpts-nord", "CPTS du Grand Nord", "-w", other, "--why", "ailleurs")
    sent = os.path.join(kit.scratch(), "nord.json")
    kit.maille("territory", "copy", "cpts-nord", "--to", sent, "-w", other)
    ask("/handover", token=reader, ids="cpts-nord", status=403)
    ask("/handover", token=planner, status=400)
    ask("/handover", token=planner, ids="cpts-aucune", status=404)
    got = ask("/handover", token=planner, ids="cpts-nord")
    here = os.path.join(kit.scratch(), "ici.json")
    kit.maille("territory", "copy", "cpts-nord", "--to", here, "-w", workspace)
    same("the file is that of the command line", got.text.strip(), kit.read(here).strip())
    body = kit.read(sent)
    broken = body.replace("Grand Nord", "Petit Nord")
    wrong = ask("/handover", method="POST", token=planner, body=json.loads(broken), status=422)
    check("damage is told without a path", "/tmp" not in wrong.text, wrong.text)
    headers = {"Content-Type": "application/json"}
    a = ask("/handover", method="POST", token=planner, body=body.encode(), headers=headers).json
    same("it is here", get("/perimeters/cpts-nord")["nom"], "CPTS du Grand Nord")
    same("its state is told", a["etats"]["cpts-nord"], get("/perimeters/cpts-nord")["etat"])
    same("twice is nothing new", ask("/handover", method="POST", token=planner, body=body.encode(), headers=headers).json["enregistre"], False)


def test_the_service_tells_what_the_command_line_decides_meanwhile():
    free = free_communes()
    tell("add", "cpts-littoral", free[0])
    same("codes", get("/perimeters/cpts-littoral/codes"), tell("codes", "cpts-littoral"))
    same("list", without(get("/perimeters"), "etat"), tell("list"))
    same("findings", without(get("/findings"), "id"), without(tell("findings"), "id"))
    check("nobody keeps it", ask("/perimeters")["Cache-Control"] == "no-store")
    check("alive", service.alive(), service.said())


if __name__ == "__main__":
    kit.main(globals())
