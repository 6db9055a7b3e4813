"""The peers of `maille serve`: MapServer and QGIS Server as FastCGI behind nginx, on one GPKG."""
import os
import socket
import subprocess
import time
import urllib.request

HERE = os.path.dirname(os.path.realpath(__file__))
CGI = "/usr/lib/cgi-bin"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def fill(name, into, **words):
    """A template of this folder with its @words@ filled in, written to `into`."""
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        text = file.read()
    for key, value in words.items():
        text = text.replace(f"@{key}@", str(value))
    path = os.path.join(into, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def status_mb(pid, what):
    """A line of the kernel's account of a process, in MB."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(what)) / 1024


def peak_mb(pid):
    """Most memory that a process has held."""
    return status_mb(pid, "VmHWM")


class Peers:
    """MapServer at <url>/mapserv, QGIS Server at <url>/qgis, files of `folder`/files at <url>/."""

    def __init__(self, folder, gpkg, extent):
        self.folder, self.processes = folder, []
        os.makedirs(os.path.join(folder, "files"), exist_ok=True)
        os.chmod(folder, 0o755)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        mapfile = fill("serve.map", folder, extent=extent, url=self.url, gpkg=gpkg)
        with open(os.path.join(folder, "mapserver.conf"), "w", encoding="utf-8") as file:
            file.write(f'CONFIG\n  ENV\n    MS_MAP_PATTERN "."\n  END\n  MAPS\n    BENCH "{mapfile}"\n'
                       "  END\nEND\n")
        project = os.path.join(folder, "bench.qgs")
        # Debian's own Python: QGIS's modules are nobody else's.
        subprocess.run(["/usr/bin/python3", os.path.join(HERE, "serve-qgis.py"), gpkg, project],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for i in (1, 2):
            self.fastcgi(f"mapserver-{i}", "mapserv",
                         MAPSERVER_CONFIG_FILE=os.path.join(folder, "mapserver.conf"))
            self.fastcgi(f"qgis-{i}", "qgis_mapserv.fcgi", QT_QPA_PLATFORM="offscreen",
                         QGIS_PROJECT_FILE=project)
        config = fill("serve.nginx", folder, folder=folder, port=port)
        self.processes.append(subprocess.Popen(["nginx", "-c", config, "-g", "daemon off;"],
                                               stderr=subprocess.DEVNULL))
        self.wait(f"{self.url}/mapserv/BENCH/ogcapi/collections/communes/items?f=json&limit=1")
        self.wait(f"{self.url}/qgis/wfs3/collections/communes/items.json?limit=1")

    def fastcgi(self, name, program, **environment):
        sock = os.path.join(self.folder, name + ".sock")
        with open(os.path.join(self.folder, name + ".log"), "wb") as log:
            self.processes.append(subprocess.Popen(
                ["spawn-fcgi", "-M", "0666", "-s", sock, "-n", "--", os.path.join(CGI, program)],
                env=dict(os.environ, **environment), stdout=log, stderr=log))

    def memory_mb(self, program):
        """Peak of both processes of a FastCGI program together."""
        return sum(peak_mb(p.pid) for p in self.processes if p.args[-1].endswith(program))

    @staticmethod
    def wait(url):
        for _ in range(100):
            try:
                with urllib.request.urlopen(url, timeout=10) as answer:
                    if answer.status == 200 and answer.read():
                        return
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"the peer never answered {url}")

    def stop(self):
        for process in reversed(self.processes):
            # nginx takes its workers with it; MapServer, asked to end, waits for one more request
            process.terminate() if process.args[0] == "nginx" else process.kill()
            process.wait()


def ask(url, paths, folder, seconds=6, connections=8):
    """wrk on `paths` of `url`: dict of rps, p50_ms, p99_ms, requests, bytes, failed."""
    listed = os.path.join(folder, "paths")
    with open(listed, "w", encoding="utf-8") as file:
        file.writelines(path + "\n" for path in paths)
    out = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--timeout", "20s", "-s",
         os.path.join(HERE, "serve-paths.lua"), url],
        env=dict(os.environ, PATHS=listed), check=True, capture_output=True, text=True).stdout
    told = next(line for line in out.splitlines() if line.startswith("told "))
    return {key: float(value) for key, value in (p.split("=") for p in told.split()[1:])}
