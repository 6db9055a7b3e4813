"""What the tests of conformance share: requirements by their ids, one client that follows links as a
stranger would, and plain geometry to hold answers against."""

import html.parser
import json
import math
import os
import re
import urllib.parse

import serve_kit
from serve_kit import kit

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
MOST = 10000
WORDS = {"_f": "f", "bbox_crs": "bbox-crs", "filter_lang": "filter-lang", "filter_crs": "filter-crs"}  # of Python
met = set()


# ---- requirements -------------------------------------------------------------------------------

def meets(requirement, what, holds, seen=""):
    """A check that belongs to a requirement of a standard; its id stands before what fails."""
    met.add(requirement)
    kit.check(f"{requirement}: {what}", holds, seen)


def meets_same(requirement, what, got, wanted):
    meets(requirement, what, got == wanted, f"got {str(got)[:300]}, wanted {str(wanted)[:300]}")


def meets_all(requirement, what, wrong):
    """`wrong` lists what does not hold."""
    wrong = list(wrong)
    meets(requirement, what, not wrong, f"{len(wrong)}: {wrong[:4]}")


def all_met(requirements):
    """No requirement of the list went without a check."""
    kit.none("requirements that nothing has looked at", [r for r in requirements if r not in met])


# ---- the client ---------------------------------------------------------------------------------

class Api:
    def __init__(self, service, token=None):
        self.service, self.token = service, token

    def get(self, path, accept=None, **parameters):
        """`path` may be a whole link."""
        if parameters:
            named = {WORDS.get(k, k): v for k, v in parameters.items()}
            path += ("&" if "?" in path else "?") + urllib.parse.urlencode(named)
        return self.service.get(path, token=self.token, **({"Accept": accept} if accept else {}))

    def json(self, path, **parameters):
        a = self.get(path, **parameters)
        if a.status != 200:
            raise AssertionError(f"{path} {parameters}: {a.status} {a.text[:300]}")
        return a.json

    def collections(self):
        return self.json("/collections")["collections"]

    def page(self, collection, **parameters):
        return self.json(f"/collections/{collection}/items", **parameters)

    def features(self, collection, **parameters):
        """All of them, by one page as large as can be asked for."""
        return self.page(collection, limit=MOST, **parameters)["features"]

    def ids(self, collection, **parameters):
        return [f["id"] for f in self.features(collection, **parameters)]

    def refused(self, requirement, path, *words, status=400, **parameters):
        """A problem document that says so, and names what was wrong."""
        a = self.get(path, **parameters)
        what = f"{path} {parameters} is {status}"
        meets(requirement, what, a.status == status, f"but {a.status}: {a.text[:200]}")
        if a.status == status:
            meets(requirement, what + " in a problem document",
                  media_type(a) == "application/problem+json" and a.json["status"] == status and a.json["title"]
                  and a.json["detail"], a.text[:300])
            for word in words:
                meets(requirement, what + f" that names {word}", word in a.json["detail"], a.json["detail"])
        return a


def media_type(answer):
    return (answer["Content-Type"] or "").split(";")[0].strip()


def links(document, relation, kind=None):
    return [x for x in document["links"] if x["rel"] == relation and (kind is None or x.get("type") == kind)]


def link(document, relation, kind=None):
    found = links(document, relation, kind)
    return found[0]["href"] if found else None


def query_of(url):
    """Parameters of a URL, each once."""
    pairs = urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs), url
    return dict(pairs)


def header_links(answer):
    """{relation: href} of the header Link."""
    return {rel: href for href, rel in re.findall(r'<([^>]*)>; rel="([^"]*)"', answer["Link"] or "")}


