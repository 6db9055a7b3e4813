"""The sample region read from its files and worked out the slow and plain way: the oracle of the
tests. Coordinates are whole numbers of 1e-7 degree, so that sharing and areas are exact."""

import csv
import heapq
import json
import os
from collections import defaultdict


def rows(folder, name, separator=","):
    with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))


def features(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)["features"]


def whole(p):
    return round(p[0] * 1e7), round(p[1] * 1e7)


def segments(ring):
    return list(zip(ring, ring[1:]))


def area2(ring):
    """Twice the signed area."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in segments(ring))


class Region:
    def __init__(self, folder):
        self.folder = folder
        self.polygons, self.population, self.name = {}, {}, {}
        for f in features(folder, "communes.geojson"):
            code, g = f["properties"]["code"], f["geometry"]
            parts = g["coordinates"] if g["type"] == "MultiPolygon" else [g["coordinates"]]
            self.polygons[code] = [[[whole(p) for p in ring] for ring in part] for part in parts]
            self.population[code] = f["properties"]["population"]
            self.name[code] = f["properties"]["nom"]
        self.centre = {r["code"]: (float(r["lon"]), float(r["lat"]))
                       for r in rows(folder, "centres.csv")}
        self.roads = features(folder, "routes.geojson")
        self.supply = self._supply(folder)
        self.maternities = rows(folder, "maternites.csv")
        self.pharmacies = features(folder, "pharmacies.geojson")
        self.groups = {r["code"]: r for r in rows(folder, "groupements.csv")}
        self.members, self.status = defaultdict(set), {}
        for r in rows(folder, "cpts.csv"):
            self.status[r["id"]] = r["statut"]
            if r["code"] in self.population:
                self.members[r["id"]].add(r["code"])
        self.given_up = set()  # covers nothing, overlaps nobody
        for r in rows(folder, "cpts-abandonnees.csv"):
            self.status[r["id"]] = r["statut"]
            self.members[r["id"]].add(r["code"])
            self.given_up.add(r["id"])
        self._graph()
        self._adjacency()

    def _supply(self, folder):
        """Doctors by today's codes: those of old codes follow the passage table."""
        supply = defaultdict(float)
        passage = defaultdict(list)
        for r in rows(folder, "passage-2018-2026.csv"):
            passage[r["ancien"]].append((r["nouveau"], float(r["part"])))
        self.passage = passage
        for r in rows(folder, "medecins-generalistes-2018.csv", ";"):
            for code, share in passage.get(r["code"], [(r["code"], 1)]):
                supply[code] += share * int(r["medecins"])
        return dict(supply)

    def _graph(self):
        self.arcs, place = defaultdict(dict), {}
        for f in self.roads:
            p, line = f["properties"], f["geometry"]["coordinates"]
            a, b = p["depart"], p["arrivee"]
            ms = max(1, round(3600 * p["longueur_m"] / p["vitesse_kmh"]))
            self.arcs[a][b] = min(ms, self.arcs[a].get(b, ms))
            place[a], place[b] = tuple(line[0]), tuple(line[-1])
        self.place = place
        node = {p: n for n, p in place.items()}
        # every commune's centre is a node of the roads, or has none
        self.node = {c: node.get(p) for c, p in self.centre.items()}

    def _adjacency(self):
        owner = defaultdict(set)
        for code, parts in self.polygons.items():
            for part in parts:
                for ring in part:
                    for a, b in segments(ring):
                        owner[min(a, b), max(a, b)].add(code)
        self.neighbours = defaultdict(set)
        self.on_edge = set()
        for codes in owner.values():
            if len(codes) == 1:
                self.on_edge |= codes
            for code in codes:
                self.neighbours[code] |= codes - {code}
        self.owner = owner

    def drive(self, start):
        """Milliseconds from a node to every node: Dijkstra."""
        best, heap = {start: 0}, [(0, start)]
        while heap:
            d, v = heapq.heappop(heap)
            if d > best[v]:
                continue
            for w, ms in self.arcs[v].items():
                if d + ms < best.get(w, d + ms + 1):
                    best[w] = d + ms
                    heapq.heappush(heap, (d + ms, w))
        return best

    def times(self):
        """Minutes between communes' centres: {from: {to: minutes}}; itself 0, unreached absent."""
        out = {}
        for code, node in self.node.items():
            best = self.drive(node) if node is not None else {}
            out[code] = {c: best[n] / 60000 for c, n in self.node.items() if n in best}
            out[code][code] = 0.0
        return out

    def apl(self, times, per_head=5400):
        """Floating catchments; None where there is neither a road nor a doctor: nothing is known."""
        def weight(minutes):
            return 1 if minutes <= 10 else 0.3 if minutes <= 15 else 0.1 if minutes <= 20 else 0

        ratio = {}
        for j, doctors in self.supply.items():
            served = sum(weight(t[j]) * self.population[i] for i, t in times.items() if j in t)
            ratio[j] = doctors * per_head / served
        return {i: sum(weight(t[j]) * r for j, r in ratio.items() if j in t)
                if self.node[i] is not None or i in ratio else None
                for i, t in times.items()}

    def zones(self, apl):
        """{living area: (population, APL)}: the mean over the people whose APL is known"""
        total = defaultdict(lambda: [0, 0, 0.0])
        for code, value in apl.items():
            zone = total[self.groups[code]["bv"]]
            zone[0] += self.population[code]
            if value is not None:
                zone[1] += self.population[code]
                zone[2] += self.population[code] * value
        return {z: (everybody, s / known) for z, (everybody, known, s) in total.items()}

    def parts(self, codes):
        """Connected groups of a set of communes, each a sorted list."""
        left, out = set(codes), []
        while left:
            group, todo = set(), [min(left)]
            while todo:
                code = todo.pop()
                if code in left:
                    left.remove(code)
                    group.add(code)
                    todo += self.neighbours[code]
            out.append(sorted(group))
        return sorted(out)

    def gaps(self, ids):
        """[(codes, enclosed, neighbouring perimeters)] where only perimeters `ids` count."""
        ids = sorted(set(ids) - self.given_up)
        covered = {c for i in ids for c in self.members[i]}
        out = []
        for group in self.parts(set(self.population) - covered):
            around = {n for c in group for n in self.neighbours[c]} - set(group)
            enclosed = not self.on_edge & set(group) and around <= covered
            beside = sorted(i for i in ids if self.members[i] & around)
            out.append((group, enclosed, beside))
        return out

    def overlaps(self, ids):
        """{(a, b): codes} for perimeters that share communes."""
        ids = sorted(set(ids) - self.given_up)
        return {(a, b): sorted(self.members[a] & self.members[b])
                for k, a in enumerate(ids) for b in ids[k + 1:]
                if self.members[a] & self.members[b]}
