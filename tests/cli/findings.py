"""Every finding of the sample region, against its layers and tables."""

import json
import os

import kit
from kit import check, none, same

study = os.path.join(kit.SAMPLE, "study.yaml")
workspace = os.path.join(kit.scratch(), "w.maille")
GRAVITY = {"erreur", "alerte", "information"}


def both(audience):
    """(layers, findings by kind) for an audience."""
    to = kit.scratch()
    kit.maille("run", study, "-w", workspace, "--to", to, "--audience", audience)
    p = kit.maille("check", "-w", workspace, "--json", "--audience", audience, expect=5)
    out = {}
    for f in json.loads(p.stdout):
        if "pta" not in f["objet"].split("-"):  # of another kind than the layers compared here
            out.setdefault(f["genre"], []).append(f)
    none("severities", [f for fs in out.values() for f in fs if f["gravite"] not in GRAVITY])
    return to, out


def compare(audience):
    to, found = both(audience)
    cpts = kit.rows(to, "cpts")
    same("overlaps", sorted((f["objet"], f["gravite"]) for f in found.get("chevauchement", [])),
         sorted((f"{p['a']} + {p['b']}", p["gravite"]) for p in kit.rows(to, "cpts-chevauchements").values()))
    same("gaps, enclosed ones as alerts", sorted((f["objet"], f["gravite"]) for f in found.get("zone-blanche", [])),
         sorted((i, "alerte" if p["enclavee"] else "information")
                for i, p in kit.rows(to, "cpts-zones-blanches").items()))
    same("perimeters in parts", sorted(f["objet"] for f in found.get("morcellement", [])),
         sorted(i for i, p in cpts.items() if p["parties"] > 1))
    same("perimeters of less than 20,000", sorted(f["objet"] for f in found.get("taille", [])),
         sorted(i for i, p in cpts.items() if p["population"] < 20000))
    same("perimeters that no road joins", sorted(f["objet"] for f in found.get("non-atteint", []) if f["objet"] in cpts),
         sorted(i for i, p in cpts.items() if p["trajet_max_min"] is None))
    alerts = {i: 0 for i in cpts}
    for f in found.get("chevauchement", []):
        for i in f["objet"].split(" + "):
            alerts[i] += 1
    for f in (f for kind in ("morcellement", "taille", "trou", "membre-disparu") for f in found.get(kind, [])):
        alerts[f["objet"]] += f["gravite"] != "information"
    same("alerts of each perimeter", {i: p["alertes"] for i, p in cpts.items()}, alerts)
    return to, found


def test_inside():
    to, found = compare("interne")
    same("overlaps of each severity", {p["gravite"] for p in kit.rows(to, "cpts-chevauchements").values()}, GRAVITY)
    gaps = kit.rows(to, "cpts-zones-blanches").values()
    same("gaps enclosed and open", {p["enclavee"] for p in gaps}, {True, False})
    check("enclosed ones have neighbours", all(p["voisins"] for p in gaps if p["enclavee"]))
    check("a perimeter in parts", "morcellement" in found)
    check("one that is small", "taille" in found)
    same("every class of zones", {p["classe_calculee"] for p in kit.rows(to, "zones-sous-denses").values()},
         {"ZIP", "vivier", "HZ"})
    same("every size", {p["taille"] for p in kit.rows(to, "cpts").values()}, {"T1", "T2", "T3", "T4"})
    coverage = kit.rows(to, "couverture")
    for service in ("medecin_generaliste", "maternite", "pharmacie"):
        unreached = [c for c, p in coverage.items() if p[service + "_min"] is None]
        told = [f["constat"] for f in found["non-atteint"] if f["objet"] == service]
        check(f"unreached communes of {service}", unreached and told[0].startswith(f"{len(unreached)} communes"), told)
        check("they have neither place nor band", all(
            coverage[c][service + s] is None for c in unreached for s in ("_id", "_tranche")))
    for kind, words in (("sans-route", "1 communes"), ("lieu-sans-route", "Phare"), ("reseau-en-morceaux", "routes.geojson"),
                        ("passage", "3 lignes"), ("code-inconnu", "cpts-")):
        check(f"{kind} is told", any(words in f["constat"] for f in found.get(kind, [])), found.get(kind))
    communes = set(kit.rows(to, "communes"))
    claimed = {}
    for r in kit.table(os.path.join(kit.SAMPLE, "cpts.csv")):
        claimed.setdefault(r["id"], set()).add(r["code"])
    gone = {i: sorted(codes - communes) for i, codes in claimed.items() if codes - communes}
    check("a member that is gone", gone)
    told = found.get("membre-disparu", [])
    same("members that are gone, by their codes", {f["objet"]: f["codes"] for f in told}, gone)
    none("they are named", [f for f in told if not f["constat"].endswith(" : " + ", ".join(f["codes"]))])
    layer = kit.rows(to, "cpts-constats").values()
    same("in the layer too", {p["a"]: p["codes"] for p in layer if p["genre"] == "membre-disparu"}, gone)
    none("of each it is said what could be done", [
        f for fs in found.values() for f in fs if f["codes"] is not None and not f["piste"]])
    check("no estimate, nothing stale", "estime" not in found and "perime" not in found)
    none("no layer is marked", [n for n in kit.LAYERS if kit.layer(to, n).get("estime")])


