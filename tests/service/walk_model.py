"""A plain model of perimeters that people edit: what stands in each plan, who changed what, what may
be taken back, what a writer who saw an older state is refused. Dicts and sets, no service."""

import copy
import hashlib
import json

PARTS = {"75056": {"75101", "75102"}}  # a commune and its arrondissements: never both


class Refused(Exception):
    """What the model says must be refused, with the status of the answer."""

    def __init__(self, status, why):
        super().__init__(why)
        self.status = status


def new_perimeter(id, name, status, codes):
    return {"id": id, "name": name, "contact": None, "statuses": [(status, None)],
            "members": dict.fromkeys(codes, 1)}


def document(p):
    """The canonical text (include/maille/perimeter.h)."""
    out = {"id": p["id"], "kind": "cpts", "name": p["name"]}
    if p["contact"]:
        out["contact"] = p["contact"]
    out["statuses"] = [{"status": s, **({"since": d} if d else {})} for s, d in p["statuses"]]
    out["members"] = [{"code": c, **({"share": p["members"][c]} if p["members"][c] != 1 else {})}
                      for c in sorted(p["members"])]
    return json.dumps(out, separators=(",", ":"), ensure_ascii=False)


def digest(p):
    return hashlib.sha256(document(p).encode()).hexdigest()[:16] if p else ""


# ---- strokes ------------------------------------------------------------------------------------

def refuse_unless(holds, why):
    if not holds:
        raise Refused(422, why)


def apply_gesture(standing, g, known, strokes):
    """Changes {id: perimeter or None} in place; adds (id, what it is on) of each stroke."""
    verb, id = g["geste"], g.get("perimetre")
    for code in g.get("codes", []):
        refuse_unless(code in known or verb == "remove", f"{code} is no commune")
    if verb == "create":
        refuse_unless(not standing.get(id), "it is there")
        strokes.add((id, "life"))
        standing[id] = new_perimeter(id, g["nom"], g["statut"], g.get("codes", []))
        return
    if verb == "move":
        move(standing.get(g["de"]), standing.get(g["vers"]), g["codes"], strokes)
        return
    refuse_unless(standing.get(id), "it is not there")
    p = standing[id]
    strokes |= {(id, what) for what in g.get("codes", [verb])}
    if verb == "delete":
        standing[id] = None
    elif verb == "rename":
        p["name"] = g["nom"]
    elif verb == "contact":
        p["contact"] = g["contact"]
    elif verb == "status":
        last, since = p["statuses"][-1]
        refuse_unless(g["statut"] != last and (not since or g["depuis"] >= since), "its order")
        p["statuses"].append((g["statut"], g["depuis"]))
    for code in g.get("codes", []):
        if verb == "add":
            refuse_unless(code not in p["members"], "it is a member")
            p["members"][code] = g.get("part", 1)
        else:
            refuse_unless(code in p["members"], "it is no member")
            if verb == "remove":
                del p["members"][code]
            else:
                p["members"][code] = g["part"]


def move(source, to, codes, strokes):
    """With the share that they had; what is held there already adds up, to the whole at most."""
    refuse_unless(source and to, "it is not there")
    for code in codes:
        refuse_unless(code in source["members"], "it is no member")
        part = min(1, to["members"].get(code, 0) + source["members"].pop(code))
        strokes.add((source["id"], code))
        if to["members"].get(code) != part:
            to["members"][code] = part
            strokes.add((to["id"], code))


def touched_by(gestures):
    return sorted({id for g in gestures for id in (g.get("perimetre"), g.get("de"), g.get("vers")) if id})


def concerned(what, seen, now):
    """Whether what a stroke is on has changed from seen to now."""
    for verb, key in (("rename", "name"), ("contact", "contact"), ("status", "statuses")):
        if what == verb:
            return seen[key] != now[key]
    return what in ("delete", "life") or seen["members"].get(what) != now["members"].get(what)


# ---- a plan and its past ------------------------------------------------------------------------

class Change:
    def __init__(self, who, sides):
        self.who, self.sides = who, sides  # {id: (before, after)}
        self.turned_by = None              # who took it back last


class Past:
    """Which changes stand and which were taken back, as one perimeter or a whole plan tells it."""

    def __init__(self, forgets=True):
        self.done, self.undone, self.lost, self.forgets = [], [], {}, forgets

    def new(self, change):
        if self.forgets:
            for other in self.undone:
                self.lost[other] = change
            self.undone = []
        self.done.append(change)

    def back(self, change):
        self.done.remove(change)
        self.undone.append(change)
        self.lost.pop(change, None)

    def again(self, change):
        if change in self.undone:
            self.undone.remove(change)
        self.done.append(change)


