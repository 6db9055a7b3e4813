"""Event streams against a real `maille serve`; see test_events.sh and test_events_long.sh."""

import os
import shutil
import sqlite3
import time

from events_kit import Parser, Stream, last_number, write
from serve_kit import Service, kit, sample_workspace, token
from kit import check, none, same

NOTE = {"action": "note", "scenario": "", "subject_kind": "commune", "subject": "96001"}
SCENARIO = {"action": "scenario", "scenario": "essai", "subject_kind": "scenario", "subject": "essai"}
HIDDEN = [{"action": "jeton", "subject": "x"}, {"action": "oubli"}, {"action": "export"}]
# Two perimeters of the sample, far from each other, and a commune of none of them.
ONE, OTHER = "cpts-metropole", "cpts-outremont"


def public_layers(audiences=("interne", "public")):
    names = ", ".join(f'"{a}"' for a in audiences)
    return {"action": "calcul", "detail": f'{{"couches": ["cpts"], "audiences": [{names}]}}'}


def territory(workspace, *args):
    return kit.maille("territory", *args, "-w", workspace)


def members(workspace, perimeter):
    return [r[0] for r in kit.query(workspace, "SELECT code FROM perimeter_member_raw WHERE "
                                    f"perimeter_id = '{perimeter}' ORDER BY code")]


def execute(workspace, statement):
    db = sqlite3.connect(workspace, timeout=30)
    with db:
        db.execute(statement)
    db.close()


def bound(department):
    """A token bound to a département of the sample (which France has not)."""
    if department not in bed.bound:
        made = token(bed.workspace, "lecteur", name="de " + department)
        execute(bed.workspace, f"UPDATE token SET departments = '[\"{department}\"]' WHERE name = 'de {department}'")
        bed.bound[department] = made
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if bed.service.get("/session", bed.bound[department]).text.find(f'["{department}"]') > 0:
            break
        time.sleep(0.05)
    return bed.bound[department]


def decided(messages):
    """Without what the command line tells of steps that it ran."""
    return [m for m in messages if m.event != "couches"]


def perimeters(workspace, department=None):
    """Ids of perimeters, or of those whose communes are all of that département."""
    of = {}
    for i, code in kit.query(workspace, "SELECT perimeter_id, code FROM perimeter_member_raw "
                             "ORDER BY 1, 2"):
        of.setdefault(i, set()).add(code[:2])
    return [i for i, where in of.items() if department is None or where == {department}]


class Bed:
    """A workspace that is served, with an account that sees everything."""

    def __init__(self, *lines):
        self.workspace = sample_workspace("interne")
        self.token = token(self.workspace, "planificateur")
        self.lines = lines
        self.bound = {}
        self.service = self.serve(*lines)

    def serve(self, *lines):
        """Nothing is computed by itself: all that happens is what the test does."""
        return Service(self.workspace, "settle_s: 0", "settle_most_s: 0", "failures: 1000", *lines)

    def stream(self, query="", token=None, **how):
        """A token that was just made is known within a second."""
        end = time.monotonic() + 20
        while True:
            s = Stream(self.service, query, token or self.token, **how)
            if s.status != 401 or time.monotonic() > end:
                return s
            s.close()
            time.sleep(0.05)

    def restart(self):
        self.service.stop()
        self.service = self.serve(*self.lines)


bed = Bed("heartbeat_s: 0.5", "streams: 12", "streams_per_account: 8")


def strokes():
    """Some changes of every kind."""
    w = bed.workspace
    code = members(w, ONE)[0]
    territory(w, "remove", ONE, code, "--why", "réunion du 3 mai")
    territory(w, "add", ONE, code)
    territory(w, "undo")
    territory(w, "redo")


