"""Other people's programs read the service as they stand: GDAL's driver for OGC API – Features reads every
layer, QGIS opens the landing page, and downloads are what `maille export` writes."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys

import conformance_kit as ck
import serve_kit
from conformance_kit import EPSG, MOST
from serve_kit import kit
from kit import check, none, same

if not shutil.which("ogr2ogr"):
    print("SKIPPED: no ogr2ogr (gdal-bin)")
    sys.exit(77)
service, public, inner = ck.sample("limit: 25")
AUDIENCES = {"public": public, "interne": inner}
names = {a: [c["id"] for c in api.collections()] for a, api in AUDIENCES.items()}
exported = {a: kit.scratch() for a in AUDIENCES}
for audience, folder in exported.items():
    for kind in ("geojson", "csv", "gpkg"):
        kit.maille("export", "-w", service.workspace, "--to", folder, "--audience", audience, "--format", kind)


def gdal(program, *args, token=None):
    env = dict(os.environ)
    if token:
        env["GDAL_HTTP_HEADERS"] = "Authorization: Bearer " + token
    p = subprocess.run([program, *args], capture_output=True, text=True, env=env, timeout=300)
    check(f"{program} {' '.join(args)[:160]}", p.returncode == 0 and "ERROR" not in p.stderr, p.stderr[-400:])
    return p


def by_gdal(layer, token, *options):
    """The layer as GDAL reads it, as GeoJSON written by GDAL."""
    to = os.path.join(kit.scratch(), "x.geojson")
    gdal("ogr2ogr", "-f", "GeoJSON", to, f"OAPIF:{service.url}", layer, "-lco", "COORDINATE_PRECISION=7", *options, token=token)
    with open(to, encoding="utf-8") as file:
        return json.load(file)["features"]


def plain(value):
    """GDAL writes 12.0 as 12, arrays as they are, and a text that is JSON as what it says."""
    if isinstance(value, str) and value.startswith("{"):
        return json.loads(value)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


# GDAL takes a column for whole numbers where its first page holds whole numbers alone, and cuts the others: this layer,
# nearly all zeros in columns of rare services, is read in one page.
WHOLE = {"densite-medicale": ("-oo", "PAGE_SIZE=1000")}


def test_gdal_lists_the_layers():
    for audience, api in AUDIENCES.items():
        p = gdal("ogrinfo", "-q", f"OAPIF:{service.url}", token=api.token)
        same(f"layers ({audience})", sorted(re.findall(r"^\d+: (\S+)", p.stdout, re.M)), sorted(names[audience]))


def test_gdal_reads_every_layer():
    """By pages of 25: the same features, ids, attributes and positions as the files of `maille export`."""
    for audience, api in AUDIENCES.items():
        for layer in names[audience]:
            wanted = {f["id"]: f for f in kit.layer(exported[audience], layer)["features"]}
            got = by_gdal(layer, api.token, *WHOLE.get(layer, ()))
            same(f"{layer} ({audience}): features", len(got), len(wanted))
            if len(got) != len(wanted):
                continue
            # GDAL keeps ids that are text in a field of its own or in the feature's id.
            keyed = {(f.get("id") if f.get("id") in wanted else None) or id_of(f, wanted): f for f in got}
            same(f"{layer}: ids", sorted(map(str, keyed)), sorted(wanted))
            for i, f in keyed.items():
                if i not in wanted:
                    continue
                own = wanted[i]
                differ = {k: (v, f["properties"].get(k)) for k, v in own["properties"].items()
                          if as_read(f["properties"].get(k), v) != plain(v)}
                check(f"{layer}/{i}: attributes", not differ, differ)
                a, b = ck.positions_of(own["geometry"]), ck.positions_of(f["geometry"])
                far = max((max(abs(p[0] - q[0]), abs(p[1] - q[1])) for p, q in zip(a, b)), default=0)
                check(f"{layer}/{i}: geometry", len(a) == len(b) and far <= 1.01e-7, (len(a), len(b), far))


def as_read(got, wanted):
    """GDAL takes types from the first page: numbers of a column that is empty there come as text."""
    return float(got) if isinstance(got, str) and isinstance(wanted, (int, float)) else plain(got)


def id_of(feature, wanted):
    p = feature["properties"]
    for i, f in wanted.items():
        if all(as_read(p.get(k), v) == plain(v) for k, v in f["properties"].items()):
            return i
    return None


def test_gdal_filters():
    """Boxes and attribute filters go to the service; what comes back is right."""
    box = ["-5.0", "46.1", "-4.7", "46.4"]
    got = {f["properties"]["code"] for f in by_gdal("communes", None, "-spat", *box)}
    wanted = {f["id"] for f in public.features("communes") if ck.meets_box(f["geometry"], *map(float, box))}
    same("-spat", got, wanted)
    got = {f["properties"]["code"] for f in by_gdal("communes", None, "-where", "population > 1000 AND nom <> 'x'")}
    same("-where", got, {f["id"] for f in public.features("communes") if f["properties"]["population"] > 1000})
    got = {f["properties"]["nom"] for f in by_gdal("etablissements", None, "-where", "service = 'maternite'")}
    same("-where of a text", got, {f["properties"]["nom"] for f in public.features("etablissements") if f["properties"]["service"] == "maternite"})
    got = by_gdal("communes", None, "-limit", "30")
    same("-limit over a page", len(got), 30)


def test_gdal_reads_the_items_as_geojson():
    p = gdal("ogrinfo", "-so", "-al", f"{service.url}/collections/communes/items?limit=7")
    check("an address of items", "Feature Count: 7" in p.stdout, p.stdout[-300:])


def test_downloads_are_what_is_exported():
    for audience, api in AUDIENCES.items():
        for layer in names[audience]:
            for kind in ("geojson", "csv"):
                a = api.get(f"/collections/{layer}/download", _f=kind)
                with open(os.path.join(exported[audience], f"{layer}.{kind}"), "rb") as file:
                    wanted = file.read()
                same(f"{layer}.{kind} ({audience}): status", a.status, 200)
                # A stream does not know its box before its end.
                wanted = re.sub(rb'\n"bbox":\[[^\]]*\], *', b"", wanted, count=1)
                check(f"{layer}.{kind} ({audience}): the same bytes", a.body == wanted, first_difference(a.body, wanted))
                check(f"{layer}.{kind}: a name for the file that says whose it is", re.search(
                    rf'filename="{layer}-{audience}-[0-9-]+\.{kind}"', a["Content-Disposition"] or ""), a["Content-Disposition"])


def first_difference(a, b):
    i = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return len(a), len(b), a[max(0, i - 60):i + 60], b[max(0, i - 60):i + 60]


def tables(path):
    """Rows of a GeoPackage's own tables, without times and numbers of rows."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    layer = db.execute("SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes')").fetchall()
    columns = [c[1] for c in db.execute(f'PRAGMA table_info("{layer[0][0]}")') if c[1] != "fid"]
    rows = db.execute("SELECT " + ", ".join(f'"{c}"' for c in columns) + f' FROM "{layer[0][0]}"').fetchall()
    crs = db.execute("SELECT srs_id FROM gpkg_contents").fetchall()
    db.close()
    return layer, columns, sorted(rows, key=str), crs


