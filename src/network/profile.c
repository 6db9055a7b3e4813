/* Reading a speed profile. */
#include "network/profile.h"

#include <string.h>

#include <maille/memory.h>
#include <maille/text.h>
#include <maille/yaml.h>

void network_profile_free(network_profile *profile) {
    if (!profile)
        return;
    maille_free(profile->speeds);
    maille_free(profile->limits);
    maille_free(profile->limit_keys);
    maille_free(profile->access_keys);
    maille_free(profile->access_denied);
    maille_free(profile->services);
    maille_free(profile->zones);
    maille_free(profile->barriers_open);
    maille_free(profile->turn_modes);
    maille_yaml_free(profile->file);
    maille_free(profile);
}

static maille_status refuse(maille_ctx *ctx, const network_profile *profile, int line,
                            const char *what) {
    return maille_fail(ctx, MAILLE_REFUSED, "%s: line %d: %s", maille_yaml_path(profile->file),
                       line, what);
}

/* A map of words to speeds. */
static maille_status read_speeds(maille_ctx *ctx, const network_profile *profile,
                                 const maille_yaml *root, const char *key, network_speed **out,
                                 size_t *count) {
    const maille_yaml *map = maille_yaml_get(root, key);
    if (!map)
        return refuse(ctx, profile, root->line, "a speed table was missing");
    if (map->kind != MAILLE_YAML_MAP)
        return refuse(ctx, profile, map->line, "a table of words and km/h was expected");
    *out = maille_alloc(map->count, sizeof **out);
    if (!*out)
        return maille_no_memory(ctx);
    *count = map->count;
    for (size_t i = 0; i < map->count; i++) {
        const maille_yaml *value = map->items[i];
        (*out)[i].word = map->keys[i];
        if (value->kind != MAILLE_YAML_SCALAR ||
            !maille_parse_number(value->text, &(*out)[i].kmh) || !((*out)[i].kmh > 0))
            return refuse(ctx, profile, value->line, "a speed was not a number above 0");
    }
    return MAILLE_OK;
}

static maille_status read_words(maille_ctx *ctx, const network_profile *profile,
                                const maille_yaml *root, const char *key, const char ***out,
                                size_t *count) {
    const maille_yaml *list = maille_yaml_get(root, key);
    if (!list)
        return refuse(ctx, profile, root->line, "a list of words was missing");
    if (list->kind != MAILLE_YAML_LIST)
        return refuse(ctx, profile, list->line, "a list of words was expected");
    *out = maille_alloc(list->count, sizeof **out);
    if (!*out)
        return maille_no_memory(ctx);
    *count = list->count;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->kind != MAILLE_YAML_SCALAR)
            return refuse(ctx, profile, list->items[i]->line, "a word was expected");
        (*out)[i] = list->items[i]->text;
    }
    return MAILLE_OK;
}

static maille_status read_driven(maille_ctx *ctx, network_profile *p, const maille_yaml *root) {
    static const char *const known[] = {"kmh", "closed_above_kmh", NULL};
    const maille_yaml *map = maille_yaml_get(root, "driven_roads");
    maille_status status = MAILLE_OK;
    if (!map)
        return MAILLE_OK;
    if (map->kind != MAILLE_YAML_MAP)
        return refuse(ctx, p, map->line, "a table of speeds was expected");
    if ((status = maille_yaml_only(ctx, p->file, map, known)) ||
        (status = maille_yaml_number(ctx, p->file, map, known[0], true, &p->driven_kmh)) ||
        (status = maille_yaml_number(ctx, p->file, map, known[1], true, &p->closed_above_kmh)))
        return status;
    return p->driven_kmh > 0 && p->closed_above_kmh > 0
               ? MAILLE_OK
               : refuse(ctx, p, map->line, "a speed was not a number above 0");
}

/* Seconds that something takes; 0 where the profile does not tell. */
static maille_status read_seconds(maille_ctx *ctx, network_profile *p, const maille_yaml *map,
                                  const char *key, double *out) {
    maille_status status = maille_yaml_number(ctx, p->file, map, key, false, out);
    if (!status && !(*out >= 0 && *out <= 3600))
        status = refuse(ctx, p, map->line, "a turn took less than 0 s or more than an hour");
    return status;
}

