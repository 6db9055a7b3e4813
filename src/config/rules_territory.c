/* Rule sets on the territory: road links that join, the target of coverage, regions. */
#include "config/rules.h"

#include <stdlib.h>
#include <string.h>

/* ---- contiguity ---- */

maille_status maille_contiguity_rules_read(maille_ctx *ctx, const char *id,
                                           maille_contiguity_rules **out) {
    static const char *const keys[] = {"link_limit_min", NULL};
    maille_yaml_file *file = NULL;
    void *block = NULL;
    maille_status status = config_begin_rules(ctx, "contiguity", id, keys,
                                              sizeof(maille_contiguity_rules), &file, &block);
    if (status)
        return status;
    maille_contiguity_rules *rules = block;
    rules->file = file;
    status = config_positive(ctx, file, maille_yaml_root(file), keys[0], &rules->link_limit_min);
    if (status)
        maille_yaml_free(file);
    else
        *out = rules;
    return status;
}

void maille_contiguity_rules_free(maille_contiguity_rules *rules) {
    if (rules)
        maille_yaml_free(rules->file);
}

/* ---- target ---- */

static maille_status read_target(maille_ctx *ctx, maille_target_rules *rules) {
    maille_yaml_file *file = rules->file;
    const maille_yaml *root = maille_yaml_root(file);
    maille_status status;
    MAILLE_TRY(config_date(ctx, file, root, "date", true, &rules->date));
    if (strlen(rules->date) != strlen("YYYY-MM-DD"))
        MAILLE_TRY(config_refuse(ctx, file, config_line(root, "date"),
                                 "date \"%s\" was no day (2021-07-01)", rules->date));
    MAILLE_TRY(config_positive(ctx, file, root, "share_population", &rules->share_population));
    if (rules->share_population > 1)
        MAILLE_TRY(config_refuse(ctx, file, config_line(root, "share_population"),
                                 "share_population was above 1"));
    MAILLE_TRY(
        config_texts(ctx, file, root, "statuses", false, &rules->statuses, &rules->status_count));
done:
    return status;
}

maille_status maille_target_rules_read(maille_ctx *ctx, const char *id, maille_target_rules **out) {
    static const char *const keys[] = {"date", "share_population", "statuses", NULL};
    maille_yaml_file *file = NULL;
    void *block = NULL;
    maille_status status =
        config_begin_rules(ctx, "target", id, keys, sizeof(maille_target_rules), &file, &block);
    if (status)
        return status;
    maille_target_rules *rules = block;
    rules->file = file;
    status = read_target(ctx, rules);
    if (status)
        maille_yaml_free(file);
    else
        *out = rules;
    return status;
}

void maille_target_rules_free(maille_target_rules *rules) {
    if (rules)
        maille_yaml_free(rules->file);
}

/* ---- regions ---- */

static maille_status read_regions(maille_ctx *ctx, maille_region_rules *rules) {
    static const char *const keys[] = {"code", "name", NULL};
    maille_yaml_file *file = rules->file;
    const maille_yaml *list = NULL;
    maille_status status;
    MAILLE_TRY(config_list(ctx, file, maille_yaml_root(file), "regions", true, &list));
    rules->regions = config_alloc(file, list->count, sizeof *rules->regions);
    if (!rules->regions)
        MAILLE_TRY(maille_no_memory(ctx));
    for (size_t i = 0; i < list->count; i++) {
        const maille_yaml *item = list->items[i];
        MAILLE_TRY(maille_yaml_only(ctx, file, item, keys));
        MAILLE_TRY(maille_yaml_text(ctx, file, item, "code", true, &rules->regions[i].code));
        MAILLE_TRY(maille_yaml_text(ctx, file, item, "name", true, &rules->regions[i].name));
        for (size_t k = 0; k < i; k++)
            if (strcmp(rules->regions[k].code, rules->regions[i].code) == 0)
                MAILLE_TRY(config_refuse(ctx, file, item->line, "region %s stood twice",
                                         rules->regions[i].code));
    }
    rules->region_count = list->count;
done:
    return status;
}

static maille_status read_department(maille_ctx *ctx, const maille_region_rules *rules,
                                     const maille_yaml *item, maille_department *out) {
    static const char *const keys[] = {"code", "name", "region", NULL};
    const maille_yaml_file *file = rules->file;
    maille_status status;
    MAILLE_TRY(maille_yaml_only(ctx, file, item, keys));
    MAILLE_TRY(maille_yaml_text(ctx, file, item, "code", true, &out->code));
    MAILLE_TRY(maille_yaml_text(ctx, file, item, "name", true, &out->name));
    MAILLE_TRY(maille_yaml_text(ctx, file, item, "region", true, &out->region));
    size_t k = 0;
    while (k < rules->region_count && strcmp(rules->regions[k].code, out->region) != 0)
        k++;
    if (k == rules->region_count)
        MAILLE_TRY(config_refuse(ctx, file, item->line, "region %s of département %s was not known",
                                 out->region, out->code));
done:
    return status;
}

static int by_code(const void *a, const void *b) {
    return strcmp(((const maille_department *)a)->code, ((const maille_department *)b)->code);
}

static maille_status read_departments(maille_ctx *ctx, maille_region_rules *rules) {
    maille_yaml_file *file = rules->file;
    const maille_yaml *list = NULL;
    maille_status status;
    MAILLE_TRY(config_list(ctx, file, maille_yaml_root(file), "departments", true, &list));
    rules->departments = config_alloc(file, list->count, sizeof *rules->departments);
    if (!rules->departments)
        MAILLE_TRY(maille_no_memory(ctx));
    for (size_t i = 0; i < list->count; i++)
        MAILLE_TRY(read_department(ctx, rules, list->items[i], &rules->departments[i]));
    rules->department_count = list->count;
    qsort(rules->departments, list->count, sizeof *rules->departments, by_code);
    for (size_t i = 1; i < list->count; i++)
        if (by_code(&rules->departments[i - 1], &rules->departments[i]) == 0)
            MAILLE_TRY(config_refuse(ctx, file, list->line, "département %s stood twice",
                                     rules->departments[i].code));
done:
    return status;
}

maille_status maille_region_rules_read(maille_ctx *ctx, const char *id, maille_region_rules **out) {
    static const char *const keys[] = {"regions", "departments", NULL};
    maille_yaml_file *file = NULL;
    void *block = NULL;
    maille_status status =
        config_begin_rules(ctx, "regions", id, keys, sizeof(maille_region_rules), &file, &block);
    if (status)
        return status;
    maille_region_rules *rules = block;
    rules->file = file;
    status = read_regions(ctx, rules);
    if (!status)
        status = read_departments(ctx, rules);
    if (status)
        maille_yaml_free(file);
    else
        *out = rules;
    return status;
}

void maille_region_rules_free(maille_region_rules *rules) {
    if (rules)
        maille_yaml_free(rules->file);
}

const maille_department *maille_department_find(const maille_region_rules *rules,
                                                const char *code) {
    const maille_department wanted = {.code = code};
    return code ? bsearch(&wanted, rules->departments, rules->department_count,
                          sizeof *rules->departments, by_code)
                : NULL;
}
