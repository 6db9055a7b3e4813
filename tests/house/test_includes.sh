#!/bin/bash
# Holds every #include line of src/ and include/ against the table of rooms in docs/ARCHITECTURE.md:
#
#     | `room/` | what lives there | what it may see | its public headers |
#
# "May see" names rooms and libraries by plain words; "all of the above" means the rooms of the rows
# before it, "everything" all rooms. A room sees the public headers of those rooms and all of its
# own files; another room's files of src/ are nobody's but its own (the command line sees them too).
set -u
SOURCE=${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)} exec python3 - <<'PYTHON'
import os, re, sys, tempfile

# Headers of libraries: pattern → word of the table, and the only rooms that may ever see it.
LIBRARIES = [
    (r"(gdal|gdal_.*|ogr_.*|cpl_.*|gnm.*)\.h", "gdal", {"geo"}),
    (r"geos.*\.h", "geos", {"geo"}),
    (r"proj.*\.h", "proj", {"geo"}),
    (r"sqlite3.*\.h", "sqlite3", {"store"}),
    (r"spatialite(/.*|\.h)", "spatialite", {"store"}),
    (r"jansson\.h", "jansson", {"base"}),
    (r"utf8proc\.h", "utf8proc", {"base"}),
    (r"sodium.*\.h", "libsodium", {"base", "service"}),
    (r"pthread\.h", "pthread", None),
    (r"yaml\.h", "libyaml", {"config"}),
    (r"zlib\.h", "zlib", {"network", "layers", "service"}),
    (r"glpk\.h", "glpk", {"access"}),
    (r"cairo.*", "cairo", {"print"}),
    (r"pango.*", "pango", {"print"}),
    (r"microhttpd\.h", "libmicrohttpd", {"service"}),
]
# What C11 and POSIX offer to every room; any header that stands nowhere here is a fault.
LIBC = set("""assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal
    stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads
    time uchar wchar wctype dirent dlfcn fcntl fnmatch glob poll strings unistd sched sys/file sys/mman
    sys/resource sys/stat sys/time sys/types sys/wait sys/ioctl sys/socket sys/utsname pwd
    netdb netinet/in netinet/tcp arpa/inet sys/un sys/uio signal""".split())


def read_table(path):
    """Rooms in the order of rows: name → (rooms it may see, words of its cell, its headers)."""
    rooms, rows = {}, []
    for line in open(path, encoding="utf-8"):
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        name = re.fullmatch(r"`?([a-z_]+)/`?", cells[0])
        if line.lstrip().startswith("|") and name and len(cells) >= 4:
            rows.append((name.group(1), cells[2], re.findall(r"[\w/]+\.h\b", cells[3])))
    for i, (name, sees, headers) in enumerate(rows):
        words = set(re.findall(r"[a-z0-9_]+", sees.lower()))
        seen = {other for other, _, _ in rows if other in words}
        if "all of the above" in sees.lower():
            seen |= {other for other, _, _ in rows[:i]}
        if "everything" in words:
            seen |= {other for other, _, _ in rows}
        rooms[name] = (seen | {name}, words, headers)
    return rooms


def includes(path):
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        match = re.match(r'\s*#\s*include\s*(.*)', line)
        if match:
            header = re.match(r'[<"]([^>"]+)[>"]', match.group(1))
            yield number, header.group(1) if header else None


def fault_of(root, room, path, header, rooms, owners):
    """Why `room` may not include `header`, or None."""
    sees, words, _ = rooms[room]
    if header is None:
        return "an include must name its header"
    if header.startswith("maille/"):
        owner = owners.get(header[len("maille/"):])
        if owner is None:
            return "a public header without an owner"
        return None if owner in sees else f"{room} may not see {owner}"
    for pattern, word, only in LIBRARIES:
        if re.fullmatch(pattern, header):
            if word not in words and word.removeprefix("lib") not in words:
                return f"{room} may not see {word}"
            return None if only is None or room in only else f"{word} is kept from {room}"
    if header.endswith(".h") and header[:-2] in LIBC:
        return None
    if header == room + "_sql.h" or os.path.exists(os.path.join(os.path.dirname(path), header)):
        return None
    folder = header.split("/")[0] if "/" in header else None
    if folder in rooms:
        own = folder == room or room == "cli"
        return None if own else f"a file of {folder}, which is not {room}'s"
    return "neither of the house nor of a library that it knows"


