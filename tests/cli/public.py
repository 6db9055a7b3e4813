"""What is made for the public is the same to the byte whether drafts exist or not."""

import json
import os

import kit
from kit import check, same

PUBLISHED = {"en fonctionnement", "contractualisée", "contractualisee"}
study = kit.copy_study(kit.SAMPLE)
folder = os.path.dirname(study)
csv = os.path.join(folder, "cpts.csv")
with_drafts = kit.read(csv).rstrip("\n").split("\n")
head, lines = with_drafts[0], with_drafts[1:]
drafts = [x for x in lines if x.split(",")[2].lower() not in PUBLISHED]
public = [x for x in lines if x not in drafts]


def publish(rows, *first):
    """The public layers of a study with these rows of perimeters, after runs for other audiences."""
    kit.write(csv, "\n".join([head, *rows]) + "\n")
    workspace, to = os.path.join(kit.scratch(), "w.maille"), kit.scratch()
    for audience in first:
        kit.maille("run", study, "-w", workspace, "--to", kit.scratch(), "--audience", audience)
    kit.maille("run", study, "-w", workspace, "--to", to, "--audience", "public")
    return workspace, to


def findings(workspace):
    p = kit.maille("check", "-w", workspace, "--audience", "public", "--json", expect=5)
    return sorted(map(str, json.loads(p.stdout)))


def test_there_are_drafts_and_others():
    same("perimeters", (len({x.split(",")[0] for x in drafts}), len({x.split(",")[0] for x in public})), (4, 4))


def test_without_the_drafts_the_public_layers_are_the_same():
    global one, plain
    one, plain = publish(lines)
    other, without = publish(public)
    kit.same_files("drafts or none", plain, without)
    same("findings", findings(one), findings(other))
    hashes = {kit.layer(plain, n)["workspace_hash"] for n in kit.PUBLIC_LAYERS}
    same("one hash", len(hashes), 1)


def test_no_word_of_a_draft():
    words = {w for x in drafts for w in x.split(",")[:2]}
    p = kit.maille("export", "-w", one, "--to", plain, "--audience", "public")
    told = p.stdout + p.stderr + "".join(findings(one))
    for name in os.listdir(plain):
        text = kit.read(os.path.join(plain, name))
        kit.none(f"{name} names a draft", [w for w in words if w in text])
        same(f"{name} tells its audience", json.loads(text)["audience"], "public")
    kit.none("the command names a draft", [w for w in words if w in told])


def test_figures_count_the_published_alone():
    seen = kit.rows(plain, "cpts")
    same("perimeters", set(seen), {x.split(",")[0] for x in public})
    members = {}
    for x in public:
        members.setdefault(x.split(",")[0], set()).add(x.split(",")[4])
    covered = set().union(*members.values())
    gaps = [c for p in kit.rows(plain, "cpts-zones-blanches").values() for c in p["codes"]]
    same("communes of drafts lie in gaps", sorted(gaps), sorted(set(kit.rows(plain, "communes")) - covered))
    same("overlaps", {(p["a"], p["b"]) for p in kit.rows(plain, "cpts-chevauchements").values()},
         {(a, b) for a in members for b in members if a < b and members[a] & members[b]})


def test_runs_for_the_inside_leave_no_trace():
    _, after = publish(lines, "interne")
    kit.same_files("after an internal run", after, plain)
    _, twice = publish(lines, "public", "interne")
    kit.same_files("after both", twice, plain)


def test_a_draft_that_changes_changes_nothing_public():
    """A draft more, one less, one renamed, one at another stage: the workspace runs again, the
    public files and findings stay."""
    renamed = [x.replace("CPTS Côte du Nord", "CPTS du Cap").replace("Projet validé", "oppose") for x in lines]
    more = lines + [f"cpts-neuve,CPTS toute neuve,idée,,{x.split(',')[4]},,,,," for x in public[:9]]
    assert renamed != lines
    for what, rows in (("another name and stage", renamed), ("a draft more", more),
                       ("a commune unknown", lines + ["cpts-neuve,CPTS toute neuve,idée,,01999,,,,,"]),
                       ("all but the last draft", [x for x in lines if x not in drafts[:-1]])):
        workspace, folder_of = publish(rows)
        kit.same_files(what, folder_of, plain)
        same(f"{what}: findings", findings(workspace), findings(one))
    kit.write(csv, "\n".join([head, *lines]) + "\n")
    workspace, _ = publish(lines, "interne")
    kit.write(csv, "\n".join([head, *more]) + "\n")
    p = kit.maille("run", study, "-w", workspace, "--audience", "public")
    same("no public step runs", kit.steps_run(p.stderr), ["members", "versions"])


def test_stale_drafts_are_no_public_matter():
    workspace, _ = publish(lines)
    before = findings(workspace)
    kit.write(csv, "\n".join([head, *(x.replace("CPTS Côte du Nord", "CPTS du Cap") for x in lines)]) + "\n")
    kit.maille("import", "perimeters", csv, "-w", workspace, "--perimeter-kind", "cpts",
               "--fields", kit.CPTS_FIELDS,
               "--vintage", "2026-01-01", "--source", "Région fictive (générateur de Maille)", "--licence", "CC0")
    same("findings", findings(workspace), before)
    p = kit.maille("check", "-w", workspace, "--json", expect=5)
    check("inside they are told", any(f["genre"] == "perime" for f in json.loads(p.stdout)))


def test_other_formats():
    for kind in ("csv", "gpkg"):
        to = kit.scratch()
        kit.maille("export", "-w", one, "--to", to, "--audience", "public", "--format", kind)
        words = {w.encode() for x in drafts for w in x.split(",")[:2]}
        for name in os.listdir(to):
            with open(os.path.join(to, name), "rb") as file:
                content = file.read()
            kit.none(f"{name} names a draft", [w for w in words if w in content])


def test_drafts_alone():
    """Where nothing is published, one set of drafts looks like another."""
    a, of_a = publish(drafts)
    b, of_b = publish([x for x in drafts if x.startswith(drafts[0].split(",")[0])])
    kit.same_files("one draft or four", of_a, of_b)
    same("findings", findings(a), findings(b))
    same("nothing is covered", len(kit.rows(of_a, "cpts")), 0)


def long_corsica():
    global study, csv, head
    study = kit.copy_study(kit.real("corse"))
    csv = os.path.join(os.path.dirname(study), "cpts-exemple.csv")
    head, *all_rows = kit.read(csv).rstrip("\n").split("\n")
    shown = [x for x in all_rows if x.split(",")[2].lower().replace("-", " ") in PUBLISHED]
    check("some are drafts", 0 < len(shown) < len(all_rows))
    a, of_a = publish(all_rows)
    b, of_b = publish(shown)
    kit.same_files("drafts or none", of_a, of_b)
    same("findings", findings(a), findings(b))


kit.main(globals())
