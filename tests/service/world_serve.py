"""Commits by other processes while a service answers: what is served is always what a service would
serve that was started just now; and strokes on perimeters throw nothing away that they do not
touch."""

import os
import random
import re
import sqlite3
import threading
import time

import serve_kit
from serve_kit import kit

# Layers are computed when the test says so; links are the same whatever the port.
SERVED = ["settle_s: 0", "settle_most_s: 0", 'public_url: "http://carte.example"']
SECONDS = 5  # in which what others committed must be served


class Region:
    """A sample workspace that is served, with tokens that see more and less."""

    def __init__(self):
        self.study = kit.copy_study(kit.SAMPLE)
        self.workspace = os.path.join(kit.scratch(), "w.maille")
        self.run()
        self.tokens = {"": None}
        for name, role in (("admin", "admin"), ("all", "lecteur"), ("some", "lecteur")):
            self.tokens[name] = serve_kit.token(self.workspace, role, name=name)
        with sqlite3.connect(self.workspace) as db:  # a département of the sample, which France has not
            db.execute("UPDATE token SET departments = '[\"96\"]' WHERE name = 'some'")
        self.service = serve_kit.Service(self.workspace, *SERVED)

    def territory(self, *args, expect=0):
        return kit.maille("territory", *args, "-w", self.workspace, "--quiet", expect=expect)

    def compute(self, *args):
        for audience in ("interne", "public"):
            kit.maille("compute", *args, "-w", self.workspace, "--audience", audience, "--quiet")

    def run(self):
        """Imports what changed in the study's files, and computes."""
        for audience in ("interne", "public"):
            kit.maille("run", self.study, "-w", self.workspace, "--to", kit.scratch(), "--audience", audience)

    def metrics(self):
        text = self.service.get("/metrics", token=self.tokens["admin"]).text
        return {name: float(value) for name, value in re.findall(r"^(\w+) (\S+)$", text, re.M)}

    def world(self):
        return self.metrics()["maille_world"]

    def tag(self, path, who="all"):
        answer = self.service.get(path, token=self.tokens[who])
        kit.check(f"{path} is there", answer.status in (200, 204), answer.status)
        return answer["ETag"] or answer.status

    def noticed(self, before):
        """Waits until the commits after those of `before` are noticed; and a while, so that whatever
        else follows is done."""
        wait_for("a commit is noticed", lambda: self.metrics()["maille_commits_total"] > before["maille_commits_total"])
        time.sleep(0.3)

    def json(self, path, who="all"):
        return self.service.get(path, token=self.tokens[who]).json


def wait_for(what, holds, seconds=SECONDS):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    kit.check(what, False, f"not in {seconds} s")
    return False


PAGE, TILE, TILE_CPTS = "/collections/communes/items?f=csv", "/tiles/communes/6/31/22", "/tiles/cpts/6/31/22"
region = None


def the_region():
    global region
    region = region or Region()
    return region


def some_commune(r):
    """A commune that no perimeter holds."""
    features = r.json("/collections/cpts-zones-blanches/items")["features"]
    return features[0]["properties"]["codes"][0]


def some_perimeter(r):
    return r.json("/collections/cpts/items")["features"][0]["properties"]["id"]


# ---- one commit after the other -----------------------------------------------------------------


def test_strokes_make_a_world_when_layers_become_stale_and_no_more():
    r = the_region()
    code, cpts = some_commune(r), some_perimeter(r)
    tags = {path: r.tag(path) for path in (PAGE, TILE, TILE_CPTS)}
    before = r.metrics()
    kit.check("layers are fresh", "perime" not in r.json("/collections/cpts"))
    for n in range(3):
        seen = r.metrics()
        r.territory("add" if n % 2 == 0 else "remove", cpts, code)
        r.noticed(seen)
        kit.same(f"one new world after stroke {n + 1}", r.world(), before["maille_world"] + 1)
        kit.check("perimeters are stale", r.json("/collections/cpts").get("perime"))
        kit.check("communes are not", "perime" not in r.json("/collections/communes"))
    kit.same("pages and tiles are what they were", {path: r.tag(path) for path in tags}, tags)
    kit.same("no tile set was made", r.metrics()["maille_tilesets_made_total"],
             before["maille_tilesets_made_total"])
    before = r.metrics()
    r.compute()
    wait_for("perimeters are fresh", lambda: "perime" not in r.json("/collections/cpts"))
    kit.check("a new world after compute", r.world() > before["maille_world"])
    kit.same("tiles of communes are what they were", r.tag(TILE), tags[TILE])
    kit.same("they come from the same set", r.metrics()["maille_tilesets_made_total"],
             before["maille_tilesets_made_total"])
    kit.check("tiles of perimeters are new", r.tag(TILE_CPTS) != tags[TILE_CPTS])
    kit.same("their set was made", r.metrics()["maille_tilesets_made_total"],
             before["maille_tilesets_made_total"] + 1)


