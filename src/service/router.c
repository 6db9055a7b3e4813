/* How a request is understood: from what the wire brought to a route with checked parameters, an
 * account, a format and a language, or to the answer that tells what was wrong.
 *
 * The order matters. Who asks is known before any path is looked up, so that what is hidden is
 * nowhere told apart from what does not exist; what is asked is checked only for who may ask it. */
#include "service/router.h"

#include "service/negotiate.h"

#include <ctype.h>
#include <maille/secret.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    service *s;
    world *w;
    const wire *in;
    asked *a;
    target target;
    reply *reply; /* the answer, where there is one at once */
    maille_status status;
} arrival;

/* ---- answers at once: each returns false, "goes no further" ---- */

static bool refuse(arrival *x, int status, const char *french, const char *english) {
    x->status = reply_problem(&x->a->request, x->reply, status,
                              router_say(&x->a->request, french, english));
    return false;
}

static bool refuse_text(arrival *x, int status, const maille_strbuf *detail) {
    x->status = detail->failed ? MAILLE_NO_MEMORY
                               : reply_problem(&x->a->request, x->reply, status, detail->text);
    return false;
}

static bool no_memory(arrival *x) {
    x->status = MAILLE_NO_MEMORY;
    return false;
}

static bool nowhere(arrival *x) {
    return refuse(x, 404, "Cette adresse n’existe pas.", "There is nothing at this address.");
}

/* ---- address ---- */

static unsigned verb_of(const char *method) {
    static const struct {
        const char *name;
        unsigned verb;
    } verbs[] = {{"GET", GET}, {"HEAD", GET},    {"POST", POST},
                 {"PUT", PUT}, {"PATCH", PATCH}, {"DELETE", DELETE}};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, method) == 0)
            return verbs[i].verb;
    return 0;
}

static bool is_options(const arrival *x) {
    return strcmp(x->in->method, "OPTIONS") == 0;
}

/* Language and kind of page as the address wishes them, so that a refusal speaks so too. */
static void hear_wishes(arrival *x) {
    request *r = &x->a->request;
    const char *language = request_parameter(r, "lang"), *format = request_parameter(r, "f");
    if (language && (strcmp(language, "fr") == 0 || strcmp(language, "en") == 0))
        r->language = strcmp(language, "fr") == 0 ? "fr" : "en";
    if (format)
        r->format = strcmp(format, "html") == 0 ? "html" : "json";
}

static bool understand_address(arrival *x) {
    request *r = &x->a->request;
    const maille_serve_config *config = x->s->config;
    const char *peer = router_peer(config, x->in);
    bool all = is_options(x) && strcmp(x->in->target, "*") == 0;
    target_fault fault =
        target_parse(x->in->arena, all ? "/" : x->in->target, config->uri_bytes, &x->target);
    const char *base = fault ? "" : router_base(config, x->in, x->target.authority);
    if (fault == TARGET_MEMORY)
        return no_memory(x);
    if (fault)
        return refuse(x, fault == TARGET_LONG ? 414 : 400, target_fault_text(fault, true),
                      target_fault_text(fault, false));
    if (!base || !peer)
        return refuse(x, 400, "L’en-tête Host ou un en-tête X-Forwarded-* est mal formé.",
                      "Header Host or a header X-Forwarded-* is malformed.");
    r->base = base;
    r->peer = peer;
    r->path = x->target.path;
    r->parameters = x->target.parameters;
    r->parameter_count = x->target.parameter_count;
    router_origin(config, x->in, x->a);
    hear_wishes(x);
    return true;
}

/* ---- account ---- */

static bool understand_account(arrival *x) {
    request *r = &x->a->request;
    int status = 0;
    unsigned wait_s = 0;
    const char *session = NULL, *csrf = NULL;
    const maille_account *account = gatekeeper_account(x->s->gatekeeper, x->w, x->in, r->peer,
                                                       &status, &wait_s, &session, &csrf);
    if (status == 429) {
        char text[24];
        snprintf(text, sizeof text, "%u", wait_s);
        reply_header(x->reply, "Retry-After", maille_arena_strdup(r->arena, text));
        return refuse(x, 429, "Trop de jetons incorrects ont été présentés depuis cette adresse.",
                      "Too many wrong tokens came from this address.");
    }
    if (status) {
        reply_header(x->reply, "WWW-Authenticate",
                     "Bearer realm=\"maille\", error=\"invalid_token\"");
        return refuse(x, 401, "Ce jeton est inconnu, révoqué ou expiré.",
                      "This token is unknown, revoked or expired.");
    }
    r->account = account ? account : maille_account_anonymous();
    r->session = session;
    r->cookie_csrf = csrf ? csrf : "";
    return true;
}

