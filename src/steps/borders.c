/* Step borders: who touches whom, area and centre of each commune. */
#include "steps/step.h"

#include <maille/memory.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Centres as given, by commune number; NaN where none was. */
static maille_status read_centres(maille_ctx *ctx, step_call *call, const communes *c, remarks *r,
                                  maille_lonlat *centre) {
    static const char *const columns[] = {"code", "lon", "lat"};
    maille_query query = {.table = "centre", .columns = columns, .column_count = 3};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    uint32_t strangers = 0;
    char first[8] = "";
    TRY(maille_store_read(ctx, call->store, &query, &table));
    for (size_t row = 0; row < table->rows; row++) {
        uint32_t commune = maille_names_get(c->number, table->columns[0].texts[row]);
        if (commune == MAILLE_ABSENT) {
            if (strangers++ == 0)
                snprintf(first, sizeof first, "%s", table->columns[0].texts[row]);
            continue;
        }
        centre[commune] =
            (maille_lonlat){table->columns[1].reals[row], table->columns[2].reals[row]};
    }
    if (strangers)
        TRY(remarks_add(ctx, r, "alerte", "code-inconnu", first,
                        "%u centres portent un code qui n’est dans aucune couche de communes (%s…)",
                        strangers, first));
done:
    maille_table_free(table);
    return status;
}

/* A centre for every commune: as given, else a point inside. */
static maille_status choose_centres(maille_ctx *ctx, step_call *call, const communes *c,
                                    const maille_crs *crs, remarks *r, maille_lonlat *centre,
                                    unsigned char *from_source) {
    maille_status status = MAILLE_OK;
    uint32_t inside = 0, *numbers = maille_alloc(c->count + 1u, sizeof *numbers);
    char list[400];
    if (!numbers)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < c->count; i++)
        centre[i] = (maille_lonlat){NAN, NAN};
    TRY(read_centres(ctx, call, c, r, centre));
    for (uint32_t i = 0; i < c->count; i++) {
        from_source[i] = (unsigned char)!isnan(centre[i].lon);
        if (from_source[i])
            continue;
        maille_xy inner = maille_shape_inner_point(c->metres, i);
        TRY(maille_crs_unproject(ctx, crs, &inner, &centre[i], 1));
        numbers[inside++] = i;
    }
    if (inside) {
        names_in_words(c->code, numbers, inside, list, sizeof list);
        TRY(remarks_add(ctx, r, "information", "centre-calcule", NULL,
                        "%u communes sans centre publié : un point intérieur en tient lieu (%s)",
                        inside, list));
    }
done:
    maille_free(numbers);
    return status;
}

static maille_status note_outside_area(maille_ctx *ctx, const communes *c, const maille_crs *crs,
                                       const maille_lonlat *centre, remarks *r) {
    maille_status status = MAILLE_OK;
    uint32_t outside = 0, *numbers = maille_alloc(c->count + 1u, sizeof *numbers);
    char list[400];
    if (!numbers)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < c->count; i++)
        if (!maille_crs_covers(crs, centre[i]))
            numbers[outside++] = i;
    if (outside) {
        names_in_words(c->code, numbers, outside, list, sizeof list);
        bool most = outside > c->count / 2; /* a CRS that was named wrongly, not a part overseas */
        if (most)
            maille_log(ctx, MAILLE_LOG_WARNING,
                       "%u of %u communes lay outside the area of use of EPSG:%d: areas, distances "
                       "and minutes are wrong",
                       outside, c->count, maille_crs_epsg(crs));
        TRY(remarks_add(ctx, r, most ? "erreur" : "alerte", "hors-domaine", NULL,
                        "%u communes hors du domaine d’emploi de EPSG:%d : leurs surfaces et "
                        "distances sont faussées (%s)",
                        outside, maille_crs_epsg(crs), list));
    }
done:
    maille_free(numbers);
    return status;
}

/* Communes that are units beside their own arrondissements or IRIS. */
static maille_status note_wholes(maille_ctx *ctx, const communes *c, remarks *r) {
    maille_status status = MAILLE_OK;
    maille_unit_rules *rules = NULL;
    uint32_t count = 0, *numbers = maille_alloc(c->count + 1u, sizeof *numbers);
    unsigned char *whole = maille_alloc(c->count + 1u, 1);
    char list[400];
    if (!numbers || !whole) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(maille_unit_rules_read(ctx, MAILLE_DEFAULT_UNITS, &rules));
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t unit = whole_unit(rules, c, c->code[i]);
        if (unit != MAILLE_ABSENT)
            whole[unit] = 1;
    }
    for (uint32_t i = 0; i < c->count; i++)
        if (whole[i])
            numbers[count++] = i;
    if (count) {
        names_in_words(c->code, numbers, count, list, sizeof list);
        TRY(remarks_add(ctx, r, "alerte", "commune-et-parties", NULL,
                        "%u commune%s dont des parties sont des unités aussi (%s) : leurs "
                        "habitants comptent deux fois ; n’importer que les unes ou les autres",
                        count, count > 1 ? "s" : "", list));
    }
