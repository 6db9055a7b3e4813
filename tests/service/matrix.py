"""Who may ask what: every route of /api by every role; perimeters of every status; and publication: two
services, one of a workspace with drafts, notes, scenarios and a past (tests/cli/inference.py), one without,
whose every address gives the public the same bytes. With the argument "long" more of it is asked."""

import datetime
import gzip
import json
import math
import re
import sqlite3
import sys
import urllib.parse

import serve_kit
from serve_kit import Service, kit
from kit import check, none, same

main, kit.main = kit.main, lambda functions: None
import inference  # noqa: E402  its two worlds; its own tests are left to test_inference_sample_long.sh

kit.main = main
LONG = sys.argv[1:] == ["long"]
BASE = "https://carte.example"
haunted, plain = inference.World("avec", True), inference.World("sans", False)
published, drafts = inference.published_ids + ["cpts-eclose", "pta-aurze"], inference.draft_ids
hidden = drafts + ["cpts-fantome", "cpts-comblee", "cpts-retiree", "cpts-supprimee", "cpts-copie", "cls-ombre",
                   "cpts-pays-d-orsanne"]
inside = [i for i in hidden if i != "cpts-supprimee"]

# ---- roles --------------------------------------------------------------------------------------

WHO = ["anonyme", "lecteur", "relecteur", "planificateur", "admin", "ici", "ailleurs"]
# One request a line: what each of WHO is answered. "ici" and "ailleurs" are lecteurs narrowed to 96, where all
# perimeters lie, and to 01.
TABLE = """
GET /                                                    200 200 200 200 200 200 200
GET /api                                                 200 200 200 200 200 200 200
GET /conformance                                         200 200 200 200 200 200 200
GET /style.css                                           200 200 200 200 200 200 200
GET /robots.txt                                          200 200 200 200 200 200 200
GET /health                                              200 200 200 200 200 200 200
GET /ready                                               200 200 200 200 200 200 200
GET /metrics                                             404 404 404 404 200 404 404
POST /metrics                                            404 404 404 404 405 404 404
GET /collections                                         200 200 200 200 200 200 200
GET /collections/communes                                200 200 200 200 200 200 200
GET /collections/communes/queryables                     200 200 200 200 200 200 200
GET /collections/communes/schema                         200 200 200 200 200 200 200
GET /collections/communes/items                          200 200 200 200 200 200 200
GET /collections/communes/items/96002                    200 200 200 200 200 200 200
GET /collections/communes/items/99999                    404 404 404 404 404 404 404
GET /collections/communes/download?f=geojson             200 200 200 200 200 200 200
GET /collections/communes/download?f=gpkg                200 200 200 200 200 200 200
GET /collections/communes/columns                        200 200 200 200 200 200 200
GET /collections/cpts/columns                            200 200 200 200 200 200 200
GET /collections/perimetres-historique/columns           404 200 200 200 200 200 200
GET /collections/jamais/columns                          404 404 404 404 404 404 404
GET /layers                                              200 200 200 200 200 200 200
GET /study                                               200 200 200 200 200 200 200
GET /members                                             200 200 200 200 200 200 200
GET /members?scenario=jamais                             404 404 404 404 404 404 404
GET /groupings                                           200 200 200 200 200 200 200
GET /groupings/epci                                      200 200 200 200 200 200 200
GET /groupings/jamais                                    404 404 404 404 404 404 404
GET /perimeters/{published}/groupings                    200 200 200 200 200 200 404
GET /perimeters/{draft}/groupings                        404 200 200 200 200 200 404
GET /perimeters/{draft}/groupings?audience=public        404 404 404 404 404 404 404
GET /collections/cpts                                    200 200 200 200 200 200 200
GET /collections/cpts/items                              200 200 200 200 200 200 200
GET /collections/cpts/download?f=csv                     200 200 200 200 200 200 200
GET /collections/cpts/items/{published}                  200 200 200 200 200 200 404
GET /collections/cpts/items/{draft}                      404 200 200 200 200 200 404
GET /collections/cpts/items/cpts-jamais                  404 404 404 404 404 404 404
GET /collections/cpts/items/{published}?audience=public  200 200 200 200 200 200 200
GET /collections/cpts/items/{draft}?audience=public      404 404 404 404 404 404 404
GET /collections/cpts/items?audience=interne             400 200 200 200 200 200 200
GET /collections/cpts-bassins/items/{published}/maternite 200 200 200 200 200 200 404
GET /collections/cpts-bassins/items/{draft}/maternite    404 200 200 200 200 200 404
GET /collections/cpts-bassins/items/a/b/c                404 404 404 404 404 404 404
GET /collections/perimetres-historique                   404 200 200 200 200 200 200
GET /collections/perimetres-historique/items             404 200 200 200 200 200 200
GET /collections/perimetres-historique/queryables        404 200 200 200 200 200 200
GET /collections/perimetres-historique/schema            404 200 200 200 200 200 200
GET /collections/perimetres-historique/download          404 200 200 200 200 200 200
GET /collections/jamais                                  404 404 404 404 404 404 404
GET /collections/jamais/items                            404 404 404 404 404 404 404
GET /tiles                                               200 200 200 200 200 200 200
GET /tiles/cpts                                          200 200 200 200 200 200 200
GET /tiles/cpts/6/31/22                                  200 200 200 200 200 200 204
GET /tiles/perimetres-historique                         404 200 200 200 200 200 200
GET /tiles/perimetres-historique/6/31/22                 404 200 200 200 200 200 204
GET /tiles/jamais/6/31/22                                404 404 404 404 404 404 404
GET /communes?q=val                                      200 200 200 200 200 200 200
GET /communes/96002                                      200 200 200 200 200 200 200
GET /communes/99999                                      404 404 404 404 404 404 404
GET /perimeters/{published}/figures                      200 200 200 200 200 200 404
GET /perimeters/{draft}/figures                          404 200 200 200 200 200 404
GET /perimeters/cpts-jamais/figures                      404 404 404 404 404 404 404
GET /figures?codes=96002,96003                           401 200 200 200 200 200 403
POST /figures                                            401 200 200 200 200 200 403
GET /isochrone?lon=-4.9&lat=46.3                         200 200 200 200 200 200 200
GET /isochrone?lon=-4.9&lat=46.3&mode=pied               200 200 200 200 200 200 200
GET /times?from=-4.9,46.3&to=-4.8,46.2                   200 200 200 200 200 200 200
GET /session                                             200 200 200 200 200 200 200
DELETE /session                                          204 204 204 204 204 204 204
POST /session                                            201 201 201 201 201 201 201
GET /events?au_plus=rien                                 400 400 400 400 400 400 400
GET /perimeters                                          401 200 200 200 200 200 200
GET /perimeters/{published}                              401 200 200 200 200 200 404
GET /perimeters/{draft}                                  401 200 200 200 200 200 404
GET /perimeters/{draft}?audience=public                  401 404 404 404 404 404 404
GET /perimeters/{draft}/codes                            401 200 200 200 200 200 404
GET /perimeters/{draft}/history                          401 200 200 200 200 200 404
GET /perimeters/{draft}/diff?de=2019-01-01               401 200 200 200 200 200 404
GET /history                                             401 200 200 200 200 200 200
GET /history?audience=public                             401 403 403 403 403 403 403
GET /diff?de=2019-01-01                                  401 200 200 200 200 200 200
GET /findings                                            401 200 200 200 200 200 200
GET /findings?perimetre={draft}                          401 200 200 200 200 200 404
GET /findings?scenario=jamais                            401 404 404 404 404 404 404
GET /contested                                           401 200 200 200 200 200 200
GET /coverage                                            401 200 200 200 200 200 200
GET /proposals                                           401 200 200 200 200 200 200
GET /scenarios                                           401 200 200 200 200 200 200
GET /scenarios/compare?scenarios=reference               401 200 200 200 200 200 200
POST /scenarios                                          401 403 403 400 400 403 403
DELETE /scenarios/jamais                                 401 403 403 404 404 403 403
POST /scenarios/jamais/merge                             401 403 403 400 400 403 403
POST /what-if                                            401 400 400 400 400 400 400
POST /changes                                            401 403 403 400 400 403 403
POST /changes/queue                                      401 403 403 400 400 403 403
PATCH /perimeters/{draft}                                401 403 403 428 428 403 403
DELETE /perimeters/{draft}                               401 403 403 428 428 403 403
POST /undo                                               401 403 403 400 400 403 403
POST /redo                                               401 403 403 400 400 403 403
POST /restore                                            401 403 403 400 400 403 403
POST /lists                                              401 415 415 415 415 415 415
GET /handover                                            401 403 403 400 400 403 403
GET /handover?ids=cpts-jamais                            401 403 403 404 404 403 403
POST /handover                                           401 403 403 422 422 403 403
PUT /gaps/96002/note                                     401 403 403 400 400 403 403
DELETE /gaps/96002/note                                  401 403 403 404 404 403 403
GET /comments?commune=96002                              401 200 200 200 200 200 200
POST /comments                                           401 403 400 400 400 403 403
PATCH /comments/jamais                                   401 403 403 400 400 403 403
DELETE /comments/jamais                                  401 403 404 404 404 403 403
GET /journal                                             401 403 403 403 200 403 403
GET /jobs                                                401 403 403 200 200 403 403
POST /jobs                                               401 403 403 400 400 403 403
GET /jobs/jamais                                         401 403 403 404 404 403 403
DELETE /jobs/jamais                                      401 403 403 404 404 403 403
GET /jobs/jamais/result                                  401 403 403 404 404 403 403
GET /jobs/jamais/result/fichier                          401 403 403 404 404 403 403
GET /jamais                                              404 404 404 404 404 404 404
PUT /collections                                         405 405 405 405 405 405 405
DELETE /collections/cpts/items/{draft}                   405 405 405 405 405 405 405
"""


