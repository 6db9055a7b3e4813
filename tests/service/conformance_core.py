"""Abstract tests of OGC API – Features, Part 1: Core (OGC 17-069r4), requirement by requirement, on the
sample region: core, GeoJSON, HTML and OpenAPI 3.0, for the public and for an account."""

import datetime
import random
import re
import urllib.parse

import conformance_kit as ck
from conformance_kit import EPSG, MOST, link, links, media_type, meets, meets_all, meets_same
from serve_kit import kit

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
REQUIREMENTS = [f"/req/core/{x}" for x in """root-op root-success api-definition-op api-definition-success
    conformance-op conformance-success http query-param-unknown query-param-invalid crs84 fc-md-op fc-md-success
    fc-md-links fc-md-items fc-md-items-links fc-md-extent sfc-md-op sfc-md-success fc-op fc-limit-definition
    fc-limit-response-1 fc-bbox-definition fc-bbox-response fc-time-definition fc-time-response fc-response fc-links
    fc-rel-type fc-timeStamp fc-numberMatched fc-numberReturned f-op f-success f-links""".split()] + [
    "/req/html/definition", "/req/html/content", "/req/geojson/definition", "/req/geojson/content",
    "/req/oas30/oas-common", "/req/oas30/oas-definition-1", "/req/oas30/oas-definition-2", "/req/oas30/oas-impl",
    "/req/oas30/completeness", "/req/oas30/exceptions-codes", "/req/oas30/security",
    "/rec/core/etag", "/rec/core/cross-origin", "/rec/core/link-header", "/rec/core/html", "/rec/core/fc-next-1",
    "/rec/core/fc-next-2", "/rec/core/fc-next-3", "/per/core/fc-prev", "/rec/core/query-param-capitalization"]
TIMED = {"cpts": ("depuis", None), "perimetres": ("depuis", None), "perimetres-historique": ("du", "au")}
service, public, inner = ck.sample()
collections = [c["id"] for c in public.collections()]
both = [("public", public), ("lecteur", inner)]
exported = {"public": ck.exported(service.workspace, "public"), "lecteur": ck.exported(service.workspace, "interne")}


# ---- landing page, definition, conformance ------------------------------------------------------

def test_landing_page():
    a = public.get("/")
    meets_same("/req/core/root-op", "GET /", a.status, 200)
    root = a.json
    meets("/req/core/root-success", "links to the definition", links(root, "service-desc") or links(root, "service-doc"))
    meets("/req/core/root-success", "links to the declaration of conformance", link(root, "conformance"))
    meets("/req/core/root-success", "links to the collections", link(root, "data"))
    for x in root["links"]:
        meets("/req/core/root-success", f"{x['rel']}: a template says so", ("{" in x["href"]) == x.get("templated", False), x)
        got = public.get(x["href"].replace("{q}", "a"))
        meets("/req/core/root-success", f"{x['rel']} {x['type']}: an absolute address that answers so",
              x["href"].startswith(service.url + "/") and got.status == 200 and media_type(got) == x["type"].split(";")[0],
              (x["href"], got.status, media_type(got)))
    meets("/req/core/root-success", "a title and a description", root["title"] and root["description"])


def test_definition():
    root = public.json("/")
    for relation, kind in (("service-desc", OPENAPI), ("service-doc", HTML)):
        a = public.get(link(root, relation))
        meets_same("/req/core/api-definition-op", f"GET of {relation}", a.status, 200)
        meets_same("/req/core/api-definition-success", f"type of {relation}", media_type(a), kind.split(";")[0])
        meets_same("/req/core/api-definition-success", f"type of the link {relation}",
                   [x["type"] for x in links(root, relation)], [kind])


def test_conformance():
    a = public.get(link(public.json("/"), "conformance"))
    meets_same("/req/core/conformance-op", "GET /conformance", a.status, 200)
    classes = a.json["conformsTo"]
    meets_all("/req/core/conformance-success", "classes of Part 1 that are not declared",
              [c for c in ("core", "geojson", "html", "oas30") if CORE + c not in classes])
    meets_all("/req/core/conformance-success", "classes that are no addresses, or stand twice",
              [c for c in classes if not c.startswith("http://www.opengis.net/spec/") or classes.count(c) > 1])


# ---- HTTP ---------------------------------------------------------------------------------------

def test_http():
    host = f"Host: {service.address}\r\n"
    got = service.raw(f"GET / HTTP/1.1\r\n{host}Connection: close\r\n\r\n".encode())
    meets("/req/core/http", "HTTP/1.1", got.startswith(b"HTTP/1.1 200 "), got[:40])
    two = service.raw(f"GET / HTTP/1.1\r\n{host}\r\nGET /conformance HTTP/1.1\r\n{host}Connection: close\r\n\r\n".encode())
    meets_same("/req/core/http", "two requests on one connection", two.count(b"HTTP/1.1 200 "), 2)
    for path in ("/", "/collections/communes/items?limit=3", "/collections/communes", "/nope"):
        get, head = public.get(path), service.ask(path, "HEAD")
        meets_same("/req/core/http", f"HEAD {path}: status", head.status, get.status)
        meets_same("/req/core/http", f"HEAD {path}: no body", head.body, b"")
        for name in ("Content-Type", "Content-Length", "ETag", "Link"):
            meets_same("/req/core/http", f"HEAD {path}: {name}", head[name], get[name])
    for path in ("/", "/collections", "/collections/communes/items"):
        a = service.ask(path, "POST", body={})
        meets_same("/req/core/http", f"POST {path}", a.status, 405)
        meets("/req/core/http", "Allow names GET", "GET" in (a["Allow"] or ""), a["Allow"])
    meets_same("/req/core/http", "what does not exist", public.get("/collections/nope").status, 404)
    meets_same("/req/core/http", "no such feature", public.get("/collections/communes/items/99999").status, 404)
    meets_same("/req/core/http", "no such format", public.get("/collections", accept="image/tiff").status, 406)


