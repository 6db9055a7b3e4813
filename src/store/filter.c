/* Filters as conditions: names from the schema, values always bound. */
#include "store/internal.h"

#include <string.h>

/* SQLite's parser holds 100 tokens and an expression may be 1000 deep: parentheses nest DEEPEST
 * times at most, and within each stand WIDEST terms at most; longer lists are grouped. A subquery
 * takes as many tokens as SUBQUERY parentheses at most. */
enum { DEEPEST = 28, WIDEST = 32, SUBQUERY = 7 };

/* A condition being written. */
typedef struct {
    maille_ctx *ctx;
    maille_statement *to;
    maille_scope scope;
    bool below_not; /* an unknown must not be taken for false */
} writing;

static maille_status write_node(writing *w, const maille_filter *filter, int depth);

static maille_status too_deep(const writing *w) {
    return maille_fail(w->ctx, MAILLE_USAGE, "filter on %s was nested deeper than %d",
                       w->scope.tables[0]->name, DEEPEST);
}

static void add(writing *w, const char *text) {
    maille_strbuf_add(&w->to->text, text);
}

/* Children from `begin` to `end` (one at least) in parentheses. */
static maille_status write_children(writing *w, const maille_filter *filter, size_t begin,
                                    size_t end, int depth) {
    if (end - begin == 1)
        return write_node(w, filter->children[begin], depth);
    if (depth > DEEPEST)
        return too_deep(w);
    size_t group = 1;
    while ((end - begin - 1) / group >= WIDEST)
        group *= WIDEST;
    add(w, "(");
    for (size_t i = begin; i < end; i += group) {
        if (i > begin)
            add(w, filter->op == MAILLE_F_AND ? " AND " : " OR ");
        size_t stop = end - i < group ? end : i + group;
        maille_status status = write_children(w, filter, i, stop, depth + 1);
        if (status != MAILLE_OK)
            return status;
    }
    add(w, ")");
    return MAILLE_OK;
}

/* ---- names ---- */

static bool is_number(maille_type type) {
    return type == MAILLE_INT || type == MAILLE_REAL;
}

/* Numbers are compared with numbers and texts with texts. */
static bool comparable(maille_type a, maille_type b) {
    return is_number(a) ? is_number(b) : a == MAILLE_TEXT && b == MAILLE_TEXT;
}

/* The column that a filter names, and its table. */
static maille_status find_column(const writing *w, const maille_filter *filter,
                                 const maille_schema_table **table,
                                 const maille_schema_column **column) {
    if (filter->of >= w->scope.count)
        return maille_fail(w->ctx, MAILLE_USAGE, "filter on %s named table %zu of %zu",
                           w->scope.tables[0]->name, filter->of, w->scope.count);
    *table = w->scope.tables[filter->of];
    return maille_schema_column_of(w->ctx, *table, filter->column, column);
}

static void add_column(writing *w, const maille_filter *filter,
                       const maille_schema_column *column) {
    maille_statement_column(w->to, w->scope.first + filter->of, column);
}

static maille_status add_value(writing *w, maille_value value) {
    return maille_statement_value(w->ctx, w->to, value);
}

static maille_status add_real(writing *w, const char *before, double real) {
    add(w, before);
    return add_value(w, (maille_value){.type = MAILLE_REAL, .real = real});
}

/* ---- comparisons ---- */

static maille_status write_values(writing *w, const maille_schema_column *column,
                                  const maille_filter *filter, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!comparable(column->type, filter->values[i].type))
            return maille_fail(w->ctx, MAILLE_USAGE,
                               "column %s was compared with a value of another type", column->name);
        if (i)
            add(w, ",");
        maille_status status = add_value(w, filter->values[i]);
        if (status != MAILLE_OK)
            return status;
    }
    return MAILLE_OK;
}

static const char *operator_of(maille_filter_op op) {
    switch (op) {
    case MAILLE_F_EQ:
        return " = ";
    case MAILLE_F_NE:
        return " <> ";
    case MAILLE_F_LT:
        return " < ";
    case MAILLE_F_LE:
        return " <= ";
    case MAILLE_F_GT:
        return " > ";
    case MAILLE_F_GE:
        return " >= ";
    case MAILLE_F_LIKE:
        return " LIKE ";
    case MAILLE_F_IN:
        return " IN (";
    case MAILLE_F_NULL:
        return " IS NULL";
    case MAILLE_F_AND:
    case MAILLE_F_OR:
    case MAILLE_F_NOT:
    case MAILLE_F_AMONG:
    case MAILLE_F_MEETS:
        break;
    }
    return NULL;
}

