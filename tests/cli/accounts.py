"""maille token and maille backup: a token is told once; a copy is whole; neither is seen in what is
published."""

import fcntl
import json
import os
import re
import sqlite3
import stat
import subprocess

import kit
from kit import check, none, same

TOKEN = re.compile(r"maille_[A-Za-z0-9_-]{43}\n")
work = kit.scratch()
workspace = os.path.join(work, "w.maille")
study = os.path.join(kit.SAMPLE, "study.yaml")


def create(name, role, *more, at=workspace):
    p = kit.maille("token", "create", "--name", name, "--role", role, *more, "-w", at)
    check("a token alone stands on stdout", TOKEN.fullmatch(p.stdout), p.stdout)
    check("stderr tells that it is told once", "once" in p.stderr and name in p.stderr, p.stderr)
    check("stderr does not tell it", p.stdout.strip() not in p.stderr)
    return p.stdout.strip(), re.match(r"token ([0-9a-f]{16}) ", p.stderr)[1]


def listed(at=workspace):
    return {t["id"]: t for t in json.loads(kit.maille("token", "list", "--json", "-w", at).stdout)}


def test_published_bytes_know_nothing_of_accounts():
    """Layers and their hash, before and after; steps stay fresh."""
    before, after = kit.scratch(), kit.scratch()
    for audience in ("interne", "public"):
        kit.maille("run", study, "-w", workspace, "--to", os.path.join(before, audience), "--audience", audience)
    for role in ("lecteur", "relecteur", "planificateur", "admin"):
        create(f"{role} témoin", role)
    kit.maille("token", "revoke", "relecteur témoin", "-w", workspace)
    for audience in ("interne", "public"):
        p = kit.maille("run", study, "-w", workspace, "--to", os.path.join(after, audience), "--audience", audience)
        same(f"{audience}: nothing is computed again", kit.steps_run(p.stderr), [])
        kit.same_files(audience, os.path.join(before, audience), os.path.join(after, audience))


def test_a_token_is_told_once_and_kept_as_its_hash():
    token, token_id = create("Ève Le Goff", "planificateur", "--department", "56", "--department=2A",
                             "--expires", "2099-12-31")
    row = listed()[token_id]
    same("what the list tells", {k: row[k] for k in ("name", "role", "departments", "expires", "revoked")},
         {"name": "Ève Le Goff", "role": "planificateur", "departments": ["2A", "56"], "expires": "2099-12-31",
          "revoked": None})
    same("and nothing else", sorted(row), sorted(["id", "name", "role", "departments", "made", "who", "expires",
                                                  "revoked"]))
    everything = kit.maille("token", "list", "-w", workspace).stdout + json.dumps(row)
    hashed = subprocess.run(["b2sum", "-l", "256"], input=token, capture_output=True, text=True).stdout[:64]
    with sqlite3.connect(workspace) as db:
        same("the hash is BLAKE2b", db.execute("SELECT hash FROM token WHERE id = ?", (token_id,)).fetchone()[0],
             hashed)
    check("the list tells neither", token not in everything and hashed not in everything)
    check("the table is for people", "Ève Le Goff" in everything and "planificateur" in everything)
    other, _ = create("quelqu’un", "lecteur")
    check("no two are alike", other != token)
    for name in (n for n in os.listdir(work) if not n.endswith(".cache")):
        with open(os.path.join(work, name), "rb") as file:
            check(f"{name} does not hold it", token[7:].encode() not in file.read())


def test_a_token_ends():
    _, token_id = create("de passage", "lecteur")
    kit.refused("a name in use", ["token", "create", "--name", "de passage", "--role", "admin", "-w", workspace], 3,
                "de passage", "revoke")
    kit.maille("token", "revoke", token_id, "-w", workspace)
    check("it stays in the list", listed()[token_id]["revoked"])
    kit.refused("once only", ["token", "revoke", token_id, "-w", workspace], 4, token_id)
    create("de passage", "admin")
    kit.maille("token", "revoke", "de passage", "-w", workspace)
    same("by name the one that held", sum(t["name"] == "de passage" and t["revoked"] is not None
                                          for t in listed().values()), 2)


