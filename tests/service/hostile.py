"""What the world does to a service: injections, bombs, imports while it reads, a full disk, a clock
that goes back. (Slow and malformed callers are in test_wire*.c, targets in test_router.c.)"""

import json
import os
import subprocess
import threading
import time
import urllib.parse

import serve_kit
from serve_kit import Service, kit
from kit import check, same

workspace = serve_kit.sample_workspace()
communes = len(kit.query(workspace, "SELECT code FROM commune"))
ITEMS = "/collections/communes/items"


def quoted(text):
    return urllib.parse.quote(text, safe="")


def whole_page(answer):
    """Features of a page that tells as many as it holds."""
    page = answer.json
    return answer.status == 200 and page["numberReturned"] == len(page["features"]) == page["numberMatched"]


def test_words_of_sql_and_cql_are_words():
    serve_kit.token(workspace, "admin", name="secret")
    hashes = [h.encode() for (h,) in kit.query(workspace, "SELECT hash FROM token")]
    before = kit.dump(workspace)
    service = Service(workspace)
    words = ["'; DROP TABLE commune; --", "' OR '1'='1", "\" OR 1=1 --", "x') UNION SELECT hash FROM token --",
             "code = code", "%' ESCAPE 'x", "\\", "'''", "); ATTACH DATABASE '/tmp/x' AS y; --", "load_extension('x')",
             "code' || (SELECT hash FROM token) || '", "randomblob(1000000000)", "\u0000", "nom\u2019; --"]
    for word in words:
        sent = quoted(word)
        for path in (f"{ITEMS}?filter={sent}", f"{ITEMS}?nom={sent}", f"{ITEMS}?sortby={sent}",
                     f"{ITEMS}?properties={sent}", f"{ITEMS}?q={sent}", f"{ITEMS}?departement={sent}",
                     f"{ITEMS}?bbox={sent}", f"{ITEMS}?datetime={sent}", f"{ITEMS}?crs={sent}",
                     f"/collections/{sent}/items", f"{ITEMS}/{sent}", f"/communes?q={sent}", f"/communes/{sent}",
                     f"/tiles/{sent}/1/0/0", f"/perimeters/{sent}/figures",
                     f"{ITEMS}?filter=nom%20%3D%20%27{sent}%27", f"{ITEMS}?filter=%22{sent}%22%20%3D%201"):
            answer = service.get(path)
            check(f"{path} is answered", answer.status in (200, 400, 404), answer.status)
            check(f"{path} tells nothing from inside", not any(
                x in answer.body.lower() for x in [b"sqlite", b"syntax error", b"no such column", *hashes]))
            if answer.status == 200 and path.startswith(ITEMS) and "=" in path and "q=" not in path:
                check(f"{path} finds nothing by it", answer.json.get("numberMatched", 0) == 0, answer.text[:200])
    same("the workspace is as it was", kit.dump(workspace) == before, True)
    same("it stops well", service.stop(), 0)


def test_bombs_are_refused_and_cost_little():
    service, reader = Service(workspace), serve_kit.token(workspace, "lecteur", name="bombes")
    deadline = time.monotonic() + 20  # the token is known once the change was seen
    while service.get("/session", reader).json.get("role") != "lecteur" and time.monotonic() < deadline:
        time.sleep(0.1)
    before = service.memory_kb("RssAnon")
    deep = 100000
    for body in ("[" * deep, "{\"a\":" * deep, '{"codes":' + "[" * deep + "]" * deep + "}",
                 '{"codes":[' + ",".join(['"01001"'] * 60000) + "]}", '{"codes":"' + "x" * 900000 + '"}',
                 '{"codes":[1e999999]}', '{"codes":["\\ud800"]}', '{"codes":[],"codes":[]}', "\xff\xfe", "", "null"):
        answer = service.ask("/figures", "POST", body.encode("latin-1"), token=reader,
                             headers={"Content-Type": "application/json"})
        check(f"a body of {body[:12]!r} is refused", answer.status in (400, 413), answer.status)
    for filter in ("(" * 5000 + "1=1" + ")" * 5000, "NOT " * 3000 + "1=1", " AND ".join(["population > 1"] * 3000),
                   "nom IN (" + ",".join(["'a'"] * 2500) + ")", "nom LIKE '" + "%a" * 3000 + "'",
                   "S_INTERSECTS(geom, POLYGON((" + ",".join(["0 0"] * 1500) + ")))"):
        answer = service.get(f"{ITEMS}?filter={quoted(filter)}")
        check(f"a filter of {filter[:16]!r} is refused", answer.status in (400, 414, 431), answer.status)
    began = time.monotonic()
    pattern = quoted("nom LIKE '" + "%a" * 400 + "%b'")
    answer = service.get(f"{ITEMS}?filter={pattern}")
    check("a pattern with 400 wild cards ends", answer.status in (200, 400) and time.monotonic() - began < 20,
          (answer.status, time.monotonic() - began))
    check("memory is what it was", service.memory_kb("RssAnon") - before < 65536,
          (before, service.memory_kb("RssAnon")))
    same("the service goes on", service.get(ITEMS + "?limit=1").status, 200)
    same("it stops well", service.stop(), 0)


