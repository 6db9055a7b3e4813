/* Reading a speed profile. */
#include "network/profile.h"

#include <string.h>

#include <maille/memory.h>
#include <maille/text.h>
#include <maille/yaml.h>

void network_profile_free(network_profile *profile) {
    if (!profile)
        return;
    network_speeds *const speeds[] = {&profile->speeds, &profile->two_way,   &profile->opened,
                                      &profile->limits, &profile->two_lanes, &profile->services,
                                      &profile->zones};
    network_words *const words[] = {&profile->limit_keys,      &profile->access_keys,
                                    &profile->access_denied,   &profile->closing,
                                    &profile->one_way_keys,    &profile->barriers_open,
                                    &profile->barriers_closed, &profile->turn_modes};
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++)
        maille_free(speeds[i]->items);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        maille_free(words[i]->items);
    for (size_t i = 0; i < profile->cap_count; i++)
        maille_free(profile->caps[i].speeds.items);
    for (size_t i = 0; i < BD_COLUMNS; i++) {
        maille_free(profile->bd_topo.closed[i].items);
        maille_free(profile->bd_topo.only[i].items);
    }
    maille_free(profile->caps);
    maille_yaml_free(profile->file);
    maille_free(profile);
}

static maille_status refuse(maille_ctx *ctx, const network_profile *profile, int line,
                            const char *what) {
    return maille_fail(ctx, MAILLE_REFUSED, "%s: line %d: %s", maille_yaml_path(profile->file),
                       line, what);
}

/* A map of words to speeds. */
static maille_status parse_speeds(maille_ctx *ctx, const network_profile *profile,
                                  const maille_yaml *map, network_speeds *out) {
    if (map->kind != MAILLE_YAML_MAP)
        return refuse(ctx, profile, map->line, "a table of words and km/h was expected");
    out->items = maille_alloc(map->count, sizeof *out->items);
    if (!out->items)
        return maille_no_memory(ctx);
    out->count = map->count;
    for (size_t i = 0; i < map->count; i++) {
        const maille_yaml *value = map->items[i];
        out->items[i].word = map->keys[i];
        if (value->kind != MAILLE_YAML_SCALAR ||
            !maille_parse_number(value->text, &out->items[i].kmh) || !(out->items[i].kmh > 0))
            return refuse(ctx, profile, value->line, "a speed was not a number above 0");
    }
    return MAILLE_OK;
}

static maille_status parse_words(maille_ctx *ctx, const network_profile *profile,
                                 const maille_yaml *list, network_words *out) {
    if (list->kind != MAILLE_YAML_LIST)
        return refuse(ctx, profile, list->line, "a list of words was expected");
    out->items = maille_alloc(list->count, sizeof *out->items);
    if (!out->items)
        return maille_no_memory(ctx);
    out->count = list->count;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->kind != MAILLE_YAML_SCALAR)
            return refuse(ctx, profile, list->items[i]->line, "a word was expected");
        out->items[i] = list->items[i]->text;
    }
    return MAILLE_OK;
}

static maille_status read_speeds(maille_ctx *ctx, const network_profile *profile,
                                 const maille_yaml *root, const char *key, bool required,
                                 network_speeds *out) {
    const maille_yaml *map = maille_yaml_get(root, key);
    if (!map)
        return required ? refuse(ctx, profile, root->line, "a speed table was missing") : MAILLE_OK;
    return parse_speeds(ctx, profile, map, out);
}

static maille_status read_words(maille_ctx *ctx, const network_profile *profile,
                                const maille_yaml *root, const char *key, bool required,
                                network_words *out) {
    const maille_yaml *list = maille_yaml_get(root, key);
    if (!list)
        return required ? refuse(ctx, profile, root->line, "a list of words was missing")
                        : MAILLE_OK;
    return parse_words(ctx, profile, list, out);
}

/* Key "caps_kmh: {surface: {gravel: 40}, tracktype: {…}}". */
static maille_status read_caps(maille_ctx *ctx, network_profile *p, const maille_yaml *root) {
    const maille_yaml *map = maille_yaml_get(root, "caps_kmh");
    maille_status status = MAILLE_OK;
    if (!map)
        return MAILLE_OK;
    if (map->kind != MAILLE_YAML_MAP)
        return refuse(ctx, p, map->line, "a table of tags was expected");
    p->caps = maille_alloc(map->count, sizeof *p->caps);
    if (!p->caps)
        return maille_no_memory(ctx);
    p->cap_count = map->count;
    for (size_t i = 0; i < map->count && !status; i++) {
        p->caps[i].key = map->keys[i];
        status = parse_speeds(ctx, p, map->items[i], &p->caps[i].speeds);
    }
    return status;
}

/* Lists of values by BD TOPO's columns. */
static maille_status read_columns(maille_ctx *ctx, network_profile *p, const maille_yaml *root,
                                  const char *key, network_words out[BD_COLUMNS]) {
    static const char *const columns[BD_COLUMNS + 1] = {"nature", "acces_vehicule_leger",
                                                        "acces_pieton", "etat_de_l_objet", NULL};
    const maille_yaml *map = maille_yaml_get(root, key);
    maille_status status = MAILLE_OK;
    if (!map)
        return MAILLE_OK;
    if (map->kind != MAILLE_YAML_MAP)
        return refuse(ctx, p, map->line, "a table of columns and their values was expected");
    MAILLE_TRY(maille_yaml_only(ctx, p->file, map, columns));
    for (size_t i = 0; i < BD_COLUMNS; i++)
        MAILLE_TRY(read_words(ctx, p, map, columns[i], false, &out[i]));
done:
    return status;
}

