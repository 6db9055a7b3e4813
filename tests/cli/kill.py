"""kill -9 at random moments. The moments are those of a seed; where they fall depends on the
machine, so each is told when it fails."""

import os
import random
import shutil
import subprocess
import time

import kit
from kit import check, same

TRIALS = int(os.environ.get("MAILLE_KILLS", "25"))
dice = random.Random(20260101)


def run_killed(study, workspace, to, after):
    """Starts a run and kills it after so many seconds: None where it was still at work, else the
    seconds that it took."""
    began = time.monotonic()
    p = subprocess.Popen([kit.MAILLE, "run", study, "-w", workspace, "--to", to],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        p.wait(timeout=after)
        return time.monotonic() - began
    except subprocess.TimeoutExpired:
        p.kill()
        return None if p.wait() != 0 else after


class Moments:
    """Moments at random within the time of a run, until TRIALS runs were killed at work. How long a
    run takes changes with what else the machine does: one that ended first tells it anew."""

    def __init__(self, seconds):
        self.seconds, self.killed, self.trials = seconds, 0, 0

    def __iter__(self):
        while self.killed < TRIALS and self.trials < 4 * TRIALS:
            yield f"trial {self.trials}", dice.uniform(0, self.seconds)
            self.trials += 1
        check("runs were killed at work", self.killed >= TRIALS, f"{self.killed} of {self.trials}")

    def tell(self, ended_after):
        if ended_after is None:
            self.killed += 1
        else:
            self.seconds = min(self.seconds, ended_after)


def undisturbed(study, old=None):
    """(seconds, contents, layers) of a run that nobody kills, on a copy of an old workspace or anew:
    the history of perimeters tells the two apart."""
    workspace, to = os.path.join(kit.scratch(), "w.maille"), kit.scratch()
    if old:
        shutil.copy(old, workspace)
        shutil.copytree(old + ".cache", workspace + ".cache")
    began = time.monotonic()
    kit.maille("run", study, "-w", workspace, "--to", to)
    return time.monotonic() - began, kit.contents(workspace), to


def finishes(what, study, workspace, to, tables, layers):
    """The next run ends well and leaves what an undisturbed one leaves, and no more."""
    kit.maille("run", study, "-w", workspace, "--to", to)
    kit.same_files(what, layers, to)
    kit.same_contents(f"{what}: tables", kit.contents(workspace), tables)
    same(f"{what}: the file is whole", kit.query(workspace, "PRAGMA quick_check"), [("ok",)])
    left = [n for n in os.listdir(os.path.dirname(workspace)) if not n.startswith("w.maille")]
    same(f"{what}: nothing beside the workspace", left, [])


def kill_first_runs(study):
    seconds, tables, layers = undisturbed(study)
    moments = Moments(seconds)
    for trial, after in moments:
        workspace, to = os.path.join(kit.scratch(), "w.maille"), os.path.join(kit.scratch(), "layers")
        moments.tell(run_killed(study, workspace, to, after))
        finishes(f"{trial}, killed after {after:.3f} s", study, workspace, to, tables, layers)
        shutil.rmtree(os.path.dirname(workspace))
        shutil.rmtree(os.path.dirname(to))


def test_first_run_of_the_sample_region():
    kill_first_runs(os.path.join(kit.SAMPLE, "study.yaml"))


def test_first_run_of_corsica():
    kill_first_runs(kit.real("corse/study.yaml"))


def test_one_workspace_killed_again_and_again():
    study = os.path.join(kit.SAMPLE, "study.yaml")
    seconds, tables, layers = undisturbed(study)
    workspace, to = os.path.join(kit.scratch(), "w.maille"), os.path.join(kit.scratch(), "layers")
    for _ in range(TRIALS):
        run_killed(study, workspace, to, dice.uniform(0, 0.4 * seconds))
    finishes("after all", study, workspace, to, tables, layers)


def test_second_run_after_a_change():
    """Killed while it brings old results up to date: old files and old rows must not stay."""
    study = kit.copy_study(kit.SAMPLE)
    old = os.path.join(kit.scratch(), "w.maille")
    old_layers = os.path.join(kit.scratch(), "layers")
    kit.maille("run", study, "-w", old, "--to", old_layers)
    folder = os.path.dirname(study)
    kit.replace(os.path.join(folder, "medecins-generalistes-2018.csv"), "96005;10", "96005;12")
    kit.replace(os.path.join(folder, "cpts.csv"), "CPTS des Confins,contractualisee", "CPTS des Confins,idée")
    kit.replace(os.path.join(folder, "routes.geojson"), '"id": 7,', '"id": 700007,')
    seconds, tables, layers = undisturbed(study, old)
    moments = Moments(seconds)
    for trial, after in moments:
        workspace, to = os.path.join(kit.scratch(), "w.maille"), os.path.join(kit.scratch(), "layers")
        shutil.copy(old, workspace)
        shutil.copytree(old + ".cache", workspace + ".cache")
        shutil.copytree(old_layers, to)
        moments.tell(run_killed(study, workspace, to, after))
        finishes(f"{trial}, killed after {after:.3f} s", study, workspace, to, tables, layers)


kit.main(globals())
