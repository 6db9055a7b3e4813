/* Definitions of layers: one YAML file each. */
#include <maille/layerdef.h>

#include "config/tree.h"

#include <dirent.h>
#include <maille/memory.h>
#include <maille/strbuf.h>
#include <maille/text.h>
#include <maille/vec.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    maille_ctx *ctx;
    maille_yaml_file *file;
    maille_layer_def *def;
} reader;

static maille_status text_of(const reader *r, const maille_yaml *map, const char *key,
                             bool required, const char **out) {
    return maille_yaml_text(r->ctx, r->file, map, key, required, out);
}

static maille_status title_of(const reader *r, const maille_yaml *map, const char *key,
                              bool required, maille_title *out) {
    return config_title(r->ctx, r->file, map, key, required, out);
}

bool maille_per_service(const char *text) {
    return text && strstr(text, "{service}");
}

int maille_layer_property(const maille_layer_def *def, const char *name) {
    for (size_t i = 0; i < def->property_count; i++)
        if (strcmp(def->properties[i].name, name) == 0)
            return (int)i;
    return -1;
}

static maille_status read_decimals(const reader *r, const maille_yaml *map, int *out) {
    double decimals = 0;
    maille_status status = maille_yaml_number(r->ctx, r->file, map, "decimals", false, &decimals);
    if (!status && !(decimals >= 0 && decimals <= 9 && floor(decimals) == decimals))
        return config_refuse(r->ctx, r->file, config_line(map, "decimals"),
                             "decimals were no whole number from 0 to 9");
    *out = (int)decimals;
    return status;
}

/* ---- properties ---- */

static maille_status read_type(const reader *r, const maille_yaml *map, maille_property_type *out) {
    /* in the order of the enumeration */
    static const char *const types[] = {"text", "int", "number", "bool", "texts", NULL};
    const char *type = NULL;
    maille_status status = config_word(r->ctx, r->file, map, "type", true, types, &type);
    for (size_t t = 0; !status && types[t]; t++)
        if (strcmp(types[t], type) == 0)
            *out = (maille_property_type)t;
    return status;
}

static maille_status check_property(const reader *r, const maille_yaml *map,
                                    const maille_property_def *p) {
    if (maille_per_service(p->name) != (p->per != NULL))
        return config_refuse(r->ctx, r->file, p->line,
                             "\"{service}\" in a name and per: service "
                             "belong together");
    if (p->where_rule && !p->per)
        return config_refuse(r->ctx, r->file, config_line(map, "where_rule"),
                             "where_rule stood without per: service");
    if (p->per && !p->from)
        return config_refuse(r->ctx, r->file, p->line, "per: service stood without from");
    if (p->where_column && !p->from)
        return config_refuse(r->ctx, r->file, config_line(map, "where"),
                             "where stood without from");
    if (p->from && r->def->key_prefix)
        return config_refuse(r->ctx, r->file, config_line(map, "from"),
                             "from does not go with a key_prefix");
    bool number = p->type == MAILLE_P_NUMBER;
    if (!number && (maille_yaml_get(map, "decimals") || maille_yaml_get(map, "factor")))
        return config_refuse(r->ctx, r->file, p->line,
                             "decimals and factor go with type: number only");
    for (const maille_property_def *o = r->def->properties; o < p; o++)
        if (strcmp(o->name, p->name) == 0)
            return config_refuse(r->ctx, r->file, p->line, "property \"%s\" stood twice", p->name);
    return MAILLE_OK;
}

/* "where: {column: value}" */
static maille_status read_where(const reader *r, const maille_yaml *map, const char **column,
                                const char **value) {
    const maille_yaml *where = NULL;
    maille_status status = config_map(r->ctx, r->file, map, "where", false, &where);
    if (status || !where)
        return status;
    if (where->count != 1)
        return config_refuse(r->ctx, r->file, where->line, "where held %zu columns, not 1",
                             where->count);
    *column = where->keys[0];
    return text_of(r, where, where->keys[0], true, value);
}

