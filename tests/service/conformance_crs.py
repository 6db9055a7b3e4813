"""Abstract tests of OGC API – Features, Part 2: Coordinate Reference Systems by Reference (OGC 18-058r1),
on the sample region. Coordinates are held against gdaltransform of GDAL's own programs."""

import math
import random
import shutil
import subprocess
import sys
import urllib.parse

import conformance_kit as ck
from conformance_kit import CRS84, EPSG, MOST, meets, meets_all, meets_same
from serve_kit import kit

REQUIREMENTS = [f"/req/crs/{x}" for x in """crs-uri fc-md-crs-list fc-md-storageCrs fc-md-storageCrs-valid-value
    fc-bbox-crs-definition fc-bbox-crs-valid-value fc-bbox-crs-valid-defaultValue fc-bbox-crs-action fc-crs-definition
    fc-crs-valid-value fc-crs-default-value fc-crs-action ogc-crs-header ogc-crs-header-value geojson""".split()]
if not shutil.which("gdaltransform"):
    print("SKIPPED: no gdaltransform (gdal-bin)")
    sys.exit(77)
service, public, inner = ck.sample()
collections = public.collections()
names = [c["id"] for c in collections]
SYSTEMS = [CRS84, EPSG + "4326", *(EPSG + str(n) for n in (3857, 2154, 5490, 2972, 2975, 4471, 4467))]
DEGREES = (CRS84, EPSG + "4326")


def transform(points, source, target):
    """Points by gdaltransform, which has east before north on both sides."""
    code = {CRS84: "OGC:CRS84"}
    p = subprocess.run(["gdaltransform", "-output_xy", "-s_srs", code.get(source, "EPSG:" + source.rsplit("/", 1)[1]),
                        "-t_srs", code.get(target, "EPSG:" + target.rsplit("/", 1)[1])],
                       input="".join(f"{x!r} {y!r}\n" for x, y in points), capture_output=True, text=True)
    got = [tuple(map(float, line.split()[:2])) for line in p.stdout.splitlines()]
    assert len(got) == len(points), p.stderr[-300:]
    return got


def as_sent(points, system):
    """Order of axes as the register has it: EPSG 4326 is latitude first, the others east first."""
    return [(y, x) for x, y in points] if system == EPSG + "4326" else points


def apart(one, other, system):
    """Metres between positions."""
    d = max((math.dist(a, b) for a, b in zip(one, other)), default=0.0)
    return d * 111320 if system in DEGREES else d


# ---- what is told -------------------------------------------------------------------------------

def test_lists():
    document = public.json("/collections")
    for c in collections:
        told = [u for x in c["crs"] for u in (document["crs"] if x == "#/crs" else [x])]
        meets_all("/req/crs/crs-uri", f"{c['id']}: what is no address of a system",
                  [u for u in told if not u.startswith("http://www.opengis.net/def/crs/")])
        meets_same("/req/crs/fc-md-crs-list", f"{c['id']}: CRS 84, the web's, metropolitan and overseas France's",
                   told, SYSTEMS)
        meets("/req/crs/fc-md-storageCrs", f"{c['id']} tells how it is stored", c.get("storageCrs"))
        meets("/req/crs/fc-md-storageCrs-valid-value", f"{c['id']}: one of its list", c.get("storageCrs") in told)


def test_definitions():
    for path, names_of in (("/collections/{collection}/items", ("crs", "bbox-crs")),
                           ("/collections/{collection}/items/{feature}", ("crs",))):
        told = {p["name"]: p for p in public.json("/api")["paths"][path]["get"]["parameters"]}
        for name in names_of:
            requirement = f"/req/crs/fc-{name}-definition"
            p = told.get(name)
            meets(requirement, f"{path} has {name}", p)
            if p:
                wanted = {"in": "query", "required": False, "style": "form", "explode": False}
                meets_same(requirement, f"{path}: {name}", {k: p[k] for k in wanted}, wanted)
                meets_same(requirement, f"{path}: schema of {name}", {k: p["schema"].get(k) for k in ("type", "format")},
                           {"type": "string", "format": "uri"})


# ---- coordinates of the answer ------------------------------------------------------------------

def header_of(a):
    return a["Content-Crs"]