def test_what_is_sent():
    before = last_number(bed.workspace)
    s = bed.stream()
    same("status", s.status, 200)
    same("type", s.headers["content-type"], "text/event-stream; charset=utf-8")
    same("kept by nobody", (s.headers["cache-control"], s.headers["x-accel-buffering"],
                            s.headers.get("content-encoding")), ("no-store", "no", None))
    check("it says where it stands", s.until(before), s.raw)
    same("and when to come back", s.parser.retry, 2000)
    code = members(bed.workspace, ONE)[0]
    territory(bed.workspace, "remove", ONE, code, "--why", "réunion du 3 mai")
    check("a stroke is told", s.count(1))
    told = s.messages[0]
    entry = kit.query(bed.workspace, "SELECT max(id) FROM journal WHERE action = 'edition'")[0][0]
    same("as a change", (told.event, told.number), ("changement", str(entry)))
    data = told.json
    number, change = kit.query(bed.workspace, "SELECT number, id FROM change ORDER BY number DESC LIMIT 1")[0]
    version, after = kit.query(bed.workspace, "SELECT version, after FROM perimeter_version WHERE "
                               f"change_id = '{change}'")[0]
    same("who, when, why", (data["numero"], data["action"], data["scenario"], data["motif"],
                            data["changement"], data["id_changement"]),
         (int(told.number), "edition", "", "réunion du 3 mai", number, change))
    same("what", [(p["id"], p["etat"], [(d["quoi"], d["code"]) for d in p["differences"]])
                  for p in data["perimetres"]],
         [(ONE, f"v{version}-{after[:16]}", [("commune", code)])])
    territory(bed.workspace, "undo")
    check("undone", s.read(lambda s: any(m.json["action"] == "annulation" for m in s.messages)), s.messages)
    s.close()


def test_what_nobody_is_told():
    s = bed.stream()
    s.read(lambda s: s.parser.last)
    last = write(bed.workspace, *HIDDEN, NOTE, *HIDDEN)
    check("a note", s.count(1))
    same("and nothing else", [m.event for m in s.messages + s.quiet(0.3)], ["note"])
    s.close()
    again = bed.stream(last=last - 7)
    check("later too", again.count(1))
    same("the same", [m.key for m in again.messages + again.quiet(0.3)], [m.key for m in s.messages])
    again.close()


def sequence(start, end, **how):
    s = bed.stream(f"?depuis={start}", **how)
    check("the whole of it comes", s.until(end), f"{start} {end} {s.parser.last}")
    s.close()
    return s


def test_cut_at_every_message_and_resumed():
    start = last_number(bed.workspace)
    watching = bed.stream()  # so that the ring holds what comes
    watching.read(lambda s: s.parser.last)
    strokes()
    end = write(bed.workspace, NOTE, *HIDDEN, SCENARIO, public_layers())
    check("as it happens", watching.until(end))
    live = [m.key for m in watching.messages]
    same("seven", [m.event for m in decided(watching.messages)], ["changement"] * 4 + ["note", "scenario"])
    for told in ("from memory", "from the journal"):
        whole = sequence(start, end)
        same(f"the same {told}", [m.key for m in whole.messages], live)
        for i in range(len(live)):
            s = bed.stream(f"?depuis={start}")
            s.count(i)
            s.close()
            rest = bed.stream(f"?depuis={start}", last=live[i - 1][0] if i else start)
            rest.until(end)
            same(f"cut after {i}, {told}", [m.key for m in rest.messages], live[i:])
            rest.close()
        watching.close()
        bed.restart()


def long_cut_at_every_byte():
    start = last_number(bed.workspace)
    watching = bed.stream()
    watching.read(lambda s: s.parser.last)
    territory(bed.workspace, "remove", ONE, members(bed.workspace, ONE)[0], "--why", "coupé « à l'octet »")
    end = write(bed.workspace, NOTE, SCENARIO)
    check("all there", watching.until(end))
    whole = sequence(start, end)
    keys = [m.key for m in whole.messages]
    same("three", [m.event for m in decided(whole.messages)], ["changement", "note", "scenario"])
    wrong = []
    for size in range(1, len(whole.raw) + 1):
        s = bed.stream(f"?depuis={start}", buffer=4096)
        s.read(lambda s: len(s.raw) >= size)
        s.close()
        parser = Parser()
        got = [m.key for m in parser.feed(whole.raw[:size].decode(errors="ignore"))]
        rest = bed.stream(f"?depuis={start}", last=parser.last)
        rest.until(end)
        if got + [m.key for m in rest.messages] != keys or not s.raw.startswith(whole.raw[:size]):
            wrong.append((size, got, rest.messages))
        rest.close()
    none("cut anywhere and resumed: nothing missed, nothing twice", wrong)
    watching.close()




