/* The perimeters that an audience may see, as plain arrays. No step asks for others. */
#include "steps/loads.h"
#include "steps/step.h"

#include <maille/memory.h>
#include <string.h>

void seen_perimeters_free(seen_perimeters *p) {
    if (!p)
        return;
    maille_free(p->sets.start);
    maille_free(p->sets.member);
    maille_free(p->sets.share);
    maille_free(p->id);
    maille_free(p->published);
    maille_table_free(p->table);
    maille_free(p);
}

/* Rows of `table` (perimeter) that the audience sees become the sets' order: id, name … in `p`. */
static maille_status choose_seen(maille_ctx *ctx, loads *l, maille_audience audience,
                                 seen_perimeters *p, maille_names *number) {
    const maille_publication_rules *rules = NULL;
    maille_status status = MAILLE_OK;
    size_t rows = p->table->rows;
    const char **statuses = p->table->columns[2].texts;
    unsigned char *sees = maille_alloc(rows + 1, 1), *published = maille_alloc(rows + 1, 1);
    const char **texts = maille_alloc(4 * (rows + 1), sizeof *texts);
    if (!sees || !published || !texts) {
        maille_free((void *)texts);
        maille_free(published);
        status = maille_no_memory(ctx);
        goto done;
    }
    p->id = texts;
    p->name = texts + (rows + 1);
    p->status = texts + 2 * (rows + 1);
    p->contact = texts + 3 * (rows + 1);
    p->published = published;
    TRY(load_publication(ctx, l, &rules));
    maille_audience_sees(rules, audience, statuses, rows, sees);
    maille_audience_sees(rules, MAILLE_PUBLIC, statuses, rows, published);
    uint32_t n = 0;
    for (size_t row = 0; row < rows; row++) {
        if (!sees[row])
            continue;
        p->id[n] = p->table->columns[0].texts[row];
        p->name[n] = p->table->columns[1].texts[row];
        p->status[n] = statuses[row];
        p->contact[n] = p->table->columns[3].texts[row];
        p->published[n] = published[row];
        if (!maille_names_set(number, p->id[n], n)) {
            status = maille_no_memory(ctx);
            goto done;
        }
        n++;
    }
    p->sets.count = n;
done:
    maille_free(sees);
    return status;
}

/* Members as CSR. Rows come in order of (perimeter, code); codes ascend like commune numbers. */
static maille_status fill_members(maille_ctx *ctx, const communes *c, const maille_names *number,
                                  const maille_table *rows, seen_perimeters *p) {
    maille_perimeters *sets = &p->sets;
    sets->start = maille_alloc(sets->count + 1u, sizeof *sets->start);
    sets->member = maille_alloc(rows->rows + 1, sizeof *sets->member);
    sets->share = maille_alloc(rows->rows + 1, sizeof *sets->share);
    if (!sets->start || !sets->member || !sets->share)
        return maille_no_memory(ctx);
    uint32_t n = 0, current = 0;
    for (size_t row = 0; row < rows->rows; row++) {
        uint32_t perimeter = maille_names_get(number, rows->columns[0].texts[row]);
        uint32_t commune = maille_names_get(c->number, rows->columns[1].texts[row]);
        if (perimeter == MAILLE_ABSENT)
            continue;
        if (commune == MAILLE_ABSENT) {
            p->unknown_members++;
            continue;
        }
        while (current < perimeter)
            sets->start[++current] = n;
        sets->member[n] = commune;
        sets->share[n++] = rows->columns[2].reals[row];
    }
    while (current < sets->count)
        sets->start[++current] = n;
    return MAILLE_OK;
}

static maille_status read_perimeters(maille_ctx *ctx, loads *l, maille_audience audience,
                                     seen_perimeters *p) {
    static const char *const columns[] = {"id", "name", "status", "contact"};
    static const char *const member_columns[] = {"perimeter_id", "code", "share"};
    maille_value kind = maille_text_value("cpts");
    maille_filter filter = maille_equals("kind", &kind);
    maille_query query = {
        .table = "perimeter", .columns = columns, .column_count = 4, .filter = &filter};
    maille_query members = {
        .table = "perimeter_member", .columns = member_columns, .column_count = 3};
    maille_status status = MAILLE_OK;
    maille_table *rows = NULL;
    maille_names *number = NULL;
    const communes *c = NULL;
    TRY(load_communes(ctx, l, &c));
    TRY(maille_store_read(ctx, loads_store(l), &query, &p->table));
    TRY(maille_store_read(ctx, loads_store(l), &members, &rows));
    number = maille_names_new(p->table->rows);
    if (!number) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(choose_seen(ctx, l, audience, p, number));
    TRY(fill_members(ctx, c, number, rows, p));
done:
    maille_names_free(number);
    maille_table_free(rows);
    return status;
}

maille_status seen_perimeters_new(maille_ctx *ctx, loads *l, maille_audience audience,
                                  seen_perimeters **out) {
    seen_perimeters *p = maille_alloc(1, sizeof *p);
    if (!p)
        return maille_no_memory(ctx);
    maille_status status = read_perimeters(ctx, l, audience, p);
    if (status != MAILLE_OK) {
        seen_perimeters_free(p);
        return status;
    }
    *out = p;
    return MAILLE_OK;
}
