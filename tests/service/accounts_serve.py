"""Accounts against a real `maille serve`: tokens made and revoked while it runs, sessions of browsers,
and logs without a secret; see test_accounts_serve.sh."""

import time

from serve_kit import ROLES, Service, kit, sample_workspace, token
from kit import check, none, same

workspace = sample_workspace()
tokens = {role: token(workspace, role) for role in ROLES}
narrowed = token(workspace, "lecteur", "2A", "29", name="deux")
service = Service(workspace, "failures: 3")
secrets = [*tokens.values(), narrowed]


def enter(text, form=False):
    """A session's cookie and CSRF token, kept among the secrets."""
    if form:
        opened = service.ask("/session", "POST", "token=" + text,
                             headers={"Content-Type": "application/x-www-form-urlencoded"})
    else:
        opened = service.ask("/session", "POST", {"token": text})
    same("a session is opened", opened.status, 201)
    cookie, csrf = (opened["Set-Cookie"] or "").split(";")[0], opened.json.get("csrf")
    secrets.extend([cookie.partition("=")[2], csrf])
    return cookie, csrf


def until(what, holds):
    """Changes are seen within seconds."""
    for _ in range(100):
        if holds():
            return
        time.sleep(0.1)
    check(what, False)


def test_every_role_by_token_and_by_session():
    for role in ROLES:
        same(f"{role} by token", service.get("/session", tokens[role]).json["role"], role)
        cookie, _ = enter(tokens[role], form=role == "admin")
        own = service.get("/session", Cookie=cookie).json
        same(f"{role} by session", (own["role"], own["nom"], own["departements"]),
             (role, role, None))
    own = service.get("/session", narrowed).json
    same("narrowed", (sorted(own["departements"]), own["audience"]), (["29", "2A"], "interne"))
    own = service.get("/session").json
    same("nobody", own, {"nom": None, "role": "anonyme", "audience": "public",
                         "departements": None, "csrf": None})


def test_only_the_admin_sees_the_counters():
    for role in (None, *ROLES):
        answer = service.get("/metrics", tokens.get(role))
        same(f"/metrics for {role}", answer.status, 200 if role == "admin" else 404)
    text = service.get("/metrics", tokens["admin"]).text
    check("they count", 'maille_requests_total{route="session",status="2xx"}' in text)
    check("connections", "\nmaille_connections " in text)


def test_a_token_made_while_it_runs_is_heard():
    late = token(workspace, "planificateur", name="tard")
    secrets.append(late)
    # Not asked with the token before another world is there: that would count as a failure.
    until("another world is there",
          lambda: "\nmaille_world 1\n" not in service.get("/metrics", tokens["admin"]).text)
    same("a new token is heard", service.get("/session", late).status, 200)
    cookie, csrf = enter(late)
    # The second change, by another process that thinks itself alone: the log of SQLite must not go.
    kit.maille("token", "revoke", "tard", "-w", workspace)
    until("its session ends with it",
          lambda: service.get("/session", Cookie=cookie).json["role"] == "anonyme")
    answer = service.ask("/session", "DELETE", headers={"Cookie": cookie, "X-Maille-CSRF": csrf})
    same("closing what is closed", answer.status, 204)
    answer = service.get("/session", late)
    same("a revoked token", (answer.status, answer["WWW-Authenticate"]),
         (401, 'Bearer realm="maille", error="invalid_token"'))
    check("is not named", late not in answer.text)


def test_forgery_is_refused():
    cookie, csrf = enter(tokens["planificateur"])
    for what, headers, status in (
            ("no token", {}, 403),
            ("another's", {"X-Maille-CSRF": enter(tokens["planificateur"])[1]}, 403),
            ("another site", {"X-Maille-CSRF": csrf, "Origin": "https://evil.example"}, 403),
            ("a page of nowhere", {"X-Maille-CSRF": csrf, "Origin": "null"}, 403),
            ("our page", {"X-Maille-CSRF": csrf, "Origin": service.url}, 204)):
        answer = service.ask("/session", "DELETE", headers={"Cookie": cookie, **headers})
        same(what, answer.status, status)
    answer = service.ask("/session", "POST", {"token": tokens["lecteur"]},
                         headers={"Origin": "https://evil.example"})
    same("another site opens no session", (answer.status, answer["Set-Cookie"]), (403, None))


def test_what_is_public_stays_public_and_kept_apart():
    public = service.get("/collections?f=json")
    own = service.get("/collections?f=json", tokens["lecteur"])
    same("who may keep it", (public["Cache-Control"], own["Cache-Control"]),
         ("public, max-age=60", "private, no-cache"))
    same("again, from the cache", service.get("/collections?f=json").body, public.body)
    as_public = service.get("/collections?f=json&audience=public", tokens["lecteur"])
    same("an account with the public's eyes",
         [c["id"] for c in as_public.json["collections"]],
         [c["id"] for c in public.json["collections"]])


# The last of those that ask: from here on this address is shut out.
def test_wrong_tokens_are_counted():
    wrong = "maille_" + "w" * 43
    seen = [service.get("/", wrong).status for _ in range(6)]
    same("counted, and then no more heard", (set(seen), sorted(seen) == seen), ({401, 429}, True))
    answer = service.ask("/session", "POST", {"token": wrong})
    same("nor at the door", (answer.status, answer["Retry-After"] is not None), (429, True))
    same("right ones are", service.get("/session", tokens["lecteur"]).status, 200)
    same("and the public", service.get("/").status, 200)


def test_no_secret_is_written_anywhere():
    service.get("/health")
    same("exit", service.stop(), 0)
    log, said = kit.read(service.log), service.said()
    check("there is a log", len(service.logged()) > 20)
    none("secrets in the log", (s for s in secrets if s and s in log))
    none("secrets on standard error", (s for s in secrets if s and s in said))
    with open(workspace, "rb") as file:
        stored = file.read()
    none("secrets in the workspace", (s for s in secrets if s and s.encode() in stored))


if __name__ == "__main__":
    kit.main(globals())
