"""Changing perimeters over HTTP on the sample region, held against what the command line tells of the
same workspace; see test_changes.sh."""

import fcntl
import json
import os
import threading
import time

from serve_kit import Service, kit, sample_workspace, token
from kit import check, same

workspace = sample_workspace("interne")
anne = token(workspace, "planificateur", name="anne")
bruno = token(workspace, "planificateur", name="bruno")
reader = token(workspace, "lecteur")
service = Service(workspace, "settle_s: 0", "settle_most_s: 0", "write_wait_s: 0.3")
made = 0


def cli(*words):
    return json.loads(kit.maille("territory", *words, "-w", workspace, "--json").stdout)


def bare(told):
    """Findings without the ids that only the service tells."""
    for key in ("constats_disparus", "constats_apparus"):
        for finding in told[key]:
            finding.pop("id", None)
    return told


def post(path, body, who=anne, **headers):
    return service.ask(path, "POST", body, token=who,
                       headers={k.replace("_", "-"): v for k, v in headers.items()})


def codes_of(perimeter, *options):
    return {m["code"] for m in cli("codes", perimeter, *options)}


def tag(perimeter):
    """The state that stands: a stroke that is refused tells it."""
    answer = post("/changes", {"gestes": [{"geste": "contact", "perimetre": perimeter,
                                           "contact": "x"}], "vu": {perimeter: "v9999"}})
    return answer.json["perimetres"][0]["etat"]


def fresh(*codes, who=anne, **more):
    """A perimeter of our own: its id and state."""
    global made
    made += 1
    name = f"essai-{made}"
    answer = post("/changes", {"gestes": [{"geste": "create", "perimetre": name,
                                           "nom": f"Essai {made}", "codes": list(codes), **more}]},
                  who)
    same(f"{name} is made", answer.status, 200)
    return name, answer.json["etats"][name]


ALL = [c["id"] for c in service.get("/collections/communes/items?limit=100&f=geojson").json["features"]]
A, B, C, D = ALL[1], ALL[2], ALL[3], ALL[4]


def test_what_if_saves_nothing_and_tells_what_the_command_line_tells():
    name, _ = fresh(A, B)
    gestures = [{"geste": "add", "perimetre": name, "codes": [C, D]}]
    for _ in range(2):  # the second upon the first would be refused
        tried = post("/what-if", {"gestes": gestures}, reader)
        same("status", tried.status, 200)
        same("as the command line", bare(tried.json), cli("what-if", "add", name, C, D))
    same("nothing was saved", codes_of(name), {A, B})
    both = post("/what-if", {"gestes": gestures + [{"geste": "remove", "perimetre": name,
                                                    "codes": [A]}]}, reader)
    same("several gestures are one change", bare(both.json),
         cli("what-if", "add", name, C, D, "--", "remove", name, A))


def test_a_stroke_is_saved_with_its_effect_and_its_author():
    name, seen = fresh(A, B)
    before = cli("what-if", "add", name, C)
    done = post("/changes", {"id": "un-1", "motif": "réunion", "vu": {name: seen},
                             "gestes": [{"geste": "add", "perimetre": name, "codes": [C]}]})
    same("status", done.status, 200)
    same("it stands", codes_of(name), {A, B, C})
    for key in ("perimetres", "constats_disparus", "constats_apparus"):
        same(key, bare(done.json)[key], before[key])
    last = cli("history", name)[0]
    same("who and why", (last["qui"], last["motif"]), ("anne", "réunion"))
    same("its state", done.json["etats"][name].split("-")[0], "v2")


def test_a_request_that_comes_again_changes_nothing():
    name, seen = fresh(A)
    body = {"id": "deux-1", "vu": {name: seen},
            "gestes": [{"geste": "add", "perimetre": name, "codes": [B]}]}
    first, again = post("/changes", body), post("/changes", body)
    same("same answer", (again.status, again.json), (first.status, first.json))
    same("told so", (first["Idempotency-Replayed"], again["Idempotency-Replayed"]), (None, "true"))
    same("once", len(cli("history", name)), 2)
    body["gestes"][0]["codes"] = [C]
    same("another request of that id", post("/changes", body).status, 422)
    same("another account has ids of its own", post("/changes", body, bruno).status, 412)
    keyed = [post("/undo", {}, Idempotency_Key="deux-undo") for _ in range(2)]
    same("the header does the same", keyed[0].json, keyed[1].json)
    same("undone once", codes_of(name), {A})


