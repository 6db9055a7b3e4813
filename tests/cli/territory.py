"""maille territory on the sample region: journeys held against a plain model and the raw files."""

import json
import os
import random
import shutil
import subprocess

import kit
import territory_kit
from kit import check, near, none, same
from territory_kit import Region, codes, decisions, everything, refused, territory

region = Region(kit.SAMPLE)
study = os.path.join(kit.SAMPLE, "study.yaml")
work = kit.scratch()
first = os.path.join(work, "first.maille")
ID = "cpts-sud"
kit.maille("run", study, "-w", first, "--to", os.path.join(work, "layers"))
model = region.perimeters("cpts.csv")
LOST = {c for members in model.values() for c in members} - set(region.people)


def fresh(name):
    """A copy of the workspace as the run left it."""
    path = os.path.join(work, name + ".maille")
    shutil.copy(first, path)
    shutil.copytree(first + ".cache", path + ".cache", dirs_exist_ok=True)
    return path


def effect(answer, perimeter):
    return next(p for p in answer["perimetres"] if p["id"] == perimeter)


def side(told, members):
    """A side of an effect is what the model says."""
    known = {c: s for c, s in members.items() if c in region.people}
    return (told["communes"], told["taille"]) == (len(known), region.size(known)) and \
        abs(told["population"] - region.population(known)) < 1e-6 * max(1, told["population"])


# ---- reading ----------------------------------------------------------------------------------------

def test_list_tells_every_perimeter():
    rows = {r["id"]: r for r in territory(first, "list", "--kind", "cpts")}
    given = {**model, **region.perimeters("cpts-abandonnees.csv")}
    same("ids", sorted(rows), sorted(given))
    none("figures", [i for i, r in rows.items() if not side(r, given[i])])
    raw = {r["id"]: r for r in kit.table(os.path.join(kit.SAMPLE, "cpts.csv"))}
    same("names", {i: rows[i]["nom"] for i in raw}, {i: r["nom"] for i, r in raw.items()})
    kinds = {r["genre"] for r in territory(first, "list")}
    same("all kinds without --kind", kinds, {"cpts", "pta"})
    same("of one status", [r["id"] for r in territory(first, "list", "--status", "Projet validé")], ["cpts-nord"])
    here = {i for i, members in given.items() if any(c.startswith("99") and c in region.people for c in members)}
    same("of one département", {r["id"] for r in territory(first, "list", "--department", "99", "--kind", "cpts")}, here)
    public = {r["id"] for r in territory(first, "list", "--audience", "public", "--kind", "cpts")}
    same("published ones", public, {i for i, r in rows.items() if r["statut"] in ("contractualisee", "en-fonctionnement")})


def test_show_adds_up():
    rows = territory(first, "show", "cpts-littoral")
    members = {c: s for c, s in model["cpts-littoral"].items() if c in region.people}
    own = rows["ensemble"]
    check("itself", side(own, members), own)
    same("a member of no commune is told", rows["membres_disparus"], len(model["cpts-littoral"]) - len(members))
    check("the study", side(rows["etude"], {c: 1 for c in region.people}), rows["etude"])
    check("the département", side(rows["departement"], {c: 1 for c in region.people if c.startswith("96")}))
    near("to the next class", rows["jusqu_a_la_taille_suivante"], 80000 - region.population(members), 1e-12)
    near("density", own["densite"], own["population"] / own["surface_km2"], 1e-12)
    doctors = next(s for s in own["services"] if s["id"] == "medecin_generaliste")
    check("bands ascend", [b["part"] for b in doctors["part_dans"]] == sorted(b["part"] for b in doctors["part_dans"]))
    groups = {r["code"]: r["epci"] for r in kit.table(os.path.join(kit.SAMPLE, "groupements.csv"))}
    epci = next(c for c in rows["croisements"] if c["decoupage"] == "epci")["groupes"]
    for g in epci:
        here = [c for c in members if groups.get(c) == g["id"]]
        same(f"communes in common with {g['id']}", g["communes"], len(here))
        near(f"share of {g['id']}", g["part"], region.population(dict.fromkeys(here, 1)) / region.population(members), 1e-9)
        same(f"what it lacks of {g['id']}", sorted(g["manquent"]),
             sorted(c for c in groups if groups[c] == g["id"] and c not in members and c in region.people))
    same("every EPCI that it meets", {g["id"] for g in epci}, {groups[c] for c in members if c in groups and groups[c]})
    listed = territory(first, "show", "--codes", ",".join(members))
    same("a list of its communes has its figures", listed["ensemble"]["services"], own["services"])
    same("and its shape", listed["polsby_popper"], rows["polsby_popper"])
    p = kit.maille("territory", "show", "cpts-littoral", "-w", first)
    for word in ("compacité", "plus long trajet", "lieu de rencontre", "epci", "lien routier"):
        check(f"the text holds {word}", word in p.stdout)