def rows():
    for line in TABLE.strip().split("\n"):
        verb, path, *wanted = line.split()
        yield verb, path.replace("{published}", published[0]).replace("{draft}", drafts[0]), dict(zip(WHO, map(int, wanted)))


def body_of(verb, path):
    """Of editing one that is refused, so that nothing changes."""
    if verb not in ("POST", "PUT", "PATCH"):
        return None
    return ({"codes": ["96002"]} if path == "/figures" else {"token": tokens["lecteur"]} if path == "/session" else
            {"jamais": True})


def make_tokens():
    global tokens, service
    w = haunted.workspace
    tokens = {r: serve_kit.token(w, r) for r in serve_kit.ROLES}
    tokens |= {"ici": serve_kit.token(w, "lecteur", "29"), "ailleurs": serve_kit.token(w, "lecteur", "01"), "anonyme": None}
    tokens["révoqué"] = serve_kit.token(w, "admin", name="parti")
    kit.maille("token", "revoke", "parti", "-w", w)
    today = datetime.datetime.now(datetime.timezone.utc).date()
    tokens["expiré"] = kit.maille("token", "create", "--name", "vieux", "--role", "admin", "--expires",
                                  today.isoformat(), "-w", w).stdout.strip()
    service = Service(w, f"public_url: {BASE}", "failures: 1000")
    same("a token holds on its last day", service.get("/session", token=tokens["expiré"]).json["role"], "admin")
    db = sqlite3.connect(w)
    with db:
        db.execute("UPDATE token SET expires = ? WHERE name = 'vieux'", ((today - datetime.timedelta(1)).isoformat(),))
        # The sample region's département does not exist: it cannot be asked for.
        db.execute("UPDATE token SET departments = '[\"96\"]' WHERE name = 'lecteur-29'")
    db.close()
    tokens["faux"] = "maille_" + "A" * 43
    tokens["tronqué"] = tokens["admin"][:-1]
    tokens["rien"] = "x"


