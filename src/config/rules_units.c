/* Which commune a municipal arrondissement or a finer unit is a part of. */
#include "config/rules.h"

#include <math.h>
#include <string.h>

enum { MOST_CHARACTERS = 32 };

static maille_status read_range(maille_ctx *ctx, maille_yaml_file *file, const maille_yaml *map,
                                maille_unit_range *out) {
    static const char *const keys[] = {"commune", "from", "to", NULL};
    maille_status status;
    if ((status = maille_yaml_only(ctx, file, map, keys)) != MAILLE_OK ||
        (status = maille_yaml_text(ctx, file, map, "commune", true, &out->commune)) != MAILLE_OK ||
        (status = maille_yaml_text(ctx, file, map, "from", true, &out->from)) != MAILLE_OK ||
        (status = maille_yaml_text(ctx, file, map, "to", true, &out->to)) != MAILLE_OK)
        return status;
    if (strlen(out->commune) > MOST_CHARACTERS)
        return config_refuse(ctx, file, config_line(map, "commune"), "code %s was too long",
                             out->commune);
    if (strlen(out->from) != strlen(out->to) || strcmp(out->from, out->to) > 0)
        return config_refuse(ctx, file, map->line, "codes from %s to %s were no range", out->from,
                             out->to);
    return MAILLE_OK;
}

/* A number of characters. */
static maille_status read_length(maille_ctx *ctx, maille_yaml_file *file, const maille_yaml *map,
                                 const char *key, size_t *out) {
    double value = 0;
    maille_status status = maille_yaml_number(ctx, file, map, key, true, &value);
    if (status)
        return status;
    if (!(value >= 1 && value <= MOST_CHARACTERS) || value != floor(value))
        return config_refuse(ctx, file, config_line(map, key), "%s was no number of characters",
                             key);
    *out = (size_t)value;
    return MAILLE_OK;
}

static maille_status read_finer(maille_ctx *ctx, maille_yaml_file *file, const maille_yaml *map,
                                maille_finer_unit *out) {
    static const char *const keys[] = {"length", "commune", NULL};
    maille_status status;
    if ((status = maille_yaml_only(ctx, file, map, keys)) != MAILLE_OK ||
        (status = read_length(ctx, file, map, "length", &out->length)) != MAILLE_OK ||
        (status = read_length(ctx, file, map, "commune", &out->commune)) != MAILLE_OK)
        return status;
    if (out->commune >= out->length)
        return config_refuse(ctx, file, map->line,
                             "the code of a commune was as long as that of its part");
    return MAILLE_OK;
}

/* The commune of a range is no part itself: who goes from part to whole comes to an end. */
static maille_status judge_wholes(maille_ctx *ctx, const maille_unit_rules *rules,
                                  const maille_yaml *ranges) {
    char whole[33];
    for (size_t i = 0; i < rules->range_count; i++)
        if (maille_unit_whole(rules, rules->ranges[i].commune, whole))
            return config_refuse(ctx, rules->file, ranges->items[i]->line,
                                 "commune %s was a part of %s", rules->ranges[i].commune, whole);
    return MAILLE_OK;
}

static maille_status read_units(maille_ctx *ctx, maille_unit_rules *rules) {
    const maille_yaml *root = maille_yaml_root(rules->file);
    const maille_yaml *ranges = NULL, *finer = NULL;
    maille_status status;
    if ((status = config_list(ctx, rules->file, root, "arrondissements", false, &ranges)) !=
            MAILLE_OK ||
        (status = config_list(ctx, rules->file, root, "finer", false, &finer)) != MAILLE_OK)
        return status;
    rules->range_count = ranges ? ranges->count : 0;
    rules->finer_count = finer ? finer->count : 0;
    rules->ranges = config_alloc(rules->file, rules->range_count, sizeof *rules->ranges);
    rules->finer = config_alloc(rules->file, rules->finer_count, sizeof *rules->finer);
    if (!rules->ranges || !rules->finer)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < rules->range_count; i++)
        if ((status = read_range(ctx, rules->file, ranges->items[i], &rules->ranges[i])) !=
            MAILLE_OK)
            return status;
    for (size_t i = 0; i < rules->finer_count; i++)
        if ((status = read_finer(ctx, rules->file, finer->items[i], &rules->finer[i])) != MAILLE_OK)
            return status;
    return judge_wholes(ctx, rules, ranges);
}

maille_status maille_unit_rules_read(maille_ctx *ctx, const char *id, maille_unit_rules **out) {
    static const char *const keys[] = {"arrondissements", "finer", NULL};
    maille_yaml_file *file = NULL;
    void *block = NULL;
    maille_status status =
        config_begin_rules(ctx, "units", id, keys, sizeof(maille_unit_rules), &file, &block);
    if (status)
        return status;
    maille_unit_rules *rules = block;
    rules->file = file;
    status = read_units(ctx, rules);
    if (status)
        maille_yaml_free(file);
    else
        *out = rules;
    return status;
}

void maille_unit_rules_free(maille_unit_rules *rules) {
    if (rules)
        maille_yaml_free(rules->file);
}

bool maille_unit_whole(const maille_unit_rules *rules, const char *code, char whole[33]) {
    size_t length = strlen(code);
    for (size_t i = 0; i < rules->range_count; i++) {
        const maille_unit_range *r = &rules->ranges[i];
        if (length == strlen(r->from) && strcmp(code, r->from) >= 0 && strcmp(code, r->to) <= 0) {
            memcpy(whole, r->commune, strlen(r->commune) + 1);
            return true;
        }
    }
    for (size_t i = 0; i < rules->finer_count; i++)
        if (length == rules->finer[i].length) {
            memcpy(whole, code, rules->finer[i].commune);
            whole[rules->finer[i].commune] = '\0';
            return true;
        }
    return false;
}
