"""maille serve as a process: what it says, how it ends, what it refuses; the real router behind the
real wire, with many callers while the workspace changes."""

import json
import os
import signal
import socket
import subprocess
import threading
import time

import serve_kit as serve
from serve_kit import kit


def workspace():
    if not hasattr(workspace, "made"):
        workspace.made = serve.sample_workspace("public")
    return workspace.made


def started(*options, **how):
    return subprocess.Popen([kit.MAILLE, "serve", "-w", workspace(), "--listen", "127.0.0.1:0",
                             *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            **how)


def test_says_where_it_listens():
    config = kit.write(os.path.join(kit.scratch(), "serve.yaml"), 'log: ""\n')
    for quiet in (False, True):
        p = started("--json", "--config", config, *(["--quiet"] if quiet else []))
        address = json.loads(p.stdout.readline())["address"]
        with socket.create_connection(address.rsplit(":", 1)):
            pass
        p.terminate()
        out, err = p.communicate(timeout=30)
        kit.same("exit code", p.returncode, 0)
        kit.same("nothing more on standard output", out, "")
        kit.same("standard error", err,
                 "" if quiet else f"listening on http://{address}\nstopping\n")


def test_ends_by_a_signal_when_all_is_answered():
    for which in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        s = serve.Service(workspace())
        idle = socket.create_connection((s.host, s.port))
        half = socket.create_connection((s.host, s.port))
        half.sendall(b"GET / HT")
        asked = socket.create_connection((s.host, s.port))
        asked.sendall(b"GET /collections/communes/items?limit=1000 HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.1)
        began = time.monotonic()
        s.process.send_signal(which)
        got = b""
        while piece := asked.recv(65536):
            got += piece
        head, _, body = got.partition(b"\r\n\r\n")
        kit.check("what was asked for came", head.startswith(b"HTTP/1.1 200"), head[:80])
        kit.check("and it was whole", json.loads(body)["type"] == "FeatureCollection")
        kit.same("exit code", s.process.wait(30), 0)
        kit.check("at once", time.monotonic() - began < 5, time.monotonic() - began)
        for c in (idle, half, asked):
            c.close()


def test_refuses_what_it_cannot_do():
    taken = serve.Service(workspace())
    kit.refused("an address in use", ["serve", "-w", workspace(), "--listen", taken.address], 1,
                taken.address)
    kit.refused("an address that is none", ["serve", "-w", workspace(), "--listen", "nowhere"], 3,
                "nowhere")
    kit.refused("no workspace", ["serve"], 2)
    kit.refused("a workspace that is not there", ["serve", "-w", "/nowhere/w.maille", "--listen",
                                                  "127.0.0.1:0"], 4, "/nowhere/w.maille")
    config = kit.write(os.path.join(kit.scratch(), "serve.yaml"), "workers: many\n")
    kit.refused("a config that does not hold", ["serve", "-w", workspace(), "--config", config], 3,
                "serve.yaml", "1")
    kit.same("the first goes on", taken.get("/health").status, 200)
    kit.same("and ends", taken.stop(), 0)


def test_many_callers_while_the_workspace_changes():
    s = serve.Service(workspace())
    paths = ["/", "/collections", "/collections/communes/items?limit=50", "/nowhere",
             "/collections/communes/items?f=csv", "/collections/communes?f=html", "/conformance"]
    wrong, over = [], threading.Event()

    def call(k):
        n = 0
        while not over.is_set():
            path = paths[(k + n) % len(paths)]
            answer = s.get(path, Accept_Encoding="gzip" if n % 2 else "identity")
            n += 1
            if answer.status >= 500 or (answer.status == 404) != (path == "/nowhere"):
                wrong.append((path, answer.status, answer.body[:200]))

    callers = [threading.Thread(target=call, args=(k,)) for k in range(6)]
    for c in callers:
        c.start()
    for n in range(4):
        serve.token(workspace(), "lecteur", name=f"t{n}{os.getpid()}")
        time.sleep(0.4)
    over.set()
    for c in callers:
        c.join()
    kit.none("answers that are no fault", wrong)
    kit.same("exit code", s.stop(), 0)
    lines = s.logged()
    kit.check("each is in the log", len(lines) > 50 and all(line["status"] < 500 for line in lines),
              len(lines))


kit.main(globals())