def both_every_route_by_every_role():
    make_tokens()
    for verb, path, wanted in rows():
        for who in WHO:
            a = service.ask(path, verb, body=body_of(verb, path), token=tokens[who])
            same(f"{verb} {path} as {who}", a.status, wanted[who])
            if a.status >= 400:
                check(f"{verb} {path} as {who}: a problem", a["Content-Type"].startswith("application/problem+json")
                      and a.json["status"] == a.status, a.text[:200])
                same(f"{verb} {path} as {who}: kept by nobody", a["Cache-Control"], "no-store")
            elif tokens[who] and a.status == 200 and path not in ("/style.css", "/robots.txt", "/health"):
                check(f"{verb} {path} as {who}: private", "public" not in (a["Cache-Control"] or ""), a["Cache-Control"])


def both_the_table_knows_every_route():
    asked = [(verb, path.split("?")[0].split("/")) for verb, path, _ in rows()]
    for who in WHO:
        for path, operations in service.get("/api", token=tokens[who]).json["paths"].items():
            parts = path.split("/")
            for verb in operations:
                check(f"{verb.upper()} {path} stands in the table", any(
                    v == verb.upper() and len(p) == len(parts) and all(b == a or "{" in b for a, b in zip(p, parts))
                    for v, p in asked))
    same("metrics are told to the admin alone", [w for w in WHO if "/metrics" in service.get("/api", token=tokens[w]).json["paths"]],
         ["admin"])