def test_it_reads_on_while_others_import():
    study = kit.copy_study(kit.SAMPLE)
    place = os.path.join(kit.scratch(), "w.maille")
    kit.maille("run", study, "-w", place, "--to", kit.scratch())
    service = Service(place, "cache_mib: 0")
    wrong, asked, ended = [], [0], threading.Event()

    def read():
        while not ended.is_set():
            answer = service.get(f"{ITEMS}?limit=10000")
            asked[0] += 1
            if not whole_page(answer) or len(answer.json["features"]) != communes:
                wrong.append((answer.status, answer.text[:200]))
    readers = [threading.Thread(target=read) for _ in range(3)]
    for r in readers:
        r.start()
    for i in range(4):
        kit.maille("run", study, "-w", place, "--to", kit.scratch(), "--force")
    ended.set()
    for r in readers:
        r.join()
    check("many pages were read", asked[0] > 50, asked[0])
    check("each was whole", not wrong, wrong[:2])
    same("it stops well", service.stop(), 0)


def test_a_disk_that_is_full():
    service = Service(workspace, log="/dev/full")
    same("it answers", service.get(ITEMS + "?limit=1").status, 200)
    time.sleep(1.2)
    same("and goes on", service.get(ITEMS + "?limit=2").status, 200)
    check("the log's fault is told", "/dev/full" in service.said(), service.said()[-300:])
    same("it stops well", service.stop(), 0)

    full = os.path.join(kit.scratch(), "full")
    os.mkdir(full)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", full],
                      capture_output=True).returncode != 0:
        print("  (no small file system could be mounted: the rest is left out)")
        return
    try:
        place = os.path.join(full, "w.maille")
        kit.maille("backup", "-w", workspace, "--out", place)
        os.environ["TMPDIR"] = full
        service = Service(place)
        with open(os.path.join(full, "rest"), "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 65536)
            except OSError:
                pass
        answer = service.get("/collections/communes/download?f=gpkg")
        check("what needs the disk is refused as a fault of the service", answer.status >= 500, answer.status)
        check("with no path in it", full not in answer.text, answer.text[:200])
        check("what needs none is answered", whole_page(service.get(ITEMS + "?limit=10000")))
        os.remove(os.path.join(full, "rest"))
        same("and once there is room again", service.get("/collections/communes/download?f=gpkg").status, 200)
        same("nothing is left behind", sorted(n for n in os.listdir(full) if "w.maille" not in n), [])
        same("it stops well", service.stop(), 0)
    finally:
        os.environ.pop("TMPDIR", None)
        subprocess.run(["umount", "-l", full])


def test_a_clock_that_goes_back():
    shim, offset = os.path.join(kit.scratch(), "shim.so"), kit.write(os.path.join(kit.scratch(), "offset"), "0")
    source = os.path.join(serve_kit.SOURCE, "tests/service/clock_shim.c")
    libraries = subprocess.run(["ldd", kit.MAILLE], capture_output=True, text=True).stdout
    if "libasan" in libraries or "libtsan" in libraries:
        print("  (a sanitizer wants to be loaded first: left out)")
        return
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, source, "-ldl"], check=True)
    place = os.path.join(kit.scratch(), "w.maille")
    kit.maille("backup", "-w", workspace, "--out", place)
    reader = serve_kit.token(place, "lecteur", name="horloge")
    os.environ.update(LD_PRELOAD=shim, CLOCK_SHIM=offset)
    try:
        service = Service(place)
    finally:
        del os.environ["LD_PRELOAD"], os.environ["CLOCK_SHIM"]
    session = service.ask("/session", "POST", {"token": reader})
    cookie = session["Set-Cookie"].split(";")[0]
    year = service.get("/collections/communes/items?limit=1").json["timeStamp"][:4]
    kit.write(offset, str(-3 * 365 * 86400))
    same("the time told goes back too", int(service.get(ITEMS + "?limit=3").json["timeStamp"][:4]), int(year) - 3)
    same("the session holds", service.get("/session", Cookie=cookie).json.get("role"), "lecteur")
    kit.maille("token", "revoke", "horloge", "-w", place)
    deadline = time.monotonic() + 10
    while service.get("/session", Cookie=cookie).json.get("role") == "lecteur" and time.monotonic() < deadline:
        time.sleep(0.1)
    check("changes are seen within seconds", time.monotonic() < deadline)
    time.sleep(1.2)
    check("the log is written", len(service.logged()) > 3, len(service.logged()))
    same("it stops well", service.stop(), 0)


kit.main(globals())