class Plan:
    """A scenario, or the reference."""

    def __init__(self, known, base=None):
        self.known = known
        self.standing = copy.deepcopy(base.standing) if base else {}
        self.began = copy.deepcopy(self.standing)
        self.versions = dict(base.versions) if base else {}
        self.all, self.every = Past(), Past(forgets=False)
        self.of = {}    # id → Past
        self.heads = {}  # id → the change that made its version
        self.count = 0

    def check_seen(self, strokes, vu, tolerant):
        """412 and 428 as docs/editing.md has them. `vu`: {id: (version, perimeter) as seen}."""
        for id in {id for id, _ in strokes}:
            if self.standing.get(id) and id not in vu:
                raise Refused(428, "not seen")
        for id, what in strokes:
            if id not in vu or not self.stale(id, vu[id]):
                continue
            seen, now = vu[id][1], self.standing.get(id)
            if not tolerant or not seen or not now or concerned(what, seen, now):
                raise Refused(412, f"{id} is otherwise")

    def stale(self, id, seen):
        """Whether a perimeter went on since, even if only there and back."""
        return (self.versions.get(id), digest(self.standing.get(id))) != (seen[0], digest(seen[1]))

    def try_out(self, gestures):
        """What gestures would make of the perimeters that they name, and each stroke."""
        trial = {id: copy.deepcopy(self.standing.get(id)) for id in touched_by(gestures)}
        strokes = set()
        for g in gestures:  # each holds by itself, upon those before it
            before = {id: digest(p) for id, p in trial.items()}
            apply_gesture(trial, g, self.known, strokes)
            refuse_unless(before != {id: digest(p) for id, p in trial.items()}, "nothing changes")
            for whole, parts in PARTS.items():
                refuse_unless(not any(p and whole in p["members"] and parts & set(p["members"])
                                      for p in trial.values()), "a commune and its parts")
        refuse_unless(self.sides(trial), "nothing changes")
        return trial, strokes

    def sides(self, trial):
        return {id: (self.standing.get(id), p) for id, p in trial.items()
                if digest(p) != digest(self.standing.get(id))}

    def change(self, who, gestures, vu, tolerant):
        """The ids that got a version; Refused, and nothing is changed."""
        stale = any(self.stale(id, seen) for id, seen in vu.items())
        try:
            trial, strokes = self.try_out(gestures)
        except Refused as refusal:
            raise Refused(412 if stale else refusal.status, str(refusal)) from None
        self.check_seen(strokes, vu, tolerant)
        sides = self.sides(trial)
        self.record(who, sides)
        return sorted(sides)

    def bring(self, change, sides):
        self.count += 1
        for id, (_, after) in sides.items():
            self.standing[id] = copy.deepcopy(after)
            self.versions[id] = self.versions.get(id, 0) + 1
            self.heads[id] = change

    def record(self, who, sides):
        made = Change(who, copy.deepcopy(sides))
        self.bring(made, made.sides)
        for past in (self.all, self.every, *(self.of.setdefault(id, Past()) for id in sides)):
            past.new(made)

    def in_the_way(self, change, back):
        """Changes because of which it is not the last word; None for one that nobody knows."""
        out = []
        for id, (before, after) in change.sides.items():
            past = self.of[id]
            top = past.done if back else past.undone
            state = after if back else before
            if not (top and top[-1] is change and digest(self.standing[id]) == digest(state)):
                out.append(past.lost.get(change) or self.heads[id])
        return out

    def turn(self, who, back, everybody=False):
        """Undo and redo; the ids that changed."""
        past = self.all if everybody else self.every
        rows = [c for c in (past.done if back else past.undone)
                if everybody or who == (c.who if back else c.turned_by)]
        for change in reversed(rows):
            others = self.in_the_way(change, back)
            if others and not back and not everybody and all(c.who == who for c in others):
                continue  # went on oneself: it is forgotten
            if others:
                raise Refused(409, "others went on")
            turner = Change(who, {})
            self.bring(turner, {id: ((b, a), b if back else a)
                                for id, (b, a) in change.sides.items()})
            for each in (self.all, self.every, *(self.of[id] for id in change.sides)):
                (each.back if back else each.again)(change)
            if back:
                change.turned_by = who
            return sorted(change.sides)
        raise Refused(409, "nothing to turn")

    def merge(self, who, branch):
        """What a scenario changed comes in, three-way."""
        sides = {}
        for id in sorted(set(branch.standing) | set(branch.began)):
            base, theirs = branch.began.get(id), branch.standing.get(id)
            ours = self.standing.get(id)
            if digest(theirs) != digest(base):
                merged = meet(base, ours, theirs)
                if digest(merged) != digest(ours):
                    sides[id] = (ours, merged)
        if not sides:
            raise Refused(409, "nothing new")
        self.record(who, sides)
        return sorted(sides)


def meet_value(base, ours, theirs):
    if theirs == base or ours == theirs:
        return ours
    if ours != base:
        raise Refused(409, "both changed it")
    return theirs


def meet(base, ours, theirs):
    if digest(ours) == digest(base) or digest(ours) == digest(theirs):
        return copy.deepcopy(theirs)
    if not (base and ours and theirs):
        raise Refused(409, "one took it away, one went on")
    out = copy.deepcopy(ours)
    for key in ("name", "contact", "statuses"):
        out[key] = meet_value(base[key], ours[key], theirs[key])
    for code in set(base["members"]) | set(ours["members"]) | set(theirs["members"]):
        share = meet_value(*(p["members"].get(code) for p in (base, ours, theirs)))
        out["members"].pop(code, None)
        if share:
            out["members"][code] = share
    return out
