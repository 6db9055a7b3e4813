"""What the tests of the service share: a real `maille serve` on loopback, requests by http.client,
tokens of every role, and npm's validators. Checks and folders are those of tests/cli/kit.py."""

import atexit
import http.client
import json
import os
import socket
import subprocess
import sys
import urllib.parse

sys.dont_write_bytecode = True
SOURCE = os.environ["SOURCE"]
sys.path.insert(0, os.path.join(SOURCE, "tests/cli"))

import kit  # noqa: E402

ROLES = ["lecteur", "relecteur", "planificateur", "admin"]
NPM = os.path.join(SOURCE, "tests/service/npm")


def sample_workspace(*audiences):
    """The sample region, computed for these audiences (both without any)."""
    study = kit.copy_study(kit.SAMPLE)
    workspace = os.path.join(kit.scratch(), "w.maille")
    for audience in audiences or ("interne", "public"):
        kit.maille("run", study, "-w", workspace, "--to", kit.scratch(), "--audience", audience)
    return workspace


def token(workspace, role, *departments, name=None):
    options = [x for d in departments for x in ("--department", d)]
    name = name or "-".join([role, *departments])
    return kit.maille("token", "create", "--name", name, "--role", role, *options, "-w",
                      workspace).stdout.strip()


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __getitem__(self, name):
        """Value of a header, or None."""
        return self.headers.get(name)

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


class Service:
    """`maille serve` on a free port; lines of serve.yaml may be given."""

    def __init__(self, workspace, *lines, log=None):
        self.log = log or os.path.join(kit.scratch(), "access.log")
        config = kit.write(os.path.join(kit.scratch(), "serve.yaml"),
                           "".join(line + "\n" for line in (f'log: "{self.log}"', *lines)))
        self.errors = open(os.path.join(kit.scratch(), "stderr"), "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [kit.MAILLE, "serve", "-w", workspace, "--listen", "127.0.0.1:0", "--config", config,
             "--json"], stdout=subprocess.PIPE, stderr=self.errors, text=True)
        atexit.register(self.stop)
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(30)
            raise SystemExit(f"maille serve did not start: {self.said()}")
        self.address = json.loads(line)["address"]
        self.host, port = self.address.rsplit(":", 1)
        self.port = int(port)
        self.url = "http://" + self.address

    def said(self):
        self.errors.seek(0)
        return self.errors.read()

    def ask(self, path, method="GET", body=None, token=None, headers=None, timeout=60):
        """One request on a connection of its own; `path` may be a whole URL of this service."""
        if path.startswith(self.url):
            path = path[len(self.url):]
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            sent = dict(headers or {})
            if token:
                sent["Authorization"] = "Bearer " + token
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
                sent.setdefault("Content-Type", "application/json")
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path, token=None, **headers):
        """GET; underscores of header names stand for hyphens."""
        return self.ask(path, token=token, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def raw(self, sent, timeout=20, half_close=False):
        """All that comes back for these bytes until the other end closes or nothing more comes."""
        with socket.create_connection((self.host, self.port), timeout=timeout) as s:
            s.sendall(sent)
            if half_close:
                s.shutdown(socket.SHUT_WR)
            got = b""
            try:
                while piece := s.recv(65536):
                    got += piece
            except (TimeoutError, ConnectionResetError):
                pass
            return got

    def memory_kb(self, what="VmRSS"):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(what))

    def logged(self):
        """Lines of the access log."""
        return [json.loads(line) for line in kit.read(self.log).splitlines()]

    def alive(self):
        return self.process.poll() is None

    def stop(self):
        """Exit code of a graceful stop."""
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


def path_of(*parts, **parameters):
    """Path of segments and query, encoded."""
    path = "/" + "/".join(urllib.parse.quote(p, safe="") for p in parts)
    return path + ("?" + urllib.parse.urlencode(parameters) if parameters else "")


def npm(script, *args, stdin=None):
    """Runs a script of tests/service/npm with node beside its packages, which are installed once per
    build folder; skips loudly where there is no npm or no registry."""
    folder = os.path.join(os.environ.get("BUILD") or kit.scratch(), "npm")
    # One at a time: tests run side by side.
    p = subprocess.run(["flock", folder + ".lock", "bash", os.path.join(NPM, "install.sh"), NPM, folder],
                       capture_output=True, text=True)
    if p.returncode != 0:
        print("SKIPPED: npm's validators could not be installed:", p.stderr.strip()[-300:])
        sys.exit(77)
    return subprocess.run(["node", os.path.join(folder, script), *map(str, args)], input=stdin,
                          capture_output=True, text=not isinstance(stdin, bytes))