def test_negotiation():
    for path, kinds in (("/", (JSON, HTML)), ("/collections", (JSON, HTML)), ("/conformance", (JSON, HTML)),
                        ("/collections/cpts", (JSON, HTML)), ("/collections/cpts/items", (GEOJSON, HTML, "text/csv"))):
        meets_same("/req/core/http", f"{path} by default", media_type(public.get(path)), kinds[0])
        for kind in kinds:
            meets_same("/req/core/http", f"{path} as {kind}", media_type(public.get(path, accept=kind)), kind)
        browser = public.get(path, accept="text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
        meets_same("/rec/core/html", f"{path} in a browser", media_type(browser), HTML)
        meets_same("/req/core/query-param-invalid", f"{path} f=xyz", public.get(path, _f="xyz").status, 400)
    for how in ("*/*", "application/json", "application/geo+json;q=0.5, text/html;q=0.1"):
        kind = media_type(public.get("/collections/cpts/items", accept=how))
        meets("/req/core/http", f"items for Accept {how}", kind in (JSON, GEOJSON), kind)


def test_cross_origin():
    for path in ("/", "/api", "/conformance", "/collections", "/collections/communes/items?limit=1", "/nope",
                 "/collections/communes/items?limit=x", "/collections/communes/queryables"):
        a = public.get(path)
        meets_same("/rec/core/cross-origin", f"{path} from anywhere", a["Access-Control-Allow-Origin"], "*")
        meets("/rec/core/cross-origin", f"{path} with no credentials", a["Access-Control-Allow-Credentials"] is None)
        shown = (a["Access-Control-Expose-Headers"] or "").lower()
        meets_all("/rec/core/cross-origin", f"{path}: headers that scripts cannot read",
                  [h for h in ("link", "content-crs", "etag") if h not in shown])
    a = service.ask("/collections/communes/items", "OPTIONS",
                    headers={"Origin": "https://ailleurs.example", "Access-Control-Request-Method": "GET",
                             "Access-Control-Request-Headers": "If-None-Match"})
    meets("/rec/core/cross-origin", "asked before", a.status in (200, 204) and "GET" in a["Access-Control-Allow-Methods"],
          (a.status, dict(a.headers)))


def test_etags():
    for path in ("/", "/api", "/collections", "/collections/cpts", "/collections/cpts/items?limit=2",
                 "/collections/communes/items/96002", "/collections/communes/items?f=html", "/collections/cpts/schema"):
        a = public.get(path)
        meets("/rec/core/etag", f"{path} has an ETag", re.fullmatch(r'(W/)?"[^"]+"', a["ETag"] or ""), a["ETag"])
        for sent in (a["ETag"], f'"x", {a["ETag"]}', "*", "W/" + a["ETag"]):
            again = service.get(path, If_None_Match=sent)
            meets("/rec/core/etag", f"{path} is 304 for If-None-Match {sent}",
                  again.status == 304 and again.body == b"" and again["ETag"] == a["ETag"],
                  (again.status, len(again.body), again["ETag"]))
        meets_same("/rec/core/etag", f"{path} for another ETag", service.get(path, If_None_Match='"x"').status, 200)
    first = public.get("/collections/cpts/items")["ETag"]
    meets("/rec/core/etag", "formats differ", first != public.get("/collections/cpts/items", _f="html")["ETag"])
    meets("/rec/core/etag", "audiences differ", first != inner.get("/collections/cpts/items")["ETag"])


# ---- parameters ---------------------------------------------------------------------------------

def test_unknown_parameters():
    for path in ("/", "/api", "/conformance", "/collections", "/collections/cpts", "/collections/cpts/items",
                 "/collections/cpts/queryables", "/collections/cpts/schema", "/collections/communes/items/96002"):
        public.refused("/req/core/query-param-unknown", path, "inconnu", **{"inconnu": "1"})
    for path in ("/", "/collections", "/collections/cpts", "/collections/communes/items/96002"):
        public.refused("/req/core/query-param-unknown", path, "limit", limit=10)
    public.refused("/req/core/query-param-unknown", "/collections/communes/items", "statut", statut="projet")
    public.refused("/rec/core/query-param-capitalization", "/collections/communes/items", "Limit", Limit="5")
    public.refused("/rec/core/query-param-capitalization", "/collections/communes/items", "BBOX", BBOX="0,0,1,1")


MALFORMED = {
    "limit": ["0", "-1", "abc", "1.5", "", "1e3", " 5", "5 ", "0x10", "99999999999999999999", "10,20", "+5"],
    "offset": ["-1", "abc", "", "1.5"],
    "bbox": ["", "1", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "a,b,c,d", "1,2,3,", ",,,", "1;2;3;4", "nan,0,1,1",
             "0,0,inf,1", "0,0,0x10,1", "0,5,1,4", "0,-91,1,1", "0,0,1,91", "0,0,181,1", "-181,0,1,1",
             "0,5,0,1,4,0", "0,0,9,1,1,1", "0 0 1 1", "1e999,0,1,1", "[0,0,1,1]"],
    "datetime": ["", "abc", "2020", "2020-13-01", "2020-02-30", "2020-01-01T25:00:00Z", "2020-01-01T00:00:00",
                 "2021-01-01/2020-01-01", "/", "..", "2020-01-01/2021-01-01/2022-01-01", "2020-01-01/abc",
                 "01/01/2020", "2020-01-01T00:00Z", "../../.."],
    "crs": ["", "4326", "EPSG:4326", "http://www.opengis.net/def/crs/EPSG/0/27572", "CRS84"],
    "bbox-crs": ["", "EPSG:2154", "http://www.opengis.net/def/crs/EPSG/0/27572"],
    "f": ["", "xml", "GeoJSON", "../../etc/passwd"],
    "lang": ["de", ""],
    "skipGeometry": ["", "1", "yes", "TRUE"],
    "properties": ["", "nope", "nom,nope", "nom;code"],
    "sortby": ["", "nope", "-nope", "nom,,nope", "--nom"],
    "filter-lang": ["cql2-json", "", "sql"],
    "population": ["abc", "", "1,2"],
    "audience": ["tous", "", "interne"],
}


def test_malformed_parameters():
    for key, values in MALFORMED.items():
        for value in values:
            public.refused("/req/core/query-param-invalid", "/collections/communes/items",
                           "limit" if key == "" else key, **{key: value})
    for path in ("/collections/communes/items?limit=5&limit=6", "/collections/communes/items?bbox=0,0,1,1&bbox=0,0,2,2",
                 "/collections?f=json&f=html", "/collections/communes/items?nom=a&nom=b"):
        meets_same("/req/core/query-param-invalid", f"{path}: a parameter twice", public.get(path).status, 400)
    for query in ("limit=%ff", "nom=%c3%28", "limit=%", "limit=%zz", "nom=%00"):
        meets_same("/req/core/query-param-invalid", f"{query}: not text",
                   public.get("/collections/communes/items?" + query).status, 400)


def test_errors_in_english_and_as_a_page():
    a = service.get("/collections/communes/items?limit=x", Accept_Language="en")
    meets("/req/core/query-param-invalid", "in English", "limit" in a.json["detail"] and "expected" in a.json["detail"], a.text)
    a = public.get("/collections/communes/items?limit=x", accept="text/html")
    page = ck.Page(a.text)
    meets("/req/core/query-param-invalid", "as a page", a.status == 400 and page.html5 and not page.wrong
          and "limit" in page.text, (a.status, page.wrong, page.text))


# ---- collections --------------------------------------------------------------------------------

def test_collections():
    for who, api in both:
        a = api.get("/collections")
        meets_same("/req/core/fc-md-op", f"GET /collections ({who})", a.status, 200)
        meets_same("/req/core/fc-md-success", "its type", media_type(a), JSON)
        body = a.json
        meets_same("/req/core/fc-md-links", "self", link(body, "self", JSON), service.url + "/collections")
        meets("/req/core/fc-md-links", "alternate as HTML", link(body, "alternate", HTML))
        named = [c["id"] for c in body["collections"]]
        meets("/req/core/fc-md-items", "collections, each once", named and len(set(named)) == len(named), named)
        meets_same("/req/core/fc-md-items", f"every layer that is exported ({who})", set(named), exported[who])
        for c in body["collections"]:
            items = links(c, "items")
            meets("/req/core/fc-md-items-links", f"{c['id']}: items in each format",
                  {x.get("type") for x in items} >= {GEOJSON, HTML}, items)
            meets_all("/req/core/fc-md-items-links", f"{c['id']}: links without rel or type",
                      [x for x in c["links"] if not x.get("rel") or not x.get("type")])
            meets("/req/core/fc-md-success", f"{c['id']}: title, description, itemType", c["title"] and c["description"]
                  and c["itemType"] == "feature", c)


def test_extents():
    """The box holds all features, and is no larger."""
    for who, api in both:
        for c in api.collections():
            features = api.features(c["id"])
            spatial = c["extent"]["spatial"]
            meets("/req/core/fc-md-extent", f"{c['id']}: one box of four numbers",
                  len(spatial["bbox"]) == 1 and len(spatial["bbox"][0]) == 4 and ck.is_finite(spatial["bbox"][0]), spatial)
            meets("/req/core/crs84", f"{c['id']}: the box in CRS 84", spatial.get("crs", ck.CRS84) == ck.CRS84)
            own = ck.extent_of(features)
            wider = [(a - b) * (1 if i < 2 else -1) for i, (a, b) in enumerate(zip(own, spatial["bbox"][0]))]
            meets("/req/core/fc-md-extent", f"{c['id']} ({who}): holds all features and is at most a metre wider",
                  all(-1.1e-7 <= w <= 1e-5 for w in wider), (spatial["bbox"][0], own))
            temporal = c["extent"].get("temporal")
            if not temporal:
                continue
            since, until = TIMED[c["id"]]
            first = [f["properties"][since] for f in features if f["properties"][since]]
            begin, end = temporal["interval"][0]
            meets_same("/req/core/fc-md-extent", f"{c['id']} ({who}): begin", begin, min(first) + "T00:00:00Z")
            open_end = not until or any(f["properties"][until] is None for f in features)
            meets("/req/core/fc-md-extent", f"{c['id']}: end", (end is None) == open_end, end)
            meets_same("/req/core/fc-md-extent", f"{c['id']}: Gregorian", temporal["trs"],
                       "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian")


def test_a_collection():
    for who, api in both:
        for c in api.collections():
            a = api.get(link(c, "self", JSON))
            meets_same("/req/core/sfc-md-op", f"GET {c['id']} ({who})", (a.status, media_type(a)), (200, JSON))
            one = a.json
            meets_all("/req/core/sfc-md-success", f"{c['id']} alone tells otherwise than in the list of",
                      [k for k in c if k != "links" and one.get(k) != c[k]])
            meets("/req/core/sfc-md-success", f"{c['id']}: self, alternate and items",
                  link(one, "self", JSON) and link(one, "alternate", HTML) and link(one, "items", GEOJSON), one["links"])
            for x in one["links"]:
                if x["href"].startswith(service.url) and x["rel"] not in ("enclosure", "tiles"):
                    got = api.get(x["href"])
                    meets("/req/core/sfc-md-success", f"{c['id']}: {x['rel']} {x['type']} answers so",
                          got.status == 200 and media_type(got) == x["type"].split(";")[0], (x, got.status, media_type(got)))


# ---- items --------------------------------------------------------------------------------------

def test_items():
    for who, api in both:
        for c in collections:
            before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
            a = api.get(f"/collections/{c}/items")
            after = datetime.datetime.now(datetime.timezone.utc)
            meets_same("/req/core/fc-op", f"GET items of {c} ({who})", a.status, 200)
            meets_same("/req/geojson/definition", f"type of {c}", media_type(a), GEOJSON)
            page = a.json
            meets("/req/core/fc-response", f"{c}: a collection of features", page["type"] == "FeatureCollection"
                  and all(f["type"] == "Feature" for f in page["features"]))
            meets_same("/req/core/fc-numberReturned", c, page["numberReturned"], len(page["features"]))
            meets_same("/req/core/fc-numberMatched", c, page["numberMatched"], len(api.features(c)))
            stamp = datetime.datetime.fromisoformat(page["timeStamp"].replace("Z", "+00:00"))
            meets("/req/core/fc-timeStamp", f"{c}: UTC, now", page["timeStamp"].endswith("Z")
                  and before - datetime.timedelta(seconds=5) <= stamp <= after, (before, page["timeStamp"], after))
            meets_same("/req/core/fc-links", f"{c}: self", link(page, "self", GEOJSON), f"{service.url}/collections/{c}/items")
            meets("/req/core/fc-links", f"{c}: alternate", link(page, "alternate", HTML))
            meets_all("/req/core/fc-rel-type", f"{c}: links without rel or type",
                      [x for x in page["links"] if not x.get("rel") or not x.get("type")])
            meets_all("/req/core/crs84", f"{c}: positions that are no degrees",
                      [p for f in page["features"] for p in ck.positions_of(f["geometry"])
                       if not (-180 <= p[0] <= 180 and -90 <= p[1] <= 90 and len(p) == 2)])
            wrong = [f["id"] for f in page["features"] if set(f) - {"type", "id", "geometry", "properties", "bbox", "links"}
                     or "geometry" not in f or not isinstance(f["properties"], dict) or "crs" in f]
            meets_all("/req/geojson/content", f"{c}: what is no feature of RFC 7946", wrong)
            meets("/req/geojson/content", f"{c}: no member crs (RFC 7946)", "crs" not in page)


def test_limits():
    whole = public.ids("communes")
    for n in (1, 2, 10, len(whole) - 1, len(whole), len(whole) + 1, MOST, MOST + 1, 10 ** 9):
        page = public.page("communes", limit=n)
        meets_same("/req/core/fc-limit-response-1", f"limit={n}", len(page["features"]), min(n, len(whole)))
        meets_same("/req/core/fc-limit-response-1", f"limit={n}: next", bool(link(page, "next")), n < len(whole))
        meets_same("/req/core/fc-numberMatched", f"limit={n}", page["numberMatched"], len(whole))
    many = public.ids("etablissements")
    meets("/req/core/fc-limit-response-1", "there are more than a page holds", len(many) > 100)
    meets_same("/req/core/fc-limit-response-1", "the default", len(public.page("etablissements")["features"]), 100)


def test_a_lower_bound_of_the_service_clamps():
    import serve_kit
    small = ck.Api(serve_kit.Service(serve_kit.sample_workspace("public"), "limit: 3", "limit_most: 7"))
    meets_same("/req/core/fc-limit-response-1", "default 3", len(small.page("communes")["features"]), 3)
    for n, got in ((7, 7), (8, 7), (10000, 7)):
        page = small.page("communes", limit=n)
        meets_same("/req/core/fc-limit-response-1", f"limit={n} of 7", len(page["features"]), got)
        meets("/req/core/fc-limit-response-1", "its next page begins behind it",
              small.get(link(page, "next")).json["features"][0]["id"] not in [f["id"] for f in page["features"]])
    document = small.json("/api")
    limit = next(p for p in document["paths"]["/collections/{collection}/items"]["get"]["parameters"] if p["name"] == "limit")
    meets_same("/req/core/fc-limit-definition", "the bounds told", (limit["schema"]["default"], limit["schema"]["maximum"]), (3, 7))
    small.service.stop()


# ---- paging -------------------------------------------------------------------------------------

def walk(api, url, next_of, ids_of):
    """Ids of page after page, and the pages' addresses."""
    ids, urls = [], []
    while url:
        assert len(urls) < 200, "pages without end"
        urls.append(url)
        a = api.get(url)
        assert a.status == 200, (url, a.status, a.text[:200])
        ids += ids_of(a)
        url = next_of(a)
    return ids, urls


WAYS = [
    {}, {"f": "json"}, {"f": "geojson"}, {"lang": "en"}, {"skipGeometry": "true"}, {"properties": "nom,population"},
    {"sortby": "-population,nom"}, {"bbox": "-5.2,46.1,-4.4,46.6"}, {"departement": "96"},
    {"filter": "population > 500 AND nom <> 'l''Île & co'", "filter-lang": "cql2-text"},
    {"crs": EPSG + "2154"}, {"bbox": "46.1,-5.2,46.6,-4.4", "bbox-crs": EPSG + "4326", "crs": EPSG + "3857"},
    {"filter": "nom LIKE '%a%'", "sortby": "nom", "properties": "code", "lang": "en", "f": "json"},
    {"departement": "96,2A"}, {"audience": "public"}, {"datetime": "2020-01-01T00:00:00+01:00/.."},
]


def test_every_feature_once_by_the_links():
    for way in WAYS:
        for who, api in both:
            query = urllib.parse.urlencode({"limit": 9, **way})
            wanted = [f["id"] for f in api.get(f"/collections/communes/items?{urllib.parse.urlencode({**way, 'limit': MOST})}").json["features"]]
            ids, urls = walk(api, f"/collections/communes/items?{query}", lambda a: link(a.json, "next"),
                             lambda a: [f["id"] for f in a.json["features"]])
            meets_same("/rec/core/fc-next-1", f"{way} ({who})", ids, wanted)
            meets_same("/rec/core/fc-next-3", f"{way}: no next behind the last", len(urls), max(1, -(-len(wanted) // 9)))
            for url in urls[1:]:
                rest = {k: v for k, v in ck.query_of(url).items() if k != "offset"}
                meets_same("/rec/core/fc-next-2", "next carries every other parameter", rest, {"limit": "9", **way})
            if len(urls) < 3:
                continue
            back, seen = [], urls[-1]
            while seen:
                page = api.get(seen).json
                back.insert(0, [f["id"] for f in page["features"]])
                meets_same("/per/core/fc-prev", "self as asked", ck.query_of(link(page, "self")), ck.query_of(seen))
                seen = link(page, "prev")
                if seen:
                    rest = {k: v for k, v in ck.query_of(seen).items() if k != "offset"}
                    meets_same("/per/core/fc-prev", "prev carries every other parameter", rest, {"limit": "9", **way})
            meets_same("/per/core/fc-prev", f"{way}: back by prev", sum(back, []), wanted)


def test_an_odd_offset():
    whole = public.ids("communes")
    for offset in (0, 1, 5, len(whole) - 1, len(whole), len(whole) + 50, 10 ** 15):
        page = public.page("communes", limit=10, offset=offset)
        meets_same("/req/core/fc-response", f"offset={offset}", [f["id"] for f in page["features"]], whole[offset:offset + 10])
        meets_same("/req/core/fc-numberMatched", f"offset={offset}", page["numberMatched"], len(whole))
    page = public.get(link(public.page("communes", limit=10, offset=5), "prev")).json
    meets_same("/per/core/fc-prev", "before the fifth", [f["id"] for f in page["features"]][:5], whole[:5])


def test_links_of_headers_and_pages():
    """The same pages for readers of headers, of CSV and of HTML."""
    wanted = public.ids("etablissements", sortby="nom")
    for form in ("geojson", "csv", "html"):
        url = f"/collections/etablissements/items?limit=40&sortby=nom&f={form}"

        def next_of(a):
            return ck.header_links(a).get("next")

        def ids_of(a):
            if form == "geojson":
                return [f["id"] for f in a.json["features"]]
            if form == "csv":
                import csv
                return [r["service"] + "/" + r["id"] if "/" not in r["id"] else r["id"]
                        for r in csv.DictReader(a.body.decode("utf-8-sig").splitlines())]
            return [urllib.parse.unquote(h.split("?")[0].split("/items/")[1]) for _, h in ck.Page(a.text).links
                    if "/items/" in h]
        ids, urls = walk(public, url, next_of, ids_of)
        if form == "html":
            ids = list(dict.fromkeys(ids))
        meets_same("/rec/core/link-header", f"{form}: every feature once", ids, wanted)
        meets_same("/rec/core/link-header", f"{form}: pages", len(urls), -(-len(wanted) // 40))
    page = ck.Page(public.get("/collections/etablissements/items?limit=40&f=html").text)
    meets("/rec/core/fc-next-1", "the page has its next", any("offset=40" in h for _, h in page.links), page.links)


# ---- bbox ---------------------------------------------------------------------------------------

def test_boxes():
    chance = random.Random(4)
    for who, api in both:
        for c in collections:
            features = api.features(c)
            west, south, east, north = ck.extent_of(features)
            width, height = east - west, north - south
            boxes = [(west - 1, south - 1, east + 1, north + 1), (west - 2, south, west - 1, north), (-180, -90, 180, 90),
                     (0, 0, 1, 1), (170, -90, -170, 90), (east + 1, south - 1, west + width / 3, north + 1),
                     (west + width / 2, south - 1, -179, north + 1)]
            for _ in range(10 if who == "public" else 3):
                x, y = west + chance.random() * width, south + chance.random() * height
                boxes.append((x, y, x + chance.random() ** 2 * width, y + chance.random() ** 2 * height))
            for box in boxes:
                wanted = [f["id"] for f in features if ck.meets_box(f["geometry"], *box)]
                page = api.page(c, bbox=",".join(map(repr, box)), limit=MOST)
                meets_same("/req/core/fc-bbox-response", f"{c} ({who}) {box}", [f["id"] for f in page["features"]], wanted)
                meets_same("/req/core/fc-numberMatched", f"{c} {box}", page["numberMatched"], len(wanted))


def test_boxes_with_heights_and_of_a_point():
    one = public.features("etablissements")[7]
    x, y = one["geometry"]["coordinates"]
    same_place = [f["id"] for f in public.features("etablissements") if f["geometry"]["coordinates"] == [x, y]]
    for d in (1e-6, 1e-3):
        got = public.ids("etablissements", bbox=f"{x - d},{y - d},{x + d},{y + d}")
        meets("/req/core/fc-bbox-response", f"{d}° around a point", set(same_place) <= set(got), (same_place, got))
    flat = public.ids("communes", bbox="-5,46.2,-4.6,46.4")
    meets_same("/req/core/fc-bbox-response", "heights do not count", public.ids("communes", bbox="-5,46.2,0,-4.6,46.4,100"), flat)
    meets_same("/req/core/fc-bbox-response", "decimals and exponents", public.ids("communes", bbox="-5e0,46.20,-460.e-2,+46.4".replace("+", "%2B").replace("%2B", "")), flat)
    meets("/req/core/fc-bbox-response", "commas may be escaped",
          [f["id"] for f in public.get("/collections/communes/items?limit=1000&bbox=-5%2C46.2%2C-4.6%2C46.4").json["features"]] == flat)
    meets("/req/core/fc-bbox-response", "a point is a box", len(public.ids("communes", bbox="-4.8,46.3,-4.8,46.3")) <= 1)


# ---- datetime -----------------------------------------------------------------------------------

def instant(text, end=False):
    """Seconds; a date is its first or last moment."""
    if len(text) == 10:
        text += "T23:59:59.999999Z" if end else "T00:00:00Z"
    return datetime.datetime.fromisoformat(text.upper().replace("Z", "+00:00").replace("T", " ")).timestamp()


def stands(feature, value, fields):
    """From its first day on, until its last, not included; without a date for ever."""
    ends = value.split("/") if "/" in value else [value, value]
    begin, end = (e if e not in ("", "..") else None for e in ends)
    since, until = (feature["properties"][f] if f else None for f in fields)
    return ((since is None or end is None or instant(since) <= instant(end, end=True))
            and (until is None or begin is None or instant(until) > instant(begin)))


def test_datetime():
    for who, api in both:
        for c, fields in TIMED.items():
            if c not in exported[who]:
                continue
            features = api.features(c)
            days = sorted({f["properties"][k] for f in features for k in fields if k and f["properties"][k]})
            values = ["1900-01-01", "2100-01-01T00:00:00Z", "../1900-01-01", "1900-01-01/..", "/2022-06-30", "2022-06-30/",
                      "2021-08-31T23:59:59Z", "2021-09-01T00:00:00Z", "2021-09-01T01:00:00+02:00", "2021-09-01T00:00:00.5Z",
                      "2018-01-01/2022-12-31", "2018-01-01T00:00:00Z/2018-01-02", "../2021-08-31T23:30:00-01:00"]
            for day in days:
                before = (datetime.date.fromisoformat(day) - datetime.timedelta(1)).isoformat()
                values += [day, before, f"../{before}", f"../{day}", f"{day}/..", f"{before}T23:59:59Z", f"{day}T12:00:00Z"]
            for value in values:
                wanted = [f["id"] for f in features if stands(f, value, fields)]
                meets_same("/req/core/fc-time-response", f"{c} ({who}) {value}", api.ids(c, datetime=value), wanted)
    kit.check("perimeters have several dates", len({f["properties"]["depuis"] for f in public.features("cpts")}) > 2)
    whole = public.ids("communes")
    meets_same("/req/core/fc-time-response", "a layer without times", public.ids("communes", datetime="2020-01-01"), whole)


# ---- features -----------------------------------------------------------------------------------

def test_a_feature():
    for who, api in both:
        for c in collections:
            features = api.features(c)
            for f in features if who == "public" else features[::7]:
                path = f"/collections/{c}/items/" + urllib.parse.quote(f["id"])
                a = api.get(path)
                meets_same("/req/core/f-op", f"GET {path} ({who})", a.status, 200)
                if a.status != 200:
                    continue
                meets_same("/req/geojson/definition", path, media_type(a), GEOJSON)
                one = a.json
                meets_same("/req/core/f-success", path, {k: one[k] for k in ("type", "id", "geometry", "properties")},
                           {k: f[k] for k in ("type", "id", "geometry", "properties")})
                meets_same("/req/core/f-links", f"{path}: self", link(one, "self", GEOJSON), service.url + path)
                meets("/req/core/f-links", f"{path}: alternate and collection",
                      link(one, "alternate", HTML) and link(one, "collection") == f"{service.url}/collections/{c}", one["links"])
                meets_all("/req/core/f-links", f"{path}: links without rel or type",
                          [x for x in one["links"] if not x.get("rel") or not x.get("type")])
            if who == "public" and features:
                one = public.json(path)
                for x in one["links"]:
                    got = public.get(x["href"])
                    meets("/req/core/f-links", f"{path}: {x['rel']} {x['type']}", got.status == 200
                          and media_type(got) == x["type"].split(";")[0], (got.status, media_type(got)))


def test_features_that_are_not():
    for wrong in ("nope", "%20", "96002x", "9600", "maternite", "maternite%2f960000001", "'", "%22", "..", "0", "-1", "é" * 20):
        a = public.get("/collections/communes/items/" + urllib.parse.quote(wrong, safe="%"))
        meets("/req/core/f-op", f"no feature {wrong}", a.status in (400, 404), a.status)
    a = public.get("/collections/etablissements/items/960000001")
    meets_same("/req/core/f-op", "half an id", a.status, 404)


# ---- HTML ---------------------------------------------------------------------------------------

def pages():
    yield "/", public.json("/")
    yield "/conformance", public.json("/conformance")
    yield "/collections", public.json("/collections")
    for c in collections:
        yield f"/collections/{c}", public.json(f"/collections/{c}")
        yield f"/collections/{c}/items?limit=20", public.page(c, limit=20)
        first = public.features(c)[:1]
        for f in first:
            path = f"/collections/{c}/items/" + urllib.parse.quote(f["id"])
            yield path, public.json(path)
        yield f"/collections/{c}/queryables", public.json(f"/collections/{c}/queryables")
        yield f"/collections/{c}/schema", public.json(f"/collections/{c}/schema")


def test_pages():
    titled = {"statut", "classe", "classe_calculee", "gravite"}  # categories stand by their titles
    for path, document in pages():
        a = public.get(path, accept="text/html")
        meets_same("/req/html/definition", f"{path}: status and type", (a.status, media_type(a)), (200, HTML))
        page = ck.Page(a.text)
        meets("/req/html/content", f"{path}: HTML 5 that nests, with a language and a title",
              page.html5 and not page.wrong and page.language == "fr" and page.title, (page.wrong[:3], page.language, page.title))
        hrefs = [h for _, h in page.links]
        meets("/req/html/content", f"{path}: a link to the same as JSON",
              any("f=json" in h or "f=geojson" in h or "f=schema" in h for h in hrefs), hrefs)
        if "conformsTo" in document:
            meets_all("/req/html/content", f"{path}: classes it does not show", [c for c in document["conformsTo"] if c not in page.text])
        for c in document.get("collections", []):
            meets("/req/html/content", f"{path}: {c['id']} with its title and a link", c["title"] in page.text
                  and any(h.split("?")[0].endswith("/collections/" + c["id"]) for h in hrefs))
        for key in ("title", "description"):
            if isinstance(document.get(key), str) and "type" not in document:
                meets("/req/html/content", f"{path}: its {key}", document[key].rstrip(".") in page.text, document[key])
        for f in document.get("features", [document] if document.get("type") == "Feature" else []):
            for k, v in f["properties"].items():
                if isinstance(v, str) and k not in titled:
                    meets("/req/html/content", f"{path}: {f['id']} {k}", " ".join(v.split()) in page.text, v)
        properties = set(document["properties"]) - {"geometry"} if document.get("type") == "object" else {}
        meets_all("/req/html/content", f"{path}: properties it does not show",
                  [n for n in properties if n not in page.text])


def test_links_of_pages_lead_somewhere():
    """Whoever starts at the landing page with a browser finds every page; none is broken."""
    todo, seen, wrong = ["/"], set(), []
    while todo and len(seen) < 150:
        path = todo.pop(0)
        a = public.get(path, accept="text/html,*/*;q=0.5")
        if a.status != 200:
            wrong.append((path, a.status))
        if media_type(a) != HTML:
            continue
        for _, href in ck.Page(a.text).links:
            to = urllib.parse.urljoin(service.url + path, href).split("#")[0]
            kind = re.sub(r"(offset|sortby|limit)=[^&]*&?", "", to)
            if to.startswith(service.url) and kind not in seen and len(todo) < 400:
                seen.add(kind)
                todo.append(to[len(service.url):] or "/")
    meets_all("/rec/core/html", "links that lead nowhere", wrong)
    meets("/rec/core/html", "many pages", len(seen) > 60, len(seen))


# ---- OpenAPI ------------------------------------------------------------------------------------

def parameter_of(document, name):
    for p in document["paths"]["/collections/{collection}/items"]["get"]["parameters"]:
        if p["name"] == name:
            return p
    return None


def test_parameters_as_the_standard_defines_them():
    document = public.json("/api")
    plain = {"in": "query", "required": False, "style": "form", "explode": False}
    limit, bbox, time = (parameter_of(document, n) for n in ("limit", "bbox", "datetime"))
    for requirement, p in (("/req/core/fc-limit-definition", limit), ("/req/core/fc-bbox-definition", bbox),
                           ("/req/core/fc-time-definition", time)):
        meets_same(requirement, "in, required, style, explode", {k: p.get(k) for k in plain}, plain)
    meets("/req/core/fc-limit-definition", "an integer between 1 and its most, with a default", limit["schema"]["type"] == "integer"
          and limit["schema"]["minimum"] == 1 and limit["schema"]["maximum"] == MOST and limit["schema"]["default"] == 100, limit)
    schema = bbox["schema"]
    sizes = ({(s.get("minItems"), s.get("maxItems")) for s in schema["oneOf"]} if "oneOf" in schema
             else {(schema.get("minItems"), schema.get("maxItems"))})
    meets("/req/core/fc-bbox-definition", "an array of 4 or 6 numbers", schema["type"] == "array"
          and schema["items"]["type"] == "number" and sizes in ({(4, 6)}, {(4, 4), (6, 6)}), schema)
    meets_same("/req/core/fc-time-definition", "a string", time["schema"]["type"], "string")


def test_definition_in_openapi():
    for who, api in both:
        a = api.get("/api?f=openapi")
        meets_same("/req/oas30/oas-definition-1", "its type", a["Content-Type"], OPENAPI)
        document = a.json
        meets("/req/oas30/oas-definition-2", "OpenAPI 3.0", re.fullmatch(r"3\.0\.\d", document["openapi"]), document["openapi"])
        meets("/req/oas30/oas-common", "info and paths", document["info"]["title"] and document["info"]["version"])
        paths = document["paths"]
        meets_all("/req/oas30/completeness", "paths that are not told", [p for p in (
            "/", "/api", "/conformance", "/collections", "/collections/{collection}", "/collections/{collection}/items",
            "/collections/{collection}/items/{feature}") if p not in paths])
        ids = [o["operationId"] for p in paths.values() for o in p.values()]
        meets_all("/req/oas30/oas-common", "operations of one id", {i for i in ids if ids.count(i) > 1})
        for path, operations in paths.items():
            for verb, o in operations.items():
                where = f"{verb} {path} ({who})"
                meets("/req/oas30/exceptions-codes", f"{where}: success and refusals",
                      any(s.startswith("2") for s in o["responses"]) and {"400", "default"} & set(o["responses"]), o["responses"].keys())
                names = [p["name"] for p in o["parameters"] if p["in"] == "path"]
                meets_same("/req/oas30/oas-common", f"{where}: parameters of the path", names, re.findall(r"\{(\w+)\}", path))
                for status, answer in o["responses"].items():
                    for kind, content in answer.get("content", {}).items():
                        meets("/req/oas30/completeness", f"{where}: a schema for {status} {kind}", content.get("schema"))
        schemes = document["components"]["securitySchemes"]
        meets("/req/oas30/security", "a bearer token", any(s["type"] == "http" and s["scheme"] == "bearer" for s in schemes.values()))
        used = {name for p in paths.values() for o in p.values() for s in o.get("security", []) for name in s}
        meets_all("/req/oas30/security", "schemes that are not defined", used - set(schemes))


def test_paths_answer_as_they_are_defined():
    """Every GET without a required parameter of its query, with plain values of the path: 200 of a type it names."""
    document = public.json("/api")
    place = {"collection": "communes", "layer": "communes", "feature": "96002", "code": "96002", "id": "cpts-confins"}
    for path, operations in document["paths"].items():
        o = operations.get("get")
        names = re.findall(r"\{(\w+)\}", path)
        if not o or set(names) - set(place) or any(p.get("required") and p["in"] == "query" for p in o["parameters"]):
            continue
        if o.get("security"):
            continue
        types = o["responses"].get("200", {}).get("content", {})
        if any(t.startswith("text/event-stream") for t in types):
            continue  # it has no end
        target = re.sub(r"\{(\w+)\}", lambda m: place[m.group(1)], path)
        a = public.get(target)
        if a.status != 200:
            meets("/req/oas30/oas-impl", f"GET {target}: a status that it defines", str(a.status) in o["responses"], a.status)
            continue
        kind = media_type(a)
        meets("/req/oas30/oas-impl", f"GET {target} is of a type it names", kind in {t.split(";")[0] for t in types}, (kind, list(types)))
        for p in o["parameters"]:
            if p["in"] == "query" and p["name"] == "f":
                for value in p["schema"]["enum"]:
                    got = public.get(target, _f=value)
                    meets("/req/oas30/oas-impl", f"GET {target}?f={value}", got.status == 200 and media_type(got)
                          in {t.split(";")[0] for t in types}, (got.status, media_type(got)))


def test_every_requirement():
    ck.all_met(REQUIREMENTS)
    kit.check("nothing is told on stderr", "rror" not in service.said(), service.said()[-500:])
    kit.same("it stops in peace", service.stop(), 0)


kit.main(globals())
