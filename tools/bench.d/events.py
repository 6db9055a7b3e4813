"""Event streams under load: a thousand real connections to a real service, what they cost while nothing
happens, and how long one stroke takes to reach the last of them.

`bench_events(maille, workspace, token, …)` returns rows; as a program it makes a workspace of the
sample: `events.py MAILLE SAMPLE [STREAMS]`."""

import json
import os
import resource
import select
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time


def memory_kb(pid, what="RssAnon"):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(what))


def allow_files(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def open_stream(address, token):
    host, port = address.rsplit(":", 1)
    s = socket.create_connection((host, int(port)), timeout=30)
    s.sendall(f"GET /events HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n"
              f"Authorization: Bearer {token}\r\n\r\n".encode())
    got = b""
    while b"\nid: " not in got or not got.endswith(b"\r\n"):
        piece = s.recv(65536)
        if not piece or b" 200 " not in got + piece:
            raise SystemExit(f"a stream was not opened: {got + piece!r}")
        got += piece
    return s


def deliver(streams, stroke):
    """Seconds from the stroke's begin and from the first delivery to the last stream that has it."""
    waiting = select.epoll()
    of = {s.fileno(): s for s in streams}
    for fd in of:
        waiting.register(fd, select.EPOLLIN)
    began = time.monotonic()
    stroke()
    done = time.monotonic()
    first, left = None, set(of)
    while left:
        ready = waiting.poll(30)
        if not ready:
            raise SystemExit(f"{len(left)} streams were not told within 30 s")
        for fd, _ in ready:
            if b"event: changement" in of[fd].recv(65536):
                left.discard(fd)
                first = first or time.monotonic()
    last = time.monotonic()
    waiting.close()
    return last - began, last - done, last - first


def bench_events(maille, workspace, strokes, count=1000, rounds=5, token=None):
    """`strokes` are functions that change something, called in turn with a serve address."""
    allow_files(count + 256)
    if token is None:
        token = subprocess.run([maille, "token", "create", "--name", f"flux-{time.time()}", "--role",
                                "planificateur", "-w", workspace], check=True, capture_output=True,
                               text=True).stdout.strip()
    folder = tempfile.mkdtemp(prefix="maille-bench-")
    config = os.path.join(folder, "serve.yaml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f'log: ""\nstreams: {count + 10}\nstreams_per_account: {count + 10}\nheartbeat_s: 60\n'
                   "settle_s: 0\nsettle_most_s: 0\n")
    service = subprocess.Popen([maille, "serve", "-w", workspace, "--listen", "127.0.0.1:0", "--config",
                                config, "--json", "--quiet"], stdout=subprocess.PIPE, text=True)
    try:
        address = json.loads(service.stdout.readline())["address"]
        warm = [open_stream(address, token) for _ in range(3)]
        deliver(warm, lambda: strokes[0](address, token))
        for s in warm:
            s.close()
        time.sleep(1.5)
        before = memory_kb(service.pid)
        began = time.monotonic()
        streams = [open_stream(address, token) for _ in range(count)]
        opened = time.monotonic() - began
        time.sleep(1)
        idle = memory_kb(service.pid)
        times = [deliver(streams, lambda i=i: strokes[i % len(strokes)](address, token))
                 for i in range(1, rounds + 1)]
        after = memory_kb(service.pid)
        for s in streams:
            s.close()
    finally:
        service.terminate()
        service.wait(60)
        shutil.rmtree(folder, ignore_errors=True)
    return {"streams": count, "opened_s": round(opened, 3), "rss_anon_before_kb": before,
            "rss_anon_idle_kb": idle, "kb_per_stream": round((idle - before) / count, 2),
            "rss_anon_after_kb": after,
            "stroke_to_last_s": round(statistics.median(t[0] for t in times), 4),
            "commit_to_last_s": round(statistics.median(t[1] for t in times), 4),
            "first_to_last_s": round(statistics.median(t[2] for t in times), 4)}


def sample_strokes(maille, workspace):
    """A perimeter that gets one name, then the other, by the command line."""
    def rename(name):
        return lambda address, token: subprocess.run(
            [maille, "territory", "rename", "cpts-metropole", name, "-w", workspace], check=True,
            capture_output=True)
    return [rename("Nom un"), rename("Nom deux")]


def main():
    maille, sample = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
    folder = tempfile.mkdtemp(prefix="maille-bench-")
    try:
        workspace = os.path.join(folder, "w.maille")
        study = shutil.copytree(sample, os.path.join(folder, "study"))
        subprocess.run([maille, "run", os.path.join(study, "study.yaml"), "-w", workspace, "--to",
                        os.path.join(folder, "out"), "--quiet"], check=True)
        print(json.dumps(bench_events(maille, workspace, sample_strokes(maille, workspace), count), indent=1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