/* ---- route ---- */

/* Methods and headers that another origin may use; without credentials, none that carry any. */
static bool answer_options(arrival *x, unsigned verbs) {
    reply *out = x->reply;
    const char *allow = router_allow(x->in->arena, verbs);
    out->status = 204;
    reply_header(out, "Allow", allow);
    if (*x->in->header(x->in, "Access-Control-Request-Method")) {
        reply_header(out, "Access-Control-Allow-Methods", allow);
        reply_header(out, "Access-Control-Allow-Headers",
                     x->a->allowed_origin
                         ? "Accept, Accept-Language, Authorization, Content-Type, "
                           "Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, "
                           "Prefer, X-Maille-CSRF"
                         : "Accept, Accept-Language, Content-Type, "
                           "If-None-Match, Prefer");
        reply_header(out, "Access-Control-Max-Age", "86400");
    }
    return false;
}

/* The same address without the slash at its end, for good and with the same method. */
static bool redirect(arrival *x) {
    const target *t = &x->target;
    request *r = &x->a->request;
    maille_strbuf to = {0};
    maille_strbuf_add(&to, r->base);
    maille_strbuf_add_n(&to, t->raw, t->raw_length);
    if (t->raw_query) {
        maille_strbuf_add_char(&to, '?');
        maille_strbuf_add(&to, t->raw_query);
    }
    const char *place = to.failed ? NULL : maille_arena_strdup(r->arena, to.text);
    maille_strbuf_free(&to);
    if (!place)
        return no_memory(x);
    reply_header(x->reply, "Location", place);
    return refuse(x, 308, "L’adresse s’écrit sans barre oblique finale.",
                  "The address is written without a slash at its end.");
}

static bool refuse_method(arrival *x, unsigned verbs) {
    reply_header(x->reply, "Allow", router_allow(x->in->arena, verbs));
    return refuse(x, 405, "Cette méthode n’est pas possible à cette adresse.",
                  "This method is not possible at this address.");
}

static bool understand_route(arrival *x) {
    request *r = &x->a->request;
    unsigned wanted = verb_of(x->in->method);
    router_found found = router_find(&x->target, wanted, r->account->role, r->arena, r->part);
    if (found.memory)
        return no_memory(x);
    if (is_options(x) && strcmp(x->in->target, "*") == 0)
        return answer_options(x, GET | POST | DELETE);
    if (!found.verbs)
        return nowhere(x);
    if (is_options(x))
        return answer_options(x, found.verbs);
    if (!found.route)
        return refuse_method(x, found.verbs);
    if (x->target.slash)
        return redirect(x);
    r->verb = (verb)wanted;
    x->a->route = found.route;
    return true;
}

/* ---- right ---- */

static bool check_right(arrival *x) {
    const request *r = &x->a->request;
    const route *found = x->a->route;
    if (r->account->role >= found->least)
        return true;
    if (r->account->role == MAILLE_ANONYMOUS) {
        reply_header(x->reply, "WWW-Authenticate", "Bearer realm=\"maille\"");
        return refuse(x, 401, "Cette adresse demande un compte.",
                      "This address asks for an account.");
    }
    return refuse(x, 403, "Ce compte n’a pas ce droit.", "This account has no such right.");
}

/* A browser sends the cookie of a session by itself: what changes something must come from a page
 * of ours, which alone knows the session's CSRF token. */
static bool check_forgery(arrival *x) {
    const request *r = &x->a->request;
    const char *sent = x->in->header(x->in, "X-Maille-CSRF");
    if (r->verb == GET || !r->session || x->a->route->no_csrf)
        return true;
    if (x->a->foreign)
        return refuse(x, 403, "Cette demande vient d’un autre site.",
                      "This request comes from another site.");
    if (!*r->cookie_csrf || !maille_secret_equal(sent, r->cookie_csrf))
        return refuse(x, 403, "L’en-tête X-Maille-CSRF manque ou n’est pas celui de la session.",
                      "Header X-Maille-CSRF is missing or not that of the session.");
    return true;
}

/* ---- body ---- */

static bool takes(const route *found, const char *media_type) {
    size_t length = strlen(media_type);
    for (const char *at = found->body_type ? found->body_type : "application/json"; *at;) {
        size_t word = strcspn(at, " ");
        if (word == length && strncmp(at, media_type, word) == 0)
            return true;
        at += word + strspn(at + word, " ");
    }
    return false;
}