def long_what_is_written_beside_decisions_makes_no_world():
    r = the_region()
    before = r.metrics()
    r.territory("scenario", "create", "essai", "--title", "Essai")
    r.noticed(before)
    seen = r.metrics()
    r.territory("add", some_perimeter(r), some_commune(r), "--scenario", "essai", expect=None)
    r.noticed(seen)
    kit.same("a plan is no world", r.world(), before["maille_world"])
    tag = r.tag(PAGE)
    kit.same("nor is its page another", tag, r.tag(PAGE))


def long_notes_and_statuses_are_told_once_they_are_computed():
    r = the_region()
    code, cpts = some_commune(r), some_perimeter(r)
    gap = lambda: next(f["properties"]["note"] for f in r.json("/collections/cpts-zones-blanches/items")["features"]
                       if code in f["properties"]["codes"])
    seen = r.metrics()
    r.territory("note", code, "--text", "à voir en mai")
    r.noticed(seen)
    kit.same("layers show what was computed last", gap(), None)
    kit.check("and say so", r.json("/collections/cpts-zones-blanches").get("perime"))
    r.compute()
    wait_for("the note is shown", lambda: gap() == "à voir en mai")
    status = lambda: r.json(f"/collections/cpts/items/{cpts}")["properties"]["statut"]
    was = status()
    r.territory("status", cpts, "projet" if was != "projet" else "contractualisee",
                "--since", "2026-10-01")
    r.compute()
    wait_for("the status is shown", lambda: status() != was)


def test_figures_of_a_perimeter_follow_at_once():
    """They rest on decisions, not on what was computed."""
    r = the_region()
    code, cpts = some_commune(r), some_perimeter(r)
    path = f"/perimeters/{cpts}/figures"
    for n in range(2):
        before = r.service.get(path, token=r.tokens["all"])
        r.territory("add" if n == 0 else "remove", cpts, code)
        wait_for("the figures are others", lambda b=before: r.service.get(path, token=r.tokens["all"]).body != b.body, 1)


def test_a_token_that_is_taken_back_is_refused_at_once():
    r = the_region()
    lost = serve_kit.token(r.workspace, "lecteur", name="perdu")
    wait_for("a new token holds", lambda: r.service.get(PAGE, token=lost).status == 200, 1)
    kit.maille("token", "revoke", "perdu", "-w", r.workspace, "--quiet")
    wait_for("it is refused", lambda: r.service.get(PAGE, token=lost).status == 401)


def long_new_communes_are_new_everywhere():
    r = the_region()
    path = os.path.join(os.path.dirname(r.study), "communes.geojson")
    kit.write(path, re.sub(r'("nom": ?")', r"\1Toutneuf ", kit.read(path)))
    tags = {path: r.tag(path) for path in (PAGE, TILE)}
    kit.same("nobody is called so", r.json("/communes?q=toutneuf")["communes"], [])
    r.run()
    wait_for("tiles are new", lambda: r.tag(TILE) != tags[TILE])
    wait_for("pages are new", lambda: r.tag(PAGE) != tags[PAGE])
    code = some_commune(r)
    name = r.json(f"/communes/{code}")["nom"]
    kit.check("cards are new", name.startswith("Toutneuf "), name)
    kit.check("names are new", r.json("/communes?q=toutneuf")["communes"])


# ---- against a service that knows nothing of before ------------------------------------------------

LAYERS = ["communes", "couverture", "accessibilite", "etablissements", "cpts", "perimetres", "cpts-chevauchements",
          "cpts-zones-blanches", "cpts-constats", "cpts-communes-disputees", "cpts-bassins",
          "perimetres-historique", "zones-sous-denses"]


def routes(r):
    some = ["/", "/?f=html", "/api", "/collections", "/collections?f=html", "/tiles", "/communes?q=saint",
            "/conformance"]
    for layer in LAYERS:
        some += [f"/collections/{layer}", f"/collections/{layer}/queryables", f"/collections/{layer}/items",
                 f"/collections/{layer}/items?f=csv&limit=1000", f"/collections/{layer}/items?f=html&limit=3",
                 f"/tiles/{layer}", f"/tiles/{layer}/6/31/22"]
    for p in r.ids:
        some += [f"/perimeters/{p}/figures", f"/collections/cpts/items/{p}"]
    for code in r.codes:
        some += [f"/communes/{code}", f"/communes/{code}?f=html"]
    some.append("/figures?codes=" + ",".join(r.codes))
    return some


def answers(service, paths, tokens):
    """Status and tag: that of the content, without the time of answering."""
    return {(who, path): (a.status, a["ETag"] or re.sub(rb'"timeStamp":"[^"]*"', b"", a.body))
            for who, token in tokens.items() for path in paths for a in [service.get(path, token=token)]}


