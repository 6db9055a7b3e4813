"""maille territory on the sample region: changes, tries, undo, scenarios, hand-over, against a plain
model of who holds what."""

import os
import random
import subprocess

import kit
from kit import check, near, none, same
from territory_kit import Study, codes, decisions, effect, everything, refused, territory

region = Study()
work, first, model = region.work, region.workspace, region.model
fresh, side = region.fresh, region.side
ID = "cpts-sud"


# ---- changing ---------------------------------------------------------------------------------------

def test_a_perimeter_of_each_group():
    w = fresh("groups")
    groups = {}
    for r in kit.table(os.path.join(kit.SAMPLE, "groupements.csv")):
        if r["epci"] not in ("", "ZZZZZZZZZ") and r["code"] in region.people:
            groups.setdefault(r["epci"], {})[r["code"]] = 1.0
    territory(w, "create", "--from-grouping", "epci", "--kind", "cls", "--prefix", "essai")
    rows = {r["id"]: r for r in territory(w, "list", "--kind", "cls")}
    same("one a group", sorted(rows), sorted("essai-" + g for g in groups))
    none("figures", [g for g, m in groups.items() if not side({**rows["essai-" + g], "taille": region.size(m)}, m)])
    same("classes of size are of CPTS", {r["taille"] for r in rows.values()}, {None})
    none("codes", [g for g, m in groups.items() if codes(w, "essai-" + g) != m])
    one = sorted(groups)[0]
    told = territory(w, "create", "cpts-un", "--name", "Un", "--from-grouping", f"epci={one}")
    check("one group is one perimeter", side(effect(told, "cpts-un")["apres"], groups[one]), told["perimetres"])


def some_edits(rng, state, count):
    """[(words, what they do to the state {id: {code: share}})], each one possible."""
    everywhere = sorted(region.people)
    ids = sorted(state)
    for _ in range(count):
        a, b = rng.sample(ids, 2)
        inside = sorted(set(state[a]) & set(region.people))
        outside = [c for c in everywhere if c not in state[a]]
        verb = rng.choice(["add", "remove", "move", "share"])
        if verb == "add":
            picked = rng.sample(outside, rng.randint(1, 4))
            share = rng.choice([None, "0.25", "0,5"])
            words = ["add", a, *picked, *(["--share", share] if share else [])]
            after = {**state[a], **dict.fromkeys(picked, float((share or "1").replace(",", ".")))}
            change = {a: after}
        elif verb == "remove" and len(inside) > 3:
            picked = rng.sample(inside, 2)
            words = ["remove", a, *picked]
            change = {a: {c: s for c, s in state[a].items() if c not in picked}}
        elif verb == "move":
            free = [c for c in inside if c not in state[b]]
            if len(free) < 3:
                continue
            picked = rng.sample(free, 2)
            words = ["move", a, b, *picked]
            change = {a: {c: s for c, s in state[a].items() if c not in picked},
                      b: {**state[b], **{c: state[a][c] for c in picked}}}
        else:
            code = rng.choice(inside)
            share = 0.75 if state[a][code] != 0.75 else 0.6
            words = ["share", a, code, str(share)]
            change = {a: {**state[a], code: share}}
        yield words, change
        state.update(change)


SAVED = ("enregistre", "changement", "id_changement", "version", "nombre")


LAYERS = ("cpts", "cpts-chevauchements", "cpts-zones-blanches")


def export(w, name):
    folder = os.path.join(work, name)
    kit.maille("compute", "-w", w)
    kit.maille("export", *LAYERS, "-w", w, "--to", folder)
    return {n: kit.layer(folder, n)["features"] for n in LAYERS}


