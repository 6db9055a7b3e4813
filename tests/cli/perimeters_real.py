"""Perimeters held against facts: figures of the sources, of published communes and of the issue, each
found again here from the raw files. With the argument "long" whole regions."""

import functools
import json
import math
import os

import kit
from kit import check, near, none, same
from territory_kit import Region, codes, territory

work = kit.scratch()
# Populations of real CPTS and their class (S. Gautier, 2019), and each bound of the ACI.
REAL_SIZES = {180000: "T4", 196000: "T4", 128231: "T3", 28531: "T1", 45987: "T2", 58582: "T2", 32688: "T1"}
BOUNDS = {39999: "T1", 40000: "T2", 40001: "T2", 79999: "T2", 80000: "T3", 80001: "T3",
          174999: "T3", 175000: "T3", 175001: "T4"}
NOIRMOUTIER = ["85011", "85083", "85106", "85163"]
BELLE_ILE = ["56009", "56114", "56152", "56241"]


def prepare(name, sources):
    """A workspace after a run of a study of these sources, each (kind, file, more)."""
    lines = "".join(f"  - {{kind: {k}, file: {json.dumps(f)}, source: essai, licence: CC0, {more}}}\n"
                    for k, f, more in sources)
    text = f"study: {name.replace('-', '_')}\ntitle: {{fr: Essai, en: Trial}}\nworkspace: w.maille\nsources:\n{lines}"
    path = kit.write(os.path.join(work, name + ".yaml"), text)
    workspace = os.path.join(work, name + ".maille")
    kit.maille("run", path, "-w", workspace, "--to", os.path.join(work, name), "--quiet")
    return workspace


def study(folder, leave_out=None):
    """A workspace of a real study, perhaps without one kind of source."""
    name = folder + ("-sans-" + leave_out if leave_out else "")
    text, base = kit.read(kit.real(folder + "/study.yaml")), kit.real(folder)
    lines = [x for x in text.split("\n") if not (leave_out and f"{{kind: {leave_out}," in x)]
    text = "\n".join(x.replace(", file: ", f", file: {base}/") for x in lines)
    workspace = os.path.join(work, name + ".maille")
    kit.maille("run", kit.write(os.path.join(work, name + ".yaml"), text), "-w", workspace,
               "--to", os.path.join(work, name), "--quiet")
    return workspace


def layers(workspace, *names, audience="interne"):
    to = kit.scratch()
    kit.maille("compute", "-w", workspace, "--audience", audience, "--quiet")
    kit.maille("export", *names, "-w", workspace, "--to", to, "--audience", audience, "--quiet")
    return [kit.rows(to, n) for n in names]


def rounded(what, got, wanted):
    """A share as layers write it: four decimals."""
    check(what, abs(got - wanted) <= 0.5000001e-4, f"got {got}, wanted {wanted}")


# ---- drawings ---------------------------------------------------------------------------------------

def rings(geometry):
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [[(p[0], p[1]) for p in ring] for polygon in polygons for ring in polygon]


@functools.lru_cache(None)
def drawn(path):
    """{code: (properties, rings)} of a file of communes."""
    with open(kit.real(path), encoding="utf-8") as file:
        return {f["properties"]["code"]: (f["properties"], rings(f["geometry"])) for f in json.load(file)["features"]}


@functools.lru_cache(None)
def borders(path):
    """Pairs of communes whose rings hold a common segment."""
    holders, pairs = {}, set()
    for code, (_, shapes) in drawn(path).items():
        for ring in shapes:
            for a, b in zip(ring, ring[1:]):
                if a != b:
                    holders.setdefault((min(a, b), max(a, b)), set()).add(code)
    for held in holders.values():
        pairs.update((a, b) for a in held for b in held if a < b)
    return pairs


def pieces(members, pairs):
    """How many pieces: union-find over the pairs within the members."""
    parent = {c: c for c in members}

    def root(c):
        while parent[c] != c:
            parent[c] = parent[parent[c]]
            c = parent[c]
        return c

    for a, b in pairs:
        if a in parent and b in parent:
            parent[root(a)] = root(b)
    groups = {}
    for c in members:
        groups.setdefault(root(c), set()).add(c)
    return list(groups.values())


