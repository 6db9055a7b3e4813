/* What the files of the router share. */
#ifndef SERVICE_ROUTER_H
#define SERVICE_ROUTER_H

#include "service/http.h"
#include "service/target.h"

/* A request with what only its router and the dressing of its reply ask for: what request_begin
 * hands out, where `request` comes first and its body_type stands in `media_type`. */
typedef struct {
    request request;
    char media_type[64];
    const route *route;         /* NULL: none was found */
    const char *allowed_origin; /* the config's own text, where the Origin sent is among `origins`;
                                 * NULL */
    bool foreign;               /* an Origin or Referer was sent that is neither ours nor allowed */
    bool own_format, own_language; /* told by the address (f, lang), not by headers */
} asked;

/* What a request is the beginning of; NULL for one that did not come through the router (the wire
 * makes such for what it refuses by itself). */
const asked *router_asked(const request *r);

/* ---- templates (router_match.c) ---- */

typedef struct {
    const route *route; /* NULL: no such path, or no such method on it */
    unsigned verbs;     /* of the path; 0 = no such path */
    bool memory;        /* it ran out */
} router_found;
/* The route of a path and a wanted verb, for who may `role`: hidden routes that ask for more are
 * not there. Literal segments go before {parts}; a part may have an ending ("{y}.mvt"). Verb 0
 * finds the path alone. */
router_found router_find(const target *t, unsigned wanted, maille_role role, maille_arena *arena,
                         const char *part[4]);
/* "GET, HEAD, OPTIONS" */
const char *router_allow(maille_arena *arena, unsigned verbs);

/* ---- where the service is, and who is at the other end (router_origin.c) ---- */

/* The address of who asks: the peer, or whom a trusted proxy names. NULL: what a proxy sent is no
 * address. */
const char *router_peer(const maille_serve_config *config, const wire *in);
/* What links begin with; NULL: Host or a forwarded header is malformed (or memory ran out). */
const char *router_base(const maille_serve_config *config, const wire *in, const char *authority);
/* Fills allowed_origin and foreign; `base` is known. */
void router_origin(const maille_serve_config *config, const wire *in, asked *a);
/* Path of the base, "/" at least: where cookies are sent. */
const char *router_base_path(const char *base);
/* "host", "host:port", "[::1]:port" and nothing else. */
bool router_is_authority(const char *text);

/* ---- texts (problem.c) ---- */

/* The text in the request's language. */
const char *router_say(const request *r, const char *french, const char *english);
/* Adds a value that someone sent, in quotation marks of the language, cut where it is long. */
void router_quote(const request *r, maille_strbuf *to, const char *value);

#endif