def test_the_default():
    for c in names:
        path = f"/collections/{c}/items?limit=2"
        plain, named = public.get(path), public.get(path, crs=CRS84)
        meets_same("/req/crs/fc-crs-default-value", c, plain.json["features"], named.json["features"])
        meets_same("/req/crs/ogc-crs-header-value", f"{c} by default", header_of(plain), f"<{CRS84}>")


def check_coordinates(api, c, system, **parameters):
    plain = api.page(c, **parameters)["features"]
    at = [p for f in plain for p in ck.positions_of(f["geometry"])]
    a = api.get(f"/collections/{c}/items", crs=system, **parameters)
    meets_same("/req/crs/fc-crs-valid-value", f"{c} in {system}", a.status, 200)
    meets_same("/req/crs/ogc-crs-header", f"{c}: Content-Crs in angle brackets", header_of(a), f"<{system}>")
    got = a.json["features"]
    meets_same("/req/crs/geojson", f"{c} in {system}: the same features",
               [(f["id"], f["properties"]) for f in got], [(f["id"], f["properties"]) for f in plain])
    meets_same("/req/crs/geojson", f"{c}: GeoJSON all the same", ck.media_type(a), "application/geo+json")
    there = [p for f in got for p in ck.positions_of(f["geometry"])]
    meets_same("/req/crs/fc-crs-action", f"{c} in {system}: as many positions", len(there), len(at))
    far = apart(there, as_sent(transform(at, CRS84, system), system), system)
    # Degrees have seven decimals: 1 cm, and more where a projection far from its zone stretches.
    most = 0.03 if system in (*DEGREES, EPSG + "3857", EPSG + "2154") else 0.2
    meets("/req/crs/fc-crs-action", f"{c} in {system}: as GDAL has it", far <= most, f"{far} m apart")


def test_every_system():
    for system in SYSTEMS:
        for c in ("cpts", "etablissements"):
            check_coordinates(public, c, system, limit=MOST)


def test_every_layer():
    for c in names:
        for k, api in enumerate((public, inner)):
            check_coordinates(api, c, SYSTEMS[(2, 3)[k]], limit=6, offset=k)


def test_one_feature():
    for c in names:
        one = public.page(c, limit=1)["features"][0]
        for system in SYSTEMS[1:4]:
            a = public.get(f"/collections/{c}/items/{urllib.parse.quote(one['id'])}", crs=system)
            meets_same("/req/crs/ogc-crs-header", f"{c}/{one['id']}", header_of(a), f"<{system}>")
            page = public.page(c, crs=system, limit=1)["features"][0]
            meets_same("/req/crs/fc-crs-action", f"{c}/{one['id']} in {system}: as in its page", a.json["geometry"], page["geometry"])


def test_systems_that_are_not():
    for path in ("/collections/communes/items", "/collections/communes/items/96002"):
        for wrong in ("EPSG:2154", "2154", EPSG + "27572", EPSG + "0", EPSG + "4326 ", EPSG + "2154/", "urn:ogc:def:crs:EPSG::2154",
                      "https://www.opengis.net/def/crs/EPSG/0/2154", "", "http://www.opengis.net/def/crs/OGC/1.3/crs84"):
            public.refused("/req/crs/fc-crs-valid-value", path, "crs", crs=wrong)
            if not path.endswith("96002"):
                public.refused("/req/crs/fc-bbox-crs-valid-value", path, "bbox-crs", bbox="1,2,3,4", bbox_crs=wrong)


def test_csv_tells_its_system():
    a = public.get("/collections/etablissements/items", _f="csv", crs=EPSG + "2154")
    meets_same("/req/crs/ogc-crs-header-value", "CSV", header_of(a), f"<{EPSG}2154>")


# ---- boxes --------------------------------------------------------------------------------------

def sides(box):
    """The outline of a box, in many pieces: a straight side bends on its way to degrees."""
    (a, b), (d, e) = box
    step = [i / 25 for i in range(26)]
    return ([(a + t * (d - a), b) for t in step] + [(d, b + t * (e - b)) for t in step]
            + [(d - t * (d - a), e) for t in step] + [(a, e - t * (e - b)) for t in step])


