"""An adversary who may call every public output of two workspaces, one with drafts, notes, scenarios
and a past, one without, can tell nothing of them apart. With the argument "long" everything is asked in every way."""

import json
import os
import shutil
import sys

import kit
from kit import check, none, same

PUBLISHED = {"en fonctionnement", "contractualisée", "contractualisee"}
SPY = {"USER": "Hortense Secretaire", "SUDO_USER": ""}
LONG = sys.argv[1:] == ["long"]
work = kit.scratch()

# Words that only drafts, decisions and people of the workspace with drafts hold.
WORDS = ["Hortense", "Secretaire", "Cabinet Ombre", "ombre@", "Fichier des projets", "Licence cachée",
         "CPTS Fantôme", "cpts-fantome", "cpts-comblee", "CPTS Comblée", "cpts-retiree", "CPTS Retirée",
         "cpts-supprimee", "CPTS Supprimée", "cls-ombre", "CLS Ombre", "variante-noire", "Variante noire",
         "négociation", "Motif caché", "médecins du bourg", "CPTS Chuchotée", "cpts-copie", "zone-cachee"]


def rows_of(name):
    head, *lines = kit.read(os.path.join(kit.SAMPLE, name)).rstrip("\n").split("\n")
    return head, lines


head, lines = rows_of("cpts.csv")
drafts = [x for x in lines if x.split(",")[2].lower() not in PUBLISHED]
public = [x for x in lines if x not in drafts]
draft_ids = sorted({x.split(",")[0] for x in drafts})
published_ids = sorted({x.split(",")[0] for x in public})
WORDS += sorted({w for x in drafts for w in x.split(",")[:2]})
members = {}
for x in public:
    members.setdefault(x.split(",")[0], []).append(x.split(",")[4])


def study_of(with_drafts):
    """The sample study with or without what is not published; imports of drafts stand in a file of
    their own, under a source and a licence of their own, as well as among the others."""
    study = kit.copy_study(kit.SAMPLE)
    folder = os.path.dirname(study)
    kit.write(os.path.join(folder, "cpts.csv"), "\n".join([head, *(lines if with_drafts else public)]) + "\n")
    text = kit.read(study)
    before, entry = text.split("cpts-abandonnees.csv", 1)
    start, end = before.rfind("  - {"), entry.index("}}\n") + 3
    own = before[start:] + "cpts-abandonnees.csv" + entry[:end]
    hidden = own.replace("source: Région fictive (générateur de Maille), licence: CC0",
                         "source: Fichier des projets, licence: Licence cachée")
    assert hidden != own
    kit.write(study, before[:start] + (hidden if with_drafts else "") + entry[end:])
    return study


def edit(workspace, *args):
    kit.maille("territory", *args, "-w", workspace, "--quiet", env=SPY)


def hatch(workspace):
    """A perimeter that is published in the end, by itself alone."""
    edit(workspace, "create", "cpts-eclose", "--name", "CPTS Éclose", "--status", "contractualisee",
         "--since", "2024-03-01", *ECLOSE)


def hatch_through_drafts(workspace):
    """The same perimeter in the end, after a life as a draft with other communes and another name."""
    edit(workspace, "create", "cpts-eclose", "--name", "CPTS Chuchotée", "--status", "idee", "--since",
         "2020-02-02", "--by", "Cabinet Ombre", *gap[1:4], "--why", "Motif caché")
    edit(workspace, "contact", "cpts-eclose", "ombre@cabinet.example")
    edit(workspace, "status", "cpts-eclose", "projet", "--since", "2021-05-05", "--by", "Cabinet Ombre")
    edit(workspace, "remove", "cpts-eclose", *gap[1:4])
    edit(workspace, "add", "cpts-eclose", *ECLOSE, "--why", "Motif caché")
    edit(workspace, "rename", "cpts-eclose", "CPTS Éclose")
    edit(workspace, "contact", "cpts-eclose", "--not")
    edit(workspace, "status", "cpts-eclose", "contractualisee", "--since", "2024-03-01", "--by", "Cabinet Ombre")


