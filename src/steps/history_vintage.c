/* Perimeters whose codes are of another vintage than the study's communes, carried to theirs. */
#include "steps/history_reference.h"
#include "steps/history_rows.h"
#include "steps/passage.h"
#include "steps/step.h"

#include <maille/vec.h>
#include <stdlib.h>
#include <string.h>

enum { YEAR = 4 };

maille_status study_vintage(maille_ctx *ctx, maille_store *store, char **out) {
    static const char *const columns[] = {"vintage"};
    maille_table *imports = NULL;
    maille_status status = MAILLE_OK;
    row_filter of_communes;
    *out = NULL;
    row_where(&of_communes, "kind", "communes");
    TRY(rows_of(ctx, store, "import", columns, 1, &of_communes.all, &imports));
    for (size_t row = 0; row < imports->rows && !*out; row++)
        if (imports->columns[0].texts[row] &&
            !(*out = maille_strdup(imports->columns[0].texts[row])))
            status = maille_no_memory(ctx);
done:
    maille_table_free(imports);
    return status;
}

void carrier_clear(carrier *c) {
    passage_free(c->way);
    loads_free(c->loads);
    maille_free(c->to);
    maille_free(c->from);
    *c = (carrier){0};
}

static maille_status find_way(maille_ctx *ctx, maille_store *store, carrier *c,
                              const char *vintage) {
    maille_status status = MAILLE_OK;
    bool no_way;
    if (c->way && strcmp(c->from, vintage) == 0)
        return MAILLE_OK;
    passage_free(c->way);
    maille_free(c->from);
    c->way = NULL;
    c->from = maille_strdup(vintage);
    if (!c->from)
        return maille_no_memory(ctx);
    if (!c->loads)
        TRY(loads_new(ctx, store, &c->loads));
    TRY(passage_new(ctx, c->loads, vintage, &c->way, &no_way));
done:
    return status;
}

/* A member and the place of the one that it was before. */
typedef struct {
    maille_member member;
    uint32_t place;
} carried;
typedef MAILLE_VEC(carried) members;

static int by_code(const void *a, const void *b) {
    const carried *x = a, *y = b;
    int order = strcmp(x->member.code, y->member.code);
    return order != 0 ? order : x->place < y->place ? -1 : x->place > y->place;
}

/* Members of one code become one, as in step `members`: the largest share, shared on purpose when
 * one of them was, in the sub-zone of the first that was in one. */
static uint32_t merge_members(members *all, maille_member *out) {
    uint32_t n = 0;
    if (all->count)
        qsort(all->items, all->count, sizeof *all->items, by_code);
    for (size_t i = 0; i < all->count; i++) {
        const maille_member *m = &all->items[i].member;
        if (n == 0 || strcmp(out[n - 1].code, m->code) != 0) {
            out[n++] = *m;
            continue;
        }
        maille_member *kept = &out[n - 1];
        kept->share = kept->share < m->share ? m->share : kept->share;
        kept->on_purpose = kept->on_purpose || m->on_purpose;
        kept->reason = kept->reason ? kept->reason : m->reason;
        kept->zone = kept->zone ? kept->zone : m->zone;
    }
    return n;
}

static maille_status carry_members(maille_ctx *ctx, carrier *c, maille_perimeter *perimeter,
                                   members *all) {
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; i < perimeter->member_count; i++) {
        const heir *heirs = NULL;
        size_t count = 0;
        TRY(passage_heirs(ctx, c->way, perimeter->members[i].code, &heirs, &count));
        for (size_t h = 0; h < count; h++) {
            carried m = {perimeter->members[i], i};
            m.member.code = maille_arena_strdup(perimeter->arena, heirs[h].code);
            if (!m.member.code || !MAILLE_VEC_PUSH(all, m)) {
                status = maille_no_memory(ctx);
                goto done;
            }
        }
    }
done:
    return status;
}

maille_status carrier_carry(maille_ctx *ctx, maille_store *store, carrier *c, const char *vintage,
                            maille_perimeter *perimeter) {
    maille_status status = MAILLE_OK;
    members all = {0};
    if (!vintage)
        return MAILLE_OK;
    if (!c->ready)
        TRY(study_vintage(ctx, store, &c->to));
    c->ready = true;
    if (!c->to || strncmp(c->to, vintage, YEAR) == 0)
        return MAILLE_OK;
    TRY(find_way(ctx, store, c, vintage));
    TRY(carry_members(ctx, c, perimeter, &all));
    maille_member *out = maille_arena_alloc(perimeter->arena, (all.count + 1) * sizeof *out);
    if (!out) {
        status = maille_no_memory(ctx);
        goto done;
    }
    perimeter->member_count = merge_members(&all, out);
    perimeter->members = out;
done:
    MAILLE_VEC_FREE(&all);
    return status;
}