def test_other_kinds():
    """A PTA is judged and shown as a CPTS is, under its own name; a layer holds every kind."""
    to = kit.scratch()
    kit.maille("run", study, "-w", workspace, "--to", to)
    told = kit.rows(to, "perimetres")
    same("every CPTS as its own layer has it", {i: [p[k] for k in ("nom", "statut", "communes", "population", "parties")]
                                                for i, p in told.items() if p["genre"] == "cpts"},
         {i: [p[k] for k in ("nom", "statut", "communes", "population", "parties")]
          for i, p in kit.rows(to, "cpts").items()})
    same("the others", {i: p["genre"] for i, p in told.items() if p["genre"] != "cpts"}, {"pta-aurze": "pta"})
    inside = {r["code"] for r in kit.table(os.path.join(kit.SAMPLE, "pta.csv"))}
    communes = kit.rows(to, "communes")
    same("population of the PTA", told["pta-aurze"]["population"], sum(communes[c]["population"] for c in inside))
    p = kit.maille("check", "-w", workspace, "--json", expect=5)
    gaps = [f for f in json.loads(p.stdout) if f["objet"].startswith("zb-pta-")]
    same("communes that no PTA holds", {c for f in gaps for c in f["codes"]}, set(communes) - inside)
    none("they are said to be without a PTA", [f for f in gaps if " sans périmètre (pta) (" not in f["constat"]])


def test_public():
    to, found = compare("public")
    inside, _ = both("interne")
    check("fewer perimeters", set(kit.rows(to, "cpts")) < set(kit.rows(inside, "cpts")))
    check("no word on a draft's codes", not any("cpts-" in f["constat"] for f in found.get("code-inconnu", [])))
    for name in ("communes", "couverture", "accessibilite", "bassins", "isochrones", "etablissements", "zones-sous-denses"):
        same(f"{name} is the same for all", kit.layer(to, name)["features"], kit.layer(inside, name)["features"])


def test_statuses_of_establishments():
    to = kit.scratch()
    kit.maille("export", "etablissements", "couverture", "-w", workspace, "--to", to)
    places = kit.rows(to, "etablissements")
    same("each status", {p["statut"] for p in places.values()}, {"ouvert", "prevu", "ferme", "temps-partiel"})
    shut = {(p["service"], p["id"]) for p in places.values() if p["statut"] in ("prevu", "ferme")}
    served = {(s, p[s + "_id"]) for p in kit.rows(to, "couverture").values()
              for s in ("medecin_generaliste", "maternite", "pharmacie")}
    same("nobody is sent to a planned or closed one", shut & served, set())


def test_notes_and_kinds():
    """A note stands with the finding of its gap, inside only; size classes are of CPTS."""
    gap = next(i for i, p in kit.rows(both("interne")[0], "cpts-zones-blanches").items() if p["communes"] > 1)
    kit.maille("territory", "note", gap[3:], "--text", "médecins organisés sans CPTS", "--date", "2024-01-05",
               "-w", workspace)
    for audience, told in (("interne", 1), ("public", 0)):
        _, found = both(audience)
        noted = [f["objet"] for fs in found.values() for f in fs if "médecins organisés sans CPTS" in f["constat"]]
        same(f"the note, {audience}", noted, [gap] * told)
    listed = json.loads(kit.maille("territory", "list", "--json", "-w", workspace).stdout)
    sizes = {r["id"]: r["taille"] for r in listed}
    same("kinds without classes", {i for i in sizes if sizes[i] is None}, {i for i in sizes if i.startswith("pta")})


def test_members_that_are_gone():
    """Codes that no commune has, of several perimeters of which some have nothing else; those of a draft stay
    inside."""
    commune = min(kit.rows(both("interne")[0], "communes"))
    gone = {"cls-a": ["97901"], "cls-b": ["97901", "97902", "97904"], "cls-d": [f"9791{n}" for n in range(7)],
            "cls-e": ["97999"]}
    held = {"cls-a": ["97901", commune], "cls-b": gone["cls-b"], "cls-c": [commune], "cls-d": [commune, *gone["cls-d"]],
            "cls-e": gone["cls-e"], "cls-f": [commune]}
    statuses = {"cls-a": "projet", "cls-e": "projet"}
    file = kit.write(os.path.join(kit.scratch(), "cls.csv"), "id,nom,statut,code\n" + "".join(
        f"{i},{i},{statuses.get(i, 'contractualisee')},{c}\n" for i in held for c in held[i]))
    kit.maille("import", "perimeters", file, "-w", workspace, "--perimeter-kind", "cls",
               "--fields", "id=id,name=nom,status=statut,code=code")
    for audience, seen in (("interne", set(gone)), ("public", set(gone) - set(statuses))):
        kit.maille("compute", "-w", workspace, "--audience", audience)
        p = kit.maille("check", "-w", workspace, "--json", "--audience", audience, expect=5)
        found = [f for f in json.loads(p.stdout) if f["genre"] == "membre-disparu" and f["objet"].startswith("cls")]
        same(f"codes, {audience}", {f["objet"]: f["codes"] for f in found}, {i: gone[i] for i in seen})
        words = {f["objet"]: f["constat"].split(" : ")[1] for f in found}
        same(f"in words, {audience}", words["cls-d"], "97910, 97911, 97912, 97913, 97914 et 2 autres")
        same(f"all of a few, {audience}", words["cls-b"], "97901, 97902, 97904")
    listed = json.loads(kit.maille("territory", "findings", "--json", "-w", workspace).stdout)
    same("told by territory findings", {f["objet"]: f["codes"] for f in listed
          if f["genre"] == "membre-disparu" and f["objet"] in gone}, gone)


kit.main(globals())
