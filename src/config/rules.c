/* Rule sets: what all families share, and the families that are a few figures. */
#include "config/rules.h"

#include <dirent.h>
#include <maille/memory.h>
#include <maille/strbuf.h>
#include <maille/text.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_CLASSES = sizeof((maille_size_rules){0}).classes / sizeof(maille_size_class) };

/* ---- opening a rule set ---- */

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The ids of a family that are there, in order, for an error message. */
static void list_family(const char *folder, const char *family, maille_strbuf *out) {
    char *names[64] = {0};
    size_t count = 0, start = strlen(family) + 1;
    DIR *entries = opendir(folder);
    for (struct dirent *e; entries && count < 64 && (e = readdir(entries));) {
        size_t length = strlen(e->d_name);
        bool ours = length > start + 5 && strncmp(e->d_name, family, start - 1) == 0 &&
                    e->d_name[start - 1] == '-' && strcmp(e->d_name + length - 5, ".yaml") == 0;
        if (ours && (names[count] = maille_strndup(e->d_name + start, length - start - 5)))
            count++;
    }
    if (entries)
        closedir(entries);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        maille_strbuf_addf(out, "%s%s", i ? ", " : "", names[i]);
        maille_free(names[i]);
    }
}

static maille_status refuse_absent(maille_ctx *ctx, const char *folder, const char *family,
                                   const char *id) {
    maille_strbuf known = {0};
    list_family(folder, family, &known);
    maille_status status =
        maille_fail(ctx, MAILLE_NOT_FOUND, "rule set %s \"%s\" was not found in %s; there: %s",
                    family, id, folder, known.text ? known.text : "none");
    maille_strbuf_free(&known);
    return status;
}

static maille_status open_rules(maille_ctx *ctx, const char *family, const char *id,
                                maille_yaml_file **out) {
    char *layers = NULL;
    maille_strbuf folder = {0}, path = {0};
    maille_status status = maille_layers_folder(ctx, &layers);
    if (status)
        goto done;
    maille_strbuf_addf(&folder, "%s/rules", layers);
    maille_strbuf_addf(&path, "%s/rules/%s-%s.yaml", layers, family, id);
    if (folder.failed || path.failed) {
        status = maille_no_memory(ctx);
        goto done;
    }
    bool plain = *id && !strchr(id, '/') && access(path.text, R_OK) == 0;
    status =
        plain ? maille_yaml_read(ctx, path.text, out) : refuse_absent(ctx, folder.text, family, id);
done:
    maille_strbuf_free(&folder);
    maille_strbuf_free(&path);
    maille_free(layers);
    return status;
}

/* ---- head ---- */

static maille_status read_head(maille_ctx *ctx, const maille_yaml_file *file, const char *id,
                               const char *const *own_keys, maille_rule_head *head) {
    static const char *const shared[] = {"id",         "title",    "source", "url",
                                         "valid_from", "valid_to", "note",   NULL};
    const maille_yaml *root = maille_yaml_root(file);
    const char *keys[32];
    size_t count = 0;
    for (size_t i = 0; shared[i]; i++)
        keys[count++] = shared[i];
    for (size_t i = 0; own_keys[i]; i++)
        keys[count++] = own_keys[i];
    keys[count] = NULL;
    maille_status status;
    if ((status = maille_yaml_only(ctx, file, root, keys)) != MAILLE_OK ||
        (status = maille_yaml_text(ctx, file, root, "id", true, &head->id)) != MAILLE_OK)
        return status;
    if (strcmp(head->id, id) != 0)
        return config_refuse(ctx, file, maille_yaml_get(root, "id")->line,
                             "id \"%s\" was not the one of the file's name, \"%s\"", head->id, id);
    if ((status = config_title(ctx, file, root, "title", true, &head->title)) != MAILLE_OK ||
        (status = maille_yaml_text(ctx, file, root, "source", true, &head->source)) != MAILLE_OK ||
        (status = maille_yaml_text(ctx, file, root, "url", false, &head->url)) != MAILLE_OK ||
        (status = maille_yaml_text(ctx, file, root, "note", false, &head->note)) != MAILLE_OK ||
        (status = config_date(ctx, file, root, "valid_from", true, &head->valid_from)) != MAILLE_OK)
        return status;
    return config_date(ctx, file, root, "valid_to", false, &head->valid_to);
}

maille_status config_begin_rules(maille_ctx *ctx, const char *family, const char *id,
                                 const char *const *own_keys, size_t size, maille_yaml_file **out,
                                 void **block) {
    maille_yaml_file *file = NULL;
    void *rules = NULL;
    maille_status status = open_rules(ctx, family, id, &file);
    if (status)
        return status;
    if (!(rules = config_alloc(file, 1, size)))
        status = maille_no_memory(ctx);
    else
        status = read_head(ctx, file, id, own_keys, rules);
    if (status) {
        maille_yaml_free(file);
        return status;
    }
    *out = file;
    *block = rules;
    return MAILLE_OK;
}

