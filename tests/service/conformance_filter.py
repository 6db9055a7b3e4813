"""Abstract tests of OGC API – Features, Part 3: Filtering (OGC 19-079r2), and of CQL2 text (OGC 21-065r2):
cases that people can read (cases/*.case), and filters made by chance against an evaluator with the
three values true, false and unknown. Then sortby, properties and skipGeometry."""

import glob
import json
import os
import random
import subprocess

import conformance_kit as ck
from conformance_kit import CRS84, EPSG, MOST, links, media_type, meets, meets_all, meets_same
from serve_kit import kit

REQUIREMENTS = ["/req/queryables/get-queryables-op", "/req/queryables/get-queryables-response",
                "/req/queryables-query-parameters/parameters", "/req/filter/filter-param", "/req/filter/filter-lang-param",
                "/req/filter/filter-crs-wgs84", "/req/filter/filter-crs-param", "/req/filter/mixing-expressions",
                "/req/filter/response", "/req/features-filter/filter-param", "/req/cql2-text/encode", "/req/basic-cql2/cql2-filter",
                "/req/basic-cql2/comparison", "/req/advanced-comparison-operators/like", "/req/basic-spatial-functions/spatial"]
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
FEATURES3, CQL2 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/", "http://www.opengis.net/spec/cql2/1.0/conf/"
service, public, inner = ck.sample()
who_asks = {"public": public, "lecteur": inner}
names = [c["id"] for c in public.collections()]


# ---- queryables ---------------------------------------------------------------------------------

TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list}


def queryables(api, c):
    return api.json(f"/collections/{c}/queryables")["properties"]


def test_declared():
    told = public.json("/conformance")["conformsTo"]
    meets_all("/req/filter/filter-param", "classes that are not declared",
              [c for c in (FEATURES3 + "queryables", FEATURES3 + "queryables-query-parameters", FEATURES3 + "filter",
                           FEATURES3 + "features-filter", CQL2 + "cql2-text", CQL2 + "basic-cql2",
                           CQL2 + "advanced-comparison-operators", CQL2 + "basic-spatial-functions") if c not in told])


def test_queryables():
    for who, api in who_asks.items():
        for c in api.collections():
            found = links(c, QUERYABLES)
            meets("/req/queryables/get-queryables-op", f"{c['id']} links to them", found and found[0]["type"] == "application/schema+json")
            a = api.get(found[0]["href"])
            meets_same("/req/queryables/get-queryables-op", c["id"], (a.status, media_type(a)), (200, "application/schema+json"))
            schema = a.json
            meets("/req/queryables/get-queryables-response", f"{c['id']}: a schema of an object",
                  schema["$schema"] in ("https://json-schema.org/draft/2019-09/schema", "https://json-schema.org/draft/2020-12/schema")
                  and schema["type"] == "object" and schema["$id"] == f"{service.url}/collections/{c['id']}/queryables", schema["$id"])
            features = api.features(c["id"])
            shown = list(features[0]["properties"]) if features else []
            meets_same("/req/queryables/get-queryables-response", f"{c['id']}: every property, in order", shown,
                       [n for n in schema["properties"] if n != "geometry"] if features else [])
            meets("/req/queryables/get-queryables-response", f"{c['id']}: its geometry",
                  schema["properties"]["geometry"].get("format", "").startswith("geometry-"))
            meets_all("/req/queryables/get-queryables-response", f"{c['id']}: values of another type than is told",
                      [(n, f["properties"][n]) for f in features for n, p in schema["properties"].items()
                       if n != "geometry" and f["properties"][n] is not None
                       and not (isinstance(f["properties"][n], TYPES[p["type"]]) and isinstance(f["properties"][n], bool) == (p["type"] == "boolean"))])


