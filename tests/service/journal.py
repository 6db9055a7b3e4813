"""A whole session of several people on one workspace, at the command line and over HTTP, held
against the journal: one entry for each write, in the right name, with its reason; then names go; see
test_journal.sh and test_journal_long.sh."""

import csv
import datetime
import io
import json
import os
import shutil
import sqlite3

from serve_kit import kit
from edit_kit import Person, add, board, commune_codes, contact, create, rename, serve, token
from kit import check, same

workspace = board(perimeters=[("cpts-a", ["01001", "01002"])])
me = kit.query(workspace, "SELECT who FROM import LIMIT 1")[0][0]
anne, bob, ada = (token(workspace, role, name=name) for role, name in
                  (("planificateur", "Anne"), ("relecteur", "Bob"), ("admin", "Ada")))
service = serve(workspace)
anne, bob, ada = (Person(service, t) for t in (anne, bob, ada))


def journal(**query):
    answer = ada.get("/journal?" + "&".join(f"{k}={v}" for k, v in query.items()))
    same(f"GET /journal {query}", answer.status, 200)
    return answer.json


def last():
    return journal(au_plus=1)["entrees"][0]["numero"]


def one_entry(what, do, **wanted):
    """Exactly one entry is there after `do` that was not before, but for what was computed upon it;
    its values."""
    before = last()
    answer = do()
    check(f"{what} was done", getattr(answer, "status", 200) < 300, getattr(answer, "text", "")[:300])
    new = [e for e in journal()["entrees"] if e["numero"] > before and e["action"] != "calcul"]
    same(f"{what} has one entry", len(new), 1)
    if new:
        same(what, {k: new[0][k] for k in wanted}, wanted)
    return answer, new[0] if new else {}


def nothing(what, do, status):
    before = last()
    same(f"{what} is refused", do().status, status)
    same(f"{what} leaves no entry", last(), before)


def test_each_write_has_one_entry():
    _, e = one_entry("a change", lambda: anne.change(create("cpts-b", "01005", "01006"), vu={},
                                                     motif="réunion du 3 mai"),
                     qui="Anne", action="edition", motif="réunion du 3 mai", scenario="")
    check("it names the account", e["compte"] and e["changement"])
    state = anne.etat("cpts-b")
    request = {"id": "demande-1", "gestes": [add("cpts-b", "01007")], "vu": {"cpts-b": state}}
    one_entry("a change with an id", lambda: anne.post("/changes", request), qui="Anne",
              action="edition", motif=None)
    before = last()
    same("sent again", anne.post("/changes", request)["Idempotency-Replayed"], "true")
    same("leaves no entry", last(), before)
    one_entry("an undo", lambda: anne.post("/undo", {"perimetre": "cpts-b", "motif": "trop tôt"}),
              qui="Anne", action="annulation", motif="trop tôt")
    one_entry("a redo", lambda: anne.post("/redo", {"perimetre": "cpts-b"}), qui="Anne",
              action="retablissement")
    one_entry("a plan", lambda: anne.post("/scenarios", {"id": "plan", "titre": "Plan", "base": ""}),
              qui="Anne", action="scenario", scenario="plan")
    one_entry("a change of the plan",
              lambda: anne.change(rename("cpts-a", "Nouveau"), vu={"cpts-a": anne.etat("cpts-a", "plan")},
                                  scenario="plan", motif="essai"),
              qui="Anne", action="edition", scenario="plan", motif="essai")
    one_entry("a comment", lambda: bob.post("/comments", {"commune": "01005", "texte": "Secret."}),
              qui="Bob", action="commentaire", genre="commune", objet="01005")
    mine = bob.get("/comments").json["commentaires"][0]["id"]
    one_entry("settling", lambda: anne.ask("PATCH", "/comments/" + mine, {"regle": True}),
              qui="Anne", action="commentaire", objet="01005")
    one_entry("withdrawing", lambda: bob.ask("DELETE", "/comments/" + mine), qui="Bob",
              action="commentaire", objet="01005")
    one_entry("a note", lambda: anne.ask("PUT", "/gaps/01020/note", {"note": "à voir"}), qui="Anne",
              action="note", objet="01020")
    one_entry("a token", lambda: token(workspace, "lecteur", name="Zoé") and None, qui=me,
              action="jeton", objet="Zoé", detail={"jeton": "créé", "role": "lecteur"}, compte=None)
    one_entry("its end", lambda: kit.maille("token", "revoke", "Zoé", "-w", workspace) and None,
              qui=me, action="jeton", objet="Zoé", detail={"jeton": "révoqué", "role": "lecteur"})
    one_entry("a change at the command line",
              lambda: kit.maille("territory", "add", "cpts-b", "01008", "-w", workspace, "--why",
                                 "courrier") and None,
              qui=me, action="edition", motif="courrier", compte=None)


