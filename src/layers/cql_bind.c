/* A filter bound to the columns of a layer: names become columns, values are compared as what the
 * layer publishes, and nothing of the text reaches the store but values. */
#include "layers/cql.h"
#include "layers/items.h"

#include <maille/text.h>
#include <string.h>

maille_status layers_find_field(layers_binder *b, const char *name, size_t place,
                                const layers_field **out) {
    const layers_plan *plan = b->plan;
    uint32_t best[3];
    maille_strbuf near = {0};
    *out = layers_plan_field(plan, name);
    if (*out)
        return MAILLE_OK;
    const char **names = maille_alloc(plan->fields.count, sizeof *names);
    if (!names)
        return maille_no_memory(b->ctx);
    for (size_t i = 0; i < plan->fields.count; i++)
        names[i] = plan->fields.items[i].name;
    size_t found = maille_nearest_names(name, names, plan->fields.count, best);
    if (place > 0)
        maille_strbuf_addf(&near, " at character %zu", place);
    for (size_t i = 0; i < found; i++)
        maille_strbuf_addf(&near, "%s%s", i ? ", " : "; nearest: ", names[best[i]]);
    maille_status status =
        maille_fail(b->ctx, MAILLE_USAGE, "property \"%s\" was not found in layer \"%s\"%s", name,
                    plan->def->id, near.text ? near.text : "");
    maille_strbuf_free(&near);
    maille_free(names);
    return status;
}

static const char *holds_what(maille_property_type type) {
    switch (type) {
    case MAILLE_P_TEXT:
        return "texts";
    case MAILLE_P_INT:
    case MAILLE_P_NUMBER:
        return "numbers";
    case MAILLE_P_BOOL:
        return "true or false";
    case MAILLE_P_TEXTS:
        break;
    }
    return "arrays of texts";
}

static maille_status refuse(layers_binder *b, const layers_field *field, size_t place) {
    return maille_fail(b->ctx, MAILLE_USAGE,
                       "filter: property \"%s\" holds %s, which do not compare like this at "
                       "character %zu",
                       field->name, holds_what(field->def->type), place);
}

static bool fits(const layers_field *field, const cql_value *value) {
    switch (field->def->type) {
    case MAILLE_P_TEXT:
    case MAILLE_P_TEXTS:
        return value->kind == CQL_TEXT || value->kind == CQL_TIME;
    case MAILLE_P_INT:
    case MAILLE_P_NUMBER:
        return value->kind == CQL_NUMBER;
    case MAILLE_P_BOOL:
        break;
    }
    return value->kind == CQL_BOOL;
}

static maille_value value_of(const cql_value *value) {
    if (value->kind == CQL_NUMBER || value->kind == CQL_BOOL)
        return (maille_value){.type = MAILLE_REAL, .real = value->number};
    return maille_text_value(value->text);
}

/* Comparison with `count` values from `value` on. Whole numbers that are kept as such are compared
 * as they are, others as they are published. */
static const maille_filter *compare(layers_binder *b, const layers_field *field,
                                    maille_filter_op op, const cql_value *value, size_t count) {
    maille_value *values = maille_arena_alloc(b->arena, (count + 1) * sizeof *values);
    if (!values) {
        b->failed = true;
        return NULL;
    }
    maille_filter filter = {
        .op = op, .of = field->source, .column = field->column, .values = values, .count = count};
    for (size_t i = 0; i < count; i++, value = value->next)
        values[i] = value_of(value);
    bool number = field->def->type == MAILLE_P_NUMBER;
    bool whole = field->def->type == MAILLE_P_INT && field->stored != MAILLE_INT;
    if (op != MAILLE_F_NULL && (number || whole)) {
        filter.factor = number ? field->def->factor : 1;
        filter.decimals = number ? field->def->decimals : 0;
    }
    return layers_keep(b, filter);
}

/* Kept as numbers: whatever is not 0 is true. */
static const maille_filter *is_truth(layers_binder *b, const layers_field *field, bool truth) {
    return layers_compare(b, field->source, field->column, truth ? MAILLE_F_NE : MAILLE_F_EQ,
                          maille_int_value(0));
}

/* Any of the values, each asked alone. */
static const maille_filter *any(layers_binder *b, const layers_field *field, const cql_value *value,
                                size_t count) {
    const maille_filter **each = maille_arena_alloc(b->arena, (count + 1) * sizeof(void *));
    if (!each) {
        b->failed = true;
        return NULL;
    }
    for (size_t i = 0; i < count; i++, value = value->next)
        each[i] = field->def->type == MAILLE_P_BOOL
                      ? is_truth(b, field, value->number != 0)
                      : layers_holds(b, field->source, field->column, value->text);
    return count == 1 ? each[0] : layers_combine(b, MAILLE_F_OR, each, count);
}

