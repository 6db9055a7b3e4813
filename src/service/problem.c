/* Problem documents (RFC 9457), in French and English, for programs and as a page for people. */
#include "service/router.h"

#include <maille/json.h>
#include <maille/text.h>
#include <string.h>

static const struct {
    int status;
    const char *french, *english;
} titles[] = {
    {308, "Adresse déplacée", "Address moved"},
    {400, "Requête incorrecte", "Bad request"},
    {401, "Authentification requise", "Authentication required"},
    {403, "Accès refusé", "Access refused"},
    {404, "Introuvable", "Not found"},
    {405, "Méthode non autorisée", "Method not allowed"},
    {406, "Format non disponible", "Format not available"},
    {408, "Délai dépassé", "Request timed out"},
    {409, "Conflit", "Conflict"},
    {411, "Longueur requise", "Length required"},
    {412, "Précondition non remplie", "Precondition failed"},
    {413, "Contenu trop volumineux", "Content too large"},
    {414, "Adresse trop longue", "Address too long"},
    {415, "Type de contenu non pris en charge", "Unsupported content type"},
    {422, "Contenu inexploitable", "Unprocessable content"},
    {428, "Précondition requise", "Precondition required"},
    {429, "Trop de tentatives", "Too many attempts"},
    {431, "En-têtes trop volumineux", "Header fields too large"},
    {500, "Erreur interne", "Internal error"},
    {501, "Non pris en charge", "Not supported"},
    {503, "Service momentanément indisponible", "Service temporarily unavailable"},
    {507, "Espace insuffisant", "Insufficient storage"},
};

static bool is_english(const request *r) {
    return r->language && strcmp(r->language, "en") == 0;
}

const char *router_say(const request *r, const char *french, const char *english) {
    return is_english(r) ? english : french;
}

void router_quote(const request *r, maille_strbuf *to, const char *value) {
    enum { MOST = 100 };
    size_t length = strlen(value), cut = 0;
    while (cut < length && cut < MOST) {
        size_t character = maille_utf8_char(value + cut, length - cut);
        if (!character)
            break;
        cut += character;
    }
    maille_strbuf_add(to, router_say(r, "« ", "“"));
    maille_strbuf_add_n(to, value, cut);
    maille_strbuf_add(to, cut < length ? "…" : "");
    maille_strbuf_add(to, router_say(r, " »", "”"));
}

static const char *title_of(const request *r, int status) {
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].status == status)
            return router_say(r, titles[i].french, titles[i].english);
    return router_say(r, "Erreur", "Error");
}

static void add_html_text(maille_strbuf *to, const char *text) {
    for (; *text; text++) {
        const char *entity = *text == '&'   ? "&amp;"
                             : *text == '<' ? "&lt;"
                             : *text == '>' ? "&gt;"
                             : *text == '"' ? "&quot;"
                                            : NULL;
        if (entity)
            maille_strbuf_add(to, entity);
        else
            maille_strbuf_add_char(to, *text);
    }
}

static void write_page(const request *r, maille_strbuf *to, int status, const char *title,
                       const char *detail) {
    maille_strbuf_addf(to,
                       "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width\">\n"
                       "<meta name=\"robots\" content=\"noindex\">\n<title>%d – ",
                       is_english(r) ? "en" : "fr", status);
    add_html_text(to, title);
    maille_strbuf_add(to,
                      "</title>\n<style>body{font:1.1rem/1.5 sans-serif;max-width:40rem;"
                      "margin:3rem auto;padding:0 1rem;color:#1e1e1e;background:#fff}"
                      "a{color:#000091}</style>\n</head>\n<body>\n<main>\n<h1>");
    add_html_text(to, title);
    maille_strbuf_add(to, "</h1>\n<p>");
    add_html_text(to, detail);
    maille_strbuf_add(to, "</p>\n<p><a href=\"");
    add_html_text(to, r->base ? r->base : "");
    maille_strbuf_addf(to, "/\">%s</a></p>\n</main>\n</body>\n</html>\n",
                       router_say(r, "Retour à l’accueil", "Back to the landing page"));
}

static void write_document(const request *r, maille_strbuf *to, int status, const char *title,
                           const char *detail, const char *members) {
    size_t path = r->target ? strcspn(r->target, "?") : 0;
    char *instance = r->target ? maille_arena_strndup(r->arena, r->target, path) : NULL;
    maille_strbuf_add(to, "{\"type\":\"about:blank\",\"title\":");
    maille_json_text(to, title);
    maille_strbuf_addf(to, ",\"status\":%d,\"detail\":", status);
    maille_json_text(to, detail);
    if (instance) {
        maille_strbuf_add(to, ",\"instance\":");
        maille_json_text(to, instance);
    }
    if (members && *members)
        maille_strbuf_addf(to, ",%s", members);
    maille_strbuf_add(to, "}\n");
}

maille_status reply_problem(const request *r, reply *out, int status, const char *detail) {
    return reply_problem_with(r, out, status, detail, NULL);
}

maille_status reply_problem_with(const request *r, reply *out, int status, const char *detail,
                                 const char *members) {
    bool page = r->format && strcmp(r->format, "html") == 0;
    const char *title = title_of(r, status);
    /* What a handler had begun is not sent. */
    if (out->stream.drop)
        out->stream.drop(out->stream.state);
    out->stream = (body_stream){0};
    maille_strbuf_clear(&out->body);
    out->status = status;
    out->type = format_type(page ? "html" : "problem");
    out->cache = CACHE_NO_STORE;
    out->keep = false;
    out->time_at = out->time_length = 0;
    out->download = NULL;
    detail = detail ? detail : title;
    if (page)
        write_page(r, &out->body, status, title, detail);
    else
        write_document(r, &out->body, status, title, detail, members);
    return out->body.failed ? MAILLE_NO_MEMORY : MAILLE_OK;
}

maille_status reply_failure(view *v, const request *r, reply *out, maille_status status) {
    switch (status) {
    case MAILLE_OK:
        return MAILLE_OK;
    case MAILLE_USAGE:
    case MAILLE_REFUSED:
        return reply_problem(r, out, 400, maille_message(v->ctx));
    case MAILLE_NOT_FOUND: /* without the message: it may name what is like it */
        return reply_problem(r, out, 404,
                             router_say(r, "Ce qui est demandé n’existe pas.",
                                        "What was asked for does not exist."));
    case MAILLE_BUSY:
        reply_header(out, "Retry-After", "1");
        return reply_problem(r, out, 503,
                             router_say(r, "Le service est occupé ; réessayez dans un instant.",
                                        "The service is busy; try again in a moment."));
    default:
        maille_log(v->ctx, MAILLE_LOG_ERROR, "%s: %s", r->path ? r->path : "",
                   maille_message(v->ctx));
        return reply_problem(r, out, 500,
                             router_say(r, "Une erreur interne est survenue ; elle est consignée.",
                                        "An internal error occurred; it was logged."));
    }
}
