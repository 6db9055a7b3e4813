"""kill -9 under load: eight planners paint on shared perimeters over HTTP, each stroke with an id of
its own, while the service is killed 200 times (and the command line changes and imports now and
then). After each kill: what was acknowledged is there, once; what was in flight is there once or
not at all, and sent again it answers rightly; perimeters are what a plain replay of the strokes
makes of them; whoever follows the events learns of each change once.

    kill_writers.py [KILLS [SEED]]
"""

import random
import sqlite3
import subprocess
import sys
import threading
import time

import edit_kit
from edit_kit import Lost, Person, add, commune_codes, contact, kit, members, remove, token
from kit import check

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20260802
WRITERS = 8
PERIMETERS = ["cpts-a", "cpts-b", "cpts-c", "cpts-d"]
CODES = commune_codes(40)


class Ledger:
    """What callers know: answers that came whole, and requests whose answer did not."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged = {}  # request id → (etats, id of the change)
        self.bodies = {}        # request id → what was asked
        self.by_command = {}    # reason given on the command line → contact that it set, or None
        self.refused = self.busy = 0
        self.wrong = []
        self.at_work = threading.Event()  # somebody was answered since the start

    def note(self, body, answer):
        with self.lock:
            if answer.status == 200:
                self.acknowledged[body["id"]] = (answer.json["etats"], answer.json["id_changement"])
                self.at_work.set()
            elif answer.status in (409, 412, 422):
                self.refused += 1
            elif answer.status == 503:
                self.busy += 1
            else:
                self.wrong.append(f"{answer.status} {answer.text[:300]}")


class Writer:
    """Paints until the service is gone; mostly on communes that nobody else paints with, so that a
    tolerant stroke goes through whatever the others do."""

    def __init__(self, number, token, ledger):
        self.number, self.token, self.ledger = number, token, ledger
        self.own = CODES[number * 5:number * 5 + 5]
        self.random = random.Random(SEED * 100 + number)
        self.in_flight = None
        self.seen = {}

    def look(self, person, perimeter):
        document = person.get(f"/perimeters/{perimeter}").json
        self.seen[perimeter] = (document["etat"], set(members(document)))

    def next_body(self):
        perimeter = self.random.choice(PERIMETERS)
        etat, held = self.seen[perimeter]
        code = self.random.choice(self.own if self.random.random() < 0.85 else CODES)
        id = f"w{self.number}-{self.random.getrandbits(64):016x}"
        gestures = [(remove if code in held else add)(perimeter, code)]
        if self.random.random() < 0.1:
            gestures.append(contact(perimeter, id))
        return edit_kit.request(*gestures, id=id, vu={perimeter: etat}, tolerant=True, motif=id)

    def stroke(self, person):
        body = self.next_body()
        perimeter = body["gestes"][0]["perimetre"]
        self.in_flight = body
        with self.ledger.lock:
            self.ledger.bodies[body["id"]] = body
        answer = person.patiently("/changes", body)
        self.in_flight = None
        self.ledger.note(body, answer)
        if answer.status == 200:
            held = self.seen[perimeter][1] ^ {body["gestes"][0]["codes"][0]}
            self.seen[perimeter] = (answer.json["etats"][perimeter], held)
        else:
            self.look(person, perimeter)

    def paint(self, service):
        person = Person(service, self.token)
        try:
            for perimeter in PERIMETERS:
                self.look(person, perimeter)
            while True:
                self.stroke(person)
        except Lost:
            pass
        finally:
            person.leave()


class Replay:
    """Perimeters as the strokes in the order of their numbers make them."""

    def __init__(self):
        self.held = {p: set() for p in PERIMETERS}
        self.contact = dict.fromkeys(PERIMETERS)
        self.etat = dict.fromkeys(PERIMETERS)

    def apply(self, gestures):
        for g in gestures:
            held = self.held[g["perimetre"]]
            if g["geste"] == "contact":
                self.contact[g["perimetre"]] = g["contact"]
            elif g["geste"] == "add":
                check("what is added was not there", not held & set(g["codes"]), g)
                held |= set(g["codes"])
            else:
                check("what is removed was there", held >= set(g["codes"]), g)
                held -= set(g["codes"])


class Watcher:
    """Looks at the workspace after each kill."""

    def __init__(self, workspace, ledger):
        self.workspace, self.ledger = workspace, ledger
        self.replay = Replay()
        self.number = self.entry = 0
        self.found = {}  # request id → (etats, id of the change)
        self.commands = set()
        self.lost = self.twice = self.half = 0
        self.told = 0
        self.event = 0

    def query(self, text, *values):
        db = sqlite3.connect(f"file:{self.workspace}?mode=ro", uri=True, timeout=20)
        try:
            return db.execute(text, values).fetchall()
        finally:
            db.close()

    def take_change(self, number, id, why, kind, states):
        """One change of the history that was not there at the last look."""
        check("numbers follow each other", number == self.number + 1, (number, self.number))
        self.number = number
        for perimeter, etat in states.items():
            if perimeter in self.replay.etat:
                self.replay.etat[perimeter] = etat
        if kind == "import" or why == "begin":
            return
        if why in self.ledger.by_command:
            self.twice += why in self.commands
            self.commands.add(why)
            self.replay.apply([contact(PERIMETERS[0], why)])
            return
        if why in self.found:
            self.twice += 1
            return
        check("a change was asked for", why in self.ledger.bodies, (number, why))
        self.found[why] = (states, id)
        self.replay.apply(self.ledger.bodies[why]["gestes"])

    def read_changes(self):
        rows = self.query("SELECT c.number, c.id, c.why, c.kind, v.perimeter_id, v.version, v.after"
                          " FROM change c LEFT JOIN perimeter_version v ON v.change_id = c.id"
                          " WHERE c.number > ? ORDER BY c.number, v.perimeter_id", self.number)
        changes = {}
        for number, id, why, kind, perimeter, version, after in rows:
            states = changes.setdefault(number, (id, why, kind, {}))[3]
            self.half += perimeter is None
            states[perimeter] = f"v{version}-{(after or '')[:16]}"
        for number, (id, why, kind, states) in changes.items():
            self.take_change(number, id, why, kind, states)
        told = dict(self.query("SELECT change_id, count(*) FROM journal WHERE id > ? AND change_id"
                               " IS NOT NULL GROUP BY change_id", self.entry))
        self.entry = self.query("SELECT coalesce(max(id), 0) FROM journal")[0][0]
        for id, *_ in changes.values():
            self.half += told.get(id) != 1

    def check_acknowledged(self):
        """Lost, or there otherwise than was answered."""
        for id, answered in self.ledger.acknowledged.items():
            if id not in self.found:
                self.lost += 1
                print("  LOST", id, flush=True)
            elif self.found[id] != answered:
                self.half += 1
                print("  HALF", id, self.found[id], answered, flush=True)
        answered = {row[0] for row in self.query("SELECT id FROM request WHERE status = 200"
                                             " AND id NOT LIKE 'begin-%'")}
        self.half += len(answered ^ set(self.found))

    def check_documents(self, person):
        """The service shows what the replay has."""
        for perimeter in PERIMETERS:
            document = person.get(f"/perimeters/{perimeter}").json
            right = (set(members(document)) == self.replay.held[perimeter]
                     and document.get("contact") == self.replay.contact[perimeter]
                     and document["etat"] == self.replay.etat[perimeter])
            self.half += not right
            check(f"{perimeter} is as replayed", right, document["etat"])

    def check_history(self, person):
        """All of it, by the interface: each request once."""
        path, reasons = "/history?limit=1000", []
        while path:
            answer = person.get(path)
            reasons += [(row["numero"], row["motif"]) for row in answer.json]
            link = answer["Link"] or ""
            path = link[link.index("<") + 1:link.index(">")] if 'rel="next"' in link else None
            if path and path.startswith("http"):
                path = "/" + path.split("/", 3)[3]
        told = [why for _, why in sorted(set(reasons)) if why in self.ledger.bodies]
        check("the history tells each change once", len(told) == len(set(told)))
        check("the history tells all that was acknowledged",
              set(self.ledger.acknowledged) <= set(told))

    def follow(self, service, token):
        """Events since the last look, on a new connection."""
        if self.number == self.told:
            return
        got = edit_kit.events(service, token, self.event,
                              lambda e: e[1] == "changement" and e[2]["changement"] >= self.number)
        numbers = [e[2]["changement"] for e in got if e[1] == "changement"]
        wanted = list(range(self.told + 1, self.number + 1))
        check("each change is told once", numbers == wanted, (numbers[:5], wanted[:5]))
        if got:
            self.event, self.told = got[-1][0], self.number


def send_again(writers, service, watcher, ledger):
    """What was in flight: done before the kill or not, it answers rightly now."""
    done = new = 0
    for w in writers:
        body, w.in_flight = w.in_flight, None
        if not body:
            continue
        person = Person(service, w.token)
        before = watcher.found.get(body["id"])
        answer = person.patiently("/changes", body)
        replayed = answer["Idempotency-Replayed"] == "true"
        check("what was done is answered as done", replayed == (before is not None),
              (answer.status, replayed, body["id"]))
        if before:
            check("with the change that was made", answer.status == 200
                  and answer.json["id_changement"] == before[1], answer.text[:200])
        ledger.note(body, answer)
        done += before is not None
        new += before is None
        person.leave()
    return done, new


def by_command(workspace, ledger, round_number):
    """The command line at the same time: a stroke, or an import."""
    if round_number % 20 == 7:
        path = kit.write(f"{kit.scratch()}/pharmacies.csv",
                         "code;nombre\n" + "".join(f"{c};{round_number}\n" for c in CODES[:9]))
        subprocess.run([kit.MAILLE, "import", "supply", path, "--service", "pharmacie", "-w",
                        workspace, "--fields", "code=code,count=nombre"], capture_output=True,
                       check=False)
        return
    why = f"cli-{round_number}"
    ledger.by_command[why] = False
    p = subprocess.run([kit.MAILLE, "territory", "contact", PERIMETERS[0], why, "--why", why, "-w",
                        workspace], capture_output=True, text=True, check=False)
    ledger.by_command[why] = p.returncode == 0
    if p.returncode and "being written" not in p.stderr:
        ledger.wrong.append(p.stderr[-300:])


def begin(service, person, watcher):
    for perimeter in PERIMETERS:
        answer = person.change(edit_kit.create(perimeter), id=f"begin-{perimeter}", vu={},
                               motif="begin")
        check(f"{perimeter} is made", answer.status == 200, answer.text)
    watcher.read_changes()
    watcher.ledger.bodies.clear()


def run():
    clock = time.monotonic()
    dice = random.Random(SEED)
    workspace = edit_kit.board()
    ledger = Ledger()
    watcher = Watcher(workspace, ledger)
    writers = [Writer(n, token(workspace, "planificateur", name=f"w{n}"), ledger)
               for n in range(WRITERS)]
    reader = token(workspace, "lecteur")
    service = edit_kit.serve(workspace)
    begin(service, Person(service, writers[0].token), watcher)
    ready = time.monotonic() - clock
    starting = done = new = 0
    for kill in range(KILLS):
        threads = [threading.Thread(target=w.paint, args=(service,)) for w in writers]
        if kill % 5 == 2:
            threads.append(threading.Thread(target=by_command, args=(workspace, ledger, kill)))
        for t in threads:
            t.start()
        if kill % 4:  # else it is killed while it wakes up
            ledger.at_work.wait(10)
        time.sleep(dice.random() * 0.25)
        service.process.kill()
        service.process.wait()
        for t in threads:
            t.join()
        began = time.monotonic()
        ledger.at_work.clear()
        service = edit_kit.serve(workspace)
        starting += time.monotonic() - began
        watcher.read_changes()
        watcher.check_acknowledged()
        person = Person(service, reader)
        watcher.check_documents(person)
        was_done, is_new = send_again(writers, service, watcher, ledger)
        done, new = done + was_done, new + is_new
        watcher.read_changes()
        ledger.at_work.clear()
        watcher.follow(service, reader)
        if kill % 20 == 19 or kill == KILLS - 1:
            watcher.check_acknowledged()
            watcher.check_documents(person)
            watcher.check_history(person)
            check("the file is whole", watcher.query("PRAGMA integrity_check") == [("ok",)])
        if kit.failed or ledger.wrong:
            break
    for why, went_well in ledger.by_command.items():
        watcher.lost += went_well and why not in watcher.commands
        check("what the command line could not do is not there",
              went_well or why not in watcher.commands, why)
    check("nothing else went wrong", not ledger.wrong, ledger.wrong[:3])
    check("planners got through", len(ledger.acknowledged) > 3 * KILLS, len(ledger.acknowledged))
    check("kills cut requests off", done + new > KILLS and done and new, (done, new))
    check("nothing was lost", watcher.lost == 0)
    check("nothing was done twice", watcher.twice == 0)
    check("nothing is half there", watcher.half == 0)
    commands = sum(ledger.by_command.values())
    print(f"     seed {SEED}: {kill + 1} kills, {len(ledger.acknowledged)} acknowledged over HTTP and"
          f" {commands} on the command line, {ledger.refused} refused, {ledger.busy} busy; in flight"
          f" {done} done and {new} not; lost {watcher.lost}, twice {watcher.twice}, half"
          f" {watcher.half}; {watcher.told} changes told by events; made in {ready:.1f} s, a start"
          f" takes {starting / (kill + 1):.2f} s, in all {time.monotonic() - clock:.0f} s")
    service.stop()


run()
sys.exit(1 if kit.failed else 0)
