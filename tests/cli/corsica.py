"""Corsica end to end: real roads, communes and doctors; fictional perimeters."""

import json
import os
import random

import kit
from kit import check, near, none, same

FOLDER = kit.real("corse")
GP, WARD = "medecin_generaliste", "maternite"
# The program keeps drawings on the published grid of 1e-7 degree: a foot on a link may lie 1 cm away
# from ours, which is a few milliseconds of a slow road.
GRID_M, GRID_MS = 0.012, 12
work = kit.scratch()
workspace = os.path.join(work, "corse.maille")
layers, public = os.path.join(work, "interne"), os.path.join(work, "public")

with open(os.path.join(FOLDER, "communes.geojson"), encoding="utf-8") as file:
    communes = {f["properties"]["code"]: f for f in json.load(file)["features"]}
people = {c: f["properties"]["population"] for c, f in communes.items()}
area = {c: kit.area_km2(f["geometry"]) for c, f in communes.items()}
centre = {r["code"]: kit.lambert93(float(r["lon"]), float(r["lat"]))
          for r in kit.table(os.path.join(FOLDER, "centres.csv"))}
doctors = {r["code"]: int(r["medecins"])
           for r in kit.table(os.path.join(FOLDER, "medecins-generalistes.csv"))}
wards = [r["code"] for r in kit.table(os.path.join(FOLDER, "maternites.csv"))]
members = {}
for r in kit.table(os.path.join(FOLDER, "cpts-exemple.csv")):
    members.setdefault(r["id"], {"codes": set(), "status": r["statut"]})["codes"].add(r["code"])


def test_the_run_writes_every_layer():
    p = kit.maille("run", os.path.join(FOLDER, "study.yaml"), "-w", workspace, "--to", layers)
    same("the layers", sorted(os.listdir(layers)), sorted(n + ".geojson" for n in kit.with_contexts(kit.LAYERS, "bv2012", "epci")))
    same("every step ran", len(kit.steps_run(p.stderr)), 20)
    for name in kit.LAYERS:
        data = kit.layer(layers, name)
        same(f"{name} tells its audience", data["audience"], "interne")
        check(f"{name} rests on no estimate", not data.get("estime"))
        ids = [f["id"] for f in data["features"]]
        check(f"{name} has each id once", len(set(ids)) == len(ids) > 0)
    kit.maille("run", os.path.join(FOLDER, "study.yaml"), "-w", workspace, "--to", public,
               "--audience", "public")
    same("the public layers", sorted(os.listdir(public)), sorted(n + ".geojson" for n in kit.with_contexts(kit.PUBLIC_LAYERS, "bv2012", "epci")))


def test_communes_are_all_there_with_their_people():
    same("population", {c: p["population"] for c, p in kit.rows(layers, "communes").items()}, people)


def test_86_communes_are_over_90_minutes_from_a_maternity():
    minutes = {c: m for c, m in kit.query(workspace, "SELECT code, minutes FROM coverage WHERE service = ?", WARD)}
    same("communes", len(minutes), 360)
    same("over 90 minutes", sum(m > 90 for m in minutes.values()), 86)
    coverage = kit.rows(layers, "couverture")
    same("beyond the last band", sum(p[WARD + "_tranche"] is None for p in coverage.values()), 86)


def read_roads():
    columns = ["from_node", "to_node", "length_m", "speed_kmh"]
    return kit.Roads(kit.gpkg_lines(os.path.join(FOLDER, "roads.gpkg"), "roads", columns))


def test_centres_are_snapped_to_the_nearest_of_all_segments():
    global roads, snaps
    roads = read_roads()
    snaps = {c: roads.nearest(p) for c, p in centre.items()}
    told = {c: d for c, d in kit.query(workspace, "SELECT subject, distance_m FROM snap WHERE kind = 'commune'")}
    none("the distance of each commune", [
        (c, told[c], snaps[c][0]) for c in told if abs(told[c] - snaps[c][0]) > GRID_M])
    same("each commune", sorted(told), sorted(communes))
    for c in random.Random(1).sample(sorted(centre), 10):
        d = roads.brute(centre[c])[0]
        check(f"{c} by looking at every segment", abs(told[c] - d) <= GRID_M, (told[c], d))


def test_minutes_are_those_of_a_plain_dijkstra():
    stops = {c: roads.stop(s) for c, s in snaps.items()}
    for service, places in ((GP, sorted(doctors)), (WARD, wards)):
        seeds = {}
        for c in places:
            for v, ms in roads.entering(stops[c]).items():
                seeds[v] = min(ms, seeds.get(v, ms))
        best = kit.dijkstra(roads.back, seeds)
        goals = [stops[c] for c in places]
        exact = {c: 0 if c in places else roads.drive(best, stops[c], goals) for c in communes}
        told = {c: (m, i) for c, m, i in kit.query(
            workspace, "SELECT code, minutes, place_id FROM coverage WHERE service = ?", service)}
        none(f"minutes to the nearest {service}", [
            (c, told[c][0], exact[c] / 60000) for c in communes
            if abs(told[c][0] * 60000 - exact[c]) > GRID_MS])
        none(f"the place of {service} is one that has it", [c for c, (_, i) in told.items() if i not in places])
        for c in random.Random(2).sample(sorted(communes), 8):
            alone = kit.dijkstra(roads.back, roads.entering(stops[told[c][1]]))
            one = roads.drive(alone, stops[c], [stops[told[c][1]]])
            check(f"{c} drives to {told[c][1]} in the least time",
                  told[c][1] == c or abs(one - exact[c]) <= GRID_MS, (one, exact[c]))