static maille_filter_op op_of(cql_op op) {
    static const maille_filter_op ops[] = {
        [CQL_AND] = MAILLE_F_AND, [CQL_OR] = MAILLE_F_OR,     [CQL_NOT] = MAILLE_F_NOT,
        [CQL_EQ] = MAILLE_F_EQ,   [CQL_NE] = MAILLE_F_NE,     [CQL_LT] = MAILLE_F_LT,
        [CQL_LE] = MAILLE_F_LE,   [CQL_GT] = MAILLE_F_GT,     [CQL_GE] = MAILLE_F_GE,
        [CQL_IN] = MAILLE_F_IN,   [CQL_LIKE] = MAILLE_F_LIKE, [CQL_NULL] = MAILLE_F_NULL};
    return ops[op];
}

/* Whether what the property holds compares in this way with these values. */
static maille_status check(layers_binder *b, const layers_field *field, const cql_node *node) {
    bool each = field->def->type == MAILLE_P_BOOL || field->def->type == MAILLE_P_TEXTS;
    for (const cql_value *value = node->values; value; value = value->next)
        if (!fits(field, value))
            return refuse(b, field, value->place);
    if (node->op == CQL_LIKE && field->def->type != MAILLE_P_TEXT)
        return refuse(b, field, node->place);
    if (each && node->op != CQL_EQ && node->op != CQL_NE && node->op != CQL_IN &&
        node->op != CQL_NULL)
        return refuse(b, field, node->place);
    return MAILLE_OK;
}

static maille_status bind_comparison(layers_binder *b, const cql_node *node,
                                     const maille_filter **out) {
    const layers_field *field = NULL;
    maille_status status = layers_find_field(b, node->property, node->place, &field);
    if (!status)
        status = check(b, field, node);
    if (status)
        return status;
    bool each = field->def->type == MAILLE_P_BOOL || field->def->type == MAILLE_P_TEXTS;
    if (node->op == CQL_BETWEEN) {
        const maille_filter *ends[] = {compare(b, field, MAILLE_F_GE, node->values, 1),
                                       compare(b, field, MAILLE_F_LE, node->values->next, 1)};
        *out = layers_combine(b, MAILLE_F_AND, ends, 2);
    } else if (each && node->op != CQL_NULL) {
        *out = any(b, field, node->values, node->count);
        if (node->op == CQL_NE)
            *out = layers_combine(b, MAILLE_F_NOT, out, 1);
    } else {
        *out = compare(b, field, op_of(node->op), node->values, node->count);
    }
    return MAILLE_OK;
}

static maille_status bind_geometry(layers_binder *b, const cql_node *node,
                                   const maille_filter **out) {
    maille_probe *probe = NULL;
    if (!b->plan->geometry_column)
        return maille_fail(b->ctx, MAILLE_USAGE,
                           "filter: layer \"%s\" has no geometry to be met at character %zu",
                           b->plan->def->id, node->place);
    if (node->op == CQL_BOX)
        return layers_meets_box(b, node->box, out);
    maille_status status = maille_probe_from_wkt(b->ctx, node->text, &probe);
    if (!status)
        *out = layers_meets(b, probe, false);
    return status;
}

/* As deep as the tree, which the parser bounds. */
static maille_status bind(layers_binder *b, const cql_node *node, const maille_filter **out) {
    maille_status status = MAILLE_OK;
    *out = NULL;
    switch (node->op) {
    case CQL_WKT:
    case CQL_BOX:
        return bind_geometry(b, node, out);
    case CQL_AND:
    case CQL_OR:
    case CQL_NOT:
        break;
    default:
        return bind_comparison(b, node, out);
    }
    size_t count = 0;
    const maille_filter **children =
        maille_arena_alloc(b->arena, (node->count + 1) * sizeof(void *));
    if (!children)
        return maille_no_memory(b->ctx);
    for (const cql_node *child = node->first; child && !status; child = child->next)
        status = bind(b, child, &children[count++]);
    if (!status)
        *out = layers_combine(b, op_of(node->op), children, count);
    return status;
}

maille_status layers_bind(layers_binder *b, const maille_cql *cql, const maille_filter **out) {
    maille_status status = bind(b, cql->root, out);
    if (!status && b->failed)
        status = maille_no_memory(b->ctx);
    return status;
}
