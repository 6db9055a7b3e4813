"""Holds the layers of the sample region against the plain oracle of region.py:
layers_check.py SAMPLE_DIR LAYERS_DIR interne|public"""

import json
import os
import sys

import region as oracle

STATUS = {"en fonctionnement": "en-fonctionnement", "contractualisée": "contractualisee",
          "contractualisee": "contractualisee", "projet validé": "projet-valide",
          "projet transmis": "projet-transmis", "lettre d’intention": "lettre-intention",
          "idée": "idee", "abandonnée": "abandonnee"}
INSTEAD = {"teleconsultation": "teleconsultation.csv", "consultation_avancee": "consultations-avancees.csv",
           "cabinet_secondaire": "cabinets-secondaires.csv"}
PUBLIC = ("contractualisee", "en-fonctionnement")
failed = 0


def check(what, wrong):
    """Prints a line; `wrong` lists what does not hold."""
    global failed
    wrong = list(wrong)
    failed += bool(wrong)
    print(f"FAIL {what}: {wrong[:4]}" if wrong else f"ok   {what}")


def layer(name):
    path = os.path.join(sys.argv[2], name + ".geojson")
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    return {f["id"]: f["properties"] for f in data["features"]}


def near(value, exact, decimals):
    """Whether a published figure is the exact one, rounded."""
    if value is None or exact is None:
        return value is None and exact is None
    return abs(value - exact) <= 0.5000001 * 10**-decimals


def check_minutes(r, times):
    coverage = layer("couverture")
    check("each commune once", set(r.population) ^ set(coverage))
    gp = {c: min((t[j] for j in r.supply if j in t), default=None) for c, t in times.items()}
    key = "medecin_generaliste"
    check("minutes to the nearest doctor are Dijkstra's",
          [(c, p[key + "_min"], gp[c]) for c, p in coverage.items()
           if not near(p[key + "_min"], gp[c], 1)])
    check("the nearest doctor is one of the nearest",
          [(c, p[key + "_id"]) for c, p in coverage.items() if gp[c] is not None
           and times[c].get(p[key + "_id"], -1) != gp[c]])
    check("the bands hold their bounds", [
        (c, s) for c, p in coverage.items() for s, bands in
        ((key, [5, 10, 15, 20, 30]), ("maternite", [15, 30, 45, 60, 90]), ("pharmacie", [5, 10, 15, 20]),
         *((s, [10, 20, 30]) for s in INSTEAD))
        if p[s + "_min"] is None and (p[s + "_tranche"], p[s + "_id"]) != (None, None)
        or p[s + "_tranche"] is not None and not
        (max([0] + [b for b in bands if b < p[s + "_tranche"]]) - 0.06 < p[s + "_min"]
         <= p[s + "_tranche"])
        or p[s + "_min"] is not None and p[s + "_tranche"] is None and p[s + "_min"] < bands[-1]])
    bare = [c for c, node in r.node.items() if node is None]
    check("an island without roads reaches nothing but who comes by boat", [
        c for c in bare for k, v in coverage[c].items() if k.endswith("_min") and v is not None
        and (k, v) != ("consultation_avancee_min", 0)])
    for s, file in INSTEAD.items():
        towns = [x["code"] for x in oracle.rows(r.folder, file) if x["statut"] != "fermé"]
        near_one = {c: min((t[j] for j in towns if j in t), default=None) for c, t in times.items()}
        check(f"minutes to the nearest {s} are Dijkstra's", [
            (c, p[s + "_min"], near_one[c]) for c, p in coverage.items()
            if not near(p[s + "_min"], near_one[c], 1)])
    wards = {m["id"] for m in r.maternities if m["statut"].lower() == "ouvert"}
    check("nobody is sent to a closed maternity", {
        p["maternite_id"] for p in coverage.values()} - wards - {None})
    # The wards stand 300 m beside the town's centre: the way there differs by that much only.
    open_codes = [m["code"] for m in r.maternities if m["statut"].lower() == "ouvert"]
    ward = {c: min((t[m] for m in open_codes if m in t), default=None) for c, t in times.items()}
    check("minutes to a maternity are Dijkstra's to the town, within two minutes", [
        (c, p["maternite_min"], ward[c]) for c, p in coverage.items()
        if (p["maternite_min"] is None) != (ward[c] is None)
        or ward[c] is not None and abs(p["maternite_min"] - ward[c]) > 2])
    catchments = layer("bassins")
    for s in ("medecin_generaliste", "maternite", "pharmacie", *INSTEAD):
        mine = [p for p in catchments.values() if p["service"] == s]
        reached = [c for c, p in coverage.items() if p[s + "_min"] is not None]
        check(f"catchments of {s} hold each commune that reaches one, once",
              [] if sum(p["communes"] for p in mine) == len(reached)
              and sum(p["population"] for p in mine) == sum(r.population[c] for c in reached)
              else [len(reached)])


