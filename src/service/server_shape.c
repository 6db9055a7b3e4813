/* The shape of requests: what two servers could read differently is refused.
 *
 * MHD 0.9.75 joins folded lines, cuts values at a NUL and takes a bare line feed for the end of a
 * line, and does not tell. But it leaves the header where it was read, so that each name stands two
 * bytes behind the end of the value before it, or something was amiss. Only addresses are compared.
 */
#include "service/server.h"

#include <string.h>
#include <strings.h>

static const saying folded = {
    "Une ligne de l’en-tête est repliée, mal terminée ou contient un caractère nul.",
    "A line of the header was folded, broken or held a NUL."};
static const saying name_fault = {"Le nom d’un en-tête est mal formé.",
                                  "The name of a header was none."};
static const saying value_fault = {"La valeur d’un en-tête contient un caractère de contrôle.",
                                   "The value of a header held a control sign."};
static const saying two_lengths = {"La longueur du contenu est indiquée plusieurs fois.",
                                   "The length of the body was told more than once."};
static const saying no_length = {"Content-Length n’est pas un nombre.",
                                 "Content-Length was no number."};
static const saying encoding = {"Transfer-Encoding n’est pas « chunked ».",
                                "Transfer-Encoding was not \"chunked\"."};
static const saying stray = {
    "L’en-tête contient un caractère nul, ou des signes hors de toute ligne.",
    "The header held a NUL, or signs that belong to no line."};
static const saying long_target = {"L’adresse demandée est trop longue.",
                                   "The target of the request was too long."};
static const saying long_header = {"Les en-têtes de la requête sont trop longs.",
                                   "The header of the request was too long."};
static const saying host = {"L’en-tête Host manque ou est répété.",
                            "Header Host was missing, or was there more than once."};
static const saying expectation = {"Ce que demande l’en-tête Expect n’est pas connu.",
                                   "What was expected was not known."};

typedef struct {
    uintptr_t next; /* where the next name must stand */
    unsigned hosts, lengths, encodings;
    const char *length, *encoding, *expect;
    const saying *why;
} shape;

/* tchar of RFC 9110. */
static bool is_name(const char *name, size_t length) {
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < length; i++) {
        char c = name[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (!c || !memchr(others, c, sizeof others - 1)))
            return false;
    }
    return length > 0;
}

static bool is_value(const char *value, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)value[i] < 0x20 && value[i] != '\t') || value[i] == 0x7f)
            return false;
    return true;
}

static bool is(const char *name, const char *what) {
    return strcasecmp(name, what) == 0;
}

static enum MHD_Result look_at(void *user, enum MHD_ValueKind kind, const char *name, size_t named,
                               const char *value, size_t length) {
    shape *s = user;
    (void)kind;
    if ((uintptr_t)name != s->next)
        s->why = &folded;
    else if (!is_name(name, named))
        s->why = &name_fault;
    else if (!is_value(value, length))
        s->why = &value_fault;
    if (s->why)
        return MHD_NO;
    s->next = (uintptr_t)value + length + 2;
    switch (name[0] | 0x20) {
    case 'h':
        s->hosts += is(name, "Host");
        break;
    case 'c':
        if (is(name, "Content-Length")) {
            s->lengths++;
            s->length = value;
        }
        break;
    case 't':
        if (is(name, "Transfer-Encoding")) {
            s->encodings++;
            s->encoding = value;
        }
        break;
    case 'e':
        if (is(name, "Expect"))
            s->expect = value;
        break;
    default:
        break;
    }
    return MHD_YES;
}

/* Digits alone, of a number that fits. */
static bool read_length(const char *text, uint64_t *out) {
    size_t digits = strspn(text, "0123456789");
    *out = 0;
    if (!digits || digits > 18 || text[digits])
        return false;
    for (size_t i = 0; i < digits; i++)
        *out = *out * 10 + (uint64_t)(text[i] - '0');
    return true;
}

static const saying *body_fault(const shape *s, bool http_1_1, uint64_t *length) {
    if (s->lengths > 1 || s->encodings > 1 || (s->lengths && s->encodings))
        return &two_lengths;
    if (s->lengths && !read_length(s->length, length))
        return &no_length;
    if (s->encodings && (!http_1_1 || !is(s->encoding, "chunked")))
        return &encoding;
    return NULL;
}

/* Header lines are whole and nothing stands between them. */
static const saying *header_fault(const exchange *x, const char *version, shape *s) {
    struct MHD_Connection *mhd = x->on->mhd;
    uintptr_t start = x->target_at + strlen(x->target) + 1 + strlen(version) + 2;
    s->next = start;
    MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, look_at, s);
    if (s->why)
        return s->why;
    size_t size =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
    if (s->next != start && s->next + 2 - x->target_at + strlen(x->method) + 1 != size)
        return &stray;
    return NULL;
}

int shape_fault(const exchange *x, const char *version, uint64_t *body_length, bool *has_body,
                const saying **why) {
    const maille_serve_config *config = &x->on->server->config;
    shape s = {0};
    bool http_1_1 = strcmp(version, "HTTP/1.1") == 0;
    *body_length = 0;
    *has_body = false;
    if (strlen(x->target) > config->uri_bytes) {
        *why = &long_target;
        return 414;
    }
    size_t size =
        MHD_get_connection_info(x->on->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
    if (size > (size_t)config->header_kib << 10) {
        *why = &long_header;
        return 431;
    }
    *why = header_fault(x, version, &s);
    if (!*why)
        *why = body_fault(&s, http_1_1, body_length);
    if (!*why && (s.hosts > 1 || (http_1_1 && !s.hosts)))
        *why = &host;
    if (*why)
        return 400;
    *has_body = *body_length > 0 || s.encodings;
    if (s.expect && !is(s.expect, "100-continue")) {
        *why = &expectation;
        return 417;
    }
    return 0;
}