def test_geopackages():
    combined = [n for n in os.listdir(exported["public"]) if n.endswith(".gpkg")]
    check("export writes GeoPackages", combined, os.listdir(exported["public"])[:5])
    for audience, api in AUDIENCES.items():
        for layer in names[audience]:
            a = api.get(f"/collections/{layer}/download", _f="gpkg")
            same(f"{layer}.gpkg ({audience})", (a.status, ck.media_type(a)), (200, "application/geopackage+sqlite3"))
            path = os.path.join(kit.scratch(), layer + ".gpkg")
            with open(path, "wb") as out:
                out.write(a.body)
            own = os.path.join(exported[audience], layer + ".gpkg")
            if os.path.exists(own):
                same(f"{layer}.gpkg ({audience}): the same rows", tables(path), tables(own))
            p = gdal("ogrinfo", "-so", "-al", path)
            count = len(kit.layer(exported[audience], layer)["features"])
            check(f"{layer}.gpkg: GDAL counts {count}", f"Feature Count: {count}" in p.stdout, p.stdout[-300:])


def test_downloads_of_a_part():
    wanted = public.ids("communes", filter="population > 1000", sortby="-population")
    a = public.get("/collections/communes/download", _f="geojson", filter="population > 1000", sortby="-population")
    same("a filter", [f["id"] for f in a.json["features"]], wanted)
    a = public.get("/collections/etablissements/download", _f="csv", bbox="-5,46.1,-4.7,46.4")
    same("a box", len(a.body.decode("utf-8-sig").splitlines()) - 1, len(public.ids("etablissements", bbox="-5,46.1,-4.7,46.4")))
    public.refused("downloads", "/collections/communes/download", "crs", _f="gpkg", crs=EPSG + "2154")
    same("degrees by their other name", public.get("/collections/communes/download", _f="gpkg", crs=EPSG + "4326").status, 200)
    there = public.get("/collections/etablissements/download", _f="geojson", crs=EPSG + "2154").json["features"]
    same("metres", [f["geometry"] for f in there], [f["geometry"] for f in public.features("etablissements", crs=EPSG + "2154")])
    public.refused("downloads", "/collections/communes/download", "nope", nope="1")