def haunt(workspace):
    """Drafts, notes, scenarios and a past; what is published is in the end what it was."""
    first, other = published_ids[0], published_ids[1]
    edit(workspace, "create", "cpts-fantome", "--name", "CPTS Fantôme", "--status", "idee", "--by", "Cabinet Ombre",
         *members[first], "--why", "Motif caché")
    edit(workspace, "contact", "cpts-fantome", "ombre@cabinet.example")
    edit(workspace, "create", "cpts-comblee", "--name", "CPTS Comblée", "--status", "projet-valide", *gap)
    edit(workspace, "create", "cls-ombre", "--name", "CLS Ombre", "--kind", "cls", "--status", "projet", *gap)
    edit(workspace, "create", "cpts-retiree", "--name", "CPTS Retirée", "--status", "en-fonctionnement",
         "--since", "2021-01-01", *gap)
    edit(workspace, "status", "cpts-retiree", "projet", "--since", "2022-01-01", "--why", "Motif caché")
    edit(workspace, "create", "cpts-supprimee", "--name", "CPTS Supprimée", "--status", "en-fonctionnement",
         "--since", "2021-01-01", *gap)
    edit(workspace, "delete", "cpts-supprimee", "--why", "Motif caché")
    edit(workspace, "copy", "cpts-fantome", "cpts-copie")
    for code in gap:
        edit(workspace, "note", code, "--text", "Les médecins du bourg sont en négociation", "--date", "2025-01-01")
    for code in gap[:2]:
        edit(workspace, "add", first, code, "--why", "négociation")
        edit(workspace, "undo", first, "--why", "Motif caché")
    edit(workspace, "remove", other, members[other][0])
    edit(workspace, "restore", other, "--version", "1")
    edit(workspace, "rename", other, "CPTS Fantôme")
    edit(workspace, "rename", other, NAMES[other])
    alone = next(c for c in members[first] if sum(c in m for m in members.values()) == 1)
    edit(workspace, "on-purpose", first, alone, "--reason", "négociation avec le Cabinet Ombre")
    edit(workspace, "zone", first, "zone-cachee", alone)
    edit(workspace, "scenario", "create", "variante-noire", "--title", "Variante noire")
    edit(workspace, "status", "cpts-comblee", "contractualisee", "--since", "2026-01-01", "--scenario", "variante-noire")
    edit(workspace, "delete", first, "--scenario", "variante-noire")
    hatch_through_drafts(workspace)


NAMES = {x.split(",")[0]: x.split(",")[1] for x in public}
held = {x.split(",")[4] for x in lines}
with open(os.path.join(kit.SAMPLE, "communes.geojson"), encoding="utf-8") as file:
    everywhere = sorted(f["properties"]["code"] for f in json.load(file)["features"])
gap = [c for c in everywhere if c not in held][:6]
ECLOSE = [c for c in everywhere if c not in {x.split(",")[4] for x in public}][-4:]


class World:
    """A workspace after its runs, and the public files of the last one."""

    def __init__(self, name, with_drafts):
        self.study = study_of(with_drafts)
        self.workspace = os.path.join(work, name + ".maille")
        self.to = os.path.join(work, name)
        self.run("public")
        if with_drafts:
            haunt(self.workspace)
            self.run("interne", kit.scratch())
        else:
            hatch(self.workspace)
        self.run("public")

    def run(self, audience, to=None):
        kit.maille("run", self.study, "-w", self.workspace, "--to", to or self.to, "--audience", audience, env=SPY)

    def ask(self, *args):
        """What the public reads: exit code, results and messages, without the name of the file."""
        p = kit.maille(*args, "-w", self.workspace, expect=None, env=SPY)
        return p.returncode, p.stdout.replace(self.workspace, "W"), p.stderr.replace(self.workspace, "W")


def whispers(text):
    return [w for w in WORDS if w in text]


