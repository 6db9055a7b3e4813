"""Readers beside a writer."""

import os
import signal
import subprocess

import kit
from kit import check, none, same


def test_exports_during_runs():
    """A run goes back and forth between two supplies; exports meanwhile are the one or the other,
    or results of the one marked as stale."""
    study = kit.copy_study(kit.SAMPLE)
    supply = os.path.join(os.path.dirname(study), "medecins-generalistes-2018.csv")
    workspace = os.path.join(kit.scratch(), "w.maille")
    texts = [kit.read(supply), kit.read(supply).replace("96005;10", "96005;12")]
    known = {}
    for text in texts:
        kit.write(supply, text)
        to = kit.scratch()
        kit.maille("run", study, "-w", workspace, "--to", to)
        known[kit.layer(to, "communes")["workspace_hash"]] = kit.files(to)
    same("two states", len(known), 2)
    seen = set()
    for turn in range(4):
        kit.write(supply, texts[turn % 2])
        writer = subprocess.Popen([kit.MAILLE, "run", study, "-w", workspace, "--quiet"])
        while writer.poll() is None:
            to = kit.scratch()
            kit.maille("export", "-w", workspace, "--to", to, "--quiet")
            heads = {n: kit.layer(to, n) for n in kit.LAYERS}
            hashes = {h["workspace_hash"] for h in heads.values()}
            check("one state", len(hashes) == 1 and hashes <= set(known), hashes)
            bytes_of, now = known[hashes.pop()], kit.files(to)
            fresh = [n for n in kit.LAYERS if not heads[n].get("perime")]
            none("what is not stale is of that state", [
                n for n in fresh if now[n + ".geojson"] != bytes_of[n + ".geojson"]])
            seen.add(len(fresh))
        same("the writer ends well", writer.returncode, 0)
    check("exports were made", seen, seen)


def signed(lock):
    try:
        return kit.read(lock).startswith("marie ")
    except FileNotFoundError:
        return False


def test_one_writer_at_a_time():
    study = os.path.join(kit.SAMPLE, "study.yaml")
    workspace = os.path.join(kit.scratch(), "w.maille")
    env = {**os.environ, "USER": "marie"}
    env.pop("SUDO_USER", None)
    kit.maille("run", study, "-w", workspace)
    first = subprocess.Popen([kit.MAILLE, "run", study, "-w", workspace, "--force", "--quiet"], env=env)
    told = []
    while first.poll() is None and not signed(workspace + ".lock"):
        pass
    first.send_signal(signal.SIGSTOP)  # a long one: who waits a moment is not helped
    p = kit.maille("compute", "-w", workspace, "--quiet", expect=None)
    told.append((p.returncode, p.stderr))
    first.send_signal(signal.SIGCONT)
    first.wait()
    check("the second is refused, with the name of the first",
          any(code == 1 and f"marie (process {first.pid})" in said for code, said in told), told)
    kit.maille("compute", "-w", workspace)


kit.main(globals())