maille_status config_positive(maille_ctx *ctx, const maille_yaml_file *file, const maille_yaml *map,
                              const char *key, double *out) {
    maille_status status = maille_yaml_number(ctx, file, map, key, true, out);
    if (!status && !(*out > 0))
        return config_refuse(ctx, file, maille_yaml_get(map, key)->line, "%s was not above 0", key);
    return status;
}

/* ---- classes ---- */

/* One bound of a class: the key tells whether it is included. */
static maille_status read_bound(maille_ctx *ctx, const maille_yaml_file *file,
                                const maille_yaml *map, const char *with, const char *without,
                                double open, double *value, bool *included) {
    bool in = maille_yaml_get(map, with), out = maille_yaml_get(map, without);
    if (in && out)
        return config_refuse(ctx, file, map->line, "a class had both %s and %s", with, without);
    *value = open;
    *included = in;
    return in || out ? maille_yaml_number(ctx, file, map, in ? with : without, true, value)
                     : MAILLE_OK;
}

static maille_status read_class(maille_ctx *ctx, const maille_yaml_file *file,
                                const maille_yaml *map, maille_size_class *class) {
    static const char *const keys[] = {"id", "at_least", "above", "below", "at_most", NULL};
    const char *id = NULL;
    maille_status status = maille_yaml_only(ctx, file, map, keys);
    if (!status)
        status = maille_yaml_text(ctx, file, map, "id", true, &id);
    if (status)
        return status;
    if (!*id || strlen(id) >= sizeof class->id)
        return config_refuse(ctx, file, map->line, "id of a class was empty or too long");
    memcpy(class->id, id, strlen(id) + 1);
    if ((status = read_bound(ctx, file, map, "at_least", "above", -INFINITY, &class->from,
                             &class->from_included)) != MAILLE_OK ||
        (status = read_bound(ctx, file, map, "at_most", "below", INFINITY, &class->to,
                             &class->to_included)) != MAILLE_OK)
        return status;
    if (!(class->from < class->to))
        return config_refuse(ctx, file, map->line, "class %s held no value", class->id);
    return MAILLE_OK;
}

/* Classes that leave a value out, or hold one twice, are refused. */
static maille_status read_classes(maille_ctx *ctx, const maille_yaml_file *file,
                                  maille_size_class classes[MOST_CLASSES], size_t *count) {
    const maille_yaml *list = NULL;
    maille_status status = config_list(ctx, file, maille_yaml_root(file), "classes", true, &list);
    if (status)
        return status;
    if (list->count < 1 || list->count > MOST_CLASSES)
        return config_refuse(ctx, file, list->line, "classes held %zu classes, not 1 to %d",
                             list->count, MOST_CLASSES);
    for (size_t i = 0; i < list->count; i++) {
        maille_size_class *c = &classes[i];
        if ((status = read_class(ctx, file, list->items[i], c)) != MAILLE_OK)
            return status;
        for (size_t k = 0; k < i; k++)
            if (strcmp(classes[k].id, c->id) == 0)
                return config_refuse(ctx, file, list->items[i]->line, "class %s stood twice",
                                     c->id);
        const maille_size_class *before = i ? c - 1 : NULL;
        if (before && (before->to < c->from || before->to > c->from ||
                       before->to_included == c->from_included))
            return config_refuse(ctx, file, list->items[i]->line,
                                 "class %s did not begin where class %s ended", c->id, before->id);
    }
    *count = list->count;
    return MAILLE_OK;
}

/* ---- sizes ---- */

maille_status maille_size_rules_read(maille_ctx *ctx, const char *id, maille_size_rules **out) {
    static const char *const keys[] = {"least", "most", "kinds", "classes", NULL};
    maille_yaml_file *file = NULL;
    void *block = NULL;
    maille_status status =
        config_begin_rules(ctx, "sizes", id, keys, sizeof(maille_size_rules), &file, &block);
    if (status)
        return status;
    const maille_yaml *root = maille_yaml_root(file);
    maille_size_rules *rules = block;
    rules->file = file;
    rules->most = INFINITY;
    status = maille_yaml_number(ctx, file, root, "least", false, &rules->least);
    if (!status)
        status = maille_yaml_number(ctx, file, root, "most", false, &rules->most);
    if (!status && !(rules->least < rules->most))
        status = config_refuse(ctx, file, config_line(root, "most"), "most was not above least");
    if (!status)
        status = config_texts(ctx, file, root, "kinds", false, &rules->kinds, &rules->kind_count);
    if (!status)
        status = read_classes(ctx, file, rules->classes, &rules->count);
    if (status)
        maille_yaml_free(file);
    else
        *out = rules;
    return status;
}