def test_too_much_was_missed():
    start = last_number(bed.workspace)
    end = write(bed.workspace, *[NOTE, *HIDDEN] * 20, NOTE)
    for most, events in ((21, ["note"] * 21), (20, ["relire"])):
        s = bed.stream(f"?depuis={start}&au_plus={most}")
        s.until(end)
        same(f"at most {most}", [m.event for m in s.messages], events)
        s.close()
    s = bed.stream(f"?depuis={start}&au_plus=0")
    s.until(end)
    same("which tells where to go on", [(m.number, m.json) for m in s.messages], [(str(end), {"numero": end})])
    write(bed.workspace, SCENARIO)
    check("and goes on", s.count(2) and s.messages[1].event == "scenario")
    s.close()


def test_a_number_of_the_future():
    end = last_number(bed.workspace)
    for last in (end + 1, 10 ** 17, "abc"):
        s = bed.stream(last=last)
        s.until(end)
        same(f"{last}", [m.key for m in s.messages], [(str(end), "relire", f'{{"numero":{end}}}')])
        s.close()
    s = bed.stream(last=end)
    same("the last one is fine", s.quiet(0.3), [])
    s.close()


def put_back(backup, workspace):
    """What was not brought into the file must not come into the other one."""
    shutil.copy(backup, workspace + ".new")
    for name in (workspace + "-wal", workspace + "-shm"):
        if os.path.exists(name):
            os.remove(name)
    os.replace(workspace + ".new", workspace)


def long_the_workspace_is_put_back():
    w = bed.workspace
    backup = os.path.join(kit.scratch(), "b.maille")
    kit.maille("backup", "-w", w, "--out", backup)
    end = last_number(w)
    s = bed.stream()
    s.until(end)
    write(w, NOTE)
    check("goes on", s.count(1))
    bed.service.stop()
    s.close()
    put_back(backup, w)
    bed.restart()
    s = bed.stream(last=end + 1)
    check("what was seen is not there any more", s.count(1) and s.messages[0].event == "relire")
    put_back(backup, w)
    check("nor while it runs", s.count(2) and s.messages[1].key == (str(end), "relire", f'{{"numero":{end}}}'),
          s.messages)
    s.close()
    bed.restart()


def test_each_sees_the_departements_it_is_bound_to():
    w = bed.workspace
    here = perimeters(w, "96")
    foreign = kit.query(w, "SELECT code FROM commune WHERE department = '99' ORDER BY code")[0][0]
    home = members(w, here[0])[0]
    names = {d: bound(d) for d in ("96", "99")}
    streams = {d: bed.stream(token=t) for d, t in names.items()}
    for s in streams.values():
        s.read(lambda s: s.parser.last)
    territory(w, "remove", here[0], home)          # 96 alone
    territory(w, "add", here[0], home)             # 96 alone
    territory(w, "add", here[1], foreign)          # both: it has a commune of 99 after
    territory(w, "remove", here[1], foreign)       # both: it had one before
    territory(w, "rename", here[0], "Autre nom")   # 96 alone
    comments = [{"action": "commentaire", "scenario": "", "subject_kind": kind, "subject": subject}
                for kind, subject in (("commune", home), ("commune", foreign), ("perimetre", here[0]),
                                      ("perimetre", "rien"))]
    notes = [{**NOTE, "subject": home}, {**NOTE, "subject": foreign}]
    end = write(w, *comments, *notes, SCENARIO)
    wanted = {"96": ["changement"] * 5 + ["commentaire"] * 2 + ["note", "scenario"],
              "99": ["changement"] * 2 + ["commentaire", "note", "scenario"]}
    for d, s in streams.items():
        s.until(end)
        same(f"of {d}", [m.event for m in decided(s.messages)], wanted[d])
        again = bed.stream(f"?depuis={s.messages[0].json['numero'] - 1}", token=names[d])
        again.until(end)
        same(f"of {d}, from memory", [m.key for m in again.messages], [m.key for m in s.messages])
        again.close()
        s.close()
    bed.restart()
    for d, s in streams.items():
        again = bed.stream(f"?depuis={s.messages[0].json['numero'] - 1}", token=names[d])
        again.until(end)
        same(f"of {d}, from the journal", [m.key for m in again.messages], [m.key for m in s.messages])
        again.close()


