#!/bin/bash
# SQL text stands in src/store/ only: the string literals of the other rooms (adjacent ones joined,
# as the compiler does) hold no statement.
set -u
SOURCE=${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)} exec python3 - <<'PYTHON'
import os, re, sys, tempfile

TOKEN = re.compile(
    r'(?P<skip>/\*.*?\*/|//[^\n]*|\s+|\\\n)|(?P<text>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<other>'(?:[^'\\\n]|\\.)*'|\w+|.)", re.S)
# In capitals anywhere; in any case where the text begins with it.
STATEMENTS = [
    r"SELECT\b.*\bFROM\b", r"INSERT\s+(OR\s+\w+\s+)?INTO\b", r"REPLACE\s+INTO\b",
    r"UPDATE\b.*\bSET\b", r"DELETE\s+FROM\b", r"PRAGMA\s",
    r"(CREATE|DROP|ALTER)\s+(TEMP\w*\s+|VIRTUAL\s+|UNIQUE\s+)?(TABLE|VIEW|INDEX|TRIGGER)\b",
]
SQL = re.compile("|".join([rf"\b{s}" for s in STATEMENTS] + [rf"(?i:\A\s*{s})" for s in STATEMENTS]),
                 re.S)


def literals(source):
    """Line and text of each string, adjacent pieces joined."""
    line, start, text = 1, 0, None
    for token in TOKEN.finditer(source):
        if token.group("text") is not None:
            if text is None:
                start, text = line, ""
            text += re.sub(r"\\[nrt]", " ", token.group("text")[1:-1])
        elif token.group("other") is not None and text is not None:
            yield start, text
            text = None
        line += token.group().count("\n")
    if text is not None:
        yield start, text


def check(root):
    faults, files = [], 0
    for folder, _, names in sorted(os.walk(os.path.join(root, "src"))):
        room = os.path.relpath(folder, os.path.join(root, "src")).split(os.sep)[0]
        for name in sorted(names):
            path = os.path.join(folder, name)
            shown = os.path.relpath(path, root)
            files += 1
            if room == "store":
                continue
            if name.endswith(".sql"):
                faults.append(f"{shown}: a file of SQL")
            elif name.endswith((".c", ".h")):
                with open(path, encoding="utf-8") as file:
                    faults += [f"{shown}:{line}: {text[:70]}"
                               for line, text in literals(file.read()) if SQL.search(text)]
    return faults if files else ["src: holds no file"]


def self_check():
    """On a scratch tree: what is no SQL passes, each statement is found."""
    cases = [  # file, its text, and whether that is an offence
        ("src/store/a.c", 'f("SELECT a FROM b");', False),
        ("src/geo/a.c", 'f("SELECT a FROM b");', True),
        ("src/geo/a.c", 'f("SELECT a "\n  /* why */\n  "FROM b");', True),
        ("src/geo/a.c", 'f("select a from b");', True),
        ("src/geo/a.c", 'f("WITH x AS (SELECT a\\nFROM b) ");', True),
        ("src/geo/a.c", 'f("INSERT INTO a VALUES (1)");', True),
        ("src/geo/a.c", 'f("INSERT OR REPLACE INTO a VALUES (1)");', True),
        ("src/geo/a.c", 'f("UPDATE a SET b = 1");', True),
        ("src/geo/a.c", 'f("DELETE FROM a");', True),
        ("src/geo/a.h", '#define A "CREATE TABLE a (b)"', True),
        ("src/geo/a.c", 'f("create index a on b (c)");', True),
        ("src/geo/a.c", 'f("PRAGMA data_version");', True),
        ("src/geo/deep/a.c", "char c = '\"'; f(\"DELETE FROM a\");", True),
        ("src/geo/a.sql", "-- anything", True),
        ("src/geo/a.c", '/* SELECT a FROM b */ // "DELETE FROM a"', False),
        ("src/geo/a.c", 'f("rows were deleted from the update set");', False),
        ("src/geo/a.c", 'f("cannot select a layer from the file");', False),
        ("src/geo/a.c", 'f("SELECT"); g("FROM");', False),
        ("src/geo/a.c", 'f("the INSERTION INTO");', False),
        ("include/a.h", "", True),  # no src at all
    ]
    wrong = []
    for path, text, offends in cases:
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.dirname(os.path.join(root, path)))
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text + "\n")
            if len(check(root)) != offends:
                wrong.append(f"self-check: {path}: {text}")
    return wrong


faults = self_check() or check(os.environ["SOURCE"])
print(*faults, sep="\n", end="\n" if faults else "")
print(f"{len(faults)} offenders")
sys.exit(1 if faults else 0)
PYTHON
