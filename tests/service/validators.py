"""What published validators say of the service's answers: GeoJSON by @placemarkio/check-geojson, the OpenAPI
document by @seriousme/openapi-schema-validator, JSON against the schemas that /api and the collections declare
by ajv, tiles by @mapbox/vector-tile, held against the layers' own coordinates."""

import base64
import json
import math
import re
import time
import urllib.parse

import conformance_kit as ck
import serve_kit
from conformance_kit import MOST
from serve_kit import kit
from kit import check, none, same

service, public, inner = ck.sample()
both = [("public", public), ("lecteur", inner)]


def validated(checks):
    """Lines that the validators wrote; every check must have been looked at."""
    checks = list(checks)
    p = serve_kit.npm("validate.mjs", stdin="".join(json.dumps(c) + "\n" for c in checks))
    same("validators end", p.returncode, 0)
    same("checks looked at", p.stderr.strip().split("\n")[-1], str(len(checks)))
    return p.stdout.splitlines()


def test_validators_find_faults():
    """They are there, and say no."""
    wrong = [{"kind": "geojson", "where": "a", "body": '{"type":"Feature","geometry":{"type":"Point","coordinates":["a",2]},"properties":{}}'},
             {"kind": "geojson", "where": "b", "body": '{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0]]]}'},
             {"kind": "openapi", "where": "c", "body": '{"openapi":"3.0.3","info":{"title":"x"},"paths":{}}'},
             {"kind": "schema", "where": "d", "draft": "2020", "schema": {"type": "object", "properties": {"a": {"type": "string"}}}, "value": {"a": 1}}]
    same("four faults", sorted(line[0] for line in validated(wrong)), ["a", "b", "c", "d"])


def test_geojson():
    checks = []
    for who, api in both:
        for c in api.collections():
            url = f"/collections/{c['id']}/items?limit=40"
            while url:
                a = api.get(url)
                checks.append({"kind": "geojson", "where": f"{url} ({who})", "body": a.text})
                url = ck.link(a.json, "next")
            for f in api.page(c["id"], limit=2)["features"]:
                path = f"/collections/{c['id']}/items/{urllib.parse.quote(f['id'])}"
                checks.append({"kind": "geojson", "where": path, "body": api.get(path).text})
            checks.append({"kind": "geojson", "where": f"{c['id']} as a download", "body": api.get(f"/collections/{c['id']}/download?f=geojson").text})
            checks.append({"kind": "geojson", "where": f"{c['id']} without geometry",
                           "body": api.get(f"/collections/{c['id']}/items?skipGeometry=true").text})
    for path in ("/isochrone?lon=-4.9&lat=46.3&minutes=5,10", "/isochrone?lon=-4.9&lat=46.3&sens=vers"):
        checks.append({"kind": "geojson", "where": path, "body": public.get(path).text})
    check("many pages", len(checks) > 100, len(checks))
    none("GeoJSON", validated(checks))


def test_openapi():
    tokens = [None, *(serve_kit.token(service.workspace, r) for r in ("relecteur", "admin"))]
    for _ in range(50):  # the service takes up what changed outside within a moment
        if service.get("/session", token=tokens[-1]).status == 200:
            break
        time.sleep(0.1)
    checks = [{"kind": "openapi", "where": f"/api {lang} ({n})", "body": ck.Api(service, t).get(f"/api?lang={lang}").text}
              for n, t in enumerate(tokens) for lang in ("fr", "en")]
    none("the OpenAPI document", validated(checks))


