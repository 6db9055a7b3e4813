"""Comments over HTTP: who writes, reads, settles and withdraws them; see test_comments.sh."""

import json
import threading
import time

from serve_kit import kit
from edit_kit import Person, board, create, serve, token
from kit import check, same

first = reply = on_perimeter = None

workspace = board(perimeters=[("cpts-a", ["01001", "01002"])])
people = {role: token(workspace, role) for role in
          ("lecteur", "relecteur", "planificateur", "admin")}
people["autre"] = token(workspace, "relecteur", name="autre")
people["ailleurs"] = token(workspace, "planificateur", "02", name="ailleurs")
people["ici"] = token(workspace, "planificateur", "01", name="ici")
service = serve(workspace)
reader, reviewer, planner, admin, other, elsewhere, here = (
    Person(service, people[name]) for name in
    ("lecteur", "relecteur", "planificateur", "admin", "autre", "ailleurs", "ici"))
accounts = [account for (account,) in kit.query(workspace, "SELECT id FROM token")]
same("there are accounts", len(accounts), 7)


def comments(who=reader, query=""):
    answer = who.get("/comments" + query)
    same(f"GET /comments{query}", answer.status, 200)
    for account in accounts:
        check("no account is told", account not in answer.text)
    return answer.json["commentaires"]


def write(who, **body):
    return who.post("/comments", body)


def test_comments_and_answers_are_read_as_written():
    global first, reply, on_perimeter
    made = write(reviewer, commune="01001", texte="Le pont est fermé l’hiver.")
    same("a reviewer comments", made.status, 201)
    first = made.json
    same("what was written", {k: first[k] for k in ("commune", "texte", "qui", "scenario", "reponse_a",
                                                    "regle", "regle_par", "retire")},
         {"commune": "01001", "texte": "Le pont est fermé l’hiver.", "qui": "relecteur", "scenario": "",
          "reponse_a": None, "regle": None, "regle_par": None, "retire": None})
    check("a commune is no perimeter", "perimetre" not in first)
    reply = write(planner, commune="01001", texte="Vu, merci.", reponse_a=first["id"]).json
    same("an answer", (reply["reponse_a"], reply["qui"]), (first["id"], "planificateur"))
    on_perimeter = write(other, perimetre="cpts-a", texte="Et le canton voisin ?").json
    same("on a perimeter", on_perimeter["perimetre"], "cpts-a")
    same("oldest first", [c["id"] for c in comments()], [first["id"], reply["id"], on_perimeter["id"]])
    same("of a commune", [c["id"] for c in comments(query="?commune=01001")], [first["id"], reply["id"]])
    same("of a perimeter", [c["id"] for c in comments(query="?perimetre=cpts-a")], [on_perimeter["id"]])
    same("of the reference", len(comments(query="?scenario=reference")), 3)
    same("of a plan", comments(query="?scenario=plan"), [])


def test_what_is_refused_is_told_in_both_languages():
    for body, status, french, english in [
            ({"texte": "x"}, 400, "et un seul", "on one"),
            ({"texte": "x", "commune": "01001", "perimetre": "cpts-a"}, 400, "et un seul", "on one"),
            ({"commune": "01001"}, 422, "est vide", "was empty"),
            ({"commune": "01001", "texte": " \n"}, 422, "est vide", "was empty"),
            ({"commune": "01001", "texte": "é" * 4001}, 422, "4001 signes", "4001 characters"),
            ({"commune": "99999", "texte": "x"}, 422, "commune n’existe pas", "no such commune"),
            ({"perimetre": "cpts-z", "texte": "x"}, 422, "périmètre n’existe pas", "no such perimeter"),
            ({"perimetre": "cpts-a", "texte": "x", "reponse_a": first["id"]}, 422, "la même chose",
             "on the same"),
            ({"commune": "01001", "texte": "x", "reponse_a": "zz"}, 422, "la même chose", "on the same"),
            ({"commune": "01001", "texte": 3}, 400, "texte", "texte"),
            ({"commune": "01001", "texte": "x", "auteur": "moi"}, 400, "auteur", "auteur")]:
        for language, words in (("fr", french), ("en", english)):
            answer = reviewer.post("/comments?lang=" + language, body)
            same(f"{str(body)[:60]} ({language})", answer.status, status)
            same("is a problem document", answer["Content-Type"].split(";")[0],
                 "application/problem+json")
            check(f"told: {answer.json['detail']}", words in answer.json["detail"])
    same("nothing was written by those", len(comments()), 3)
    same("4,000 characters are not too many",
         write(reviewer, commune="01002", texte="é" * 4000).status, 201)


def test_roles_write_and_read():
    same("a reader does not write", write(reader, commune="01001", texte="x").status, 403)
    for method, path in (("GET", "/comments"), ("POST", "/comments"),
                         ("PATCH", "/comments/" + first["id"]), ("DELETE", "/comments/" + first["id"])):
        same(f"{method} {path} without an account", service.ask(path, method, {} if method != "GET" else
                                                                None).status, 401)
    same("a reviewer does not settle",
         reviewer.ask("PATCH", "/comments/" + first["id"], {"regle": True}).status, 403)
    same("comments are not public", reader.get("/comments?audience=public").status, 403)