def both_tokens_that_do_not_hold():
    """401 wherever they come, also where there is nothing and where nobody asks for one."""
    for who in ("révoqué", "expiré", "faux", "tronqué", "rien"):
        bodies = set()
        for verb, path, _ in rows():
            a = service.ask(path, verb, body=body_of(verb, path), token=tokens[who])
            same(f"{verb} {path} with a token {who}", (a.status, (a["WWW-Authenticate"] or "")[:6]), (401, "Bearer"))
            bodies.add(json.dumps({k: v for k, v in a.json.items() if k != "instance"}))
        same(f"a token {who}: always the same words", len(bodies), 1)
        a = service.ask("/session", "POST", body={"token": tokens[who]})
        same(f"no session for a token {who}", (a.status, a["Set-Cookie"]), (401, None))


def both_perimeters_by_status():
    """What each sees of each status, in every place that tells of perimeters."""
    rows_inside = json.loads(kit.maille("territory", "list", "--json", "-w", haunted.workspace).stdout)
    by_status = {}
    for r in rows_inside:
        by_status.setdefault(r["statut"], set()).add(r["id"])
    shown = {"contractualisee", "en-fonctionnement"}
    check("there are perimeters of many statuses", len(by_status) >= 6 and set(by_status) >= shown, sorted(by_status))
    for who in WHO:
        token = tokens[who]
        for status, ids in sorted(by_status.items()):
            seen = set() if who == "ailleurs" or (who == "anonyme" and status not in shown) else ids
            if who == "anonyme":
                seen = seen & set(published)
            for layer in ("perimetres", "cpts"):
                of_layer = {i for i in seen if layer == "perimetres" or not i.startswith(("pta", "cls"))}
                for query in (urllib.parse.urlencode({"statut": status}), urllib.parse.urlencode({"filter": f"statut = '{status}'"})):
                    page = service.get(f"/collections/{layer}/items?{query}&skipGeometry=true", token=token).json
                    same(f"{layer} {query} as {who}", {f["id"] for f in page["features"]}, of_layer)
                    same(f"{layer} {query} as {who}: count", page["numberMatched"], len(of_layer))
            for i in ids:
                a = service.get(f"/perimeters/{i}/figures", token=token)
                same(f"figures of {i} ({status}) as {who}", a.status, 200 if i in seen else 404)
    inner = {f["id"] for f in service.get("/collections/perimetres/items?skipGeometry=true&limit=1000", token=tokens["lecteur"]).json["features"]}
    same("a lecteur sees them all", inner, {r["id"] for r in rows_inside})


# ---- publication ----------------------------------------------------------------------------------

def begin():
    global one, other
    for world in (haunted, plain):
        world.service = Service(world.workspace, f"public_url: {BASE}")
    one, other = haunted.service, plain.service


def body(answer):
    """Without the time of answering."""
    content = gzip.decompress(answer.body) if answer["Content-Encoding"] == "gzip" else answer.body
    if content.startswith(b"SQLite format 3"):
        path = kit.scratch() + "/x.gpkg"
        with open(path, "wb") as out:
            out.write(content)
        return str(sorted(inference.content(path).items())).encode()
    return re.sub(rb'"timeStamp":"[^"]*"', b'"timeStamp":""', content)


TIMED = {"Date", "Age"}
asked = {}


def heard(answer, path):
    gpkg = "f=gpkg" in path
    return (answer.status, sorted((k, v) for k, v in answer.headers.items()
                                  if k not in TIMED and not (gpkg and k in ("ETag", "Content-Length"))), body(answer))


def both(path, method="GET", body=None, naming=(), **headers):
    """The same answer of both, and no word of what is hidden but those that were asked for."""
    answers = [s.ask(path, method, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()}) for s in (one, other)]
    said = [heard(a, path) for a in answers]
    what = f"{method} {path} {headers or ''}"
    if said[0] != said[1]:
        for part, a, b in zip(("status", "headers", "body"), *said):
            check(f"{what}: the same {part}", a == b, first_difference(a, b))
    text = said[0][2].decode("utf-8", "replace") + str(said[0][1])
    none(f"{what} says nothing hidden", [w for w in inference.whispers(text) if not any(w in n for n in naming)])
    if not headers:
        asked[method, path] = answers[0].status
    return answers[0]


def first_difference(a, b):
    if isinstance(a, bytes):
        i = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        return a[max(0, i - 60):i + 60], b[max(0, i - 60):i + 60]
    return (a, b) if not isinstance(a, list) else ([x for x in a if x not in b], [x for x in b if x not in a])


