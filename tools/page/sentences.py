"""Three French sentences on a folder of layers: who is farthest, who is uncovered, who overlaps.

usage: sentences.py LAYERS_DIR
"""

import sys

from model import is_fictional, number, people, plural, read, service_title


def rows(folder, name):
    return [f["properties"] for f in read(folder, name, required=True)["features"]]


def listed(items, most=4):
    """« a, b et c »; beyond `most`, « a, b, c, d et 5 autres »."""
    items = list(items)
    rest = len(items) - most
    if rest > 1:
        return ", ".join(items[:most]) + f" et {rest} autres"
    return " et ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def farthest(folder):
    coverage = read(folder, "couverture", required=True)
    communes = rows(folder, "couverture")
    names = {(p["service"], p["id"]): p["nom"] for p in rows(folder, "etablissements")}
    services = [key[:-4] for key in communes[0] if key.endswith("_min")]
    reached = [(c[s + "_min"], c["code"], s, c) for c in communes for s in services
               if c[s + "_min"] is not None]
    if not reached:
        return "Le plus loin : aucune commune n’atteint un soin par la route."
    minutes, code, service, c = max(reached, key=lambda r: r[:3])
    place = names.get((service, c[service + "_id"]), c[service + "_id"])
    text = (f"Le plus loin : {c['nom']} ({code}, {people(c['population'])}), à "
            f"{number(minutes, 1)} minutes de « {place} », le lieu le plus proche "
            f"pour : {service_title(coverage, service).lower()}")
    alone = [c["nom"] for c in communes if all(c[s + "_min"] is None for s in services)]
    if alone:
        text += f" ; sans aucun soin au bout d’une route : {listed(alone)}"
    return text + "."


def uncovered(folder):
    name = {c["code"]: c["nom"] for c in rows(folder, "communes")}
    gaps = rows(folder, "cpts-zones-blanches")
    if not gaps:
        return "Sans CPTS : aucune commune."
    text = (f"Sans CPTS : {plural(len(gaps), 'zone blanche', 'zones blanches')}, "
            f"{plural(sum(g['communes'] for g in gaps), 'commune', 'communes')}, "
            f"{people(sum(g['population'] for g in gaps))}")
    enclosed = [listed(name[c] for c in g["codes"]) for g in gaps if g["enclavee"]]
    if enclosed:
        text += f" ; {plural(len(enclosed), 'enclavée', 'enclavées')} : {', puis '.join(enclosed)}"
    return text + "."


def overlapping(folder):
    name = {c["id"]: c["nom"] for c in rows(folder, "cpts")}
    pairs = sorted(rows(folder, "cpts-chevauchements"),
                   key=lambda p: (-p["population"], p["a"], p["b"]))
    if not pairs:
        return "Se chevauchent : aucune CPTS."
    return "Se chevauchent : " + " ; ".join(
        f"{name[p['a']]} et {name[p['b']]} ({plural(p['communes'], 'commune', 'communes')}, "
        f"{people(p['population'])})" for p in pairs) + "."


def main():
    folder = sys.argv[1]
    if is_fictional(read(folder, "couverture", required=True)):
        print("Région fictive : ces communes, ces routes et ces soignants n’existent pas.")
    for sentence in (farthest(folder), uncovered(folder), overlapping(folder)):
        print(sentence)


if __name__ == "__main__":
    main()