def test_a_planner_settles():
    settled = planner.ask("PATCH", "/comments/" + first["id"], {"regle": True})
    same("a planner settles", (settled.status, settled.json["regle_par"]), (200, "planificateur"))
    check("when is told", settled.json["regle"] >= first["le"])
    again = planner.ask("PATCH", "/comments/" + first["id"], {"regle": True})
    same("settled once", again.status, 409)
    same("open again", planner.ask("PATCH", "/comments/" + first["id"], {"regle": False}).json["regle"],
         None)
    same("whether is to be told", planner.ask("PATCH", "/comments/" + first["id"], {}).status, 400)
    same("what is not there", planner.ask("PATCH", "/comments/zz", {"regle": True}).status, 404)


def test_its_author_withdraws_and_its_place_stays():
    same("another does not withdraw it", other.ask("DELETE", "/comments/" + first["id"]).status, 403)
    same("a planner neither", planner.ask("DELETE", "/comments/" + first["id"]).status, 403)
    gone = reviewer.ask("DELETE", "/comments/" + first["id"])
    same("its author does", (gone.status, gone.json["texte"]), (200, None))
    check("when is told", gone.json["retire"] is not None)
    same("once", reviewer.ask("DELETE", "/comments/" + first["id"]).status, 409)
    same("its place stays, its answer too", [(c["id"], c["texte"]) for c in
                                             comments(query="?commune=01001")],
         [(first["id"], None), (reply["id"], "Vu, merci.")])
    check("the text is nowhere", "pont" not in kit.maille("audit", "-w", workspace, "--json").stdout)
    same("an admin withdraws any", admin.ask("DELETE", "/comments/" + on_perimeter["id"]).status, 200)


def test_a_request_that_is_sent_again_writes_once():
    key = {"Idempotency_Key": "commentaire-1"}
    body = {"commune": "01003", "texte": "Une fois."}
    one, two = reviewer.post("/comments", body, **key), reviewer.post("/comments", body, **key)
    same("the same answer", (two.status, two.json, two["Idempotency-Replayed"]),
         (201, one.json, "true"))
    same("written once", len(comments(query="?commune=01003")), 1)
    same("another request of that id", reviewer.post("/comments", {**body, "texte": "Deux."},
                                                     **key).status, 422)


def test_accounts_bound_to_départements_stay_there():
    same("of its département", len(comments(here)), len(comments()))
    same("of another", comments(elsewhere), [])
    same("it comments there", write(here, perimetre="cpts-a", texte="Ici.").status, 201)
    hidden = write(elsewhere, perimetre="cpts-a", texte="Là.")
    same("not elsewhere, as where there is none", (hidden.status, hidden.json["detail"]),
         (422, write(elsewhere, perimetre="cpts-nulle", texte="Là.").json["detail"]))
    same("nor on a commune", write(elsewhere, commune="01001", texte="Là.").status, 403)
    same("nor settles what it does not see",
         elsewhere.ask("PATCH", "/comments/" + reply["id"], {"regle": True}).status, 404)


def test_plans_have_comments_of_their_own():
    same("a plan", planner.post("/scenarios", {"id": "plan", "titre": "Plan", "base": ""}).status // 100, 2)
    same("a perimeter of it", planner.change(create("cpts-p", "01008"), vu={}, scenario="plan").status,
         200)
    same("a comment on it", write(reviewer, perimetre="cpts-p", scenario="plan", texte="Plan.").status,
         201)
    same("not in the reference", write(reviewer, perimetre="cpts-p", texte="Plan.").status, 422)
    same("of the plan", [c["texte"] for c in comments(query="?scenario=plan")], ["Plan."])


def test_the_command_line_writes_beside_eight_who_never_pause():
    stop = threading.Event()
    written = [0] * 8

    def hammer(n):
        who = Person(service, people["relecteur"], seed=n)
        while not stop.is_set():
            answer = who.patiently("/comments", {"id": who.new_id(), "commune": "01009",
                                                 "texte": f"De {n}."})
            if answer.status == 201:
                written[n] += 1
        who.leave()

    threads = [threading.Thread(target=hammer, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    waits = []
    for n in range(5):
        before, since = sum(written), time.monotonic()
        kit.maille("token", "create", "--name", f"tour-{n}", "--role", "lecteur", "-w", workspace)
        waits.append(time.monotonic() - since)
        while sum(written) < before + 8:
            time.sleep(0.001)
    stop.set()
    for thread in threads:
        thread.join()
    print(f"  {sum(written)} comments; the command line took {max(waits):.2f} s at most")
    check("it had its turn", max(waits) < 3, waits)
    check("nobody was left out", min(written) > 0, written)
    same("every comment that was answered stands, once", len(comments(query="?commune=01009")),
         sum(written))
    told = kit.maille("audit", "-w", workspace, "--json", "--action", "commentaire").stdout
    same("each with its entry", sum(e["objet"] == "01009" for e in json.loads(told)), sum(written))


def test_the_service_stops():
    same("the service stops", service.stop(), 0)


kit.main(globals())
