#!/bin/bash
# Functions that have no place in src/: those that write without a bound, that cannot tell a fault,
# that keep hidden state or start a shell; and the heap outside its one seam, src/base/memory.c.
set -u
SOURCE=${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)} exec python3 - <<'PYTHON'
import os, re, sys, tempfile

BANNED = {
    "strcpy": "memcpy of a known length", "strcat": "maille_strbuf", "strncat": "maille_strbuf",
    "strncpy": "memcpy of a known length", "stpcpy": "memcpy of a known length",
    "sprintf": "snprintf", "vsprintf": "vsnprintf", "gets": "fgets",
    "atoi": "strtol or maille_parse_number", "atol": "strtol", "atoll": "strtoll",
    "atof": "maille_parse_number", "strtok": "strtok_r", "alloca": "maille_alloc",
    "system": "nothing", "popen": "nothing", "rand": "nothing", "srand": "nothing",
    "tmpnam": "mkstemp", "mktemp": "mkstemp", "localtime": "gmtime_r", "gmtime": "gmtime_r",
    "asctime": "strftime", "ctime": "strftime",
}
HEAP = {
    "malloc": "maille_alloc", "calloc": "maille_alloc", "realloc": "maille_resize",
    "free": "maille_free", "strdup": "maille_strdup", "strndup": "maille_strndup",
    "asprintf": "maille_strbuf_addf", "vasprintf": "maille_strbuf_addf",
    "reallocarray": "maille_resize", "aligned_alloc": "maille_alloc", "posix_memalign": "maille_alloc",
}
HEAP_SEAM = "src/base/memory.c"
# What a foreign library allocated is freed by its own means: file, function, why.
ALLOWED = {
    ("src/geo/vectorfile.c", "free"): "realpath gives a block of libc's heap",
}

SKIP = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'', re.S)
# As a word that is called, or handed over as a callback; a member (->free) is somebody else's.
NAME = re.compile(r"(?<![\w.>])(" + "|".join([*BANNED, *HEAP]) + r")\b(?=\s*[(,;)])")


def check(root):
    faults, used, files = [], set(), 0
    for folder, _, names in sorted(os.walk(os.path.join(root, "src"))):
        for name in sorted(names):
            if not name.endswith((".c", ".h")):
                continue
            files += 1
            path = os.path.join(folder, name)
            shown = os.path.relpath(path, root)
            with open(path, encoding="utf-8") as file:
                text = SKIP.sub(lambda m: "\n" * m.group().count("\n"), file.read())
            for found in NAME.finditer(text):
                function = found.group(1)
                if function in HEAP and shown == HEAP_SEAM:
                    continue
                if (shown, function) in ALLOWED:
                    used.add((shown, function))
                    continue
                line = text.count("\n", 0, found.start()) + 1
                instead = BANNED.get(function) or HEAP[function]
                faults.append(f"{shown}:{line}: {function} is banned; instead: {instead}")
    for shown, function in ALLOWED:
        if os.path.exists(os.path.join(root, shown)) and (shown, function) not in used:
            faults.append(f"{shown}: no longer uses {function}: take it off the list of this test")
    return faults if files else ["src: holds no file"]


def self_check():
    """On a scratch tree: what is allowed passes, each kind of offence is found."""
    cases = [  # file, its text, and whether that is an offence
        *(("src/geo/a.c", f"x = {name}(y);", True) for name in [*BANNED, *HEAP]),
        ("src/base/memory.c", "p = malloc(1); free(p);", False),
        ("src/base/memory.c", "strcpy(a, b);", True),
        ("src/base/a.c", "each(p, free);", True),
        ("src/base/a.c", "hook = free;", True),
        ("src/base/a.c", "v = x ? a : atoi (b);", True),
        ("src/geo/vectorfile.c", "free(resolved);", False),
        ("src/geo/vectorfile.c", "int nothing;", True),  # the list must shrink with the code
        ("src/geo/deep/a.h", "#define F(x) free(x)", True),
        ("src/geo/a.c", "maille_free(p); strtok_r(a, b, &c); list->free(p); snprintf(a, 1, b);", False),
        ("src/geo/a.c", '/* free(p) */ f("free(p)"); // malloc(1)', False),
        ("src/geo/a.c", "struct system { int free_count; };", False),
        ("include/a.h", "", True),  # no src at all
    ]
    wrong = []
    for path, text, offends in cases:
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.dirname(os.path.join(root, path)))
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text + "\n")
            if bool(check(root)) != offends:
                wrong.append(f"self-check: {path}: {text}")
    return wrong


faults = self_check() or check(os.environ["SOURCE"])
print(*faults, sep="\n", end="\n" if faults else "")
print(f"{len(faults)} offenders")
sys.exit(1 if faults else 0)
PYTHON