/* A body must be of a type that the route reads; what has no body has no type. */
static bool check_body(arrival *x) {
    const request *r = &x->a->request;
    const route *found = x->a->route;
    maille_strbuf detail = {0};
    if (!found->body || r->verb == GET || r->verb == DELETE || takes(found, r->body_type))
        return true;
    maille_strbuf_add(&detail, router_say(r, "Le corps se donne en ", "The body is taken as "));
    for (const char *at = found->body_type ? found->body_type : "application/json"; *at; at++)
        if (*at == ' ')
            maille_strbuf_add(&detail, router_say(r, " ou ", " or "));
        else
            maille_strbuf_add_char(&detail, *at);
    maille_strbuf_add_char(&detail, '.');
    refuse_text(x, 415, &detail);
    maille_strbuf_free(&detail);
    return false;
}

/* ---- parameters ---- */

static const char *const common[] = {"f", "lang", "audience"};
enum { COMMON = sizeof common / sizeof *common };

static bool is_known(const route *found, const char *key) {
    for (size_t i = 0; i < COMMON; i++)
        if (strcmp(common[i], key) == 0)
            return true;
    for (const route_parameter *p = found->parameters; p && p->name; p++)
        if (!p->in_path && strcmp(p->name, key) == 0)
            return true;
    return found->any_parameter || found->page;
}

static bool refuse_parameter(arrival *x, const char *key) {
    const request *r = &x->a->request;
    maille_strbuf detail = {0};
    maille_strbuf_add(&detail, router_say(r, "Paramètre inconnu : ", "Unknown parameter: "));
    router_quote(r, &detail, key);
    maille_strbuf_add(&detail, router_say(r, ". Paramètres connus : ", ". Known parameters: "));
    for (const route_parameter *p = x->a->route->parameters; p && p->name; p++)
        if (!p->in_path)
            maille_strbuf_addf(&detail, "%s, ", p->name);
    for (size_t i = 0; i < COMMON; i++)
        maille_strbuf_addf(&detail, "%s%s", common[i], i + 1 < COMMON ? ", " : ".");
    refuse_text(x, 400, &detail);
    maille_strbuf_free(&detail);
    return false;
}

static bool refuse_twice(arrival *x, const char *key) {
    const request *r = &x->a->request;
    maille_strbuf detail = {0};
    maille_strbuf_add(&detail,
                      router_say(r, "Paramètre donné deux fois : ", "Parameter given twice: "));
    router_quote(r, &detail, key);
    maille_strbuf_add(&detail, ".");
    refuse_text(x, 400, &detail);
    maille_strbuf_free(&detail);
    return false;
}

/* A value that is none of `known` (NULL-terminated). */
static bool refuse_value(arrival *x, const char *key, const char *const *known) {
    const request *r = &x->a->request;
    maille_strbuf detail = {0};
    maille_strbuf_add(&detail, router_say(r, "Valeur inconnue du paramètre ", "Unknown value of "));
    maille_strbuf_addf(&detail, "%s%s", key, router_say(r, " : ", ": "));
    router_quote(r, &detail, request_parameter(r, key));
    maille_strbuf_add(&detail, router_say(r, ". Valeurs connues : ", ". Known values: "));
    for (size_t i = 0; known[i]; i++)
        maille_strbuf_addf(&detail, "%s%s", i ? ", " : "", known[i]);
    maille_strbuf_add(&detail, ".");
    refuse_text(x, 400, &detail);
    maille_strbuf_free(&detail);
    return false;
}

static bool check_parameters(arrival *x) {
    const request *r = &x->a->request;
    for (size_t i = 0; i < r->parameter_count; i++) {
        const char *key = r->parameters[i].key;
        if (!is_known(x->a->route, key))
            return refuse_parameter(x, key);
        for (size_t k = 0; k < i; k++)
            if (strcmp(r->parameters[k].key, key) == 0)
                return refuse_twice(x, key);
    }
    return true;
}

/* ---- audience, language, format ---- */

static const char *one_of(const char *const *known, const char *value) {
    for (size_t i = 0; known[i]; i++)
        if (strcmp(known[i], value) == 0)
            return known[i];
    return NULL;
}

/* An account sees what is internal unless it asks to see as the public does; for the public,
 * "interne" is a value like any that does not exist. */
static bool understand_audience(arrival *x) {
    static const char *const words[] = {"public", "interne", NULL};
    static const char *const public_words[] = {"public", NULL};
    request *r = &x->a->request;
    bool anonymous = r->account->role == MAILLE_ANONYMOUS;
    const char *const *known = anonymous ? public_words : words;
    const char *wish = request_parameter(r, "audience");
    if (wish && !one_of(known, wish))
        return refuse_value(x, "audience", known);
    bool as_public = anonymous || (wish && strcmp(wish, "public") == 0);
    r->audience = as_public ? MAILLE_PUBLIC : MAILLE_INTERNE;
    /* With the public's eyes nothing is narrowed; what is done or tried stays so. */
    if (!as_public || r->verb != GET) {
        r->narrowed.narrowed = r->account->departments;
        r->narrowed.narrowed_count = r->account->department_count;
    }
    return true;
}