def test_codes_go_to_the_invitation_chain():
    p = kit.maille("territory", "codes", ID, "-w", first)
    lines = p.stdout.strip().split("\n")
    same("heading", lines[0], "code,nom,population,part")
    same("rows", [line.split(",") for line in lines[1:]],
         [[c, region.names[c], str(region.people[c]), "1"] for c in sorted(model[ID])])
    p = kit.maille("territory", "codes", ID, "--format", "insee", "-w", first)
    same("one code a line", p.stdout, "".join(c + "\n" for c in sorted(model[ID])))


def test_findings_as_a_table():
    path = os.path.join(work, "constats.csv")
    kit.maille("territory", "findings", "--kind", "cpts", "--csv", path, "-w", first)
    rows = kit.table(path)
    overlaps = {(r["a"], r["b"]): r for r in rows if r["genre"] == "chevauchement"}
    ids = sorted(model)
    common = {(a, b): set(model[a]) & set(model[b]) & set(region.people) for a in ids for b in ids if a < b}
    same("overlaps", {k: set(r["codes"].split()) for k, r in overlaps.items()}, {k: v for k, v in common.items() if v})
    none("their population", [k for k, r in overlaps.items()
                              if float(r["population"]) != sum(region.people[c] for c in common[k])])
    held = {c for m in model.values() for c in m}
    gaps = [r["codes"].split() for r in rows if r["genre"] == "zone-blanche"]
    same("gaps", sorted(c for g in gaps for c in g), sorted(set(region.people) - held))
    mine = territory(first, "findings", ID)
    check("those of one perimeter", mine and all(ID in (f["a"], f["b"]) for f in mine))


def test_contested_communes_have_evidence():
    rows = {r["code"]: r for r in territory(first, "contested")}
    claims = {c: sorted(i for i, m in model.items() if c in m) for c in region.people}
    same("who claims what", {c: [p["id"] for p in r["pretendants"]] for c, r in rows.items()},
         {c: ids for c, ids in claims.items() if len(ids) > 1})
    groups = {r["code"]: r["epci"] for r in kit.table(os.path.join(kit.SAMPLE, "groupements.csv"))}
    for code, row in rows.items():
        for p in row["pretendants"]:
            others = {c: region.people[c] for c in model[p["id"]] if c != code and c in region.people}
            same(f"pole of {p['id']} for {code}", region.people[p["pole"]], max(others.values()))
        in_group = {i: sum(region.people[c] for c in m if groups.get(c) == groups[code] and c in region.people)
                    for i, m in model.items()}
        same(f"who holds most of the EPCI of {code}", in_group[row["majorites"]["epci"]], max(in_group.values()))


def test_coverage_by_status_on_a_day():
    since = {}
    for row in kit.table(os.path.join(kit.SAMPLE, "cpts.csv")):
        day = row["depuis"]
        if "/" in day:
            day = "-".join(reversed(day.split("/")))
        since[row["id"]] = (day + "-01-01")[:10] if day else ""
    status = {r["id"]: r["statut"] for r in territory(first, "list", "--kind", "cpts")}
    for day in ("2021-08-31", "2021-09-01", "2023-01-01", "2026-06-30"):
        rows = {(r["etendue"], r["id"], r["statut"]): r for r in territory(first, "coverage", "--at", day)["lignes"]}
        for wanted in sorted(set(status.values())) + [""]:
            ids = [i for i in model if since[i] <= day and wanted in ("", status[i])]
            held = {c for i in ids for c in model[i] if c in region.people}
            row = next((r for (scope, _, s), r in rows.items() if scope == "etude" and s == wanted), None)
            if not ids:
                check(f"nothing is {wanted} on {day}", row is None or row["communes"] == 0)
                continue
            same(f"communes {wanted} on {day}", row["communes"], len(held))
            same(f"population {wanted} on {day}", row["population"], sum(region.people[c] for c in held))
            same(f"perimeters {wanted} on {day}", row["perimetres"], len(ids))
            near(f"share {wanted} on {day}", row["part_population"], row["population"] / sum(region.people.values()), 1e-12)


