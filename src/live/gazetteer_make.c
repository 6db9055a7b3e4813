/* The gazetteer of a workspace: its communes, and what the movements tell of their past. */
#include "live/gazetteer.h"

#include <maille/map.h>
#include <stdlib.h>
#include <string.h>

enum { HOPS_MOST = 16, YEAR = 4 };
enum { MOVE_FROM, MOVE_TO, MOVE_NAME, MOVE_FROM_VINTAGE, MOVE_TO_VINTAGE, MOVE_COLUMNS };

typedef struct {
    maille_ctx *ctx;
    maille_gazetteer *g;
    maille_names *number; /* of a present code */
    maille_table *moves;  /* in order of from_code */
    maille_names *first;  /* row of `moves` where a code begins */
    maille_names *told;   /* "kind key commune": what was added already */
    MAILLE_VEC(uint32_t) heirs;
} making;

static const char *cell(const making *m, size_t row, size_t column) {
    return m->moves->columns[column].texts[row];
}

static const char *name_of(const making *m, uint32_t commune) {
    return m->g->communes->columns[COMMUNE_NAME].texts[commune];
}

static maille_status add(making *m, entry_kind kind, uint32_t commune, const char *text) {
    maille_gazetteer *g = m->g;
    bool old = kind == OLD_NAME || kind == OLD_CODE;
    const char *ignored;
    maille_strbuf key = {0};
    entry e = {.kind = kind, .commune = commune};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(gazetteer_key(m->ctx, text, &key, &ignored));
    if (key.length == 0)
        goto done;
    e.key = maille_arena_strndup(g->arena, key.text, key.length);
    e.length = (uint32_t)key.length;
    e.former = old ? maille_arena_strdup(g->arena, text) : NULL;
    if (!e.key || (old && !e.former)) {
        status = maille_no_memory(m->ctx);
        goto done;
    }
    e.letters = gazetteer_letters(e.key, e.length);
    if (old) { /* tables of several years tell the same */
        maille_strbuf_addf(&key, " %d %u", kind, commune);
        if (!key.failed && maille_names_get(m->told, key.text) != MAILLE_ABSENT)
            goto done;
        if (key.failed || !maille_names_set(m->told, key.text, 1)) {
            status = maille_no_memory(m->ctx);
            goto done;
        }
    }
    if (!MAILLE_VEC_PUSH(&g->entries, e))
        status = maille_no_memory(m->ctx);
done:
    maille_strbuf_free(&key);
    return status;
}

/* ---- communes
 * ----------------------------------------------------------------------------------- */

typedef struct {
    double population;
    uint32_t commune;
} placed;

static int by_population(const void *a, const void *b) {
    const placed *x = a, *y = b;
    if (x->population != y->population)
        return x->population > y->population ? -1 : 1;
    return x->commune < y->commune ? -1 : x->commune > y->commune;
}

static maille_status place_communes(making *m) {
    const maille_table *t = m->g->communes;
    placed *order = maille_alloc(t->rows + 1, sizeof *order);
    m->g->place = maille_alloc(t->rows + 1, sizeof *m->g->place);
    if (!order || !m->g->place) {
        maille_free(order);
        return maille_no_memory(m->ctx);
    }
    for (size_t i = 0; i < t->rows; i++) {
        const maille_column *population = &t->columns[COMMUNE_POPULATION];
        order[i] = (placed){population->null[i] ? -1 : population->reals[i], (uint32_t)i};
    }
    qsort(order, t->rows, sizeof *order, by_population);
    for (size_t i = 0; i < t->rows; i++)
        m->g->place[order[i].commune] = (uint32_t)i;
    maille_free(order);
    return MAILLE_OK;
}

static maille_status add_communes(making *m, maille_store *store) {
    static const char *const columns[COMMUNE_COLUMNS] = {[COMMUNE_CODE] = "code",
                                                         [COMMUNE_NAME] = "name",
                                                         [COMMUNE_DEPARTMENT] = "department",
                                                         [COMMUNE_POPULATION] = "population"};
    maille_query query = {.table = "commune", .columns = columns, .column_count = COMMUNE_COLUMNS};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_store_read(m->ctx, store, &query, &m->g->communes));
    for (size_t i = 0; i < m->g->communes->rows; i++) {
        const char *code = m->g->communes->columns[COMMUNE_CODE].texts[i];
        if (!maille_names_set(m->number, code, (uint32_t)i)) {
            status = maille_no_memory(m->ctx);
            goto done;
        }
        MAILLE_TRY(add(m, CODE, (uint32_t)i, code));
        MAILLE_TRY(add(m, NAME, (uint32_t)i, name_of(m, (uint32_t)i)));
    }
    MAILLE_TRY(place_communes(m));
done:
    return status;
}

/* ---- their past
 * --------------------------------------------------------------------------------- */

