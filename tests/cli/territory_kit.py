"""What the tests of maille territory share: the command with its JSON, the sample region read from
its raw files, and a plain model of perimeters."""

import json
import os
import shutil
import sqlite3

import kit

HISTORY = ["perimeter_status", "change", "perimeter_document", "perimeter_version", "scenario",
           "scenario_head", "scenario_base", "gap_note"]
# What decisions on perimeters leave, without the numbers of versions.
DECISIONS = {"perimeter": "id, kind, name, status, contact",
             "perimeter_member_raw": "perimeter_id, code, share, on_purpose, reason, zone",
             "perimeter_status": "perimeter_id, place, status, since, by_whom"}


class Region:
    """Communes and groupings of a folder, as its files tell them."""

    def __init__(self, folder, communes="communes.geojson"):
        self.folder = folder
        with open(os.path.join(folder, communes), encoding="utf-8") as file:
            features = json.load(file)["features"]
        self.people = {f["properties"]["code"]: f["properties"]["population"] for f in features}
        self.names = {f["properties"]["code"]: f["properties"]["nom"] for f in features}

    def population(self, members):
        """Of {code: share}."""
        return sum(self.people.get(c, 0) * share for c, share in members.items())

    def size(self, members):
        """Class of the ACI 2019, as written in its text."""
        people = self.population(members)
        return "T1" if people < 40000 else "T2" if people < 80000 else "T3" if people <= 175000 else "T4"

    def perimeters(self, name):
        """{id: {code: 1}} of a long table."""
        out = {}
        for row in kit.table(os.path.join(self.folder, name)):
            out.setdefault(row["id"], {})[row["code"]] = 1.0
        return out


def territory(workspace, *args, expect=0):
    """The subcommand's JSON."""
    p = kit.maille("territory", *args, "-w", workspace, "--json", expect=expect)
    return json.loads(p.stdout) if p.stdout else None


def decisions(workspace):
    """Perimeters as the workspace holds them, with members, in order."""
    return {name: sorted(kit.query(workspace, f"SELECT {columns} FROM {name}"), key=str)
            for name, columns in DECISIONS.items()}


def everything(workspace):
    """All rows of all tables that hold something of people or of a computation."""
    names = kit.TABLES + [n for n in HISTORY if n not in kit.TABLES]
    db = sqlite3.connect(f"file:{workspace}?mode=ro", uri=True)
    try:
        return {n: db.execute(f'SELECT * FROM "{n}"').fetchall() for n in names}
    finally:
        db.close()


def codes(workspace, perimeter, *args):
    """{code: share} as the command tells it."""
    return {m["code"]: m["part"] for m in territory(workspace, "codes", perimeter, *args)}


def refused(what, workspace, args, code, *words):
    """The command ends with `code` and says the words; nothing is changed."""
    before = everything(workspace)
    kit.refused(what, ["territory", *args, "-w", workspace], code, *words)
    kit.none(f"{what} changes nothing", [n for n, rows in everything(workspace).items() if rows != before[n]])


class Study(Region):
    """The sample region after a run, with its perimeters as the files tell them."""

    def __init__(self):
        super().__init__(kit.SAMPLE)
        self.work = kit.scratch()
        self.workspace = os.path.join(self.work, "first.maille")
        self.study = os.path.join(kit.SAMPLE, "study.yaml")
        kit.maille("run", self.study, "-w", self.workspace, "--to", os.path.join(self.work, "layers"))
        self.model = self.perimeters("cpts.csv")

    def fresh(self, name):
        """A copy of the workspace as the run left it."""
        path = os.path.join(self.work, name + ".maille")
        shutil.copy(self.workspace, path)
        shutil.copytree(self.workspace + ".cache", path + ".cache", dirs_exist_ok=True)
        return path

    def side(self, told, members):
        """Communes, population and size class are those of {code: share}."""
        known = {c: s for c, s in members.items() if c in self.people}
        return (told["communes"], told["taille"]) == (len(known), self.size(known)) and \
            abs(told["population"] - self.population(known)) < 1e-6 * max(1, told["population"])


def effect(answer, perimeter):
    """What a change did to a perimeter."""
    return next(p for p in answer["perimetres"] if p["id"] == perimeter)
