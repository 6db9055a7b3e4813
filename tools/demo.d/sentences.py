"""Three French sentences on a folder of layers: who is farthest, who is uncovered, who overlaps.

usage: sentences.py LAYERS_DIR
"""

import json
import os
import sys


def layer(folder, name):
    path = os.path.join(folder, name + ".geojson")
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    return data, [f["properties"] for f in data["features"]]


def number(value, decimals=0):
    return f"{value:,.{decimals}f}".replace(",", "\u202f").replace(".", ",")


def count(n, one, many):
    return f"{number(n)} {one if n < 2 else many}"


def listed(items, most=4):
    items = list(items)
    rest = len(items) - most
    if rest > 1:
        return ", ".join(items[:most]) + f" et {rest} autres"
    return " et ".join(filter(None, [", ".join(items[:-1]), items[-1] if items else ""]))


def people(population):
    return count(population, "habitant", "habitants")


def farthest(folder):
    _, communes = layer(folder, "couverture")
    _, places = layer(folder, "etablissements")
    names = {(p["service"], p["id"]): p["nom"] for p in places}
    services = [key[:-4] for key in communes[0] if key.endswith("_min")]
    minutes, commune, service = max(
        (c[s + "_min"], c["code"], s) for c in communes for s in services
        if c[s + "_min"] is not None)
    c = next(c for c in communes if c["code"] == commune)
    place = names.get((service, c[service + "_id"]), c[service + "_id"])
    text = (f"Le plus loin : {c['nom']} ({c['code']}, {people(c['population'])}) est à "
            f"{number(minutes, 1)} minutes de route de « {place} », "
            f"le lieu le plus proche pour le service {service.replace('_', ' ')}")
    alone = [c["nom"] for c in communes if all(c[s + "_min"] is None for s in services)]
    if alone:
        text += f" ; aucune route ne mène à un soin depuis {listed(alone)}"
    return text + "."


def uncovered(folder):
    _, communes = layer(folder, "communes")
    _, gaps = layer(folder, "cpts-zones-blanches")
    name = {c["code"]: c["nom"] for c in communes}
    if not gaps:
        return "Sans CPTS : personne."
    text = (f"Sans CPTS : {count(len(gaps), 'zone blanche', 'zones blanches')}, "
            f"{count(sum(g['communes'] for g in gaps), 'commune', 'communes')}, "
            f"{people(sum(g['population'] for g in gaps))}")
    enclosed = [listed(name[c] for c in g["codes"]) for g in gaps if g["enclavee"]]
    if enclosed:
        text += f" ; {count(len(enclosed), 'est enclavée', 'sont enclavées')} : {', puis '.join(enclosed)}"
    return text + "."


def overlapping(folder):
    _, pairs = layer(folder, "cpts-chevauchements")
    _, cpts = layer(folder, "cpts")
    name = {c["id"]: c["nom"] for c in cpts}
    if not pairs:
        return "Se chevauchent : aucune CPTS."
    told = [f"{name[p['a']]} et {name[p['b']]} ({count(p['communes'], 'commune', 'communes')}, "
            f"{people(p['population'])})"
            for p in sorted(pairs, key=lambda p: (-p["population"], p["a"], p["b"]))]
    return "Se chevauchent : " + " ; ".join(told) + "."


def main():
    folder = sys.argv[1]
    data, _ = layer(folder, "couverture")
    sources = json.dumps(data.get("sources", []), ensure_ascii=False)
    if "fictive" in sources or "fictif" in sources:
        print("Région fictive : ces communes, ces routes et ces soignants n’existent pas.")
    for sentence in (farthest(folder), uncovered(folder), overlapping(folder)):
        print(sentence)


if __name__ == "__main__":
    main()
