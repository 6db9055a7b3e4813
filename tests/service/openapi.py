"""The description of the interface, /api: every route with a body tells its schema, what it answers and what
it refuses; examples of docs/editing.md and answers of the service hold against it, by ajv."""

import json
import re
import urllib.parse

import edit_kit
import serve_kit
from serve_kit import kit

check, none, same = kit.check, kit.none, kit.same

workspace = edit_kit.board(perimeters=[("cpts-a", ["01001", "01002"]), ("cpts-b", ["01005", "01006"])])
tokens = {role: serve_kit.token(workspace, role) for role in serve_kit.ROLES}
service = edit_kit.serve(workspace)
admin = tokens["admin"]
api = service.get("/api?f=openapi", token=admin).json
ITEM = {"get", "post", "put", "patch", "delete"}
operations = {(method, path): o for path, item in api["paths"].items() for method, o in item.items() if method in ITEM}


def schema_of(body):
    return {kind: c["schema"] for kind, c in body["content"].items()}


def validated(checks):
    """Faults that the validators found; all checks must have been looked at."""
    checks = list(checks)
    p = serve_kit.npm("validate.mjs", stdin="".join(json.dumps(c) + "\n" for c in checks))
    same("validators end", p.returncode, 0)
    same("checks looked at", p.stderr.strip().split("\n")[-1], str(len(checks)))
    return p.stdout.splitlines()