def side(o, a, b):
    return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])


def cross(a, b, c, d):
    """Whether two segments have a point in common."""
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]) or \
            max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    return side(a, b, c) * side(a, b, d) <= 0 and side(c, d, a) * side(c, d, b) <= 0


def road_links(folder, limit_min=20):
    """{(a, b): minutes} of roads drawn from centre to centre between communes without a common
    border, that touch no third commune: nodes of these networks are named by their communes."""
    path = folder + "/communes-2026.geojson"
    near_by = borders(path)
    grounds = {c: [[kit.lambert93(*p) for p in ring] for ring in shapes] for c, (_, shapes) in drawn(path).items()}
    out = {}
    for a, b, length, speed, line in kit.gpkg_lines(kit.real(folder + "/routes-fictives.gpkg"), "routes",
                                                    ["from_node", "to_node", "length_m", "speed_kmh"]):
        pair, minutes = (min(a, b), max(a, b)), kit.arc_ms(length, speed) / 60000
        if pair in near_by or minutes > limit_min:
            continue
        touched = {c for c, shapes in grounds.items() if c not in pair and any(
            cross(p, q, u, v) for ring in shapes for u, v in zip(ring, ring[1:]) for p, q in zip(line, line[1:]))}
        if not touched:
            out[pair] = min(minutes, out.get(pair, math.inf))
    return out


# ---- sizes ------------------------------------------------------------------------------------------

def test_size_classes_of_real_ones_and_of_each_bound():
    people = list({**REAL_SIZES, **BOUNDS}.items())
    features = [{"type": "Feature", "properties": {"code": f"01{i:03}", "nom": f"Commune {i}", "population": n},
                 "geometry": {"type": "Polygon", "coordinates": [[
                     [round(2 + x * 0.05, 5), round(46 + y * 0.05, 5)] for x, y in
                     ((i, 0), (i + 1, 0), (i + 1, 1), (i, 1), (i, 0))]]}} for i, (n, _) in enumerate(people)]
    file = kit.write(os.path.join(work, "tailles.geojson"),
                     json.dumps({"type": "FeatureCollection", "features": features}))
    workspace = prepare("tailles", [("communes", file, "vintage: 2026-01-01, fields: {code: code, name: nom, population: population}")])
    for i in range(len(people)):
        kit.maille("territory", "create", f"cpts-{i}", "--name", f"CPTS {i}", f"01{i:03}", "-w", workspace, "--quiet")
    rows = {r["id"]: r for r in territory(workspace, "list")}
    same("classes", {n: rows[f"cpts-{i}"]["taille"] for i, (n, _) in enumerate(people)}, dict(people))
    same("populations", [rows[f"cpts-{i}"]["population"] for i in range(len(people))], [n for n, _ in people])
    (cpts,) = layers(workspace, "cpts")
    same("classes in the layer", {n: cpts[f"cpts-{i}"]["taille"] for i, (n, _) in enumerate(people)}, dict(people))
    bounds = [0, 40000, 80000, 175000, math.inf]
    for i, (n, name) in enumerate(people[:7]):
        shown = territory(workspace, "show", f"cpts-{i}")
        k = int(name[1])
        same(f"{n}: to the next class", shown["jusqu_a_la_taille_suivante"],
             None if name == "T4" else bounds[k] - n)