def links_of(answer):
    kind = answer["Content-Type"] or ""
    text = body(answer).decode("utf-8", "replace")
    found = re.findall(r"<([^>]*)>; rel=", answer["Link"] or "")
    if "html" in kind:
        found += [h.replace("&amp;", "&") for h in re.findall(r'(?:href|src|action)="([^"#]*)', text)]
    elif "json" in kind:
        found += [json.loads(f'"{h}"') for h in re.findall(r'"(?:href|\$id|url|tiles)":\[?"((?:[^"\\]|\\.)*)"', text)]
    return [h for h in found if "{" not in h]


def shape(path):
    """What makes two addresses alike: ids and numbers left out."""
    parts = urllib.parse.urlsplit(path)
    query = sorted((k, "" if k in ("offset", "bbox") else v) for k, v in urllib.parse.parse_qsl(parts.query))
    return re.sub(r"/items/.*", "/items/…", parts.path), str(query)


def both_the_same_by_all_links():
    """Whoever starts at the landing page and follows every link finds the same on both."""
    begin()
    todo, seen, tried = ["/"], {"/"}, {}
    most, alike = (6000, 400) if LONG else (250, 1)
    while todo and len(seen) - len(todo) < most:
        path = todo.pop(0)
        a = both(path)
        for kind in ("text/html", "application/json"):
            if path.count("/") < 4 and "f=" not in path:
                both(path, Accept=kind)
        both(path, Accept_Encoding="gzip") if LONG else None
        for href in links_of(a):
            to = urllib.parse.urljoin(BASE + path, href)
            if not to.startswith(BASE):
                continue
            to = to[len(BASE):] or "/"
            tried[shape(to)] = tried.get(shape(to), 0) + 1
            if to not in seen and tried[shape(to)] <= alike:
                seen.add(to)
                todo.append(to)
    same("no link is broken", sorted({p for (_, p), s in asked.items() if s >= 400 and p != "/communes"}), [])
    check("many addresses", len(asked) > (1500 if LONG else 150), len(asked))


def both_every_feature_and_card():
    names = [c["id"] for c in one.get("/collections").json["collections"]]
    same("the layers of the public", "perimetres-historique" in names, False)
    for name in names:
        for extra in ("", "&f=csv", "&crs=http://www.opengis.net/def/crs/EPSG/0/2154", "&sortby=-" + next(iter(
                one.get(f"/collections/{name}/items?limit=1").json["features"][0]["properties"])), "&skipGeometry=true&lang=en"):
            both(f"/collections/{name}/items?limit=10000{extra}")
        ids = [f["id"] for f in one.get(f"/collections/{name}/items?limit=10000&skipGeometry=true").json["features"]]
        for i in ids if LONG else ids[::17] or ids:
            both(f"/collections/{name}/items/{urllib.parse.quote(i)}")
    for code in inference.everywhere if LONG else inference.everywhere[::6]:
        both(f"/communes/{code}")
    for i in published:
        same(f"figures of {i}", both(f"/perimeters/{i}/figures").status, 200)
        same(f"groups of {i}", both(f"/perimeters/{i}/groupings").status, 200)
    for name in names:
        both(f"/collections/{name}/columns")
    for path in ("/layers", "/layers?lang=en", "/study", "/members", "/members?kind=pta", "/members?kind=cls", "/groupings",
                 "/groupings/epci"):
        same(f"{path} is answered", both(path).status, 200)
    for word in ("val", "cpts", "fantome", "ombre", "saint", "96", "Motif caché", "a"):
        both(f"/communes?q={urllib.parse.quote(word)}", naming=inference.whispers(word) + [word])
    for name in names:
        for kind in ("geojson", "csv", "gpkg"):
            both(f"/collections/{name}/download?f={kind}")


def both_every_tile():
    zooms = range(0, 12) if LONG else (4, 6, 8)
    count = 0
    for tileset in one.get("/tiles").json["tilesets"]:
        told = both(f"/tiles/{tileset['id']}").json
        west, south, east, north = told.get("bounds", [-5.7, 45.8, -4.2, 46.5])
        for z in zooms:
            n = 2 ** z

            def at(lon, lat):
                return (int((lon + 180) / 360 * n),
                        int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n))
            (x0, y0), (x1, y1) = at(west, north), at(east, south)
            for x in range(x0, x1 + 1):
                for y in range(y0, y1 + 1):
                    count += both(f"/tiles/{tileset['id']}/{z}/{x}/{y}").status == 200
    check("tiles that hold something", count > (400 if LONG else 50), count)