def test_what_was_not_seen_is_asked_for_and_what_is_stale_is_shown():
    name, seen = fresh(A, B)
    gesture = [{"geste": "add", "perimetre": name, "codes": [C]}]
    same("not seen", post("/changes", {"gestes": gesture}).status, 428)
    other = post("/changes", {"motif": "par Bruno", "vu": {name: seen}, "gestes": [
        {"geste": "remove", "perimetre": name, "codes": [A]},
        {"geste": "rename", "perimetre": name, "nom": "Autre nom"}]}, bruno)
    stale = post("/changes", {"gestes": gesture, "vu": {name: seen}})
    same("stale", stale.status, 412)
    told = stale.json["perimetres"][0]
    same("which", (told["id"], told["nom"], told["version_vue"], told["version"], told["etat"]),
         (name, f"Essai {made}", 1, 2, other.json["etats"][name]))
    same("who and why", [(c["qui"], c["motif"]) for c in told["changements"]],
         [("bruno", "par Bruno")])
    same("what", sorted((d["quoi"], d["code"], d["avant"], d["apres"])
                        for d in told["differences"]),
         [("commune", A, "1", None), ("nom", None, f"Essai {made}", "Autre nom")])
    same("nothing was saved", codes_of(name), {B})
    mine = {"gestes": gesture, "vu": {name: seen}, "tolerant": True}
    same("it touches nothing of that", post("/changes", mine).status, 200)
    mine["gestes"] = [{"geste": "remove", "perimetre": name, "codes": [A]}]
    same("this does", post("/changes", mine).status, 412)
    mine["gestes"] = [{"geste": "rename", "perimetre": name, "nom": "Encore"}]
    same("and this", post("/changes", mine).status, 412)
    same("a state that never was",
         post("/changes", {"gestes": gesture, "vu": {name: "v3-0000000000000000"}}).status, 412)


def test_etags_of_one_perimeter():
    name, seen = fresh(A, B)

    def patch(match, verb="PATCH"):
        headers = {"If-Match": match} if match else {}
        body = {"gestes": [{"geste": "add", "codes": [C]}]} if verb == "PATCH" else None
        return service.ask(f"/perimeters/{name}", verb, body, token=anne, headers=headers)
    same("without", patch(None).status, 428)
    same("no tag", patch('"rien"').status, 412)
    same("stale", patch('"v7-0123456789abcdef"').status, 412)
    done = patch(f'"{seen}"')
    same("as seen", done.status, 200)
    same("it stands", codes_of(name), {A, B, C})
    same("delete what was seen before", patch(f'"{seen}"', "DELETE").status, 412)
    same("delete", patch(f'"{done.json["etats"][name]}-gz"', "DELETE").status, 200)
    same("gone", name in [p["id"] for p in cli("list", "--kind", "cpts")], False)


def test_what_does_not_hold_is_refused_in_words():
    name, seen = fresh(A, B)

    def refused(status, word, *gestures, **more):
        body = {"gestes": list(gestures), "vu": {name: seen}, **more}
        for path in ("/changes", "/what-if"):
            answer = post(path, body)
            same(f"{path} {word}", answer.status, status)
            check(f"{path} says {word}", word in answer.json.get("detail", ""), answer.json)
        same("nothing was saved", codes_of(name), {A, B})
    add = {"geste": "add", "perimetre": name, "codes": [C]}
    refused(422, "déjà partie", {**add, "codes": [A]})
    refused(422, "Geste 2 (add)", add, add)
    refused(422, "ne fait pas partie", {**add, "geste": "remove"})
    refused(422, "n’est pas une commune", {**add, "codes": ["00000"]})
    refused(422, "pas de périmètre", {**add, "perimetre": "personne"})
    refused(422, "existe déjà", {"geste": "create", "perimetre": name, "nom": "X"})
    refused(422, "pas connu", {"geste": "status", "perimetre": name, "statut": "lunaire",
                               "depuis": "2026-01-01"})
    refused(400, "geste connu", {**add, "geste": "poindre"})
    refused(400, "inattendue", {**add, "inattendue": 1})
    refused(400, "part", {**add, "part": 2})
    refused(400, "gestes", add, gestes=[])
    refused(400, "connue ici", add, autre=True)
    english = service.ask("/changes?lang=en", "POST", {"gestes": [{**add, "codes": [A]}],
                                                       "vu": {name: seen}}, token=anne)
    check("English", "was a member of" in english.json["detail"], english.json)
    same("no JSON", service.ask("/changes", "POST", "{", token=anne,
                                headers={"Content-Type": "application/json"}).status, 400)
    same("a reader writes nothing", post("/changes", {"gestes": [add]}, reader).status, 403)
    same("nobody", post("/what-if", {"gestes": [add]}, None).status, 401)