def plain(schema):
    """As JSON Schema: OpenAPI 3.0's nullable is another type."""
    if isinstance(schema, list):
        return [plain(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    out = {k: plain(v) for k, v in schema.items() if k != "nullable"}
    return {"anyOf": [out, {"type": "null"}]} if schema.get("nullable") is True else out


# ---- what is told -----------------------------------------------------------------------------------

def test_bodies_answers_and_refusals():
    none("reads with a body", [k for k, o in operations.items() if k[0] in ("get", "delete") and "requestBody" in o])
    writes = {k: o for k, o in operations.items() if k[0] in ("post", "put", "patch")}
    check("many", len(writes) > 12, len(writes))
    none("bodies without a schema of their own", [k for k, o in writes.items() if k[1] != "/session" and
         any(s == {"type": "object"} and k[1] != "/handover" for s in schema_of(o.get("requestBody", {"content": {"": {"schema": {"type": "object"}}}})).values())])
    same("lists are text", sorted(schema_of(operations["post", "/lists"]["requestBody"])), ["text/csv", "text/plain"])
    known = {"post /changes": "400 401 403 404 409 412 415 422 428 503", "patch /perimeters/{id}": "400 401 403 404 409 412 415 422 428 503",
             "delete /perimeters/{id}": "412 428 503", "post /scenarios/{id}/merge": "404 409 503", "get /findings": "401 403 404",
             "post /scenarios": "201 409"}
    for key, codes in known.items():
        none(f"{key} tells", set(codes.split()) - set(operations[tuple(key.split())]["responses"]))
    headers = {(k, p["name"]) for k, o in operations.items() for p in o["parameters"] if p["in"] == "header"}
    for k, name in ((("patch", "/perimeters/{id}"), "If-Match"), (("delete", "/perimeters/{id}"), "If-Match"),
                    (("post", "/changes"), "Idempotency-Key"), (("put", "/gaps/{code}/note"), "Idempotency-Key"),
                    (("get", "/events"), "Last-Event-ID")):
        check(f"{k} takes {name}", (k, name) in headers)
    check("reading takes none", not [h for h in headers if h[0][0] == "get" and h[1] != "Last-Event-ID"], headers)
    same("each operation has a name of its own", len({o["operationId"] for o in operations.values()}), len(operations))
    none("valid OpenAPI", validated([{"kind": "openapi", "where": "/api", "body": json.dumps(api)}]))


def test_what_must_be_given():
    asked = [(k, p["name"]) for k, o in operations.items() for p in o["parameters"] if p["in"] == "query" and p["required"]]
    check("some", len(asked) >= 7, asked)
    for (method, path), name in asked:
        a = service.ask(path, method=method.upper(), token=admin)
        same(f"{path} without {name}", a.status, 400)


def test_other_media_types():
    for (method, path), o in operations.items():
        if "requestBody" not in o or path == "/session":
            continue
        a = service.ask(re.sub(r"{\w+}", "x", path), method=method.upper(), token=admin, body="<x/>", headers={"Content-Type": "application/xml"})
        same(f"{method} {path} of XML", a.status, 415)
        check("it names what it takes", all(t in a.json["detail"] for t in schema_of(o["requestBody"])), a.text)


def test_the_page_for_people():
    page = service.get("/api?f=html", token=admin).text
    for word in ("/changes", "zone_blanche", "If-Match", "text/csv", "constats_apparus"):
        check(f"it shows {word}", word in page)
    public = service.get("/api?f=html").text
    check("the public's page has no hidden routes", "/metrics" in page and "/metrics" not in public)


# ---- examples of the documentation ------------------------------------------------------------------

def examples():
    """(method, path, text) of each request that docs/editing.md shows with its body."""
    text = kit.read(f"{serve_kit.SOURCE}/docs/editing.md")
    yield "post", "/changes", re.search(r"```json\n(.*?)```", text, re.S).group(1)
    for names, body in re.findall(r"((?:`(?:POST |PUT |PATCH )?/[^`]+`[,:]?\s+)+)(?:with [^{]*)?`(\{[^`]*\})`", text):
        method = "post"
        for name in re.findall(r"`([^`]+)`", names):
            words = name.split()
            method = words[0].lower() if len(words) == 2 else method
            yield method, words[-1].split("?")[0], body


def completed(text):
    """JSON of an example: what it leaves out stands in."""
    text = re.sub(r'"changements":\s*\[\s*…\s*\]', '"changements": [{"gestes": […]}]', text)
    text = re.sub(r"\[\s*…\s*\]", '[{"geste": "delete", "perimetre": "cpts-a"}]', text)
    text = re.sub(r":\s*…", ": null", text).replace("…", "0")
    text = text.replace('"commune" | "perimetre"', '"commune"').replace('"recalcul" | "export" | "sauvegarde", 0', '"recalcul"')
    text = re.sub(r'"2026-01-31" \| "v3"', '"v3"', text)
    try:
        return json.loads(text)
    except ValueError:
        return None


def test_examples_hold():
    checks, seen = [], []
    for method, path, text in examples():
        operation = operations.get((method, path))
        if not operation or "requestBody" not in operation:
            check(f"{method} {path} is described", False, text)
            continue
        schema = schema_of(operation["requestBody"])["application/json"]
        properties = schema.get("properties", {})
        keys = re.findall(r'"(\w+)"(?=\s*[:,}|])', re.sub(r":\s*(\[.*\]|\{.*?\}|\"[^\"]*\"(\s*\|\s*\"[^\"]*\")*)", ": 0", text, flags=re.S))
        none(f"keys of {method} {path} that its schema lacks", [k for k in keys if k not in properties])
        seen.append((method, path))
        value = completed(text)
        if value is not None:
            checks.append({"kind": "schema", "where": f"{method} {path}", "draft": "7", "schema": plain(schema), "value": value})
    check("many", len(seen) >= 9, seen)
    none("examples against their schemas", validated(checks))
    changes = plain(schema_of(operations["post", "/changes"]["requestBody"])["application/json"])
    wrong = [{"kind": "schema", "where": str(i), "draft": "7", "schema": changes, "value": v} for i, v in enumerate(
        [{}, {"gestes": []}, {"gestes": [{"perimetre": "x"}]}, {"gestes": [{"geste": "explode"}]},
         {"gestes": [{"geste": "add"}], "vu": {"a": "yesterday"}}, {"gestes": [{"geste": "add"}], "id": "a b"}])]
    same("wrong ones are refused", sorted(line[0] for line in validated(wrong)), [str(i) for i in range(len(wrong))])


# ---- answers ----------------------------------------------------------------------------------------

def test_answers_hold():
    """Each answer is of the status and schema that are told."""
    reads = ["/perimeters", "/perimeters/cpts-a", "/perimeters/cpts-a/codes", "/perimeters/cpts-a/history", "/history",
             "/perimeters/cpts-a/diff?de=2020-01-01", "/diff?de=2020-01-01", "/diff?scenarios=reference,essai", "/findings",
             "/contested", "/coverage", "/proposals?methode=nearest", "/scenarios", "/scenarios/compare?scenarios=reference,essai",
             "/handover?ids=cpts-a", "/journal", "/comments?commune=01001", "/layers", "/study", "/members", "/groupings",
             "/collections/communes/columns?properties=nom", "/perimeters/cpts-a/groupings"]
    add = {"geste": "add", "perimetre": "cpts-a", "codes": ["01003"]}
    sent = [("post", "/scenarios", {"id": "essai"}), ("post", "/what-if", {"gestes": [add]}),
            ("post", "/changes", {"id": "un", "vu": {"cpts-a": "v1"}, "gestes": [add]}),
            ("post", "/changes/queue", {"changements": [{"id": "deux", "vu": {"cpts-a": {"apres": "un"}}, "gestes": [{**add, "codes": ["01004"]}]}]}),
            ("post", "/undo", {}), ("put", "/gaps/01012/note", {"note": "à voir"}), ("delete", "/gaps/01012/note", None)]
    checks = []

    def hold(method, path, body=None):
        a = service.ask(path, method=method.upper(), body=body, token=admin)
        template = next((p for (m, p) in operations if m == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", p), urllib.parse.urlsplit(path).path)), None)
        responses = operations[method, template]["responses"] if template else {}
        check(f"{method} {path} answers what it tells", a.status < 300 and str(a.status) in responses, f"{a.status} {a.text[:200]}")
        if str(a.status) in responses:
            schema = responses[str(a.status)]["content"]["application/json"]["schema"]
            check(f"{method} {path} tells a schema", schema.get("properties") or schema.get("items") or schema.get("oneOf") or
                  path.startswith("/handover"), schema)
            checks.append({"kind": "schema", "where": f"{method} {path}", "draft": "7", "schema": plain(schema), "value": a.json})

    for method, path, body in sent:
        hold(method, path, body)
    for path in reads:
        hold("get", path)
    a = service.ask("/lists", method="POST", body="01001\n01002\nailleurs\n".encode(), token=admin, headers={"Content-Type": "text/plain"})
    checks.append({"kind": "schema", "where": "lists", "draft": "7", "value": a.json,
                   "schema": plain(operations["post", "/lists"]["responses"]["200"]["content"]["application/json"]["schema"])})
    none("answers against their schemas", validated(checks))


if __name__ == "__main__":
    kit.main(globals())