static maille_status read_property(const reader *r, const maille_yaml *map,
                                   maille_property_def *p) {
    static const char *const keys[] = {"name",       "column",  "from",     "where",  "per",
                                       "where_rule", "type",    "decimals", "factor", "unit",
                                       "title",      "meaning", NULL};
    static const char *const per[] = {"service", NULL}, *const where_rule[] = {"zoning", NULL};
    p->line = map->line;
    p->factor = 1;
    maille_status status;
    if ((status = maille_yaml_only(r->ctx, r->file, map, keys)) != MAILLE_OK ||
        (status = text_of(r, map, "name", true, &p->name)) != MAILLE_OK ||
        (status = text_of(r, map, "column", true, &p->column)) != MAILLE_OK ||
        (status = text_of(r, map, "from", false, &p->from)) != MAILLE_OK ||
        (status = read_where(r, map, &p->where_column, &p->where_value)) != MAILLE_OK ||
        (status = text_of(r, map, "unit", false, &p->unit)) != MAILLE_OK ||
        (status = config_word(r->ctx, r->file, map, "per", false, per, &p->per)) != MAILLE_OK ||
        (status = config_word(r->ctx, r->file, map, "where_rule", false, where_rule,
                              &p->where_rule)) != MAILLE_OK ||
        (status = read_type(r, map, &p->type)) != MAILLE_OK ||
        (status = read_decimals(r, map, &p->decimals)) != MAILLE_OK ||
        (status = maille_yaml_number(r->ctx, r->file, map, "factor", false, &p->factor)) !=
            MAILLE_OK ||
        (status = title_of(r, map, "title", true, &p->title)) != MAILLE_OK ||
        (status = title_of(r, map, "meaning", true, &p->meaning)) != MAILLE_OK)
        return status;
    return check_property(r, map, p);
}

static maille_status read_properties(const reader *r, const maille_yaml *root) {
    const maille_yaml *list = NULL;
    maille_status status = config_list(r->ctx, r->file, root, "properties", true, &list);
    if (status)
        return status;
    r->def->properties = config_alloc(r->file, list->count, sizeof *r->def->properties);
    if (!r->def->properties)
        return maille_no_memory(r->ctx);
    for (size_t i = 0; i < list->count && !status; i++)
        status = read_property(r, list->items[i], &r->def->properties[i]);
    r->def->property_count = list->count;
    return status;
}

/* ---- figures ---- */

/* Under `key` the name of a property that is defined, of a number where it must be. */
static maille_status read_property_name(const reader *r, const maille_yaml *map, const char *key,
                                        bool number, const char **out) {
    maille_status status = text_of(r, map, key, false, out);
    if (status || !*out)
        return status;
    int p = maille_layer_property(r->def, *out);
    if (p < 0)
        return config_refuse(r->ctx, r->file, config_line(map, key), "%s \"%s\" was no property",
                             key, *out);
    maille_property_type type = r->def->properties[p].type;
    if (number && type != MAILLE_P_INT && type != MAILLE_P_NUMBER)
        return config_refuse(r->ctx, r->file, config_line(map, key), "%s \"%s\" was no number", key,
                             *out);
    return MAILLE_OK;
}

/* Which keys go with which way of counting. */
static maille_status check_figure(const reader *r, const maille_figure_def *f) {
    const char *fault = NULL;
    bool count = strcmp(f->how, "count") == 0, share = strcmp(f->how, "share") == 0;
    if (!f->property && !(count && !f->value))
        fault = "key \"property\" was missing";
    else if (share ? !f->value : (f->value && !count))
        fault = "value goes with count and share only, and share needs it";
    else if (f->weight && !share && strcmp(f->how, "mean") != 0)
        fault = "weight goes with mean and share only";
    else if (maille_per_service(f->weight) ||
             (maille_per_service(f->title.fr) && !maille_per_service(f->property)))
        fault = "\"{service}\" stood where no service is meant";
    return fault ? config_refuse(r->ctx, r->file, f->line, "%s", fault) : MAILLE_OK;
}