def check(root):
    table = os.path.join(root, "docs", "ARCHITECTURE.md")
    if not os.path.exists(table):
        return ["docs/ARCHITECTURE.md: absent"]
    rooms = read_table(table)
    if not rooms:
        return ["docs/ARCHITECTURE.md: holds no table of rooms"]
    faults, owners, files = [], {}, []
    for name, (_, _, headers) in rooms.items():
        for header in headers:
            if header in owners:
                faults.append(f"docs/ARCHITECTURE.md: {header} has two owners")
            owners[header] = name
    public = os.path.join(root, "include", "maille")
    for header in sorted(os.listdir(public)):
        if header not in owners:
            faults.append(f"include/maille/{header}: no room of the table owns it")
        else:
            files.append((owners[header], os.path.join(public, header)))
    for header in sorted(owners):
        if not os.path.exists(os.path.join(public, header)):
            faults.append(f"docs/ARCHITECTURE.md: {header} is not in include/maille")
    for folder, _, names in sorted(os.walk(os.path.join(root, "src"))):
        room = os.path.relpath(folder, os.path.join(root, "src")).split(os.sep)[0]
        for name in sorted(names):
            if name.endswith((".c", ".h")):
                path = os.path.join(folder, name)
                if room in rooms:
                    files.append((room, path))
                else:
                    faults.append(f"{os.path.relpath(path, root)}: {room} is no room of the table")
    for room, path in files:
        for number, header in includes(path):
            fault = fault_of(root, room, path, header, rooms, owners)
            if fault:
                faults.append(f"{os.path.relpath(path, root)}:{number}: <{header}>: {fault}")
    return faults


TABLE = """| room | what | may see | public headers |
|---|---|---|---|
| `base/` | ground | libc, pthread, jansson | `status.h` |
| `config/` | what people write | base, libyaml | study.h |
| `geo/` | shapes | base; **the only room that includes GDAL, GEOS and PROJ headers** | point.h |
| `store/` | files | base; sqlite3/SpatiaLite, gdal | |
| `steps/` | steps | all of the above | steps.h |
| `cli/` | commands | everything | |
"""


def self_check():
    """On a scratch tree: what is allowed passes, each offender is found."""
    cases = [  # file, its line, and whether that is an offence
        ("src/base/a.c", "#include <stdio.h>", False),
        ("src/base/a.c", "#include <jansson.h>", False),
        ("src/base/a.c", '#include "base/b.h"', False),
        ("src/base/a.c", "#include <maille/status.h>", False),
        ("src/base/a.c", "#include <maille/study.h>", True),
        ("src/base/a.c", "#include <yaml.h>", True),
        ("src/base/a.c", "#include <gdal.h>", True),
        ("src/base/a.c", "  #  include   <maille/point.h>", True),
        ("src/base/a.c", "#include SOME_MACRO", True),
        ("src/base/a.c", "#include <curl/curl.h>", True),
        ("src/base/a.c", "#include <microhttpd.h>", True),
        ("src/config/a.c", "#include <yaml.h>", False),
        ("src/config/a.c", "#include <jansson.h>", True),
        ("src/config/a.c", '#include "base/b.h"', True),
        ("src/geo/a.c", "#include <ogr_api.h>", False),
        ("src/geo/a.c", "#include <geos_c.h>", False),
        ("src/geo/a.c", "#include <maille/study.h>", True),
        ("src/geo/a.c", "#include <sqlite3.h>", True),
        ("src/store/a.c", '#include "store_sql.h"', False),
        ("src/store/a.c", "#include <spatialite/gaiageo.h>", False),
        ("src/store/a.c", "#include <gdal.h>", True),  # the table says so, the rule does not
        ("src/steps/a.c", "#include <maille/point.h>", False),
        ("src/steps/a.c", "#include <maille/steps.h>", False),
        ("src/steps/a.c", "#include <proj.h>", True),
        ("src/cli/a.c", "#include <maille/steps.h>", False),
        ("src/cli/a.c", "#include <maille/absent.h>", True),
        ("include/maille/point.h", "#include <maille/status.h>", False),
        ("include/maille/point.h", "#include <maille/study.h>", True),
        ("include/maille/orphan.h", "#include <stdio.h>", True),
        ("src/garden/a.c", "#include <stdio.h>", True),
    ]
    wrong = []
    for path, line, offends in cases + [(None, None, True), (None, "", True)]:
        with tempfile.TemporaryDirectory() as root:
            def write(name, text):
                name = os.path.join(root, name)
                os.makedirs(os.path.dirname(name), exist_ok=True)
                with open(name, "w", encoding="utf-8") as file:
                    file.write(text)
            for header in ("status.h", "study.h", "point.h", "steps.h"):
                write("include/maille/" + header, "\n")
            write("src/base/b.h", "\n")
            if path:
                write("docs/ARCHITECTURE.md", TABLE)
                write(path, line + "\n")
            elif line is not None:
                write("docs/ARCHITECTURE.md", "no table\n")
            faults = check(root)
            if len(faults) != offends:
                wrong.append(f"self-check: {path}: {line}: {faults}")
    return wrong


faults = self_check() or check(os.environ["SOURCE"])
print(*faults, sep="\n", end="\n" if faults else "")
print(f"{len(faults)} offenders")
sys.exit(1 if faults else 0)
PYTHON