static maille_status read_moves(making *m, maille_store *store) {
    static const char *const columns[MOVE_COLUMNS] = {[MOVE_FROM] = "from_code",
                                                      [MOVE_TO] = "to_code",
                                                      [MOVE_NAME] = "from_name",
                                                      [MOVE_FROM_VINTAGE] = "from_vintage",
                                                      [MOVE_TO_VINTAGE] = "to_vintage"};
    static const char *const order[] = {"from_code", "from_vintage", "to_code"};
    maille_query query = {.table = "movement",
                          .columns = columns,
                          .column_count = MOVE_COLUMNS,
                          .order = order,
                          .order_count = 3};
    maille_status status = maille_store_read(m->ctx, store, &query, &m->moves);
    for (size_t i = m->moves ? m->moves->rows : 0; status == MAILLE_OK && i-- > 0;)
        if (!maille_names_set(m->first, cell(m, i, MOVE_FROM), (uint32_t)i))
            status = maille_no_memory(m->ctx);
    return status;
}

/* Appends the present communes that hold what bore a code in a year, by tables of later years. */
static maille_status find_heirs(making *m, const char *code, const char *vintage, int hops) {
    uint32_t commune = maille_names_get(m->number, code);
    if (commune != MAILLE_ABSENT) {
        for (size_t i = 0; i < m->heirs.count; i++)
            if (m->heirs.items[i] == commune)
                return MAILLE_OK;
        return MAILLE_VEC_PUSH(&m->heirs, commune) ? MAILLE_OK : maille_no_memory(m->ctx);
    }
    maille_status status = MAILLE_OK;
    uint32_t row = hops > 0 ? maille_names_get(m->first, code) : MAILLE_ABSENT;
    for (;
         status == MAILLE_OK && row < m->moves->rows && strcmp(cell(m, row, MOVE_FROM), code) == 0;
         row++)
        if (strncmp(cell(m, row, MOVE_FROM_VINTAGE), vintage, YEAR) >= 0)
            status = find_heirs(m, cell(m, row, MOVE_TO), cell(m, row, MOVE_TO_VINTAGE), hops - 1);
    return status;
}

static maille_status bears(making *m, uint32_t commune, const char *name, bool *same) {
    maille_strbuf one = {0}, other = {0};
    const char *ignored;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(gazetteer_key(m->ctx, name, &one, &ignored));
    MAILLE_TRY(gazetteer_key(m->ctx, name_of(m, commune), &other, &ignored));
    *same = one.length == other.length && memcmp(one.text, other.text, one.length) == 0;
done:
    maille_strbuf_free(&one);
    maille_strbuf_free(&other);
    return status;
}

/* Whether a commune bears that name today: the one of the old code, or one of the heirs. */
static maille_status still_borne(making *m, const char *code, const char *name, bool *borne) {
    uint32_t commune = maille_names_get(m->number, code);
    maille_status status = MAILLE_OK;
    *borne = false;
    if (commune != MAILLE_ABSENT)
        status = bears(m, commune, name, borne);
    for (size_t i = 0; status == MAILLE_OK && i < m->heirs.count && !*borne; i++)
        status = bears(m, m->heirs.items[i], name, borne);
    return status;
}

static maille_status add_past(making *m) {
    maille_status status = MAILLE_OK;
    for (size_t row = 0; row < m->moves->rows; row++) {
        const char *code = cell(m, row, MOVE_FROM), *name = cell(m, row, MOVE_NAME);
        bool gone = maille_names_get(m->number, code) == MAILLE_ABSENT, borne = false;
        m->heirs.count = 0;
        if (!gone && !name)
            continue;
        MAILLE_TRY(find_heirs(m, cell(m, row, MOVE_TO), cell(m, row, MOVE_TO_VINTAGE), HOPS_MOST));
        for (size_t i = 0; gone && i < m->heirs.count; i++)
            MAILLE_TRY(add(m, OLD_CODE, m->heirs.items[i], code));
        if (!name)
            continue;
        MAILLE_TRY(still_borne(m, code, name, &borne));
        for (size_t i = 0; !borne && i < m->heirs.count; i++)
            MAILLE_TRY(add(m, OLD_NAME, m->heirs.items[i], name));
    }
done:
    return status;
}

maille_status maille_gazetteer_new(maille_ctx *ctx, maille_store *store, maille_gazetteer **out) {
    making m = {.ctx = ctx,
                .g = maille_alloc(1, sizeof *m.g),
                .number = maille_names_new(0),
                .first = maille_names_new(0),
                .told = maille_names_new(0)};
    maille_status status = MAILLE_OK;
    if (m.g)
        m.g->arena = maille_arena_new();
    if (!m.g || !m.g->arena || !m.number || !m.first || !m.told) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(add_communes(&m, store));
    MAILLE_TRY(read_moves(&m, store));
    MAILLE_TRY(add_past(&m));
    *out = m.g;
    m.g = NULL;
done:
    maille_gazetteer_free(m.g);
    maille_table_free(m.moves);
    maille_names_free(m.number);
    maille_names_free(m.first);
    maille_names_free(m.told);
    MAILLE_VEC_FREE(&m.heirs);
    return status;
}

void maille_gazetteer_free(maille_gazetteer *gazetteer) {
    if (!gazetteer)
        return;
    maille_table_free(gazetteer->communes);
    maille_free(gazetteer->place);
    MAILLE_VEC_FREE(&gazetteer->entries);
    maille_arena_free(gazetteer->arena);
    maille_free(gazetteer);
}