def resolved(document, value):
    """Without $ref; OpenAPI's nullable as a type."""
    if isinstance(value, list):
        return [resolved(document, v) for v in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        place = document
        for part in value["$ref"][2:].split("/"):
            place = place[part.replace("~1", "/").replace("~0", "~")]
        return resolved(document, place)
    out = {k: resolved(document, v) for k, v in value.items() if k != "nullable"}
    if value.get("nullable") and isinstance(out.get("type"), str):
        out["type"] = [out["type"], "null"]
    return out


LAYERS_AND_ANSWERS = {"Comptes", "Couches", "Exploitation", "Objets", "Réponses", "Service", "Tuiles"}


def test_answers_by_the_schemas_of_the_api():
    place = {"collection": "communes", "layer": "communes", "feature": "96002", "code": "96002", "id": "cpts-confins",
             "z": "6", "x": "31", "y": "22"}
    query = {"/communes": "?q=val", "/isochrone": "?lon=-4.9&lat=46.3", "/times": "?from=-4.9,46.3&to=-4.8,46.2", "/figures": "?codes=96002,96003"}
    document = inner.json("/api")
    checks, seen = [], 0
    for path, operations in document["paths"].items():
        if "get" not in operations or set(re.findall(r"\{(\w+)\}", path)) - set(place):
            continue
        # Answers of editing are held against their schemas by test_openapi_long; events never end.
        if operations["get"]["tags"][0] not in LAYERS_AND_ANSWERS or path == "/journal":
            continue
        layers = [c["id"] for c in inner.collections()] if "{collection}" in path and "{feature}" not in path else ["communes"]
        for layer in layers:
            target = re.sub(r"\{(\w+)\}", lambda m: layer if m.group(1) == "collection" else place[m.group(1)], path) + query.get(path, "")
            for suffix, status in (("", 200), (("&" if "?" in target else "?") + "inconnu=1", 400)):
                a = inner.get(target + suffix)
                if suffix:
                    same(f"{target}{suffix}", a.status, 400)
                responses = operations["get"]["responses"]
                told = resolved(document, responses.get(str(a.status), responses["default"])).get("content", {})
                kinds = {k.split(";")[0]: v["schema"] for k, v in told.items()}
                check(f"GET {target}{suffix}: {a.status} {ck.media_type(a)} is declared",
                      ck.media_type(a) in kinds or not a.body, sorted(kinds))
                if "json" in ck.media_type(a) and ck.media_type(a) in kinds:
                    checks.append({"kind": "schema", "draft": "7", "where": f"GET {target}{suffix}",
                                   "schema": kinds[ck.media_type(a)], "value": a.json})
                    seen += not suffix
    check("many answers", seen > 60, seen)
    none("answers by the schemas of /api", validated(checks))


def test_features_by_the_schemas_of_their_collections():
    checks = []
    for who, api in both:
        for c in api.collections():
            for kind in ("schema", "queryables"):
                schema = api.json(f"/collections/{c['id']}/{kind}")
                properties = {k: v for k, v in schema["properties"].items() if v.get("x-ogc-role") != "primary-geometry"}
                for f in api.features(c["id"], skipGeometry="true"):
                    value = f["properties"]
                    if kind == "queryables":  # what can be asked for has a value
                        value = {k: v for k, v in value.items() if v is not None}
                    checks.append({"kind": "schema", "draft": "2020", "where": f"{kind} {c['id']}/{f['id']} ({who})",
                                   "schema": {**schema, "properties": properties}, "value": value})
            checks.append({"kind": "schema", "draft": "2020", "where": f"schema {c['id']} says no ({who})",
                           "schema": {**schema, "properties": properties}, "value": {"etranger": 1}})
    said = validated(checks)
    none("features by their schemas", [line for line in said if "says no" not in line])
    same("a stranger is refused", len(said), sum(len(api.collections()) for _, api in both))


# ---- tiles ----------------------------------------------------------------------------------------

def tile_at(lon, lat, z):
    n = 2 ** z
    return ((lon + 180) / 360 * n, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)


def decoded(layer, tiles):
    """{(z, x, y): layer of the tile} of those that are not empty."""
    checks = []
    for z, x, y in tiles:
        a = inner.get(f"/tiles/{layer}/{z}/{x}/{y}")
        same(f"/tiles/{layer}/{z}/{x}/{y}", (a.status in (200, 204), a.status == 204 or ck.media_type(a)),
             (True, a.status == 204 or "application/vnd.mapbox-vector-tile"))
        if a.status == 200:
            checks.append({"kind": "tile", "where": f"{z}/{x}/{y}", "body": base64.b64encode(a.body).decode()})
    out = {}
    for line in validated(checks):
        check("a tile decodes", line.startswith("{"), line)
        if line.startswith("{"):
            said = json.loads(line)
            same(f"{layer} {said['where']}: one layer of version 2 with its own name",
                 [(x["name"], x["version"]) for x in said["layers"]], [(layer, 2)])
            out[tuple(map(int, said["where"].split("/")))] = said["layers"][0]
    return out


def tiles_of(box, z):
    (x0, y0), (x1, y1) = tile_at(box[0], box[3], z), tile_at(box[2], box[1], z)
    return [(z, x, y) for x in range(int(x0), int(x1) + 1) for y in range(int(y0), int(y1) + 1)]


def away(p, segments):
    """Distance of a point from the nearest of the segments, in their own units."""
    best = math.inf
    for (ax, ay), (bx, by) in segments:
        dx, dy = bx - ax, by - ay
        whole = dx * dx + dy * dy
        t = 0 if whole == 0 else max(0, min(1, ((p[0] - ax) * dx + (p[1] - ay) * dy) / whole))
        best = min(best, math.hypot(ax + t * dx - p[0], ay + t * dy - p[1]))
    return best


def units_of(geometry, z, x, y, extent):
    """Segments of a geometry in units of the tile."""
    for polygon in ck.polygons_of(geometry):
        for ring in polygon:
            at = [((a - x) * extent, (b - y) * extent) for a, b in (tile_at(*p, z) for p in ring)]
            yield from zip(at, at[1:] if len(at) > 1 else at)


def test_tiles_hold_what_the_layer_has():
    """Every feature that meets a tile is in it with its properties; no vertex is farther than the mesh may move it from the
    layer's own line; and at a zoom where nothing is left out, the line is nowhere farther from the tile's."""
    for layer in ("communes", "etablissements", "cpts", "zones-sous-denses"):
        features = {f["id"]: f for f in inner.features(layer)}
        box = ck.extent_of(list(features.values()))
        seen = set()
        for z in (5, 7, 9, 12):
            tiles = tiles_of(box, z)
            some = tiles[::max(1, len(tiles) // 12)]
            for (z, x, y), tile in decoded(layer, some).items():
                n, extent = 2 ** z, tile["extent"]

                def degrees(u, v):
                    return u / n * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * v / n))))
                west, north = degrees(x, y)
                east, south = degrees(x + 1, y + 1)
                inside = {i for i, f in features.items() if f["geometry"] and ck.meets_box(f["geometry"], west, south, east, north)}
                found = {}
                for f in tile["features"]:
                    p = f["properties"]
                    i = p.get("code") or (f"{p['service']}/{p['id']}" if f"{p.get('service')}/{p['id']}" in features else p["id"])
                    i = p["id"] if p.get("id") in features else i
                    found.setdefault(i, []).append(f)
                    seen.add(i)
                none(f"{layer} {z}/{x}/{y}: features of the tile that are none of the layer", set(found) - set(features))
                if z >= 9:
                    none(f"{layer} {z}/{x}/{y}: features that are missing", inside - set(found))
                for i in list(found)[:4]:
                    own = features[i]["properties"]
                    none(f"{layer} {z}/{x}/{y} {i}: properties", [(k, v, own[k]) for f in found[i] for k, v in f["properties"].items()
                         if not (own[k] == v or isinstance(v, (int, float)) and abs(own[k] - v) < 1e-9)])
                    if not features[i]["geometry"]:
                        continue
                    lines = list(units_of(features[i]["geometry"], z, x, y, extent))
                    edge = 0.5
                    most = max((away(p, lines) for f in found[i] for r in f["rings"] for p in r
                                if edge < p[0] < extent - edge and edge < p[1] < extent - edge), default=0)
                    # Its line was simplified by two units at most and it stands on the grid (docs/decisions/0007-tiles.md).
                    check(f"{layer} {z}/{x}/{y} {i}: vertices stand on the layer's line", most <= 2 + math.sqrt(0.5), most)
        check(f"{layer}: most features were seen", len(seen) > len(features) * 0.5, (len(seen), len(features)))


def test_neighbours_share_their_borders_in_tiles():
    """Within a tile every side between two communes is the side of both: nothing gapes, nothing overlaps."""
    box = ck.extent_of(inner.features("communes"))
    for z in (6, 8, 10):
        tiles = tiles_of(box, z)
        shared = lonely = 0
        for (_, x, y), tile in decoded("communes", tiles[::max(1, len(tiles) // 10)]).items():
            extent, sides = tile["extent"], {}
            area = 0
            for f in tile["features"]:
                for ring in f["rings"]:
                    area += sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:])) / 2
                    for a, b in zip(ring, ring[1:]):
                        sides[tuple(a), tuple(b)] = sides.get((tuple(a), tuple(b)), 0) + 1
            none(f"{z}/{x}/{y}: sides that two communes have in the same direction", [s for s, n in sides.items() if n > 1])
            for (a, b) in sides:
                within = all(0 < c < extent for p in (a, b) for c in p)
                shared += within and (b, a) in sides
                lonely += within and (b, a) not in sides
        check(f"zoom {z}: most sides are shared", shared > 20 * 1 and shared > lonely, (shared, lonely))


def test_an_end():
    same("it stops in peace", service.stop(), 0)


kit.main(globals())
