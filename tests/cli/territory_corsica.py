"""maille territory on Corsica: real communes, roads and EPCI, fictional perimeters."""

import os

import kit
import territory_kit
from kit import check, near, none, same
from territory_kit import codes, effect, territory

FOLDER = kit.real("corse")
region = territory_kit.Region(FOLDER)
work = kit.scratch()
workspace = os.path.join(work, "corse.maille")
kit.maille("run", os.path.join(FOLDER, "study.yaml"), "-w", workspace, "--to", os.path.join(work, "layers"))
model = region.perimeters("cpts-exemple.csv")
EVERYBODY = dict.fromkeys(region.people, 1.0)


def findings(kind, *args):
    return [f for f in territory(workspace, "findings", "--kind", "cpts", *args) if f["genre"] == kind]


def test_overlaps_and_gaps_inside_and_public():
    inside, public = findings("chevauchement"), findings("chevauchement", "--audience", "public")
    same("overlaps inside", sorted(len(f["codes"]) for f in inside), [3, 5, 7])
    same("public", [len(f["codes"]) for f in public], [7])
    none("what they share", [f for f in inside if set(f["codes"]) != set(model[f["a"]]) & set(model[f["b"]])])
    for args, count in (((), 273), (("--audience", "public"), 327)):
        same(f"uncovered {args}", sum(len(f["codes"]) for f in findings("zone-blanche", *args)), count)
    held = {c for m in model.values() for c in m}
    same("they are those that nobody holds", sorted(c for f in findings("zone-blanche") for c in f["codes"]),
         sorted(set(region.people) - held))


def test_figures_of_each():
    rows = {r["id"]: r for r in territory(workspace, "list", "--kind", "cpts")}
    for i, members in model.items():
        same(f"{i}", (rows[i]["communes"], rows[i]["population"], rows[i]["taille"]),
             (len(members), region.population(members), region.size(members)))
        shown = territory(workspace, "show", i)
        near(f"{i}: density", shown["ensemble"]["densite"], region.population(members) / shown["ensemble"]["surface_km2"], 1e-9)
        if shown["paires_au_dela"]:
            check(f"{i}: no longest drive beyond the matrix", shown["trajet_max_min"] is None)
            p = kit.maille("territory", "show", i, "-w", workspace)
            check(f"{i}: the text says beyond what", f"plus de {shown['limite_min']:.0f} min" in p.stdout)
        else:
            check(f"{i}: a longest drive", {shown["trajet_de"], shown["trajet_vers"]} <= set(members))
        near(f"{i}: the study", shown["etude"]["population"], region.population(EVERYBODY), 1e-12)
        check(f"{i}: Corsica is its region", shown["region"]["nom"] == "Corse", shown["region"])
        check(f"{i}: its département", shown["departement"]["nom"] in ("Corse-du-Sud", "Haute-Corse"))


def test_a_perimeter_of_each_epci():
    groups = {}
    for r in kit.table(os.path.join(FOLDER, "zonages-2018.csv")):
        if r["CODGEO"] in region.people:
            groups.setdefault(r["EPCI"], {})[r["CODGEO"]] = 1.0
    told = territory(workspace, "create", "--from-grouping", "epci", "--kind", "cls", "--status", "projet")
    same("as many as groups", told["nombre"], len(groups))
    rows = {r["id"]: r for r in territory(workspace, "list", "--kind", "cls")}
    for group, members in groups.items():
        row = rows["cls-" + group.lower()]
        same(f"{group}", (row["communes"], row["population"], row["taille"], row["statut"]),
             (len(members), region.population(members), region.size(members), "projet"))
    kinds = {f["genre"] for f in territory(workspace, "findings", "--kind", "cls")}
    check("groups that cover all have neither gap nor overlap", not kinds & {"zone-blanche", "chevauchement"}, kinds)
    one = "cls-" + sorted(groups)[0].lower()
    crossing = next(c for c in territory(workspace, "show", one)["croisements"] if c["decoupage"] == "epci")
    same("each is its own EPCI", [(g["part"], g["part_du_groupe"], g["manquent"]) for g in crossing["groupes"]], [(1, 1, [])])
    territory(workspace, "undo")
    same("one undo takes all away", territory(workspace, "list", "--kind", "cls"), [])


def test_a_list_of_names_as_people_write_them():
    codes_of = {}
    for code, name in region.names.items():
        codes_of.setdefault(name, []).append(code)
    chosen = [c for c in sorted(region.people) if len(codes_of[region.names[c]]) == 1][:20]
    file = kit.write(os.path.join(work, "noms.csv"), "commune\n" + "".join(region.names[c].lower().replace("-", " ") + "\n" for c in chosen))
    told = territory(workspace, "create", "cpts-noms", "--name", "Noms", "--list", file)
    same("population", effect(told, "cpts-noms")["apres"]["population"], sum(region.people[c] for c in chosen))
    same("codes", codes(workspace, "cpts-noms"), dict.fromkeys(chosen, 1.0))
    territory(workspace, "undo")


def test_a_try_and_the_change():
    i = sorted(model)[0]
    free = sorted(set(region.people) - {c for m in model.values() for c in m})[:3]
    tried = territory(workspace, "what-if", "add", i, *free)
    told = territory(workspace, "add", i, *free)
    for key in ("perimetres", "constats_disparus", "constats_apparus"):
        same(f"what-if tells the same {key}", tried[key], told[key])
    after = {**model[i], **dict.fromkeys(free, 1.0)}
    same("population after", effect(told, i)["apres"]["population"], region.population(after))
    difference = territory(workspace, "diff", i)
    same("in", sorted(d["code"] for d in difference["differences"]), free)
    territory(workspace, "undo", i)
    same("back", codes(workspace, i), model[i])


kit.main(globals())
