"""Communes: a mesh of cells that share every vertex, drawn from the plan.

Everything is in kilometres on a plane until the files are written. Only + − × ÷ and square roots
are used, and chance comes from SHA-256, so that every machine draws the same region.
"""

import hashlib
import unicodedata
from math import sqrt

import plan

PITCH = 7.5          # km between cells
ROW = 6.5            # km between rows
SHORT = 0.9          # borders shorter than this shrink to a point where four communes meet
LON0, LAT0 = -5.0, 46.2


def chance(*key):
    """A number of [0, 1) that depends on the key alone."""
    digest = hashlib.sha256(repr(key).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def lonlat(p):
    """Degrees of a point of the plane: the middle of the region lies in the Bay of Biscay."""
    lat = LAT0 + p[1] / 111.15
    lon = LON0 + p[0] / (77.463 - 1.399 * (lat - 46))
    return [round(lon, 7), round(lat, 7)]


def distance(a, b):
    return sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)


def length(line):
    return sum(distance(a, b) for a, b in zip(line, line[1:]))


def plain(text):
    """Text without accents and case, for the order of names."""
    text = unicodedata.normalize("NFD", text.replace("œ", "oe").replace("Œ", "Oe"))
    return "".join(c for c in text if not unicodedata.combining(c)).lower()


def wiggle(a, b, key, amplitude, least):
    """Points between a and b (both left out) of a line that looks drawn by nature."""
    d = distance(a, b)
    if d < least:
        return []
    push = (chance("wiggle", key) - 0.5) * 2 * amplitude
    m = ((a[0] + b[0]) / 2 - (b[1] - a[1]) * push, (a[1] + b[1]) / 2 + (b[0] - a[0]) * push)
    return (wiggle(a, m, key + "0", amplitude, least) + [m]
            + wiggle(m, b, key + "1", amplitude, least))


def grid(text):
    return {(x, y): c for y, line in enumerate(text.strip().splitlines())
            for x, c in enumerate(line)}


class Commune:
    """One unit of the study; `rings` holds polygons, each a list of rings (the first the shell)."""

    def __init__(self, name, kind, cell, town):
        self.name, self.kind, self.cell, self.town = name, kind, cell, town
        self.code, self.population, self.polygons = None, 0, []


def seeds():
    """Points of the mesh: (place, kind, cell); the city's cell holds four."""
    out = []
    for cell, kind in sorted(grid(plan.LAND).items(), key=lambda item: (item[0][1], item[0][0])):
        x, y = cell
        p = ((x + 0.5 * (y % 2) - 7.5) * PITCH + (chance("x", cell) - 0.5) * 0.62 * PITCH,
             (5.5 - y) * ROW + (chance("y", cell) - 0.5) * 0.62 * ROW)
        if kind == "A":
            for k, (dx, dy) in enumerate([(-1.3, 1.1), (1.2, 1.4), (1.5, -1.2), (-1.1, -1.5)]):
                out.append(((p[0] + dx, p[1] + dy), kind, (x, y, k)))
        else:
            out.append((p, kind, cell))
    return out


def clip(polygon, here, there, label):
    """Keeps of a convex polygon [(corner, label of the side that starts there)] what is nearer to
    `here` than to `there`; the new side bears `label`."""
    nx, ny = there[0] - here[0], there[1] - here[1]
    c = (nx * (here[0] + there[0]) + ny * (here[1] + there[1])) / 2
    out = []
    for k, (p, side) in enumerate(polygon):
        q = polygon[(k + 1) % len(polygon)][0]
        dp, dq = nx * p[0] + ny * p[1] - c, nx * q[0] + ny * q[1] - c
        if dp <= 0:
            out.append((p, side))
        if (dp <= 0) != (dq <= 0):
            t = dp / (dp - dq)
            x = (p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t)
            out.append((x, label if dp <= 0 else side))
    return out


def middle_of_three(a, b, c):
    """The point as far from a as from b and c."""
    bx, by, cx, cy = b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]
    d = 2 * (bx * cy - by * cx)
    b2, c2 = bx * bx + by * by, cx * cx + cy * cy
    return (a[0] + (cy * b2 - by * c2) / d, a[1] + (bx * c2 - cx * b2) / d)


def mesh(points):
    """Corners of each cell as triples of cells, counter-clockwise: the same triple, so the same
    corner, for all three."""
    cells = []
    for i, here in enumerate(points):
        polygon = [((-200, -200), -1), ((200, -200), -1), ((200, 200), -1), ((-200, 200), -1)]
        for j, there in enumerate(points):
            if j != i and distance(here, there) < 4 * PITCH:
                polygon = clip(polygon, here, there, j)
        sides = [side for _, side in polygon]
        cells.append([(tuple(sorted((i, sides[k - 1], side))), side)
                      for k, side in enumerate(sides)])
    return cells


