/* Features as they are asked for, from inside: what the writers of this room may know of them. */
#ifndef LAYERS_ITEMS_H
#define LAYERS_ITEMS_H

#include "layers/geometry.h"
#include "layers/plan.h"

#include <maille/probe.h>

/* Where conditions are made: they live as long as the items. */
typedef struct {
    maille_ctx *ctx;
    const layers_plan *plan;
    maille_arena *arena;
    MAILLE_VEC(maille_probe *) probes;
    bool failed; /* memory ran out */
} layers_binder;

/* Copies a condition; NULL where memory ran out, then or before. */
const maille_filter *layers_keep(layers_binder *b, maille_filter filter);
/* column op value, of table `of`. */
const maille_filter *layers_compare(layers_binder *b, size_t of, const char *column,
                                    maille_filter_op op, maille_value value);
/* AND, OR or NOT of conditions, which are copied. */
const maille_filter *layers_combine(layers_binder *b, maille_filter_op op,
                                    const maille_filter *const *children, size_t count);
/* An array of texts, as JSON, that holds this one. */
const maille_filter *layers_holds(layers_binder *b, size_t of, const char *column,
                                  const char *text);
/* Whether the feature's geometry meets the probe, which the binder takes over. */
const maille_filter *layers_meets(layers_binder *b, maille_probe *probe, bool is_box);
/* The same of a box; across the antimeridian of its two sides. */
maille_status layers_meets_box(layers_binder *b, const double box[4], const maille_filter **out);

/* where.c: all conditions of a selection. */
maille_status layers_where(layers_binder *b, const maille_selection *selection,
                           const maille_filter **out);
/* cql_bind.c: a filter bound to the layer's columns. */
maille_status layers_bind(layers_binder *b, const maille_cql *cql, const maille_filter **out);
/* The field of a name that people gave; MAILLE_USAGE with the nearest ones. `place` 0: none. */
maille_status layers_find_field(layers_binder *b, const char *name, size_t place,
                                const layers_field **out);

struct maille_items {
    const maille_catalogue *catalogue;
    const layers_plan *plan;
    layers_binder binder;
    maille_selection_query query;
    maille_cursor *cursor; /* NULL between two passes */
    /* properties as they were chosen, and the column of the cursor that each is in */
    size_t count;
    const layers_field **fields;
    const maille_property **properties;
    size_t *columns;
    size_t key_column, prefix_column, geometry_column; /* SIZE_MAX: none */
    /* where one query cannot give the order: the prefixes, one pass each */
    MAILLE_VEC(const char *) passes;
    size_t next_pass;
    const maille_filter *where; /* of all passes */
    int64_t skip, left;         /* of them all; left -1: no end */
    /* the feature that stands */
    maille_strbuf id;
    unsigned char point[21];
    layers_projection projection;
    layers_box *box; /* grows with what is written; NULL */
};

/* order.c: the order of a selection: query.order, and the passes where one query will not do. */
maille_status layers_order(maille_ctx *ctx, maille_items *items, const maille_selection *selection);

/* The value with its factor, not rounded. */
typedef struct {
    bool null;
    double number;
    const char *text; /* texts, and arrays as JSON */
} layers_value;
layers_value layers_raw(const maille_items *items, size_t i);
/* As maille_strbuf_add_fixed writes it. */
double layers_rounded(double value, int decimals);

#endif