void maille_size_rules_free(maille_size_rules *rules) {
    if (rules)
        maille_yaml_free(rules->file);
}

/* ---- zoning ---- */

maille_status maille_zoning_rules_read(maille_ctx *ctx, const char *id, maille_zoning_rules **out) {
    static const char *const keys[] = {"service", "decay", "supply_per_head", "classes", NULL};
    maille_yaml_file *file = NULL;
    void *block = NULL;
    maille_status status =
        config_begin_rules(ctx, "zoning", id, keys, sizeof(maille_zoning_rules), &file, &block);
    if (status)
        return status;
    const maille_yaml *root = maille_yaml_root(file);
    maille_zoning_rules *rules = block;
    rules->file = file;
    status = maille_yaml_text(ctx, file, root, "service", true, &rules->service);
    if (!status && !maille_is_id(rules->service))
        status = config_refuse(ctx, file, maille_yaml_get(root, "service")->line,
                               "service \"%s\" was not made of a-z, 0-9 and _", rules->service);
    if (!status)
        status = maille_yaml_text(ctx, file, root, "decay", true, &rules->decay);
    if (!status)
        status = config_positive(ctx, file, root, "supply_per_head", &rules->supply_per_head);
    if (!status)
        status = read_classes(ctx, file, rules->classes, &rules->count);
    if (status)
        maille_yaml_free(file);
    else
        *out = rules;
    return status;
}

void maille_zoning_rules_free(maille_zoning_rules *rules) {
    if (rules)
        maille_yaml_free(rules->file);
}

/* ---- overlaps ---- */

maille_status maille_overlap_rules_read(maille_ctx *ctx, const char *id,
                                        maille_overlap_rules **out) {
    static const char *const keys[] = {"policy", "both_published", "one_published", "both_drafts",
                                       NULL};
    static const char *const policies[] = {"interdit", "alerte", "partage", NULL};
    static const char *const severities[] = {"information", "alerte", "erreur", NULL};
    maille_yaml_file *file = NULL;
    void *block = NULL;
    maille_status status =
        config_begin_rules(ctx, "overlaps", id, keys, sizeof(maille_overlap_rules), &file, &block);
    if (status)
        return status;
    const maille_yaml *root = maille_yaml_root(file);
    maille_overlap_rules *rules = block;
    rules->file = file;
    const char **const values[] = {&rules->policy, &rules->both_published, &rules->one_published,
                                   &rules->both_drafts};
    for (size_t i = 0; keys[i] && !status; i++)
        status = config_word(ctx, file, root, keys[i], true, i ? severities : policies, values[i]);
    if (status)
        maille_yaml_free(file);
    else
        *out = rules;
    return status;
}

void maille_overlap_rules_free(maille_overlap_rules *rules) {
    if (rules)
        maille_yaml_free(rules->file);
}

/* ---- travel ---- */

maille_status maille_travel_rules_read(maille_ctx *ctx, const char *id, maille_travel_rules **out) {
    static const char *const keys[] = {"detour",     "speed_kmh",        "snap_max_m",
                                       "snap_far_m", "matrix_least_min", "foot_kmh",
                                       "off_road_m", "access_kmh",       NULL};
    maille_yaml_file *file = NULL;
    void *block = NULL;
    maille_status status =
        config_begin_rules(ctx, "travel", id, keys, sizeof(maille_travel_rules), &file, &block);
    if (status)
        return status;
    const maille_yaml *root = maille_yaml_root(file);
    maille_travel_rules *rules = block;
    rules->file = file;
    double *const values[] = {&rules->detour,     &rules->speed_kmh,        &rules->snap_max_m,
                              &rules->snap_far_m, &rules->matrix_least_min, &rules->foot_kmh,
                              &rules->off_road_m};
    for (size_t i = 0; i < sizeof values / sizeof *values && !status; i++)
        status = config_positive(ctx, file, root, keys[i], values[i]);
    if (!status && maille_yaml_get(root, "access_kmh"))
        status = config_positive(ctx, file, root, "access_kmh", &rules->access_kmh);
    if (!status && rules->detour < 1)
        status = config_refuse(ctx, file, maille_yaml_get(root, "detour")->line,
                               "detour was below 1: no road is shorter than the straight line");
    if (status)
        maille_yaml_free(file);
    else
        *out = rules;
    return status;
}

void maille_travel_rules_free(maille_travel_rules *rules) {
    if (rules)
        maille_yaml_free(rules->file);
}
