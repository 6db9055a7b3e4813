/* The target of a request: decoded once and checked, so that nothing behind the router ever meets
 * a "..", a hidden slash, a control sign or bytes that are no text. */
#include "service/target.h"

#include <maille/text.h>
#include <string.h>
#include <strings.h>

const char *target_fault_text(target_fault fault, bool french) {
    switch (fault) {
    case TARGET_LONG:
        return french ? "L’adresse demandée est trop longue."
                      : "The address that was asked for is too long.";
    case TARGET_ENCODING:
        return french ? "L’adresse comporte un codage % incomplet ou un texte qui n’est pas de "
                        "l’UTF-8."
                      : "The address holds an incomplete % encoding or text that is no UTF-8.";
    case TARGET_CONTROL:
        return french ? "L’adresse comporte un caractère de contrôle."
                      : "The address holds a control character.";
    case TARGET_SEPARATOR:
        return french ? "Le chemin comporte une barre oblique codée ou une barre inversée."
                      : "The path holds an encoded slash or a backslash.";
    case TARGET_SEGMENT:
        return french ? "Le chemin comporte un segment vide, « . » ou « .. »."
                      : "The path holds an empty segment, “.” or “..”.";
    case TARGET_MANY:
        return french ? "L’adresse comporte trop de paramètres."
                      : "The address holds too many parameters.";
    default:
        return french ? "L’adresse demandée est mal formée." : "The address is malformed.";
    }
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What may not come out of a decoding: in a path no control sign and no separator that was hidden;
 * in a value line ends and tabs may stand (filters are written over lines). */
static target_fault check_decoded(char c, bool in_path, bool encoded) {
    unsigned char u = (unsigned char)c;
    if (in_path && (c == '\\' || (encoded && c == '/')))
        return TARGET_SEPARATOR;
    bool blank = !in_path && encoded && (c == '\n' || c == '\r' || c == '\t');
    return (u < 0x20 || u == 0x7f) && !blank ? TARGET_CONTROL : TARGET_FINE;
}

static target_fault decode(maille_arena *arena, const char *text, size_t length, bool in_path,
                           const char **out) {
    char *to = maille_arena_alloc(arena, length + 1);
    if (!to)
        return TARGET_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool encoded = c == '%';
        if (encoded) {
            int high = i + 2 < length ? hex_digit(text[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
            if (low < 0)
                return TARGET_ENCODING;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && !in_path) {
            c = ' ';
        }
        target_fault fault = check_decoded(c, in_path, encoded);
        if (fault)
            return fault;
        to[count++] = c;
    }
    to[count] = '\0';
    *out = to;
    return maille_is_utf8(to, count) ? TARGET_FINE : TARGET_ENCODING;
}

/* "http://authority/path" becomes "/path"; proxies may send it so. */
static target_fault leave_out_authority(maille_arena *arena, const char **text, target *out) {
    size_t scheme = strncasecmp(*text, "http://", 7) == 0    ? 7
                    : strncasecmp(*text, "https://", 8) == 0 ? 8
                                                             : 0;
    if (!scheme)
        return **text == '/' ? TARGET_FINE : TARGET_FORM;
    size_t length = strcspn(*text + scheme, "/?#");
    if (!length || (*text)[scheme + length] != '/')
        return TARGET_FORM;
    out->authority = maille_arena_strndup(arena, *text + scheme, length);
    *text += scheme + length;
    return out->authority ? TARGET_FINE : TARGET_MEMORY;
}

static target_fault split_path(maille_arena *arena, target *out) {
    char *copy = maille_arena_strdup(arena, out->path + 1);
    if (!copy)
        return TARGET_MEMORY;
    if (!*copy)
        return TARGET_FINE;
    for (char *segment = copy; segment;) {
        char *slash = strchr(segment, '/');
        if (slash)
            *slash = '\0';
        if (!*segment || strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0)
            return TARGET_SEGMENT;
        out->segment[out->segment_count++] = segment;
        segment = slash && out->segment_count <= TARGET_SEGMENTS ? slash + 1 : NULL;
    }
    return TARGET_FINE;
}

target_fault target_parameters(maille_arena *arena, const char *query, target *out) {
    size_t most = 1;
    for (const char *c = query; *c; c++)
        most += *c == '&';
    if (most > TARGET_PARAMETERS)
        return TARGET_MANY;
    parameter *list = maille_arena_alloc(arena, most * sizeof *list);
    if (!list)
        return TARGET_MEMORY;
    for (const char *piece = query; *piece;) {
        size_t length = strcspn(piece, "&"), key = strcspn(piece, "=&");
        size_t value = key < length ? key + 1 : length;
        if (length) {
            parameter *p = &list[out->parameter_count++];
            target_fault fault = decode(arena, piece, key, false, &p->key);
            if (!fault)
                fault = decode(arena, piece + value, length - value, false, &p->value);
            if (fault)
                return fault;
        }
        piece += length + (piece[length] == '&');
    }
    out->parameters = list;
    return TARGET_FINE;
}

target_fault target_parse(maille_arena *arena, const char *text, size_t most, target *out) {
    *out = (target){0};
    if (strnlen(text, most + 1) > most)
        return TARGET_LONG;
    /* Signs that never stand in a target as it is sent. */
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return TARGET_CONTROL;
    if (strpbrk(text, " #"))
        return TARGET_FORM;
    target_fault fault = leave_out_authority(arena, &text, out);
    if (fault)
        return fault;
    size_t length = strcspn(text, "?");
    out->raw = text;
    out->raw_query = text[length] ? text + length + 1 : NULL;
    out->slash = length > 1 && text[length - 1] == '/';
    out->raw_length = length - out->slash;
    if (out->slash && out->raw_length == 1)
        return TARGET_SEGMENT;
    fault = decode(arena, text, out->raw_length, true, &out->path);
    if (!fault)
        fault = split_path(arena, out);
    if (!fault && out->raw_query)
        fault = target_parameters(arena, out->raw_query, out);
    return fault;
}