static bool understand_language(arrival *x) {
    static const char *const known[] = {"fr", "en", NULL};
    const char *wish = request_parameter(&x->a->request, "lang");
    if (wish && !one_of(known, wish))
        return refuse_value(x, "lang", known);
    x->a->own_language = wish != NULL; /* hear_wishes took it */
    return true;
}

static bool understand_format(arrival *x) {
    static const char *const json[] = {"json", NULL};
    request *r = &x->a->request;
    const char *const *known =
        x->a->route->formats && *x->a->route->formats ? x->a->route->formats : json;
    const char *wish = request_parameter(r, "f");
    const char *format =
        wish ? one_of(known, wish) : negotiate_format(x->in->header(x->in, "Accept"), known);
    if (wish && !format)
        return refuse_value(x, "f", known);
    if (!format) {
        maille_strbuf detail = {0};
        maille_strbuf_add(&detail, router_say(r, "Formats disponibles : ", "Available formats: "));
        for (size_t i = 0; known[i]; i++)
            maille_strbuf_addf(&detail, "%s%s", i ? ", " : "", format_type(known[i]));
        maille_strbuf_add(&detail, ".");
        refuse_text(x, 406, &detail);
        maille_strbuf_free(&detail);
        return false;
    }
    r->format = format;
    x->a->own_format = wish != NULL;
    return true;
}

/* ---- all of it ---- */

const char *request_parameter(const request *r, const char *key) {
    for (size_t i = 0; i < r->parameter_count; i++)
        if (strcmp(r->parameters[i].key, key) == 0)
            return r->parameters[i].value;
    return NULL;
}

const asked *router_asked(const request *r) {
    uintptr_t own = (uintptr_t)r + offsetof(asked, media_type);
    return (uintptr_t)r->body_type == own ? (const asked *)r : NULL;
}

/* "Text/CSV; charset=utf-8" → "text/csv"; one that is too long is none that we know. */
static void take_media_type(asked *a, const char *header) {
    size_t length = strcspn(header, "; \t,");
    if (length >= sizeof a->media_type)
        length = 0;
    for (size_t i = 0; i < length; i++)
        a->media_type[i] = (char)tolower((unsigned char)header[i]);
    a->media_type[length] = '\0';
    a->request.body_type = a->media_type;
}

static asked *begin(const wire *in) {
    asked *a = maille_arena_alloc(in->arena, sizeof *a);
    if (!a)
        return NULL;
    *a = (asked){
        .request = {.verb = GET,
                    .target = in->target,
                    .path = "/",
                    .body = in->body ? in->body : "",
                    .body_length = in->body ? in->body_length : 0,
                    .base = "",
                    .language = negotiate_language(in->header(in, "Accept-Language")),
                    .format = negotiate_page(in->header(in, "Accept")) ? "html" : "json",
                    .prefer = in->header(in, "Prefer"),
                    .if_match = in->header(in, "If-Match"),
                    .if_none_match = in->header(in, "If-None-Match"),
                    .idempotency_key = in->header(in, "Idempotency-Key"),
                    .last_event = in->header(in, "Last-Event-ID"),
                    .account = maille_account_anonymous(),
                    .audience = MAILLE_PUBLIC,
                    .peer = "",
                    .cookie_csrf = "",
                    .arena = in->arena},
    };
    take_media_type(a, in->header(in, "Content-Type"));
    return a;
}

maille_status request_begin(service *s, world *w, const wire *in, request **out,
                            const route **found, reply *at_once) {
    *out = NULL;
    *found = NULL;
    *at_once = (reply){.file = -1};
    arrival x = {.s = s, .w = w, .in = in, .a = begin(in), .reply = at_once};
    if (!x.a)
        return MAILLE_NO_MEMORY;
    bool through = understand_address(&x) && understand_account(&x) && understand_route(&x) &&
                   check_right(&x) && check_forgery(&x) && check_parameters(&x) && check_body(&x) &&
                   understand_audience(&x) && understand_language(&x) && understand_format(&x);
    *found = x.a->route;
    if (through) {
        *out = &x.a->request;
    } else if (!x.status) {
        reply_dress(s, &x.a->request, at_once);
    }
    return x.status;
}
