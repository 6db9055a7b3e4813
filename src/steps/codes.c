/* Step codes: facilities and supply, as published, become places on the study's communes;
 * indicators and inhabitants by age become figures of them. */
#include "steps/carry.h"
#include "steps/passage.h"
#include "steps/step.h"

#include <maille/geometry.h>
#include <math.h>

#include <maille/memory.h>
#include <maille/provenance.h>
#include <maille/vec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A place while it is being put together; texts live in the arena. */
typedef struct {
    const char *service, *id, *name, *code, *status;
    const char *given; /* id as published */
    double lon, lat, amount;
    uint32_t commune; /* MAILLE_ABSENT: in none */
    bool point;       /* located by coordinates */
} place;

typedef struct {
    maille_ctx *ctx;
    step_call *call;
    const communes *c;
    maille_arena *arena;
    remarks r;
    MAILLE_VEC(place) list;
    uint32_t moved, strangers;
    double strangers_amount;
    char first_strangers[64];
} gathering;

static void note_stranger(gathering *g, const char *code, double amount) {
    size_t used = strlen(g->first_strangers);
    if (g->strangers++ < 5)
        snprintf(g->first_strangers + used, sizeof g->first_strangers - used, "%s%s",
                 used ? ", " : "", code);
    g->strangers_amount += amount;
}

static maille_status add_place(gathering *g, place p) {
    p.service = maille_arena_strdup(g->arena, p.service);
    p.id = p.given = maille_arena_strdup(g->arena, p.id);
    p.name = maille_arena_strdup(g->arena, p.name);
    p.code = p.code ? maille_arena_strdup(g->arena, p.code) : NULL;
    p.status = maille_arena_strdup(g->arena, p.status);
    if (!p.service || !p.id || !p.name || !p.status || !MAILLE_VEC_PUSH(&g->list, p))
        return maille_no_memory(g->ctx);
    return MAILLE_OK;
}

/* Supply of a commune, shared among its heirs: a place at each heir's centre. */
static maille_status add_supply(gathering *g, passage *way, const char *service, const char *code,
                                double amount) {
    const heir *heirs;
    size_t count;
    maille_status status = passage_heirs(g->ctx, way, code, &heirs, &count);
    for (size_t i = 0; status == MAILLE_OK && i < count; i++) {
        uint32_t commune = maille_names_get(g->c->number, heirs[i].code);
        g->moved += strcmp(heirs[i].code, code) != 0;
        if (commune == MAILLE_ABSENT)
            note_stranger(g, heirs[i].code, amount * heirs[i].share);
        status = add_place(
            g, (place){.service = service,
                       .id = heirs[i].code,
                       .code = heirs[i].code,
                       .name = commune == MAILLE_ABSENT ? heirs[i].code : g->c->name[commune],
                       .status = "ouvert",
                       .lon = NAN,
                       .lat = NAN,
                       .amount = amount * heirs[i].share,
                       .commune = commune});
    }
    return status;
}

static maille_status gather_supply(gathering *g, passage *way, const maille_filter *of_import) {
    static const char *const columns[] = {"service", "code", "amount"};
    maille_query query = {
        .table = "supply_raw", .columns = columns, .column_count = 3, .filter = of_import};
    maille_ctx *ctx = g->ctx;
    maille_table *table = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_store_read(ctx, g->call->store, &query, &table));
    for (size_t row = 0; row < table->rows; row++)
        TRY(add_supply(g, way, table->columns[0].texts[row], table->columns[1].texts[row],
                       table->columns[2].reals[row]));
done:
    maille_table_free(table);
    return status;
}

/* The heir that takes most of a code; a facility is not cut in two. */
static const char *main_heir(const heir *heirs, size_t count) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (heirs[i].share > heirs[best].share)
            best = i;
    return count ? heirs[best].code : NULL;
}

static maille_status add_facility(gathering *g, passage *way, const maille_table *t, size_t row) {
    const maille_column *col = t->columns;
    const char *given = col[3].texts[row], *code = given;
    const char *id = col[1].texts[row], *name = col[2].texts[row];
    const heir *heirs;
    size_t count;
    maille_ctx *ctx = g->ctx;
    maille_status status = MAILLE_OK;
    if (given) {
        TRY(passage_heirs(ctx, way, given, &heirs, &count));
        code = main_heir(heirs, count);
        g->moved += strcmp(code, given) != 0;
    }
    uint32_t commune = code ? maille_names_get(g->c->number, code) : MAILLE_ABSENT;
    bool point = !isnan(col[4].reals[row]);
    if (commune == MAILLE_ABSENT && code)
        note_stranger(g, code, col[6].reals[row]);
    if (!id)
        id = code;
    if (!name)
        name = commune == MAILLE_ABSENT ? id : g->c->name[commune];
    TRY(add_place(g, (place){.service = col[0].texts[row],
                             .id = id,
                             .name = name,
                             .code = code,
                             .status = col[7].texts[row],
                             .lon = col[4].reals[row],
                             .lat = col[5].reals[row],
                             .amount = col[6].reals[row],
                             .commune = commune,
                             .point = point}));
done:
    return status;
}

