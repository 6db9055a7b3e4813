/* Who asks: tokens that programs send, sessions that browsers hold, and the routes of sessions.
 *
 * A session is the right to be what its token is, for some hours: the browser has a random id in a
 * cookie that no script reads, we have the hash of it. It names the token by its id and is looked
 * up among the accounts of now at each request, so that a token that was revoked or expired ends
 * what was opened with it. Nothing secret is written anywhere. */
#include "service/limits.h"
#include "service/router.h"

#include <maille/json.h>
#include <maille/jsontree.h>
#include <maille/secret.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { SESSIONS = 1024, SESSIONS_OF_ONE = 32, SECRET_BYTES = 32, SECRET_TEXT = 44 };

typedef struct {
    char hash[65]; /* of the id in the cookie; "" = the place is free */
    char account[17];
    char csrf[SECRET_TEXT];
    double until, since; /* seconds of the monotonic clock */
} session;

struct gatekeeper {
    pthread_mutex_t lock;
    limits *limits;
    double session_s;
    session sessions[SESSIONS];
};

static double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

maille_status gatekeeper_new(maille_ctx *ctx, const maille_serve_config *config, gatekeeper **out) {
    gatekeeper *g = maille_alloc(1, sizeof *g);
    if (g)
        g->limits = limits_new(config->failures, config->failure_minutes);
    if (!g || !g->limits || pthread_mutex_init(&g->lock, NULL) != 0) {
        if (g)
            limits_free(g->limits);
        maille_free(g);
        return maille_no_memory(ctx);
    }
    g->session_s = config->session_hours * 3600;
    *out = g;
    return MAILLE_OK;
}

void gatekeeper_free(gatekeeper *g) {
    if (!g)
        return;
    pthread_mutex_destroy(&g->lock);
    limits_free(g->limits);
    maille_wipe(g, sizeof *g);
    maille_free(g);
}

/* ---- sessions; the lock is held ---- */

static session *session_of(gatekeeper *g, const char *hash) {
    for (size_t i = 0; i < SESSIONS; i++) {
        session *one = &g->sessions[i];
        /* The first signs sort out; a hash tells nothing of the id that it is of. */
        if (*one->hash && memcmp(one->hash, hash, 8) == 0 && maille_secret_equal(one->hash, hash))
            return one;
    }
    return NULL;
}

static void session_end(session *one) {
    maille_wipe(one, sizeof *one);
}

/* A free place; else that of the oldest session: of the same account where it has too many, so that
 * nobody pushes out another by opening sessions without end. */
static session *session_place(gatekeeper *g, const char *account, double now) {
    session *place = NULL, *oldest = &g->sessions[0], *own = NULL;
    unsigned own_count = 0;
    for (size_t i = 0; i < SESSIONS; i++) {
        session *one = &g->sessions[i];
        if (*one->hash && one->until <= now)
            session_end(one);
        if (!*one->hash) {
            place = place ? place : one;
            continue;
        }
        if (one->since < oldest->since)
            oldest = one;
        if (strcmp(one->account, account) == 0) {
            own_count++;
            if (!own || one->since < own->since)
                own = one;
        }
    }
    if (own_count >= SESSIONS_OF_ONE)
        return own;
    return place ? place : oldest;
}

/* ---- who asks ---- */

/* The value of our cookie; NULL where there is none, or more than one: then somebody else set one.
 */
static const char *cookie_of(const wire *in) {
    static const char name[] = "maille_session=";
    const char *found = NULL;
    if (in->header_count(in, "Cookie") != 1)
        return NULL;
    for (const char *c = in->header(in, "Cookie"); *c;) {
        c += strspn(c, "; \t");
        size_t length = strcspn(c, ";");
        if (length > sizeof name - 1 && strncmp(c, name, sizeof name - 1) == 0) {
            if (found)
                return NULL;
            found = maille_arena_strndup(in->arena, c + sizeof name - 1, length - sizeof name + 1);
        }
        c += length;
    }
    return found;
}

static const maille_account *account_of_cookie(gatekeeper *g, const world *w, const wire *in,
                                               const char **id, const char **csrf) {
    const char *cookie = cookie_of(in);
    if (!cookie)
        return NULL;
    char hash[65];
    maille_secret_hash(cookie, hash);
    const maille_account *account = NULL;
    pthread_mutex_lock(&g->lock);
    session *one = session_of(g, hash);
    if (one && one->until > seconds_now())
        account = maille_account_by_id(world_accounts(w), one->account);
    if (account) {
        *id = maille_arena_strdup(in->arena, hash);
        *csrf = maille_arena_strdup(in->arena, one->csrf);
    } else if (one) {
        session_end(one);
    }
    pthread_mutex_unlock(&g->lock);
    return *id && *csrf ? account : NULL;
}