def test_queryables_as_parameters():
    for c in names:
        features = public.features(c)
        for n, p in queryables(public, c).items():
            if n == "geometry" or n in ("bbox", "limit"):
                continue
            values = [f["properties"][n] for f in features if f["properties"][n] is not None]
            if p["type"] == "array":
                a = public.get(f"/collections/{c}/items", **{n: "x"})
                meets("/req/queryables-query-parameters/parameters", f"{c}.{n} is a list: refused, or held", a.status in (200, 400), a.status)
                continue
            for v in values[:1] + values[-1:]:
                wanted = [f["id"] for f in features if f["properties"][n] == v]
                meets_same("/req/queryables-query-parameters/parameters", f"{c}?{n}={v}",
                           public.ids(c, **{n: json.dumps(v) if isinstance(v, (bool, float)) else v}), wanted)
    wanted = [f["id"] for f in public.features("etablissements") if f["properties"]["service"] == "pharmacie"
              and f["properties"]["statut"] == "ouvert" and (f["properties"]["code_commune"] or "") > "96030"]
    meets_same("/req/filter/mixing-expressions", "all of them hold", public.ids(
        "etablissements", service="pharmacie", statut="ouvert", filter="code_commune > '96030'"), wanted)
    some = [f["id"] for f in public.features("etablissements", bbox="-5.1,46.0,-4.7,46.35") if f["id"] in set(wanted)]
    meets_same("/req/filter/mixing-expressions", "with a box too", public.ids(
        "etablissements", service="pharmacie", filter="statut = 'ouvert' and code_commune > '96030'", bbox="-5.1,46.0,-4.7,46.35"), some)
    meets_same("/req/filter/mixing-expressions", "or binds within the filter alone", public.ids(
        "etablissements", service="pharmacie", filter="statut = 'ouvert' OR statut <> 'ouvert'"),
        [f["id"] for f in public.features("etablissements") if f["properties"]["service"] == "pharmacie"])


def test_parameters():
    told = {p["name"]: p for p in public.json("/api")["paths"]["/collections/{collection}/items"]["get"]["parameters"]}
    for name in ("filter", "filter-lang", "filter-crs"):
        requirement = {"filter": "/req/filter/filter-param", "filter-lang": "/req/filter/filter-lang-param",
                       "filter-crs": "/req/filter/filter-crs-param"}[name]
        wanted = {"in": "query", "required": False, "style": "form", "explode": False}
        meets_same(requirement, f"{name} in OpenAPI", {k: told[name][k] for k in wanted}, wanted)
    meets_same("/req/filter/filter-lang-param", "its values", told["filter-lang"]["schema"],
               {"type": "string", "enum": ["cql2-text"], "default": "cql2-text"})
    plain = public.ids("communes", filter="population > 1000")
    meets_same("/req/filter/filter-lang-param", "by name", public.ids("communes", filter="population > 1000", filter_lang="cql2-text"), plain)
    public.refused("/req/filter/filter-lang-param", "/collections/communes/items", "filter-lang", filter="population > 1", filter_lang="cql2-json")
    public.refused("/req/filter/filter-crs-param", "/collections/communes/items", "filter-crs", filter="population > 1", filter_crs=EPSG + "27572")
    box = "S_INTERSECTS(geometry, BBOX(-5.0, 46.1, -4.8, 46.3))"
    meets_same("/req/filter/filter-crs-wgs84", "CRS 84 where nothing is said", public.ids("communes", filter=box),
               public.ids("communes", filter=box, filter_crs=CRS84))
    for path in ("/collections/communes/items/96002", "/collections/communes", "/collections"):
        public.refused("/req/features-filter/filter-param", path, "filter", filter="population > 1")
    a = public.get("/collections/communes/items", filter="population > 1000", limit=3)
    meets_same("/req/filter/response", "numberMatched counts what the filter keeps", a.json["numberMatched"], len(plain))
    meets("/req/features-filter/filter-param", "the next page filters too", "filter=" in ck.link(a.json, "next"))


# ---- cases --------------------------------------------------------------------------------------

class Unknown:
    """What has no value: no comparison with it holds."""

    def no(self, other):
        return False
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = no
    __hash__ = None


UNKNOWN = Unknown()