def test_gestures_across_perimeters_are_all_or_none():
    one, seen_one = fresh(A, B, C)
    other, seen_other = fresh(D)
    move = {"geste": "move", "de": one, "vers": other, "codes": [A, B]}
    same("both must have been seen",
         post("/changes", {"gestes": [move], "vu": {one: seen_one}}).status, 428)
    done = post("/changes", {"gestes": [move], "vu": {one: seen_one, other: seen_other}})
    same("moved", (codes_of(one), codes_of(other)), ({C}, {A, B, D}))
    states = done.json["etats"]
    bad = [{"geste": "remove", "perimetre": other, "codes": [A]},
           {"geste": "remove", "perimetre": one, "codes": [D]}]
    same("half is nothing", post("/changes", {"gestes": bad, "vu": states}).status, 422)
    same("as it was", (codes_of(one), codes_of(other)), ({C}, {A, B, D}))
    merged = post("/changes", {"gestes": [{"geste": "merge", "vers": one, "perimetre": other}],
                               "vu": states})
    same("merged", (merged.status, codes_of(one)), (200, {A, B, C, D}))
    back = post("/undo", {})
    same("undone as one", (back.status, codes_of(one), codes_of(other)), (200, {C}, {A, B, D}))


def test_a_queue_is_replayed_in_order_and_stops_where_it_must():
    name, seen = fresh(A)
    queue = [{"id": f"file-{i}", "vu": {name: {"apres": f"file-{i - 1}"} if i else seen},
              "gestes": [{"geste": "add", "perimetre": name, "codes": [c]}]}
             for i, c in enumerate((B, C, D))]
    queue.append({"id": "file-3", "vu": {name: {"apres": "file-2"}},
                  "gestes": [{"geste": "add", "perimetre": name, "codes": [A]}]})
    queue.append({"id": "file-4", "vu": {name: {"apres": "file-3"}},
                  "gestes": [{"geste": "remove", "perimetre": name, "codes": [A]}]})
    first = post("/changes/queue", {"changements": queue})
    same("three of five", (first.status, first.json["faits"]), (200, 3))
    same("one answer each, up to the refusal",
         [(a["id"], a["status"]) for a in first.json["reponses"]],
         [("file-0", 200), ("file-1", 200), ("file-2", 200), ("file-3", 422)])
    again = post("/changes/queue", {"changements": queue})
    same("again", again.json, first.json)
    same("once", (codes_of(name), len(cli("history", name))), ({A, B, C, D}, 4))
    same("what it stands on never was",
         post("/changes/queue", {"changements": queue[4:]}).json["reponses"][0]["status"], 422)
    # someone else came between two strokes of the queue
    post("/changes", {"gestes": [{"geste": "remove", "perimetre": name, "codes": [B]}],
                      "vu": {name: first.json["reponses"][2]["reponse"]["etats"][name]}}, bruno)
    late = {"id": "file-5", "vu": {name: {"apres": "file-2"}},
            "gestes": [{"geste": "remove", "perimetre": name, "codes": [B]}]}
    same("a conflict is shown", post("/changes/queue", {"changements": [late]})
         .json["reponses"][0]["reponse"]["perimetres"][0]["changements"][0]["qui"], "bruno")


def test_undo_is_of_ones_own():
    name, seen = fresh(A)
    other, seen_other = fresh(B, who=bruno)
    post("/changes", {"gestes": [{"geste": "add", "perimetre": name, "codes": [C]}],
                      "vu": {name: seen}})
    post("/changes", {"gestes": [{"geste": "add", "perimetre": other, "codes": [D]}],
                      "vu": {other: seen_other}}, bruno)
    same("Anne's own, though Bruno came later", post("/undo", {}).status, 200)
    same("hers went, his stays", (codes_of(name), codes_of(other)), ({A}, {B, D}))
    same("redo", post("/redo", {}).status, 200)
    same("back", codes_of(name), {A, C})
    state = post("/changes", {"gestes": [{"geste": "add", "perimetre": name, "codes": [D]}],
                              "vu": {name: tag(name)}}, bruno).json["etats"][name]
    blocked = post("/undo", {"perimetre": name})
    same("Bruno built upon it", blocked.status, 409)
    same("both stay", codes_of(name), {A, C, D})
    anybody = post("/undo", {"perimetre": name, "tous": True})
    same("anybody's", (anybody.status, codes_of(name)), (200, {A, C}))
    same("then her own", (post("/undo", {"perimetre": name}).status, codes_of(name)), (200, {A}))
    back = post("/restore", {"perimetre": name, "a": "v5", "vu": {name: tag(name)}})
    same("restored", (back.status, codes_of(name)), (200, {A, C, D}))
    same("not seen", post("/restore", {"perimetre": name, "a": "v3"}).status, 428)
    same("it stands so", post("/restore", {"perimetre": name, "a": "v5",
                                           "vu": {name: tag(name)}}).status, 409)
    same("no such moment", post("/restore", {"perimetre": name, "a": "hier",
                                             "vu": {name: state}}).status, 400)


