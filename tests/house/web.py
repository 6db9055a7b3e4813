"""Modules of src/web/ against the rules of its README.

A module imports from its own folder and from those above it in the README's list; texts stay texts; no script and no
handler stands in a page (the policy would not run it); files stay under 400 lines; the texts of both languages are whole.
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(sys.argv[1])
WEB = SOURCE / "src" / "web"
MOST_LINES = 400
# What a whole text may not hold, and why.
BANNED = {
    r"\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write": "texts become markup",
    r"\beval\(|new Function\(": "texts become programs",
    r"\bTODO\b|\bFIXME\b": "is not finished",
    r"https?://(?!www\.w3\.org/|localhost|carte\.example)": "asks another server",
}


def folders():
    """The order of folders: the first column of the README's table of modules."""
    text = (WEB / "README.md").read_text()
    part = text[text.index("## Modules"):text.index("## What the parts give")]
    order = re.findall(r"^\| `(\w+)/`", part, re.MULTILINE)
    assert order and order[0] == "base", "the README's table of modules was not found"
    return order


def imports(text):
    return re.findall(r"""(?:^|[;\s])(?:import|export)\b[^;'"]*?from\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|^import\s+["']([^"']+)["']""",
                      text, re.MULTILINE)


def judge_module(path, order):
    text = path.read_text()
    name = path.relative_to(WEB)
    lines = text.count("\n")
    if lines > MOST_LINES:
        yield f"{name}: {lines} lines, {MOST_LINES} at most"
    if not text.startswith("/*"):
        yield f"{name}: does not say what it is for"
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    for pattern, why in BANNED.items():
        for found in re.finditer(pattern, bare):
            yield f"{name}: {found.group(0)!r} {why}"
    yield from judge_imports(path, text, order)


def judge_imports(path, text, order):
    name = path.relative_to(WEB)
    own = path.relative_to(WEB / "js").parts
    rank = order.index(own[0]) if len(own) > 1 and own[0] in order else len(order)
    if len(own) > 1 and own[0] not in order:
        yield f"{name}: the README does not know the folder {own[0]}"
    for found in imports(text):
        asked = next(filter(None, found))
        if not asked.startswith("."):
            yield f"{name}: imports {asked!r}, a browser does not find it"
            continue
        target = (path.parent / asked).resolve()
        if "vendor" in target.parts:
            if target.parent.name != "maplibre-gl" or own[0] != "map":
                yield f"{name}: imports {asked!r}; map/ alone imports what is not ours"
            continue
        if not target.is_file():
            yield f"{name}: imports {asked!r}, which is not there"
            continue
        inside = target.relative_to(WEB / "js").parts
        theirs = order.index(inside[0]) if len(inside) > 1 and inside[0] in order else len(order)
        if theirs > rank and not (name.name == "parts.js"):
            yield f"{name}: imports {asked!r}, from a folder below it"


def judge_page(path):
    text = path.read_text()
    name = path.relative_to(WEB)
    if re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text):
        yield f"{name}: a script without a file; the policy does not run it"
    if re.search(r"\son\w+\s*=\s*[\"']", text):
        yield f"{name}: a handler in the page; the policy does not run it"
    if not re.search(r"<html[^>]*\blang=\"fr\"", text):
        yield f"{name}: does not say its language"
    for asked in re.findall(r"(?:src|href)=\"\{\{web\}\}/([^\"#?]+)\"", text):
        if not asked.startswith("vendor/") and not (WEB / asked).is_file():
            yield f"{name}: names {asked}, which is not there"


def judge_texts():
    """Each text that a folder brings (`addTexts({fr, en})`) is there in French and in English: node is asked."""
    if not shutil.which("node"):
        print("note: without node both languages are not compared")
        return
    listed = [str(path) for path in sorted(WEB.glob("js/*/texts*.js"))]
    done = subprocess.run(["node", str(SOURCE / "tests/house/web_texts.mjs"), str(WEB), *listed],
                          stdout=subprocess.PIPE, text=True, check=False)
    yield from done.stdout.splitlines()
    if done.returncode != 0:
        yield f"the texts could not be read ({len(listed)} files)"


def self_check(order):
    """A planted fault of each kind is found."""
    import tempfile
    with tempfile.TemporaryDirectory() as scratch:
        global WEB
        real, WEB = WEB, Path(scratch)
        (WEB / "js" / "base").mkdir(parents=True)
        (WEB / "js" / "edit").mkdir()
        (WEB / "js" / "edit" / "b.js").write_text("/* b */\n")
        bad = WEB / "js" / "base" / "a.js"
        bad.write_text('/* a */\nimport { x } from "../edit/b.js";\nx.innerHTML = "";\nimport y from "left-pad";\n')
        found = "\n".join(judge_module(bad, order))
        assert "below" in found and "markup" in found and "left-pad" in found, found
        page = WEB / "p.html"
        page.write_text('<html lang="fr"><script>1</script><a onclick="x()">')
        assert len(list(judge_page(page))) == 2
        WEB = real


def main():
    order = folders()
    self_check(order)
    faults = []
    modules = sorted(WEB.glob("js/**/*.js"))
    for path in modules:
        faults += judge_module(path, order)
    for path in sorted(WEB.glob("*.html")) + sorted(WEB.glob("aide/*.html")):
        faults += judge_page(path)
    faults += judge_texts()
    for fault in faults:
        print(fault)
    print(f"{len(modules)} modules, {len(faults)} faults")
    return 1 if faults or len(modules) < 10 else 0


sys.exit(main())
