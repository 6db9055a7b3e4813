/* The tree of a filter (inside this room). Immutable once parsed: threads may share it. */
#ifndef LAYERS_CQL_H
#define LAYERS_CQL_H

#include <maille/cql.h>
#include <maille/memory.h>
#include <stdbool.h>

enum { CQL_LONGEST = 16 * 1024, CQL_DEEPEST = 24, CQL_MOST_OPERANDS = 1000 };

typedef enum {
    CQL_AND, /* of children; of none: true */
    CQL_OR,  /* of children; of none: false */
    CQL_NOT, /* of one child */
    CQL_EQ,
    CQL_NE,
    CQL_LT,
    CQL_LE,
    CQL_GT,
    CQL_GE,
    CQL_BETWEEN, /* two values, both included */
    CQL_IN,
    CQL_LIKE,
    CQL_NULL,
    CQL_WKT, /* the geometry meets that of `text` */
    CQL_BOX, /* the geometry meets `box` */
} cql_op;

typedef enum { CQL_TEXT, CQL_NUMBER, CQL_BOOL, CQL_TIME } cql_kind;

typedef struct cql_value {
    cql_kind kind;
    size_t place;
    const char *text; /* CQL_TEXT; CQL_TIME: a date, or a time in UTC that ends in Z */
    double number;    /* CQL_NUMBER; CQL_BOOL: 0 or 1 */
    const struct cql_value *next;
} cql_value;

typedef struct cql_node {
    cql_op op;
    size_t place;         /* character in the text that was parsed, from 1 */
    unsigned height;      /* levels, its own included */
    const char *property; /* comparisons */
    const cql_value *values;
    size_t count;                         /* of values, or of children */
    const char *text;                     /* CQL_WKT */
    double box[4];                        /* CQL_BOX */
    struct cql_node *first, *last, *next; /* children; the next child of the parent */
} cql_node;

struct maille_cql {
    maille_arena *arena;
    const cql_node *root;
};

/* Copies a date (YYYY-MM-DD) or a time of RFC 3339, brought to UTC, to `out`; midnight is the date
 * alone, so that both compare as texts. False where it is neither. */
enum { CQL_TIME_SIZE = 40 };
bool cql_time(const char *text, char out[CQL_TIME_SIZE]);

#endif
