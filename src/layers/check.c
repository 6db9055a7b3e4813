/* Whether a definition fits: its tables, columns and types are the workspace's, its steps are real.
 */
#include "layers/catalogue.h"

#include <string.h>

bool layers_column_type(maille_ctx *ctx, maille_store *store, const char *table, const char *column,
                        maille_type *type) {
    maille_table *columns = NULL;
    if (maille_store_describe(ctx, store, table, &columns))
        return false;
    int found = maille_table_column(columns, column);
    if (found >= 0)
        *type = columns->columns[found].type;
    maille_table_free(columns);
    return found >= 0;
}

typedef struct {
    maille_ctx *ctx;
    maille_store *store;
    const maille_layer_def *def;
} checker;

static maille_status refuse(const checker *k, int line, const char *table, const char *column,
                            const char *why) {
    return maille_fail(k->ctx, MAILLE_REFUSED, "%s:%d: column \"%s\" of \"%s\" %s", k->def->path,
                       line, column, table, why);
}

static int line_of(const checker *k, const char *key) {
    const maille_yaml *value = maille_yaml_get(maille_yaml_root(k->def->file), key);
    return value ? value->line : 1;
}

static bool fits(maille_type stored, maille_property_type wanted) {
    bool number = stored == MAILLE_INT || stored == MAILLE_REAL;
    bool text = wanted == MAILLE_P_TEXT || wanted == MAILLE_P_TEXTS;
    return text ? stored == MAILLE_TEXT : number;
}

/* A column that must be there and be a text (or, where `type` asks for it, what fits). */
static maille_status column(const checker *k, int line, const char *table, const char *name,
                            maille_property_type type) {
    maille_type stored;
    if (!layers_column_type(k->ctx, k->store, table, name, &stored))
        return refuse(k, line, table, name, "is not in the workspace");
    return fits(stored, type) ? MAILLE_OK
                              : refuse(k, line, table, name, "is of another type in the workspace");
}

static maille_status check_geometry(const checker *k) {
    const maille_layer_def *def = k->def;
    int line = line_of(k, "geometry");
    if (!def->geometry)
        return MAILLE_OK;
    if (strcmp(def->geometry, "lonlat") == 0) {
        maille_status status = column(k, line, def->view, "lon", MAILLE_P_NUMBER);
        return status ? status : column(k, line, def->view, "lat", MAILLE_P_NUMBER);
    }
    maille_type stored;
    char table[64];
    const char *dot = strchr(def->geometry, '.'), *name = dot ? dot + 1 : def->geometry;
    size_t length = dot ? (size_t)(dot - def->geometry) : strlen(def->view);
    if (length >= sizeof table)
        return refuse(k, line, def->geometry, name, "is not in the workspace");
    memcpy(table, dot ? def->geometry : def->view, length);
    table[length] = '\0';
    if (!layers_column_type(k->ctx, k->store, table, name, &stored))
        return refuse(k, line, table, name, "is not in the workspace");
    if (stored != MAILLE_GEOMETRY)
        return refuse(k, line, table, name, "is no geometry");
    return dot ? column(k, line, table, def->key, MAILLE_P_TEXT) : MAILLE_OK;
}

static maille_status check_property(const checker *k, const maille_property_def *p) {
    const char *table = p->from ? p->from : k->def->view;
    maille_status status = column(k, p->line, table, p->column, p->type);
    if (!status && p->from) /* joined by the layer's key, which must be a text on both sides */
        status = column(k, p->line, table, k->def->key, MAILLE_P_TEXT);
    if (!status && p->from)
        status = column(k, p->line, k->def->view, k->def->key, MAILLE_P_TEXT);
    if (!status && p->per)
        status = column(k, p->line, table, "service", MAILLE_P_TEXT);
    if (!status && p->where_column)
        status = column(k, p->line, table, p->where_column, MAILLE_P_TEXT);
    return status;
}

static maille_status check_needs(const checker *k, const maille_step_state *steps,
                                 size_t step_count) {
    for (size_t i = 0; i < k->def->need_count; i++) {
        size_t s = 0;
        while (s < step_count && strcmp(steps[s].step, k->def->needs[i]) != 0)
            s++;
        if (s == step_count)
            return maille_fail(k->ctx, MAILLE_REFUSED, "%s:%d: \"%s\" was no step", k->def->path,
                               line_of(k, "needs"), k->def->needs[i]);
    }
    return MAILLE_OK;
}

/* Columns that tell of place and time are texts of the view. */
static maille_status check_conditions(const checker *k) {
    const maille_layer_def *def = k->def;
    const struct {
        const char *column, *key;
    } wanted[] = {{def->key_prefix, "key_prefix"},
                  {def->where_column, "where"},
                  {def->by_audience ? "audience" : NULL, "by_audience"},
                  {def->departments_column, "departments"},
                  {def->time_from, "time"},
                  {def->time_to, "time"}};
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted && !status; i++)
        if (wanted[i].column)
            status =
                column(k, line_of(k, wanted[i].key), def->view, wanted[i].column, MAILLE_P_TEXT);
    return status;
}

maille_status layers_check(maille_ctx *ctx, maille_store *store, const maille_layer_def *def,
                           const maille_step_state *steps, size_t step_count) {
    checker k = {ctx, store, def};
    maille_type type;
    maille_table *view = NULL;
    if (maille_store_describe(ctx, store, def->view, &view))
        return maille_fail(ctx, MAILLE_REFUSED, "%s:%d: view \"%s\" is not in the workspace",
                           def->path, line_of(&k, "view"), def->view);
    maille_table_free(view);
    if (!layers_column_type(ctx, store, def->view, def->key, &type))
        return refuse(&k, line_of(&k, "key"), def->view, def->key, "is not in the workspace");
    maille_status status = check_needs(&k, steps, step_count);
    if (!status)
        status = check_conditions(&k);
    if (!status && def->estimated_table)
        status = column(&k, line_of(&k, "estimated_by"), def->estimated_table,
                        def->estimated_column, MAILLE_P_BOOL);
    if (!status)
        status = check_geometry(&k);
    for (size_t p = 0; p < def->property_count && !status; p++)
        status = check_property(&k, &def->properties[p]);
    return status;
}