def test_boxes_in_every_system():
    """A box in metres is what its four sides enclose; where they bend, features near by may be in or out."""
    chance = random.Random(7)
    layers = {c: public.features(c) for c in ("communes", "etablissements", "cpts")}
    west, south, east, north = ck.extent_of(layers["communes"])
    wanted = []
    for _ in range(18):
        x, y = west + chance.random() * (east - west), south + chance.random() * (north - south)
        wanted += [(x, y), (x + chance.random() * (east - west) / 2, y + chance.random() * (north - south) / 2)]
    for system in SYSTEMS:
        corners = transform(wanted, CRS84, system)
        boxes = [b for b in zip(corners[::2], corners[1::2]) if b[0][0] < b[1][0] and b[0][1] < b[1][1]]
        outlines = transform([p for b in boxes for p in sides(b)], system, CRS84)
        tried = 0
        for k, box in enumerate(boxes):
            ring = outlines[k * 104:(k + 1) * 104]
            c = list(layers)[k % 3]
            sent = ",".join(repr(v) for p in as_sent(box, system) for v in p)
            got = set(public.ids(c, bbox=sent, bbox_crs=system, skipGeometry="true"))
            inside = {f["id"] for f in layers[c] if ck.meets_polygon(f["geometry"], [ring])}
            outer = ck.extent_of([{"geometry": {"type": "Polygon", "coordinates": [ring]}}])
            around = {f["id"] for f in layers[c] if ck.meets_box(f["geometry"], *outer)}
            meets("/req/crs/fc-bbox-crs-action", f"{c} {sent} in {system}", inside <= got <= around,
                  (sorted(inside - got)[:5], sorted(got - around)[:5]))
            if system in DEGREES:
                meets_same("/req/crs/fc-bbox-crs-valid-value", f"{c} {sent} in {system}", got, inside)
            tried += bool(got)
        meets("/req/crs/fc-bbox-crs-action", f"{system}: boxes that hold something", tried > 3, tried)


def test_the_default_of_boxes():
    box = "-5,46.1,-4.6,46.4"
    meets_same("/req/crs/fc-bbox-crs-valid-defaultValue", "CRS 84", public.ids("communes", bbox=box),
               public.ids("communes", bbox=box, bbox_crs=CRS84))
    meets_same("/req/crs/fc-bbox-crs-action", "the answer's system is another matter", public.ids("communes", bbox=box),
               public.ids("communes", bbox=box, crs=EPSG + "2154"))
    meets_same("/req/crs/fc-bbox-crs-action", "latitude first", public.ids("communes", bbox=box),
               public.ids("communes", bbox="46.1,-5,46.4,-4.6", bbox_crs=EPSG + "4326"))
    meets_same("/req/crs/fc-bbox-crs-action", "across the antimeridian, latitude first", public.ids("communes", bbox="170,40,-4.6,50"),
               public.ids("communes", bbox="40,170,50,-4.6", bbox_crs=EPSG + "4326"))
    meets_same("/req/crs/fc-bbox-crs-action", "heights", public.ids("communes", bbox=box),
               public.ids("communes", bbox="46.1,-5,0,46.4,-4.6,9", bbox_crs=EPSG + "4326"))
    for wrong, system in (("46.4,-5,46.1,-4.6", EPSG + "4326"), ("7,6,5,8", EPSG + "2154"), ("-5,95,-4,96", CRS84)):
        public.refused("/req/crs/fc-bbox-crs-action", "/collections/communes/items", "bbox", bbox=wrong, bbox_crs=system)
    a = public.get("/collections/communes/items", bbox="1e300,1e300,1.1e300,1.1e300", bbox_crs=EPSG + "2154")
    meets("/req/crs/fc-bbox-crs-action", "far beyond every system", a.status in (200, 400), (a.status, a.text[:200]))
    for system in SYSTEMS[2:]:
        got = public.get("/collections/communes/items", bbox="0,0,1,1", bbox_crs=system)
        meets("/req/crs/fc-bbox-crs-action", f"a box far away in {system} holds nothing", got.status == 200
              and got.json["numberMatched"] == 0, (got.status, got.text[:200]))


def test_every_requirement():
    ck.all_met(REQUIREMENTS)
    kit.same("it stops in peace", service.stop(), 0)


kit.main(globals())
