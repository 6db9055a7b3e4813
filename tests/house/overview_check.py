"""Holds the page as a browser read it against the layers: overview_check.py DOM.html LAYERS_DIR"""

import json
import re
import sys
from html import unescape
from html.parser import HTMLParser

page = open(sys.argv[1], encoding="utf-8").read()


def features(name):
    with open(f"{sys.argv[2]}/{name}.geojson", encoding="utf-8") as file:
        return [f["properties"] for f in json.load(file)["features"]]


class Reader(HTMLParser):
    """Counts elements by class and collects the text of titles."""

    def __init__(self):
        super().__init__()
        self.classes, self.titles, self.links, self.within = {}, [], [], None

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        for name in (named.get("class") or "").split():
            self.classes[tag, name] = self.classes.get((tag, name), 0) + 1
        self.links += [v for k, v in attributes if k in ("src", "href", "srcset", "data")]
        self.within = tag

    def handle_data(self, data):
        if self.within == "title":
            self.titles.append(data)

    def handle_endtag(self, tag):
        self.within = None


def check(what, holds):
    print(("ok   " if holds else "FAIL ") + what)
    if not holds:
        sys.exit(1)


reader = Reader()
reader.feed(page)
communes = features("couverture")
cpts = [c for c in features("cpts") if c["statut"] not in ("abandonnee", "oppose")]
gaps, overlaps = features("cpts-zones-blanches"), features("cpts-chevauchements")
check("every commune is drawn", reader.classes["path", "commune"] == len(communes))
check("every perimeter has its outline and its number",
      reader.classes["path", "contour"] == len(cpts) and reader.classes["g", "numero"] >= len(cpts))
check("every gap and overlap is drawn", reader.classes["path", "blanche"] == len(gaps)
      and reader.classes["path", "double"] == len(overlaps))
check("nothing is linked", not reader.links)
urls = set(re.findall(r"\b(?:https?:)?//[\w.-]+", page)) - {"http://www.w3.org"}
check(f"no address of another place {urls or ''}", not urls)
check("it says that the region is fictional", "Région fictive" in page)
check("names and perimeters are there with their accents", all(
    c["nom"] in unescape(page) for c in communes + cpts))
tips = {t.split(" (")[0]: t for t in reader.titles if "min" in t or "accès" in t}
far = max((c for c in communes if c["maternite_min"] is not None), key=lambda c: c["maternite_min"])
check("a tooltip tells the minutes of the layer",
      f"{far['maternite_min']:.1f}".replace(".", ",") + " min" in tips[far["nom"]])
seen = re.search(r'<pre id="vu">(.*?)</pre>', page, re.S).group(1).splitlines()
switches = dict(line.split(" ", 1) for line in seen[:-1])
# What stands in for a doctor has no switch: it is read beside, on the card.
stand_ins = {"teleconsultation", "consultation_avancee", "cabinet_secondaire"}
services = {k[:-4] for k in communes[0] if k.endswith("_min")}
check("services that stand in for another are there", stand_ins < services)
check("a switch for each other service", set(switches) == {"voir-" + s for s in services - stand_ins})
for service, fills in switches.items():
    sid = service[len("voir-"):]
    used = {c[sid + "_tranche"] if c[sid + "_min"] is not None else "x" for c in communes}
    found = set(re.findall(r'rgb\([^)]*\)|url\([^)]*\)', fills))
    check(f"{sid}: {len(used)} classes are {len(found)} fills, what is missing is hatched",
          len(found) == len(used) and any("manque" in f for f in found) == ("x" in used))
check("touching a commune tells its name", any(seen[-1].startswith(c["nom"]) for c in communes))
