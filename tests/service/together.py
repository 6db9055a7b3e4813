"""Together on one workspace: strokes over HTTP while the command line imports and computes, and two
planners on one perimeter in the orders that matter."""

import fcntl
import os
import subprocess
import threading
import time

import edit_kit
from edit_kit import Lost, Person, add, commune_codes, contact, kit, members, move, remove, token
from kit import check, same

CODES = commune_codes(40)
workspace = edit_kit.board(perimeters=[("cpts-a", CODES[:3]), ("cpts-b", CODES[3:6])])
study = workspace.replace("w.maille", "study.yaml")
tokens = {who: token(workspace, "planificateur", name=who) for who in ("anne", "bruno", "chloe")}
service = edit_kit.serve(workspace, "write_wait_s: 0.2")
anne, bruno = (Person(service, tokens[who]) for who in ("anne", "bruno"))


def document(perimeter, who=anne):
    return who.get(f"/perimeters/{perimeter}").json


def held(perimeter):
    return set(members(document(perimeter)))


def seen(*perimeters):
    return {p: anne.etat(p) for p in perimeters}


# ---- the command line at the same time ------------------------------------------------------------

class Painter(threading.Thread):
    """Adds and removes communes of its own until it is told to stop; each stroke gets through."""

    def __init__(self, who, perimeter, codes):
        super().__init__()
        self.person = Person(service, tokens[who])
        self.perimeter, self.codes, self.stop = perimeter, codes, threading.Event()
        self.done, self.busy, self.slowest, self.wrong, self.held = [], [], 0, [], set()

    def stroke(self, code):
        gesture = (remove if code in self.held else add)(self.perimeter, code)
        id = self.person.new_id()
        body = edit_kit.request(gesture, id=id, vu={self.perimeter: self.etat}, tolerant=True, motif=id)
        began = time.monotonic()
        while (answer := self.person.post("/changes", body)).status == 503:
            self.busy.append(answer)
            time.sleep(0.05)
        self.slowest = max(self.slowest, time.monotonic() - began)
        if answer.status != 200:
            self.wrong.append(f"{answer.status} {answer.text[:300]}")
            return
        self.done.append(id)
        self.held ^= {code}
        self.etat = answer.json["etats"][self.perimeter]

    def run(self):
        try:
            self.etat = self.person.etat(self.perimeter)
            while not self.stop.is_set():
                for code in self.codes:
                    self.stroke(code)
        except Lost as lost:
            self.wrong.append(str(lost))


def while_painting(function):
    """What it returns, and what three painters did meanwhile."""
    before = held("cpts-a"), held("cpts-b")
    painters = [Painter("anne", "cpts-a", CODES[10:14]), Painter("bruno", "cpts-b", CODES[14:18]),
                Painter("chloe", "cpts-a", CODES[18:22])]
    for p in painters:
        p.start()
    try:
        time.sleep(0.2)
        result = function()
    finally:
        for p in painters:
            p.stop.set()
        for p in painters:
            p.join()
    kit.none("strokes get through", [w for p in painters for w in p.wrong])
    check("strokes went on", all(len(p.done) >= 4 for p in painters), [len(p.done) for p in painters])
    a, b, c = (p.held for p in painters)
    same("cpts-a is what was painted", held("cpts-a"), before[0] | a | c)
    same("cpts-b is what was painted", held("cpts-b"), before[1] | b)
    ids = [id for p in painters for id in p.done]
    found = [row[0] for row in kit.query(workspace, "SELECT why FROM change WHERE kind = 'edition'")]
    same("each stroke is there once", [id for id in ids if found.count(id) != 1], [])
    for person, perimeter, codes in ((anne, "cpts-a", a | c), (anne, "cpts-b", b)):
        if codes:
            answer = person.change(remove(perimeter, *sorted(codes)), vu=seen(perimeter))
            same("the board is cleared", answer.status, 200)
    return result, painters


