"""Layers are a function of what was given."""

import os
import re

import kit
from kit import check, same


def make(study, audience, *more, **how):
    """(contents of the workspace, folder of the layers) of a run from scratch."""
    workspace, to = os.path.join(kit.scratch(), "w.maille"), kit.scratch()
    kit.maille("run", study, "-w", workspace, "--to", to, "--audience", audience, *more, **how)
    path = os.path.join(how["cwd"], study) if "cwd" in how else study
    groupings = re.findall(r"kind: grouping, +name: (\w+)", kit.read(path))
    check("there are groupings", groupings)
    layers = kit.with_contexts(kit.LAYERS if audience == "interne" else kit.PUBLIC_LAYERS, *groupings)
    same("every layer", sorted(os.listdir(to)), sorted(n + ".geojson" for n in layers))
    return kit.contents(workspace), to


def compare(study):
    hashes = set()
    for audience in ("interne", "public"):
        tables, layers = make(study, audience)
        for what, more in (("again", ()), ("one thread", ("--jobs", 1)), ("two threads", ("--jobs", 2))):
            other_tables, other = make(study, audience, *more)
            kit.same_files(f"{audience}, {what}", layers, other)
            kit.same_contents(f"{audience}, {what}", tables, other_tables)
        for name in kit.LAYERS if audience == "interne" else kit.PUBLIC_LAYERS:
            head = kit.layer(layers, name)
            same(f"{name} tells its audience", head["audience"], audience)
            hashes.add((audience, head["workspace_hash"]))
    same("one hash for each audience", len(hashes), 2)
    same("and another for each", len({h for _, h in hashes}), 2)


def test_sample_region():
    compare(os.path.join(kit.SAMPLE, "study.yaml"))


def test_place_user_and_locale_do_not_count():
    study = os.path.join(kit.SAMPLE, "study.yaml")
    _, layers = make(study, "interne")
    elsewhere = kit.copy_study(kit.SAMPLE)
    env = {"USER": "quelqu’un", "TZ": "Asia/Tokyo", "LC_ALL": "C", "LANG": "fr_FR.UTF-8"}
    _, other = make("study.yaml", "interne", cwd=os.path.dirname(elsewhere), env=env)
    kit.same_files("elsewhere", layers, other)


def test_order_of_sources_does_not_count():
    """Communes are read first wherever they stand; the rest is a set."""
    _, layers = make(os.path.join(kit.SAMPLE, "study.yaml"), "interne")
    study = kit.copy_study(kit.SAMPLE)
    head, rest = kit.read(study).split("sources:\n")
    sources, tail = rest.split("services:\n")
    parts = ["  - {" + x for x in sources.split("  - {")[1:]]
    kit.write(study, head + "sources:\n" + "".join(reversed(parts)) + "services:\n" + tail)
    _, other = make(study, "interne")
    kit.same_files("sources the other way round", layers, other)


def test_the_hash_tells_inputs_apart():
    _, layers = make(os.path.join(kit.SAMPLE, "study.yaml"), "interne")
    seen = {kit.layer(layers, "cpts")["workspace_hash"]}
    for name, old, new in (("cpts.csv", "CPTS des Confins", "CPTS aux Confins"),
                           ("medecins-generalistes-2018.csv", "96005;10", "96005;11"),
                           ("study.yaml", "aci-2019", "igas-2018"),
                           ("study.yaml", "licence: CC0", "licence: CC0 1.0")):
        study = kit.copy_study(kit.SAMPLE)
        kit.replace(os.path.join(os.path.dirname(study), name), old, new)
        workspace, to = os.path.join(kit.scratch(), "w.maille"), kit.scratch()
        kit.maille("run", study, "-w", workspace, "--to", to)
        seen.add(kit.layer(to, "cpts")["workspace_hash"])
    same("hashes", len(seen), 5)


def long_corsica():
    compare(kit.real("corse/study.yaml"))


kit.main(globals())