def long_a_change_of_two_perimeters_is_cut_for_each():
    w = bed.workspace
    here = perimeters(w, "96")
    foreign = kit.query(w, "SELECT code FROM commune WHERE department = '99' ORDER BY code")[0][0]
    home = members(w, here[0])[0]
    t = {d: bound(d) for d in ("96", "99")}
    territory(w, "scenario", "create", "deux", "--title", "Deux")
    territory(w, "create", "frontiere", "--name", "Frontière", foreign, "--scenario", "deux")
    streams = {d: bed.stream(token=x) for d, x in t.items()}
    for s in streams.values():
        s.read(lambda s: s.parser.last)
    territory(w, "remove", here[0], home, "--scenario", "deux")
    territory(w, "scenario", "merge", "deux")
    for s in streams.values():
        s.read(lambda s: any(m.json["action"] == "fusion" for m in s.messages))
    merged = {d: [p["id"] for m in s.messages if m.json["action"] == "fusion" for p in m.json["perimetres"]]
              for d, s in streams.items()}
    same("each its own", merged, {"96": [here[0]], "99": ["frontiere"]})
    for s in streams.values():
        s.close()


def long_the_public_learns_nothing_of_drafts():
    """Two workspaces: in one drafts change between what the public is told, in the other they do not.
    Not a byte tells which is which."""
    twins = [bed, Bed("heartbeat_s: 5", "streams_per_account: 8")]
    bed.service.stop()
    bed.lines = ("heartbeat_s: 5", "streams_per_account: 8", "streams: 12")
    bed.service = bed.serve(*bed.lines)
    for twin in twins:
        execute(twin.workspace, "DELETE FROM journal WHERE action = 'calcul'")
    got = []
    for twin, drafts in zip(twins, (True, False)):
        def draft():
            if drafts:
                write(twin.workspace, NOTE, SCENARIO, *HIDDEN, public_layers(("interne",)))
                territory(twin.workspace, "rename", ONE, f"Nom {time.time()}")
        draft()
        streams = [Stream(twin.service), Stream(twin.service, "?audience=public", twin.token)]
        for s in streams:
            s.read(lambda s: s.parser.last)
        draft()
        write(twin.workspace, public_layers())
        draft()
        write(twin.workspace, public_layers())
        write(twin.workspace, public_layers(("public",)))
        draft()
        for s in streams:
            check("told of layers", s.count(3))
            same("and nothing else", [m.event for m in s.messages + s.quiet(0.5)], ["couches"] * 3)
        again = [Stream(twin.service, last=1), Stream(twin.service, "?depuis=0&au_plus=2"),
                 Stream(twin.service, last=4), Stream(twin.service, last=3)]
        for s in again:
            s.until(3)
            s.quiet(0.3)
        got.append([s.raw for s in streams + again])
        for s in streams + again:
            s.close()
    same("byte by byte", *got)
    same("resumed", got[0][2].count(b"event: couches"), 2)
    check("too much", b"relire" in got[0][3] and b"relire" in got[0][4] and b"relire" not in got[0][5])
    twins[1].service.stop()


def test_asked_otherwise():
    s = bed.stream(version="1.0")
    check("HTTP/1.0 has no chunks", not s.chunked and s.headers.get("connection") == "close", s.headers)
    s.read(lambda s: s.parser.last)
    write(bed.workspace, NOTE)
    check("and is told the same", s.count(1))
    s.close()
    head = bed.service.ask("/events", "HEAD", token=bed.token)
    same("HEAD", (head.status, head["Content-Type"], head.body),
         (200, "text/event-stream; charset=utf-8", b""))
    s = bed.stream(headers=["Accept-Encoding: gzip, br"])
    s.read(lambda s: s.parser.last)
    check("never compressed", s.headers.get("content-encoding") is None)
    s.close()
    for query in ("?depuis=x", "?depuis=-1", "?au_plus=1.5", "?rien=1", "?depuis=1&depuis=2"):
        same(query, bed.service.get("/events" + query, bed.token).status, 400)
    same("as another kind", bed.service.get("/events", bed.token, Accept="image/png").status, 406)
    same("POST", bed.service.ask("/events", "POST", token=bed.token).status, 405)


def long_signs_of_life():
    bed.service.stop()
    bed.service = bed.serve("heartbeat_s: 0.4", "idle_s: 1", "answer_s: 1", "header_s: 1")
    s = bed.stream()
    s.read(lambda s: s.parser.comments >= 10, 8)
    check("a stream lives longer than a request may", s.parser.comments >= 10 and not s.ended,
          s.parser.comments)
    write(bed.workspace, NOTE)
    check("and is told", s.count(1))
    s.close()
    bed.service.stop()
    bed.service = bed.serve("heartbeat_s: 5", "idle_s: 1", "answer_s: 1", "header_s: 1")
    s = bed.stream()
    s.quiet(4)
    write(bed.workspace, NOTE)
    check("without any sign too", s.count(1), s.raw)
    s.close()
    bed.restart()