def test_bands_include_their_upper_bound():
    bands = {GP: [5, 10, 15, 20, 30], WARD: [15, 30, 45, 60, 90]}
    shares = {(s, m): (p, q) for s, m, p, q in kit.query(
        workspace, "SELECT service, minutes, population, share FROM band_share")}
    for service, bounds in bands.items():
        told = {c: (m, b) for c, m, b in kit.query(
            workspace, "SELECT code, minutes, band_min FROM coverage WHERE service = ?", service)}
        none(f"bands of {service}", [
            c for c, (m, b) in told.items() if b != next((k for k in bounds if m <= k), None)])
        for bound in bounds:
            within = sum(people[c] for c, (m, _) in told.items() if m <= bound)
            same(f"people within {bound} minutes of {service}", shares[service, bound][0], within)
            near("as a share", shares[service, bound][1], within / sum(people.values()), 1e-12)
        discs = {(p["service"], p["minutes"]): p["population"]
                 for p in kit.rows(layers, "isochrones").values()}
        none(f"isochrones of {service} tell the same people", [
            b for b in bounds if discs[service, b] != shares[service, b][0]])


def test_consultations_are_conserved():
    apl = dict(kit.query(workspace, "SELECT code, apl FROM access WHERE service = ?", GP))
    supply = 5400 * sum(doctors.values())
    near("Σ population × APL", sum(people[c] * a for c, a in apl.items()), supply, 1e-9)


def test_apl_of_each_commune():
    """Every pair of communes within 20 minutes by Dijkstra, then the floating catchment by hand."""
    stops = {c: roads.stop(s) for c, s in snaps.items()}

    def weight(ms):
        return 1 if ms <= 600000 else 0.3 if ms <= 900000 else 0.1 if ms <= 1200000 else 0

    reach = {c: {} for c in communes}
    for j in doctors:
        best = kit.dijkstra(roads.back, roads.entering(stops[j]), 1300000)
        for c in communes:
            ms = 0 if c == j else roads.drive(best, stops[c], [stops[j]])
            if ms is not None and weight(ms):
                reach[c][j] = ms
    served = {j: sum(weight(t[j]) * people[c] for c, t in reach.items() if j in t) for j in doctors}
    exact = {c: sum(weight(ms) * 5400 * doctors[j] / served[j] for j, ms in t.items())
             for c, t in reach.items()}
    told = dict(kit.query(workspace, "SELECT code, apl FROM access WHERE service = ?", GP))
    none("APL", [(c, told[c], exact[c]) for c in communes
                 if abs(told[c] - exact[c]) > 1e-9 * max(1, exact[c])])
    zones = {}
    for r in kit.table(os.path.join(FOLDER, "zonages-2018.csv")):
        zones.setdefault(r["BV2012"], []).append(r["CODGEO"])
    mean = {z: sum(people[c] * exact[c] for c in cs) / sum(people[c] for c in cs)
            for z, cs in zones.items()}
    seen = kit.rows(layers, "zones-sous-denses")
    same("zones", sorted(seen), sorted(zones))
    none("their APL", [z for z, p in seen.items() if abs(p["apl"] - mean[z]) > 0.000501])
    none("their class", [z for z, p in seen.items() if p["classe_calculee"] != (
        "ZIP" if mean[z] <= 2.5 else "vivier" if mean[z] <= 4 else "HZ")])


def test_overlaps():
    told = {(p["a"], p["b"]): p for p in kit.rows(layers, "cpts-chevauchements").values()}
    ids = sorted(members)
    pairs = {(a, b): sorted(members[a]["codes"] & members[b]["codes"])
             for k, a in enumerate(ids) for b in ids[k + 1:] if members[a]["codes"] & members[b]["codes"]}
    same("pairs and communes", {k: p["codes"] for k, p in told.items()}, pairs)
    same("7, 5 and 3 communes by severity",
         sorted((p["communes"], p["gravite"]) for p in told.values()),
         [(3, "information"), (5, "alerte"), (7, "erreur")])
    for (a, b), p in told.items():
        shared = sum(people[c] for c in p["codes"])
        same(f"people of {a} and {b}", p["population"], shared)
        for key, i in (("part_a", a), ("part_b", b)):
            whole = sum(people[c] for c in members[i]["codes"])
            check(f"{key} of {a} and {b}", abs(p[key] - shared / whole) <= 0.0000501, p[key])
    seen = kit.rows(public, "cpts-chevauchements")
    same("one is public", [(p["communes"], p["gravite"]) for p in seen.values()], [(7, "erreur")])