def test_token_usage():
    for arguments, word in (([], "create, list or revoke"), (["make"], "make"),
                            (["create", "--name", "x"], "--role"), (["create", "--role", "lecteur"], "--name"),
                            (["create", "x", "--name", "x", "--role", "lecteur"], "create"),
                            (["create", "--name", "x", "--role", "chef"], "chef"),
                            (["create", "--name", "", "--role", "lecteur"], "name"),
                            (["create", "--name", "x", "--role", "lecteur", "--department", "Finistère"], "Finistère"),
                            (["create", "--name", "x", "--role", "lecteur", "--expires", "demain"], "demain"),
                            (["create", "--name", "x", "--role", "lecteur", "--json"], "--json"),
                            (["list", "--role", "lecteur"], "--role"), (["list", "x"], "list"),
                            (["revoke"], "one token"), (["revoke", "a", "b"], "one token")):
        kit.refused(f"token {' '.join(arguments)}", ["token", *arguments, "-w", workspace], 2, word)
    kit.refused("no value", ["token", "create", "-w", workspace, "--name", "x", "--role", "lecteur", "--department"], 2,
                "--department")
    kit.refused("no workspace", ["token", "list"], 2, "-w")
    kit.refused("no such workspace", ["token", "list", "-w", "/nowhere/w"], 4, "/nowhere/w")
    none("nothing was made", [t for t in listed().values() if t["name"] in ("x", "")])
    p = kit.maille("token", "create", "--name", "muet", "--role", "lecteur", "-q", "-w", workspace)
    check("--quiet: the token alone", TOKEN.fullmatch(p.stdout) and not p.stderr)


def test_a_backup_is_the_workspace():
    to = os.path.join(work, "copy.maille")
    os.chmod(workspace, 0o640)
    kit.maille("backup", "-w", workspace, "--out", to)
    same("its rights are the workspace's", stat.S_IMODE(os.stat(to).st_mode), 0o640)
    same("nothing stands beside it", [n for n in os.listdir(work) if n.startswith("copy.maille")], ["copy.maille"])
    kit.same_contents("it holds the same", kit.contents(workspace), kit.contents(to))
    same("tokens too", listed(to), listed())
    one, other = kit.scratch(), kit.scratch()
    kit.maille("export", "-w", workspace, "--to", one)
    kit.maille("export", "-w", to, "--to", other)
    kit.same_files("layers of the copy", one, other)

    with open(to, "rb") as file:
        before = file.read()
    kit.refused("a file that is there", ["backup", "-w", workspace, "--out", to], 3, "copy.maille", "there already")
    with open(to, "rb") as file:
        same("it stays", file.read(), before)
    kit.maille("token", "revoke", "lecteur témoin", "-w", workspace)
    p = kit.maille("backup", "-w", workspace, "-o", to, "--force", "--quiet")
    same("quiet", p.stdout + p.stderr, "")
    same("--force replaces it", listed(to), listed())


def test_backup_usage():
    for arguments, code, word in ((["-w", workspace], 2, "--out"), (["--out", work + "/x"], 2, "-w"),
                                  (["-w", workspace, "--out", work + "/x", "y"], 2, "--out"),
                                  (["-w", "/nowhere/w", "--out", work + "/x"], 4, "/nowhere/w"),
                                  (["-w", workspace, "--out", "/nowhere/x"], 4, "/nowhere"),
                                  (["-w", workspace, "--out", workspace, "--force"], 3, "itself"),
                                  (["-w", study, "--out", work + "/x"], 3, "study.yaml")):
        kit.refused(f"backup {' '.join(arguments)}", ["backup", *arguments], code, word)
    check("nothing was made", not os.path.exists(work + "/x"))


def test_a_backup_needs_no_lock_and_a_token_does():
    with open(workspace + ".lock", "w", encoding="utf-8") as lock:
        lock.write("marie 4321\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        kit.maille("backup", "-w", workspace, "--out", os.path.join(work, "busy.maille"))
        kit.maille("token", "list", "-w", workspace)
        kit.refused("a token", ["token", "create", "--name", "x", "--role", "lecteur", "-w", workspace], 1, "marie")
        kit.refused("a revocation", ["token", "revoke", "muet", "-w", workspace], 1, "marie")


kit.main(globals())
