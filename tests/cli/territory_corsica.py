"""maille territory on Corsica: real communes, roads and EPCI, fictional perimeters."""

import json
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
# A foot on a link may lie 1 cm away from ours: the program's grid of 1e-7 degree.
GRID_MS = 12
centre = {r["code"]: kit.lambert93(float(r["lon"]), float(r["lat"])) for r in kit.table(os.path.join(FOLDER, "centres.csv"))}
roads = kit.Roads(kit.gpkg_lines(os.path.join(FOLDER, "roads.gpkg"), "roads", ["from_node", "to_node", "length_m", "speed_kmh"]))
stops = {}


def stop(code):
    if code not in stops:
        stops[code] = roads.stop(roads.nearest(centre[code]))
    return stops[code]


def drives(to, codes):
    """Milliseconds from each to one, by a plain backward search."""
    best = kit.dijkstra(roads.back, roads.entering(stop(to)))
    return {c: 0 if c == to else roads.drive(best, stop(c), [stop(to)]) for c in codes}


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
        check(f"{i}: a longest drive", {shown["trajet_de"], shown["trajet_vers"], shown["rencontre"]} <= set(members))
        same(f"{i}: roads join all", shown["paires_sans_route"], 0)
        near(f"{i}: the study", shown["etude"]["population"], region.population(EVERYBODY), 1e-12)
        check(f"{i}: Corsica is its region", shown["region"]["nom"] == "Corse", shown["region"])
        check(f"{i}: its département", shown["departement"]["nom"] in ("Corse-du-Sud", "Haute-Corse"))


def test_drives_of_more_than_an_hour_are_those_of_a_plain_dijkstra():
    """The longest drive and the place to meet of each, over all ordered pairs of two of them."""
    layer = kit.rows(os.path.join(work, "layers"), "cpts")
    shown = {i: territory(workspace, "show", i) for i in model}
    for i in model:
        check(f"{i}: the layer's longest drive", abs(layer[i]["trajet_max_min"] - shown[i]["trajet_max_min"]) <= 0.0501,
              (layer[i]["trajet_max_min"], shown[i]["trajet_max_min"]))
    check("some are longer than the matrix", sum(s["trajet_max_min"] > 60 for s in shown.values()) >= 5)
    for i in ("cpts-1", "cpts-4"):
        worst, mean, pairs = {}, {}, {}
        for to in model[i]:
            ms = drives(to, model[i])
            pairs.update(((c, to), m) for c, m in ms.items())
            worst[to] = max(ms.values())
            mean[to] = sum(region.people[c] * m for c, m in ms.items()) / region.population(model[i])
        longest, place = max(pairs.values()), min(worst, key=lambda c: (worst[c], mean[c]))
        same(f"{i}: where to meet", shown[i]["rencontre"], place)
        for key, wanted in (("trajet_max_min", longest), ("rencontre_max_min", worst[place]),
                            ("rencontre_moyenne_min", mean[place])):
            check(f"{i}: {key}", abs(shown[i][key] * 60000 - wanted) <= GRID_MS, (shown[i][key], wanted / 60000))
        between = pairs[shown[i]["trajet_de"], shown[i]["trajet_vers"]]
        check(f"{i}: between whom", abs(between - longest) <= GRID_MS, (between, longest))


def test_minutes_to_poles_however_far():
    rows = {r["code"]: r["pretendants"] for r in territory(workspace, "contested")}
    same("contested", len(rows), 15)
    wanted = {}
    for code, claimants in rows.items():
        for p in claimants:
            wanted.setdefault(p["pole"], set()).add(code)
    exact = {pole: drives(pole, codes) for pole, codes in wanted.items()}
    told = [(code, p["pole"], p["minutes_pole"], exact[p["pole"]][code]) for code, ps in rows.items() for p in ps]
    none("minutes", [t for t in told if t[2] is None or abs(t[2] * 60000 - t[3]) > GRID_MS])
    same("farther than the matrix", sum(ms > 60 * 60000 for *_, ms in told), 11)
    layer = kit.rows(os.path.join(work, "layers"), "cpts-communes-disputees")
    same("communes of the layer", sorted(layer), sorted(rows))
    for code, claimants in rows.items():
        minutes = {p["id"]: p["pole_min"] for p in json.loads(layer[code]["pieces"])["pretendants"]}
        none(f"{code} in the layer", [p["id"] for p in claimants if abs(minutes[p["id"]] - p["minutes_pole"]) > 0.0501])
    p = kit.maille("territory", "contested", "-w", workspace)
    check("no minutes lack in the text", "sans route" not in p.stdout and "145,9" in p.stdout)


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
             (len(members), region.population(members), None, "projet"))
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