static maille_status read_figure(const reader *r, const maille_yaml *map, maille_figure_def *f) {
    static const char *const keys[] = {"title", "how",      "property", "value", "weight",
                                       "unit",  "decimals", "factor",   NULL};
    static const char *const hows[] = {"count", "max",  "min",   "sum",
                                       "nulls", "mean", "share", NULL};
    maille_status status;
    f->line = map->line;
    f->factor = 1;
    if ((status = maille_yaml_only(r->ctx, r->file, map, keys)) != MAILLE_OK ||
        (status = title_of(r, map, "title", true, &f->title)) != MAILLE_OK ||
        (status = config_word(r->ctx, r->file, map, "how", true, hows, &f->how)) != MAILLE_OK)
        return status;
    bool any = strcmp(f->how, "count") == 0 || strcmp(f->how, "share") == 0 ||
               strcmp(f->how, "nulls") == 0;
    if ((status = read_property_name(r, map, "property", !any, &f->property)) != MAILLE_OK ||
        (status = read_property_name(r, map, "weight", true, &f->weight)) != MAILLE_OK ||
        (status = text_of(r, map, "value", false, &f->value)) != MAILLE_OK ||
        (status = text_of(r, map, "unit", false, &f->unit)) != MAILLE_OK ||
        (status = read_decimals(r, map, &f->decimals)) != MAILLE_OK ||
        (status = maille_yaml_number(r->ctx, r->file, map, "factor", false, &f->factor)) !=
            MAILLE_OK)
        return status;
    return check_figure(r, f);
}

static maille_status read_figures(const reader *r, const maille_yaml *root) {
    const maille_yaml *list = NULL;
    maille_status status = config_list(r->ctx, r->file, root, "figures", false, &list);
    if (status || !list)
        return status;
    r->def->figures = config_alloc(r->file, list->count, sizeof *r->def->figures);
    if (!r->def->figures)
        return maille_no_memory(r->ctx);
    for (size_t i = 0; i < list->count && !status; i++)
        status = read_figure(r, list->items[i], &r->def->figures[i]);
    r->def->figure_count = list->count;
    return status;
}

/* ---- legend ---- */

static maille_status read_colour(const reader *r, const maille_yaml *map, const char *key,
                                 bool required, const char **out) {
    maille_status status = text_of(r, map, key, required, out);
    if (status || !*out)
        return status;
    const char *c = *out;
    if (*c != '#' || strlen(c) != 7 || strspn(c + 1, "0123456789abcdef") != 6)
        return config_refuse(r->ctx, r->file, config_line(map, key),
                             "%s \"%s\" was not of the form "
                             "\"#0072b2\"",
                             key, c);
    return MAILLE_OK;
}

static maille_status read_entry(const reader *r, const maille_yaml *map, maille_legend_def *legend,
                                size_t i) {
    static const char *const keys[] = {"value", "upto", "colour", "title", NULL};
    double upto = INFINITY;
    maille_status status;
    if ((status = maille_yaml_only(r->ctx, r->file, map, keys)) != MAILLE_OK ||
        (status = text_of(r, map, "value", false, &legend->entries[i].value)) != MAILLE_OK ||
        (status = maille_yaml_number(r->ctx, r->file, map, "upto", false, &upto)) != MAILLE_OK ||
        (status = read_colour(r, map, "colour", true, &legend->entries[i].colour)) != MAILLE_OK ||
        (status = title_of(r, map, "title", true, &legend->entries[i].title)) != MAILLE_OK)
        return status;
    bool category = legend->entries[i].value, first = legend->entries[0].value;
    if (category != first || (category && upto < INFINITY))
        return config_refuse(r->ctx, r->file, map->line,
                             "a legend has either values or classes (upto)");
    legend->entries[i].upto = category ? NAN : upto;
    if (!category && i > 0 && !(upto > legend->entries[i - 1].upto))
        return config_refuse(r->ctx, r->file, map->line, "classes of the legend did not ascend");
    return MAILLE_OK;
}