/* The column as it is compared: as it is, or as it is published. */
static maille_status write_operand(writing *w, const maille_schema_column *column,
                                   const maille_filter *filter) {
    maille_status status = MAILLE_OK;
    if (filter->factor == 0) {
        add_column(w, filter, column);
        return MAILLE_OK;
    }
    if (!is_number(column->type) || filter->decimals < 0 || filter->decimals > 9)
        return maille_fail(w->ctx, MAILLE_USAGE, "column %s could not be rounded to %d decimals",
                           column->name, filter->decimals);
    add(w, "maille_published(");
    add_column(w, filter, column);
    MAILLE_TRY(add_real(w, ",", filter->factor));
    add(w, ",");
    MAILLE_TRY(add_value(w, maille_int_value(filter->decimals)));
    add(w, ")");
done:
    return status;
}

static maille_status write_comparison(writing *w, const maille_filter *filter) {
    const maille_schema_table *table;
    const maille_schema_column *column;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(find_column(w, filter, &table, &column));
    const char *operator= operator_of(filter->op);
    if (!operator)
        return maille_fail(w->ctx, MAILLE_USAGE, "filter on column %s had no such comparison",
                           column->name);
    if (filter->op == MAILLE_F_LIKE && column->type != MAILLE_TEXT)
        return maille_fail(w->ctx, MAILLE_USAGE, "column %s is no text to compare with a pattern",
                           column->name);
    add(w, "(");
    MAILLE_TRY(write_operand(w, column, filter));
    add(w, operator);
    if (filter->op != MAILLE_F_NULL)
        MAILLE_TRY(write_values(w, column, filter, filter->op == MAILLE_F_IN ? filter->count : 1));
    if (filter->op == MAILLE_F_IN)
        add(w, ")");
    if (filter->op == MAILLE_F_LIKE)
        add(w, " ESCAPE '\\'");
    add(w, ")");
done:
    return status;
}

/* ---- subqueries ---- */

static maille_status write_among(writing *w, const maille_filter *filter, int depth) {
    const maille_schema_table *table, *other;
    const maille_schema_column *column, *theirs;
    maille_status status = MAILLE_OK;
    if (depth + SUBQUERY > DEEPEST)
        return too_deep(w);
    MAILLE_TRY(find_column(w, filter, &table, &column));
    MAILLE_TRY(maille_schema_find(w->ctx, w->to->schema, filter->among.table, &other));
    MAILLE_TRY(maille_schema_column_of(w->ctx, other, filter->among.column, &theirs));
    if (!comparable(column->type, theirs->type) || filter->count > 1)
        return maille_fail(w->ctx, MAILLE_USAGE, "column %s was looked for among %s of %s",
                           column->name, theirs->name, other->name);
    writing inner = {.ctx = w->ctx,
                     .to = w->to,
                     .scope = {&other, 1, w->to->aliases},
                     .below_not = w->below_not};
    add(w, "(");
    add_column(w, filter, column);
    add(w, " IN (SELECT ");
    maille_statement_column(w->to, inner.scope.first, theirs);
    maille_statement_table(w->to, " FROM", other);
    if (filter->count) {
        add(w, " WHERE ");
        MAILLE_TRY(write_node(&inner, filter->children[0], depth + SUBQUERY));
    }
    add(w, "))");
done:
    return status;
}

/* The rows whose box in the index of `table` is related to what is asked as `where` says. */
static maille_status write_boxes(writing *w, const maille_filter *filter,
                                 const maille_schema_table *table, const char *const where[4],
                                 const double values[4]) {
    maille_status status = MAILLE_OK;
    maille_strbuf_addf(&w->to->text, "t%zu.rowid IN (SELECT pkid FROM \"idx_%s_geom\"",
                       w->scope.first + filter->of, table->name);
    for (int i = 0; i < 4; i++)
        MAILLE_TRY(add_real(w, where[i], values[i]));
    add(w, ")");
done:
    return status;
}

static maille_status write_asking(writing *w, const maille_filter *filter,
                                  const maille_schema_column *a, const maille_schema_column *b) {
    maille_parameter parameter = {.meets = &filter->meets};
    add(w, "maille_meets(");
    add_column(w, filter, a);
    if (b) {
        add(w, ",");
        add_column(w, filter, b);
    }
    add(w, ",?)");
    return MAILLE_VEC_PUSH(&w->to->parameters, parameter) ? MAILLE_OK : maille_no_memory(w->ctx);
}