def check_access(r, times):
    apl = r.apl(times)
    access = layer("accessibilite")
    check("APL of each commune", [
        (c, p["medecin_generaliste_apl"], apl[c]) for c, p in access.items()
        if not near(p["medecin_generaliste_apl"], apl[c], 3)])
    zones, told = r.zones(apl), layer("zones-sous-denses")
    check("each living area is a zone", set(zones) ^ set(told))
    check("population and APL of each zone", [
        (z, told[z]["population"], told[z]["apl"], v) for z, v in zones.items()
        if told[z]["population"] != v[0] or not near(told[z]["apl"], v[1], 3)])
    check("class of each zone", [
        (z, told[z]["classe_calculee"]) for z, (_, v) in zones.items()
        if told[z]["classe_calculee"] != ("ZIP" if v <= 2.5 else "vivier" if v <= 4 else "HZ")])
    check("no class is decided", [z for z, p in told.items() if p["classe"] is not None])
    check("every class is seen", {"ZIP", "vivier", "HZ"} ^ {
        p["classe_calculee"] for p in told.values()})


def check_perimeters(r, ids):
    told = layer("cpts")
    check("the perimeters that this audience may see", set(ids) ^ set(told))
    check("statuses", [i for i in ids if told[i]["statut"] != STATUS[r.status[i].lower()]])
    check("communes, population, parts", [
        (i, told[i]) for i in ids
        if told[i]["communes"] != len(r.members[i]) or told[i]["parties_frontiere"] != len(r.parts(r.members[i]))
        or told[i]["population"] != sum(r.population[c] for c in r.members[i])])
    check("sizes", [
        (i, p["taille"], p["population"]) for i, p in told.items()
        if p["taille"] != ("T1" if p["population"] < 40000 else "T2" if p["population"] < 80000
                           else "T3" if p["population"] <= 175000 else "T4")])
    pairs, seen = r.overlaps(ids), layer("cpts-chevauchements")
    check("overlaps", {k: tuple(v) for k, v in pairs.items()}.items() ^
          {(p["a"], p["b"]): tuple(p["codes"]) for p in seen.values()}.items())
    public = {i for i in ids if STATUS[r.status[i].lower()] in PUBLIC}
    check("severity by how many of the two are published", [
        (p["a"], p["b"], p["gravite"]) for p in seen.values()
        if p["gravite"] != ("information", "alerte", "erreur")[len(public & {p["a"], p["b"]})]])
    for p in seen.values():
        check(f"shares of {p['a']} and {p['b']}", [
            (p["part_" + k], people) for k in "ab"
            for people in [sum(r.population[c] for c in p["codes"]) /
                           sum(r.population[c] for c in r.members[p[k]])]
            if abs(p["part_" + k] - people) > 0.0006])
    gaps = {(tuple(codes), enclosed, tuple(around)) for codes, enclosed, around in r.gaps(ids)}
    check("gaps, which are enclosed, and their neighbours", gaps ^ {
        (tuple(p["codes"]), p["enclavee"], tuple(sorted(p["voisins"])))
        for p in layer("cpts-zones-blanches").values()})


def check_secrets(r, ids):
    """Nothing of a perimeter that is not shown stands in any file."""
    hidden = [i for i in r.members if i not in ids]
    rows = [x for name in ("cpts.csv", "cpts-abandonnees.csv")
            for x in oracle.rows(sys.argv[1], name) if x["id"] in hidden]
    words = {x[k] for x in rows for k in ("id", "nom", "contact") if x.get(k)}
    for name in sorted(os.listdir(sys.argv[2])):
        path = os.path.join(sys.argv[2], name)
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            check(f"{name} holds nothing of a draft", [w for w in words if w in text])


if __name__ == "__main__":
    sample = oracle.Region(sys.argv[1])
    shown = sorted(i for i, s in sample.status.items()
                   if sys.argv[3] == "interne" or STATUS[s.lower()] in PUBLIC)
    minutes = sample.times()
    check_minutes(sample, minutes)
    check_access(sample, minutes)
    check_perimeters(sample, shown)
    check_secrets(sample, shown)
    sys.exit(1 if failed else 0)