static maille_status read_legend(const reader *r, const maille_yaml *map,
                                 maille_legend_def *legend) {
    static const char *const keys[] = {"title", "property", "missing", "entries", NULL};
    const maille_yaml *entries = NULL;
    maille_status status;
    if ((status = maille_yaml_only(r->ctx, r->file, map, keys)) != MAILLE_OK ||
        (status = title_of(r, map, "title", true, &legend->title)) != MAILLE_OK ||
        (status = text_of(r, map, "property", true, &legend->property)) != MAILLE_OK ||
        (status = read_property_name(r, map, "property", false, &legend->property)) != MAILLE_OK ||
        (status = read_colour(r, map, "missing", true, &legend->missing_colour)) != MAILLE_OK ||
        (status = config_list(r->ctx, r->file, map, "entries", true, &entries)) != MAILLE_OK)
        return status;
    if (!(legend->entries = config_alloc(r->file, entries->count, sizeof *legend->entries)))
        return maille_no_memory(r->ctx);
    for (size_t i = 0; i < entries->count && !status; i++)
        status = read_entry(r, entries->items[i], legend, i);
    legend->count = entries->count;
    for (const maille_legend_def *o = r->def->legend; o < legend && !status; o++)
        if (strcmp(o->property, legend->property) == 0)
            status = config_refuse(r->ctx, r->file, config_line(map, "property"),
                                   "property \"%s\" had two legends", legend->property);
    return status;
}

static maille_status read_legends(const reader *r, const maille_yaml *root) {
    const maille_yaml *one = NULL, *list = NULL;
    maille_layer_def *def = r->def;
    maille_status status;
    if ((status = config_map(r->ctx, r->file, root, "legend", false, &one)) != MAILLE_OK ||
        (status = config_list(r->ctx, r->file, root, "legends", false, &list)) != MAILLE_OK)
        return status;
    if (one && list)
        return config_refuse(r->ctx, r->file, config_line(root, "legends"),
                             "legends stood beside legend");
    size_t count = one ? 1 : list ? list->count : 0;
    if (count == 0)
        return MAILLE_OK;
    if (!(def->legend = config_alloc(r->file, count, sizeof *def->legend)))
        return maille_no_memory(r->ctx);
    for (size_t i = 0; i < count && !status; i++)
        status = read_legend(r, one ? one : list->items[i], &def->legend[i]);
    def->legend_count = count;
    return status;
}

/* ---- the layer ---- */

static maille_status read_geometry(const reader *r, const maille_yaml *root) {
    static const char *const types[] = {"polygon", "point", "none", NULL};
    maille_layer_def *def = r->def;
    maille_status status =
        config_word(r->ctx, r->file, root, "geometry_type", true, types, &def->geometry_type);
    if (status)
        return status;
    bool none = strcmp(def->geometry_type, "none") == 0;
    status = text_of(r, root, "geometry", !none, &def->geometry);
    if (!status && none && def->geometry)
        return config_refuse(r->ctx, r->file, config_line(root, "geometry"),
                             "geometry stood beside geometry_type: none");
    bool point = strcmp(def->geometry_type, "point") == 0;
    if (!status && def->geometry && point != (strcmp(def->geometry, "lonlat") == 0))
        return config_refuse(r->ctx, r->file, config_line(root, "geometry"),
                             "points come from lonlat, polygons from a column");
    return status;
}

static maille_status read_audience(const reader *r, const maille_yaml *root) {
    const char **names = NULL;
    size_t count = 0;
    maille_status status = config_texts(r->ctx, r->file, root, "audience", true, &names, &count);
    for (size_t i = 0; i < count && !status; i++) {
        maille_audience a = MAILLE_INTERNE;
        if (maille_audience_parse(r->ctx, names[i], &a))
            return config_refuse(r->ctx, r->file, config_line(root, "audience"),
                                 "audience \"%s\" was neither interne nor public", names[i]);
        r->def->audience[a] = true;
    }
    return status;
}

static maille_status read_estimated_by(const reader *r, const maille_yaml *root) {
    const char *text = NULL;
    maille_status status = text_of(r, root, "estimated_by", false, &text);
    if (status || !text)
        return status;
    char *table = config_strdup(r->file, text);
    if (!table)
        return maille_no_memory(r->ctx);
    char *dot = strchr(table, '.');
    if (!dot)
        return config_refuse(r->ctx, r->file, config_line(root, "estimated_by"),
                             "estimated_by \"%s\" was not of the form table.column", text);
    *dot = '\0';
    r->def->estimated_table = table;
    r->def->estimated_column = dot + 1;
    return MAILLE_OK;
}