def to_lonlat(system, points):
    p = subprocess.run(["gdaltransform", "-output_xy", "-s_srs", f"EPSG:{system}", "-t_srs", "OGC:CRS84"],
                       input="".join(f"{x} {y}\n" for x, y in points), capture_output=True, text=True)
    return [tuple(map(float, line.split()[:2])) for line in p.stdout.splitlines()]


def words_of(feature):
    def touches_in(system, a, b, d, e):
        side = [i / 25 for i in range(26)]
        ring = ([(a + t * (d - a), b) for t in side] + [(d, b + t * (e - b)) for t in side]
                + [(d - t * (d - a), e) for t in side] + [(a, e - t * (e - b)) for t in side])
        key = (system, a, b, d, e)
        if key not in rings:
            rings[key] = to_lonlat(system, ring)
        return ck.meets_polygon(feature["geometry"], [rings[key]])
    words = {k: UNKNOWN if v is None else v for k, v in feature["properties"].items()}
    return words | {
        "known": lambda x: x is not UNKNOWN, "unknown": lambda x: x is UNKNOWN, "everything": True, "nothing": False,
        "begins": lambda x, a: isinstance(x, str) and x.startswith(a), "ends": lambda x, a: isinstance(x, str) and x.endswith(a),
        "holds": lambda x, a: isinstance(x, str) and a in x,
        "touches": lambda *box: feature["geometry"] is not None and ck.meets_box(feature["geometry"], *box),
        "touches_area": lambda ring: ck.meets_polygon(feature["geometry"], [ring]), "touches_in": touches_in}


rings = {}


def cases():
    for path in sorted(glob.glob(os.path.join(kit.SOURCE, "tests/service/cases/*.case"))):
        case = {}
        for number, line in enumerate(kit.read(path).split("\n") + [""], 1):
            if line.startswith("#"):
                continue
            if not line.strip():
                if case:
                    yield case
                case = {}
                continue
            key, _, value = line.partition(":")
            assert key in ("case", "layer", "filter", "keeps", "refused", "system", "who") and key not in case, f"{path}:{number}"
            case[key] = value[1:] if value.startswith(" ") else value
            case["where"] = f"{os.path.basename(path)}:{number}"


def requirement_of(case):
    text = case["filter"].upper()
    return ("/req/basic-spatial-functions/spatial" if "S_INTERSECTS" in text else
            "/req/advanced-comparison-operators/like" if any(w in text for w in ("LIKE", "BETWEEN", " IN ")) else
            "/req/basic-cql2/comparison" if "keeps" in case else "/req/cql2-text/encode")


def test_cases():
    seen, all_of = [], {}
    for case in cases():
        what, api = f"{case['where']} {case['case']}", who_asks[case.get("who", "public")]
        asked = {"filter": case["filter"]}
        if "system" in case:
            asked["filter-crs"] = EPSG + case["system"]
        if "refused" in case:
            api.refused(requirement_of(case), f"/collections/{case['layer']}/items", *filter(None, [case["refused"].strip()]), **asked)
            continue
        if (api, case["layer"]) not in all_of:
            all_of[api, case["layer"]] = api.features(case["layer"])
        features = all_of[api, case["layer"]]
        a = api.get(f"/collections/{case['layer']}/items", limit=MOST, **asked)
        meets_same(requirement_of(case), f"{what}: status", a.status, 200)
        if a.status != 200:
            print(a.text[:300])
            continue
        code = compile(case["keeps"], case["where"], "eval")
        wanted = [f["id"] for f in features if eval(code, {"__builtins__": {"True": True, "False": False}}, words_of(f))]
        meets_same(requirement_of(case), what, [f["id"] for f in a.json["features"]], wanted)
        meets_same("/req/filter/response", f"{what}: numberMatched", a.json["numberMatched"], len(wanted))
        if case["keeps"] not in ("everything", "nothing"):
            kit.check(f"{what} keeps some and leaves some", 0 < len(wanted) < len(features), (len(wanted), len(features)))
        seen.append(case)
    kit.check("there are many cases", len(seen) > 40, len(seen))


