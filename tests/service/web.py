"""The map as the service sends it, over a small web folder of our own."""

import gzip
import os
import re
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE"], "tests/service"))
import serve_kit  # noqa: E402
from serve_kit import Service, kit  # noqa: E402

check, same, none = kit.check, kit.same, kit.none

SCRIPT = "export const texts = [" + ", ".join(f'"texte {i}"' for i in range(400)) + "];\n"
FILES = {
    "carte.html": '<link href="{{web}}/style/a.css"><a href="{{base}}/aide">{{autre}} {{</a>',
    "commune.html": "<h1>Ma commune</h1>",
    "aide/index.html": "<h1>Aide</h1>", "aide/cartes.html": "<h1>Cartes</h1>{{base}}",
    "style/a.css": "body { margin: 0 }", "js/carte.js": SCRIPT, "js/a/b/c.mjs": "export {};",
    "vendor/maplibre-gl/maplibre-gl.mjs": "export default 1;",
    "vendor/f.woff2": "wOF2", "aide/un.png": "png", "icone.svg": "<svg/>", "textes.json": "{}",
    "aide/vide.html": "", "js/vide.js": "",
}
SECRET = ["package.json", "package-lock.json", "README.md", ".env", ".git/config", "tools.sh", "a.html~",
          "js/.carte.js", "vendor/maplibre-gl/LICENSE"]
TYPES = {
    "style/a.css": "text/css; charset=utf-8", "js/carte.js": "text/javascript; charset=utf-8",
    "js/a/b/c.mjs": "text/javascript; charset=utf-8", "vendor/f.woff2": "font/woff2",
    "aide/un.png": "image/png", "icone.svg": "image/svg+xml", "textes.json": "application/json",
    "js/vide.js": "text/javascript; charset=utf-8",
}


def folder(files=FILES):
    top = kit.scratch()
    for name, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(top, name)), exist_ok=True)
        kit.write(os.path.join(top, name), text)
    return top


workspace = os.path.join(kit.scratch(), "w.maille")
kit.maille("run", kit.copy_study(kit.SAMPLE), "-w", workspace, "--to", kit.scratch(), "--audience", "public")
admin = serve_kit.token(workspace, "admin")


def serve(top, *lines):
    os.environ["MAILLE_WEB"] = top
    return Service(workspace, *lines)


def version(service):
    return re.search(r"/web/([0-9a-f]{16})/", service.get("/carte").text).group(1)


def test_pages_have_their_addresses_filled_in():
    s = serve(folder())
    v = version(s)
    same("carte", s.get("/carte").text,
         f'<link href="{s.url}/web/{v}/style/a.css"><a href="{s.url}/aide">{{{{autre}}}} {{{{</a>')
    for path, words in {"/ma-commune": "Ma commune", "/ma-commune/96001": "Ma commune",
                        "/ma-commune?q=ker": "Ma commune", "/aide": "Aide", "/aide/cartes": "Cartes",
                        "/carte?vue=x&couche=apl&ici=9/48/-3": "/aide"}.items():
        a = s.get(path)
        check(f"{path} is there", a.status == 200 and words in a.text, f"{a.status} {a.text[:80]}")
        same(f"{path}: type", a["Content-Type"], "text/html; charset=utf-8")
        same(f"{path}: asked for again", a["Cache-Control"], "no-cache")
        again = s.get(path, If_None_Match=a["ETag"])
        check(f"{path}: unchanged", again.status == 304 and again.body == b"", again.status)
    same("an empty page is one", s.get("/aide/vide").status, 200)
    for path in ("/aide/absente", "/aide/index.html", "/aide/..%2fcarte", "/web", "/carte/x"):
        check(f"{path} is not there", s.get(path).status in (400, 404), s.get(path).status)
    page = s.get("/", Accept="text/html").text
    none("the landing page leads there", [p for p in ("/carte", "/ma-commune", "/aide")
                                          if f'href="{s.url}{p}"' not in page])
    check("and asks for a commune", f'action="{s.url}/ma-commune"' in page)
    s.stop()
    s = serve(folder(), "public_url: https://carte.example/cpts")
    check("by the public address", 'href="https://carte.example/cpts/aide"' in s.get("/carte").text)
    s.stop()