/* Key "turns: {restrictions: […], u_turns: anywhere|dead_ends, signals_s: …}". */
static maille_status read_turns(maille_ctx *ctx, network_profile *p, const maille_yaml *root) {
    static const char *const known[] = {"restrictions", "u_turns", "signals_s", "level_crossing_s",
                                        "left_s",       "right_s", "u_turn_s",  NULL};
    double *const seconds[] = {&p->signals_s, &p->level_crossing_s, &p->left_s, &p->right_s,
                               &p->u_turn_s};
    const maille_yaml *map = maille_yaml_get(root, "turns");
    const char *u_turns = NULL;
    maille_status status = MAILLE_OK;
    if (!map)
        return MAILLE_OK;
    if (map->kind != MAILLE_YAML_MAP)
        return refuse(ctx, p, map->line, "a table of turns was expected");
    MAILLE_TRY(maille_yaml_only(ctx, p->file, map, known));
    MAILLE_TRY(read_words(ctx, p, map, "restrictions", &p->turn_modes, &p->turn_mode_count));
    MAILLE_TRY(maille_yaml_text(ctx, p->file, map, "u_turns", true, &u_turns));
    p->u_turns_at_dead_ends = strcmp(u_turns, "dead_ends") == 0;
    if (!p->u_turns_at_dead_ends && strcmp(u_turns, "anywhere") != 0) {
        status = refuse(ctx, p, map->line, "u_turns was neither anywhere nor dead_ends");
        goto done;
    }
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
        MAILLE_TRY(read_seconds(ctx, p, map, known[i + 2], seconds[i]));
done:
    return status;
}

/* Keys that a profile may leave out. */
static maille_status read_more(maille_ctx *ctx, network_profile *p, const maille_yaml *root) {
    maille_status status = MAILLE_OK;
    p->factor = 1;
    MAILLE_TRY(maille_yaml_number(ctx, p->file, root, "factor", false, &p->factor));
    if (!(p->factor > 0 && p->factor <= 1)) {
        status = refuse(ctx, p, root->line, "factor was not above 0 and at most 1");
        goto done;
    }
    if (maille_yaml_get(root, "service_kmh"))
        MAILLE_TRY(read_speeds(ctx, p, root, "service_kmh", &p->services, &p->service_count));
    if (maille_yaml_get(root, "zone_kmh"))
        MAILLE_TRY(read_speeds(ctx, p, root, "zone_kmh", &p->zones, &p->zone_count));
    p->barriers_close = maille_yaml_get(root, "barriers_open") != NULL;
    if (p->barriers_close)
        MAILLE_TRY(
            read_words(ctx, p, root, "barriers_open", &p->barriers_open, &p->barriers_open_count));
    MAILLE_TRY(read_driven(ctx, p, root));
    MAILLE_TRY(read_turns(ctx, p, root));
done:
    return status;
}

maille_status network_profile_read(maille_ctx *ctx, const char *path, network_profile **out) {
    static const char *const known[] = {
        "id",         "title",       "source",     "valid_from",    "one_way",       "ferry_kmh",
        "speeds_kmh", "limits_kmh",  "limit_keys", "access_keys",   "access_denied", "driven_roads",
        "factor",     "service_kmh", "zone_kmh",   "barriers_open", "turns",         NULL};
    maille_status status;
    *out = NULL;
    network_profile *p = maille_alloc(1, sizeof *p);
    if (!p)
        return maille_no_memory(ctx);
    status = maille_yaml_read(ctx, path, &p->file);
    if (status)
        goto done;
    const maille_yaml *root = maille_yaml_root(p->file);
    status = maille_yaml_only(ctx, p->file, root, known);
    if (!status)
        status = maille_yaml_bool(ctx, p->file, root, "one_way", true, &p->one_way);
    if (!status)
        status = maille_yaml_number(ctx, p->file, root, "ferry_kmh", true, &p->ferry_kmh);
    if (!status && !(p->ferry_kmh > 0))
        status = refuse(ctx, p, root->line, "ferry_kmh was not above 0");
    if (!status)
        status = read_speeds(ctx, p, root, "speeds_kmh", &p->speeds, &p->speed_count);
    if (!status)
        status = read_speeds(ctx, p, root, "limits_kmh", &p->limits, &p->limit_count);
    if (!status)
        status = read_more(ctx, p, root);
    if (!status)
        status = read_words(ctx, p, root, "limit_keys", &p->limit_keys, &p->limit_key_count);
    if (!status)
        status = read_words(ctx, p, root, "access_keys", &p->access_keys, &p->access_key_count);
    if (!status)
        status =
            read_words(ctx, p, root, "access_denied", &p->access_denied, &p->access_denied_count);
    if (status)
        goto done;
    *out = p;
    p = NULL;
done:
    network_profile_free(p);
    return status;
}