def test_a_target_counts_the_statuses_that_it_names():
    layers = os.path.join(work, "definitions")
    shutil.copytree(os.environ.get("MAILLE_LAYERS") or os.path.join(kit.SOURCE, "layers"), layers)
    kit.write(os.path.join(layers, "rules", "target-essai.yaml"),
              'id: essai\ntitle: {fr: Essai, en: Trial}\nsource: "un essai"\nvalid_from: 2020\ndate: 2024-01-01\n'
              "share_population: 0.9\nstatuses: [contractualisee, en-fonctionnement]\n")
    p = kit.maille("territory", "coverage", "--target", "essai", "--at", "2026-06-30", "--json", "-w", first,
                   env={"MAILLE_LAYERS": layers})
    told = json.loads(p.stdout)["objectif"]
    status = {r["id"]: r["statut"] for r in territory(first, "list", "--kind", "cpts")}
    held = {c for i, m in model.items() if status[i] in ("contractualisee", "en-fonctionnement")
            for c in m if c in region.people}
    same("the target", (told["date"], told["part_visee"]), ("2024-01-01", 0.9))
    near("the share", told["part"], sum(region.people[c] for c in held) / sum(region.people.values()), 1e-12)


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
    none("figures", [g for g, m in groups.items() if not side(rows["essai-" + g], m)])
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


def test_edits_tell_what_they_do_and_undo_leads_to_the_start():
    w = fresh("undo")
    start, state = decisions(w), {i: dict(m) for i, m in model.items()}
    layers = os.path.join(work, "undo-before")
    kit.maille("compute", "-w", w)
    kit.maille("export", "cpts", "cpts-chevauchements", "cpts-zones-blanches", "-w", w, "--to", layers)
    steps = 0
    for words, change in some_edits(random.Random(3), state, 25):
        before = {i: dict(state[i]) for i in change}
        tables = everything(w)
        tried = territory(w, "what-if", *words)
        none("what-if saves nothing", [n for n, rows in everything(w).items() if rows != tables[n]])
        told = territory(w, *words, "--why", f"pas {steps}")
        same("what-if says what the change does", {k: v for k, v in tried.items() if k not in SAVED},
             {k: v for k, v in told.items() if k not in SAVED})
        for i in change:
            check(f"{words[0]} of {i}: before", side(effect(told, i)["avant"], before[i]), words)
            check(f"{words[0]} of {i}: after", side(effect(told, i)["apres"], change[i]), words)
            same(f"{words[0]} of {i}: members", codes(w, i), change[i])
        steps += 1
    check("most edits were possible", steps > 15, steps)
    for k in range(steps):
        territory(w, "undo")
        if k == 2:
            territory(w, "redo")
            territory(w, "undo")
    same("decisions as at the start", decisions(w), start)
    kit.maille("compute", "-w", w)
    after = os.path.join(work, "undo-after")
    kit.maille("export", "cpts", "cpts-chevauchements", "cpts-zones-blanches", "-w", w, "--to", after)
    for name in ("cpts", "cpts-chevauchements", "cpts-zones-blanches"):
        same(f"{name} as at the start", kit.layer(after, name)["features"], kit.layer(layers, name)["features"])
    refused("one undo more", w, ["undo"], 4, "no change")
    history = territory(w, "history")
    same("every reason is kept", sorted(h["why"] for h in history if (h["why"] or "").startswith("pas ")),
         sorted(h for k in range(steps) for h in [f"pas {k}"] * sum(1 for x in history if x["why"] == f"pas {k}")))
    same("as many reasons as edits", len({h["why"] for h in history if (h["why"] or "").startswith("pas ")}), steps)


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
    version = told["version"]
    difference = territory(w, "diff", ID, "--from", "v1")
    same("what differs", sorted(d["quoi"] for d in difference["differences"]),
         sorted(["nom", "contact", "zone", "partage-voulu", "statut"]))
    territory(w, "zone", ID, code, "--not")
    territory(w, "on-purpose", ID, code, "--not")
    territory(w, "contact", ID, "--not")
    member = next(m for m in territory(w, "codes", ID) if m["code"] == code)
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
    left = {c for f in territory(w, "findings") if f["genre"] == "zone-blanche" for c in f["codes"]}
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
    tried = territory(w, "what-if", "create", "cpts-neuve", "--name", "Neuve", *free)
    check("create tried", side(effect(tried, "cpts-neuve")["apres"], dict.fromkeys(free, 1)))


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
    same("with its history", [h["id"] for h in territory(theirs, "history", ID) if h["why"] == "chez nous"],
         [h["id"] for h in territory(ours, "history", ID) if h["why"] == "chez nous"])
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