def test_the_real_cpts_ouest_gironde():
    rows = kit.table(kit.real("gironde/cpts_ouest_gironde.csv"), ";")
    wanted = {r["code_commune"] for r in rows}
    base = kit.real("gironde")
    workspace = prepare("gironde", [
        ("communes", base + "/communes-2026.geojson", "vintage: 2026-01-01, fields: {code: code, name: nom, population: population}"),
        ("centres", base + "/centres.csv", "fields: {code: code, lon: lon, lat: lat}"),
        ("grouping", base + "/communes-2026.geojson", "name: epci, vintage: 2026-01-01, fields: {code: code, group: epci, title: epci_nom}")])
    kit.maille("territory", "create", "cpts-ouest-gironde", "--name", "CPTS Ouest Gironde", "--status", "en fonctionnement",
               "--list", base + "/cpts_ouest_gironde.csv", "-w", workspace, "--quiet")
    people = {c: p["population"] for c, (p, _) in drawn("gironde/communes-2026.geojson").items()}
    same("its communes", set(codes(workspace, "cpts-ouest-gironde")), wanted)
    row = territory(workspace, "list")[0]
    same("of the issue", (row["communes"], row["population"], row["taille"]), (4, 163101, "T3"))
    same("and of the raw file", row["population"], sum(people[c] for c in wanted))
    (cpts,) = layers(workspace, "cpts", audience="public")
    told = cpts["cpts-ouest-gironde"]
    same("published", (told["communes"], told["population"], told["taille"]), (4, 163101, "T3"))
    same("pieces", told["parties_frontiere"], len(pieces(wanted, borders("gironde/communes-2026.geojson"))))
    near("its area", told["surface_km2"], sum(
        kit.area_km2(f["geometry"]) for f in json.loads(kit.read(base + "/communes-2026.geojson"))["features"]
        if f["properties"]["code"] in wanted), 1e-5)


# ---- Corsica ----------------------------------------------------------------------------------------

@functools.lru_cache(None)
def corsica():
    region = Region(kit.real("corse"))
    workspace = study("corse")
    return region, workspace, {i: set(m) for i, m in region.perimeters("cpts-exemple.csv").items()}


def published(region):
    return {r["id"] for r in kit.table(os.path.join(region.folder, "cpts-exemple.csv"))
            if r["statut"].lower().replace("-", " ").replace("é", "e") in ("en fonctionnement", "contractualisee")}


def test_overlaps_and_gaps_of_corsica():
    region, workspace, held = corsica()
    for audience, sizes, uncovered in (("interne", [3, 5, 7], 273), ("public", [7], 327)):
        seen = {i: m for i, m in held.items() if audience == "interne" or i in published(region)}
        overlaps, gaps, flags = layers(workspace, "cpts-chevauchements", "cpts-zones-blanches", "cpts-constats",
                                       audience=audience)
        same(f"{audience}: overlaps", sorted(p["communes"] for p in overlaps.values()), sizes)
        same(f"{audience}: uncovered", sum(p["communes"] for p in gaps.values()), uncovered)
        wanted = {(a, b): sorted(seen[a] & seen[b]) for a in seen for b in seen if a < b and seen[a] & seen[b]}
        same(f"{audience}: which", {(p["a"], p["b"]): sorted(p["codes"]) for p in overlaps.values()}, wanted)
        for p in overlaps.values():
            people = region.population(dict.fromkeys(wanted[p["a"], p["b"]], 1))
            same(f"{audience}: population", p["population"], people)
            rounded(f"{audience}: share", p["part_a"], people / region.population(dict.fromkeys(seen[p["a"]], 1)))
        free = set(region.people) - set().union(*seen.values())
        path = "corse/communes.geojson"
        same(f"{audience}: gaps are the pieces of what nobody holds",
             sorted(sorted(p["codes"]) for p in gaps.values()), sorted(sorted(g) for g in pieces(free, borders(path))))
        same(f"{audience}: findings of each", sorted((p["genre"], tuple(sorted(p["codes"]))) for p in flags.values()
                                                     if p["genre"] in ("chevauchement", "zone-blanche")),
             sorted([("chevauchement", tuple(c)) for c in wanted.values()] +
                    [("zone-blanche", tuple(sorted(p["codes"]))) for p in gaps.values()]))


