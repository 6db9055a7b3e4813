"""The map of the overview page as inline SVG."""

import html
import math

WIDTH = 1000
MARGIN = 24


def polygons(geometry):
    if not geometry:
        return []
    return geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [
        geometry["coordinates"]]


class Projection:
    """Degrees to the drawing's units: north up, equal scale both ways at the middle latitude."""

    def __init__(self, communes):
        points = [p for f in communes for part in polygons(f["geometry"]) for p in part[0]]
        west, east = min(p[0] for p in points), max(p[0] for p in points)
        south, north = min(p[1] for p in points), max(p[1] for p in points)
        self.squeeze = math.cos(math.radians((south + north) / 2))
        self.west, self.north = west, north
        self.scale = (WIDTH - 2 * MARGIN) / max((east - west) * self.squeeze,
                                                (north - south) / 1.2)
        self.width = (east - west) * self.squeeze * self.scale + 2 * MARGIN
        self.height = (north - south) * self.scale + 2 * MARGIN
        self.km = self.scale / 111.15

    def __call__(self, p):
        return ((p[0] - self.west) * self.squeeze * self.scale + MARGIN,
                (self.north - p[1]) * self.scale + MARGIN)

    def path(self, geometry):
        return "".join(self._ring(ring) for part in polygons(geometry) for ring in part)

    def _ring(self, ring):
        out, last = [], None
        for p in ring[:-1]:
            x, y = self(p)
            place = f"{x:.1f},{y:.1f}"
            if place != last:
                out.append(place)
            last = place
        return "M" + " ".join(out) + "Z"


def heart(ring):
    """A point well inside of a ring: the middle of the widest of several level cuts."""
    ys = sorted(y for _, y in ring)
    best = (0, ring[0])
    for k in range(1, 12):
        level = ys[0] + (ys[-1] - ys[0]) * k / 12 + 1e-9
        cuts = sorted(a[0] + (level - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
                      for a, b in zip(ring, ring[1:]) if (a[1] > level) != (b[1] > level))
        for left, right in zip(cuts[::2], cuts[1::2]):
            room = (right - left) * min(level - ys[0], ys[-1] - level)
            best = max(best, (room, ((left + right) / 2, level)))
    return best[1]


def area(ring):
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:])))


def scale_bar(projection):
    km = next(k for k in (200, 100, 50, 20, 10, 5, 2, 1)
              if k * projection.km < 0.22 * projection.width or k == 1)
    length = km * projection.km
    x, y = MARGIN, projection.height - 14
    return (f'<g class="echelle"><path d="M{x},{y - 6}v6h{length:.1f}v-6"/>'
            f'<text x="{x + length / 2:.1f}" y="{y - 10}">{km} km</text></g>')


def badges(view, projection):
    out = []
    for k, p in enumerate(view.perimeters):
        for part in polygons(p.geometry):
            ring = [projection(q) for q in part[0]]
            if area(ring) < 0.2 * max(area([projection(q) for q in other[0]])
                                      for other in polygons(p.geometry)):
                continue
            x, y = heart(ring)
            out.append(f'<g class="numero {p.style}"><circle cx="{x:.1f}" cy="{y:.1f}" r="13"/>'
                       f'<text x="{x:.1f}" y="{y:.1f}" dy=".36em">{k + 1}</text></g>')
    return "".join(out)


def titled(tag, title):
    return f"{tag}<title>{html.escape(title)}</title></path>"


def svg(view):
    projection = Projection(view.communes)
    communes = "\n".join(titled(
        '<path class="commune '
        + " ".join(f"{s.id}-{s.class_of[f['properties']['code']]}" for s in view.services)
        + f'" d="{projection.path(f["geometry"])}">', view.tooltip(f)) for f in view.communes)
    gaps = "\n".join(titled(f'<path class="blanche" d="{projection.path(f["geometry"])}">',
                            view.gap_tooltip(f)) for f in view.gaps)
    overlaps = "\n".join(titled(
        f'<path class="double" d="{projection.path(f["geometry"])}">', view.overlap_tooltip(f))
        for f in view.overlaps)
    paths = [(p, projection.path(p.geometry)) for p in view.perimeters]
    halos = "".join(f'<path class="halo" d="{d}"/>' for _, d in paths)
    outlines = "".join(f'<path class="contour {p.style}" d="{d}"/>' for p, d in paths)
    return f"""<svg id="carte" role="img" aria-label="Carte : minutes par commune et périmètres des CPTS" viewBox="0 0 {projection.width:.0f} {projection.height:.0f}" xmlns="http://www.w3.org/2000/svg">
<defs>
<pattern id="manque" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="7" height="7" fill="#d3d9dd"/><path d="M0,0v7" stroke="#77838c" stroke-width="3"/></pattern>
<pattern id="blanche" width="8" height="8" patternUnits="userSpaceOnUse"><g fill="#111" stroke="#fff" stroke-opacity=".6"><circle cx="2" cy="2" r="1.4"/><circle cx="6" cy="6" r="1.4"/></g></pattern>
<pattern id="double" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><path d="M0,0v9" stroke="#5b2a86" stroke-width="3.4"/></pattern>
</defs>
<g class="communes">{communes}</g>
<g class="doubles">{overlaps}</g>
<g class="contours">{halos}{outlines}</g>
<g class="blanches">{gaps}</g>
<g class="numeros">{badges(view, projection)}</g>
{scale_bar(projection)}
</svg>"""
