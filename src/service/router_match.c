/* Paths against templates of routes. */
#include "service/router.h"

#include <string.h>

/* How a segment of a template holds one of a path; the greater goes before. */
enum { NOT, PART, PART_ENDING, LITERAL };

static unsigned segment_rank(const char *template, size_t length, const char *segment) {
    if (*template != '{')
        return strncmp(template, segment, length) == 0 && !segment[length] ? LITERAL : NOT;
    const char *close = memchr(template, '}', length);
    size_t ending = close ? length - (size_t)(close + 1 - template) : 0;
    if (!ending)
        return PART;
    size_t given = strlen(segment);
    bool holds = given > ending && memcmp(segment + given - ending, close + 1, ending) == 0;
    return holds ? PART_ENDING : NOT;
}

/* 0 where the path is not of the template; else the greater the closer, two bits a segment. */
static uint64_t path_rank(const char *template, const target *t) {
    uint64_t rank = 1; /* so that "/" has one too */
    size_t i = 0;
    for (const char *s = template + 1; *s; i++) {
        size_t length = strcspn(s, "/");
        unsigned one = i < t->segment_count ? segment_rank(s, length, t->segment[i]) : NOT;
        if (one == NOT)
            return 0;
        rank = rank * 4 + one;
        s += length + (s[length] == '/');
    }
    return i == t->segment_count ? rank : 0;
}

/* What the parts of the template stand for; false when memory ran out. */
static bool take_parts(const char *template, const target *t, maille_arena *arena,
                       const char *part[4]) {
    size_t i = 0, count = 0;
    for (const char *s = template + 1; *s; i++) {
        size_t length = strcspn(s, "/");
        const char *close = *s == '{' ? memchr(s, '}', length) : NULL;
        if (close && count < 4) {
            size_t ending = length - (size_t)(close + 1 - s), given = strlen(t->segment[i]);
            part[count] =
                ending ? maille_arena_strndup(arena, t->segment[i], given - ending) : t->segment[i];
            if (!part[count++])
                return false;
        }
        s += length + (s[length] == '/');
    }
    return true;
}

router_found router_find(const target *t, unsigned wanted, maille_role role, maille_arena *arena,
                         const char *part[4]) {
    router_found found = {0};
    uint64_t best = 0;
    for (size_t i = 0; i < all_route_count && t->segment_count <= TARGET_SEGMENTS; i++)
        for (size_t k = 0; k < all_routes[i]->count; k++) {
            const route *one = &all_routes[i]->routes[k];
            uint64_t rank = path_rank(one->path, t);
            if (!rank || rank < best || (one->hidden && role < one->least))
                continue;
            if (rank > best)
                found = (router_found){0};
            best = rank;
            found.verbs |= one->verbs;
            if (one->verbs & wanted)
                found.route = one;
        }
    if (found.route)
        found.memory = !take_parts(found.route->path, t, arena, part);
    return found;
}

const char *router_allow(maille_arena *arena, unsigned verbs) {
    static const struct {
        unsigned verb;
        const char *name;
    } names[] = {{GET, "GET, HEAD, "}, {POST, "POST, "},     {PUT, "PUT, "},
                 {PATCH, "PATCH, "},   {DELETE, "DELETE, "}, {0, "OPTIONS"}};
    char text[64] = "";
    size_t length = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!names[i].verb || (verbs & names[i].verb)) {
            size_t more = strlen(names[i].name);
            memcpy(text + length, names[i].name, more + 1);
            length += more;
        }
    const char *copy = maille_arena_strdup(arena, text);
    return copy ? copy : "OPTIONS";
}