def edit_and_take_back(seed, count):
    w = fresh(f"undo{seed}")
    start, state, steps = decisions(w), {i: dict(m) for i, m in model.items()}, 0
    layers = export(w, f"before{seed}")
    for words, change in some_edits(random.Random(seed), state, count):
        before = {i: dict(state[i]) for i in change}
        tables = everything(w)
        tried = territory(w, "what-if", *words)
        none("what-if saves nothing", [n for n, rows in everything(w).items() if rows != tables[n]])
        told = territory(w, *words, "--why", f"pas {steps}")
        same("what-if says what the change does", {k: v for k, v in tried.items() if k not in SAVED},
             {k: v for k, v in told.items() if k not in SAVED})
        same("perimeters that it touched", [p["id"] for p in told["perimetres"]], sorted(change))
        for i in change:
            check(f"{words[0]} of {i}: before", side(effect(told, i)["avant"], before[i]), words)
            check(f"{words[0]} of {i}: after", side(effect(told, i)["apres"], change[i]), words)
        i = sorted(change)[0]
        same(f"{words[0]} of {i}: members", codes(w, i), change[i])
        steps += 1
    check("most edits were possible", steps > count / 2, steps)
    edited = decisions(w)
    for k in range(steps):
        territory(w, "undo")
    same("decisions as at the start", decisions(w), start)
    same("layers as at the start", export(w, f"after{seed}"), layers)
    refused("one undo more", w, ["undo"], 4, "no change")
    for k in range(steps):
        territory(w, "redo")
    same("decisions as edited", decisions(w), edited)
    refused("one redo more", w, ["redo"], 4, "no change")
    same("every reason is kept", sorted({h["motif"] for h in territory(w, "history") if (h["motif"] or "").startswith("pas ")}),
         sorted(f"pas {k}" for k in range(steps)))


def test_edits_tell_what_they_do_and_undo_leads_to_the_start():
    edit_and_take_back(3, 6)


def long_edits_tell_what_they_do_and_undo_leads_to_the_start():
    edit_and_take_back(4, 60)


def test_every_other_stroke():
    w = fresh("strokes")
    code = sorted(model[ID])[0]
    territory(w, "rename", ID, "Un autre nom")
    territory(w, "contact", ID, "qui@ou.example")
    territory(w, "zone", ID, "Est", code)
    territory(w, "on-purpose", ID, code, "--reason", "deux rives")
    told = territory(w, "status", ID, "Projet validé", "--since", "2026-01-15", "--by", "ARS")
    now = territory(w, "show", ID)
    same("name and contact", (now["nom"], now["contact"]), ("Un autre nom", "qui@ou.example"))
    same("statuses", [(s["statut"], s["depuis"], s["avec"]) for s in now["statuts"]],
         [("projet-transmis", "2025-06-30", None), ("projet-valide", "2026-01-15", "ARS")])
    member = next(m for m in territory(w, "codes", ID) if m["code"] == code)
    same("sub-zone and sharing", (member["sous_zone"], member["partage_expres"]), ("Est", "deux rives"))
    same("the sub-zone of itself", now["sous_zones"], [{"nom": "Est", "communes": 1, "population": region.people[code]}])
    p = kit.maille("territory", "show", ID, "-w", w)
    check("and in words", "sous-zone Est : 1 commune," in p.stdout, p.stdout[:600])
    kit.refused("the history of nothing", ["territory", "history", "cpts-nulle", "-w", w], 4, "cpts-nulle")
    version = told["version"]
    difference = territory(w, "diff", ID, "--from", "v1")
    lines = kit.maille("territory", "codes", ID, "-w", w).stdout.strip().split("\n")
    same("the table has the sub-zones", [lines[0], *(line for line in lines if line.startswith(code))],
         ["code,nom,population,part,zone", f"{code},{region.names[code]},{region.people[code]},1,Est"])
    check("none for the others", all(line.endswith(",1,") for line in lines[1:] if not line.startswith(code)), lines)
    same("what differs", sorted(d["quoi"] for d in difference["differences"]),
         sorted(["nom", "contact", "zone", "partage-voulu", "statut"]))
    territory(w, "zone", ID, code, "--not")
    territory(w, "on-purpose", ID, code, "--not")
    territory(w, "contact", ID, "--not")
    member = next(m for m in territory(w, "codes", ID) if m["code"] == code)
    same("no column without sub-zones", kit.maille("territory", "codes", ID, "-w", w).stdout.split("\n")[0],
         "code,nom,population,part")
    same("taken back", (member["sous_zone"], member["partage_expres"]), (None, None))
    same("an old version still tells", territory(w, "show", ID, "--version", version)["contact"], "qui@ou.example")
    same("at a status day", [r["statut"] for r in territory(w, "list", "--at", "2026-12-31") if r["id"] == ID], ["projet-valide"])
    territory(w, "restore", ID, "--version", "1")
    same("restored", territory(w, "show", ID)["nom"], "CPTS du Sud valmorien")
    territory(w, "merge", ID, "cpts-cols")
    same("merged", set(codes(w, ID)), set(model[ID]) | set(model["cpts-cols"]))
    kit.refused("what was merged", ["territory", "show", "cpts-cols", "-w", w], 4, "cpts-cols")
    territory(w, "copy", ID, "cpts-double", "--name", "Double")
    same("a copy", codes(w, "cpts-double"), codes(w, ID))
    territory(w, "delete", "cpts-double")
    kit.refused("what was deleted", ["territory", "codes", "cpts-double", "-w", w], 4, "cpts-double")
    restored = territory(w, "restore", "cpts-double", "--version", "1")
    check("what was deleted comes back", effect(restored, "cpts-double")["avant"] is None)