def test_groupings_that_a_perimeter_cuts():
    """EPCI and bassins de vie inside and outside, of every perimeter, from the raw table."""
    region, workspace, held = corsica()
    table = [r for r in kit.table(kit.real("corse/zonages-2018.csv")) if r["CODGEO"] in region.people]
    (flags,) = layers(workspace, "cpts-constats")
    cut = {(p["a"], *k.split("/")[1:]): p for k, p in flags.items() if p["genre"] == "groupement-coupe"}
    wanted = {}
    for name, column in (("epci", "EPCI"), ("bv2012", "BV2012")):
        groups = {}
        for r in table:
            groups.setdefault(r[column], set()).add(r["CODGEO"])
        for i, m in held.items():
            for group, all_of in groups.items():
                if all_of & m and all_of - m:
                    wanted[i, name, group] = (all_of & m, all_of - m)
    same("which", sorted(cut), sorted(wanted))
    none("communes left outside", [k for k in cut if set(cut[k]["codes"]) != wanted[k][1]])
    people = {k: [sum(region.people[c] for c in part) for part in parts] for k, parts in wanted.items()}
    none("their population", [k for k in cut if cut[k]["population"] != people[k][1]])
    spaced = "{:,}".format
    none("inside and outside are told", [(k, cut[k]["constat"]) for k in cut
         if any(f"{spaced(n).replace(',', ' ')} habitant" not in cut[k]["constat"].replace("\u202f", " ").replace("\xa0", " ")
                for n in people[k])])
    for i in sorted(held)[:2]:
        for c in territory(workspace, "show", i)["croisements"]:
            for g in c["groupes"] if c["decoupage"] in ("epci", "bv2012") else ():
                inside, outside = wanted.get((i, c["decoupage"], g["id"]), (None, set()))
                if inside:
                    same(f"{i} and {g['id']}", (g["communes"], g["population"], sorted(g["manquent"])),
                         (len(inside), sum(region.people[x] for x in inside), sorted(outside)))


def test_shares_of_departements():
    region, workspace, held = corsica()
    south = [c for c in sorted(region.people) if c.startswith("2A")][:7]
    north = [c for c in sorted(region.people) if c.startswith("2B")][:5]
    kit.maille("territory", "create", "cpts-deux", "--name", "Deux départements", *south, *north, "-w", workspace, "--quiet")
    shown = territory(workspace, "show", "cpts-deux")
    kit.maille("territory", "undo", "-w", workspace, "--quiet")
    all_of = {d: sum(n for c, n in region.people.items() if c.startswith(d)) for d in ("2A", "2B")}
    parts = {"2A": sum(region.people[c] for c in south), "2B": sum(region.people[c] for c in north)}
    rows = {g["id"]: g for g in next(c for c in shown["croisements"] if c["decoupage"] == "departement")["groupes"]}
    same("départements", set(rows), {"2A", "2B"})
    for d, n in parts.items():
        near(f"share of {d}", rows[d]["part"], n / sum(parts.values()), 1e-12)
        near(f"share of all {d}", rows[d]["part_du_groupe"], n / all_of[d], 1e-12)
    flag = next(f for f in shown["constats"] if f["genre"] == "plusieurs-departements")
    least = min(parts, key=parts.get)
    same("outside the main one", (set(flag["codes"]), flag["population"]),
         (set(south if least == "2A" else north), parts[least]))
    same("one region", [f for f in shown["constats"] if f["genre"] == "plusieurs-regions"], [])


def test_whose_care_goes_into_a_perimeter():
    region, workspace, held = corsica()
    basins, coverage, places = layers(workspace, "cpts-bassins", "couverture", "etablissements")
    where = {(p["service"], p["id"]): p["code_commune"] for p in places.values()}
    for service in ("medecin_generaliste", "maternite"):
        served = {c: where.get((service, p[service + "_id"])) for c, p in coverage.items()}
        for i, m in held.items():
            into = {c for c, at in served.items() if at in m}
            told = next((p for p in basins.values() if p["id"] == i and p["service"] == service), None)
            if told is None:
                check(f"{service}: nobody goes into {i}", not into)
                continue
            people = lambda codes_of: sum(region.people[c] for c in codes_of)
            rounded(f"{service}: share that {i} keeps", told["part_retenue"], people(into & m) / people(m))
            same(f"{service}: {i}", (told["communes"], told["population"], told["population_hors"]),
                 (len(into), people(into), people(into - m)))


# ---- coverage by status and date ----------------------------------------------------------------------

def day_of(text):
    return "-".join(reversed(text.split("/"))) if "/" in text else (text + "-01-01")[:10] if text else ""


