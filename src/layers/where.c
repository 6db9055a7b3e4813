/* Which features a selection names: the layer's own rows, and what was asked of them. */
#include "layers/cql.h"
#include "layers/items.h"

#include <maille/text.h>
#include <stdio.h>
#include <string.h>

enum { MOST_CONDITIONS = 10, MOST_SLASHES = 16 };

typedef struct {
    const maille_filter *all[MOST_CONDITIONS];
    size_t count;
} conditions;

/* ---- one feature ---- */

/* The key as a number, where its text is the id's own. */
static bool number_of(const char *text, double *out) {
    maille_strbuf own = {0};
    bool same = maille_parse_number(text, out);
    if (same)
        maille_strbuf_add_double(&own, *out);
    same = same && !own.failed && strcmp(own.text, text) == 0;
    maille_strbuf_free(&own);
    return same;
}

/* What no row is. */
static const maille_filter *nothing(layers_binder *b) {
    return layers_combine(b, MAILLE_F_OR, NULL, 0);
}

static const maille_filter *is_key(layers_binder *b, const char *text) {
    maille_value value = maille_text_value(text);
    if (b->plan->key_type != MAILLE_TEXT) {
        value = (maille_value){.type = MAILLE_REAL};
        if (!number_of(text, &value.real))
            return nothing(b);
    }
    return layers_compare(b, 0, b->plan->def->key, MAILLE_F_EQ, value);
}

/* "prefix/key": either may hold a slash, so that any of them may be the one between. */
static const maille_filter *is_feature(layers_binder *b, const char *id) {
    const char *prefix_column = b->plan->def->key_prefix;
    const maille_filter *ways[MOST_SLASHES];
    size_t count = 0;
    const char *own = maille_arena_strdup(b->arena, id);
    if (!own) {
        b->failed = true;
        return NULL;
    }
    if (!prefix_column)
        return is_key(b, own);
    for (const char *slash = own; (slash = strchr(slash, '/')) && count < MOST_SLASHES; slash++) {
        const char *prefix = maille_arena_strndup(b->arena, own, (size_t)(slash - own));
        b->failed = b->failed || !prefix;
        const maille_filter *both[] = {
            layers_compare(b, 0, prefix_column, MAILLE_F_EQ, maille_text_value(prefix)),
            is_key(b, slash + 1)};
        ways[count++] = layers_combine(b, MAILLE_F_AND, both, 2);
    }
    return layers_combine(b, MAILLE_F_OR, ways, count);
}

/* ---- départements and communes ---- */

/* 2 characters (2A, 2B), overseas 3. */
static bool is_department(const char *code) {
    size_t length = strlen(code);
    bool overseas = strncmp(code, "97", 2) == 0 || strncmp(code, "98", 2) == 0;
    if (length != (overseas ? 3 : 2) || !(code[0] >= '0' && code[0] <= '9'))
        return false;
    return strspn(code + 1, "0123456789") == length - 1 || strcmp(code, "2A") == 0 ||
           strcmp(code, "2B") == 0;
}

/* Codes of communes that begin with the département's: from it on, and before what follows it. */
static const maille_filter *begins(layers_binder *b, const char *column, const char *department) {
    char *end = maille_arena_strdup(b->arena, department);
    const char *start = end ? maille_arena_strdup(b->arena, department) : NULL;
    if (!start) {
        b->failed = true;
        return NULL;
    }
    end[strlen(end) - 1]++;
    const maille_filter *both[] = {
        layers_compare(b, 0, column, MAILLE_F_GE, maille_text_value(start)),
        layers_compare(b, 0, column, MAILLE_F_LT, maille_text_value(end))};
    return layers_combine(b, MAILLE_F_AND, both, 2);
}

/* An array of codes that holds one of the département's, whose code is_department has looked at. */
static const maille_filter *holds_of(layers_binder *b, const char *column, const char *department) {
    char pattern[16];
    snprintf(pattern, sizeof pattern, "%%\"%s%%", department);
    const char *kept = maille_arena_strdup(b->arena, pattern);
    b->failed = b->failed || !kept;
    return layers_compare(b, 0, column, MAILLE_F_LIKE, maille_text_value(kept));
}

/* Perimeters of which a member is as the condition says. */
static const maille_filter *has_member(layers_binder *b, const maille_filter *member) {
    const maille_filter **child = maille_arena_alloc(b->arena, sizeof(void *));
    if (!child) {
        b->failed = true;
        return NULL;
    }
    *child = member;
    return layers_keep(b, (maille_filter){.op = MAILLE_F_AMONG,
                                          .column = b->plan->def->departments_column,
                                          .among = {"perimeter_member", "perimeter_id"},
                                          .children = child,
                                          .count = 1});
}

static maille_status in_departments(layers_binder *b, const char *const *departments, size_t count,
                                    const maille_filter **out) {
    const maille_layer_def *def = b->plan->def;
    const char *by = def->departments_by;
    const maille_filter **any = maille_arena_alloc(b->arena, (count + 1) * sizeof(void *));
    if (!any)
        return maille_no_memory(b->ctx);
    for (size_t i = 0; i < count; i++) {
        if (!is_department(departments[i]))
            return maille_fail(b->ctx, MAILLE_USAGE, "\"%s\" was no département", departments[i]);
        any[i] = strcmp(by, "code") == 0    ? begins(b, def->departments_column, departments[i])
                 : strcmp(by, "codes") == 0 ? holds_of(b, def->departments_column, departments[i])
                                            : begins(b, "code", departments[i]);
    }
    *out = layers_combine(b, MAILLE_F_OR, any, count);
    if (strcmp(by, "members") == 0 && !b->failed)
        *out = has_member(b, *out);
    return MAILLE_OK;
}

