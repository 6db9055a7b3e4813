/* The target of a request as it was sent, taken apart: path, segments, parameters. */
#ifndef SERVICE_TARGET_H
#define SERVICE_TARGET_H

#include "service/service.h"

enum { TARGET_SEGMENTS = 16, TARGET_PARAMETERS = 100 };

typedef enum {
    TARGET_FINE,
    TARGET_LONG,      /* longer than the service takes */
    TARGET_FORM,      /* neither /path nor http://authority/path, or signs that none may hold */
    TARGET_ENCODING,  /* a % without two hexadecimal digits, or no UTF-8 */
    TARGET_CONTROL,   /* a control sign, written or encoded */
    TARGET_SEPARATOR, /* an encoded slash or a backslash in the path */
    TARGET_SEGMENT,   /* an empty segment, "." or ".." */
    TARGET_MANY,      /* more parameters than anyone has */
    TARGET_MEMORY,
} target_fault;

typedef struct {
    const char *authority; /* of the absolute form; NULL */
    const char *raw;       /* path as sent … */
    size_t raw_length;     /* … without the slash at its end and without the query */
    const char *raw_query; /* what follows the "?", as sent; NULL without one */
    const char *path;      /* decoded, without the slash at its end (but "/") */
    bool slash;            /* it ended with one */
    size_t segment_count;  /* TARGET_SEGMENTS + 1 = more than any route has */
    const char *segment[TARGET_SEGMENTS + 1];
    size_t parameter_count;
    const parameter *parameters;
} target;

/* Decodes once; a "+" of the query is a space. All is in the arena or of `text`. */
target_fault target_parse(maille_arena *arena, const char *text, size_t most, target *out);
/* Parameters of a query, or of a form that a body holds. */
target_fault target_parameters(maille_arena *arena, const char *query, target *out);
/* What was wrong, told to people. */
const char *target_fault_text(target_fault fault, bool french);

#endif