/* Key "bd_topo: {kmh, least_kmh, closed: {nature: […]}, only: {…}}". */
static maille_status read_bd_topo(maille_ctx *ctx, network_profile *p, const maille_yaml *root) {
    static const char *const known[] = {"kmh", "least_kmh", "closed", "only", NULL};
    const maille_yaml *map = maille_yaml_get(root, "bd_topo");
    network_bd_topo *bd = &p->bd_topo;
    maille_status status = MAILLE_OK;
    if (!map)
        return MAILLE_OK;
    if (map->kind != MAILLE_YAML_MAP)
        return refuse(ctx, p, map->line, "a table about BD TOPO was expected");
    bd->given = true;
    MAILLE_TRY(maille_yaml_only(ctx, p->file, map, known));
    MAILLE_TRY(maille_yaml_number(ctx, p->file, map, known[0], false, &bd->kmh));
    MAILLE_TRY(maille_yaml_number(ctx, p->file, map, known[1], false, &bd->least_kmh));
    if (!(bd->kmh >= 0 && bd->least_kmh >= 0)) {
        status = refuse(ctx, p, map->line, "a speed was below 0");
        goto done;
    }
    MAILLE_TRY(read_columns(ctx, p, map, known[2], bd->closed));
    MAILLE_TRY(read_columns(ctx, p, map, known[3], bd->only));
done:
    return status;
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
    MAILLE_TRY(read_words(ctx, p, map, "restrictions", true, &p->turn_modes));
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

static maille_status read_barriers(maille_ctx *ctx, network_profile *p, const maille_yaml *root) {
    maille_status status = MAILLE_OK;
    p->only_open = maille_yaml_get(root, "barriers_open") != NULL;
    p->only_closed = maille_yaml_get(root, "barriers_closed") != NULL;
    if (p->only_open && p->only_closed)
        return refuse(ctx, p, root->line, "barriers_open and barriers_closed were both given");
    MAILLE_TRY(read_words(ctx, p, root, "barriers_open", false, &p->barriers_open));
    MAILLE_TRY(read_words(ctx, p, root, "barriers_closed", false, &p->barriers_closed));
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
    MAILLE_TRY(read_speeds(ctx, p, root, "service_kmh", false, &p->services));
    MAILLE_TRY(read_speeds(ctx, p, root, "zone_kmh", false, &p->zones));
    MAILLE_TRY(read_speeds(ctx, p, root, "two_way_kmh", false, &p->two_way));
    MAILLE_TRY(read_speeds(ctx, p, root, "two_lanes_kmh", false, &p->two_lanes));
    MAILLE_TRY(read_speeds(ctx, p, root, "opened_kmh", false, &p->opened));
    MAILLE_TRY(read_words(ctx, p, root, "closing", false, &p->closing));
    MAILLE_TRY(maille_yaml_bool(ctx, p->file, root, "areas", false, &p->areas));
    MAILLE_TRY(read_caps(ctx, p, root));
    MAILLE_TRY(read_barriers(ctx, p, root));
    MAILLE_TRY(read_bd_topo(ctx, p, root));
    MAILLE_TRY(read_driven(ctx, p, root));
    MAILLE_TRY(read_turns(ctx, p, root));
done:
    return status;
}

maille_status network_profile_read(maille_ctx *ctx, const char *path, network_profile **out) {
    static const char *const known[] = {"id",
                                        "title",
                                        "source",
                                        "valid_from",
                                        "one_way_keys",
                                        "ferry_kmh",
                                        "speeds_kmh",
                                        "two_way_kmh",
                                        "two_lanes_kmh",
                                        "opened_kmh",
                                        "limits_kmh",
                                        "limit_keys",
                                        "access_keys",
                                        "access_denied",
                                        "closing",
                                        "driven_roads",
                                        "factor",
                                        "service_kmh",
                                        "zone_kmh",
                                        "caps_kmh",
                                        "areas",
                                        "barriers_open",
                                        "barriers_closed",
                                        "turns",
                                        "bd_topo",
                                        NULL};
    maille_status status = MAILLE_OK;
    *out = NULL;
    network_profile *p = maille_alloc(1, sizeof *p);
    if (!p)
        return maille_no_memory(ctx);
    MAILLE_TRY(maille_yaml_read(ctx, path, &p->file));
    const maille_yaml *root = maille_yaml_root(p->file);
    MAILLE_TRY(maille_yaml_only(ctx, p->file, root, known));
    MAILLE_TRY(read_words(ctx, p, root, "one_way_keys", true, &p->one_way_keys));
    MAILLE_TRY(maille_yaml_number(ctx, p->file, root, "ferry_kmh", true, &p->ferry_kmh));
    if (!(p->ferry_kmh > 0)) {
        status = refuse(ctx, p, root->line, "ferry_kmh was not above 0");
        goto done;
    }
    MAILLE_TRY(read_speeds(ctx, p, root, "speeds_kmh", true, &p->speeds));
    MAILLE_TRY(read_speeds(ctx, p, root, "limits_kmh", true, &p->limits));
    MAILLE_TRY(read_more(ctx, p, root));
    MAILLE_TRY(read_words(ctx, p, root, "limit_keys", true, &p->limit_keys));
    MAILLE_TRY(read_words(ctx, p, root, "access_keys", true, &p->access_keys));
    MAILLE_TRY(read_words(ctx, p, root, "access_denied", true, &p->access_denied));
    *out = p;
    p = NULL;
done:
    network_profile_free(p);
    return status;
}