def test_each_commune_is_covered_or_in_one_gap():
    for folder, ids, covered in ((layers, set(members), 87), (public, set(kit.rows(public, "cpts")), 33)):
        inside = set().union(*(members[i]["codes"] for i in ids))
        gaps = [c for p in kit.rows(folder, "cpts-zones-blanches").values() for c in p["codes"]]
        same("covered", len(inside), covered)
        same("in gaps", len(gaps), 360 - covered)
        same("in exactly one of the two", sorted(list(inside) + gaps), sorted(communes))
    published = {i for i, m in members.items()
                 if m["status"].lower().replace("é", "e").replace("-", " ") in ("en fonctionnement", "contractualisee")}
    same("the public sees", set(kit.rows(public, "cpts")), published)


def test_figures_of_perimeters():
    for i, p in kit.rows(layers, "cpts").items():
        codes = members[i]["codes"]
        total = sum(people[c] for c in codes)
        same(f"{i}: communes and people", (p["communes"], p["population"]), (len(codes), total))
        same(f"{i}: size", p["taille"], "T1" if total < 40000 else "T2" if total < 80000
             else "T3" if total <= 175000 else "T4")
        check(f"{i}: area", abs(p["surface_km2"] - sum(area[c] for c in codes)) <= 0.001, p["surface_km2"])
    same("sizes T1 to T3 are seen", {p["taille"] for p in kit.rows(layers, "cpts").values()},
         {"T1", "T2", "T3"})


def test_dissolving_conserves_areas():
    data = kit.layer(layers, "cpts")["features"]
    for f in data:
        near(f"the drawing of {f['id']}", kit.area_km2(f["geometry"]),
             sum(area[c] for c in members[f["id"]]["codes"]), 1e-6)
    for f in kit.layer(layers, "cpts-zones-blanches")["features"]:
        near(f"the drawing of {f['id']}", kit.area_km2(f["geometry"]),
             sum(area[c] for c in f["properties"]["codes"]), 1e-6)
    whole = sum(area.values())
    for service in (GP, WARD):
        basins = [f for f in kit.layer(layers, "bassins")["features"] if f["properties"]["service"] == service]
        near(f"Σ surface of {service}", sum(f["properties"]["surface_km2"] for f in basins), whole, 1e-6)
        near(f"Σ drawings of {service}", sum(kit.area_km2(f["geometry"]) for f in basins), whole, 1e-6)
        same(f"Σ people of {service}", sum(f["properties"]["population"] for f in basins), sum(people.values()))
        same(f"Σ communes of {service}", sum(f["properties"]["communes"] for f in basins), 360)


def test_catchments_are_those_whose_nearest_it_is():
    for service in (GP, WARD):
        groups = {}
        for c, i, m in kit.query(workspace, "SELECT code, place_id, minutes FROM coverage WHERE service = ?", service):
            groups.setdefault(i, {})[c] = m
        told = {p["id"]: p for p in kit.rows(layers, "bassins").values() if p["service"] == service}
        same(f"places of {service}", sorted(told), sorted(groups))
        for i, times in groups.items():
            total = sum(people[c] for c in times)
            mean = sum(people[c] * m for c, m in times.items()) / total
            check(f"{service} {i}", (told[i]["communes"], told[i]["population"]) == (len(times), total)
                  and abs(told[i]["temps_moyen_min"] - mean) <= 0.0501
                  and abs(told[i]["temps_max_min"] - max(times.values())) <= 0.0501, told[i])


def test_catchments_of_perimeters():
    told = {(p["id"], p["service"]): p for p in kit.rows(layers, "cpts-bassins").values()}
    for service in (GP, WARD):
        place = dict(kit.query(workspace, "SELECT code, place_id FROM coverage WHERE service = ?", service))
        for i, m in members.items():
            into = [c for c, at in place.items() if at in m["codes"]]
            total = sum(people[c] for c in into)
            kept = sum(people[c] for c in into if c in m["codes"])
            p = told[i, service]
            same(f"{i} {service}", (p["communes"], p["population"], p["population_hors"]),
                 (len(into), total, total - kept))
            check("its share kept", abs(p["part_retenue"] - kept / sum(people[c] for c in m["codes"])) <= 0.0000501)


def test_longest_drive_within_a_perimeter():
    """Every ordered pair of members by Dijkstra, for two perimeters."""
    stops = {c: roads.stop(s) for c, s in snaps.items()}
    told = kit.rows(layers, "cpts")
    for i in ("cpts-2", "cpts-5"):
        longest = 0
        for j in members[i]["codes"]:
            best = kit.dijkstra(roads.back, roads.entering(stops[j]))
            longest = max([longest] + [roads.drive(best, stops[c], [stops[j]])
                                       for c in members[i]["codes"] if c != j])
        check(f"longest drive of {i}", abs(told[i]["trajet_max_min"] - longest / 60000) <= 0.0501,
              (told[i]["trajet_max_min"], longest / 60000))


kit.main(globals())