class Ground:
    """The communes, who touches whom along which line, and where the corners lie."""

    def __init__(self):
        self.seeds = seeds()
        self.study = [k for k, seed in enumerate(self.seeds) if seed[1] not in "~."]
        self.cells = mesh([seed[0] for seed in self.seeds])
        self.town = {i: self.seeds[i][0] for i in self.study}
        self.corner = {}
        self._place_corners()
        self._move_islands()
        self.borders = {}   # (i, j) with i < j: the line that both share; j −1 − k for the outside
        self.communes = {i: self._commune(i) for i in self.study}
        self._cut_enclave()
        self._add_islet()

    def _place_corners(self):
        for i in self.study:
            for triple, _ in self.cells[i]:
                assert triple[0] >= 0, "land reaches the end of the world"
                self.corner[triple] = middle_of_three(*(self.seeds[k][0] for k in triple))
        same = {}
        for i in self.study:
            for k, (a, _) in enumerate(self.cells[i]):
                b = self.cells[i][(k + 1) % len(self.cells[i])][0]
                if distance(self.corner[a], self.corner[b]) < SHORT and a not in same \
                        and b not in same and a not in same.values() and b not in same.values():
                    same[max(a, b)] = min(a, b)
        self.same = same

    def _move_islands(self):
        for cells, k, shift in plan.ISLANDS:
            group = [i for i in self.study if self.seeds[i][2] in cells]
            cx = sum(self.seeds[i][0][0] for i in group) / len(group)
            cy = sum(self.seeds[i][0][1] for i in group) / len(group)

            def moved(p):
                return (cx + (p[0] - cx) * k + shift[0], cy + (p[1] - cy) * k + shift[1])

            corners = {t for i in group for t, _ in self.cells[i]}
            for t in sorted(corners):
                assert all(c in group or self.seeds[c][1] == "~" for c in t), \
                    f"island ashore: {[self.seeds[c][2] for c in t]}"
                self.corner[t] = moved(self.corner[t])
            for i in group:
                self.town[i] = moved(self.town[i])

    def _commune(self, i):
        ring = []
        sides = self.cells[i]
        for k, (a, other) in enumerate(sides):
            b = sides[(k + 1) % len(sides)][0]
            a, b = self.same.get(a, a), self.same.get(b, b)
            if a == b:
                continue
            first, last = min(a, b), max(a, b)
            coast = self.seeds[other][1] == "~"
            line = ([self.corner[first]]
                    + wiggle(self.corner[first], self.corner[last], f"{first}{last}",
                             0.17 if coast else 0.10, 0.55)
                    + [self.corner[last]])
            if other in self.town:
                self.borders[min(i, other), max(i, other)] = line
            ring += (line if a == first else line[::-1])[:-1]
        kind, cell = self.seeds[i][1:]
        commune = Commune(None, kind, cell, self.town[i])
        commune.polygons = [[ring]]
        return commune

    def _cut_enclave(self):
        """A commune wholly inside another: a hole there, the same corners here."""
        outer = next(c for c in self.communes.values() if c.kind == "e")
        ring = outer.polygons[0][0]
        far = max(ring, key=lambda p: (distance(p, outer.town), p))
        c = ((outer.town[0] + far[0]) / 2, (outer.town[1] + far[1]) / 2)
        turn = [(1, 0), (0.81, 0.59), (0.31, 0.95), (-0.31, 0.95), (-0.81, 0.59), (-1, 0),
                (-0.81, -0.59), (-0.31, -0.95), (0.31, -0.95), (0.81, -0.59)]
        hole = [(c[0] + x * r, c[1] + y * r) for k, (x, y) in enumerate(turn)
                for r in [0.75 + 0.45 * chance("enclave", k)]]
        outer.polygons[0].append(hole[::-1])
        enclave = Commune(plan.ENCLAVE, "E", outer.cell, c)
        enclave.polygons = [[hole]]
        self.enclave = max(self.communes) + 1
        self.communes[self.enclave] = enclave

    def _add_islet(self):
        commune = next(c for c in self.communes.values() if c.cell == plan.ISLET_OF)
        west = min(commune.polygons[0][0])
        p = (west[0] - 1.6, west[1] + 0.4)
        commune.polygons.append([[(p[0] - 0.4, p[1] - 0.2), (p[0] + 0.3, p[1] - 0.35),
                                  (p[0] + 0.45, p[1] + 0.25), (p[0] - 0.2, p[1] + 0.4)]])

    def at(self, cell):
        """Numbers of the communes of a cell of the plan: one, or the city's four."""
        return [i for i, c in self.communes.items() if c.cell[:2] == cell and c.kind != "E"]


POPULATION = {"A": (34000, 9000), "t": (6400, 6500), "s": (4800, 8200), "p": (260, 2100),
              "v": (1500, 1400), "m": (70, 330), "n": (700, 2300), "i": (420, 500), "o": (160, 60),
              "b": (1700, 600), "e": (1100, 500), "E": (210, 60)}


def people(ground):
    """Names, codes and populations. Codes follow the order of names, as INSEE's do."""
    names = iter(plan.NAMES)
    for commune in ground.communes.values():
        if commune.kind == "A":
            k = commune.cell[2] + 1
            commune.name = f"{plan.CITY} {k}{'er' if k == 1 else 'e'} Arrondissement"
            commune.code = str(96300 + k)
        elif commune.name is None:
            commune.name = plan.NAMED.get(commune.cell) or next(names)
        low, spread = POPULATION[commune.kind]
        x = chance("people", commune.kind, commune.cell)
        commune.population = round(low + spread * (x if commune.kind in "As" else x * x))
    rest = sorted((c for c in ground.communes.values() if c.code is None),
                  key=lambda c: (c.kind == "n", plain(c.name)))
    numbers = {"96": 0, "99": 0}
    for commune in rest:
        department = "99" if commune.kind == "n" else "96"
        numbers[department] += 2 if chance("code", commune.name) < 0.3 else 1
        commune.code = f"{department}{numbers[department]:03d}"
