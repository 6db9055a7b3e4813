"""A random walk of edits, what-ifs, undos, redos, scenarios made and merged, and restarts (killed or
not), by three planners over HTTP against a plain model (walk_model.py): each answer is the one that
the model has, and every 200 steps all that stands is.

    walk.py [STEPS [SEED]]
"""

import collections
import copy
import random
import sys
import time

import edit_kit
import walk_model
from edit_kit import Person, add, contact, create, delete, kit, move, remove, rename, token
from kit import check, same
from walk_model import Plan, Refused, digest

STEPS = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20260803
CODES = edit_kit.commune_codes(37) + ["75056", "75101", "75102"]
IDS = [f"p{n}" for n in range(1, 7)]
STATUSES = ["idee", "lettre-intention", "projet", "projet-transmis", "contractualisee"]
PEOPLE = ["anne", "bruno", "chloe"]
dice = random.Random(SEED)


class Walk:
    def __init__(self):
        self.workspace = edit_kit.board(codes=CODES)
        self.tokens = {p: token(self.workspace, "planificateur", name=p) for p in PEOPLE}
        self.plans = {"": Plan(set(CODES))}
        self.older = collections.defaultdict(list)  # (scenario, id) → [(etat, perimeter)]
        self.last = {}  # who → (request id, scenario, {id: perimeter}) of the last change
        self.sent = []  # (who, path, body, status, answer) of changes that went through
        self.counts = collections.Counter()
        self.seconds = collections.Counter()
        self.scenarios = 0
        self.number = 0
        self.start()

    def start(self):
        self.service = edit_kit.serve(self.workspace)
        self.people = {p: Person(self.service, t, seed=dice.random()) for p, t in self.tokens.items()}

    def restart(self):
        for person in self.people.values():
            person.leave()
        if dice.random() < 0.5:
            self.service.process.kill()
            self.service.process.wait()
            self.counts["kills"] += 1
        else:
            same("a graceful stop", self.service.stop(), 0)
            self.counts["stops"] += 1
        self.start()

    # ---- what stands ----

    def etat(self, scenario, id):
        plan = self.plans[scenario]
        return f"v{plan.versions[id]}-{digest(plan.standing[id])}"

    def check_states(self, what, scenario, etats, ids):
        """The states of an answer are those of the model, which has the whole documents."""
        plan = self.plans[scenario]
        same(f"{what}: what was touched", sorted(etats), ids)
        for id in ids:
            standing = plan.standing.get(id)
            wanted = self.etat(scenario, id) if standing else f"v{plan.versions[id]}"
            got = etats.get(id, "")
            same(f"{what}: {id} in {scenario!r}", got if standing else got.rstrip("-"), wanted)
            if standing:
                self.older[scenario, id] = self.older[scenario, id][-6:] + [
                    (wanted, plan.versions[id], copy.deepcopy(standing))]
            else:
                self.older.pop((scenario, id), None)

    def check_one(self, scenario, id):
        answer = self.person().get(f"/perimeters/{id}?scenario={scenario}")
        p = self.plans[scenario].standing.get(id)
        if not p:
            same(f"{id} is not in {scenario!r}", answer.status, 404)
            return
        document = answer.json
        same(f"{id} in {scenario!r}", (document["nom"], document["contact"], document["statut"],
                                       edit_kit.members(document), document["etat"]),
             (p["name"], p["contact"], p["statuses"][-1][0], p["members"], self.etat(scenario, id)))

    def check_all(self):
        same("the scenarios", sorted(s["id"] for s in self.person().get("/scenarios").json),
             sorted(s for s in self.plans if s))
        for scenario, plan in self.plans.items():
            listed = self.person().get(f"/perimeters?scenario={scenario}").json
            wanted = {id: self.etat(scenario, id) for id, p in plan.standing.items() if p}
            same(f"what stands in {scenario!r}", {p["id"]: p["etat"] for p in listed}, wanted)
            for id in wanted:
                self.check_one(scenario, id)
        self.counts["looks"] += 1

    def check_history(self):
        numbers, path = set(), "/history?limit=1000"
        while path:
            answer = self.person().get(path)
            numbers |= {row["numero"] for row in answer.json}
            link = answer["Link"] or ""
            path = "/" + link[1:link.index(">")].split("/", 3)[3] if 'rel="next"' in link else None
        same("changes of the reference in the history", len(numbers), self.plans[""].count)

    # ---- steps ----

    def person(self):
        return self.people[dice.choice(PEOPLE)]

    def expect(self, what, answer, status, body=None):
        """Counts the step; False when the model or the service refused."""
        self.counts["refused" if status != 200 else what] += 1
        if answer.status != status:
            check(f"step {self.step}: {what}", False,
                  f"got {answer.status} {answer.text[:600]}, wanted {status}, asked {body}")
        return status == 200 and answer.status == 200

    def gesture(self, scenario):
        """One that mostly holds."""
        plan = self.plans[scenario]
        there = [id for id, p in plan.standing.items() if p]
        absent = [id for id in (IDS if not scenario else [f"{scenario}-1", f"{scenario}-2"])
                  if not plan.standing.get(id)]
        if (absent and dice.random() < 0.1) or not there:
            return create(dice.choice(absent or IDS), *dice.sample(CODES[:37], dice.randrange(4)),
                          statut=dice.choice(STATUSES[:3]))
        id = dice.choice(there)
        p = plan.standing[id]
        held = sorted(p["members"])
        free = [c for c in CODES if c not in p["members"]]
        verb = dice.choices(["add", "remove", "share", "rename", "contact", "status", "move", "delete",
                             "unknown", "twice", "absent"],
                            [40, 25, 8, 5, 8, 3, 8, 2, 1, 2, 2])[0]
        if verb == "remove" and held:
            return remove(id, dice.choice(held))
        if verb == "share" and held:
            return {"geste": "share", "perimetre": id, "codes": [dice.choice(held)],
                    "part": dice.choice([0.25, 0.5, 0.75, 1])}
        if verb == "rename":
            return rename(id, f"Nom {dice.randrange(1000)}")
        if verb == "contact":
            return contact(id, dice.choice([None, f"bureau {dice.randrange(1000)}"]))
        if verb == "status" and not scenario:
            return {"geste": "status", "perimetre": id, "statut": dice.choice(STATUSES),
                    "depuis": f"2025-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}"}
        if verb == "move" and held and len(there) > 1:
            return move(id, dice.choice([t for t in there if t != id]), dice.choice(held))
        if verb == "delete" and len(there) > 3:
            return delete(id)
        if verb == "unknown":
            return add(id, "99999")
        if verb == "twice" and held:
            return add(id, dice.choice(held))
        if verb == "absent":
            return remove(id, dice.choice(free))
        part = dice.choice([None, None, None, 0.5])
        return add(id, *dice.sample(free, min(len(free), dice.randrange(1, 4))),
                   **({"part": part} if part else {}))

    def gestures(self, scenario):
        return [self.gesture(scenario) for _ in range(1 + (dice.random() < 0.3))]

    def seen(self, who, scenario, gestures):
        """What the writer says to have seen, for the service and for the model."""
        plan, told, seen = self.plans[scenario], {}, {}
        for id in walk_model.touched_by(gestures):
            p = plan.standing.get(id)
            if not p or dice.random() < 0.01:
                continue
            told[id], seen[id] = self.etat(scenario, id), (plan.versions[id], p)
            request, of, made = self.last.get(who, (None, None, {}))
            if dice.random() < 0.1 and of == scenario and id in made and made[id][1]:
                told[id], seen[id] = {"apres": request}, made[id]
            elif dice.random() < 0.12 and self.older[scenario, id]:
                told[id], version, p = dice.choice(self.older[scenario, id])
                seen[id] = (version, p)
        return told, seen

    def prepare(self, who, scenario):
        """A change: its body, and what the model has of it: ids, or the Refused."""
        gestures = self.gestures(scenario)
        told, seen = self.seen(who, scenario, gestures)
        tolerant = dice.random() < 0.6
        body = edit_kit.request(*gestures, id=self.people[who].new_id(), vu=told, tolerant=tolerant,
                                scenario=scenario, motif=dice.choice([None, "réunion"]))
        try:
            ids = self.plans[scenario].change(who, gestures, seen, tolerant)
            plan = self.plans[scenario]
            made = {id: (plan.versions[id], copy.deepcopy(plan.standing[id])) for id in ids}
            self.last[who] = (body["id"], scenario, made)
            return body, ids, 200
        except Refused as refusal:
            return body, [], refusal.status

    def edit(self, who, scenario):
        body, ids, status = self.prepare(who, scenario)
        answer = self.people[who].post("/changes", body)
        if self.expect("edits", answer, status, body):
            self.check_states(f"an edit {body}", scenario, answer.json["etats"], ids)
            self.sent = self.sent[-20:] + [(who, "/changes", body, answer.json)]
        elif dice.random() < 0.2:
            for id in walk_model.touched_by(body["gestes"]):
                self.check_one(scenario, id)

    def queue(self, who, scenario):
        """Up to four changes at once; it ends at the first that does not go through."""
        bodies, wanted = [], []
        for _ in range(dice.randrange(1, 5)):
            body, ids, status = self.prepare(who, scenario)
            bodies.append(body)
            wanted.append((status, {id: self.etat(scenario, id) if self.plans[scenario].standing[id]
                                    else f"v{self.plans[scenario].versions[id]}" for id in ids}))
            if status != 200:
                break
        answer = self.people[who].post("/changes/queue", {"changements": bodies})
        if not self.expect("queues", answer, 200, bodies):
            return
        got = [(a["status"], {k: v.rstrip("-") for k, v in a["reponse"].get("etats", {}).items()})
               for a in answer.json["reponses"]]
        same("a queue", got, wanted)
        same("done of a queue", answer.json["faits"], sum(s == 200 for s, _ in wanted))

    def what_if(self, who, scenario):
        gestures = self.gestures(scenario)
        plan, trial = self.plans[scenario], {}
        try:
            trial, _ = plan.try_out(gestures)
            status = 200
        except Refused as refusal:
            status = refusal.status
        answer = self.people[who].post("/what-if", {"scenario": scenario, "gestes": gestures})
        if not self.expect("what-ifs", answer, status, gestures):
            return
        for p in answer.json["perimetres"]:
            got = p["apres"]["communes"] if p["apres"] else None
            if p["id"] in trial:
                wanted = len(trial[p["id"]]["members"]) if trial[p["id"]] else None
                same(f"communes of {p['id']} if so", got, wanted)

    def turn(self, who, scenario, back):
        everybody = dice.random() < 0.25
        plan = self.plans[scenario]
        ids, status = [], 200
        try:
            ids = plan.turn(who, back, everybody)
        except Refused as refusal:
            status = refusal.status
        body = {"id": self.people[who].new_id(), "scenario": scenario, "tous": everybody}
        answer = self.people[who].post("/undo" if back else "/redo", body)
        if self.expect("undos" if back else "redos", answer, status, body):
            self.check_states("a turn", scenario, answer.json["etats"], ids)
            self.sent = self.sent[-20:] + [(who, "/undo" if back else "/redo", body, answer.json)]

    def send_again(self):
        """A request that was answered: nothing happens, and the answer is the same."""
        if not self.sent:
            return
        who, path, body, wanted = dice.choice(self.sent)
        answer = self.people[who].post(path, body)
        if self.expect("sent again", answer, 200):
            same("the answer again", answer.json, wanted)
            same("it says so", answer["Idempotency-Replayed"], "true")

    def scenario(self, who):
        if len(self.plans) < 4:
            self.scenarios += 1
            id = f"s{self.scenarios}"
            answer = self.people[who].post("/scenarios", {"id": id, "titre": "Variante", "base": ""})
            check("a scenario is made", answer.status in (200, 201), answer.text[:300])
            self.plans[id] = Plan(set(CODES), self.plans[""])
            self.counts["scenarios made"] += 1
            return
        id = dice.choice([s for s in self.plans if s])
        ids, status = [], 200
        try:
            ids = self.plans[""].merge(who, self.plans[id])
        except Refused as refusal:
            status = refusal.status
        answer = self.people[who].post(f"/scenarios/{id}/merge", {"dans": "", "motif": "fusion"})
        if self.expect("merges", answer, status, id):
            self.check_states("a merge", "", answer.json["etats"], ids)
        answer = self.people[who].ask("DELETE", f"/scenarios/{id}")
        check("a scenario goes", answer.status in (200, 204), answer.text[:300])
        del self.plans[id]

    def walk(self):
        scenario = dice.choice([*self.plans, *[""] * 6])
        who = dice.choice(PEOPLE)
        what = dice.choices(["edit", "what_if", "undo", "redo", "again", "queue", "scenario"],
                            [56, 15, 10, 8, 3, 3, 1])[0]
        before = time.monotonic()
        if what in ("undo", "redo"):
            self.turn(who, scenario, what == "undo")
        elif what == "again":
            self.send_again()
        elif what == "scenario":
            self.scenario(who)
        else:
            getattr(self, what)(who, scenario)
        self.seconds[what] += time.monotonic() - before

    def run(self):
        began = time.monotonic()
        for self.step in range(STEPS):
            self.walk()
            if self.step % 250 == 249 or dice.random() < 0.001:
                self.restart()
            if self.step % 200 == 199:
                self.check_all()
            if kit.failed:
                print(f"     stopped at step {self.step}")
                break
        self.check_all()
        self.check_history()
        check("most of it was done", self.counts["edits"] > STEPS / 4, self.counts)
        told = ", ".join(f"{n} {what}" for what, n in sorted(self.counts.items()))
        print(f"     seed {SEED}, {self.step + 1} steps: {told}; {time.monotonic() - began:.0f} s")
        print("     seconds by kind:", {k: round(v, 1) for k, v in self.seconds.items()})
        same("it ends well", self.service.stop(), 0)


Walk().run()
sys.exit(1 if kit.failed else 0)