static maille_status gather_facilities(gathering *g, passage *way, const maille_filter *of_import) {
    static const char *const columns[] = {"service", "id",  "name",   "code",
                                          "lon",     "lat", "amount", "status"};
    maille_query query = {
        .table = "facility_raw", .columns = columns, .column_count = 8, .filter = of_import};
    maille_ctx *ctx = g->ctx;
    maille_table *table = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_store_read(ctx, g->call->store, &query, &table));
    for (size_t row = 0; row < table->rows; row++)
        TRY(add_facility(g, way, table, row));
done:
    maille_table_free(table);
    return status;
}

/* Every import of supply and facilities, each from its own vintage. */
static maille_status gather_all(gathering *g) {
    maille_ctx *ctx = g->ctx;
    maille_status status = MAILLE_OK;
    maille_table *imports = NULL;
    passage *way = NULL;
    TRY(maille_imports(ctx, g->call->store, &imports));
    int id = maille_table_column(imports, "id"), kind = maille_table_column(imports, "kind");
    int vintage = maille_table_column(imports, "vintage");
    for (size_t row = 0; row < imports->rows; row++) {
        bool supply = strcmp(imports->columns[kind].texts[row], "supply") == 0;
        if (!supply && strcmp(imports->columns[kind].texts[row], "facilities") != 0)
            continue;
        bool no_way;
        maille_value number = maille_int_value(imports->columns[id].ints[row]);
        maille_filter of_import = maille_equals("import_id", &number);
        TRY(passage_new(ctx, g->call->loads, imports->columns[vintage].texts[row], &way, &no_way));
        if (no_way)
            TRY(remarks_add(
                ctx, &g->r, "alerte", "millesime", imports->columns[vintage].texts[row],
                "aucune table de passage ne mène du millésime %s à celui des communes : "
                "codes gardés tels que publiés",
                imports->columns[vintage].texts[row]));
        TRY(supply ? gather_supply(g, way, &of_import) : gather_facilities(g, way, &of_import));
        passage_free(way);
        way = NULL;
    }
done:
    passage_free(way);
    maille_table_free(imports);
    return status;
}

static int by_service_and_id(const void *a, const void *b) {
    const place *x = a, *y = b;
    int order = strcmp(x->service, y->service);
    if (order == 0)
        order = strcmp(x->given, y->given);
    if (order == 0)
        order = (int)x->point - (int)y->point;
    return order;
}

/* Places of one id and service at a commune's centre are one place; a point whose id is taken gets
 * a number behind it. */
static maille_status merge_places(gathering *g) {
    maille_ctx *ctx = g->ctx;
    maille_status status = MAILLE_OK;
    size_t n = 0, homonyms = 0;
    if (g->list.count)
        qsort(g->list.items, g->list.count, sizeof *g->list.items, by_service_and_id);
    for (size_t i = 0; i < g->list.count; i++) {
        place *p = &g->list.items[i], *last = n ? &g->list.items[n - 1] : NULL;
        bool again =
            last && strcmp(last->service, p->service) == 0 && strcmp(last->given, p->given) == 0;
        if (again && !p->point && !last->point) {
            last->amount += p->amount;
            continue;
        }
        homonyms = again ? homonyms + 1 : 0;
        if (again) {
            char id[300];
            snprintf(id, sizeof id, "%s#%zu", p->given, homonyms + 1);
            TRY(remarks_add(ctx, &g->r, "alerte", "identifiant-double", p->given,
                            "l’identifiant %s du service %s désigne plusieurs lieux : celui-ci "
                            "devient %s",
                            p->given, p->service, id));
            if (!(p->id = maille_arena_strdup(g->arena, id))) {
                status = maille_no_memory(ctx);
                goto done;
            }
        }
        g->list.items[n++] = *p;
    }
    g->list.count = n;
done:
    return status;
}