QGIS = r"""
import json, sys
from qgis.core import QgsApplication, QgsVectorLayer, QgsDataSourceUri, QgsRectangle, QgsFeatureRequest
from qgis.core import QgsProviderRegistry
app = QgsApplication([], False)
app.initQgis()
out = {"providers": QgsProviderRegistry.instance().providerList(), "layers": {}}
for name in sys.argv[2:]:
    layer = QgsVectorLayer(f"url='{sys.argv[1]}' typename='{name}' pagingEnabled='true' pageSize='25'", name, "OAPIF")
    features = list(layer.getFeatures()) if layer.isValid() else []
    out["layers"][name] = {"valid": layer.isValid(), "error": layer.error().message(), "crs": layer.crs().authid(),
        "fields": [f.name() for f in layer.fields()], "count": len(features),
        "geometries": sum(f.hasGeometry() and not f.geometry().isEmpty() for f in features),
        "wkb": layer.wkbType(), "extent": layer.extent().toString(4),
        "first": {k: (v if isinstance(v, (int, float, str)) else None) for k, v in features[0].attributeMap().items()} if features and hasattr(features[0], "attributeMap") else {}}
    if name == "communes" and layer.isValid():
        box = QgsFeatureRequest(QgsRectangle(-5, 46.1, -4.7, 46.4))
        out["box"] = sorted(f["code"] for f in layer.getFeatures(box))
print("RESULT" + json.dumps(out))
app.exitQgis()
"""


def test_qgis_opens_the_landing_page():
    try:
        p = subprocess.run(["/usr/bin/python3", "-c", "import qgis.core"], capture_output=True, text=True, timeout=120)
    except FileNotFoundError:
        p = None
    if p is None or p.returncode != 0:
        print("SKIPPED: /usr/bin/python3 has no qgis")
        return
    home = kit.scratch()
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": home, "XDG_RUNTIME_DIR": home, "LC_ALL": "C.UTF-8"}
    env.pop("PYTHONPATH", None)
    p = subprocess.run(["/usr/bin/python3", "-c", QGIS, service.url + "/", *names["public"]], capture_output=True, text=True,
                       env=env, timeout=300)
    line = next((x for x in p.stdout.splitlines() if x.startswith("RESULT")), None)
    check("QGIS answers", line, p.stderr[-600:])
    if not line:
        return
    said = json.loads(line[6:])
    check("QGIS has its provider", "OAPIF" in said["providers"], said["providers"])
    for name, layer in said["layers"].items():
        features = public.features(name)
        check(f"{name} opens in QGIS", layer["valid"], layer)
        same(f"{name} in QGIS: features", layer["count"], len(features))
        same(f"{name} in QGIS: with geometry", layer["geometries"], sum(f["geometry"] is not None for f in features))
        none(f"{name} in QGIS: fields that are missing", set(features[0]["properties"]) - set(layer["fields"]))
    same("a box in QGIS", set(said["box"]), {f["id"] for f in public.features("communes", bbox="-5,46.1,-4.7,46.4")})


def test_an_end():
    same("it stops in peace", service.stop(), 0)


kit.main(globals())