def test_files_are_sent_whole_typed_and_kept_for_a_year():
    s = serve(folder())
    v = version(s)
    for name, kind in TYPES.items():
        a = s.get(f"/web/{v}/{name}")
        same(f"{name}: bytes", a.text, FILES[name])
        same(f"{name}: type", a["Content-Type"], kind)
        same(f"{name}: kept", a["Cache-Control"], "public, max-age=31536000, immutable")
        same(f"{name}: for everybody", a["Vary"], "Accept-Encoding")
        same(f"{name}: unchanged", s.get(f"/web/{v}/{name}", If_None_Match=a["ETag"]).status, 304)
        head = s.ask(f"/web/{v}/{name}", method="HEAD")
        same(f"{name}: head", (head.status, head.body, head["Content-Length"], head["ETag"]),
             (200, b"", str(len(FILES[name])), a["ETag"]))
    plain, zipped = (s.get(f"/web/{v}/js/carte.js", Accept_Encoding=c) for c in ("identity", "br, gzip"))
    same("compressed", (zipped["Content-Encoding"], gzip.decompress(zipped.body).decode()), ("gzip", SCRIPT))
    check("smaller by far", len(zipped.body) < len(SCRIPT) / 4, len(zipped.body))
    check("each form has its tag", plain["ETag"] != zipped["ETag"] and plain["ETag"].startswith('"'))
    same("an account gets the same", s.get(f"/web/{v}/js/carte.js", token=admin)["Cache-Control"],
         "public, max-age=31536000, immutable")
    s.stop()


def test_what_is_no_file_of_the_map_is_never_sent():
    top = folder({**FILES, **{name: "secret" for name in SECRET}})
    outside = kit.write(os.path.join(kit.scratch(), "dehors.js"), "secret")
    os.symlink(outside, os.path.join(top, "lien.js"))
    os.symlink(os.path.dirname(outside), os.path.join(top, "ailleurs"))
    s = serve(top)
    v = version(s)
    paths = [*SECRET, "lien.js", "ailleurs/dehors.js", "carte.html", "aide/index.html", "js", "js/", "absent.js",
             "js/../package.json", "js/%2e%2e/package.json", "js%2fcarte.js", "js/a/b/c.mjs/x",
             "../../etc/passwd", "js/carte.js%00.css"]
    answers = {p: s.get(f"/web/{v}/{p}") for p in paths}
    none("refused", [(p, a.status) for p, a in answers.items() if a.status not in (400, 404, 308)])
    none("nothing of it", [p for p, a in answers.items() if "secret" in a.text])
    same("nor changed", s.ask(f"/web/{v}/js/carte.js", method="POST").status, 405)
    s.stop()


def test_another_version_is_the_file_of_now_asked_for_again():
    top = folder()
    one = serve(top)
    first = version(one)
    one.stop()
    kit.write(os.path.join(top, "js/carte.js"), "export const neuf = true;")
    two = serve(top)
    second = version(two)
    check("another version", first != second, first)
    a = two.get(f"/web/{first}/js/carte.js")
    same("the file of now", (a.status, a.text, a["Cache-Control"]), (200, "export const neuf = true;", "no-cache"))
    same("an empty one too", two.get(f"/web/{first}/js/vide.js").body, b"")
    two.stop()
    three = serve(top)
    same("the same files, the same version", version(three), second)
    three.stop()


def test_policy_lets_the_map_draw_and_nobody_else_in():
    for lines, tiles in (((), ""), (("base_map: {tiles: 'https://tuiles.example:8443/{z}/{x}/{y}.png', "
                                    "attribution: nous}",), " https://tuiles.example:8443")):
        s = serve(folder(), *lines)
        for path in ("/carte", f"/web/{version(s)}/js/carte.js"):
            rules = dict(r.strip().split(" ", 1) for r in s.get(path)["Content-Security-Policy"].split(";"))
            same(f"{path}: requests", rules["connect-src"], "'self'" + tiles)
            same(f"{path}: pictures", rules["img-src"], "'self' data: blob:" + tiles)
            same(f"{path}: workers", rules["worker-src"], "'self' blob:")
            same(f"{path}: scripts", rules.get("script-src", rules["default-src"]), "'self'")
            same(f"{path}: frames", rules["frame-ancestors"], "'none'")
        s.stop()


def test_without_the_map_the_rest_works_and_the_page_says_what_to_do():
    bare = {k: v for k, v in FILES.items() if not k.startswith("vendor/maplibre-gl")}
    for top, words in ((folder(bare), "tools/web"), ("/nowhere", "MAILLE_WEB"), (folder({}), "MAILLE_WEB")):
        s = serve(top)
        check("it was logged", "map" in s.said(), s.said()[-300:])
        for path in ("/carte", "/ma-commune", "/ma-commune/96001"):
            a = s.get(path, Accept="text/html")
            check(f"{path} tells of {words}", a.status == 503 and words in a.text and "<h1>" in a.text, a.text[-400:])
            check(f"{path} in English too", "Whoever" in s.get(path + "?lang=en", Accept="text/html").text)
        page = s.get("/", Accept="text/html")
        check("the landing page leads nowhere that is not there", page.status == 200 and "/carte" not in page.text)
        same("layers are there", s.get("/collections").status, 200)
        s.stop()


kit.main(globals())