def test_coverage_by_status_date_and_departement():
    region = Region(kit.SAMPLE)
    workspace = os.path.join(work, "sample.maille")
    kit.maille("run", os.path.join(kit.SAMPLE, "study.yaml"), "-w", workspace, "--to", os.path.join(work, "sample"), "--quiet")
    raw, known = kit.table(os.path.join(kit.SAMPLE, "cpts.csv")), {}
    for r in raw:
        known.setdefault(r["id"], (day_of(r["depuis"]), set()))[1].add(r["code"])
    status = {r["id"]: r["statut"] for r in territory(workspace, "list", "--kind", "cpts")}
    for audience, sees in (("interne", lambda s: True), ("public", lambda s: s in ("contractualisee", "en-fonctionnement"))):
        for day in ("2021-08-31", "2021-09-01", "2022-12-31", "2026-01-01"):
            told = territory(workspace, "coverage", "--at", day, "--audience", audience)["lignes"]
            rows = {(r["etendue"], r["id"], r["statut"]): r for r in told}
            standing = {i: m & set(region.people) for i, (since, m) in known.items() if since <= day and sees(status[i])}
            for area in ["etude"] + sorted({c[:2] for c in region.people}):
                here = {c for c in region.people if area in ("etude", c[:2])}
                scope = ("etude", "") if area == "etude" else ("departement", area)
                for s in [""] + sorted({status[i] for i in standing}):
                    ids = [i for i in standing if s in ("", status[i]) and standing[i] & here]
                    covered = set().union(*(standing[i] for i in ids)) & here if ids else set()
                    row = rows.get((*scope, s))
                    what = f"{audience}, {day}, {area}, {s or 'any'}"
                    if not ids and s:
                        check(f"{what}: no row", row is None, row)
                        continue
                    people = sum(region.people[c] for c in covered)
                    same(what, (row["perimetres"], row["communes"], row["population"]), (len(ids), len(covered), people))
                    near(f"{what}: share of communes", row["part_communes"] + 1, len(covered) / len(here) + 1, 1e-12)
                    near(f"{what}: share of population", row["part_population"] + 1,
                         people / sum(region.people[c] for c in here) + 1, 1e-12)
            same(f"{audience}, {day}: no other status", {r["statut"] for r in told} - {""}, {status[i] for i in standing})


# ---- islands and bridges --------------------------------------------------------------------------------

def bridge():
    """The mainland commune that a road leaves Noirmoutier for."""
    ends = [(a, b) for a, b, _ in kit.gpkg_lines(kit.real("pays-de-la-loire/routes-fictives.gpkg"), "routes", ["from_node", "to_node"])
            if (a in NOIRMOUTIER) != (b in NOIRMOUTIER)]
    assert len(ends) == 1, ends
    return sorted(ends[0], key=lambda c: c in NOIRMOUTIER)


def long_noirmoutier_and_yeu():
    mainland, on_island = bridge()
    path = "pays-de-la-loire/communes-2026.geojson"
    names = {c: p["nom"] for c, (p, _) in drawn(path).items()}
    ours = [*NOIRMOUTIER, mainland]
    same("two pieces by border", sorted(map(len, pieces(ours, borders(path)))), [1, 4])
    for leave_out in (None, "roads"):
        workspace = study("pays-de-la-loire", leave_out)
        for i, members in (("cpts-noirmoutier", ours), ("cpts-yeu", ["85113", mainland])):
            kit.maille("territory", "create", i, "--name", i.upper(), *members, "-w", workspace, "--quiet")
        cpts, flags = layers(workspace, "cpts", "cpts-constats")
        told = {(p["genre"], p["a"]): p for p in flags.values() if p["genre"] in ("morcellement", "reliee-par-la-route")}
        same("by border", [cpts[i]["parties_frontiere"] for i in ("cpts-noirmoutier", "cpts-yeu")], [2, 2])
        same("by border or road", [cpts[i]["parties"] for i in ("cpts-noirmoutier", "cpts-yeu")],
             [2, 2] if leave_out else [1, 2])
        if leave_out:
            same("what is told", set(told), {("morcellement", "cpts-noirmoutier"), ("morcellement", "cpts-yeu")})
            none("no roads are loaded, it says", [k for k, p in told.items() if "aucune route n’est chargée" not in p["constat"]])
            continue
        same("what is told", set(told), {("reliee-par-la-route", "cpts-noirmoutier"), ("morcellement", "cpts-yeu")})
        link = told["reliee-par-la-route", "cpts-noirmoutier"]["constat"]
        none("the link is named", [n for n in (names[mainland], names[on_island]) if n not in link])
        links = {k: m for k, m in road_links("pays-de-la-loire").items() if mainland in k and set(k) & set(NOIRMOUTIER)}
        shown = territory(workspace, "show", "cpts-noirmoutier")
        same("it is the bridge", [(x["a"], x["b"]) for x in shown["liens_routiers"]], sorted(links))
        near("its minutes", shown["liens_routiers"][0]["minutes"], links[min(mainland, on_island), max(mainland, on_island)], 1e-3)
        cut = told["morcellement", "cpts-yeu"]
        check("Yeu apart, and why", "route" in cut["constat"] and cut["codes"] in ([mainland], ["85113"]) and cut["piste"], cut)
        p = kit.maille("check", "-w", workspace, "--json", "--perimeter", "cpts-yeu", expect=5)
        check("no road leads there", any("route ne joint pas" in f["constat"] for f in json.loads(p.stdout)), p.stdout)