def long_accounts_that_end():
    w = bed.workspace
    gone = token(w, "lecteur", name="partant")
    streams = [bed.stream(token=gone) for _ in range(2)]
    stays = bed.stream()
    opened = bed.service.ask("/session", "POST", {"token": bed.token})
    cookie = opened["Set-Cookie"].split(";")[0]
    session = Stream(bed.service, headers=["Cookie: " + cookie])
    for s in [*streams, stays, session]:
        s.read(lambda s: s.parser.last)
    before = last_number(w)
    kit.maille("token", "revoke", "partant", "-w", w)
    write(w, NOTE)
    for s in streams:
        check("a revoked token's stream ends", s.end(10))
        same("and is told nothing any more", [m.event for m in s.messages], [])
    check("others go on", stays.count(1) and session.count(1))
    same("and cannot come back", Stream(bed.service, token=gone, last=before).status, 401)
    bed.service.ask("/session", "DELETE", headers={"Cookie": cookie, "X-Maille-CSRF": opened.json["csrf"]})
    check("the session's stream ends with it", session.end(10))
    check("not the token's own", not stays.ended)
    stays.close()


def long_so_many_streams():
    bed.service.stop()
    bed.service = bed.serve("streams: 4", "streams_per_account: 2")
    other = token(bed.workspace, "lecteur", name="encore")
    streams = [bed.stream() for _ in range(3)]
    same("of one account", [s.status for s in streams], [200, 200, 429])
    same("asking as the public is the same account", bed.stream("?audience=public").status, 429)
    check("it says when to come back", int(streams[2].headers["retry-after"]) > 0)
    more = [bed.stream(token=other), Stream(bed.service), bed.stream(token=other)]
    same("of all", [s.status for s in more], [200, 200, 503])
    check("when to come back", int(more[2].headers["retry-after"]) > 0)
    admin = token(bed.workspace, "admin")
    end = time.monotonic() + 5
    while bed.service.get("/metrics", admin).status != 200 and time.monotonic() < end:
        time.sleep(0.1)
    check("they are counted", "\nmaille_streams 4\n" in bed.service.get("/metrics", admin).text)
    streams[0].close()
    freed = False
    while not freed and time.monotonic() < end + 5:
        s = bed.stream()
        freed = s.status == 200
        s.close()
        time.sleep(0.1)
    check("who goes makes room soon", freed)
    for s in streams + more:
        s.close()
    bed.restart()


def test_a_stop_does_not_wait_for_streams():
    streams = [bed.stream() for _ in range(4)]
    for s in streams:
        s.read(lambda s: s.parser.last)
    began = time.monotonic()
    same("the service stops", bed.service.stop(), 0)
    check("at once", time.monotonic() - began < 3, time.monotonic() - began)
    for s in streams:
        check("the streams have an end", s.end(3))
        s.close()
    bed.restart()


def long_a_client_that_does_not_read():
    start = last_number(bed.workspace)
    bed.service.stop()
    bed.service = bed.serve("answer_s: 600")
    text = "x" * 900
    slow = [bed.stream(buffer=4096) for _ in range(20)]
    quick = bed.stream()
    for s in [quick, *slow]:
        s.read(lambda s: s.parser.last)
    write(bed.workspace, *[{**NOTE, "why": f"{i} {text}"} for i in range(5000)])  # more than the ring
    quick.count(5000, 60)
    before = bed.service.memory_kb("RssAnon")
    end = write(bed.workspace, *[{**NOTE, "why": f"{i} {text}"} for i in range(20000)])
    check("who reads has all of it", quick.until(end, 120), quick.parser.last)
    after = bed.service.memory_kb("RssAnon")
    print(f"      RssAnon {before} KB with 5 MB of events sent, {after} KB with 25 MB")
    check("who does not read takes no memory", after - before < 30000, (before, after))
    check("who was slow has all of it too", slow[0].until(end, 120), slow[0].parser.last)
    same("in order, each once", [m.number for m in slow[0].messages],
         [str(n) for n in range(start + 1, end + 1)])
    for s in [quick, *slow]:
        s.close()
    bed.restart()


kit.main(globals())