def test_an_import_has_its_entry():
    file = kit.write(os.path.join(kit.scratch(), "centres.csv"), "code,lon,lat\n01001,3.01,46.51\n")
    one_entry("an import", lambda: kit.maille("import", "centres", file, "-w", workspace, "--source",
                                              "Essai", "--licence", "Licence Ouverte 2.0") and None,
              qui=me, action="import", objet="centres",
              detail={"fichier": "centres.csv", "lignes": 1})
    kit.maille("compute", "-w", workspace)


def test_what_is_refused_leaves_none():
    nothing("a change without what was seen",
            lambda: anne.change(contact("cpts-b", "x")), 428)
    nothing("a change of another state",
            lambda: anne.change(contact("cpts-b", "x"), vu={"cpts-b": "v9999"}), 412)
    nothing("a comment on nothing", lambda: bob.post("/comments", {"commune": "x", "texte": "x"}), 422)
    nothing("a reviewer's change", lambda: bob.change(contact("cpts-b", "x"), vu={}), 403)
    before = last()
    same("it is tried out", anne.post("/what-if", {"gestes": [add("cpts-b", "01010")]}).status, 200)
    same("what is tried out leaves no entry", last(), before)


def test_an_admin_asks():
    everything = journal(au_plus=10000)
    entries = everything["entrees"]
    numbers = [e["numero"] for e in entries]
    same("newest first, none is missing", numbers, list(range(numbers[0], 0, -1)))
    same("there are no more", everything["avant"], None)
    same("by name", [e["numero"] for e in journal(qui="Bob")["entrees"]],
         [e["numero"] for e in entries if e["qui"] == "Bob"])
    same("by action", {e["action"] for e in journal(action="note")["entrees"]}, {"note"})
    same("by what it is of", {e["objet"] for e in journal(objet="cpts-b")["entrees"]} <= {"cpts-b"},
         True)
    today = datetime.datetime.now(datetime.timezone.utc).date()
    same("since tomorrow", journal(depuis=today + datetime.timedelta(1))["entrees"], [])
    same("until yesterday", journal(jusque=today - datetime.timedelta(1))["entrees"], [])
    same("today", len(journal(depuis=today - datetime.timedelta(1), jusque=today, au_plus=10000)
                      ["entrees"]), len(entries))
    pages, before = [], None
    while True:
        page = journal(au_plus=7, **({"avant": before} if before else {}))
        pages += [e["numero"] for e in page["entrees"]]
        before = page["avant"]
        if before is None:
            break
    same("page by page", pages, numbers)
    answer = ada.get("/journal?f=csv")
    table = list(csv.DictReader(io.StringIO(answer.text)))
    same("as CSV", [int(row["numero"]) for row in table], numbers)
    same("reasons too", [row["motif"] for row in table], [e["motif"] or "" for e in entries])
    for query in ("depuis=hier", "jusque=2026-02-30", "au_plus=0", "avant=x", "au_plus=10001", "qui2=x"):
        same(f"?{query}", ada.get("/journal?" + query).status, 400)
    same("in French", ada.get("/journal?depuis=hier").json["detail"],
         "depuis n’est pas un jour AAAA-MM-JJ")
    same("in English", ada.get("/journal?depuis=hier&lang=en").json["detail"],
         "depuis was no day YYYY-MM-DD")
    for who in (anne, bob):
        same("it is for admins", who.get("/journal").status, 403)
    same("nor for the public", service.get("/journal").status, 401)


def test_accounts_are_told_to_admins_alone():
    accounts = [account for (account,) in kit.query(workspace, "SELECT id FROM token")]
    same("there are accounts", len(accounts), 4)
    pages = ["/comments", "/history", "/perimeters", "/perimeters/cpts-b", "/perimeters/cpts-b/history",
             "/scenarios", "/api", "/session", "/"]
    for path in pages:
        for form in ("json", "html"):
            text = anne.get(f"{path}?f={form}", Accept="*/*").text
            check(f"{path} as {form} tells no account", not any(a in text for a in accounts))
    check("the journal does", any(e["compte"] in accounts for e in journal()["entrees"]))


def test_the_command_line_tells_the_same():
    asked = ada.get("/journal?au_plus=10000").json["entrees"]
    told = json.loads(kit.maille("audit", "-w", workspace, "--json").stdout)
    same("the same entries", told, asked)
    same("by name", [e["numero"] for e in
                     json.loads(kit.maille("audit", "-w", workspace, "--json", "--who", "Bob").stdout)],
         [e["numero"] for e in asked if e["qui"] == "Bob"])
    file = os.path.join(kit.scratch(), "audit.csv")
    kit.maille("audit", "-w", workspace, "--csv", file, "--action", "jeton")
    rows = list(csv.DictReader(io.StringIO(kit.read(file))))
    same("as CSV", [int(r["numero"]) for r in rows],
         [e["numero"] for e in asked if e["action"] == "jeton"])
    text = kit.maille("audit", "-w", workspace).stdout
    check("for people", "réunion du 3 mai" in text and "Anne" in text)
    for options in (["--since", "hier"], ["--json", "--csv", "x"], ["--forget", "--since",
                                                                   "2026-01-01"], ["x"]):
        kit.refused(f"audit {options}", ["audit", "-w", workspace, *options], 2)
    kit.refused("no workspace", ["audit", "-w", workspace + "x"], 4)


