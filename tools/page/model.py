"""What the overview page shows, read from a folder of layers; no drawing and no HTML here."""

import json
import os

# From near to far; after ColorBrewer's YlOrRd, readable without red-green vision and in grey.
RAMP = ["#fffbd6", "#fed98e", "#feb24c", "#f47c3c", "#d7301f", "#99142f"]
STATUS = {
    "idee": "idée", "lettre-intention": "lettre d’intention", "projet": "projet en écriture",
    "projet-transmis": "projet transmis", "projet-valide": "projet validé", "oppose": "opposition",
    "contractualisee": "contractualisée", "en-fonctionnement": "en fonctionnement",
    "abandonnee": "abandonnée",
}
# How the outline is drawn, by status: what works, what is being prepared.
STYLE = {"contractualisee": "signee", "en-fonctionnement": "signee"}
GONE = {"abandonnee", "oppose"}  # they cover nothing and overlap nobody
STYLE_TITLES = [("signee", "CPTS contractualisée ou en fonctionnement"),
                ("projet", "CPTS en projet (de l’idée au projet validé)")]
SERVICES = {"medecin_generaliste": "Médecin généraliste", "maternite": "Maternité",
            "pharmacie": "Pharmacie"}


def number(value, decimals=0):
    return f"{value:,.{decimals}f}".replace(",", "\u202f").replace(".", ",")


def plural(n, one, many):
    return f"{number(n)} {one if n < 2 else many}"


def people(n):
    return plural(n, "habitant", "habitants")


def share(part, whole):
    return f"{number(100 * part / whole, 1)} %" if whole else "–"


def read(folder, name, required=False):
    path = os.path.join(folder, name + ".geojson")
    if not os.path.exists(path):
        if required:
            raise ValueError(f"{name}.geojson is missing")
        return {"features": []}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def service_title(coverage, sid):
    """What people call a service: as the layer says, else as is usual, else its id."""
    told = coverage.get("parameters", {}).get("services", {}).get(sid, {}).get("titre")
    return told or SERVICES.get(sid) or sid.replace("_", " ").capitalize()


def is_fictional(layer):
    return any("fictive" in s["name"] or "fictif" in s["name"] for s in layer.get("sources", []))


class Service:
    """Minutes to one service: classes with their share of population, a class for each commune."""

    def __init__(self, sid, title, communes, bands):
        self.id, self.title = sid, title
        self.caption = "Minutes de route, du centre de la commune au lieu le plus proche."
        steps = list(bands) + [None]
        self.colours = [RAMP[round(k * (len(RAMP) - 1) / max(1, len(steps) - 1))]
                        for k in range(len(steps))]
        self.class_of, count, inhabitants = {}, [0] * len(steps), [0] * len(steps)
        total = missing = missing_people = 0
        for c in communes:
            population = c["population"] or 0
            total += population
            if c[sid + "_min"] is None:
                self.class_of[c["code"]] = "x"
                missing, missing_people = missing + 1, missing_people + population
                continue
            k = steps.index(c[sid + "_tranche"])
            self.class_of[c["code"]] = k
            count[k] += 1
            inhabitants[k] += population
        titles, low = [], 0
        for bound in bands:
            titles.append(f"jusqu’à {number(bound)}" if not low else f"{number(low)} à {number(bound)}")
            low = bound
        titles.append(f"plus de {number(low)}")
        self.classes = [(t, n, share(p, total)) for t, n, p in zip(titles, count, inhabitants)]
        self.missing = ("sans accès par la route", missing, share(missing_people, total))


class Perimeter:
    def __init__(self, feature):
        p = feature["properties"]
        self.id, self.name, self.geometry = p["id"], p["nom"], feature["geometry"]
        self.status = STATUS.get(p["statut"], p["statut"])
        self.style = STYLE.get(p["statut"], "projet")
        parts = [plural(p["communes"], "commune", "communes"), people(p["population"]),
                 f"taille {p['taille']}" if p.get("taille") else None,
                 f"en {p['parties']} parties" if p.get("parties", 1) > 1 else None]
        self.figures = " · ".join(x for x in parts if x)


