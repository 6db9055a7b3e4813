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
    MAILLE_TRY(maille_schema_find(w->ctx, w->to->store->schema, filter->among.table, &other));
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

/* Of the boxes of an index, those that touch the one that is asked, or lie within it; and what
 * tells that one lies beyond an edge of it. Their values are of `edges`. */
typedef enum { TOUCHING, INSIDE } relation;
static const char *const related[2][4] = {
    {"xmin <= ", "ymin <= ", "xmax >= ", "ymax >= "},
    {"xmax <= ", "ymax <= ", "xmin >= ", "ymin >= "},
};
static const char *const beyond[4] = {"xmax > ", "ymax > ", "xmin < ", "ymin < "};

static void edges_of(const maille_meets *m, double edges[4]) {
    edges[0] = m->east;
    edges[1] = m->north;
    edges[2] = m->west;
    edges[3] = m->south;
}

static maille_status write_related(writing *w, const char *before, const maille_meets *m,
                                   relation how) {
    double edges[4];
    maille_status status = MAILLE_OK;
    edges_of(m, edges);
    for (int i = 0; i < 4; i++) {
        add(w, i ? " AND " : before);
        MAILLE_TRY(add_real(w, related[how][i], edges[i]));
    }
done:
    return status;
}

/* Where few boxes touch, the index gives their rows; where MANY do, each row is looked up in it, so
 * that the first rows of an order come at once. Both say the same. */
enum { MANY = 2000 };
typedef struct {
    const maille_filter *filter;
    const maille_schema_table *table;
    const maille_schema_column *column;
    bool many;
} place;

static maille_status count_touching(writing *w, place *p) {
    const maille_schema_table *table = p->table;
    maille_statement count = {.store = w->to->store};
    sqlite3_stmt *row = NULL;
    maille_status status = MAILLE_OK;
    maille_strbuf_addf(&count.text, "SELECT count(*) FROM (SELECT 1 FROM \"idx_%s_geom\"",
                       table->name);
    writing asking = {.ctx = w->ctx, .to = &count};
    MAILLE_TRY(write_related(&asking, " WHERE ", &p->filter->meets, TOUCHING));
    maille_strbuf_addf(&count.text, " LIMIT %d)", MANY);
    MAILLE_TRY(maille_statement_prepare(w->ctx, count.store, &count, table, &row));
    if (sqlite3_step(row) == SQLITE_ROW)
        p->many = sqlite3_column_int(row, 0) == MANY;
    else
        status = maille_sql_fail(w->ctx, count.store->db, "the index of %s could not be read",
                                 table->name);
done:
    sqlite3_finalize(row);
    maille_statement_free(&count);
    return status;
}

/* The rows whose box in the index is related so to the one that is asked. */
static maille_status write_boxes(writing *w, const place *p, relation how) {
    size_t alias = w->scope.first + p->filter->of;
    maille_status status;
    if (p->many)
        maille_strbuf_addf(&w->to->text,
                           "EXISTS (SELECT 1 FROM \"idx_%s_geom\" WHERE pkid = t%zu.rowid",
                           p->table->name, alias);
    else
        maille_strbuf_addf(&w->to->text, "t%zu.rowid IN (SELECT pkid FROM \"idx_%s_geom\"", alias,
                           p->table->name);
    status = write_related(w, p->many ? " AND " : " WHERE ", &p->filter->meets, how);
    add(w, ")");
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

/* "WHEN no box of the index lies beyond an edge THEN whatever has a geometry": seen in no time. */
static maille_status write_all_inside(writing *w, const place *p) {
    double edges[4];
    maille_status status = MAILLE_OK;
    edges_of(&p->filter->meets, edges);
    add(w, "(CASE WHEN ");
    for (int i = 0; i < 4; i++) {
        maille_strbuf_addf(&w->to->text, "%sNOT EXISTS (SELECT 1 FROM \"idx_%s_geom\" WHERE ",
                           i ? " AND " : "", p->table->name);
        MAILLE_TRY(add_real(w, beyond[i], edges[i]));
        add(w, ")");
    }
    add(w, " THEN ");
    add_column(w, p->filter, p->column);
    add(w, " IS NOT NULL ELSE ");
done:
    return status;
}

/* The index leaves few to ask; where the box is enough, most of these are not even read. */
static maille_status write_indexed(writing *w, const place *p) {
    const maille_meets *m = &p->filter->meets;
    bool box_is_enough = !m->exactly || m->inside_meets;
    maille_status status = MAILLE_OK;
    if (box_is_enough && p->many)
        MAILLE_TRY(write_all_inside(w, p));
    MAILLE_TRY(write_boxes(w, p, TOUCHING));
    add(w, " AND ");
    if (box_is_enough) {
        add(w, "(");
        MAILLE_TRY(write_boxes(w, p, INSIDE));
        add(w, " OR ");
    }
    MAILLE_TRY(write_asking(w, p->filter, p->column, NULL));
    add(w, box_is_enough ? ")" : "");
    add(w, box_is_enough && p->many ? " END)" : "");
done:
    return status;
}

static maille_status write_geometry_meets(writing *w, place *p) {
    maille_status status = MAILLE_OK;
    add(w, "(");
    if (w->below_not) {
        add(w, "CASE WHEN ");
        add_column(w, p->filter, p->column);
        add(w, " IS NULL THEN NULL ELSE ");
    }
    if (p->table->boxes) {
        MAILLE_TRY(count_touching(w, p));
        MAILLE_TRY(write_indexed(w, p));
    } else {
        MAILLE_TRY(write_asking(w, p->filter, p->column, NULL));
    }
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
        return write_geometry_meets(w, &(place){filter, table, column, false});
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