/* The index leaves few to ask; where the box is enough, most of these are not even read. */
static maille_status write_geometry_meets(writing *w, const maille_filter *filter,
                                          const maille_schema_table *table,
                                          const maille_schema_column *column) {
    static const char *const touching[] = {" WHERE xmin <= ", " AND ymin <= ", " AND xmax >= ",
                                           " AND ymax >= "},
                             *const inside[] = {" WHERE xmin >= ", " AND ymin >= ", " AND xmax <= ",
                                                " AND ymax <= "};
    const maille_meets *m = &filter->meets;
    bool shortcut = table->boxes && (!m->exactly || m->inside_meets);
    maille_status status = MAILLE_OK;
    add(w, "(");
    if (w->below_not) {
        add(w, "CASE WHEN ");
        add_column(w, filter, column);
        add(w, " IS NULL THEN NULL ELSE ");
    }
    if (table->boxes) {
        MAILLE_TRY(write_boxes(w, filter, table, touching,
                               (double[]){m->east, m->north, m->west, m->south}));
        add(w, " AND ");
    }
    if (shortcut) {
        add(w, "(");
        MAILLE_TRY(write_boxes(w, filter, table, inside,
                               (double[]){m->west, m->south, m->east, m->north}));
        add(w, " OR ");
    }
    MAILLE_TRY(write_asking(w, filter, column, NULL));
    add(w, shortcut ? ")" : "");
    add(w, w->below_not ? " END)" : ")");
done:
    return status;
}

static maille_status write_meets(writing *w, const maille_filter *filter, int depth) {
    const maille_schema_table *table = NULL;
    const maille_schema_column *column, *lat;
    maille_status status = MAILLE_OK;
    if (depth + SUBQUERY > DEEPEST)
        return too_deep(w);
    MAILLE_TRY(find_column(w, filter, &table, &column));
    if (column->type == MAILLE_GEOMETRY)
        return write_geometry_meets(w, filter, table, column);
    if (column->type != MAILLE_REAL || strcmp(column->name, "lon") != 0)
        return maille_fail(w->ctx, MAILLE_USAGE, "column %s of %s was no place on the map",
                           column->name, table->name);
    MAILLE_TRY(maille_schema_column_of(w->ctx, table, "lat", &lat));
    status = write_asking(w, filter, column, lat);
done:
    return status;
}

/* ---- trees ---- */

static maille_status write_not(writing *w, const maille_filter *filter, int depth) {
    if (filter->count != 1)
        return maille_fail(w->ctx, MAILLE_USAGE, "NOT in a filter on %s had %zu children",
                           w->scope.tables[0]->name, filter->count);
    bool before = w->below_not;
    w->below_not = true;
    add(w, "(NOT ");
    maille_status status = write_node(w, filter->children[0], depth + 1);
    add(w, ")");
    w->below_not = before;
    return status;
}

static maille_status write_node(writing *w, const maille_filter *filter, int depth) {
    if (depth > DEEPEST)
        return too_deep(w);
    switch (filter->op) {
    case MAILLE_F_AND:
    case MAILLE_F_OR:
        if (filter->count == 0) { /* all of nothing holds, any of nothing does not */
            add(w, filter->op == MAILLE_F_AND ? "1" : "0");
            return MAILLE_OK;
        }
        return write_children(w, filter, 0, filter->count, depth);
    case MAILLE_F_NOT:
        return write_not(w, filter, depth);
    case MAILLE_F_AMONG:
        return write_among(w, filter, depth);
    case MAILLE_F_MEETS:
        return write_meets(w, filter, depth);
    default:
        return write_comparison(w, filter);
    }
}

maille_status maille_statement_where(maille_ctx *ctx, maille_statement *s, const char *keyword,
                                     maille_scope scope, const maille_filter *filter) {
    writing w = {.ctx = ctx, .to = s, .scope = scope};
    if (!filter)
        return MAILLE_OK;
    add(&w, keyword);
    add(&w, " ");
    return write_node(&w, filter, 0);
}

/* ---- the caller's ---- */

maille_value maille_text_value(const char *text) {
    return (maille_value){.type = MAILLE_TEXT, .text = text};
}

maille_value maille_int_value(int64_t value) {
    return (maille_value){.type = MAILLE_INT, .integer = value};
}

maille_filter maille_equals(const char *column, const maille_value *value) {
    return (maille_filter){.op = MAILLE_F_EQ, .column = column, .values = value, .count = 1};
}