def some(asked, count):
    """All of what is asked, or as many spread over it."""
    asked = list(asked)
    return asked if LONG or len(asked) <= count else [asked[i * len(asked) // count] for i in range(count)]


def both(*args, code=None, naming=()):
    """The same answer of both, and no word of what is hidden but those that were asked for."""
    answers = [world.ask(*args) for world in (haunted, plain)]
    what = " ".join(args)
    same(what, answers[0], answers[1])
    none(f"{what} says nothing hidden", [w for w in whispers(answers[0][1] + answers[0][2])
                                         if not any(w in n for n in naming)])
    if code is not None:
        same(f"{what} ends", answers[0][0], code)
    return answers[0]


def both_the_two_worlds_differ_inside():
    global haunted, plain
    haunted, plain = World("avec", True), World("sans", False)
    inside = [json.loads(w.ask("territory", "list", "--json")[1]) for w in (haunted, plain)]
    check("many perimeters more", len(inside[0]) >= len(inside[1]) + 8, (len(inside[0]), len(inside[1])))
    text = "".join(haunted.ask("territory", *a, "--json")[1] for a in
                   (["list"], ["history"], ["findings"], ["scenario", "list"], ["show", "cpts-eclose"]))
    text += haunted.ask("territory", "codes", published_ids[0], "--json")[1]
    text += haunted.ask("territory", "show", "cpts-fantome", "--json")[1] + kit.read(haunted.study)
    text += str(kit.query(haunted.workspace, "SELECT note FROM gap_note"))
    same("they are there to be told", sorted(set(WORDS) - set(whispers(text))), [])
    rows = {r["id"]: r for r in inside[0]}
    none("what is published is what it was", [r["id"] for r in inside[1]
         if (r["nom"], r["statut"], r["depuis"], r["communes"], r["population"]) !=
         tuple(rows[r["id"]][k] for k in ("nom", "statut", "depuis", "communes", "population"))])


def content(path):
    """Rows of a GeoPackage, without the time of its last change."""
    tables = [t for (t,) in kit.query(path, "SELECT name FROM sqlite_master WHERE type = 'table'")
              if not t.startswith(("rtree_", "sqlite_"))]
    rows = {t: kit.query(path, f'SELECT * FROM "{t}"') for t in tables}
    columns = [c[1] for c in kit.query(path, "PRAGMA table_info(gpkg_contents)")]
    at = columns.index("last_change")
    rows["gpkg_contents"] = [r[:at] + r[at + 1:] for r in rows["gpkg_contents"]]
    return rows


def both_layers_in_every_format():
    kit.same_files("as run", haunted.to, plain.to)
    for kind in ("geojson", "csv", "gpkg"):
        folders = []
        for world in (haunted, plain):
            to = kit.scratch()
            kit.maille("export", "-w", world.workspace, "--to", to, "--audience", "public", "--format", kind)
            folders.append(to)
        if kind == "gpkg":  # holds the time of day of its making
            none("gpkg: the same rows", [n for n in os.listdir(folders[0]) if content(os.path.join(folders[0], n)) !=
                                         content(os.path.join(folders[1], n))])
        else:
            kit.same_files(kind, *folders)
        for name in os.listdir(folders[0]):
            with open(os.path.join(folders[0], name), "rb") as file:
                text = file.read()
            none(f"{name} names nothing hidden", [w for w in WORDS if w.encode() in text])
    to = kit.scratch()
    told = [json.loads(w.ask("export", "--to", to, "--audience", "public", "--json")[1]) for w in (haunted, plain)]
    for layer in told[0]["layers"] + told[1]["layers"]:
        layer.pop("seconds")
    same("what export tells", told[0], told[1])


def both_findings():
    for how in ([], ["--json"], ["--csv", "-"], ["--fail-on", "error"]):
        both("check", "--audience", "public", *how)
    for perimeter in some(published_ids + ["cpts-eclose"], 1):
        both("check", "--audience", "public", "--json", "--perimeter", perimeter)
    for hidden in some(draft_ids + ["cpts-fantome", "cpts-retiree"], 2):
        both("check", "--audience", "public", "--json", "--perimeter", hidden, naming=[hidden, *whispers(hidden)])


def both_what_may_be_asked_about_perimeters():
    for how in ([], ["--json"]) if LONG else [["--json"]]:
        for args in (["list"], ["list", "--kind", "cls"], ["list", "--department", "96"],
                     ["list", "--status", "projet"], ["list", "--status", "contractualisee"],
                     ["findings"], ["findings", "--kind", "cls"], ["findings", "--csv", "-"], ["contested"],
                     ["show", "--codes", ",".join(gap)], ["coverage"],
                     *(["coverage", "--at", day] for day in
                       ("2020-06-01", "2021-06-01", "2022-06-01", "2024-02-29", "2024-03-01", "2030-01-01"))):
            both("territory", *args, "--audience", "public", *how, code=0)
        for perimeter in published_ids + ["cpts-eclose", "pta-aurze"] if LONG else [published_ids[0], "cpts-eclose"]:
            for verb in (["show"], ["codes"], ["codes", "--format", "insee"], ["findings"]):
                both("territory", verb[0], perimeter, *verb[1:], "--audience", "public", *how, code=0)


def both_a_draft_is_as_one_that_never_was():
    drafts_of_all = draft_ids + ["cpts-fantome", "cpts-comblee", "cpts-retiree", "cpts-supprimee", "cpts-copie", "cls-ombre"]
    for hidden in drafts_of_all if LONG else [draft_ids[0], "cpts-retiree", "cpts-supprimee"]:
        for verb in some((["show"], ["codes"], ["findings"], ["show", "--json"], ["codes", "--json"]), 2):
            answer = both("territory", verb[0], hidden, *verb[1:], "--audience", "public", code=4, naming=[hidden])
            never = hidden[:-1] + "qx"
            other = haunted.ask("territory", verb[0], never, *verb[1:], "--audience", "public")
            same(f"{verb[0]} {hidden} in the words for one that never was",
                 tuple(str(a).split(";")[0].replace(hidden, "X") for a in answer),
                 tuple(str(a).split(";")[0].replace(never, "X") for a in other))


def both_the_past_and_plans_are_not_for_the_public():
    """What cannot be public refuses that audience, in the same words whether there is something."""
    hidden = "variante-noire"
    for args in (["history"], ["history", "cpts-eclose"], ["diff", "cpts-eclose"],
                 ["diff", "cpts-eclose", "--from", "v1"], ["diff", "cpts-retiree"],
                 ["diff", "cpts-eclose", "--from", "2021-06-01"], ["diff", "--scenario", "reference", hidden],
                 ["scenario", "list"], ["scenario", "compare", "reference", hidden],
                 ["list", "--scenario", hidden], ["show", "cpts-comblee", "--scenario", hidden],
                 ["codes", "cpts-comblee", "--scenario", hidden], ["findings", "--scenario", hidden],
                 ["contested", "--scenario", hidden], ["coverage", "--scenario", hidden],
                 ["list", "--at", "2021-06-01"], ["list", "--at", "9999-01-01"], ["show", "cpts-eclose", "--at", "2021-06-01"],
                 ["show", "cpts-eclose", "--version", "1"], ["codes", "cpts-eclose", "--version", "1"],
                 ["codes", "cpts-fantome", "--version", "1"], ["codes", "cpts-eclose", "--at", "2021-06-01"],
                 ["findings", "--at", "2021-06-01"], ["contested", "--at", "2021-06-01"],
                 ["propose", "enclosed"], ["what-if", "add", published_ids[0], gap[0]], ["undo"],
                 ["copy", "cpts-fantome", "--to", os.path.join(work, "x.json")]):
        for how in ([], ["--json"]) if LONG else [["--json"]]:
            answer = both("territory", *args, "--audience", "public", *how, code=2, naming=args)
            same(f"{' '.join(args)} gives no result", answer[1], "")


def both_targets_of_a_day():
    """A target that names statuses counts by them, and by what is published today alone."""
    layers = os.path.join(work, "definitions")
    shutil.copytree(os.environ.get("MAILLE_LAYERS") or os.path.join(kit.SOURCE, "layers"), layers)
    kit.write(os.path.join(layers, "rules", "target-essai.yaml"),
              'id: essai\ntitle: {fr: Essai, en: Trial}\nsource: "un essai"\nvalid_from: 2020\ndate: 2024-01-01\n'
              "share_population: 0.9\nstatuses: [contractualisee, en-fonctionnement]\n")
    for day in ("2021-06-01", "2022-06-01", "2026-01-01"):
        told = [json.loads(kit.maille("territory", "coverage", "--target", "essai", "--at", day, "--audience", "public",
                                      "--json", "-w", w.workspace, env={**SPY, "MAILLE_LAYERS": layers}).stdout)
                for w in (haunted, plain)]
        same(f"on {day}", told[0], told[1])


def both_a_decision_inside_leaves_no_trace_before_the_next_run():
    """Between an edit inside and the next run nothing public says that there was one."""
    before = {how: haunted.ask("check", "--audience", "public", *how) for how in ((), ("--json",))}
    edit(haunted.workspace, "note", gap[0], "--text", "une autre négociation")
    edit(haunted.workspace, "remove", "cpts-comblee", gap[0])
    edit(haunted.workspace, "create", "cpts-tardive", "--name", "CPTS Tardive", "--status", "projet", *members[published_ids[0]])
    edit(haunted.workspace, "scenario", "create", "encore")
    edit(haunted.workspace, "rename", draft_ids[0], "CPTS Chuchotée")
    for how, answer in before.items():
        same(f"check {how}", haunted.ask("check", "--audience", "public", *how), answer)
    to = kit.scratch()
    kit.maille("export", "-w", haunted.workspace, "--to", to, "--audience", "public")
    kit.same_files("layers", to, plain.to)
    kit.replace(os.path.join(os.path.dirname(haunted.study), "cpts.csv"), f"{draft_ids[0]},CPTS ", f"{draft_ids[0]},La CPTS ")
    haunted.run("public")  # the file has changed under an edited draft: that is told, inside
    kit.same_files("after the import of a file of drafts that changed", haunted.to, plain.to)
    p = kit.maille("compute", "-w", haunted.workspace, "--audience", "public", env=SPY)
    none("compute names nothing hidden", whispers(p.stdout + p.stderr))
    both("check", "--audience", "public", "--json")
    both("territory", "coverage", "--audience", "public", "--json")


kit.main(globals())
