/* The life of a perimeter, and THE choice of what an audience may see. */
#include "config/rules.h"

#include <maille/memory.h>
#include <maille/text.h>
#include <string.h>

static maille_status read_status(maille_ctx *ctx, maille_yaml_file *file, const maille_yaml *map,
                                 maille_perimeter_status *out) {
    static const char *const keys[] = {"id", "title", "published", "active", "also", NULL};
    maille_status status;
    if ((status = maille_yaml_only(ctx, file, map, keys)) != MAILLE_OK ||
        (status = maille_yaml_text(ctx, file, map, "id", true, &out->id)) != MAILLE_OK ||
        (status = config_title(ctx, file, map, "title", true, &out->title)) != MAILLE_OK)
        return status;
    if (!maille_yaml_get(map, "published"))
        return config_refuse(ctx, file, map->line, "key \"published\" was missing");
    if ((status = maille_yaml_bool(ctx, file, map, "published", true, &out->published)) !=
        MAILLE_OK)
        return status;
    out->active = true;
    if (maille_yaml_get(map, "active") &&
        (status = maille_yaml_bool(ctx, file, map, "active", false, &out->active)) != MAILLE_OK)
        return status;
    if (out->published && !out->active)
        return config_refuse(ctx, file, map->line, "status \"%s\" was published and not active",
                             out->id);
    return config_texts(ctx, file, map, "also", false, &out->also, &out->also_count);
}

static maille_status read_statuses(maille_ctx *ctx, maille_publication_rules *rules) {
    const maille_yaml *list = NULL;
    maille_status status =
        config_list(ctx, rules->file, maille_yaml_root(rules->file), "statuses", true, &list);
    if (status)
        return status;
    if (!(rules->statuses = config_alloc(rules->file, list->count, sizeof *rules->statuses)))
        return maille_no_memory(ctx);
    for (size_t i = 0; i < list->count; i++) {
        status = read_status(ctx, rules->file, list->items[i], &rules->statuses[i]);
        if (status)
            return status;
        for (size_t k = 0; k < i; k++)
            if (strcmp(rules->statuses[k].id, rules->statuses[i].id) == 0)
                return config_refuse(ctx, rules->file, list->items[i]->line,
                                     "status \"%s\" stood twice", rules->statuses[i].id);
    }
    rules->count = list->count;
    return MAILLE_OK;
}

maille_status maille_publication_rules_read(maille_ctx *ctx, const char *id,
                                            maille_publication_rules **out) {
    static const char *const keys[] = {"statuses", NULL};
    maille_yaml_file *file = NULL;
    void *block = NULL;
    maille_status status = config_begin_rules(ctx, "publication", id, keys,
                                              sizeof(maille_publication_rules), &file, &block);
    if (status)
        return status;
    maille_publication_rules *rules = block;
    rules->file = file;
    status = read_statuses(ctx, rules);
    if (status)
        maille_yaml_free(file);
    else
        *out = rules;
    return status;
}

void maille_publication_rules_free(maille_publication_rules *rules) {
    if (rules)
        maille_yaml_free(rules->file);
}

static bool same_slug(const char *slug, const char *text) {
    char *other = maille_slug(text);
    bool same = other && strcmp(slug, other) == 0;
    maille_free(other);
    return same;
}

const maille_perimeter_status *maille_publication_status(const maille_publication_rules *rules,
                                                         const char *text) {
    const maille_perimeter_status *found = NULL;
    char *slug = maille_slug(text);
    if (!slug || !*slug)
        goto done;
    for (size_t i = 0; i < rules->count && !found; i++) {
        const maille_perimeter_status *s = &rules->statuses[i];
        bool same = same_slug(slug, s->id) || same_slug(slug, s->title.fr);
        for (size_t k = 0; k < s->also_count && !same; k++)
            same = same_slug(slug, s->also[k]);
        if (same)
            found = s;
    }
done:
    maille_free(slug);
    return found;
}

const char *maille_audience_name(maille_audience audience) {
    return audience == MAILLE_PUBLIC ? "public" : "interne";
}

maille_status maille_audience_parse(maille_ctx *ctx, const char *text, maille_audience *out) {
    for (maille_audience a = MAILLE_INTERNE; a <= MAILLE_PUBLIC; a++)
        if (strcmp(text, maille_audience_name(a)) == 0) {
            *out = a;
            return MAILLE_OK;
        }
    return maille_fail(ctx, MAILLE_USAGE, "audience \"%s\" was neither interne nor public", text);
}

const maille_perimeter_status *maille_status_of_id(const maille_publication_rules *rules,
                                                   const char *id) {
    for (size_t i = 0; i < rules->count && id; i++)
        if (strcmp(rules->statuses[i].id, id) == 0)
            return &rules->statuses[i];
    return NULL;
}

bool maille_status_active(const maille_publication_rules *rules, const char *status) {
    const maille_perimeter_status *known = maille_status_of_id(rules, status);
    return !known || known->active;
}

static bool published(const maille_publication_rules *rules, const char *status) {
    const maille_perimeter_status *known = maille_status_of_id(rules, status);
    return known && known->published;
}

void maille_audience_sees(const maille_publication_rules *rules, maille_audience audience,
                          const char *const *statuses, size_t count, unsigned char *sees) {
    for (size_t i = 0; i < count; i++)
        sees[i] = audience == MAILLE_INTERNE || published(rules, statuses[i]);
}