class Walk:
    """Commits by chance, each by a process of its own."""

    def __init__(self, r, seed):
        self.r, self.chance, self.made, self.supply = r, random.Random(seed), 0, 0
        found = r.json("/collections/cpts/items?limit=1000")["features"]
        r.ids = [f["properties"]["id"] for f in found][:4]
        r.codes = [f["properties"]["code"] for f in r.json("/collections/communes/items?limit=1000")["features"]][::17]
        self.all_codes = [f["properties"]["code"] for f in r.json("/collections/communes/items?limit=1000")["features"]]

    def stroke(self):
        verb = self.chance.choice(["add", "remove"])
        self.r.territory(verb, self.chance.choice(self.r.ids), self.chance.choice(self.all_codes), expect=None)

    def words(self):
        self.made += 1
        self.r.territory("rename", self.chance.choice(self.r.ids), f"Nom {self.made}", expect=None)

    def status(self):
        self.r.territory("status", self.chance.choice(self.r.ids),
                         self.chance.choice(["projet", "contractualisee", "en-fonctionnement", "abandonnee"]),
                         "--since", f"2026-{self.chance.randint(1, 11):02}-01", expect=None)

    def back(self):
        self.r.territory(self.chance.choice(["undo", "redo"]), expect=None)

    def create(self):
        self.made += 1
        self.r.territory("create", f"cpts-neuve-{self.made}", "--name", f"Neuve {self.made}",
                         self.chance.choice(self.all_codes), expect=None)

    def delete(self):
        if self.made:
            self.r.territory("delete", f"cpts-neuve-{self.chance.randint(1, self.made)}", expect=None)

    def note(self):
        code = self.chance.choice(self.all_codes)
        self.r.territory("note", code, *self.chance.choice([["--text", f"note {self.chance.random()}"], ["--remove"]]),
                         expect=None)

    def plan(self):
        self.made += 1
        self.r.territory("scenario", "create", f"plan-{self.made}", "--title", "Plan", expect=None)

    def token(self):
        self.made += 1
        serve_kit.token(self.r.workspace, "lecteur", name=f"autre-{self.made}")

    def compute(self):
        kit.maille("compute", "-w", self.r.workspace, "--audience", self.chance.choice(["interne", "public"]),
                   "--quiet")

    def offer(self):
        """Another list of doctors."""
        self.supply += 1
        path = os.path.join(kit.scratch(), "medecins.csv")
        rows = kit.read(os.path.join(kit.SAMPLE, "medecins-generalistes-2018.csv")).splitlines()
        kept = rows[:1] + [row for row in rows[1:] if self.chance.random() < 0.8]
        kit.write(path, "\n".join(kept) + "\n")
        kit.maille("import", "supply", path, "--service", "medecin_generaliste", "--fields", "code=code,count=medecins",
                   "--vintage", "2018-01-01", "--source", f"Liste {self.supply}", "--licence", "CC0", "-w",
                   self.r.workspace, "--quiet", expect=None)

    def step(self):
        weights = {self.stroke: 6, self.words: 1, self.status: 2, self.back: 4, self.create: 1, self.delete: 1,
                   self.note: 2, self.plan: 1, self.token: 1, self.compute: 5, self.offer: 1}
        what = self.chance.choices(list(weights), list(weights.values()))[0]
        what()
        return what.__name__


def same_answers(what, got, wanted):
    wrong = [k for k in wanted if got[k] != wanted[k]]
    kit.check(what, not wrong, f"{len(wrong)} others: {wrong[:6]}")
    return not wrong


def hold_against_fresh(r, walk, commits, paths):
    """After each commit the tags of the service that has served all the while come to be those of
    one that was started just now."""
    done, tokens = [], r.tokens
    for _ in range(commits):
        answers(r.service, paths, tokens)  # so that the cache is full of what was
        done.append(walk.step())
        fresh = serve_kit.Service(r.workspace, *SERVED)
        wanted = answers(fresh, paths, tokens)
        fresh.stop()
        end = time.monotonic() + SECONDS
        while (got := answers(r.service, paths, tokens)) != wanted and time.monotonic() < end:
            time.sleep(0.05)
        if not same_answers(f"as fresh after {done}", got, wanted):
            return
    print(f"  {commits} commits, {len(paths) * len(tokens)} answers after each as of a fresh service: "
          f"{', '.join(f'{done.count(k)} {k}' for k in sorted(set(done)))}")


def long_many_ask_while_others_commit():
    """No answer fails, whatever world it began in."""
    r = Region()
    walk = Walk(r, 9)
    paths, wrong, over = routes(r), [], threading.Event()
    known = (200, 204, 401, 403, 404)  # a perimeter may be gone; not everybody may ask everything

    def asks(seed):
        chance = random.Random(seed)
        while not over.is_set():
            path, who = chance.choice(paths), chance.choice(list(r.tokens))
            status = r.service.get(path, token=r.tokens[who]).status
            if status not in known:
                wrong.append((path, who, status))

    askers = [threading.Thread(target=asks, args=(seed,)) for seed in range(8)]
    for asker in askers:
        asker.start()
    for _ in range(20):
        walk.step()
    over.set()
    for asker in askers:
        asker.join()
    kit.none("answers that failed", wrong)
    kit.check("it is alive", r.service.alive())
    kit.check("and said nothing of races", "ThreadSanitizer" not in r.service.said(), r.service.said()[:3000])
    kit.same("it ends well", r.service.stop(), 0)


def long_answers_are_those_of_a_service_started_just_now():
    for seed in range(2):
        r = Region()
        walk = Walk(r, seed)
        hold_against_fresh(r, walk, 30, routes(r))


kit.main(globals())