/* "departments: {code: column}" or codes, or members. */
static maille_status read_departments(const reader *r, const maille_yaml *root) {
    static const char *const ways[] = {"code", "codes", "members", NULL};
    const maille_yaml *map = NULL;
    maille_status status = config_map(r->ctx, r->file, root, "departments", false, &map);
    if (!status && map)
        status = maille_yaml_only(r->ctx, r->file, map, ways);
    if (status || !map)
        return status;
    if (map->count != 1)
        return config_refuse(r->ctx, r->file, map->line, "departments held %zu ways, not 1",
                             map->count);
    r->def->departments_by = map->keys[0];
    return text_of(r, map, map->keys[0], true, &r->def->departments_column);
}

static maille_status read_time(const reader *r, const maille_yaml *root) {
    static const char *const ends[] = {"from", "to", NULL};
    const maille_yaml *map = NULL;
    maille_status status = config_map(r->ctx, r->file, root, "time", false, &map);
    if (!status && map)
        status = maille_yaml_only(r->ctx, r->file, map, ends);
    if (status || !map)
        return status;
    if (map->count == 0)
        return config_refuse(r->ctx, r->file, map->line, "time held neither from nor to");
    status = text_of(r, map, "from", false, &r->def->time_from);
    return status ? status : text_of(r, map, "to", false, &r->def->time_to);
}

/* Kinds of sources are words that the study knows too. */
static maille_status read_sources(const reader *r, const maille_yaml *root) {
    maille_layer_def *def = r->def;
    maille_status status =
        config_texts(r->ctx, r->file, root, "sources", true, &def->sources, &def->source_count);
    for (size_t i = 0; i < def->source_count && !status; i++)
        if (!maille_source_fields(def->sources[i]))
            return config_refuse(r->ctx, r->file, config_line(root, "sources"),
                                 "\"%s\" was no kind of source", def->sources[i]);
    return status;
}

/* What the layer is called, and which rows of which view it shows. */
static maille_status read_view(const reader *r, const maille_yaml *root) {
    static const char *const pers[] = {"grouping", NULL};
    maille_layer_def *def = r->def;
    maille_status status;
    if ((status = text_of(r, root, "id", true, &def->id)) != MAILLE_OK ||
        (status = config_word(r->ctx, r->file, root, "per", false, pers, &def->per)) != MAILLE_OK ||
        (status = title_of(r, root, "title", true, &def->title)) != MAILLE_OK ||
        (status = title_of(r, root, "description", true, &def->description)) != MAILLE_OK ||
        (status = text_of(r, root, "view", true, &def->view)) != MAILLE_OK ||
        (status = read_where(r, root, &def->where_column, &def->where_value)) != MAILLE_OK ||
        (status = text_of(r, root, "key", true, &def->key)) != MAILLE_OK)
        return status;
    return text_of(r, root, "key_prefix", false, &def->key_prefix);
}

static maille_status read_layer(const reader *r) {
    static const char *const keys[] = {
        "id",          "per",      "title",         "description",  "view",
        "where",       "key",      "key_prefix",    "geometry",     "needs",
        "sources",     "audience", "geometry_type", "estimated_by", "by_audience",
        "departments", "time",     "properties",    "figures",      "legend",
        "legends",     NULL};
    const maille_yaml *root = maille_yaml_root(r->file);
    maille_layer_def *def = r->def;
    maille_status status;
    if ((status = maille_yaml_only(r->ctx, r->file, root, keys)) != MAILLE_OK ||
        (status = read_view(r, root)) != MAILLE_OK ||
        (status = read_geometry(r, root)) != MAILLE_OK ||
        (status = maille_yaml_bool(r->ctx, r->file, root, "by_audience", false,
                                   &def->by_audience)) != MAILLE_OK ||
        (status = read_audience(r, root)) != MAILLE_OK ||
        (status = config_texts(r->ctx, r->file, root, "needs", true, &def->needs,
                               &def->need_count)) != MAILLE_OK ||
        (status = read_sources(r, root)) != MAILLE_OK ||
        (status = read_estimated_by(r, root)) != MAILLE_OK ||
        (status = read_departments(r, root)) != MAILLE_OK ||
        (status = read_time(r, root)) != MAILLE_OK ||
        (status = read_properties(r, root)) != MAILLE_OK ||
        (status = read_figures(r, root)) != MAILLE_OK)
        return status;
    return read_legends(r, root);
}