# ---- by chance ----------------------------------------------------------------------------------

def folded(a, op, b):
    return {"=": a == b, "<>": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]


def like(text, pattern):
    """Whether a text is as a pattern: % any signs, _ one, \\ before what stands for itself."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(like(text[i:], pattern[1:]) for i in range(len(text) + 1))
    if pattern[0] == "\\" and len(pattern) > 1:
        pattern = pattern[1:]
    elif pattern[0] == "_":
        return bool(text) and like(text[1:], pattern[1:])
    return bool(text) and text[0] == pattern[0] and like(text[1:], pattern[1:])


def quoted(value):
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


class Chance:
    """Filters as text, each with a function that tells True, False or None of a feature."""

    def __init__(self, seed, features, schema):
        self.r, self.features = random.Random(seed), features
        self.fields = {n: p["type"] for n, p in schema.items() if n != "geometry" and p["type"] != "array"}
        self.box = ck.extent_of(features)

    def word(self, text):
        return text.lower() if self.r.random() < 0.3 else text

    def name(self, n):
        return f'"{n}"' if self.r.random() < 0.2 else n

    def value(self, n):
        """A value that some feature has, or one near by."""
        have = [f["properties"][n] for f in self.features if f["properties"][n] is not None]
        kind = self.fields[n]
        if kind == "boolean":
            return self.r.random() < 0.5
        if kind == "string":
            return self.r.choice(have) if have and self.r.random() < 0.9 else self.r.choice(["", "zz", "É", "a'b", "%"])
        base = self.r.choice(have) if have else 7
        return base if self.r.random() < 0.6 else round(base * self.r.random() * 2, 2)

    def comparison(self):
        n = self.r.choice(list(self.fields))
        kind, get = self.fields[n], lambda f: f["properties"][n]
        how = self.r.random()
        if how < 0.12:
            negated = self.r.random() < 0.5
            return (f"{self.name(n)} {self.word('IS NOT NULL' if negated else 'IS NULL')}", lambda f: (get(f) is None) != negated)
        if kind == "boolean":
            v, op = self.value(n), self.r.choice(["=", "<>"])
            return f"{self.name(n)} {op} {quoted(v)}", lambda f: None if get(f) is None else folded(get(f), op, v)
        negated = self.r.random() < 0.4
        no = self.word("NOT ") if negated else ""

        def told(holds):
            return lambda f: None if get(f) is None else holds(get(f)) != negated
        if how < 0.27:
            some = [self.value(n) for _ in range(self.r.randint(1, 5))]
            return f"{self.name(n)} {no}{self.word('IN')} ({', '.join(map(quoted, some))})", told(lambda v: v in some)
        if how < 0.4:
            a, b = self.value(n), self.value(n)
            if kind != "string":
                return (f"{self.name(n)} {no}{self.word('BETWEEN')} {quoted(a)} {self.word('AND')} {quoted(b)}",
                        told(lambda v: a <= v <= b))
        if kind == "string" and how < 0.6:
            v = self.value(n)
            cut = self.r.randint(0, len(v))
            pattern = self.r.choice([v[:cut] + "%", "%" + v[cut:], "%" + v[cut:cut + 2] + "%", v[:cut] + "_" + v[cut + 1:], v])
            return f"{self.name(n)} {no}{self.word('LIKE')} {quoted(pattern)}", told(lambda v: like(v, pattern))
        v, op = self.value(n), self.r.choice(["=", "<>", "<", "<=", ">", ">="])
        return f"{self.name(n)}{self.r.choice(['', ' '])}{op} {quoted(v)}", lambda f: None if get(f) is None else folded(get(f), op, v)

    def place(self):
        w, s, e, n = self.box
        x, y = w + self.r.random() * (e - w), s + self.r.random() * (n - s)
        box = [x, y, x + self.r.random() * (e - w) / 2, y + self.r.random() * (n - s) / 2]
        text = ", ".join(map(repr, box))
        if self.r.random() < 0.5:
            text = "BBOX(" + text + ")"
        else:
            text = "POLYGON((" + ", ".join(f"{a!r} {b!r}" for a, b in ck.box_rings(*box)[0]) + "))"
        return (f"{self.word('S_INTERSECTS')}(geometry, {text})",
                lambda f: None if f["geometry"] is None else ck.meets_box(f["geometry"], *box))

    def tree(self, depth):
        how = self.r.random()
        if depth == 0 or how < 0.2:
            return self.place() if self.r.random() < 0.12 else self.comparison()
        if how < 0.35:
            text, holds = self.tree(depth - 1)
            return f"{self.word('NOT')} ({text})", lambda f: None if holds(f) is None else not holds(f)
        parts = [self.tree(depth - 1) for _ in range(self.r.randint(2, 3))]
        both = self.r.random() < 0.5

        def joined(f):
            values = [h(f) for _, h in parts]
            if (not both) in values:
                return not both
            return None if None in values else both
        return self.word(" AND " if both else " OR ").join(f"({t})" for t, _ in parts), joined


def test_filters_made_by_chance():
    mixed = 0
    for k, (c, api) in enumerate((c, api) for c in names for api in (public, inner)):
        features = api.features(c)
        if not features:
            continue
        chance = Chance(20261122 + k, features, queryables(api, c))
        for _ in range(20 if c not in ("isochrones", "cpts-constats", "bassins") else 8):
            text, holds = chance.tree(3)
            a = api.get(f"/collections/{c}/items", filter=text, limit=MOST, skipGeometry="true", properties=list(chance.fields)[0])
            meets_same("/req/basic-cql2/cql2-filter", f"{c}: {text}: status", a.status, 200)
            if a.status != 200:
                print(a.text[:300])
                continue
            wanted = [f["id"] for f in features if holds(f)]
            meets_same("/req/basic-cql2/cql2-filter", f"{c}: {text}", [f["id"] for f in a.json["features"]], wanted)
            mixed += 0 < len(wanted) < len(features)
    kit.check("most of them keep some and leave some", mixed > 150, mixed)


def test_broken_filters_made_by_chance():
    """Signs left out, doubled and exchanged: 200 or 400, never anything else."""
    r = random.Random(3)
    chance = Chance(5, public.features("communes"), queryables(public, "communes"))
    seen = set()
    for _ in range(250):
        text, _ = chance.tree(2)
        for _ in range(r.randint(1, 4)):
            i = r.randrange(len(text) + 1)
            text = text[:i] + r.choice(["", "(", ")", "'", '"', ",", "\\", "%", "é", "\x7f", "NOT ", " OR ", "9" * 40, "--"]) + text[i + r.randint(0, 3):]
        a = public.get("/collections/communes/items", filter=text, limit=1)
        seen.add(a.status)
        meets("/req/filter/filter-param", f"{text!r}", a.status in (200, 400), (a.status, a.text[:200]))
    meets_same("/req/filter/filter-param", "some are refused", 400 in seen, True)
    meets("/req/filter/filter-param", "it lives", service.alive())


def test_long_filters():
    many = ", ".join(f"'{96000 + i:05}'" for i in range(400))
    wanted = [f["id"] for f in public.features("communes") if f["properties"]["code"] < "96400"]
    meets_same("/req/basic-cql2/cql2-filter", "four hundred codes", public.ids("communes", filter=f"code IN ({many})"), wanted)
    ring = ", ".join(f"{-5 + 0.1 * i / 200!r} {46.2 + 0.05 * (i % 2)!r}" for i in range(100)) + ", -5 46.2"
    a = public.get("/collections/communes/items", filter=f"S_INTERSECTS(geometry, LINESTRING({ring}))")
    meets("/req/basic-cql2/cql2-filter", "a long line", a.status in (200, 400), (a.status, a.text[:200]))
    a = public.get("/collections/communes/items", filter="population > 1 OR " * 2000 + "population > 1")
    meets("/req/basic-cql2/cql2-filter", "too long", a.status in (400, 414), a.status)


# ---- order, properties, geometry ------------------------------------------------------------------

def test_sortby():
    for c in names:
        features = public.features(c)
        place = {f["id"]: i for i, f in enumerate(features)}
        for n, p in queryables(public, c).items():
            if n == "geometry" or p["type"] == "array":
                continue
            for sign, descending in (("", False), ("+", False), ("-", True)):
                a = public.get(f"/collections/{c}/items", sortby=sign + n, limit=MOST, skipGeometry="true")
                meets_same("/req/filter/response", f"{c} sortby={sign}{n}: status", a.status, 200)
                got = a.json["features"]
                meets_same("/req/filter/response", f"{c} sortby={sign}{n}: the same features", sorted(f["id"] for f in got), sorted(place))
                values = [f["properties"][n] for f in got]
                known = [v for v in values if v is not None]
                edge = values[:len(values) - len(known)] if values and values[0] is None else values[len(known):]
                meets("/req/filter/response", f"{c} sortby={sign}{n}: what is not known stands at one end", set(edge) <= {None})
                meets_same("/req/filter/response", f"{c} sortby={sign}{n}", known, sorted(known, reverse=descending))
                # Numbers are in order of what they were before they were rounded.
                ties = [] if p["type"] == "number" else [(a["id"], b["id"]) for a, b in zip(got, got[1:]) if a["properties"][n] == b["properties"][n]
                        and place[a["id"]] > place[b["id"]]]
                meets_all("/req/filter/response", f"{c} sortby={sign}{n}: equals that are not in order of id", ties)
    got = [(f["properties"]["service"], f["properties"]["nom"]) for f in public.features("etablissements", sortby="-service,nom")]
    wanted = sorted(sorted(got, key=lambda p: p[1]), key=lambda p: p[0], reverse=True)
    meets_same("/req/filter/response", "two keys", got, wanted)


def test_properties():
    for c in names:
        whole = public.features(c)
        all_names = [n for n in queryables(public, c) if n != "geometry"]
        for some in (all_names[:1], all_names[-2:], all_names[::-1], all_names):
            got = public.features(c, properties=",".join(some))
            meets_same("/req/filter/response", f"{c} properties={some}", [(f["id"], f["properties"], f["geometry"]) for f in got],
                       [(f["id"], {n: f["properties"][n] for n in some}, f["geometry"]) for f in whole])
        for f in public.page(c, skipGeometry="true", limit=MOST)["features"]:
            if f["geometry"] is not None or set(f["properties"]) != set(all_names):
                meets("/req/filter/response", f"{c}/{f['id']} skipGeometry", False, str(f)[:200])
        meets_same("/req/filter/response", f"{c} skipGeometry=false", public.features(c, skipGeometry="false"), whole)


def test_departements_and_communes():
    members = {}
    for name in ("cpts.csv", "cpts-abandonnees.csv"):
        for row in kit.table(os.path.join(kit.SAMPLE, name)):
            members.setdefault(row["id"], set()).add(row["code"])
    codes = public.features("communes")
    for d in sorted({f["properties"]["departement"] for f in codes}) + ["01", "2A", "971"]:
        for c in ("communes", "couverture", "accessibilite"):
            meets_same("/req/filter/response", f"{c} departement={d}", public.ids(c, departement=d),
                       [f["id"] for f in codes if f["properties"]["departement"] == d])
        meets_same("/req/filter/response", f"cpts departement={d}", inner.ids("cpts", departement=d),
                   [i for i in inner.ids("cpts") if any(m.startswith(d) for m in members[i])])
    for f in codes[::9]:
        code = f["id"]
        meets_same("/req/filter/response", f"cpts commune={code}", inner.ids("cpts", commune=code),
                   [i for i in inner.ids("cpts") if code in members[i]])
        meets_same("/req/filter/response", f"communes commune={code}", public.ids("communes", commune=code), [code])


def test_every_requirement():
    ck.all_met(REQUIREMENTS)
    kit.same("it stops in peace", service.stop(), 0)


kit.main(globals())