def test_scenarios_are_apart():
    name, seen = fresh(A)
    kit.maille("territory", "scenario", "create", "essai-s", "-w", workspace)
    there = post("/changes", {"scenario": "essai-s", "vu": {name: seen},
                              "gestes": [{"geste": "add", "perimetre": name, "codes": [B]}]})
    same("there", (there.status, codes_of(name, "--scenario", "essai-s")), (200, {A, B}))
    same("not here", codes_of(name), {A})
    same("no such", post("/changes", {"scenario": "rien", "vu": {name: seen}, "gestes": [
        {"geste": "add", "perimetre": name, "codes": [B]}]}).status, 404)


def test_the_command_line_and_the_service_take_turns():
    name, seen = fresh(A)
    kit.maille("territory", "add", name, B, "-w", workspace)
    tried = post("/what-if", {"gestes": [{"geste": "remove", "perimetre": name, "codes": [B]}]})
    same("seen at once", tried.status, 200)
    same("and stale", post("/changes", {"vu": {name: seen}, "gestes": [
        {"geste": "add", "perimetre": name, "codes": [C]}]}).status, 412)


def test_while_another_writes_it_is_said_to_come_again():
    name, seen = fresh(A)
    body = {"id": "attente", "vu": {name: seen},
            "gestes": [{"geste": "add", "perimetre": name, "codes": [B]}]}
    with open(workspace + ".lock", "a+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = post("/changes", body)
        same("busy", (answer.status, bool(answer["Retry-After"])), (503, True))
        check("no secret", str(os.getpid()) not in answer.text and "anne" not in answer.text)
        same("reading goes on", post("/what-if", {"gestes": body["gestes"]}).status, 200)
        same("layers too", service.get("/collections").status, 200)
        os.unlink(workspace + ".lock")
    same("then it goes through", post("/changes", body).status, 200)
    same("it stands", codes_of(name), {A, B})


def test_many_at_once_on_one_perimeter():
    """Tolerant strokes of different communes all stand; the states that were told form one chain."""
    name, seen = fresh(A)
    wanted, answers = ALL[10:34], {}

    def stroke(code, who):
        answers[code] = post("/changes", {"id": f"foule-{code}", "tolerant": True,
                                          "vu": {name: seen}, "gestes": [
                                              {"geste": "add", "perimetre": name,
                                               "codes": [code]}]}, who)
    threads = [threading.Thread(target=stroke, args=(c, (anne, bruno)[i % 2]))
               for i, c in enumerate(wanted)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    same("all went through", [a.status for a in answers.values() if a.status != 200], [])
    same("all stand", codes_of(name), {A, *wanted})
    versions = sorted(int(a.json["etats"][name][1:].split("-")[0]) for a in answers.values())
    same("one after the other", versions, list(range(2, 2 + len(wanted))))


def test_a_workspace_that_is_put_back_is_taken_as_it_is():
    """Its versions are counted again: what was seen of the other one does not hold for it."""
    name, seen = fresh(A)
    before = os.path.join(kit.scratch(), "before.maille")
    kit.maille("backup", "-w", workspace, "--out", before)
    add = [{"geste": "add", "perimetre": name, "codes": [B]}]
    done = post("/changes", {"gestes": add, "vu": {name: seen}})
    for code in (C, D):
        done = post("/changes", {"vu": done.json["etats"], "gestes": [
            {"geste": "add", "perimetre": name, "codes": [code]}]})
    os.replace(before, workspace)
    for leftover in ("-wal", "-shm"):
        if os.path.exists(workspace + leftover):
            os.unlink(workspace + leftover)
    same("it is gone there", codes_of(name), {A})
    same("what was seen is not there", post("/changes", {"vu": done.json["etats"], "gestes": [
        {"geste": "remove", "perimetre": name, "codes": [A]}]}).status, 412)
    other = post("/changes", {"gestes": [{"geste": "add", "perimetre": name, "codes": [D]}],
                              "vu": {name: seen}})
    same("its own state", (other.status, codes_of(name)), (200, {A, D}))
    same("same version, other hash", (done.json["etats"][name][:2] != "v2",
                                      other.json["etats"][name][:3]), (True, "v2-"))
    tried = post("/what-if", {"gestes": add})
    same("tried upon it", bare(tried.json), cli("what-if", "add", name, B))


def test_the_desk_follows_everything():
    """After all of that what is told warm is what the command line tells from the file."""
    for _ in range(3):
        name, seen = fresh(A, C)
        tried = post("/what-if", {"gestes": [{"geste": "add", "perimetre": name, "codes": [D]}]})
        same("as the command line", bare(tried.json), cli("what-if", "add", name, D))
    time.sleep(0.3)
    same("no failure was logged", [line for line in service.logged() if line["status"] >= 500
                                   and line["status"] != 503], [])


kit.main(globals())