def both_a_draft_is_as_one_that_never_was():
    """Asked for by its id, a draft is 404, in the words for what never was; filters do not find it."""
    places = ["/collections/cpts/items/{}", "/collections/perimetres/items/{}", "/perimeters/{}/figures",
              "/perimeters/{}/groupings", "/collections/cpts-bassins/items/{}/maternite", "/collections/cpts-chevauchements/items/{}/x",
              "/collections/cpts-constats/items/petite:{}", "/collections/perimetres-historique/items/{}",
              "/collections/cpts/items?id={}", "/collections/cpts/items?filter=id%20=%20'{}'", "/collections/cpts/items/{}?f=html",
              "/collections/cpts-constats/items?a={}", "/collections/{}", "/tiles/{}/0/0/0", "/communes/{}", "/communes?q={}"]
    for i in hidden if LONG else hidden[:2] + ["cpts-retiree", "cpts-supprimee"]:
        never = i[:-2] + "qx"
        for place in places:
            a = both(place.format(i), naming=[i])
            b = one.get(place.format(never))
            said = [re.sub(rb'"timeStamp":"[^"]*"|[0-9a-f]{32}', b"", x.body.replace(w.encode(), b"X")) for x, w in ((a, i), (b, never))]
            same(f"{place.format(i)} in the words for one that never was", (a.status, said[0]), (b.status, said[1]))
            if "?" not in place or "f=html" in place:
                same(f"{place.format(i)} is not there", a.status, 404)


def both_errors_and_conditions():
    for path in ("/nope", "/collections/cpts/items?limit=x", "/collections/cpts/items?filter=statut%20=", "/figures?codes=96002",
                 "/collections/cpts/items?bbox=1", "/perimeters//figures", "/tiles/cpts/99/0/0", "/tiles/cpts/1/9/9", "/times?from=x",
                 "/isochrone", "/communes", "/metrics", "/session", "/collections/perimetres-historique", "/health", "/ready", "/robots.txt"):
        for how in ({}, {"Accept": "text/html"}, {"Accept_Language": "en"}):
            both(path, **how)
    both("/figures", "POST", body={"codes": ["96002"]})
    both("/collections", "POST", body={})
    both("/collections/cpts/items", "OPTIONS", Origin="https://x.example", Access_Control_Request_Method="GET")
    for path in ("/collections/cpts/items", "/collections/cpts", "/", "/api", "/tiles/cpts", "/tiles/cpts/6/31/22", "/communes/96002"):
        tag = other.get(path)["ETag"]
        same(f"{path}: one's tag is the other's", both(path, If_None_Match=tag or "x").status, 304)
    for path in ("/health", "/session"):
        none(f"{path}", inference.whispers(one.get(path).text))


def both_decisions_inside_change_no_answer():
    """The service takes the workspace up again after each decision; the public hears nothing of it."""
    paths = [p for (m, p), s in asked.items() if m == "GET" and s < 400 and "download" not in p]
    paths = paths if LONG else paths[::9]
    before = {p: heard(one.get(p), p) for p in paths}
    w, first = haunted.workspace, inference.published_ids[0]
    inner = serve_kit.token(w, "lecteur", name="temoin")
    for args in (["create", "cpts-tardive", "--name", "CPTS Tardive", "--status", "projet", *inference.members[first]],
                 ["note", inference.gap[0], "--text", "une autre négociation"], ["rename", "cpts-fantome", "CPTS Chuchotée"],
                 ["scenario", "create", "encore"], ["delete", "cpts-copie"]):
        inference.edit(w, *args)
    haunted.run("interne", kit.scratch())
    seen = {f["id"] for f in one.get("/collections/cpts/items?skipGeometry=true", token=inner).json["features"]}
    same("inside it is seen", ("cpts-tardive" in seen, "cpts-copie" in seen), (True, False))
    for p in paths:
        now = heard(one.get(p), p)
        if now != before[p]:
            for part, a, b in zip(("status", "headers", "body"), now, before[p]):
                check(f"{p}: the same {part} after decisions inside", a == b, first_difference(a, b))
    haunted.run("public")
    none("after the next run", [p for p in paths if heard(one.get(p), p) != before[p]])


def both_an_end():
    for s in (service, one, other):
        none("what is told on stderr", [line for line in s.said().splitlines() if "listening" not in line and line])
        same("it stops in peace", s.stop(), 0)


kit.main(globals())