# ---- pages of HTML ------------------------------------------------------------------------------

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(html.parser.HTMLParser):
    """Text, links and titles of a page; `wrong` tells of tags that do not nest."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.wrong, self.links, self.ids, self.words = [], [], [], [], []
        self.html5 = text.lstrip().lower().startswith("<!doctype html>")
        self.language = self.title = None
        self.feed(text)
        self.close()
        self.wrong += [f"<{t}> stays open" for t in self.open]
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("a", "link") and a.get("href") is not None:
            self.links.append((a.get("rel"), a["href"]))
        if tag == "html":
            self.language = a.get("lang")
        if "id" in a:
            if a["id"] in self.ids:
                self.wrong.append(f"id {a['id']} twice")
            self.ids.append(a["id"])
        if tag == "img" and "alt" not in a:
            self.wrong.append("img without alt")

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> within {self.open[-3:]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "title":
            self.title = data
        if not self.open or self.open[-1] not in ("style", "script"):
            self.words.append(data)


# ---- plain geometry -----------------------------------------------------------------------------

def polygons_of(geometry):
    """Polygons (lists of rings), or a point as [[(x, y)]]."""
    if geometry is None:
        return []
    kind, at = geometry["type"], geometry["coordinates"]
    return {"Point": lambda: [[[at]]], "Polygon": lambda: [at], "MultiPolygon": lambda: at}[kind]()


def positions_of(geometry):
    return [tuple(p) for polygon in polygons_of(geometry) for ring in polygon for p in ring]


def inside(rings, x, y):
    """Whether a point lies in a polygon: crossings of a ray, over all rings."""
    odd = False
    for ring in rings:
        for (ax, ay), (bx, by) in zip(ring, ring[1:]):
            if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                odd = not odd
    return odd


def turn(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def cross(a, b, c, d):
    """Whether two segments meet; that three points lie on one line is left to chance."""
    return turn(a, b, c) * turn(a, b, d) <= 0 and turn(c, d, a) * turn(c, d, b) <= 0


def meets_polygon(geometry, rings):
    """Whether a geometry meets a polygon, in the plane of lon/lat."""
    sides = [(a, b) for ring in rings for a, b in zip(ring, ring[1:])]
    west, east = min(a[0] for a, _ in sides), max(a[0] for a, _ in sides)
    south, north = min(a[1] for a, _ in sides), max(a[1] for a, _ in sides)
    for polygon in polygons_of(geometry):
        if inside(rings, *polygon[0][0]) or (len(polygon[0]) > 1 and inside(polygon, *sides[0][0])):
            return True
        for ring in polygon:
            for a, b in zip(ring, ring[1:]):
                if (max(a[0], b[0]) >= west and min(a[0], b[0]) <= east and max(a[1], b[1]) >= south
                        and min(a[1], b[1]) <= north and any(cross(a, b, c, d) for c, d in sides)):
                    return True
    return False


def box_rings(west, south, east, north):
    return [[(west, south), (east, south), (east, north), (west, north), (west, south)]]


def meets_box(geometry, west, south, east, north):
    if west > east:
        return meets_box(geometry, west, south, 180, north) or meets_box(geometry, -180, south, east, north)
    return meets_polygon(geometry, box_rings(west, south, east, north))


def extent_of(features):
    at = [p for f in features for p in positions_of(f["geometry"])]
    return [min(p[0] for p in at), min(p[1] for p in at), max(p[0] for p in at), max(p[1] for p in at)]


def is_finite(values):
    return all(isinstance(v, (int, float)) and math.isfinite(v) for v in values)


def sample(*lines):
    """A service on the sample region, and a client for the public and one for a lecteur."""
    workspace = serve_kit.sample_workspace()
    inner = serve_kit.token(workspace, "lecteur")
    service = serve_kit.Service(workspace, *lines)
    service.workspace = workspace
    return service, Api(service), Api(service, inner)


def exported(workspace, audience):
    """Names of the layers that the command line writes."""
    to = kit.scratch()
    kit.maille("export", "-w", workspace, "--to", to, "--audience", audience)
    return {n.removesuffix(".geojson") for n in os.listdir(to) if n.endswith(".geojson")}


def as_json(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