def test_gaps_are_given_and_proposed():
    w = fresh("gaps")
    held = {c for m in model.values() for c in m}
    gap = next(f for f in territory(w, "findings") if f["genre"] == "zone-blanche" and f["codes"][0] == "96044")
    tried = territory(w, "what-if", "give-gap", "zb-96044", ID)
    told = territory(w, "give-gap", "zb-96044", ID)
    same("as tried", tried["constats_disparus"], told["constats_disparus"])
    same("the gap is in it", set(codes(w, ID)), set(model[ID]) | set(gap["codes"]))
    check("the gap is gone", any(f["genre"] == "zone-blanche" for f in told["constats_disparus"]))
    before = everything(w)
    for how in ("enclosed", "nearest"):
        moves = territory(w, "propose", how)
        check(f"{how}: moves", moves)
        none(f"{how}: of nobody's communes only", [m["code"] for m in moves if m["code"] in held | set(gap["codes"])])
        none(f"{how}: within the limit", [m for m in moves if m["minutes"] is not None and m["minutes"] > 30])
    none("proposals save nothing", [n for n, rows in everything(w).items() if rows != before[n]])
    told = territory(w, "propose", "nearest", "--limit-min", "60", "--apply")
    check("applied", told["enregistre"] and told["perimetres"])
    left = {c for f in territory(w, "findings", "--kind", "cpts") if f["genre"] == "zone-blanche" for c in f["codes"]}
    check("fewer are left", left < set(region.people) - held, left)
    territory(w, "undo")
    territory(w, "note", "96106", "--text", "organisés sans CPTS", "--date", "2026-02-01")
    same("the note", kit.query(w, "SELECT code, note, since FROM gap_note"), [("96106", "organisés sans CPTS", "2026-02-01")])
    territory(w, "note", "96106", "--remove")
    same("no note", kit.query(w, "SELECT * FROM gap_note"), [])


def test_several_strokes_are_one_try():
    w = fresh("several")
    free = sorted(set(region.people) - {c for m in model.values() for c in m})[:2]
    told = territory(w, "what-if", "add", ID, free[0], "--share", "0.5", "--", "add", "cpts-nord", free[1],
                     "--", "move", ID, "cpts-nord", sorted(model[ID])[0])
    check("both perimeters", side(effect(told, ID)["apres"],
                                  {**{c: s for c, s in model[ID].items() if c != sorted(model[ID])[0]}, free[0]: .5}))
    check("the other", side(effect(told, "cpts-nord")["apres"], {**model["cpts-nord"], free[1]: 1, sorted(model[ID])[0]: 1}))
    tried = territory(w, "what-if", "merge", ID, "cpts-cols")
    check("merge tried", effect(tried, "cpts-cols")["apres"] is None)
    same("what goes keeps its name", effect(tried, "cpts-cols")["nom"], "CPTS Cols et Causses")
    tried = territory(w, "what-if", "create", "cpts-neuve", "--name", "Neuve", *free)
    check("create tried", side(effect(tried, "cpts-neuve")["apres"], dict.fromkeys(free, 1)))


