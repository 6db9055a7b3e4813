"""Communes that a road joins without a border, on the fictional roads of two real regions. Every node
of theirs is a commune's centre and bears its code, so that a link can only be one line, from centre
to centre: those are looked at here one by one."""

import json
import os
import shutil

import kit
from kit import check, none, same

NOIRMOUTIER = ["85011", "85083", "85106", "85163"]
YEU = "85113"
BELLE_ILE = ["56009", "56114", "56152", "56241"]
ALONE = ["22016", "29082", "29083", "29084", "29155", "56069", "56085", "56086", "56087", "56088"]


def holds(rings, x, y):
    """Even-odd over all rings of a commune."""
    inside = False
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, ring[1:]):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
                inside = not inside
    return inside


class Region:
    def __init__(self, name, roads=True):
        self.folder = kit.real(name)
        self.study = os.path.join(kit.scratch(), "study.yaml")
        lines = kit.read(os.path.join(self.folder, "study.yaml")).split("\n")
        kept = [x for x in lines if roads or "kind: roads" not in x]
        kit.write(self.study, "\n".join(kept).replace("file: ", f"file: {self.folder}/"))
        self.workspace = os.path.join(kit.scratch(), "w.maille")
        self.run()

    def run(self, *more, **how):
        return kit.maille("run", self.study, "-w", self.workspace, "--to", kit.scratch(), *more, **how)

    def links(self):
        return {(a, b): m for a, b, m in kit.query(self.workspace, "SELECT a, b, minutes FROM road_link")}

    def drawn_links(self, limit_min):
        """By the drawing alone: a line between two communes that share no border, no point of which
        lies in a third."""
        neighbours = set(kit.query(self.workspace, "SELECT a, b FROM border WHERE kind = 'ligne'"))
        rings, boxes = {}, {}
        with open(os.path.join(self.folder, "communes-2026.geojson"), encoding="utf-8") as file:
            for f in json.load(file)["features"]:
                g = f["geometry"]
                polygons = g["coordinates"] if g["type"] == "MultiPolygon" else [g["coordinates"]]
                code = f["properties"]["code"]
                rings[code] = [[kit.lambert93(x, y) for x, y in ring] for p in polygons for ring in p]
                xs, ys = zip(*(p for ring in rings[code] for p in ring))
                boxes[code] = min(xs), min(ys), max(xs), max(ys)
        found = {}
        for a, b, length, speed, line in kit.gpkg_lines(
                os.path.join(self.folder, "routes-fictives.gpkg"), "routes",
                ["from_node", "to_node", "length_m", "speed_kmh"]):
            pair, minutes = tuple(sorted((a, b))), kit.arc_ms(length, speed) / 60000
            if pair in neighbours or minutes > limit_min:
                continue
            (x1, y1), (x2, y2) = line[0], line[-1]
            steps = int(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5 / 20) + 1
            spots = [(x1 + (x2 - x1) * k / steps, y1 + (y2 - y1) * k / steps) for k in range(steps + 1)]
            near = [c for c, (w, s, e, n) in boxes.items() if c not in pair and w <= max(x1, x2) and
                    min(x1, x2) <= e and s <= max(y1, y2) and min(y1, y2) <= n]
            if not any(holds(rings[c], x, y) for c in near for x, y in spots):
                found[pair] = minutes
        return found

    def check_links(self, limit_min=20):
        links, drawn = self.links(), self.drawn_links(limit_min)
        same("the links", sorted(links), sorted(drawn))
        none("their minutes", [(p, m, drawn.get(p)) for p, m in links.items() if abs(m - drawn.get(p, 0)) > 0.01])
        return links


loire = Region("pays-de-la-loire")


def test_pays_de_la_loire():
    r = loire
    links = r.check_links()
    ashore = [p for p in links if len(set(p) & set(NOIRMOUTIER)) == 1]
    same("one bridge leads to Noirmoutier", ashore, [("85011", "85012")])
    none("none to Yeu", [p for p in links if YEU in p])


def test_brittany():
    r = Region("bretagne")
    links = r.check_links()
    check("roads cross estuaries", len(links) >= 5, links)
    none("none leads to an island", [p for p in links if set(p) & set(ALONE + BELLE_ILE)])
    blocks = {b for c, b in kit.query(r.workspace, "SELECT code, block FROM commune_figure") if c in BELLE_ILE}
    same("Belle-Île is one island by its borders", len(blocks), 1)


def test_the_limit_is_the_rule_set_s():
    layers = os.path.join(kit.scratch(), "layers")
    shutil.copytree(os.path.join(kit.SOURCE, "layers"), layers)
    text = kit.read(os.path.join(layers, "rules", "contiguity-vingt-minutes.yaml"))
    kit.write(os.path.join(layers, "rules", "contiguity-sept-minutes.yaml"),
              text.replace("id: vingt-minutes", "id: sept-minutes").replace("link_limit_min: 20", "link_limit_min: 7"))
    env = {"MAILLE_LAYERS": layers}
    r = loire
    kit.replace(r.study, "rules: {", "rules: {contiguity: sept-minutes, ")
    ran = kit.steps_run(r.run(env=env).stderr)
    check("links run again", "links" in ran, ran)
    check("roads and times do not", not {"network", "times", "coverage"} & set(ran), ran)
    same("the bridge is longer", [p for p in r.links() if "85011" in p], [])
    check("a shorter one stays", len(r.links()) > 0)
    kit.replace(r.study, "sept-minutes", "six-minutes")
    kit.refused("a rule set that is not there", ["run", r.study, "-w", r.workspace, "--to", kit.scratch()], 4,
                "six-minutes", env=env)


def test_without_roads_borders_alone_join():
    r = Region("pays-de-la-loire", roads=False)
    same("no links", r.links(), {})
    same("the step has run", kit.query(r.workspace, "SELECT COUNT(*) FROM step_run WHERE step = 'links'"), [(1,)])


kit.main(globals())
