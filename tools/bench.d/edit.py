"""Benchmark of editing over HTTP: what-ifs and strokes of one commune, alone and by fifty planners at
once while tiles are served. tools/bench calls it."""
import http.client
import json
import os
import random
import statistics
import threading
import time

import serve
import serve_peers

PLANNERS = 50
SECONDS = 20
ROUTES = {"essai": "/what-if", "changement": "/changes"}  # as the access log calls them
PACE_S = 1.0  # a planner makes a stroke a second, with a what-if before each


class Planner:
    """One account on one connection; every answer that is not 200 is a failure with its text."""

    def __init__(self, served, token):
        host, port = served.url.removeprefix("http://").split(":")
        self.connection = http.client.HTTPConnection(host, int(port), timeout=60)
        self.headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
        self.times = {"/what-if": [], "/changes": []}
        self.failures = []
        self.states = {}

    def ask(self, path, body=None):
        began = time.monotonic()
        self.connection.request("POST" if body else "GET", path,
                                body=json.dumps(body) if body else None, headers=self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if path in self.times:
            self.times[path].append(time.monotonic() - began)
        if answer.status != 200:
            self.failures.append(f"{path}: {answer.status} {text[:300]}")
            return {}
        return json.loads(text)

    def toggle(self, perimeter, code, member, tolerant):
        """One commune out of the perimeter, or back: tried out, then saved."""
        gestures = [{"geste": "remove" if member else "add", "perimetre": perimeter,
                     "codes": [code]}]
        self.ask("/what-if", {"gestes": gestures})
        done = self.ask("/changes", {"id": f"{random.getrandbits(64):016x}", "gestes": gestures,
                                     "tolerant": tolerant,
                                     "vu": {perimeter: self.states[perimeter]}})
        self.states.update(done.get("etats", {}))


def prepare(maille, run, real, scratch):
    """Workspace of Brittany with perimeters from its EPCI, and a planner's token."""
    workspace = os.path.join(scratch, "edit.maille")
    run([maille, "run", os.path.join(real, "bretagne/study.yaml"), "-w", workspace, "--to",
         os.path.join(scratch, "edit-layers"), "--quiet"])
    run([maille, "territory", "create", "--from-grouping", "epci", "-w", workspace, "--quiet"])
    run([maille, "compute", "-w", workspace, "--quiet"])
    _, _, told = run([maille, "territory", "list", "-w", workspace, "--json"])
    perimeters = [p["id"] for p in json.loads(told)]
    tokens = [run([maille, "token", "create", "--name", f"planner-{i}", "--role", "planificateur",
                   "-w", workspace])[2].strip() for i in range(PLANNERS)]
    return workspace, perimeters, tokens


def work(planner, perimeter, code, until, tolerant, pace_s):
    """Strokes of one commune at the planner's pace until then; it is a member again at the end."""
    member = True
    time.sleep(random.random() * pace_s)
    while time.monotonic() < until or not member:
        began = time.monotonic()
        planner.toggle(perimeter, code, member, tolerant)
        member = not member
        time.sleep(max(0, pace_s - (time.monotonic() - began)))


def at(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


def logged(path, begin):
    """Milliseconds in the service of each what-if and stroke, from the access log."""
    found = {"/what-if": [], "/changes": []}
    with open(path, encoding="utf-8") as file:
        file.seek(begin)
        for line in file:
            told = json.loads(line)
            if told["route"] in ROUTES:
                found[ROUTES[told["route"]]].append(told["ms"] / 1000)
    return found


def told(name, client, inside, note, memory):
    rows = []
    for path, what in (("/what-if", "what-if"), ("/changes", "stroke")):
        rows.append({"name": f"edit-{name}-{what}", "ours_s": round(at(inside[path], 0.5) / 1000, 6),
                     "memory_mb": round(memory, 1), "runs": len(inside[path]),
                     "note": f"in the service p50 {at(inside[path], 0.5):.2f} ms, p95 "
                             f"{at(inside[path], 0.95):.2f} ms, most {at(inside[path], 1):.1f} ms; "
                             f"as the client sees it p50 {at(client[path], 0.5):.2f} ms, p95 "
                             f"{at(client[path], 0.95):.2f} ms; {note}"})
    return rows


def merged(planners):
    return {path: [t for p in planners for t in p.times[path]] for path in ("/what-if", "/changes")}


def bench(maille, run, real, scratch):
    workspace, perimeters, tokens = prepare(maille, run, real, scratch)
    log = os.path.join(scratch, "access.log")
    served = serve.Served(maille, workspace, scratch, log=log)
    try:
        everybody = [Planner(served, token) for token in tokens]
        jobs = []
        for i, planner in enumerate(everybody):
            perimeter = perimeters[i // 2 % len(perimeters)]  # two planners share one
            document = planner.ask(f"/perimeters/{perimeter}")
            planner.states[perimeter] = document["etat"]
            jobs.append((perimeter, document["membres"][i % 2]["code"]))
        alone = everybody[0]
        for _ in range(5):  # warm
            alone.toggle(*jobs[0], True, True), alone.toggle(*jobs[0], False, True)
        for times in alone.times.values():
            times.clear()
        begin = os.path.getsize(log)
        work(alone, *jobs[0], time.monotonic() + SECONDS, True, 0.05)
        time.sleep(0.5)
        rows = told("idle", merged([alone]), logged(log, begin), "one planner, nobody else",
                    served.own_mb())
        for times in alone.times.values():
            times.clear()
        box = json.load(open(os.path.join(scratch, "edit-layers/communes.geojson"),
                             encoding="utf-8"))["bbox"]
        tiles = [f"/tiles/communes/{z}/{x}/{y}" for z, x, y in serve.tiles_of(box)]
        begin, until = os.path.getsize(log), time.monotonic() + SECONDS
        threads = [threading.Thread(target=work, args=(p, *job, until, True, PACE_S))
                   for p, job in zip(everybody, jobs)]
        for thread in threads:
            thread.start()
        served_tiles = serve_peers.ask(served.url, tiles, scratch, SECONDS)
        for thread in threads:
            thread.join()
        time.sleep(0.5)
        failures = [f for p in everybody for f in p.failures]
        note = (f"{PLANNERS} planners, a what-if and a stroke a second each, two on each perimeter; "
                f"meanwhile {served_tiles['rps']:.0f} tiles a second, {served_tiles['failed']:.0f} "
                f"of them failed; {len(failures)} requests of planners failed"
                + (f" ({failures[0]})" if failures else ""))
        rows += told("busy", merged(everybody), logged(log, begin), note, served.own_mb())
    finally:
        served.stop()
    return rows