def long_more_than_a_page_is_one_list():
    copy = os.path.join(kit.scratch(), "w.maille")
    kit.maille("backup", "-w", workspace, "--out", copy)
    db = sqlite3.connect(copy)
    db.executemany("INSERT INTO journal (at, who, action, why) VALUES (?, 'x', 'note', ?)",
                   [("2026-01-01T00:00:00Z", f"={n}") for n in range(2500)])
    db.commit()
    db.close()
    told = json.loads(kit.maille("audit", "-w", copy, "--json", "--who", "x").stdout)
    same("all of them", [e["motif"] for e in told], [f"={n}" for n in range(2499, -1, -1)])
    rows = list(csv.DictReader(io.StringIO(kit.maille("audit", "-w", copy, "--csv", "-", "--who",
                                                      "x").stdout)))
    same("and as CSV, where no cell is a formula", [r["motif"] for r in rows],
         [f"'={n}" for n in range(2499, -1, -1)])


def age(days):
    """All that was written so far was written that many days earlier."""
    db = sqlite3.connect(workspace)
    for table in ("journal", "change", "comment", "scenario", "gap_note"):
        db.execute(f"UPDATE {table} SET at = strftime('%Y-%m-%dT%H:%M:%SZ', at, '-{days} days')")
    db.commit()
    db.close()


def test_names_go():
    done = [{k: v for k, v in e.items() if k not in ("qui", "compte", "oublie", "objet", "le")}
            for e in journal(au_plus=10000)["entrees"]]
    states = kit.query(workspace, "SELECT * FROM perimeter_document ORDER BY 1")
    out = kit.maille("audit", "--forget", "-w", workspace).stderr
    check("nothing is over yet", out.startswith("0 entries"), out)
    age(366)
    count = json.loads(kit.maille("audit", "--forget", "--json", "-w", workspace).stdout)
    check("names went", count["noms_oublies"] >= len(done))
    after = journal(au_plus=10000)["entrees"]
    same("it is told", (after[0]["action"], after[0]["qui"]), ("oubli", me))
    check("no name is left in the journal",
          all(e["qui"] == "" and e["compte"] is None and e["oublie"] for e in after[1:]))
    check("nor a token's", not any(e["objet"] == "Zoé" for e in after))
    same("what was done stays", [{k: v for k, v in e.items() if k not in
                                  ("qui", "compte", "oublie", "objet", "le")} for e in after[1:]], done)
    check("authors stay", kit.query(workspace, "SELECT count(*) FROM change WHERE who = 'Anne'")[0][0] > 3)
    age(731)
    kit.maille("audit", "--forget", "-w", workspace)
    for table in ("change", "comment", "scenario", "gap_note"):
        same(f"no author in {table}", kit.query(workspace, f"SELECT DISTINCT who FROM {table}"), [("",)])
    same("what stands is as it was",
         kit.query(workspace, "SELECT * FROM perimeter_document ORDER BY 1"), states)
    undone = anne.post("/undo", {"perimetre": "cpts-b", "tous": True, "motif": "encore"})
    same("what was done can still be undone", undone.status, 200)
    check("the workspace holds", kit.maille("check", "-w", workspace, expect=None).returncode in (0, 5))
    same("the service stops", service.stop(), 0)


def long_a_study_chooses_for_how_long():
    own = board(codes=commune_codes(4))
    study = os.path.join(os.path.dirname(own), "study.yaml")
    rules = "publication: contractualisees-et-fonctionnement"
    kit.replace(study, rules, rules + ", retention: essai")
    kit.refused("a rule set that is not there", ["run", study], 4, "retention", "essai", "cnil-2021")
    layers = os.path.join(kit.scratch(), "layers")
    shutil.copytree(os.environ["MAILLE_LAYERS"], layers)
    kit.write(os.path.join(layers, "rules/retention-essai.yaml"),
              "id: essai\ntitle: Essai\nsource: nous\nvalid_from: 2026\naudit_days: 10\n"
              "authors_days: 20\n")
    env = {"MAILLE_LAYERS": layers}
    kit.maille("run", study, "--to", kit.scratch(), env=env)
    for days, left in ((9, True), (2, False)):
        db = sqlite3.connect(own)
        db.execute(f"UPDATE journal SET at = strftime('%Y-%m-%dT%H:%M:%SZ', at, '-{days} days')"
                   " WHERE action <> 'oubli'")
        db.commit()
        db.close()
        kit.maille("audit", "--forget", "-w", own, env=env)
        told = json.loads(kit.maille("audit", "--json", "-w", own).stdout)
        same(f"names after {days} more days", any(e["qui"] for e in told if e["action"] != "oubli"),
             left)


kit.main(globals())