static maille_status save_places(gathering *g) {
    static const maille_column_spec columns[] = {
        {"id", MAILLE_TEXT},     {"service", MAILLE_TEXT}, {"name", MAILLE_TEXT},
        {"code", MAILLE_TEXT},   {"lon", MAILLE_REAL},     {"lat", MAILLE_REAL},
        {"amount", MAILLE_REAL}, {"status", MAILLE_TEXT},  {"located", MAILLE_TEXT}};
    static const char *const centre_columns[] = {"code", "lon", "lat"};
    maille_query query = {.table = "commune_figure", .columns = centre_columns, .column_count = 3};
    maille_ctx *ctx = g->ctx;
    maille_status status = MAILLE_OK;
    maille_table *table = NULL, *centres = NULL;
    TRY(maille_table_new(ctx, columns, 9, &table));
    TRY(maille_store_read(ctx, g->call->store, &query, &centres));
    for (size_t i = 0; i < g->list.count; i++) {
        const place *p = &g->list.items[i];
        size_t row;
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, p->id));
        TRY(maille_set_text(ctx, table, row, 1, p->service));
        TRY(maille_set_text(ctx, table, row, 2, p->name));
        if (p->code)
            TRY(maille_set_text(ctx, table, row, 3, p->code));
        bool centre = !p->point && p->commune != MAILLE_ABSENT;
        maille_set_real(table, row, 4, centre ? centres->columns[1].reals[p->commune] : p->lon);
        maille_set_real(table, row, 5, centre ? centres->columns[2].reals[p->commune] : p->lat);
        maille_set_real(table, row, 6, p->amount);
        TRY(maille_set_text(ctx, table, row, 7, p->status));
        TRY(maille_set_text(ctx, table, row, 8,
                            p->point ? "point"
                            : centre ? "centre"
                                     : "nulle-part"));
    }
    TRY(maille_store_append(ctx, g->call->store, "place", table));
done:
    maille_table_free(table);
    maille_table_free(centres);
    return status;
}

/* A facility given by coordinates alone belongs to the commune that holds it. */
static maille_status locate_points(gathering *g) {
    maille_ctx *ctx = g->ctx;
    maille_status status = MAILLE_OK;
    const maille_crs *crs = NULL;
    size_t n = g->list.count;
    maille_lonlat *degrees = maille_alloc(n + 1, sizeof *degrees);
    maille_xy *metres = maille_alloc(n + 1, sizeof *metres);
    uint32_t *commune = maille_alloc(n + 1, sizeof *commune);
    if (!degrees || !metres || !commune) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < n; i++)
        degrees[i] = (maille_lonlat){g->list.items[i].lon, g->list.items[i].lat};
    TRY(load_crs(ctx, g->call->loads, &crs));
    TRY(maille_crs_project(ctx, crs, degrees, metres, n, NULL));
    TRY(maille_points_in_shapes(ctx, g->c->metres, metres, n, commune));
    for (size_t i = 0; i < n; i++) {
        place *p = &g->list.items[i];
        if (p->point && p->commune == MAILLE_ABSENT && commune[i] != MAILLE_ABSENT) {
            p->commune = commune[i];
            p->code = g->c->code[commune[i]];
        }
    }
done:
    maille_free(degrees);
    maille_free(metres);
    maille_free(commune);
    return status;
}

maille_status step_codes(maille_ctx *ctx, step_call *call) {
    maille_status status = MAILLE_OK;
    gathering g = {.ctx = ctx, .call = call, .arena = maille_arena_new()};
    carried figures;
    if (!g.arena)
        return maille_no_memory(ctx);
    TRY(remarks_open(ctx, &g.r, "codes", ""));
    TRY(load_communes(ctx, call->loads, &g.c));
    TRY(gather_all(&g));
    TRY(locate_points(&g));
    TRY(merge_places(&g));
    TRY(save_places(&g));
    TRY(carry_figures(ctx, call, g.c, &g.r, &figures));
    if (g.moved)
        TRY(remarks_add(ctx, &g.r, "information", "passage", NULL,
                        "%u lignes d’offre portées au millésime des communes", g.moved));
    if (g.strangers)
        TRY(remarks_add(ctx, &g.r, "alerte", "code-inconnu", NULL,
                        "%u lieux (offre %g) portent un code qui n’est dans aucune couche de "
                        "communes : %s",
                        g.strangers, g.strangers_amount, g.first_strangers));
    snprintf(call->message, sizeof call->message,
             "%zu places, %u figures and %u populations by age; %u rows carried to the communes' "
             "vintage, %u places in no commune",
             g.list.count, figures.indicators, figures.ages, g.moved + figures.moved, g.strangers);
    TRY(remarks_save(ctx, &g.r, call->store));
done:
    remarks_close(&g.r);
    MAILLE_VEC_FREE(&g.list);
    maille_arena_free(g.arena);
    return status;
}