class View:
    """Everything of the page, in words and numbers; geometries as they are in the layers."""

    def __init__(self, folder):
        coverage = read(folder, "couverture", required=True)
        self.communes = coverage["features"]
        if not self.communes:
            raise ValueError("couverture.geojson holds no commune")
        rows = [f["properties"] for f in self.communes]
        told = coverage["parameters"]["services"]
        self.services = [Service(sid, service_title(coverage, sid), rows, told[sid]["tranches_min"])
                         for sid in (key[:-4] for key in rows[0] if key.endswith("_min"))
                         if "alternative_a" not in told[sid]]
        for s in self.services:
            if coverage.get("estime"):
                s.caption += " Temps estimés d’après la distance : aucune route n’est chargée."
        cpts = read(folder, "cpts")
        self.perimeters = [Perimeter(f) for f in cpts["features"] if f["properties"]["statut"] not in GONE]
        self.overlaps = read(folder, "cpts-chevauchements")["features"]
        self.gaps = read(folder, "cpts-zones-blanches")["features"]
        self._captions(rows)
        self._credits(coverage, cpts)

    def _captions(self, rows):
        total = sum(r["population"] or 0 for r in rows)
        used = {p.style for p in self.perimeters}
        self.outline_styles = [(s, t) for s, t in STYLE_TITLES if s in used]
        gaps = [f["properties"] for f in self.gaps]
        uncovered = sum(g["population"] for g in gaps)
        enclosed = sum(bool(g["enclavee"]) for g in gaps)
        self.gap_caption = (
            f"Sans CPTS : {plural(len(gaps), 'zone blanche', 'zones blanches')}"
            f"{f', dont {enclosed} enclavées' if enclosed > 1 else ', dont une enclavée' if enclosed else ''}"
            f" ({people(uncovered)})")
        self.overlap_caption = (
            f"{plural(len(self.overlaps), 'chevauchement', 'chevauchements')} : "
            "commune dans deux CPTS")
        self.summary = f"{plural(len(rows), 'commune', 'communes')}, {people(total)}"
        if self.perimeters:
            signed = sum(p.style == "signee" for p in self.perimeters)
            some = f", dont {signed}" if signed < len(self.perimeters) else ""
            self.summary += (f" ; {share(total - uncovered, total)} de la population dans "
                             f"{len(self.perimeters)} CPTS{some} contractualisées ou en "
                             "fonctionnement")

    def _credits(self, coverage, cpts):
        self.credits = []
        for s in coverage.get("sources", []) + cpts.get("sources", []):
            line = ", ".join(str(x) for x in (
                s.get("name"), f"millésime {s['vintage']}" if s.get("vintage") else None,
                s.get("licence") or "licence non précisée") if x)
            if line not in self.credits:
                self.credits.append(line)
        self.fictional = is_fictional(coverage)
        audience = {"interne": "document interne", "public": "document public"}.get(
            coverage.get("audience"), "")
        licence = coverage.get("licence")
        self.credits.append(". ".join(x for x in (
            f"Licence du résultat : {licence}" if licence else None,
            f"Carte faite par Maille, {audience}" if audience else "Carte faite par Maille") if x)
            + ".")
        self.title = "Région fictive" if self.fictional else "Accès aux soins et CPTS"

    def tooltip(self, commune):
        p = commune["properties"]
        lines = [f"{p['nom']} ({p['code']}) – {people(p['population'] or 0)}"]
        for s in self.services:
            minutes = p[s.id + "_min"]
            lines.append(f"{s.title} : " + ("sans accès par la route" if minutes is None
                                            else f"{number(minutes, 1)} min"))
        return "\n".join(lines)

    def overlap_tooltip(self, feature):
        p = feature["properties"]
        name = {x.id: x.name for x in self.perimeters}
        return (f"Chevauchement : {name.get(p['a'], p['a'])} et {name.get(p['b'], p['b'])}\n"
                f"{plural(p['communes'], 'commune', 'communes')}, {people(p['population'])}"
                f" ({p['gravite']})")

    @staticmethod
    def gap_tooltip(feature):
        p = feature["properties"]
        return (f"Zone blanche{' enclavée' if p['enclavee'] else ''} : "
                f"{plural(p['communes'], 'commune', 'communes')}, {people(p['population'])}")
