"""Jobs of the service on the sample region: layers computed again while others write, by itself when
decisions have settled, exports that are what `maille export` writes, backups, results that are their
owner's, giving up, a bounded queue; and what a former run left."""

import csv
import glob
import io
import json
import os
import sqlite3
import stat
import threading
import time

import serve_kit
from serve_kit import Service, kit, token
from kit import check, same

workspace = serve_kit.sample_workspace()
planner = token(workspace, "planificateur")
other = token(workspace, "planificateur", name="autre")
admin = token(workspace, "admin")
reader = token(workspace, "lecteur")
narrow = token(workspace, "planificateur", "01", name="ailleurs")
folder = workspace + ".cache/jobs"
os.makedirs(folder + "/d-une-vie-passee")
kit.write(folder + "/d-une-vie-passee/cpts.geojson", "{}")
service = Service(workspace, "jobs: 3", "settle_s: 0.3", "settle_most_s: 3")


def ask(path, who=planner, method="GET", body=None, **headers):
    return service.ask(path, method, body, who, {k.replace("_", "-"): v for k, v in headers.items()})


def wait_for(what, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if (found := what()):
            return found
        time.sleep(0.05)
    return None


def job(who=planner, **wish):
    answer = ask("/jobs", who, "POST", wish)
    same(f"{wish} is taken", answer.status, 202)
    check("its address is told", answer["Location"].endswith("/jobs/" + answer.json["id"]), answer["Location"])
    return answer.json["id"]


def ended(i, who=planner):
    def look():
        found = ask(f"/jobs/{i}", who).json
        return found if found["etat"] not in ("attente", "en-cours") else None
    return wait_for(look) or ask(f"/jobs/{i}", who).json


def rows(sql):
    with sqlite3.connect(f"file:{workspace}?mode=ro", uri=True) as db:
        return db.execute(sql).fetchall()


def computed():
    return [json.loads(d) for (d,) in rows("SELECT detail FROM journal WHERE action = 'calcul' ORDER BY id")]


def rename(perimeter, name):
    kit.maille("territory", "rename", perimeter, name, "-w", workspace)


def stale():
    return [c["id"] for c in ask("/collections", admin).json["collections"] if c.get("perime")]


drafts = [i for i, in rows("SELECT id FROM perimeter WHERE status = 'idee' AND kind = 'cpts' ORDER BY id")]
seen = [i for i, in rows("SELECT id FROM perimeter_figure WHERE audience = 'public' AND kind = 'cpts' ORDER BY id")]
check("there is enough to work on", drafts and len(seen) >= 3, (drafts, seen))


def test_what_a_former_run_left_is_gone():
    same("left-overs", os.listdir(folder), [])


def test_who_may():
    for who, status in ((None, 401), (reader, 403)):
        same("asking", ask("/jobs", who, "POST", {"travail": "recalcul"}).status, status)
        same("looking", ask("/jobs", who).status, status)
    same("a backup", ask("/jobs", planner, "POST", {"travail": "sauvegarde"}).status, 403)
    for wish in ({}, {"travail": "rien"}, {"travail": "export"}, {"travail": "export", "couches": []},
                 {"travail": "export", "couches": ["cpts"], "format": "doc"}, {"travail": "recalcul", "x": 1},
                 {"travail": "export", "couches": [3]}):
        same(f"{wish}", ask("/jobs", planner, "POST", wish).status, 400)
    same("no such layer", ask("/jobs", planner, "POST", {"travail": "export", "couches": ["rien"]}).status, 404)
    same("no JSON", ask("/jobs", planner, "POST", "{").status, 415)


def test_nothing_to_do_is_done_at_once():
    before = len(computed())
    done = ended(job(travail="recalcul"))
    same("state", (done["etat"], done["part"], done["message"]), ("fini", 1, "tout était à jour"))
    same("nothing was told", len(computed()), before)


def test_layers_are_computed_by_themselves():
    before = len(computed())
    rename(drafts[0], "Un brouillon d’un autre nom")
    told = wait_for(lambda: computed()[before:])
    check("a computation is told", told)
    time.sleep(2.5)  # it does not go on for ever
    told = computed()[before:]
    same("a draft is told to the inside alone", [t["audiences"] for t in told], [["interne"]])
    check("layers are named", "cpts" in told[0]["couches"] and "communes" not in told[0]["couches"], told)
    same("who computed", rows("SELECT DISTINCT who FROM journal WHERE action='calcul' AND account IS NULL AND id ="
                              " (SELECT max(id) FROM journal WHERE action='calcul')"), [("maille serve",)])

    before = len(computed())
    rename(seen[0], "Une CPTS d’un autre nom")
    check("the public hears of what it sees",
          wait_for(lambda: any("public" in t["audiences"] for t in computed()[before:])), computed()[before:])
    check("the layer shows it", wait_for(lambda: "Une CPTS d’un autre nom" in ask("/collections/cpts/items", None).text))


def test_strokes_and_answers_go_on_while_it_computes():
    stop, answers, strokes = threading.Event(), [], []

    def look_around():
        while not stop.is_set():
            answers.append(service.get("/collections/cpts/items?limit=5", planner).status)

    def strike():
        n = 0
        while not stop.is_set():
            n += 1
            answer = ask("/changes", planner, "POST",
                         {"id": f"trait-{n}", "tolerant": True, "vu": {seen[1]: etat()},
                          "gestes": [{"geste": "rename", "perimetre": seen[1], "nom": f"Nom {n}"}]})
            strokes.append(answer.status)

    def etat():
        return ask(f"/perimeters/{seen[1]}", planner)["ETag"].strip('"')

    threads = [threading.Thread(target=look_around), threading.Thread(target=strike)]
    kit.maille("territory", "rename", seen[2], "Encore un nom", "-w", workspace)
    for t in threads:
        t.start()
    done = ended(job(travail="recalcul"))
    during = len(answers), len(strokes)
    stop.set()
    for t in threads:
        t.join()
    check("it ended, or gave way to who decides all the time", done["etat"] in ("fini", "echec"), done)
    same("no answer failed", set(answers), {200})
    same("no stroke failed", set(strokes), {200})
    check("they were answered meanwhile", min(during) >= 1, during)
    names = rows(f"SELECT count(*) FROM change WHERE kind = 'rename' OR kind LIKE '%' AND id IN"
                 f" (SELECT change_id FROM perimeter_version WHERE perimeter_id = '{seen[1]}')")
    check("none is lost", names[0][0] >= len(strokes), (names, len(strokes)))
    check("and the layers follow", wait_for(lambda: f"Nom {len(strokes)}" in ask("/collections/cpts/items", None).text))


def test_exports_are_those_of_the_command_line():
    wait_for(lambda: not stale())
    to = kit.scratch()
    for form in ("geojson", "csv", "gpkg", "mbtiles"):
        done = ended(job(travail="export", couches=["cpts", "communes", "cpts"], format=form))
        same(f"{form} is done", (done["etat"], sorted(f["nom"] for f in done["resultats"])),
             ("fini", [f"communes.{form}", f"cpts.{form}"]))
        kit.maille("export", "cpts", "communes", "-w", workspace, "--to", to, "--format", form)
        same("several have no single result", ask(f"/jobs/{done['id']}/result").status, 409)
        for file in done["resultats"]:
            got = ask(file["lien"])
            same(f"{file['nom']} is sent", (got.status, len(got.body)), (200, file["octets"]))
            check("as a file", "attachment" in (got["Content-Disposition"] or "") and
                  "-interne-" in got["Content-Disposition"], got["Content-Disposition"])
            if form in ("geojson", "csv"):
                same(f"{file['nom']} is that of maille export", got.body,
                     open(os.path.join(to, file["nom"]), "rb").read())
            else:
                same("it is SQLite", got.body[:15], b"SQLite format 3")
        same("one that is none", ask(f"/jobs/{done['id']}/result/..%2f..%2fw.maille").status in (400, 404), True)
        for path in glob.glob(f"{folder}/{done['id']}/*"):
            same("it is its owner's", stat.S_IMODE(os.stat(path).st_mode), 0o600)


def test_an_export_is_of_who_asked():
    only = ended(job(narrow, travail="export", couches=["cpts", "communes"], format="geojson"), narrow)
    files = {f["nom"]: ask(f["lien"], narrow).json for f in only["resultats"]}
    for layer, document in files.items():
        name = layer.split(".")[0]
        items = ask(f"/collections/{name}/items?limit=10000", narrow).json
        same(f"{layer} holds what the account sees", sorted(str(f["id"]) for f in document["features"]),
             sorted(str(f["id"]) for f in items["features"]))
    same("nothing of elsewhere", files["cpts.geojson"]["features"], [])
    table = ended(job(narrow, travail="export", couches=["communes"], format="csv"), narrow)
    got = ask(table["resultats"][0]["lien"], narrow).body.decode("utf-8-sig")
    same("a table too", len(list(csv.DictReader(io.StringIO(got), delimiter=";"))) ==
         len(files["communes.geojson"]["features"]) or len(list(csv.reader(io.StringIO(got)))) - 1 ==
         len(files["communes.geojson"]["features"]), True)
    public = ask("/jobs?audience=public", planner, "POST", {"travail": "export", "couches": ["cpts"]})
    done = ended(public.json["id"])
    shown = {f["id"] for f in ask(done["resultats"][0]["lien"]).json["features"]}
    check("an export of what the public sees has no draft", shown and not shown & set(drafts), shown)
    same("audience", done["audience"], "public")
    for who, status in ((other, 404), (admin, 200), (reader, 403), (None, 401)):
        same("somebody else's job", ask(f"/jobs/{done['id']}", who).status, status)
        same("its result", ask(f"/jobs/{done['id']}/result", who).status, status)
        if status != 200:
            same("and giving it up", ask(f"/jobs/{done['id']}", who, "DELETE").status, status)
    check("in nobody else's list", done["id"] not in ask("/jobs", other).text)
    same("forgotten", ask(f"/jobs/{done['id']}", planner, "DELETE").status, 204)
    same("with its files", (ask(f"/jobs/{done['id']}").status, os.path.exists(f"{folder}/{done['id']}")), (404, False))


def test_a_backup_is_a_workspace():
    done = ended(job(admin, travail="sauvegarde"), admin)
    got = ask(f"/jobs/{done['id']}/result", admin)
    path = os.path.join(kit.scratch(), "copie.maille")
    with open(path, "wb") as file:
        file.write(got.body)
    same("it holds what the workspace holds", kit.maille("territory", "list", "-w", path).stdout,
         kit.maille("territory", "list", "-w", workspace).stdout)


def test_the_same_request_is_the_same_job_and_the_queue_ends():
    gate = [job(travail="export", couches=["communes", "cpts"], format="mbtiles")]  # keeps the thread busy
    wish = {"travail": "export", "couches": ["cpts"], "format": "csv"}
    first = ask("/jobs", planner, "POST", wish, Idempotency_Key="cle-1")
    again = ask("/jobs", planner, "POST", wish, Idempotency_Key="cle-1")
    same("again", (again.status, again.json["id"], again["Idempotency-Replayed"]), (202, first.json["id"], "true"))
    same("of somebody else", ask("/jobs", other, "POST", wish, Idempotency_Key="cle-1").json["id"] != again.json["id"], True)
    same("another wish", ask("/jobs", planner, "POST", {"travail": "recalcul"}, Idempotency_Key="cle-1").status, 422)
    full = None
    for _ in range(40):
        answer = ask("/jobs", planner, "POST", {"travail": "export", "couches": ["communes"], "format": "mbtiles"})
        if answer.status == 503:
            full = answer
            break
        gate.append(answer.json["id"])
    check("a full queue says so", full is not None and full["Retry-After"], full)
    same("what waits is given up at once", ask(f"/jobs/{gate[-1]}", planner, "DELETE").json["etat"], "annule")
    for i in gate[:-1]:
        ask(f"/jobs/{i}", planner, "DELETE")
    states = [s for s in (ask(f"/jobs/{i}") for i in gate) if s.status == 200]
    check("what runs soon", all(wait_for(lambda i=s.json["id"]: ask(f"/jobs/{i}").json["etat"] in ("annule", "fini"))
                                for s in states))
    ended(first.json["id"])


def test_it_ends_at_once_with_a_job_under_way():
    job(travail="export", couches=["communes", "cpts", "couverture"], format="mbtiles")
    began = time.monotonic()
    same("exit", service.stop(), 0)
    check("soon", time.monotonic() - began < 20)
    same("results go with it", os.listdir(folder), [])


if __name__ == "__main__":
    kit.main(globals())