# ---- lists and bad input ----------------------------------------------------------------------------

def test_a_list_is_shown_before_it_does_anything():
    w = fresh("lists")
    wanted = sorted(region.people)[:6]
    names = [region.names[c] for c in wanted]
    clear = [c for c, n in zip(wanted, names) if list(region.names.values()).count(n) == 1]
    file = kit.write(os.path.join(work, "noms.csv"), "commune\n" + "".join(region.names[c].upper() + "\n" for c in clear))
    told = territory(w, "create", "cpts-noms", "--name", "Noms", "--list", file)
    check("names in capitals", side(effect(told, "cpts-noms")["apres"], dict.fromkeys(clear, 1)), told["perimetres"])
    kit.write(file, f"commune\n{region.names[clear[0]]}\nNulle-Part\n{clear[1]}\n{clear[1]}\n")
    before = everything(w)
    rows = territory(w, "create", "cpts-autre", "--name", "Autre", "--list", file, expect=3)["lignes"]
    same("each row is told", [(r["texte"], r["code"]) for r in rows if r["comment"] != "double"],
         [(region.names[clear[0]], clear[0]), ("Nulle-Part", None), (clear[1], clear[1])])
    same("what was unclear", sorted(r["comment"] for r in rows if r["comment"] not in ("nom", "code")), ["double", "inconnu"])
    none("nothing is done", [n for n, t in everything(w).items() if t != before[n]])
    told = territory(w, "create", "cpts-autre", "--name", "Autre", "--list", file, "--yes")
    same("--yes takes what is clear", set(codes(w, "cpts-autre")), set(clear[:2]))
    passage = kit.table(os.path.join(kit.SAMPLE, "passage-2018-2026.csv"))
    whole = next(r for r in passage if float(r["part"]) == 1)
    cut = next(r for r in passage if float(r["part"]) < 1)
    kit.write(file, f"code\n{whole['ancien']}\n")
    p = kit.maille("territory", "add", "cpts-autre", "--list", file, "-w", w)
    check("codes of another vintage are carried and told", "another vintage" in p.stderr, p.stderr)
    check("to what became of them", whole["nouveau"] in codes(w, "cpts-autre"))
    kit.write(file, f"code\n{cut['ancien']}\n")
    refused("a commune that was cut up", w, ["remove", "cpts-autre", "--list", file], 3, "noms.csv")
    refused("no list", w, ["add", ID, "--list", os.path.join(work, "rien.csv")], 4, "rien.csv")


