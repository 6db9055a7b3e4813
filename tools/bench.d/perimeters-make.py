#!/usr/bin/env python3
"""Perimeters of the benchmarks: one of each EPCI of Brittany, edited so that there is something to find.

usage: perimeters-make.py communes-2026.geojson > cpts.csv

Of the communes that border another EPCI, taken in the order of their codes, one in nine is held by
that one's perimeter too (overlap), one in nine by nobody (gap), one in nine by the perimeter farthest
down the list (a piece of its own). The same file for both
sides."""
import csv
import json
import sys

STATUSES = ["projet", "lettre-intention", "contractualisee", "en-fonctionnement"]


def points(coordinates):
    if isinstance(coordinates[0], (int, float)):
        yield tuple(coordinates[:2])
    else:
        for part in coordinates:
            yield from points(part)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        features = sorted(json.load(file)["features"], key=lambda f: f["properties"]["code"])
    at = {}
    for feature in features:
        for point in set(points(feature["geometry"]["coordinates"])):
            at.setdefault(point, []).append(feature["properties"])
    beside = {}
    for here in at.values():
        for a in here:
            for b in here:
                if a["epci"] and b["epci"] and a["epci"] != b["epci"]:
                    beside.setdefault(a["code"], set()).add(b["epci"])
    groups = sorted({f["properties"]["epci"] for f in features if f["properties"]["epci"]})
    held = {}
    for feature in features:
        p = feature["properties"]
        held[p["code"]] = {p["epci"]} if p["epci"] else set()
    for i, code in enumerate(sorted(beside)):
        own, other = next(iter(held[code])), min(beside[code])
        if i % 9 == 0:
            held[code].add(other)
        elif i % 9 == 3:
            held[code] = set()
        elif i % 9 == 6:
            held[code] = {groups[(groups.index(own) + len(groups) // 2) % len(groups)]}
    names = {f["properties"]["epci"]: f["properties"]["epci_nom"] for f in features}
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["id", "nom", "statut", "code"])
    for code in sorted(held):
        for group in sorted(held[code]):
            status = STATUSES[groups.index(group) % len(STATUSES)]
            out.writerow(["cpts-" + group, names[group], status, code])


main()