bool gatekeeper_holds(gatekeeper *g, const char *session_hash) {
    pthread_mutex_lock(&g->lock);
    const session *one = session_of(g, session_hash);
    bool holds = one && one->until > seconds_now();
    pthread_mutex_unlock(&g->lock);
    return holds;
}

/* The token of a header "Authorization: Bearer …"; NULL where it is of another kind: a proxy may
 * ask for passwords of its own. */
static const char *bearer_of(const wire *in) {
    const char *header = in->header(in, "Authorization");
    if (strncasecmp(header, "Bearer", 6) != 0 || (header[6] && header[6] != ' '))
        return NULL;
    return header + 6 + strspn(header + 6, " ");
}

/* A token that holds, or 401, or 429 after too many that did not. A right token is heard even then:
 * with 256 random bits there is nothing to guess that a limit would have to slow down; it is there
 * for the log and the processor, and a whole hospital behind one address must not be shut out by
 * the one script in it whose token has expired. */
static const maille_account *account_of_token(gatekeeper *g, const world *w, const char *peer,
                                              const char *token, int *status, unsigned *wait_s) {
    const maille_account *account = maille_account_of(world_accounts(w), token);
    if (account)
        return account;
    double now = seconds_now();
    *wait_s = limits_wait(g->limits, peer, now);
    *status = *wait_s ? 429 : 401;
    if (!*wait_s)
        limits_failed(g->limits, peer, now);
    return NULL;
}

const maille_account *gatekeeper_account(gatekeeper *g, const world *w, const wire *in,
                                         const char *peer, int *status, unsigned *wait_s,
                                         const char **session_id, const char **csrf) {
    *status = 0;
    *wait_s = 0;
    *session_id = *csrf = NULL;
    if (in->header_count(in, "Authorization") > 1) {
        *status = 401;
        return NULL;
    }
    const char *token = bearer_of(in);
    if (token)
        return account_of_token(g, w, peer, token, status, wait_s);
    /* A cookie that no longer holds makes nobody: the page of the map shows what all may see. */
    const maille_account *account = account_of_cookie(g, w, in, session_id, csrf);
    if (!account)
        *session_id = *csrf = NULL;
    return account ? account : maille_account_anonymous();
}

/* ---- the routes ---- */

static maille_status write_account(const maille_account *account, maille_audience audience,
                                   const char *csrf, reply *out) {
    bool anonymous = account->role == MAILLE_ANONYMOUS;
    maille_strbuf_add(&out->body, "{\"nom\":");
    maille_json_text(&out->body, anonymous ? NULL : account->name);
    maille_strbuf_add(&out->body, ",\"role\":");
    maille_json_text(&out->body, maille_role_name(account->role));
    maille_strbuf_add(&out->body, ",\"audience\":");
    maille_json_text(&out->body, audience == MAILLE_PUBLIC ? "public" : "interne");
    maille_strbuf_add(&out->body, ",\"departements\":");
    if (account->departments)
        maille_json_texts(&out->body, account->departments, account->department_count);
    else
        maille_strbuf_add(&out->body, "null");
    maille_strbuf_add(&out->body, ",\"csrf\":");
    maille_json_text(&out->body, csrf && *csrf ? csrf : NULL);
    maille_strbuf_add(&out->body, "}\n");
    return out->body.failed ? MAILLE_NO_MEMORY : MAILLE_OK;
}

static maille_status session_show(view *v, const request *r, reply *out) {
    (void)v;
    return write_account(r->account, r->audience, r->cookie_csrf, out);
}

/* A cookie that no script reads and that no other site makes a browser send. */
static const char *cookie_text(const service *s, const request *r, const char *id, double age_s) {
    maille_strbuf text = {0};
    maille_strbuf_addf(&text, "maille_session=%s; Path=%s; Max-Age=%.0f; HttpOnly; SameSite=Strict",
                       id, router_base_path(r->base), age_s);
    if (s->config->secure_cookies)
        maille_strbuf_add(&text, "; Secure");
    const char *copy = text.failed ? NULL : maille_arena_strdup(r->arena, text.text);
    maille_strbuf_free(&text);
    return copy;
}

static void end_by_hash(gatekeeper *g, const char *hash) {
    pthread_mutex_lock(&g->lock);
    session *one = hash ? session_of(g, hash) : NULL;
    if (one)
        session_end(one);
    pthread_mutex_unlock(&g->lock);
}

static maille_status session_close(view *v, const request *r, reply *out) {
    end_by_hash(v->service->gatekeeper, r->session);
    reply_header(out, "Set-Cookie", cookie_text(v->service, r, "", 0));
    out->status = 204;
    return MAILLE_OK;
}

/* The token that a body holds, as JSON or as a form; NULL. What a reader of JSON says of a fault
 * may hold a piece of the text: it is told to nobody. */