def test_a_finding_with_other_figures_is_one_line():
    w = fresh("figures")
    code = sorted(model[ID])[0]
    answer = territory(w, "what-if", "remove", ID, code)
    small = [[f for f in answer[k] if (f["genre"], f["a"]) == ("taille", ID)] for k in ("constats_disparus", "constats_apparus")]
    same("both are in JSON", [len(side) for side in small], [1, 1])
    lines = kit.maille("territory", "what-if", "remove", ID, code, "-w", w).stdout.strip().split("\n")[1:]
    same("one line as it is now", [line for line in lines if ", taille, cpts-sud :" in line],
         ["~ alerte, taille, cpts-sud : " + small[1][0]["constat"]])
    signs = [line[0] for line in lines]
    same("lines are counted once", (signs.count("−") + signs.count("~"), signs.count("+") + signs.count("~")),
         (len(answer["constats_disparus"]), len(answer["constats_apparus"])))


def test_undo_and_redo_say_what():
    w = fresh("words")
    code = sorted(model[ID])[0]
    number = territory(w, "move", ID, "cpts-nord", code, "--why", "deux rives")["changement"]
    told = f"(édition « deux rives » : cpts-nord, {ID})"
    for verb, done in (("undo", "annulé"), ("redo", "rétabli")):
        same(verb, kit.maille("territory", verb, "-w", w).stdout.split(" (2 périmètres")[0], f"changement {number} {done} {told}")


def test_nothing_is_restored_to_before_the_history():
    w = fresh("before")
    began = territory(w, "history")[-1]["date"][:10]
    for args in ([], [ID]):
        refused(f"all or one: {args}", w, ["restore", *args, "--at", "2001-01-01"], 4, f"began on {began}", "2001-01-01")
    territory(w, "scenario", "create", "essai")
    refused("a scenario has the past of its base", w, ["restore", "--at", "2001-01-01", "--scenario", "essai"], 4, f"began on {began}")


# ---- two at a time ----------------------------------------------------------------------------------

def test_a_second_writer_gets_a_conflict():
    w = fresh("writers")
    free = sorted(set(region.people) - set(model[ID]))
    version = territory(w, "add", ID, free[0])["version"]
    territory(w, "add", ID, free[1], "--if-version", str(version))
    refused("the second writer", w, ["add", ID, free[2], "--if-version", str(version)], 3, f"version {version + 1}", ID)
    command = [kit.MAILLE, "territory", "add", ID, "-w", w, "--if-version", str(version + 1)]
    both = [subprocess.Popen(command + [c], stdout=subprocess.PIPE, stderr=subprocess.PIPE) for c in free[3:5]]
    outcome = sorted(p.wait() for p in both)
    for p in both:
        p.stdout.close()
        p.stderr.close()
    check("one of two at the same time wins", outcome in ([0, 1], [0, 3]), outcome)
    same("and its commune alone came", len(set(codes(w, ID)) - set(model[ID])), 3)