def test_bad_input_is_one_clear_line():
    w = fresh("bad")
    inside = sorted(model[ID])[0]
    outside = sorted(set(region.people) - set(model[ID]))[0]
    for what, args, code, words in (
            ("an unknown code", ["add", ID, "01234"], 3, ["01234"]),
            ("a commune twice", ["add", ID, outside, outside], 3, [outside, "twice"]),
            ("a member again", ["add", ID, inside], 3, [inside, "member"]),
            ("no member", ["remove", ID, outside], 3, [outside, "member"]),
            ("a share of 0", ["share", ID, inside, "0"], 3, ["0"]),
            ("a share of 1.2", ["share", ID, inside, "1.2"], 3, ["1.2"]),
            ("a share of 1.2 of a new one", ["add", ID, outside, "--share", "1.2"], 3, ["1.2"]),
            ("a share of a word", ["share", ID, inside, "moitié"], 2, ["moitié"]),
            ("a status back in time", ["status", ID, "projet", "--since", "2020-01-01"], 3, ["2020-01-01", "2025-06-30"]),
            ("an unknown status", ["status", ID, "rêve", "--since", "2026-01-01"], 3, ["rêve"]),
            ("a status without a day", ["status", ID, "projet"], 2, ["--since"]),
            ("no day", ["status", ID, "projet", "--since", "2026-02-30"], 2, ["2026-02-30"]),
            ("an unknown perimeter", ["add", "cpts-rien", outside], 4, ["cpts-rien"]),
            ("one that is there", ["create", ID, "--name", "N"], 3, [ID]),
            ("a perimeter without a name", ["create", "cpts-x"], 2, ["--name"]),
            ("an id with a blank", ["create", "cpts x", "--name", "N"], 2, ["cpts x"]),
            ("an id with a slash", ["copy", ID, "../x"], 2, ["../x"]),
            ("nothing to do", ["rename", ID, "CPTS du Sud valmorien"], 3, ["nothing"]),
            ("an unknown scenario", ["add", ID, outside, "--scenario", "s"], 4, ["s"]),
            ("an unknown verb", ["what-if", "paint", ID], 2, ["paint"]),
            ("an unknown subcommand", ["paint"], 2, ["paint"]),
            ("an option of another", ["list", "--share", "1"], 2, ["--share"]),
            ("a gap that is none", ["give-gap", "zb-" + inside, ID], 4, [inside]),
            ("a version that never was", ["restore", ID, "--version", "99"], 4, ["99"]),
            ("two moments", ["restore", ID, "--version", "1", "--at", "2026-01-01"], 2, ["--at"]),
            ("a merge with itself", ["merge", ID, ID], 3, [ID]),
            ("an unknown grouping", ["create", "--from-grouping", "rien"], 4, ["rien", "epci"]),
            ("an unknown group", ["create", "cpts-x", "--name", "N", "--from-grouping", "epci=0"], 4, ["0"]),
            ("an unknown target", ["coverage", "--target", "rien"], 4, ["rien"]),
            ("on purpose without a reason", ["on-purpose", ID, inside], 2, ["--reason"]),
            ("a note on no commune", ["note", "01234", "--text", "x"], 3, ["01234"]),
            ("a version of a wrong kind", ["add", ID, outside, "--if-version", "x"], 2, ["--if-version"])):
        refused(what, w, args, code, *words)
    kit.refused("no workspace", ["territory", "list"], 2, "-w")
    kit.refused("no such workspace", ["territory", "list", "-w", os.path.join(work, "rien.maille")], 4, "rien.maille")
    told = territory(w, "create", "cpts-vide", "--name", "Vide")
    same("a perimeter with no members is told", [(f["genre"], f["a"]) for f in told["constats_apparus"]], [("sans-commune", "cpts-vide")])
    part = sorted(model["cpts-metropole"])[0]
    told = territory(w, "create", "cpts-part", "--name", "Part", "--status", "projet")
    territory(w, "share", "cpts-metropole", part, "0.7")
    told = territory(w, "add", "cpts-part", part, "--share", "0.6")
    check("shares that sum over 1 are told", any(f["codes"] == [part] and "1,3" in f["constat"] for f in told["constats_apparus"]),
          told["constats_apparus"])


def test_the_public_sees_published_ones_alone():
    drafts = {i for i in model} - {r["id"] for r in territory(first, "list", "--audience", "public")}
    check("there are drafts", drafts)
    for args in (["list"], ["findings"], ["contested"], ["coverage"], ["show", "cpts-littoral"], ["codes", "cpts-littoral"]):
        p = kit.maille("territory", *args, "--audience", "public", "--json", "-w", first)
        none(f"{args[0]} names no draft", [d for d in drafts if d in p.stdout])
    for draft in drafts:
        p = kit.refused(f"{draft} shown", ["territory", "show", draft, "--audience", "public", "-w", first], 4, draft)
        none("no other draft is hinted at", [d for d in drafts - {draft} if d in p.stderr])


def test_a_reader_brings_up_what_is_stale():
    w = fresh("stale")
    kit.maille("import", "perimeters", os.path.join(kit.SAMPLE, "pta.csv"), "-w", w, "--name", "x", expect=None)
    os.chmod(w, 0o644)
    copy = os.path.join(work, "communes.geojson")
    text = kit.read(os.path.join(kit.SAMPLE, "communes.geojson"))
    code = sorted(model[ID])[0]
    people = region.people[code]
    kit.write(copy, text.replace(f'"code": "{code}", "nom": "{region.names[code]}", "population": {people}',
                                 f'"code": "{code}", "nom": "{region.names[code]}", "population": {people + 1000}'))
    kit.maille("import", "communes", copy, "-w", w, "--fields", "code=code,name=nom,population=population",
               "--vintage", "2026-01-01", "--source", "Région fictive (générateur de Maille)", "--licence", "CC0")
    row = next(r for r in territory(w, "list") if r["id"] == ID)
    same("with the new figure", row["population"], region.population(model[ID]) + 1000)


kit.main(globals())
