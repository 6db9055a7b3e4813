"""Roads of the fictional region: one row for each direction that may be driven."""

import plan
from ground import chance, distance, length, wiggle

# metres drawn by nature of road: kilometres per hour, how much it winds
NATURES = {"autoroute": (118, 0.03), "bretelle": (55, 0.05), "départementale": (66, 0.10),
           "route de montagne": (37, 0.30), "rue": (26, 0.05), "boulevard": (38, 0.06),
           "chemin": (38, 0.16), "pont": (50, 0.0)}


class Roads:
    def __init__(self, ground):
        self.ground = ground
        self.nodes = []   # places; ids in the file are beyond 32 bits, as OpenStreetMap's are
        self.rows = []    # (from, to, nature, points)
        self.town = {}
        for i, commune in ground.communes.items():
            if commune.kind != "o":
                self.town[i] = self.node(commune.town)
        self.between = self._chosen()
        for i, j in self.between:
            self._join(i, j)
        self._city()
        self._hamlets()
        self._squares()
        self._motorway()
        self._bridge_island()
        self.two_way(self.town[ground.enclave], self.town[self._outer()], "chemin")

    def node(self, p):
        self.nodes.append(p)
        return len(self.nodes) - 1

    def one_way(self, a, b, nature):
        """Draws a line from node a to node b; the same line the other way round for b to a."""
        p, q = self.nodes[min(a, b)], self.nodes[max(a, b)]
        least = 0.35 if nature == "route de montagne" else 0.7
        line = [p] + wiggle(p, q, f"road {min(a, b)} {max(a, b)}", NATURES[nature][1], least) + [q]
        self.rows.append((a, b, nature, line if a < b else line[::-1]))

    def two_way(self, a, b, nature):
        self.one_way(a, b, nature)
        self.one_way(b, a, nature)

    def _outer(self):
        return next(i for i, c in self.ground.communes.items() if c.kind == "e")

    def _over_river(self, i, j):
        """Whether a road from i to j would cross the river where there is no bridge."""
        a, b = self.ground.communes[i].cell[:2], self.ground.communes[j].cell[:2]
        if (a[1] <= plan.RIVER[0]) == (b[1] <= plan.RIVER[0]):
            return False
        return (a, b) not in plan.BRIDGES and (b, a) not in plan.BRIDGES

    def _chosen(self):
        """Which neighbours a road joins: a tree that reaches all, and more of them in the plain.
        The mountains keep the tree alone: valleys end there."""
        kinds = {i: c.kind for i, c in self.ground.communes.items()}
        candidates = []
        for (i, j), line in self.ground.borders.items():
            high = kinds[i] in "mv" or kinds[j] in "mv"
            if length(line) > (0.5 if kinds[i] == "i" else 1.2) and not self._over_river(i, j):
                cost = distance(self.ground.communes[i].town, self.ground.communes[j].town)
                candidates.append((cost * (2.5 if high else 1), i, j, high))
        group = {i: i for i in self.ground.communes}

        def root(i):
            while group[i] != i:
                i = group[i]
            return i

        chosen = []
        for _, i, j, high in sorted(candidates):
            if root(i) != root(j):
                group[root(i)] = root(j)
                chosen.append((i, j))
            elif not high and kinds[i] + kinds[j] != "AA" and chance("road", i, j) < 0.6:
                chosen.append((i, j))
        return sorted(set(chosen))

    def _nature(self, i):
        return {"A": "boulevard", "m": "route de montagne", "v": "route de montagne"}.get(
            self.ground.communes[i].kind, "départementale")

    def _join(self, i, j):
        """A road from town to town over the middle of the common border."""
        if self.ground.communes[i].kind + self.ground.communes[j].kind == "AA":
            return
        line = self.ground.borders[i, j]
        gate = self.node(line[len(line) // 2])
        self.two_way(self.town[i], gate, self._nature(i))
        self.two_way(gate, self.town[j], self._nature(j))

    def _city(self):
        """A one-way boulevard around the four arrondissements, and one street both ways."""
        city = [i for i, c in self.ground.communes.items() if c.kind == "A"]
        for k, i in enumerate(city):
            self.one_way(self.town[i], self.town[city[(k + 1) % len(city)]], "boulevard")
        self.two_way(self.town[city[0]], self.town[city[2]], "rue")

    def _hamlets(self):
        """Dead ends: up to three hamlets in each commune, at the end of a lane."""
        for i, commune in self.ground.communes.items():
            if commune.kind in "oAE":
                continue
            corners = [self.ground.corner[t] for t, _ in self.ground.cells[i]]
            for k in range(0, len(corners), 2):
                t = 0.35 + 0.25 * chance("hamlet", i, k)
                p = tuple(commune.town[d] + (corners[k][d] - commune.town[d]) * t for d in (0, 1))
                if distance(p, commune.town) > 0.5:
                    self.two_way(self.town[i], self.node(p), "chemin")

    def _squares(self):
        """One-way streets in the centre of each town: in by one side, out by the other."""
        for i, commune in self.ground.communes.items():
            if commune.kind in "Atsv":
                for k, (x, y) in enumerate([(0.35, 0.3), (-0.3, -0.35)]):
                    loop = [self.town[i]] + [
                        self.node((commune.town[0] + x * u - y * v, commune.town[1] + y * u + x * v))
                        for u, v in [(1, 0), (1, 1), (0, 1)]]
                    for a, b in zip(loop, loop[1:] + loop[:1]):
                        self.one_way(a, b, "rue")

    def _motorway(self):
        """Two carriageways; they meet the other roads at the interchanges only."""
        east, west = [], []
        for cell in plan.MOTORWAY:
            i = self.ground.at(cell)[-1]
            x, y = self.ground.communes[i].town
            east.append((i, self.node((x + 0.6, y - 0.95))))
            west.append((i, self.node((x + 0.6, y - 0.91))))
            if cell in plan.INTERCHANGES:
                for node in (east[-1][1], west[-1][1]):
                    self.two_way(node, self.town[i], "bretelle")
        for way in (east, west[::-1]):
            for (_, a), (_, b) in zip(way, way[1:]):
                self.one_way(a, b, "autoroute")

    def _bridge_island(self):
        island, shore = (self.ground.at(cell)[0] for cell in plan.BRIDGED_ISLAND)
        head = self.ground.communes[shore].town
        p = self.ground.communes[island].town
        near = tuple(p[d] + (head[d] - p[d]) * 0.2 for d in (0, 1))
        far = tuple(p[d] + (head[d] - p[d]) * 0.75 for d in (0, 1))
        a, b = self.node(near), self.node(far)
        self.two_way(self.town[island], a, "départementale")
        self.two_way(a, b, "pont")
        self.two_way(b, self.town[shore], "départementale")