def check_busy(painters):
    """503 says when to come again, and nothing of who or what is at work."""
    for answer in [a for p in painters for a in p.busy]:
        check("busy says when to come again", (answer["Retry-After"] or "").isdigit(), answer["Retry-After"])
        said = answer.text.lower()
        kit.none("busy names nothing secret", [w for w in ("secret", "w.maille", "/tmp", ".lock", "4711")
                                               if w in said])


def cli(*args):
    return subprocess.run([kit.MAILLE, *args, "-w", workspace], capture_output=True, text=True,
                          check=False)


def lock_file():
    """The lock of the workspace, taken as another program takes it."""
    while True:
        lock = open(workspace + ".lock", "a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(lock.fileno()).st_ino == os.stat(lock.name).st_ino:
                return lock
        except (BlockingIOError, FileNotFoundError):
            pass
        lock.close()
        time.sleep(0.0005)


def test_strokes_while_another_holds_the_lock_are_told_to_come_again():
    def hold():
        with lock_file() as lock:
            lock.truncate(0)
            lock.write("secret 4711\n")
            lock.flush()
            time.sleep(1)

    _, painters = while_painting(hold)
    check("some were told so", any(p.busy for p in painters))
    check_busy(painters)


def test_strokes_while_supply_is_imported():
    path = kit.write(f"{kit.scratch()}/pharmacies.csv",
                     "code;nombre\n" + "".join(f"{c};{n}\n" for n, c in enumerate(CODES, 1)))
    p, painters = while_painting(lambda: cli("import", "supply", path, "--service", "pharmacie",
                                             "--fields", "code=code,count=nombre"))
    same("the import goes well", (p.returncode, p.stderr[-200:] if p.returncode else ""), (0, ""))
    same("it is whole", kit.query(workspace, "SELECT count(*), sum(amount) FROM supply_raw WHERE"
                                  " service = 'pharmacie'"), [(40, 820.0)])
    check_busy(painters)


def test_strokes_while_perimeters_are_imported():
    made = [(f"liste-{n}", CODES[n:n + 3]) for n in range(22, 37)]
    path = edit_kit.write_perimeters(f"{kit.scratch()}/liste.csv", made)
    p, painters = while_painting(lambda: cli("import", "perimeters", path))
    same("the import goes well", (p.returncode, p.stderr[-200:] if p.returncode else ""), (0, ""))
    for id, codes in made:
        same(f"{id} is whole", held(id), set(codes))
    check_busy(painters)


def test_strokes_while_all_is_computed_again():
    supply = study.replace("study.yaml", "medecins.csv")
    kit.write(supply, kit.read(supply) + f"{CODES[1]};9\n")
    p, painters = while_painting(lambda: cli("run", study, "--to", kit.scratch(), "--audience",
                                             "interne"))
    same("the run goes well", (p.returncode, p.stderr[-300:] if p.returncode else ""), (0, ""))
    same("what it imported is whole", kit.query(workspace, "SELECT count(*), sum(amount) FROM supply_raw"
                                                " WHERE service = 'medecin_generaliste'"), [(9, 25.0)])
    check_busy(painters)


# ---- two planners on one perimeter ----------------------------------------------------------------

def both(first, second):
    """Two requests at once."""
    answers = [None, None]

    def send(n, who, body):
        answers[n] = who.post("/changes", body)

    threads = [threading.Thread(target=send, args=(n, who, body))
               for n, (who, body) in enumerate((first, second))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return answers


def ask(who, *gestures, vu, tolerant=False):
    return who, edit_kit.request(*gestures, id=who.new_id(), vu=vu, tolerant=tolerant)


def test_of_two_strict_ones_at_once_one_goes_through():
    for _ in range(8):
        vu, before = seen("cpts-a"), held("cpts-a")
        one, other = {CODES[24]}, {CODES[25]}
        gestures = [(remove if c <= before else add)("cpts-a", *c) for c in (one, other)]
        answers = both(ask(anne, gestures[0], vu=vu), ask(bruno, gestures[1], vu=vu))
        same("one of two", sorted(a.status for a in answers), [200, 412])
        won = answers[0].status == 200
        stale = answers[1 if won else 0].json["perimetres"][0]
        same("the other learns the state", stale["etat"], anne.etat("cpts-a"))
        same("and what changed", [d["code"] for d in stale["differences"]],
             sorted(one if won else other))
        same("what stands is the first one's", held("cpts-a"), before ^ (one if won else other))


def test_tolerant_ones_at_once_meet_where_they_do_not_touch():
    for _ in range(8):
        vu, before = seen("cpts-a"), held("cpts-a")
        gestures = [(remove if c in before else add)("cpts-a", c) for c in CODES[26:28]]
        answers = both(*(ask(who, g, vu=vu, tolerant=True) for who, g in zip((anne, bruno), gestures)))
        same("both go through", [a.status for a in answers], [200, 200])
        same("and both are there", held("cpts-a"), before ^ set(CODES[26:28]))
        vu, before = seen("cpts-a"), held("cpts-a")
        gesture = (remove if CODES[28] in before else add)("cpts-a", CODES[28])
        answers = both(*(ask(who, gesture, vu=vu, tolerant=True) for who in (anne, bruno)))
        same("the same commune goes once", sorted(a.status for a in answers), [200, 412])
        same("and is there once", held("cpts-a"), before ^ {CODES[28]})


def test_moves_that_cross():
    whole = held("cpts-a") | held("cpts-b")
    for _ in range(4):
        a, b = sorted(held("cpts-a"))[0], sorted(held("cpts-b"))[0]
        vu = seen("cpts-a", "cpts-b")
        answers = both(ask(anne, move("cpts-a", "cpts-b", a), vu=vu, tolerant=True),
                       ask(bruno, move("cpts-b", "cpts-a", b), vu=vu, tolerant=True))
        same("both cross", [x.status for x in answers], [200, 200])
        check("each is where it went", a in held("cpts-b") and b in held("cpts-a"))
        same("none is lost", held("cpts-a") | held("cpts-b"), whole)


def test_undo_across_two_users():
    begin = document("cpts-b")["contact"]
    for who, text in ((anne, "un"), (bruno, "deux")):
        same("a contact", who.change(contact("cpts-b", text), vu=seen("cpts-b")).status, 200)
    answer = anne.post("/undo", {"perimetre": "cpts-b"})
    same("what another built upon stays", answer.status, 409)
    check("and is named", "bruno" in answer.text, answer.text[:300])
    same("nothing happened", document("cpts-b")["contact"], "deux")
    same("bruno takes his back", bruno.post("/undo", {"perimetre": "cpts-b"}).status, 200)
    same("then anne hers", anne.post("/undo", {"perimetre": "cpts-b"}).status, 200)
    same("as it was", document("cpts-b")["contact"], begin)
    same("bruno's is not on top", bruno.post("/redo", {"perimetre": "cpts-b"}).status, 409)
    same("anne's is", anne.post("/redo", {"perimetre": "cpts-b"}).status, 200)
    same("then bruno's", bruno.post("/redo", {"perimetre": "cpts-b"}).status, 200)
    same("as both had it", document("cpts-b")["contact"], "deux")


def test_all_hear_the_same_in_the_same_order():
    last = kit.query(workspace, "SELECT max(number) FROM change")[0][0]
    streams = [edit_kit.events(service, tokens[who], 0,
                               lambda e: e[1] == "changement" and e[2]["changement"] == last, timeout=3)
               for who in ("anne", "bruno")]
    numbers = [[e[2]["changement"] for e in s if e[1] == "changement"] for s in streams]
    same("each hears of each change once", numbers[0], list(range(1, last + 1)))
    same("and both of the same", streams[0], streams[1])


kit.main(globals())
