/* A file of perimeters, understood row by row: a preview of what would be made of it. */
#include "steps/lists.h"
#include "steps/step.h"

#include <maille/map.h>
#include <maille/perimeterfile.h>
#include <maille/sources.h>
#include <maille/text.h>
#include <maille/vec.h>
#include <maille/vectorfile.h>
#include <string.h>

enum { ID, NAME, STATUS, SINCE, BY, CONTACT, SHARE, REASON, ZONE, CODE, COMMUNE, FIELDS };

typedef struct {
    maille_listed_perimeter told;
    MAILLE_VEC(maille_listed_member) members;
} gathered;

typedef struct {
    maille_ctx *ctx;
    maille_store *store;
    const maille_publication_rules *publication;
    maille_arena *arena;
    maille_table *cells;
    int column[FIELDS]; /* -1: the file has none */
    MAILLE_VEC(gathered) perimeters;
    maille_names *ids;   /* id → place in `perimeters` */
    maille_names *taken; /* "id code" → 1 */
} file_reader;

/* ---- columns ---- */

/* Names of communes stand under their own heading: "nom" is that of the perimeter. */
static const char *commune_field(const maille_table *cells) {
    static const char *const known[] = {"commune", "nom commune", "libelle commune", NULL};
    for (size_t c = 0; c < cells->column_count; c++) {
        char *folded = maille_fold(cells->columns[c].name);
        bool is = false;
        for (size_t i = 0; folded && known[i] && !is; i++)
            is = strcmp(folded, known[i]) == 0;
        maille_free(folded);
        if (is)
            return cells->columns[c].name;
    }
    return NULL;
}

static maille_status refuse_headings(const file_reader *r) {
    maille_strbuf found = {0};
    for (size_t c = 0; c + 1 < r->cells->column_count; c++)
        maille_strbuf_addf(&found, "%s%s", c ? ", " : "", r->cells->columns[c].name);
    maille_status status = maille_fail(r->ctx, MAILLE_REFUSED,
                                       "a perimeter has id and code (or commune) in each row; the "
                                       "headings were: %s",
                                       found.text ? found.text : "none");
    maille_strbuf_free(&found);
    return status;
}

static maille_status find_columns(file_reader *r) {
    static const char *const keys[] = {
        [ID] = "id",     [NAME] = "name",       [STATUS] = "status", [SINCE] = "since",
        [BY] = "by",     [CONTACT] = "contact", [SHARE] = "share",   [REASON] = "reason",
        [ZONE] = "zone", [CODE] = "code"};
    for (size_t f = 0; f < FIELDS; f++) {
        const char *name =
            f == COMMUNE ? commune_field(r->cells) : maille_field_named(r->cells, keys[f], NULL);
        r->column[f] = name ? maille_table_column(r->cells, name) : -1;
    }
    if (r->column[ID] < 0 || (r->column[CODE] < 0 && r->column[COMMUNE] < 0))
        return refuse_headings(r);
    return MAILLE_OK;
}

/* NULL where it is missing or says so. */
static const char *cell(const file_reader *r, size_t row, int field) {
    const char *text = r->column[field] < 0 ? NULL : r->cells->columns[r->column[field]].texts[row];
    return text && maille_is_missing(text) ? NULL : text;
}

/* ---- one row ---- */

/* The same in all rows, where they say it; false where two differ. */
static bool agree(const char **known, const char *told) {
    if (told && *known && strcmp(told, *known) != 0)
        return false;
    *known = *known ? *known : told;
    return true;
}

static maille_status find_perimeter(file_reader *r, const char *id, gathered **out) {
    uint32_t place = maille_names_get(r->ids, id);
    if (place == MAILLE_ABSENT) {
        place = (uint32_t)r->perimeters.count;
        if (!MAILLE_VEC_PUSH(&r->perimeters, (gathered){.told.id = id}) ||
            !maille_names_set(r->ids, id, place))
            return maille_no_memory(r->ctx);
    }
    *out = &r->perimeters.items[place];
    return MAILLE_OK;
}

static const char *keep(const file_reader *r, const char *text, bool *kept) {
    const char *copy = text ? maille_arena_strdup(r->arena, text) : NULL;
    *kept = *kept && (copy || !text);
    return copy;
}

/* What the row says of the perimeter itself; `*how` tells what does not hold, else NULL. */
static maille_status take_details(file_reader *r, size_t row, gathered *g, const char **how) {
    const char *word = cell(r, row, STATUS), *since = cell(r, row, SINCE);
    const maille_perimeter_status *status =
        word ? maille_publication_status(r->publication, word) : NULL;
    bool kept = true;
    *how = word && !status                                            ? "statut-inconnu"
           : since && (strlen(since) != 10 || !maille_is_date(since)) ? "date-inconnue"
                                                                      : NULL;
    if (*how)
        return MAILLE_OK;
    maille_listed_perimeter told = g->told;
    bool same = agree(&told.name, keep(r, cell(r, row, NAME), &kept)) &&
                agree(&told.status, keep(r, status ? status->id : NULL, &kept)) &&
                agree(&told.since, keep(r, since, &kept)) &&
                agree(&told.by, keep(r, cell(r, row, BY), &kept)) &&
                agree(&told.contact, keep(r, cell(r, row, CONTACT), &kept));
    if (same)
        g->told = told;
    else
        *how = "contradictoire";
    return kept ? MAILLE_OK : maille_no_memory(r->ctx);
}