/* The file's name without its ending must be the id: layers are asked for by file name. */
static maille_status check_id(const reader *r, const char *file_name) {
    size_t length = strlen(r->def->id);
    if (strncmp(file_name, r->def->id, length) != 0 || strcmp(file_name + length, ".yaml") != 0)
        return config_refuse(r->ctx, r->file, config_line(maille_yaml_root(r->file), "id"),
                             "id \"%s\" was not the file's name", r->def->id);
    return MAILLE_OK;
}

static maille_status read_definition(maille_ctx *ctx, const char *folder, const char *name,
                                     maille_layer_def **out) {
    maille_strbuf path = {0};
    maille_yaml_file *file = NULL;
    maille_strbuf_addf(&path, "%s/%s", folder, name);
    maille_status status =
        path.failed ? maille_no_memory(ctx) : maille_yaml_read(ctx, path.text, &file);
    maille_strbuf_free(&path);
    if (status)
        return status;
    reader r = {ctx, file, config_alloc(file, 1, sizeof(maille_layer_def))};
    if (!r.def) {
        status = maille_no_memory(ctx);
    } else {
        r.def->file = file;
        r.def->path = maille_yaml_path(file);
        status = read_layer(&r);
    }
    if (!status)
        status = check_id(&r, name);
    if (status)
        maille_yaml_free(file);
    else
        *out = r.def;
    return status;
}

/* ---- the folder ---- */

typedef MAILLE_VEC(char *) names;

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the folder's .yaml files, in order. Hidden files are left alone. */
static maille_status list_files(maille_ctx *ctx, const char *folder, names *out) {
    maille_status status = MAILLE_OK;
    DIR *entries = opendir(folder);
    if (!entries)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "%s: the folder of layers was not found", folder);
    for (struct dirent *e; (e = readdir(entries)) && !status;) {
        size_t length = strlen(e->d_name);
        if (*e->d_name == '.' || length < 6 || strcmp(e->d_name + length - 5, ".yaml") != 0)
            continue;
        char *name = maille_strdup(e->d_name);
        if (!name || !MAILLE_VEC_PUSH(out, name)) {
            maille_free(name);
            status = maille_no_memory(ctx);
        }
    }
    closedir(entries);
    if (out->count > 0)
        qsort(out->items, out->count, sizeof *out->items, by_name);
    return status;
}

static int by_id(const void *a, const void *b) {
    const maille_layer_def *const *x = a, *const *y = b;
    return strcmp((*x)->id, (*y)->id);
}

maille_status maille_layer_defs_read(maille_ctx *ctx, const char *folder, maille_layer_def ***out,
                                     size_t *count) {
    names files = {0};
    maille_layer_def **defs = NULL;
    size_t read = 0;
    maille_status status = list_files(ctx, folder, &files);
    if (!status && !(defs = maille_alloc(files.count, sizeof *defs)))
        status = maille_no_memory(ctx);
    for (; read < files.count && !status; read += status == MAILLE_OK)
        status = read_definition(ctx, folder, files.items[read], &defs[read]);
    if (status) {
        maille_layer_defs_free(defs, read);
    } else {
        if (read > 0)
            qsort(defs, read, sizeof *defs, by_id);
        *out = defs;
        *count = read;
    }
    for (size_t i = 0; i < files.count; i++)
        maille_free(files.items[i]);
    MAILLE_VEC_FREE(&files);
    return status;
}

void maille_layer_defs_free(maille_layer_def **defs, size_t count) {
    for (size_t i = 0; defs && i < count; i++)
        maille_yaml_free(defs[i]->file);
    maille_free(defs);
}
