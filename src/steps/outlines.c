/* Outlines of sets of communes, and how they go into tables. */
#include "steps/outlines.h"

#include <maille/json.h>
#include <maille/memory.h>

maille_status outlines_new(maille_ctx *ctx, loads *l, const uint32_t *start,
                           const uint32_t *members, uint32_t count, remarks *r,
                           maille_shapes **out) {
    const communes *c = NULL;
    maille_dissolve_report report = {0};
    maille_status status = MAILLE_OK;
    TRY(load_communes(ctx, l, &c));
    TRY(maille_dissolve(ctx, c->lonlat, start, members, count, out, &report));
    if (r && report.by_union)
        TRY(remarks_add(ctx, r, "information", "contours-imparfaits", NULL,
                        "%u contours sur %u réunis par la voie lente : des communes se "
                        "chevauchaient (%u) ou laissaient un vide (%u)",
                        report.by_union, report.groups, report.overlapping, report.gaping));
done:
    return status;
}

maille_status set_outline(maille_ctx *ctx, maille_table *table, size_t row, size_t column,
                          const maille_shapes *shapes, uint32_t i) {
    maille_bytes wkb = {0};
    maille_status status = MAILLE_OK;
    if (shapes->part_start[i] == shapes->part_start[i + 1])
        return MAILLE_OK;
    TRY(maille_shapes_to_wkb(ctx, shapes, i, &wkb));
    TRY(maille_set_bytes(ctx, table, row, column, wkb.bytes, wkb.length));
done:
    maille_free((void *)(uintptr_t)wkb.bytes);
    return status;
}

maille_status set_texts(maille_ctx *ctx, maille_table *table, size_t row, size_t column,
                        const char *const *texts, uint32_t count) {
    maille_strbuf json = {0};
    maille_json_texts(&json, texts, count);
    maille_status status =
        json.failed ? maille_no_memory(ctx) : maille_set_text(ctx, table, row, column, json.text);
    maille_strbuf_free(&json);
    return status;
}

maille_status set_codes(maille_ctx *ctx, maille_table *table, size_t row, size_t column,
                        const char *const *names, const uint32_t *numbers, uint32_t count) {
    const char **texts = maille_alloc(count + 1u, sizeof *texts);
    if (!texts)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < count; i++)
        texts[i] = names[numbers[i]];
    maille_status status = set_texts(ctx, table, row, column, texts, count);
    maille_free((void *)texts);
    return status;
}

maille_status group_communes(maille_ctx *ctx, const uint32_t *group, uint32_t count,
                             uint32_t groups, uint32_t **start, uint32_t **members) {
    uint32_t *first = maille_alloc(groups + 2u, sizeof *first);
    uint32_t *list = maille_alloc(count + 1u, sizeof *list);
    if (!first || !list) {
        maille_free(first);
        maille_free(list);
        return maille_no_memory(ctx);
    }
    /* Counting sort with the counts two places ahead: after filling, first[g] is where g begins. */
    for (uint32_t i = 0; i < count; i++)
        if (group[i] != MAILLE_ABSENT && group[i] + 2 <= groups)
            first[group[i] + 2]++;
    for (uint32_t g = 2; g <= groups; g++)
        first[g] += first[g - 1];
    for (uint32_t i = 0; i < count; i++)
        if (group[i] != MAILLE_ABSENT)
            list[first[group[i] + 1]++] = i;
    *start = first;
    *members = list;
    return MAILLE_OK;
}