def test_scenarios_share_and_merge():
    w = fresh("scenarios")
    one, other = sorted(model[ID])[:2]
    territory(w, "scenario", "create", "a", "--title", "Un essai")
    territory(w, "scenario", "create", "b", "--base", "a")
    territory(w, "remove", ID, one, "--scenario", "a")
    same("the reference stays", set(codes(w, ID)), set(model[ID]))
    same("the scenario changed", set(codes(w, ID, "--scenario", "a")), set(model[ID]) - {one})
    same("a scenario made before it did not", set(codes(w, ID, "--scenario", "b")), set(model[ID]))
    refused("a scenario twice", w, ["scenario", "create", "a"], 3, "a")
    difference = territory(w, "diff", "--scenario", "reference", "a")
    same("what differs", [(d["id"], [x["code"] for x in d["differences"]]) for d in difference], [(ID, [one])])
    plans = {p["scenario"]: p for p in territory(w, "scenario", "compare", "reference", "a")}
    active = {c for m in model.values() for c in m if c in region.people}
    same("communes covered", plans["reference"]["communes"], len(active))
    near("population covered", plans["reference"]["population"], sum(region.people[c] for c in active), 1e-12)
    without = {c for i, m in model.items() for c in m if c in region.people and (i, c) != (ID, one)}
    same("and in the scenario", (plans["a"]["communes"], plans["a"]["communes_hors"]), (len(without), len(region.people) - len(without)))
    sizes = [region.size({c: 1 for c in m if c in region.people}) for m in model.values()]
    same("classes", {k: v for k, v in plans["reference"]["tailles"].items() if v}, {s: sizes.count(s) for s in sizes})
    territory(w, "share", ID, other, "0.5", "--scenario", "a")
    territory(w, "share", ID, other, "0.25")
    before = everything(w)
    answer = territory(w, "scenario", "merge", "a", expect=5)
    same("the conflict is named", [(c["id"], [d["code"] for d in c["differences"]]) for c in answer["conflits"]], [(ID, [other])])
    none("nothing is written", [n for n, rows in everything(w).items() if rows != before[n]])
    territory(w, "scenario", "merge", "a", "--prefer", "theirs")
    same("theirs", codes(w, ID), {c: 0.5 if c == other else 1.0 for c in model[ID] if c != one})
    territory(w, "undo")
    same("merges are taken back", codes(w, ID), {c: 0.25 if c == other else 1.0 for c in model[ID]})
    territory(w, "scenario", "merge", "a", "--prefer", "ours")
    same("ours", codes(w, ID), {c: 0.25 if c == other else 1.0 for c in model[ID] if c != one})
    same("both are listed", [s["id"] for s in territory(w, "scenario", "list")], ["a", "b"])
    refused("a scenario that another began with", w, ["scenario", "delete", "a"], 3, "b")
    territory(w, "scenario", "delete", "b")
    territory(w, "scenario", "delete", "a")
    kit.refused("a deleted one", ["territory", "list", "--scenario", "a", "-w", w], 4, "a")


def test_a_perimeter_goes_to_another_workspace_and_back():
    ours, theirs = fresh("ours"), fresh("theirs")
    file = os.path.join(work, "sud.json")
    one, other, third = sorted(model[ID])[:3]
    territory(ours, "remove", ID, one, "--why", "chez nous")
    territory(ours, "copy", ID, "--to", file)
    territory(theirs, "receive", file)
    same("received", codes(theirs, ID), codes(ours, ID))
    again = territory(theirs, "receive", file)
    same("twice is nothing new", (again["fait"], again["enregistre"], again["perimetres"]), ("rien de nouveau", False, []))
    p = kit.maille("territory", "receive", file, "-w", theirs)
    same("in words", p.stdout, "rien de nouveau\n")
    same("with its history", [h["id"] for h in territory(theirs, "history", ID) if h["motif"] == "chez nous"],
         [h["id"] for h in territory(ours, "history", ID) if h["motif"] == "chez nous"])
    territory(theirs, "share", ID, other, "0.5", "--why", "chez eux")
    territory(ours, "share", ID, third, "0.5")
    territory(theirs, "copy", ID, "--to", file)
    territory(ours, "receive", file)
    same("histories that diverged meet", codes(ours, ID),
         {c: 0.5 if c in (other, third) else 1.0 for c in model[ID] if c != one})
    territory(theirs, "share", ID, third, "0.1")
    territory(theirs, "copy", ID, "--to", file)
    before = everything(ours)
    answer = territory(ours, "receive", file, expect=5)
    same("a conflict is named", [[d["code"] for d in c["differences"]] for c in answer["conflits"]], [[third]])
    none("nothing is written", [n for n, rows in everything(ours).items() if rows != before[n]])
    territory(ours, "receive", file, "--prefer", "theirs")
    same("theirs", codes(ours, ID)[third], 0.1)
    empty = os.path.join(work, "empty.maille")
    kit.maille("init", empty)
    text = kit.read(file)
    for what, damaged in (("cut short", text[:len(text) // 2]), ("another thing", '{"a": 1}'), ("no JSON", "bonjour"),
                          ("changed inside", text.replace("valmorien", "valmorienne"))):
        kit.write(file, damaged)
        refused(f"a file {what}", theirs, ["receive", file], 3, "sud.json")
    refused("no file", theirs, ["receive", os.path.join(work, "none.json")], 4, "none.json")


kit.main(globals())
