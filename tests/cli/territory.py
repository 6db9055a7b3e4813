"""maille territory on the sample region: what it reads and what it refuses, against the raw files."""

import json
import os
import shutil

import kit
from kit import check, near, none, same
from territory_kit import Study, codes, effect, everything, refused, territory

region = Study()
work, first, model = region.work, region.workspace, region.model
fresh, side = region.fresh, region.side
ID = "cpts-sud"


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


def test_the_list_has_a_column_of_kinds_where_there_are_several():
    for args, kinds in (([], True), (["--kind", "cpts"], False)):
        lines = kit.maille("territory", "list", *args, "-w", first).stdout.split("\n")
        wanted = ["id", "nom", *(["genre"] if kinds else []), "statut", "depuis", "communes", "population", "taille",
                  "constats", "alertes"]
        same(f"columns of list {args}", lines[0].split(), wanted)
        row = next(line for line in lines if line.startswith(ID))
        same(f"what stands under statut of list {args}", row[lines[0].index("statut"):].split()[0], "projet-transmis")
        same(f"the kind of list {args}", "  cpts  " in row, kinds)


def test_a_day_before_the_history_is_told():
    began = min(h["date"] for h in territory(first, "history"))[:10]
    p = kit.maille("territory", "list", "--at", "2001-01-01", "-w", first)
    check("an empty list says why", f"began on {began}" in p.stderr and "2001-01-01" in p.stderr, p.stderr)
    same("and is one", len(p.stdout.strip().split("\n")), 2)
    same("nothing is said of the first day", kit.maille("territory", "list", "--at", began, "-w", first).stderr, "")


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
    told = {(r["genre"], r["objet"], r["codes"], r["constat"]) for r in rows}
    checked = json.loads(kit.maille("check", "-w", first, "--json", expect=5).stdout)
    words = [(f["genre"], f["objet"], " ".join(f["codes"] or []), f["constat"]) for f in checked]
    none("maille check tells the same", told - set(words))
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


def test_where_no_road_leads_no_minutes_are_told():
    (alone,), = kit.query(first, "SELECT subject FROM snap WHERE kind = 'commune' AND distance_m IS NULL")
    w, two = fresh("alone"), ["cpts-nord", "cpts-sud"]
    for i in two:
        territory(w, "add", i, alone)
        shown = territory(w, "show", i)
        same(f"{i}: to and from {alone}", shown["paires_sans_route"], 2 * (shown["ensemble"]["communes"] - 1))
        same(f"{i}: neither a longest drive nor a place to meet",
             [shown[k] for k in ("trajet_max_min", "trajet_de", "trajet_vers", "rencontre", "rencontre_max_min")], [None] * 5)
        p = kit.maille("territory", "show", i, "-w", w)
        check(f"{i}: the text says why", f"({shown['paires_sans_route']} trajets sans route)" in p.stdout)
    row = next(r for r in territory(w, "contested") if r["code"] == alone)
    same("no minutes, though there are poles", [(p["id"], p["minutes_pole"], p["pole"] is None) for p in row["pretendants"]],
         [(i, None, False) for i in two])
    same("said so", kit.maille("territory", "contested", "-w", w).stdout.count("sans route"), 2)
    kit.maille("compute", "-w", w)
    (evidence,), = kit.query(w, "SELECT evidence FROM contested WHERE code = ? AND audience = 'interne'", alone)
    same("nor in the layer", [p["pole_min"] for p in json.loads(evidence)["pretendants"]], [None, None])


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
    p = kit.maille("territory", "create", "cpts-autrefois", "--name", "Autrefois", "--list", file, "-w", w)
    check("codes of another vintage are carried and told", "another vintage" in p.stderr, p.stderr)
    same("to what became of them", codes(w, "cpts-autrefois"), {whole["nouveau"]: 1.0})
    kit.write(file, f"code\n{cut['ancien']}\n")
    refused("a commune that was cut up", w, ["remove", "cpts-autre", "--list", file], 3, "noms.csv")
    refused("no list", w, ["add", ID, "--list", os.path.join(work, "rien.csv")], 4, "rien.csv")


def test_bad_input_is_one_clear_line():
    w = fresh("bad")
    inside = sorted(model[ID])[0]
    outside = sorted(set(region.people) - set(model[ID]))[0]
    passage = kit.table(os.path.join(kit.SAMPLE, "passage-2018-2026.csv"))
    cut = next(r["ancien"] for r in passage if float(r["part"]) < 1)
    heirs = [r["nouveau"] for r in passage if r["ancien"] == cut]
    for what, args, code, words in (
            ("an old code", ["create", "cpts-v", "--name", "V", inside, cut], 3, [cut, "became", *heirs]),
            ("a name for a code", ["add", ID, region.names[outside]], 3, [f"({outside})"]),
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
    part = next(c for c in sorted(model["cpts-metropole"]) if sum(c in m for m in model.values()) == 1)
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
    for args in (["show", ID, "--version", "1"], ["list", "--at", "2026-01-01"], ["list", "--scenario", "s"]):
        kit.refused(f"{args} for the public", ["territory", *args, "--audience", "public", "-w", first], 2, "public")
    for draft in drafts:
        p = kit.refused(f"{draft} shown", ["territory", "show", draft, "--audience", "public", "-w", first], 4, draft)
        none("no other draft is hinted at", [d for d in drafts - {draft} if d in p.stderr])


def test_a_reader_brings_up_what_is_stale():
    copy = kit.copy_study(kit.SAMPLE)
    w = os.path.join(work, "stale.maille")
    kit.maille("run", copy, "-w", w, "--to", os.path.join(work, "stale-layers"))
    code = sorted(model[ID])[0]
    communes = os.path.join(os.path.dirname(copy), "communes.geojson")
    old = f'"code": "{code}", "nom": "{region.names[code]}", "population": '
    kit.replace(communes, f"{old}{region.people[code]}", f"{old}{region.people[code] + 1000}")
    kit.maille("import", "communes", communes, "-w", w, "--fields", "code=code,name=nom,population=population",
               "--vintage", "2026-01-01", "--source", "Région fictive (générateur de Maille)", "--licence", "CC0")
    row = next(r for r in territory(w, "list") if r["id"] == ID)
    same("the list has the new figure", row["population"], region.population(model[ID]) + 1000)


kit.main(globals())
