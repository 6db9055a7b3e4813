"""Tile sets as GDAL's MVT driver decodes them, against the GeoJSON of the same layers: another reader
of tiles, and a Mercator of the test's own."""

import gzip
import json
import math
import os
import random
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE"], "tests/cli"))
import kit
from kit import check, none, same

WORLD = 2 * math.pi * 6378137
ZOOM = 11
REACH = 3  # units: what a border may be smoothed by, and half a pixel
STUDY = kit.copy_study(kit.SAMPLE)
WORKSPACE = os.path.join(kit.scratch(), "w.maille")
GEOJSON, TILES = kit.scratch(), kit.scratch()
kit.maille("run", STUDY, "-w", WORKSPACE, "--to", GEOJSON)
kit.maille("export", "-w", WORKSPACE, "--to", TILES, "--format", "mbtiles", "--max-zoom", ZOOM)


def mercator(lon, lat):
    return lon / 360 * WORLD, math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi) * WORLD


def decode(name, zoom, folder=TILES):
    out = subprocess.run(["ogr2ogr", "-f", "GeoJSON", "-lco", "RFC7946=NO", "-lco", "COORDINATE_PRECISION=4",
                          "-t_srs", "EPSG:3857", "/vsistdout/", f"{folder}/{name}.mbtiles",
                          "-oo", f"ZOOM_LEVEL={zoom}", "-oo", "CLIP=NO"], capture_output=True, text=True)
    none(f"{name} at {zoom}: GDAL has nothing to say", [out.stderr] if out.stderr.strip() else [])
    return json.loads(out.stdout)["features"]


def polygons(geometry):
    if geometry is None:
        return []
    return geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]


def rings(geometry, project=lambda x, y: (x, y)):
    return [[project(*p) for p in ring] for polygon in polygons(geometry) for ring in polygon]


def distance(p, outline):
    best = math.inf
    for ring in outline:
        for (ax, ay), (bx, by) in zip(ring, ring[1:]):
            dx, dy = bx - ax, by - ay
            square = dx * dx + dy * dy
            t = ((p[0] - ax) * dx + (p[1] - ay) * dy) / square if square else 0
            t = min(max(t, 0), 1)
            best = min(best, math.hypot(p[0] - ax - t * dx, p[1] - ay - t * dy))
    return best


def inside(p, outline):
    within = False
    for ring in outline:
        for (ax, ay), (bx, by) in zip(ring, ring[1:]):
            if (ay > p[1]) != (by > p[1]) and p[0] < (bx - ax) * (p[1] - ay) / (by - ay) + ax:
                within = not within
    return within


NAMES = kit.with_contexts(kit.LAYERS, "bv", "epci", "pdsa")  # of the sample region


def layers():
    for name in NAMES:
        features = kit.layer(GEOJSON, name)["features"]
        yield name, {i + 1: f for i, f in enumerate(features)}


def test_every_layer_has_tiles_with_what_a_reader_wants_to_know():
    same("one file a layer", sorted(os.listdir(TILES)), sorted(n + ".mbtiles" for n in NAMES))
    for name, features in layers():
        db = sqlite3.connect(f"{TILES}/{name}.mbtiles")
        told = dict(db.execute("SELECT name, value FROM metadata"))
        published = kit.layer(GEOJSON, name)
        same(f"{name}: name", told["name"], published["title"])
        same(f"{name}: format, zooms", [told[k] for k in ("format", "minzoom", "maxzoom")], ["pbf", "0", str(ZOOM)])
        for source in published["sources"]:
            check(f"{name}: credits {source['name']}",
                  source["name"] in told["attribution"] and source["licence"] in told["attribution"])
        bounds = [float(v) for v in told["bounds"].split(",")]
        if "bbox" in published:
            same(f"{name}: bounds", [round(v, 6) for v in bounds], [round(v, 6) for v in published["bbox"]])
        fields = json.loads(told["json"])["vector_layers"][0]["fields"]
        wanted = {k for f in features.values() for k, v in f["properties"].items()
                  if v is not None and not isinstance(v, list)}
        same(f"{name}: fields", wanted - set(fields), set())
        none(f"{name}: no array", [k for f in features.values() for k, v in f["properties"].items()
                                   if isinstance(v, list) and k in fields])
        none(f"{name}: gzip, not empty", [row for row in db.execute("SELECT * FROM tiles")
                                          if len(gzip.decompress(row[3])) < 20])
        zooms = [z for (z,) in db.execute("SELECT DISTINCT zoom_level FROM tiles ORDER BY 1")]
        placed = any(f["geometry"] for f in features.values())
        # What is smaller than the tolerance from far away is in no tile of zoom 0.
        same(f"{name}: zooms", zooms, list(range(min(zooms[0], 1), ZOOM + 1)) if placed else [])


def as_gdal_writes(value):
    """Texts that are JSON come out of its GeoJSON as objects."""
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value