static maille_status take_member(file_reader *r, size_t row, gathered *g, const char *code,
                                 const char **how) {
    const char *share = cell(r, row, SHARE);
    maille_listed_member m = {.code = code, .share = 1};
    bool kept = true;
    maille_strbuf key = {0};
    if (share && (!maille_parse_number(share, &m.share) || !(m.share > 0 && m.share <= 1))) {
        *how = "part-inconnue";
        return MAILLE_OK;
    }
    maille_strbuf_addf(&key, "%s %s", g->told.id, code);
    kept = !key.failed;
    if (kept && maille_names_get(r->taken, key.text) != MAILLE_ABSENT) {
        *how = "double";
    } else if (kept) {
        m.reason = keep(r, cell(r, row, REASON), &kept);
        m.zone = keep(r, cell(r, row, ZONE), &kept);
        kept = kept && maille_names_set(r->taken, key.text, 1) && MAILLE_VEC_PUSH(&g->members, m);
    }
    maille_strbuf_free(&key);
    return kept ? MAILLE_OK : maille_no_memory(r->ctx);
}

static maille_status take_row(file_reader *r, size_t row, maille_perimeter_row *out) {
    const char *id = cell(r, row, ID), *how = NULL;
    gathered *g = NULL;
    bool kept = true;
    maille_status status = MAILLE_OK;
    out->row.row = r->cells->columns[r->cells->column_count - 1].ints[row];
    out->perimeter = keep(r, id, &kept);
    if (!kept)
        return maille_no_memory(r->ctx);
    if (!id) {
        how = "sans-identifiant";
    } else if (out->row.code) {
        TRY(find_perimeter(r, out->perimeter, &g));
        TRY(take_details(r, row, g, &how));
        if (!how)
            TRY(take_member(r, row, g, out->row.code, &how));
    }
    if (how) {
        out->row.how = how;
        out->row.code = NULL;
    }
done:
    return status;
}

/* ---- all rows ---- */

/* Codes and names of the rows as communes. */
static maille_status understand_rows(file_reader *r, maille_perimeter_file *out) {
    size_t count = r->cells->rows;
    const char **texts = maille_alloc(count + 1, sizeof *texts);
    const char **names = maille_alloc(count + 1, sizeof *names);
    maille_list_row *rows = NULL;
    maille_status status = texts && names ? MAILLE_OK : maille_no_memory(r->ctx);
    TRY(status);
    for (size_t i = 0; i < count; i++) {
        const char *code = cell(r, i, CODE);
        names[i] = cell(r, i, COMMUNE);
        texts[i] = code ? code : names[i] ? names[i] : "?";
    }
    TRY(list_understand(r->ctx, r->store, texts, names, count, r->arena, &rows));
    out->rows = maille_arena_alloc(r->arena, (count + 1) * sizeof *out->rows);
    if (!out->rows)
        TRY(maille_no_memory(r->ctx));
    out->row_count = count;
    for (size_t i = 0; i < count; i++) {
        out->rows[i] = (maille_perimeter_row){.row = rows[i]};
        TRY(take_row(r, i, &out->rows[i]));
    }
done:
    maille_free((void *)texts);
    maille_free((void *)names);
    return status;
}

static maille_status hand_over(file_reader *r, maille_perimeter_file *out) {
    out->perimeters =
        maille_arena_alloc(r->arena, (r->perimeters.count + 1) * sizeof *out->perimeters);
    for (size_t i = 0; out->perimeters && i < r->perimeters.count; i++) {
        gathered *g = &r->perimeters.items[i];
        maille_listed_perimeter *p = &out->perimeters[out->perimeter_count++];
        *p = g->told;
        p->count = (uint32_t)g->members.count;
        p->members = maille_arena_alloc(r->arena, (p->count + 1u) * sizeof *p->members);
        if (!p->members)
            return maille_no_memory(r->ctx);
        if (p->count)
            memcpy(p->members, g->members.items, p->count * sizeof *p->members);
    }
    return out->perimeters ? MAILLE_OK : maille_no_memory(r->ctx);
}

maille_status maille_perimeter_file_read(maille_ctx *ctx, maille_store *store, const char *path,
                                         const maille_publication_rules *publication,
                                         maille_arena *arena, maille_perimeter_file *out) {
    const maille_read_options options = {.texts = true};
    file_reader r = {.ctx = ctx,
                     .store = store,
                     .publication = publication,
                     .arena = arena,
                     .ids = maille_names_new(0),
                     .taken = maille_names_new(0)};
    maille_status status = r.ids && r.taken ? MAILLE_OK : maille_no_memory(ctx);
    *out = (maille_perimeter_file){0};
    TRY(status);
    TRY(maille_file_read(ctx, path, &options, &r.cells));
    TRY(find_columns(&r));
    TRY(understand_rows(&r, out));
    TRY(hand_over(&r, out));
done:
    for (size_t i = 0; i < r.perimeters.count; i++)
        MAILLE_VEC_FREE(&r.perimeters.items[i].members);
    MAILLE_VEC_FREE(&r.perimeters);
    maille_names_free(r.ids);
    maille_names_free(r.taken);
    maille_table_free(r.cells);
    return status;
}
