/* The perimeters that an audience may see, as plain arrays. No step asks for others. */
#include "steps/loads.h"
#include "steps/step.h"

#include <maille/memory.h>
#include <string.h>

enum { ID, KIND, NAME, STATUS, CONTACT };

void seen_perimeters_free(seen_perimeters *p) {
    if (!p)
        return;
    maille_free(p->sets.start);
    maille_free(p->sets.member);
    maille_free(p->sets.share);
    maille_free(p->id);
    maille_free(p->published);
    maille_free(p->on_purpose);
    maille_free(p->lost_start);
    maille_free((void *)p->lost_code);
    maille_table_free(p->table);
    maille_table_free(p->statuses);
    maille_table_free(p->members);
    maille_free(p);
}

static maille_status make_arrays(maille_ctx *ctx, seen_perimeters *p) {
    size_t rows = p->table->rows + 1;
    const char **texts = maille_alloc(6 * rows, sizeof *texts);
    unsigned char *flags = maille_alloc(2 * rows, 1);
    p->id = texts;
    p->published = flags;
    if (!texts || !flags)
        return maille_no_memory(ctx);
    p->kind = texts + rows;
    p->name = texts + 2 * rows;
    p->status = texts + 3 * rows;
    p->contact = texts + 4 * rows;
    p->since = texts + 5 * rows;
    p->active = flags + rows;
    return MAILLE_OK;
}

/* Rows of `table` (perimeter) that the audience sees become the sets' order: id, name … in `p`. */
static maille_status choose_seen(maille_ctx *ctx, loads *l, maille_audience audience,
                                 seen_perimeters *p, maille_names *number) {
    const maille_publication_rules *rules = NULL;
    maille_status status = MAILLE_OK;
    size_t rows = p->table->rows;
    const maille_column *columns = p->table->columns;
    const char **statuses = columns[STATUS].texts;
    unsigned char *sees = maille_alloc(rows + 1, 1), *published = maille_alloc(rows + 1, 1);
    uint32_t n = 0;
    if (!sees || !published) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(make_arrays(ctx, p));
    TRY(load_publication(ctx, l, &rules));
    maille_audience_sees(rules, audience, statuses, rows, sees);
    maille_audience_sees(rules, MAILLE_PUBLIC, statuses, rows, published);
    for (size_t row = 0; row < rows; row++) {
        if (!sees[row])
            continue;
        p->id[n] = columns[ID].texts[row];
        p->kind[n] = columns[KIND].texts[row];
        p->name[n] = columns[NAME].texts[row];
        p->status[n] = statuses[row];
        p->contact[n] = columns[CONTACT].texts[row];
        p->published[n] = published[row];
        p->active[n] = maille_status_active(rules, statuses[row]);
        if (!maille_names_set(number, p->id[n], n)) {
            status = maille_no_memory(ctx);
            goto done;
        }
        n++;
    }
    p->sets.count = n;
done:
    maille_free(sees);
    maille_free(published);
    return status;
}

/* Members as CSR. Rows come in order of (perimeter, code); codes ascend like commune numbers. */
static maille_status fill_members(maille_ctx *ctx, const communes *c, const maille_names *number,
                                  seen_perimeters *p) {
    const maille_table *rows = p->members;
    maille_perimeters *sets = &p->sets;
    sets->start = maille_alloc(sets->count + 1u, sizeof *sets->start);
    sets->member = maille_alloc(rows->rows + 1, sizeof *sets->member);
    sets->share = maille_alloc(rows->rows + 1, sizeof *sets->share);
    p->on_purpose = maille_alloc(rows->rows + 1, 1);
    p->lost_start = maille_alloc(sets->count + 1u, sizeof *p->lost_start);
    p->lost_code = maille_alloc(rows->rows + 1, sizeof *p->lost_code);
    if (!sets->start || !sets->member || !sets->share || !p->on_purpose || !p->lost_start ||
        !p->lost_code)
        return maille_no_memory(ctx);
    uint32_t n = 0, lost = 0, current = 0;
    for (size_t row = 0; row < rows->rows; row++) {
        uint32_t perimeter = maille_names_get(number, rows->columns[0].texts[row]);
        uint32_t commune = maille_names_get(c->number, rows->columns[1].texts[row]);
        if (perimeter == MAILLE_ABSENT)
            continue;
        while (current < perimeter) {
            sets->start[++current] = n;
            p->lost_start[current] = lost;
        }
        if (commune == MAILLE_ABSENT) {
            p->lost_code[lost++] = rows->columns[1].texts[row];
            continue;
        }
        sets->member[n] = commune;
        p->on_purpose[n] = rows->columns[3].ints[row] != 0;
        sets->share[n++] = rows->columns[2].reals[row];
    }
    while (current < sets->count) {
        sets->start[++current] = n;
        p->lost_start[current] = lost;
    }
    return MAILLE_OK;
}