def long_brittany_from_its_epci():
    path = "bretagne/communes-2026.geojson"
    people = {c: p["population"] for c, (p, _) in drawn(path).items()}
    groups = {}
    for code, (p, _) in drawn(path).items():
        if p["epci"] and p["epci"] != "ZZZZZZZZZ":
            groups.setdefault(p["epci"], set()).add(code)
    same("borders as counted by another program", len(borders(path)), 3219)
    workspace = study("bretagne")
    told = territory(workspace, "create", "--from-grouping", "epci")
    same("one of each EPCI", told["nombre"], len(groups))
    cpts, gaps, overlaps, flags = layers(workspace, "cpts", "cpts-zones-blanches", "cpts-chevauchements", "cpts-constats")
    same("ids", set(cpts), {"cpts-" + g for g in groups})
    same("nothing twice", len(overlaps), 0)
    same("all inhabitants, once", sum(p["population"] for p in cpts.values()) + sum(p["population"] for p in gaps.values()),
         sum(people.values()))
    same("what is in no EPCI lies in gaps", sorted(c for p in gaps.values() for c in p["codes"]),
         sorted(set(people) - set().union(*groups.values())))
    links = road_links("bretagne")
    none("pieces by border", [(g, len(pieces(m, borders(path))), cpts["cpts-" + g]["parties_frontiere"]) for g, m in groups.items()
                              if len(pieces(m, borders(path))) != cpts["cpts-" + g]["parties_frontiere"]])
    joined = borders(path) | set(links)
    none("pieces by border or road", [(g, len(pieces(m, joined)), cpts["cpts-" + g]["parties"]) for g, m in groups.items()
                                      if len(pieces(m, joined)) != cpts["cpts-" + g]["parties"]])
    broken = {p["a"]: p for p in flags.values() if p["genre"] == "morcellement"}
    same("those in pieces are told", set(broken), {"cpts-" + g for g, m in groups.items() if len(pieces(m, joined)) > 1})
    for g, m in groups.items():
        if "cpts-" + g in broken:
            parts = sorted(pieces(m, joined), key=lambda part: -sum(people[c] for c in part))
            same(f"{g}: what lies apart", set(broken["cpts-" + g]["codes"]), set().union(*parts[1:]))
    isle = next(g for g, m in groups.items() if BELLE_ILE[0] in m)
    same("Belle-Île is one piece of four", (groups[isle], cpts["cpts-" + isle]["parties_frontiere"]), (set(BELLE_ILE), 1))
    crossing = {p["a"]: p for p in flags.values() if p["genre"] == "plusieurs-departements"}
    same("across départements", set(crossing), {"cpts-" + g for g, m in groups.items() if len({c[:2] for c in m}) > 1})
    for i, p in crossing.items():
        m, shares = groups[i[5:]], {}
        for c in m:
            shares[c[:2]] = shares.get(c[:2], 0) + people[c]
        main = max(shares, key=shares.get)
        same(f"{i}: outside the main one", (set(p["codes"]), p["population"]),
             ({c for c in m if c[:2] != main}, sum(shares.values()) - shares[main]))


kit.main(globals())
