/* Conditions, kept as long as the items that are asked for with them. */
#include "layers/items.h"

#include <maille/json.h>
#include <string.h>

const maille_filter *layers_keep(layers_binder *b, maille_filter filter) {
    maille_filter *kept = b->failed ? NULL : maille_arena_alloc(b->arena, sizeof *kept);
    if (!kept) {
        b->failed = true;
        return NULL;
    }
    *kept = filter;
    return kept;
}

const maille_filter *layers_compare(layers_binder *b, size_t of, const char *column,
                                    maille_filter_op op, maille_value value) {
    maille_value *kept = maille_arena_alloc(b->arena, sizeof *kept);
    if (!kept) {
        b->failed = true;
        return NULL;
    }
    *kept = value;
    return layers_keep(
        b, (maille_filter){.op = op, .of = of, .column = column, .values = kept, .count = 1});
}

const maille_filter *layers_combine(layers_binder *b, maille_filter_op op,
                                    const maille_filter *const *children, size_t count) {
    const maille_filter **kept = maille_arena_alloc(b->arena, (count + 1) * sizeof(void *));
    if (!kept) {
        b->failed = true;
        return NULL;
    }
    if (count > 0)
        memcpy(kept, children, count * sizeof(void *));
    return layers_keep(b, (maille_filter){.op = op, .children = kept, .count = count});
}

const maille_filter *layers_holds(layers_binder *b, size_t of, const char *column,
                                  const char *text) {
    maille_strbuf json = {0}, pattern = {0};
    maille_json_text(&json, text);
    maille_strbuf_add_char(&pattern, '%');
    for (const char *c = json.failed ? "" : json.text; *c; c++) {
        if (*c == '%' || *c == '_' || *c == '\\')
            maille_strbuf_add_char(&pattern, '\\');
        maille_strbuf_add_char(&pattern, *c);
    }
    maille_strbuf_add_char(&pattern, '%');
    bool ok = !json.failed && !pattern.failed;
    const char *kept = ok ? maille_arena_strdup(b->arena, pattern.text) : NULL;
    maille_strbuf_free(&json);
    maille_strbuf_free(&pattern);
    b->failed = b->failed || !kept;
    return layers_compare(b, of, column, MAILLE_F_LIKE, maille_text_value(kept));
}

const maille_filter *layers_meets(layers_binder *b, maille_probe *probe, bool is_box) {
    maille_box box = maille_probe_extent(probe);
    if (!MAILLE_VEC_PUSH(&b->probes, probe)) {
        maille_probe_free(probe);
        b->failed = true;
        return NULL;
    }
    return layers_keep(b, (maille_filter){.op = MAILLE_F_MEETS,
                                          .of = b->plan->geometry_source,
                                          .column = b->plan->geometry_column,
                                          .meets = {box.min_x, box.min_y, box.max_x, box.max_y,
                                                    maille_probe_meets, probe, is_box}});
}

maille_status layers_meets_box(layers_binder *b, const double box[4], const maille_filter **out) {
    bool across = box[0] > box[2];
    const double west[] = {box[0], -180}, east[] = {180, box[2]};
    const maille_filter *sides[2] = {NULL, NULL};
    if (!b->plan->geometry_column)
        return maille_fail(b->ctx, MAILLE_USAGE, "layer \"%s\" had no geometry to be met by a box",
                           b->plan->def->id);
    for (size_t i = 0; i < (across ? 2 : 1); i++) {
        maille_probe *probe = NULL;
        maille_status status =
            across ? maille_probe_from_box(b->ctx, west[i], box[1], east[i], box[3], &probe)
                   : maille_probe_from_box(b->ctx, box[0], box[1], box[2], box[3], &probe);
        if (status)
            return status;
        sides[i] = layers_meets(b, probe, true);
    }
    *out = across ? layers_combine(b, MAILLE_F_OR, sides, 2) : sides[0];
    return b->failed ? maille_no_memory(b->ctx) : MAILLE_OK;
}