done:
    maille_unit_rules_free(rules);
    maille_free(numbers);
    maille_free(whole);
    return status;
}

static maille_status save_borders(maille_ctx *ctx, step_call *call, const communes *c,
                                  const maille_adjacency *a) {
    static const maille_column_spec columns[] = {
        {"a", MAILLE_TEXT}, {"b", MAILLE_TEXT}, {"kind", MAILLE_TEXT}, {"length_m", MAILLE_REAL}};
    maille_table *table = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_table_new(ctx, columns, 4, &table));
    TRY(maille_table_reserve(ctx, table, a->count));
    for (uint32_t i = 0; i < a->count; i++) {
        const maille_border *b = &a->borders[i];
        size_t row;
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, c->code[b->a]));
        TRY(maille_set_text(ctx, table, row, 1, c->code[b->b]));
        TRY(maille_set_text(ctx, table, row, 2, b->line ? "ligne" : "point"));
        maille_set_real(table, row, 3, b->length_m);
    }
    TRY(maille_store_append(ctx, call->store, "border", table));
done:
    maille_table_free(table);
    return status;
}

static maille_status save_figures(maille_ctx *ctx, step_call *call, const communes *c,
                                  const maille_adjacency *a, const maille_lonlat *centre,
                                  const unsigned char *from_source) {
    static const maille_column_spec columns[] = {
        {"code", MAILLE_TEXT},  {"area_m2", MAILLE_REAL},     {"lon", MAILLE_REAL},
        {"lat", MAILLE_REAL},   {"centre_from", MAILLE_TEXT}, {"block", MAILLE_INT},
        {"on_edge", MAILLE_INT}};
    maille_table *table = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_table_new(ctx, columns, 7, &table));
    TRY(maille_table_reserve(ctx, table, c->count));
    for (uint32_t i = 0; i < c->count; i++) {
        size_t row;
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, c->code[i]));
        maille_set_real(table, row, 1, maille_shape_area(c->metres, i));
        maille_set_real(table, row, 2, centre[i].lon);
        maille_set_real(table, row, 3, centre[i].lat);
        TRY(maille_set_text(ctx, table, row, 4, from_source[i] ? "source" : "interieur"));
        maille_set_int(table, row, 5, a->block[i]);
        maille_set_int(table, row, 6, a->on_edge[i]);
    }
    TRY(maille_store_append(ctx, call->store, "commune_figure", table));
done:
    maille_table_free(table);
    return status;
}

maille_status step_borders(maille_ctx *ctx, step_call *call) {
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    const maille_crs *crs = NULL;
    maille_adjacency *a = NULL;
    maille_lonlat *centre = NULL;
    unsigned char *from_source = NULL;
    remarks r = {0};
    uint32_t lines = 0;
    TRY(remarks_open(ctx, &r, "borders", ""));
    TRY(load_communes(ctx, call->loads, &c));
    TRY(load_crs(ctx, call->loads, &crs));
    TRY(maille_adjacency_new(ctx, c->metres, &a));
    centre = maille_alloc(c->count + 1u, sizeof *centre);
    from_source = maille_alloc(c->count + 1u, 1);
    if (!centre || !from_source) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(choose_centres(ctx, call, c, crs, &r, centre, from_source));
    TRY(note_outside_area(ctx, c, crs, centre, &r));
    TRY(note_wholes(ctx, c, &r));
    TRY(save_borders(ctx, call, c, a));
    TRY(save_figures(ctx, call, c, a, centre, from_source));
    for (uint32_t i = 0; i < a->count; i++)
        lines += a->borders[i].line;
    snprintf(call->message, sizeof call->message,
             "%u communes, %u borders, %u contacts in points only, %u blocks", c->count, lines,
             a->count - lines, a->block_count);
    TRY(remarks_save(ctx, &r, call->store));
done:
    remarks_close(&r);
    maille_adjacency_free(a);
    maille_free(centre);
    maille_free(from_source);
    return status;
}
