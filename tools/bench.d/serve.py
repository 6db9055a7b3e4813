"""Benchmarks of `maille serve`: pages of items and tiles against MapServer and QGIS Server, downloads
by number of features. tools/bench calls them."""
import json
import math
import os
import subprocess
import sys
import time
import urllib.request

import serve_peers

PAGE = 100
ZOOMS = range(6, 13)


class Served:
    """`maille serve` of a workspace, with lines of serve.yaml."""

    def __init__(self, maille, workspace, folder, *lines, log=""):
        config = os.path.join(folder, "serve.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in (f'log: "{log}"', *lines))
        self.process = subprocess.Popen(
            [maille, "serve", "-w", workspace, "--listen", "127.0.0.1:0", "--config", config, "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = "http://" + json.loads(self.process.stdout.readline())["address"]

    def memory_mb(self):
        return serve_peers.peak_mb(self.process.pid)

    def own_mb(self):
        """Memory of its own, without the pages of the workspace that the system holds for it."""
        return serve_peers.status_mb(self.process.pid, "RssAnon")

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return answer.read()

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def tiles_of(box):
    """z/x/y of every tile of ZOOMS that meets a box of lon/lat."""
    found = []
    for z in ZOOMS:
        def column(lon):
            return int((lon + 180) / 360 * 2 ** z)

        def line(lat):
            return int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2 ** z)
        found += [(z, x, y) for x in range(column(box[0]), column(box[2]) + 1)
                  for y in range(line(box[3]), line(box[1]) + 1)]
    found.sort(key=lambda t: (t[1] * 7919 + t[2] * 104729 + t[0]) % 1000003)  # in no order
    return found


def row(name, must, ours, peer_name, peer, note, memory, peer_memory):
    return {"name": name, "ours_s": round(1 / ours["rps"], 7), "peer": peer_name,
            "peer_s": round(1 / peer["rps"], 7), "ratio": round(ours["rps"] / peer["rps"], 2),
            "must": must, "memory_mb": round(memory, 1), "peer_memory_mb": round(peer_memory, 1),
            "runs": 1,
            "note": f"{ours['rps']:.0f} requests a second, p99 {ours['p99_ms']:.1f} ms; the peer "
                    f"{peer['rps']:.0f}, {peer['p99_ms']:.1f} ms; {note}"}


def whole(told, who):
    if told["failed"] or not told["requests"]:
        sys.exit(f"{told['failed']:.0f} requests of {told['requests']:.0f} failed at {who}")
    return told


def must_page(url, path):
    """A server that answers an error, or a page of nothing, fast is no peer."""
    with urllib.request.urlopen(url + path, timeout=60) as answer:
        features = json.load(answer)["features"]
    if len(features) != PAGE or any(not f["geometry"]["coordinates"] for f in features):
        sys.exit(f"{url}{path} answered {len(features)} features, not {PAGE} with geometry")


def brittany(maille, run, real, scratch):
    """Workspace of Brittany, its communes as GPKG, their box and number; made once."""
    workspace = os.path.join(scratch, "serve.maille")
    layers, gpkg = os.path.join(scratch, "serve-layers"), os.path.join(scratch, "communes.gpkg")
    if not os.path.exists(gpkg):
        run([maille, "run", os.path.join(real, "bretagne/study.yaml"), "-w", workspace, "--to", layers,
             "--quiet"])
        run(["ogr2ogr", "-f", "GPKG", "-nln", "communes", "-nlt", "MULTIPOLYGON", gpkg,
             os.path.join(layers, "communes.geojson")])
    with open(os.path.join(layers, "communes.geojson"), encoding="utf-8") as file:
        collection = json.load(file)
    return workspace, gpkg, collection["bbox"], len(collection["features"])


def bench(maille, run, real, scratch):
    """Rows of items and tiles; every server is asked alone, in turn, by wrk of one process."""
    workspace, gpkg, box, count = brittany(maille, run, real, scratch)
    folder = os.path.join(scratch, "serve")
    os.makedirs(folder)
    os.chmod(scratch, 0o755)
    peers = serve_peers.Peers(folder, gpkg, " ".join(str(v) for v in box))
    offsets = range(0, count, PAGE)
    pages = [f"/collections/communes/items?f=geojson&limit={PAGE}&offset={o}" for o in offsets]
    tiles = tiles_of(box)
    ours_tiles = [f"/tiles/communes/{z}/{x}/{y}" for z, x, y in tiles]
    rows = []
    try:
        def ask(url, paths, who, seconds=8):
            return whole(serve_peers.ask(url, paths, folder, seconds), who)
        warm = Served(maille, workspace, folder)
        for url, path in ((warm.url, pages[0]),
                          (peers.url, f"/mapserv/BENCH/ogcapi/collections/communes/items?f=json&limit={PAGE}"),
                          (peers.url, f"/qgis/wfs3/collections/communes/items.json?limit={PAGE}")):
            must_page(url, path)
        for o, page in zip(offsets, pages):
            with open(os.path.join(folder, "files", f"page-{o}.json"), "wb") as file:
                file.write(warm.get(page))
        nginx = ask(peers.url, [f"/page-{o}.json" for o in offsets], "nginx")
        again = ask(warm.url, pages, "maille serve")
        cold = Served(maille, workspace, folder, "cache_mib: 0")
        first = ask(cold.url, pages, "maille serve without its cache")
        mapserver = ask(peers.url, [f"/mapserv/BENCH/ogcapi/collections/communes/items?f=json&"
                                    f"limit={PAGE}&offset={o}" for o in offsets], "MapServer")
        qgis = ask(peers.url, [f"/qgis/wfs3/collections/communes/items.json?limit={PAGE}&offset={o}"
                               for o in offsets], "QGIS Server")
        note = (f"{len(pages)} pages of {PAGE} communes in turn; without the cache of answers "
                f"{first['rps']:.0f} a second, p99 {first['p99_ms']:.1f} ms; nginx with the same "
                f"bytes as files {nginx['rps']:.0f}, {nginx['p99_ms']:.1f} ms")
        rows.append(row("serve-items", 10, again, "MapServer", mapserver, note, warm.memory_mb(),
                        peers.memory_mb("mapserv")))
        rows.append(row("serve-items", 10, again, "QGIS Server", qgis, note, warm.memory_mb(),
                        peers.memory_mb("qgis_mapserv.fcgi")))
        rows.append(row("serve-items-uncached", "–", first, "QGIS Server", qgis,
                        "no answer was kept", cold.memory_mb(), peers.memory_mb("qgis_mapserv.fcgi")))
        theirs = ask(peers.url, [f"/mapserv?map=BENCH&mode=tile&tilemode=gmap&tile={x}+{y}+{z}&"
                                 f"layers=communes&map.imagetype=mvt" for z, x, y in tiles],
                     "MapServer's tiles")
        note = (f"{len(tiles)} tiles of zooms {ZOOMS[0]} to {ZOOMS[-1]} in turn, empty ones too")
        first = ask(cold.url, ours_tiles, "maille serve without its cache")
        for path in ours_tiles:
            warm.get(path)
        again = ask(warm.url, ours_tiles, "maille serve")
        rows.append(row("serve-tiles-first", 3, first, "MapServer", theirs,
                        note + "; no answer was kept", cold.memory_mb(), peers.memory_mb("mapserv")))
        rows.append(row("serve-tiles-again", 10, again, "MapServer", theirs, note,
                        warm.memory_mb(), peers.memory_mb("mapserv")))
        warm.stop()
        cold.stop()
    finally:
        peers.stop()
    return rows


def stream(served, path):
    """Seconds to the first byte and to the last, bytes, and the most memory of its own meanwhile."""
    began, most = time.monotonic(), 0
    with urllib.request.urlopen(served.url + path, timeout=600) as answer:
        length = len(answer.read(1))
        first = time.monotonic() - began
        while piece := answer.read(1 << 20):
            length += len(piece)
            most = max(most, served.own_mb())
    return first, time.monotonic() - began, length, most


def bench_stream(maille, run, files, scratch):
    """Communes of ever more départements of France, downloaded as one GeoJSON."""
    rows = []
    for part in (15, 26, 55, len(files)):
        workspace = os.path.join(scratch, f"stream-{part}.maille")
        run([maille, "init", workspace, "--quiet"])
        run([maille, "import", "communes", *files[:part], "-w", workspace, "--vintage", "2018-01-01",
             "--source", "IGN", "--licence", "Licence Ouverte 2.0", "--fields", "code=code,name=nom",
             "--quiet"])
        run([maille, "compute", "borders", "-w", workspace, "--quiet"])
        served = Served(maille, workspace, scratch)
        served.get("/collections/communes/items?f=geojson&limit=1")
        before = served.own_mb()
        runs = [stream(served, "/collections/communes/download?f=geojson") for _ in range(5)]
        count = json.loads(served.get("/collections/communes/items?f=geojson&limit=1"))["numberMatched"]
        first = sorted(run[0] for run in runs)[2]
        rows.append({"name": f"serve-stream-{count}", "ours_s": round(first, 5),
                     "memory_mb": round(max(run[3] for run in runs), 1), "runs": len(runs),
                     "note": f"to the first byte; all of {runs[0][2] / 1e6:.0f} MB in "
                             f"{min(run[1] for run in runs):.2f} s; memory is the process's own "
                             f"({before:.1f} MB before the download): with pages of the workspace "
                             f"that the system maps it was {served.memory_mb():.0f} MB"})
        served.stop()
    return rows
