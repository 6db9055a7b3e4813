"""A reader of event streams that knows nothing of the service: raw HTTP, chunks, and the rules of
https://html.spec.whatwg.org/multipage/server-sent-events.html; and entries of a journal written as
another program would."""

import json
import select
import socket
import sqlite3
import time


class Message:
    def __init__(self, number, event, data):
        self.number, self.event, self.data = number, event, data

    @property
    def json(self):
        return json.loads(self.data)

    @property
    def key(self):
        return self.number, self.event, self.data

    def __repr__(self):
        return f"{self.number} {self.event} {self.data[:60]}"


class Parser:
    """Text as it comes → messages; what was cut off is none."""

    def __init__(self):
        self.text, self.last, self.retry, self.comments = "", None, None, 0
        self.event, self.data, self.number = "", [], None

    def feed(self, text):
        self.text += text
        out = []
        while "\n" in self.text:
            line, self.text = self.text.split("\n", 1)
            if not line:
                if self.number is not None:
                    self.last = self.number
                if self.data:
                    out.append(Message(self.last, self.event, "\n".join(self.data)))
                self.event, self.data = "", []
                continue
            field, _, value = line.partition(":")
            value = value[1:] if value.startswith(" ") else value
            if field == "":
                self.comments += 1
            elif field == "id":
                self.number = value
            elif field == "event":
                self.event = value
            elif field == "data":
                self.data.append(value)
            elif field == "retry":
                self.retry = int(value)
            else:
                raise AssertionError(f"a line that is no field: {line!r}")
        return out


class Stream:
    """GET /events on a connection of its own. `raw` holds the bytes of the body as they came."""

    def __init__(self, service, query="", token=None, last=None, method="GET", version="1.1",
                 buffer=None, headers=()):
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(20)
        self.socket.connect((service.host, service.port))
        lines = [f"{method} /events{query} HTTP/{version}", f"Host: {service.host}:{service.port}",
                 "Accept: text/event-stream", *headers]
        if token:
            lines.append("Authorization: Bearer " + token)
        if last is not None:
            lines.append(f"Last-Event-ID: {last}")
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.parser, self.messages = Parser(), []
        self.wire, self.raw, self.ended, self.decoded = b"", b"", False, b""
        self._head()

    def _head(self):
        while b"\r\n\r\n" not in self.wire:
            piece = self.socket.recv(65536)
            if not piece:
                raise AssertionError(f"the connection ended in the header: {self.wire!r}")
            self.wire += piece
        head, self.wire = self.wire.split(b"\r\n\r\n", 1)
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
        self.chunked = self.headers.get("transfer-encoding") == "chunked"
        self._unwrap()

    def _unwrap(self):
        """Takes the chunks off."""
        if not self.chunked:
            text, self.wire = self.wire, b""
        else:
            text = b""
            while b"\r\n" in self.wire:
                size, rest = self.wire.split(b"\r\n", 1)
                length = int(size, 16)
                if len(rest) < length + 2:
                    break
                text += rest[:length]
                self.wire = rest[length + 2:]
                if length == 0:
                    self.ended = True
                    break
        self.raw += text
        self.decoded += text
        try:
            ready, self.decoded = self.decoded.decode(), b""
        except UnicodeDecodeError as cut:  # in the middle of a letter
            ready, self.decoded = self.decoded[:cut.start].decode(), self.decoded[cut.start:]
        if self.status == 200:
            self.messages += self.parser.feed(ready)

    def read(self, holds, seconds=15):
        """Reads until `holds(self)`, the end or the time; whether it held."""
        end = time.monotonic() + seconds
        while not holds(self):
            left = end - time.monotonic()
            if self.ended or left <= 0:
                return False
            if not select.select([self.socket], [], [], left)[0]:
                continue
            try:
                piece = self.socket.recv(1 << 16)
            except ConnectionResetError:
                piece = b""
            if not piece:
                self.ended = True
                return holds(self)
            self.wire += piece
            self._unwrap()
        return True

    def until(self, number, seconds=15):
        """Reads up to the message of this number."""
        return self.read(lambda s: s.parser.last == str(number), seconds)

    def count(self, count, seconds=15):
        return self.read(lambda s: len(s.messages) >= count, seconds)

    def end(self, seconds=15):
        """Reads to the end; whether it came."""
        return self.read(lambda s: s.ended, seconds)

    def quiet(self, seconds):
        """What comes in that time."""
        before = len(self.messages)
        self.read(lambda s: False, seconds)
        return self.messages[before:]

    def close(self):
        self.socket.close()


COLUMNS = ["at", "who", "account", "action", "scenario", "subject_kind", "subject", "change_id", "why",
           "detail"]


def write(workspace, *entries):
    """Entries of the journal in one transaction; the number of the last one."""
    db = sqlite3.connect(workspace, timeout=30)
    with db:
        for entry in entries:
            row = {"at": "2026-05-03T10:00:00Z", "who": "Fig", **entry}
            names = [c for c in COLUMNS if c in row]
            last = db.execute(f"INSERT INTO journal ({', '.join(names)}) VALUES "
                              f"({', '.join('?' * len(names))})", [row[n] for n in names]).lastrowid
    db.close()
    return last


def last_number(workspace):
    db = sqlite3.connect(workspace, timeout=30)
    number = db.execute("SELECT coalesce(max(id), 0) FROM journal").fetchone()[0]
    db.close()
    return number