/* Rows come in order of (perimeter, place): the last one is the present status. */
static void fill_dates(const maille_names *number, seen_perimeters *p) {
    for (size_t row = 0; row < p->statuses->rows; row++) {
        uint32_t perimeter = maille_names_get(number, p->statuses->columns[0].texts[row]);
        if (perimeter != MAILLE_ABSENT)
            p->since[perimeter] = p->statuses->columns[1].texts[row];
    }
}

static maille_status read_perimeters(maille_ctx *ctx, loads *l, maille_audience audience,
                                     seen_perimeters *p) {
    static const char *const columns[] = {"id", "kind", "name", "status", "contact"};
    static const char *const member_columns[] = {"perimeter_id", "code", "share", "on_purpose"};
    static const char *const status_columns[] = {"perimeter_id", "since"};
    const maille_query query = {.table = "perimeter", .columns = columns, .column_count = 5};
    const maille_query members = {
        .table = "perimeter_member", .columns = member_columns, .column_count = 4};
    const maille_query statuses = {
        .table = "perimeter_status", .columns = status_columns, .column_count = 2};
    maille_status status = MAILLE_OK;
    maille_names *number = NULL;
    const communes *c = NULL;
    TRY(load_communes(ctx, l, &c));
    TRY(maille_store_read(ctx, loads_store(l), &query, &p->table));
    TRY(maille_store_read(ctx, loads_store(l), &statuses, &p->statuses));
    TRY(maille_store_read(ctx, loads_store(l), &members, &p->members));
    number = maille_names_new(p->table->rows);
    if (!number) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(choose_seen(ctx, l, audience, p, number));
    TRY(fill_members(ctx, c, number, p));
    fill_dates(number, p);
done:
    maille_names_free(number);
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

/* ---- by kind
 * ---------------------------------------------------------------------------------------- */

maille_status seen_plan(maille_ctx *ctx, const seen_perimeters *seen, const char *kind,
                        maille_plan *plan, uint32_t **of) {
    const maille_perimeters *sets = &seen->sets;
    maille_claim *claims = maille_alloc(sets->count + 1u, sizeof *claims);
    uint32_t *numbers = maille_alloc(sets->count + 1u, sizeof *numbers);
    uint32_t n = 0;
    if (!claims || !numbers) {
        maille_free(claims);
        maille_free(numbers);
        return maille_no_memory(ctx);
    }
    for (uint32_t i = 0; i < sets->count; i++) {
        uint32_t first = sets->start[i], first_lost = seen->lost_start[i];
        if (strcmp(seen->kind[i], kind) != 0)
            continue;
        claims[n] = (maille_claim){.id = seen->id[i],
                                   .name = seen->name[i],
                                   .status = seen->status[i],
                                   .since = seen->since[i],
                                   .published = seen->published[i] != 0,
                                   .active = seen->active[i] != 0,
                                   .count = sets->start[i + 1] - first,
                                   .member = sets->member + first,
                                   .share = sets->share + first,
                                   .on_purpose = seen->on_purpose + first,
                                   .lost = seen->lost_start[i + 1] - first_lost,
                                   .lost_code = seen->lost_code + first_lost};
        numbers[n++] = i;
    }
    *plan = (maille_plan){.count = n, .claims = claims};
    *of = numbers;
    return MAILLE_OK;
}

maille_status seen_kinds(maille_ctx *ctx, const seen_perimeters *seen, const char ***kinds,
                         uint32_t *count) {
    const char **list = maille_alloc(seen->sets.count + 1u, sizeof *list);
    uint32_t n = 0;
    if (!list)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < seen->sets.count; i++) {
        uint32_t at = 0;
        while (at < n && strcmp(list[at], seen->kind[i]) < 0)
            at++;
        if (at < n && strcmp(list[at], seen->kind[i]) == 0)
            continue;
        memmove((void *)(list + at + 1), (const void *)(list + at), (n - at) * sizeof *list);
        list[at] = seen->kind[i];
        n++;
    }
    *kinds = list;
    *count = n;
    return MAILLE_OK;
}
