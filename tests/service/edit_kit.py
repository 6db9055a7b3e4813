"""What the tests of editing over HTTP share: a small workspace that a service opens at once, people
with tokens of their own on connections that stay open, and changes that are sent until they are
answered.

    workspace = edit_kit.board()                    # communes 01001 … in a grid, nobody holds any
    service = edit_kit.serve(workspace)
    anne = edit_kit.Person(service, token(workspace, "planificateur", name="anne"))
    anne.change(edit_kit.create("cpts-a", "01001"), vu={})
    anne.change(edit_kit.add("cpts-a", "01002"), vu={"cpts-a": anne.etat("cpts-a")})
"""

import http.client
import json
import os
import random
import socket
import time

from serve_kit import Answer, Service, kit, token  # noqa: F401 (token is for who imports this)


# ---- a small workspace --------------------------------------------------------------------------

def commune_codes(count=40):
    return [f"01{n:03d}" for n in range(1, count + 1)]


def board(codes=None, width=8, perimeters=()):
    """A workspace of square communes of some 2 km (40 without codes), computed; `perimeters`:
    (id, codes) that are imported."""
    folder = kit.scratch()
    codes = codes or commune_codes()
    features = []
    for n, code in enumerate(codes):
        x, y = 3 + 0.03 * (n % width), 46.5 + 0.02 * (n // width)
        ring = [[x, y], [x + 0.03, y], [x + 0.03, y + 0.02], [x, y + 0.02], [x, y]]
        features.append({"type": "Feature",
                         "properties": {"code": code, "nom": f"Commune {n + 1}",
                                        "population": 500 + 37 * n},
                         "geometry": {"type": "Polygon", "coordinates": [ring]}})
    kit.write(os.path.join(folder, "communes.geojson"),
              json.dumps({"type": "FeatureCollection", "features": features}))
    kit.write(os.path.join(folder, "medecins.csv"),
              "code;medecins\n" + "".join(f"{c};{1 + n % 3}\n" for n, c in enumerate(codes)
                                          if n % 5 == 0))
    study = ("study: damier\ntitle: {fr: Damier, en: Board}\nworkspace: w.maille\n"
             "crs: EPSG:2154\nsources:\n"
             "  - {kind: communes, file: communes.geojson, vintage: 2024-01-01, source: Essai,\n"
             "     licence: Licence Ouverte 2.0}\n"
             "  - {kind: supply, file: medecins.csv, service: medecin_generaliste,\n"
             "     source: Essai, licence: Licence Ouverte 2.0,\n"
             "     fields: {code: code, count: medecins}}\n")
    if perimeters:
        write_perimeters(os.path.join(folder, "perimetres.csv"), perimeters)
        study += ("  - {kind: perimeters, file: perimetres.csv, perimeter_kind: cpts,\n"
                  "     source: Essai, licence: Licence Ouverte 2.0}\n")
    study += ("services:\n  - {id: medecin_generaliste, title: {fr: Médecin généraliste},\n"
              "     bands_min: [5, 10, 15]}\n"
              "rules: {sizes: aci-2019, publication: contractualisees-et-fonctionnement}\n")
    kit.write(os.path.join(folder, "study.yaml"), study)
    workspace = os.path.join(folder, "w.maille")
    kit.maille("run", os.path.join(folder, "study.yaml"), "-w", workspace, "--to",
               os.path.join(folder, "out"), "--audience", "interne")
    return workspace


def write_perimeters(path, perimeters):
    """A file of perimeters for `maille import perimeters`."""
    return kit.write(path, "id;nom;statut;code\n" + "".join(
        f"{i};{i.upper()};projet;{c}\n" for i, codes in perimeters for c in codes))


def serve(workspace, *lines):
    """The service; layers are not computed again by themselves unless a line says so."""
    lines = [*lines, *([] if any(x.startswith("settle_s") for x in lines) else ["settle_s: 3600"])]
    return Service(workspace, *lines)


# ---- gestures -----------------------------------------------------------------------------------

def create(perimeter, *codes, nom=None, statut="projet", **more):
    return {"geste": "create", "perimetre": perimeter, "nom": nom or perimeter.upper(),
            "statut": statut, **({"codes": list(codes)} if codes else {}), **more}


def add(perimeter, *codes, **more):
    return {"geste": "add", "perimetre": perimeter, "codes": list(codes), **more}


def remove(perimeter, *codes):
    return {"geste": "remove", "perimetre": perimeter, "codes": list(codes)}


def rename(perimeter, nom):
    return {"geste": "rename", "perimetre": perimeter, "nom": nom}


def contact(perimeter, text):
    return {"geste": "contact", "perimetre": perimeter, "contact": text}


def delete(perimeter):
    return {"geste": "delete", "perimetre": perimeter}


def move(source, to, *codes):
    return {"geste": "move", "de": source, "vers": to, "codes": list(codes)}


# ---- people -------------------------------------------------------------------------------------

class Lost(Exception):
    """No whole answer came: whether the request was done is not known."""


class Person:
    """One account on a connection that stays open; with a seed its ids are those of any other of
    that seed."""

    def __init__(self, service, token, seed=None, timeout=60):
        self.service, self.token, self.timeout = service, token, timeout
        self.random = random.Random(seed)
        self.connection = None

    def ask(self, method, path, body=None, **headers):
        """Underscores of header names stand for hyphens."""
        sent = {"Authorization": "Bearer " + self.token,
                **{k.replace("_", "-"): v for k, v in headers.items()}}
        if body is not None:
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        try:
            if not self.connection:
                self.connection = http.client.HTTPConnection(self.service.host, self.service.port,
                                                             timeout=self.timeout)
                self.connection.connect()
                self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection.request(method, path, body=body, headers=sent)
            got = self.connection.getresponse()
            return Answer(got.status, got.headers, got.read())
        except (OSError, http.client.HTTPException) as error:
            self.leave()
            raise Lost(f"{method} {path}: {error!r}") from error

    def leave(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, body, **headers):
        return self.ask("POST", path, body, **headers)

    def new_id(self):
        return f"{self.random.getrandbits(128):032x}"

    def change(self, *gestures, id=None, vu=None, tolerant=False, scenario="", motif=None):
        """POST /changes. `vu` {} is left out where it is None."""
        return self.post("/changes", request(*gestures, id=id or self.new_id(), vu=vu,
                                             tolerant=tolerant, scenario=scenario, motif=motif))

    def patiently(self, path, body, tries=200):
        """POST until an answer comes that is not "busy"; the same request each time. Waits as
        Retry-After says, but at most a tenth of a second: tests have no time."""
        for _ in range(tries):
            answer = self.post(path, body)
            if answer.status != 503:
                return answer
            time.sleep(min(float(answer["Retry-After"]), 0.1))
        return answer

    def etat(self, perimeter, scenario=""):
        """What a writer says to have seen; None where it is not there."""
        query = f"?scenario={scenario}" if scenario else ""
        answer = self.get(f"/perimeters/{perimeter}{query}")
        return answer["ETag"].strip('W/"') if answer.status == 200 else None


def request(*gestures, id, vu=None, tolerant=False, scenario="", motif=None):
    """Body of POST /changes."""
    body = {"id": id, "scenario": scenario, "gestes": list(gestures)}
    if vu is not None:
        body["vu"] = vu
    if tolerant:
        body["tolerant"] = True
    if motif is not None:
        body["motif"] = motif
    return body


def members(document):
    """{code: share} of GET /perimeters/{id}."""
    return {m["code"]: m.get("part", 1) for m in document["membres"]}


# ---- event streams ------------------------------------------------------------------------------

def events(service, token, last=None, until=None, timeout=10):
    """Events of GET /events as (id, kind, data) until `until(event)` holds, the stream ends or
    nothing came for `timeout` seconds."""
    connection = http.client.HTTPConnection(service.host, service.port, timeout=timeout)
    headers = {"Authorization": "Bearer " + token, "Accept": "text/event-stream"}
    if last is not None:
        headers["Last-Event-ID"] = str(last)
    out, number, kind, data = [], None, "message", []
    try:
        connection.request("GET", "/events", headers=headers)
        stream = connection.getresponse()
        while line := stream.readline():
            line = line.decode().rstrip("\r\n")
            name, _, value = line.partition(": ")
            if name == "id":
                number = int(value)
            elif name == "event":
                kind = value
            elif name == "data":
                data.append(value)
            elif line == "" and data:
                out.append((number, kind, json.loads("\n".join(data))))
                kind, data = "message", []
                if until and until(out[-1]):
                    break
    except OSError:
        pass
    finally:
        connection.close()
    return out
