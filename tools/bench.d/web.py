"""Benchmark of the map page in Chromium: the first view of Brittany, strokes over thirty communes, all communes of
France. tools/bench calls it."""
import glob
import json
import os
import subprocess

import edit
import serve

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def page(build, what, url, token=None):
    """What web_page.mjs measured."""
    modules = os.path.join(build, "web-npm")
    subprocess.run(["bash", os.path.join(ROOT, "tests/service/npm/install.sh"),
                    os.path.join(ROOT, "tests/web/npm"), modules], check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run(["node", os.path.join(HERE, "web_page.mjs"), what, url] + ([token] if token else []),
                          env={**os.environ, "PLAYWRIGHT": modules}, stdout=subprocess.PIPE, check=True, text=True, timeout=600)
    return json.loads(done.stdout)


def prepare_france(maille, run, real, scratch):
    """Workspace of all communes of 2018, nothing else."""
    files = sorted(glob.glob(os.path.join(real, "france/communes-2018/*.geojson")))
    study = os.path.join(scratch, "france.yaml")
    with open(study, "w") as out:
        out.write("study: france\ntitle: {fr: France}\nworkspace: france.maille\nsources:\n")
        for file in files:
            out.write(f"  - {{kind: communes, file: \"{file}\", vintage: 2018-01-01, source: IGN, "
                      "licence: Licence Ouverte 2.0, fields: {code: code, name: nom}}\n")
    workspace = os.path.join(scratch, "france.maille")
    run([maille, "run", study, "-w", workspace, "--to", os.path.join(scratch, "france-layers"), "--quiet"])
    return workspace


def measure(maille, workspace, scratch, what, path, token=None):
    served = serve.Served(maille, workspace, scratch)
    try:
        return {**page(os.path.dirname(maille), what, served.url + path, token), "memory_mb": served.memory_mb()}
    finally:
        served.stop()


def kilobytes(count):
    return f"{count / 1024:,.0f} KB"


def first_row(told):
    cold, again = told["cold"], told["again"]
    parts = ", ".join(f"{kind.lower()} {kilobytes(size)}" for kind, size in
                      sorted(cold["kinds"].items(), key=lambda part: -part[1]))
    return {"name": "web-first-view", "ours_s": cold["idle_ms"] / 1000, "memory_mb": told["memory_mb"], "runs": 1,
            "note": f"{kilobytes(cold['bytes'])} over the wire (must: 1,024 KB) in {cold['requests']} requests ({parts}); "
                    f"drawn after {cold['shown_ms']} ms; again: {kilobytes(again['bytes'])} in {again['requests']}"}


def stroke_row(told):
    parts = ", ".join(f"{name} {value:.1f}" for name, value in told["parts_p50_ms"].items())
    return {"name": "web-stroke", "ours_s": told["p50_ms"] / 1000, "memory_mb": told["memory_mb"], "runs": told["strokes"],
            "note": f"end of a brush stroke over {told['communes']} communes to figures on screen: p95 {told['p95_ms']:.1f} ms "
                    f"(must: 100), most {told['most_ms']:.1f} ms; parts at the median, ms: {parts}"}


def france_rows(told):
    for what in ("pan", "zoom"):
        one = told[what]
        yield {"name": f"web-france-{what}", "ours_s": one["frame_p50_ms"] / 1000, "memory_mb": told["memory_mb"], "runs": 1,
               "note": f"between frames p95 {one['frame_p95_ms']:.0f} ms; {one['long_tasks']} tasks over 50 ms, the longest "
                       f"{one['longest_ms']:.0f} ms, of which in our modules {one['longest_ours_ms']:.0f} ms (must: 200)"}


def bench(maille, run, real, scratch):
    """Rows of the table."""
    workspace, perimeters, tokens = edit.prepare(maille, run, real, scratch)
    rows = [first_row(measure(maille, workspace, scratch, "first", "/carte")),
            stroke_row(measure(maille, workspace, scratch, "stroke",
                               f"/carte?panneau=territoires&perimetre={perimeters[0]}", tokens[0]))]
    france = prepare_france(maille, run, real, scratch)
    return rows + list(france_rows(measure(maille, france, scratch, "france", "/carte")))