static const maille_filter *of_commune(layers_binder *b, const char *code) {
    const char *by = b->plan->def->departments_by, *column = b->plan->def->departments_column;
    const char *own = maille_arena_strdup(b->arena, code);
    b->failed = b->failed || !own;
    if (b->failed)
        return NULL;
    if (strcmp(by, "codes") == 0)
        return layers_holds(b, 0, column, own);
    if (strcmp(by, "code") == 0)
        return layers_compare(b, 0, column, MAILLE_F_EQ, maille_text_value(own));
    return has_member(b, layers_compare(b, 0, "code", MAILLE_F_EQ, maille_text_value(own)));
}

/* ---- time ---- */

/* The first instant of a date, or the time. */
static bool first_instant(const char *text, char out[CQL_TIME_SIZE]) {
    if (!cql_time(text, out))
        return false;
    if (strlen(out) == 10)
        memcpy(out + 10, "T00:00:00Z", 11);
    return true;
}

/* What stands behind all texts of the date, times of day too; or the time. */
static bool last_instant(const char *text, char out[CQL_TIME_SIZE]) {
    if (!first_instant(text, out))
        return false;
    if (strlen(text) == 10)
        memcpy(out + 10, "~", 2);
    return true;
}

/* column op text, or nothing known. */
static const maille_filter *open_or(layers_binder *b, const char *column, maille_filter_op op,
                                    const char *text) {
    const char *kept = maille_arena_strdup(b->arena, text);
    b->failed = b->failed || !kept;
    const maille_filter *either[] = {
        layers_keep(b, (maille_filter){.op = MAILLE_F_NULL, .column = column}),
        layers_compare(b, 0, column, op, maille_text_value(kept))};
    return layers_combine(b, MAILLE_F_OR, either, 2);
}

/* A feature stands from its first day until, not included, its last: the intervals must meet. */
static maille_status at_time(layers_binder *b, const maille_selection *selection, conditions *to) {
    const maille_layer_def *def = b->plan->def;
    char from[CQL_TIME_SIZE] = "", until[CQL_TIME_SIZE] = "";
    if (selection->from && !first_instant(selection->from, from))
        return maille_fail(b->ctx, MAILLE_USAGE, "\"%s\" was no date or time", selection->from);
    if (selection->until && !last_instant(selection->until, until))
        return maille_fail(b->ctx, MAILLE_USAGE, "\"%s\" was no date or time", selection->until);
    if (*from && *until && strcmp(from, until) > 0)
        return maille_fail(b->ctx, MAILLE_USAGE, "the interval ended before it began");
    if (*from && def->time_to)
        to->all[to->count++] = open_or(b, def->time_to, MAILLE_F_GT, from);
    if (*until && def->time_from)
        to->all[to->count++] = open_or(b, def->time_from, MAILLE_F_LE, until);
    return MAILLE_OK;
}

/* ---- all of it ---- */

/* Layers that differ by audience, or that the public does not see at all. */
static bool differs(const maille_layer_def *def) {
    return def->by_audience || !def->audience[MAILLE_PUBLIC];
}

static maille_status in_places(layers_binder *b, const maille_selection *selection,
                               conditions *to) {
    const maille_layer_def *def = b->plan->def;
    maille_status status = MAILLE_OK;
    bool narrowed = selection->narrowed_count > 0 && differs(def);
    if (narrowed && !def->departments_by)
        return maille_fail(b->ctx, MAILLE_NOT_FOUND, "layer \"%s\" was not found", def->id);
    if ((selection->department_count > 0 || selection->commune) && !def->departments_by)
        return maille_fail(b->ctx, MAILLE_USAGE,
                           "layer \"%s\" does not tell of which commune or département it is",
                           def->id);
    if (narrowed)
        status = in_departments(b, selection->narrowed, selection->narrowed_count,
                                &to->all[to->count++]);
    if (!status && selection->department_count > 0)
        status = in_departments(b, selection->departments, selection->department_count,
                                &to->all[to->count++]);
    if (!status && selection->commune)
        to->all[to->count++] = of_commune(b, selection->commune);
    return status;
}

maille_status layers_where(layers_binder *b, const maille_selection *selection,
                           const maille_filter **out) {
    conditions c = {.count = b->plan->row_count};
    maille_status status;
    memcpy(c.all, b->plan->rows, sizeof b->plan->rows);
    if ((status = in_places(b, selection, &c)) != MAILLE_OK)
        return status;
    if (selection->id)
        c.all[c.count++] = is_feature(b, selection->id);
    if (selection->has_box &&
        (status = layers_meets_box(b, selection->box, &c.all[c.count++])) != MAILLE_OK)
        return status;
    if ((status = at_time(b, selection, &c)) != MAILLE_OK)
        return status;
    if (selection->filter &&
        (status = layers_bind(b, selection->filter, &c.all[c.count++])) != MAILLE_OK)
        return status;
    *out = c.count ? layers_combine(b, MAILLE_F_AND, c.all, c.count) : NULL;
    return b->failed ? maille_no_memory(b->ctx) : MAILLE_OK;
}