static const char *token_of_body(view *v, const request *r) {
    const char *token = NULL;
    if (strcmp(r->body_type, "application/json") == 0) {
        maille_json *tree = NULL;
        if (maille_json_parse(v->ctx, "session", r->body, &tree) == MAILLE_OK) {
            const char *text = maille_json_as_text(maille_json_get(tree, "token"));
            token = text ? maille_arena_strdup(r->arena, text) : NULL;
        }
        maille_json_free(tree);
        return token;
    }
    target form = {0};
    if (target_parameters(r->arena, r->body, &form) != TARGET_FINE)
        return NULL;
    for (size_t i = 0; i < form.parameter_count; i++)
        if (strcmp(form.parameters[i].key, "token") == 0)
            token = token ? "" : form.parameters[i].value;
    return token;
}

static maille_status refuse_token(const request *r, reply *out, int status, unsigned wait_s) {
    if (status == 429) {
        maille_strbuf wait = {0};
        maille_strbuf_add_int(&wait, wait_s);
        reply_header(out, "Retry-After",
                     wait.failed ? NULL : maille_arena_strdup(r->arena, wait.text));
        maille_strbuf_free(&wait);
        return reply_problem(
            r, out, 429,
            router_say(r, "Trop de jetons incorrects ont été présentés depuis cette adresse.",
                       "Too many wrong tokens came from this address."));
    }
    reply_header(out, "WWW-Authenticate", "Bearer realm=\"maille\"");
    return reply_problem(r, out, 401,
                         router_say(r, "Ce jeton est inconnu, révoqué ou expiré.",
                                    "This token is unknown, revoked or expired."));
}

/* Makes a session for an account: the id for the cookie and the CSRF token. */
static void session_begin(gatekeeper *g, const maille_account *account, char id[SECRET_TEXT],
                          char csrf[SECRET_TEXT]) {
    unsigned char bytes[2][SECRET_BYTES];
    maille_random(bytes, sizeof bytes);
    maille_base64url(bytes[0], SECRET_BYTES, id);
    maille_base64url(bytes[1], SECRET_BYTES, csrf);
    double now = seconds_now();
    session made = {.since = now, .until = now + g->session_s};
    maille_secret_hash(id, made.hash);
    memcpy(made.csrf, csrf, SECRET_TEXT);
    memcpy(made.account, account->id, strnlen(account->id, sizeof made.account - 1));
    pthread_mutex_lock(&g->lock);
    *session_place(g, made.account, now) = made;
    pthread_mutex_unlock(&g->lock);
    maille_wipe(bytes, sizeof bytes);
    maille_wipe(&made, sizeof made);
}

static maille_status session_open(view *v, const request *r, reply *out) {
    gatekeeper *g = v->service->gatekeeper;
    bool json = strcmp(r->body_type, "application/json") == 0;
    if (!json && strcmp(r->body_type, "application/x-www-form-urlencoded") != 0)
        return reply_problem(r, out, 415,
                             router_say(r, "Le jeton s’envoie en JSON ou en formulaire.",
                                        "The token is sent as JSON or as a form."));
    /* Else another site could make a browser be whom it likes. */
    const asked *a = router_asked(r);
    if (!a || a->foreign)
        return reply_problem(r, out, 403,
                             router_say(r, "Cette demande vient d’un autre site.",
                                        "This request comes from another site."));
    const char *token = token_of_body(v, r);
    if (!token)
        return reply_problem(
            r, out, 400,
            router_say(r, "Le corps ne comporte pas de « token ».", "The body holds no “token”."));
    int status = 0;
    unsigned wait_s = 0;
    const maille_account *account = account_of_token(g, v->world, r->peer, token, &status, &wait_s);
    if (!account)
        return refuse_token(r, out, status, wait_s);
    char id[SECRET_TEXT], csrf[SECRET_TEXT];
    end_by_hash(g, r->session);
    session_begin(g, account, id, csrf);
    reply_header(out, "Set-Cookie", cookie_text(v->service, r, id, g->session_s));
    maille_wipe(id, sizeof id);
    out->status = 201;
    return write_account(account, MAILLE_INTERNE, csrf, out);
}

static const char *const formats[] = {"json", NULL};
static const route routes[] = {
    {.verbs = GET,
     .path = "/session",
     .id = "session",
     .tag = "Comptes",
     .summary = "Qui l’on est : nom, rôle, départements",
     .formats = formats,
     .answer = session_show},
    {.verbs = POST,
     .path = "/session",
     .id = "ouvrirSession",
     .tag = "Comptes",
     .summary = "Ouvrir une session avec un jeton",
     .no_csrf = true,
     .formats = formats,
     .answer = session_open},
    {.verbs = DELETE,
     .path = "/session",
     .id = "fermerSession",
     .tag = "Comptes",
     .summary = "Fermer la session",
     .formats = formats,
     .answer = session_close},
};
const route_table session_routes = {routes, sizeof routes / sizeof *routes};