def test_features_and_values_are_the_layers():
    for name, features in layers():
        for zoom in (4, ZOOM):
            wrong, seen = [], set()
            for found in decode(name, zoom):
                properties = dict(found["properties"])
                number = properties.pop("mvt_id")
                seen.add(number)
                wanted = {k: as_gdal_writes(v) for k, v in features[number]["properties"].items()
                          if v is not None and not isinstance(v, list)}
                got = {k: v for k, v in properties.items() if v is not None}
                if got != wanted:
                    wrong.append((number, {k: (got.get(k), wanted.get(k)) for k in {*got, *wanted}
                                           if got.get(k) != wanted.get(k)}))
            none(f"{name} at {zoom}: values", wrong)
            if zoom == ZOOM:
                same(f"{name}: every feature that stands somewhere", seen,
                     {n for n, f in features.items() if f["geometry"]})


def test_outlines_are_within_the_tolerance_of_the_published_ones():
    random.seed(4)
    for name, zoom in (("communes", 6), ("communes", 9), ("communes", ZOOM), ("cpts", 8), ("isochrones", 7)):
        unit = WORLD / 4096 / 2 ** zoom
        tile = 4096 * unit
        features = dict(layers())[name]
        exact = {n: rings(f["geometry"], mercator) for n, f in features.items()}
        pieces = {n: [] for n in features}
        for found in decode(name, zoom):
            pieces[found["properties"]["mvt_id"]].append(rings(found["geometry"]))

        def on_frame(v):
            rest = (v + WORLD / 2) % tile / unit
            return min(abs(rest - 64), abs(rest - 4032)) < 0.01

        points = [(n, p) for n, all_of_it in pieces.items() for piece in all_of_it for ring in piece for p in ring]
        chosen = random.sample(points, min(len(points), 1500))
        far = [(n, p) for n, p in chosen
               if not on_frame(p[0]) and not on_frame(p[1]) and distance(p, exact[n]) >= REACH * unit]
        none(f"{name} at {zoom}: vertices too far, of {len(chosen)}", far)
        boxes = [p for outline in exact.values() for ring in outline for p in ring]
        low = min(p[0] for p in boxes), min(p[1] for p in boxes)
        high = max(p[0] for p in boxes), max(p[1] for p in boxes)
        wrong = []
        for _ in range(60):
            p = random.uniform(low[0], high[0]), random.uniform(low[1], high[1])
            for n, outline in exact.items():
                drawn = any(inside(p, piece) for piece in pieces[n])
                if drawn != inside(p, outline) and distance(p, outline) >= REACH * unit:
                    wrong.append((n, p))
        none(f"{name} at {zoom}: places that changed sides", wrong)


def test_points_stand_where_they_stand():
    features = dict(layers())["etablissements"]
    for zoom in (5, ZOOM):
        unit = WORLD / 4096 / 2 ** zoom
        wrong = []
        for found in decode("etablissements", zoom):
            x, y = mercator(*features[found["properties"]["mvt_id"]]["geometry"]["coordinates"])
            px, py = found["geometry"]["coordinates"]
            if max(abs(px - x), abs(py - y)) > 0.51 * unit:
                wrong.append((x - px, y - py))
        none(f"points at {zoom}", wrong)


def test_the_same_bytes_and_fewer_zooms():
    again, few = kit.scratch(), kit.scratch()
    kit.maille("export", "-w", WORKSPACE, "--to", again, "--format", "mbtiles", "--max-zoom", ZOOM)
    kit.same_files("tiles a second time", TILES, again)
    kit.maille("export", "communes", "-w", WORKSPACE, "--to", few, "--format", "mbtiles", "--max-zoom", 2)
    rows = [sqlite3.connect(f"{folder}/communes.mbtiles").execute(
        "SELECT * FROM tiles WHERE zoom_level <= 2 ORDER BY 1, 2, 3").fetchall() for folder in (few, TILES)]
    same("tiles of a smaller set", *rows)


def test_the_public_gets_no_draft():
    public, geojson = kit.scratch(), kit.scratch()
    kit.maille("run", STUDY, "-w", WORKSPACE, "--to", geojson, "--audience", "public")
    kit.maille("export", "cpts", "-w", WORKSPACE, "--to", public, "--format", "mbtiles", "--max-zoom", 6,
               "--audience", "public")
    published = set(kit.rows(geojson, "cpts"))
    check("there are drafts", published < set(kit.rows(GEOJSON, "cpts")))
    same("perimeters", {f["properties"]["id"] for f in decode("cpts", 6, public)}, published)
    drafts = set(kit.rows(GEOJSON, "cpts")) - published
    raw = b"".join(gzip.decompress(t) for (t,) in
                   sqlite3.connect(f"{public}/cpts.mbtiles").execute("SELECT tile_data FROM tiles"))
    none("ids of drafts in the bytes", [d for d in drafts if d.encode() in raw])


def test_options():
    kit.refused("a zoom without tiles", ["export", "-w", WORKSPACE, "--to", TILES, "--max-zoom", "3"], 2,
                "--max-zoom", "mbtiles")
    kit.refused("a zoom too deep", ["export", "-w", WORKSPACE, "--to", TILES, "--format", "mbtiles",
                                    "--max-zoom", "15"], 2, "--max-zoom")
    kit.refused("another format", ["export", "-w", WORKSPACE, "--to", TILES, "--format", "pmtiles"], 2, "mbtiles")


kit.main(globals())
