"""nginx with the shipped example before a real `maille serve`; see test_nginx_long.sh. Callers are
told apart by their loopback addresses, 127.0.0.1 and after."""

import atexit
import http.client
import json
import math
import os
import re
import socket
import ssl
import subprocess
import time

from serve_kit import Answer, Service, kit, sample_workspace, token
from kit import check, none, same

HOST = "carte.example"
URL = "https://" + HOST

workspace = sample_workspace()
admin, planner = token(workspace, "admin"), token(workspace, "planificateur")
service = Service(workspace, f"public_url: {URL}", "proxies: [127.0.0.1]", "secure_cookies: true",
                  "failures: 3")
# As docs/serving.md has it where the service is under a path.
below = Service(workspace, f"public_url: {URL}/cpts", "proxies: [127.0.0.1]")
BELOW = """server {{
    listen {port};
    location /cpts/ {{
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_pass http://{address}/;
    }}
}}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Front:
    """nginx on free ports; the example is changed only where it says that it is to be."""

    def __init__(self):
        self.folder = kit.scratch()
        self.port, self.tls_port, self.below_port = free_port(), free_port(), free_port()
        self.certificate = os.path.join(self.folder, "cert.pem")
        key = os.path.join(self.folder, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-keyout", key, "-out", self.certificate, "-subj", f"/CN={HOST}",
                        "-addext", f"subjectAltName=DNS:{HOST}"], check=True, capture_output=True)
        text = kit.read(os.path.join(kit.SOURCE, "docs/examples/nginx.conf"))
        for was, becomes in (
                ("server 127.0.0.1:8080;", f"server {service.address};"),
                ("listen 80;", f"listen {self.port};"),
                ("listen 443 ssl http2;", f"listen {self.tls_port} ssl http2;"),
                ("/etc/ssl/certs/carte.example.pem", self.certificate),
                ("/etc/ssl/private/carte.example.key", key),
                ("/var/cache/nginx/maille", os.path.join(self.folder, "cache"))):
            same(f"the example says {was} once", text.count(was), 1)
            text = text.replace(was, becomes)
        text += BELOW.format(port=self.below_port, address=below.address)
        kit.write(os.path.join(self.folder, "maille.conf"), text)
        temporary = "".join(f"{kind}_temp_path {self.folder}/{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        main = kit.write(os.path.join(self.folder, "nginx.conf"),
                         ("user root;\n" if os.geteuid() == 0 else "") +
                         f"daemon off;\npid {self.folder}/pid;\nworker_processes 1;\n"
                         f"events {{ worker_connections 512; }}\nhttp {{\naccess_log off;\n"
                         f"{temporary}include {self.folder}/maille.conf;\n}}\n")
        self.command = ["nginx", "-p", self.folder, "-c", main, "-e", self.folder + "/errors"]
        tested = subprocess.run(self.command + ["-t"], capture_output=True, text=True)
        same("nginx takes the example", (tested.returncode, "warn" in tested.stderr), (0, False))
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL)
        atexit.register(self.stop)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.tls_port), 1).close()
                break
            except OSError:
                time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def connect(self, caller="127.0.0.1", port=None):
        plain = socket.create_connection(("127.0.0.1", port or self.tls_port), 30, (caller, 0))
        if port:
            return plain
        trust = ssl.create_default_context(cafile=self.certificate)
        return trust.wrap_socket(plain, server_hostname=HOST)

    def ask(self, path, method="GET", body=None, caller="127.0.0.1", port=None, **headers):
        """Over TLS, or plainly to a port. Underscores of header names stand for hyphens; the path goes
        as it is."""
        connection = http.client.HTTPConnection(HOST)
        connection.sock = self.connect(caller, port)
        try:
            sent = {k.replace("_", "-"): v for k, v in headers.items() if v}
            connection.request(method, path.removeprefix(URL), body=body, headers=sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def raw(self, sent):
        with self.connect() as s:
            s.sendall(sent)
            got = b""
            try:
                while piece := s.recv(65536):
                    got += piece
            except (TimeoutError, ConnectionResetError):
                pass
            return got


front = Front()


def bearer(text):
    return "Bearer " + text


def last_logged(path):
    """The line of the last request for a path; it is written just after the answer."""
    for _ in range(50):
        lines = [line for line in service.logged() if line["path"] == path]
        if lines:
            return lines[-1]
        time.sleep(0.05)
    return {}


def test_plain_http_is_sent_to_tls():
    answer = front.ask("/collections?f=json", port=front.port)
    same("redirect", (answer.status, answer["Location"]), (308, URL + "/collections?f=json"))


def links_of(value):
    if isinstance(value, dict):
        if isinstance(value.get("href"), str):
            yield value["href"]
        for part in value.values():
            yield from links_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from links_of(part)


def test_links_begin_with_the_public_address_and_lead_somewhere():
    seen, todo = set(), [URL + "/?f=json"]
    while todo and len(seen) < 60:
        url = todo.pop()
        if url in seen or "{" in url or url == URL + "/communes":  # a search without its words
            continue
        seen.add(url)
        answer = front.ask(url)
        same(f"GET {url}", answer.status, 200)
        if "json" in (answer["Content-Type"] or "") and "/items" not in url:
            ours = [link for link in links_of(answer.json)
                    if HOST in link or "127.0.0.1" in link or link.startswith("/")]
            none(f"links of {url} that are not public", (x for x in ours if not x.startswith(URL)))
            todo += [x for x in ours if "/download" not in x]
    check("more than ten addresses were followed", len(seen) > 10, seen)


def test_headers_stand_once():
    answer = front.ask("/")
    for name in ("Strict-Transport-Security", "X-Content-Type-Options", "Cache-Control",
                 "Content-Security-Policy", "Access-Control-Allow-Origin", "ETag", "Vary"):
        same(name, len(answer.headers.get_all(name) or []), 1)
    same("Server tells no version", re.findall(r"[0-9]", answer["Server"] or ""), [])


def test_maille_compresses_not_nginx():
    plain, packed = front.ask("/collections"), front.ask("/collections", Accept_Encoding="gzip")
    same("encodings", (plain["Content-Encoding"], packed["Content-Encoding"]), (None, "gzip"))
    check("each form has its ETag", plain["ETag"] and plain["ETag"] != packed["ETag"])
    check("strong", not packed["ETag"].startswith("W/"), packed["ETag"])
    same("304", front.ask("/collections", If_None_Match=plain["ETag"]).status, 304)


def test_the_caller_is_whom_nginx_saw():
    front.ask("/health?lang=fr", caller="127.0.0.2", X_Forwarded_For="6.6.6.6",
              Forwarded="for=6.6.6.6", X_Real_IP="6.6.6.6")
    same("peer", last_logged("/health").get("peer"), "127.0.0.2")
    answer = front.ask("/?f=json", X_Forwarded_Host="evil.example", X_Forwarded_Proto="http",
                       X_Forwarded_Prefix="/evil")
    check("nothing of what the caller forwards is believed", "evil" not in answer.text)


def test_an_address_that_fails_is_shut_out_alone():
    wrong = bearer("maille_" + "x" * 43)
    same("failures", [front.ask("/", caller="127.0.0.3", Authorization=wrong,
                                X_Forwarded_For=f"6.6.6.{i}").status for i in range(4)],
         [401, 401, 401, 429])
    same("another", front.ask("/", caller="127.0.0.4", Authorization=wrong).status, 401)
    same("a right token", front.ask("/", caller="127.0.0.3", Authorization=bearer(admin)).status, 200)


def test_a_session_over_tls():
    body = json.dumps({"token": planner})
    opened = front.ask("/session", "POST", body, Content_Type="application/json", Origin=URL)
    same("opened", opened.status, 201)
    cookie = opened["Set-Cookie"] or ""
    none("the cookie lacks", (x for x in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/")
                              if x not in cookie))
    cookie, csrf = cookie.split(";")[0], opened.json.get("csrf")
    same("who", front.ask("/session", Cookie=cookie).json.get("role"), "planificateur")
    close = {"method": "DELETE", "Cookie": cookie}
    same("without CSRF", front.ask("/session", Origin=URL, **close).status, 403)
    same("from elsewhere", front.ask("/session", X_Maille_CSRF=csrf,
                                     Origin="https://evil.example", **close).status, 403)
    same("closed", front.ask("/session", X_Maille_CSRF=csrf, Origin=URL, **close).status, 204)
    same("nobody", front.ask("/session", Cookie=cookie).json.get("role"), "anonyme")


def test_paths_arrive_as_they_were_sent():
    for path in ("/collections/..%2f..%2fetc", "/collections/../collections", "//collections",
                 "/collections//communes", "/%2e%2e/collections", "/collections/a%00b",
                 "/collections/a%5cb"):
        same(path, front.ask(path).status, 400)
    same("encoded once", front.ask("/collections/%252e%252e").status, 404)


def test_what_is_too_large_ends_at_nginx():
    same("body", front.ask("/session", "POST", b"x" * (3 << 20)).status, 413)
    same("address", front.ask("/" + "a" * 20000).status, 414)
    check("header", front.ask("/", X_Much="a" * 20000).status in (400, 431))


def test_shapes_that_smuggle_are_refused():
    head = f"POST /session HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n".encode()
    inner = f"GET /collections HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    for what, lines in {
            "both lengths": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}   ",
            "no number": b"Content-Length: +5\r\n\r\n{}   ",
            "unknown coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "two codings": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    }.items():
        got = front.raw(head + lines + inner)
        check(what, re.match(rb"HTTP/1\.1 (400|501) ", got), got[:60])
        same(f"{what}: one answer", got.count(b"HTTP/1.1 "), 1)
    got = front.raw(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nHost: evil.example\r\n\r\n".encode())
    check("two hosts", got.startswith(b"HTTP/1.1 400 "), got[:60])


def tile_address():
    """A tile of communes that holds the middle of them all."""
    described = front.ask("/tiles/communes").json
    west, south, east, north = described["bounds"]
    zoom = 8
    n = 2 ** zoom
    x = int(((west + east) / 2 + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(math.radians((south + north) / 2))) / math.pi) / 2 * n)
    address = described["tiles"][0]
    for name, value in (("z", zoom), ("x", x), ("y", y)):
        address = address.replace("{" + name + "}", str(value))
    return address


def test_public_tiles_are_kept_and_those_of_accounts_are_not():
    url = tile_address()
    answers = [front.ask(url) for _ in range(2)]
    same("status", [a.status for a in answers], [200, 200])
    same("first asked for, then kept", [a["X-Cache"] for a in answers], ["MISS", "HIT"])
    same("the same bytes", answers[0].body == answers[1].body and len(answers[0].body) > 0, True)
    same("public", answers[1]["Cache-Control"], "public, max-age=60")
    same("304 of what is kept", front.ask(url, If_None_Match=answers[0]["ETag"]).status, 304)
    packed = front.ask(url, Accept_Encoding="gzip")
    check("another form is another entry", packed["Content-Encoding"] in (None, "gzip"))
    same("a form for each", front.ask(url)["Content-Encoding"], answers[0]["Content-Encoding"])
    own = front.ask(url, Authorization=bearer(planner))
    same("an account is answered by Maille", (own["X-Cache"], own["Cache-Control"]),
         ("BYPASS", "private, no-cache"))
    again = front.ask(url)
    same("and nothing of it is kept", (again["X-Cache"], again.body == answers[0].body),
         ("HIT", True))
    other = url.replace("/communes/", "/cpts/")
    front.ask(other, Authorization=bearer(planner))
    check("nor is what only an account asked for", front.ask(other)["X-Cache"] in ("MISS", None))
    same("hidden by a wrong token too", front.ask(url, Authorization="Bearer x",
                                                  caller="127.0.0.6").status, 401)


def test_downloads_go_through():
    answer = front.ask("/collections/communes/download?f=geojson")
    same("status", answer.status, 200)
    matched = front.ask("/collections/communes/items?limit=1&f=geojson").json["numberMatched"]
    same("whole", len(answer.json["features"]), matched)


def test_counters_stay_inside():
    same("from here", front.ask("/metrics", Authorization=bearer(admin)).status, 200)
    same("from elsewhere", front.ask("/metrics", caller="127.0.0.5",
                                     Authorization=bearer(admin)).status, 404)
    same("anonymous", front.ask("/metrics").status, 404)


def test_one_caller_who_asks_too_much_is_slowed_down():
    connection = http.client.HTTPConnection(HOST)
    connection.sock = front.connect("127.0.0.8")
    seen = []
    for _ in range(900):
        if connection.sock is None:
            connection.sock = front.connect("127.0.0.8")
        connection.request("GET", "/health")
        answer = connection.getresponse()
        answer.read()
        seen.append(answer.status)
    connection.close()
    check("some were refused, most were not", 0 < seen.count(429) and seen.count(200) >= 300,
          (seen.count(200), seen.count(429)))
    same("another is not", front.ask("/health", caller="127.0.0.9").status, 200)


def test_the_service_may_stand_under_a_path():
    def asked(path, **how):
        return front.ask(path, port=front.below_port, **how)

    collections = asked("/cpts/collections")
    same("collections", collections.status, 200)
    none("links that leave it", (x for x in links_of(collections.json)
                                 if x.startswith(URL) and not x.startswith(URL + "/cpts/")))
    page = asked("/cpts/collections/communes/items?limit=1&f=geojson").json
    follow = next(x["href"] for x in page["links"] if x["rel"] == "next")
    same("the next page", asked(follow).json["numberReturned"], 1)
    opened = asked("/cpts/session", method="POST", body=json.dumps({"token": admin}),
                   Content_Type="application/json", Origin=URL)
    check("the cookie is of the path", "; Path=/cpts;" in (opened["Set-Cookie"] or ""), opened.status)
    moved = asked("/cpts/collections/")
    same("moved", (moved.status, moved["Location"]), (308, URL + "/cpts/collections"))
    check("nothing above it", asked("/cpts/..%2f..%2fetc").status in (400, 404))


def test_it_ends_well():
    same("exit of maille serve", service.stop(), 0)
    same("nginx tells", front.ask("/").status, 502)
    none("errors of nginx that it did not see coming",
         (x for x in kit.read(front.folder + "/errors").splitlines() if "[emerg]" in x or "[alert]" in x))


if __name__ == "__main__":
    kit.main(globals())
