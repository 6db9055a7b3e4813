"""maille territory comment and comments on the sample region, held against the table of comments."""

import kit
from kit import check, same
from territory_kit import Study, refused, territory

region = Study()
ID, CODE = "cpts-sud", "96106"
COLUMNS = "id, subject_kind, subject, scenario, reply_to, text, who, settled, settled_by, withdrawn"


def rows(w):
    return kit.query(w, f"SELECT {COLUMNS} FROM comment ORDER BY at, id")


def journal(w):
    return kit.query(w, "SELECT subject_kind, subject, json_extract(detail, '$.fait') FROM journal "
                        "WHERE action = 'commentaire' ORDER BY id")


def test_comments_are_kept_answered_settled_and_withdrawn():
    w = region.fresh("comments")
    one = territory(w, "comment", ID, "--text", "Que devient « l'île » ?\nÀ voir.")
    two = territory(w, "comment", CODE, "--text", "fermée l'hiver")
    answer = territory(w, "comment", ID, "--text", "en mai", "--reply", one["id"])
    me = one["qui"]
    check("someone wrote it", me)
    same("rows", rows(w), [(one["id"], "perimetre", ID, "", None, "Que devient « l'île » ?\nÀ voir.", me, None, None, None),
                           (two["id"], "commune", CODE, "", None, "fermée l'hiver", me, None, None, None),
                           (answer["id"], "perimetre", ID, "", one["id"], "en mai", me, None, None, None)])
    same("subjects", (one["perimetre"], two["commune"], "commune" in one), (ID, CODE, False))
    same("all, oldest first", territory(w, "comments"), [one, two, answer])
    same("of the perimeter", territory(w, "comments", ID), [one, answer])
    same("of the commune", territory(w, "comments", CODE), [two])

    settled = territory(w, "comment", one["id"], "--settle")
    check("settled", settled["regle"] and settled["regle_par"] == me, settled)
    refused("settled twice", w, ["comment", one["id"], "--settle"], 3, "settled already")
    same("open again", territory(w, "comment", one["id"], "--settle", "--not"), one)
    gone = territory(w, "comment", two["id"], "--remove")
    check("withdrawn", gone["texte"] is None and gone["retire"], gone)
    same("it keeps its place", [c["id"] for c in territory(w, "comments")], [one["id"], two["id"], answer["id"]])
    refused("withdrawn twice", w, ["comment", two["id"], "--remove"], 3, "withdrawn already")
    same("journal", journal(w), [("perimetre", ID, "ajout"), ("commune", CODE, "ajout"), ("perimetre", ID, "ajout"),
                                 ("perimetre", ID, "reglement"), ("perimetre", ID, "reouverture"), ("commune", CODE, "retrait")])

    said = kit.maille("territory", "comments", "-w", w).stdout
    same("in words", said.splitlines(), [
        f"{ID}, {one['le']}, {me} ({one['id']})", "    Que devient « l'île » ?", "    À voir.",
        f"{CODE}, {two['le']}, {me} ({two['id']})", "    (retiré)",
        f"{ID}, {answer['le']}, {me} ({answer['id']}), en réponse à {one['id']}", "    en mai"])


def test_a_scenario_has_its_own():
    w = region.fresh("scenario")
    territory(w, "scenario", "create", "essai")
    territory(w, "create", "cpts-neuve", "--name", "Neuve", "--scenario", "essai")
    there = territory(w, "comment", "cpts-neuve", "--text", "à débattre", "--scenario", "essai")
    same("scenario", there["scenario"], "essai")
    same("read there", territory(w, "comments", "--scenario", "essai"), [there])
    same("not in the reference", territory(w, "comments"), [])
    refused("a perimeter of another plan", w, ["comment", "cpts-neuve", "--text", "x"], 4, "no perimeter and no commune was cpts-neuve")
    territory(w, "delete", "cpts-neuve", "--scenario", "essai")
    same("it outlives its perimeter", territory(w, "comments", "cpts-neuve", "--scenario", "essai"), [there])


def test_what_does_not_hold_is_refused():
    w = region.fresh("refused")
    one = territory(w, "comment", ID, "--text", "un")
    for what, words, code, said in (
            ("nothing asked", ["comment", ID], 2, "--text"),
            ("two asked", ["comment", ID, "--text", "x", "--remove"], 2, "--text"),
            ("a reply without text", ["comment", one["id"], "--settle", "--reply", one["id"]], 2, "--reply"),
            ("no subject", ["comment", "--text", "x"], 2, "usage"),
            ("blank", ["comment", ID, "--text", " \n"], 3, "empty"),
            ("too long", ["comment", ID, "--text", "é" * 4001], 3, "4001"),
            ("a subject that is not there", ["comment", "99999", "--text", "x"], 4, "99999"),
            ("an answer on another subject", ["comment", CODE, "--text", "x", "--reply", one["id"]], 3, "another subject"),
            ("an answer to nothing", ["comment", ID, "--text", "x", "--reply", "0"], 3, "no comment 0"),
            ("no such comment", ["comment", "0", "--settle"], 4, "no comment 0"),
            ("comments on nothing", ["comments", "99999"], 4, "99999")):
        refused(what, w, words, code, said)
    same("one stands", territory(w, "comments"), [one])
    territory(w, "comment", ID, "--text", "é" * 4000)


kit.main(globals())
