/* Indicators and inhabitants by age on the study's codes. What is a sum is split by the shares of
 * the passage and added; a mean stays itself where a commune is cut, and is weighted where communes
 * come together: by its weights, else by population, else by the shares alone. */
#include "steps/carry.h"

#include "steps/passage.h"

#include <maille/memory.h>
#include <maille/provenance.h>
#include <maille/text.h>
#include <maille/vec.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one row brings to one commune. */
typedef struct {
    uint32_t commune;
    size_t place;          /* order of arrival */
    double from, to;       /* ages */
    double value, share;   /* of its own code; of it that comes here */
    double weight, people; /* of its own code; NaN: not known */
} gift;

typedef MAILLE_VEC(gift) gifts;

typedef struct {
    maille_ctx *ctx;
    step_call *call;
    const communes *c;
    remarks *r;
    maille_names *departments; /* of the study */
    maille_names *strangers;   /* codes met in no commune layer, of one import */
    uint32_t near, far;        /* of them: of a département of the study, of none */
    char first_near[64];
    gifts list;
    carried *told;
} carrying;

/* ---- codes in no commune layer ---- */

static maille_status know_departments(carrying *k) {
    char department[4];
    k->departments = maille_names_new(0);
    bool made = k->departments != NULL;
    for (uint32_t i = 0; i < k->c->count && made; i++) {
        maille_department_of(k->c->code[i], department);
        made = maille_names_set(k->departments, department, 1);
    }
    return made ? MAILLE_OK : maille_no_memory(k->ctx);
}

static maille_status note_stranger(carrying *k, const char *code) {
    char department[4];
    size_t used = strlen(k->first_near);
    if (maille_names_get(k->strangers, code) != MAILLE_ABSENT)
        return MAILLE_OK;
    if (!maille_names_set(k->strangers, code, 1))
        return maille_no_memory(k->ctx);
    maille_department_of(code, department);
    if (maille_names_get(k->departments, department) == MAILLE_ABSENT) {
        k->far++;
        return MAILLE_OK;
    }
    if (k->near++ < 5)
        snprintf(k->first_near + used, sizeof k->first_near - used, "%s%s", used ? ", " : "", code);
    return MAILLE_OK;
}

/* Files of the whole country are the rule: codes of other départements are only counted. */
static maille_status tell_strangers(carrying *k, const char *what) {
    maille_ctx *ctx = k->ctx;
    maille_status status = MAILLE_OK;
    if (k->near)
        TRY(remarks_add(ctx, k->r, "alerte", "code-inconnu", what,
                        "%s : %u codes des départements de l’étude ne sont dans aucune couche de "
                        "communes : %s%s",
                        what, k->near, k->first_near, k->near > 5 ? "…" : ""));
    if (k->far)
        TRY(remarks_add(ctx, k->r, "information", "hors-etude", what,
                        "%s : %u codes d’autres départements que ceux de l’étude, laissés de côté",
                        what, k->far));
done:
    maille_names_free(k->strangers);
    k->strangers = NULL;
    k->near = k->far = 0;
    k->first_near[0] = '\0';
    return status;
}

/* ---- gifts ---- */

/* A row goes to the heirs of its code. */
static maille_status give(carrying *k, passage *way, const char *code, gift of) {
    const heir *heirs;
    size_t count;
    maille_ctx *ctx = k->ctx;
    maille_status status = MAILLE_OK;
    uint32_t own = maille_names_get(k->c->number, code);
    of.people = own == MAILLE_ABSENT ? NAN : k->c->population[own];
    TRY(passage_heirs(ctx, way, code, &heirs, &count));
    for (size_t i = 0; i < count; i++) {
        if (!(heirs[i].share > 0))
            continue;
        of.commune = maille_names_get(k->c->number, heirs[i].code);
        of.share = heirs[i].share;
        of.place = k->list.count;
        k->told->moved += strcmp(heirs[i].code, code) != 0;
        if (of.commune == MAILLE_ABSENT)
            TRY(note_stranger(k, heirs[i].code));
        else if (!MAILLE_VEC_PUSH(&k->list, of)) {
            status = maille_no_memory(ctx);
            goto done;
        }
    }
done:
    return status;
}

static int by_commune_and_age(const void *a, const void *b) {
    const gift *x = a, *y = b;
    if (x->commune != y->commune)
        return x->commune < y->commune ? -1 : 1;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static void sort_gifts(carrying *k) {
    if (k->list.count)
        qsort(k->list.items, k->list.count, sizeof *k->list.items, by_commune_and_age);
}

/* How many gifts from `first` on are for the same commune and age. */
static size_t same_target(const gifts *list, size_t first) {
    size_t end = first + 1;
    while (end < list->count && list->items[end].commune == list->items[first].commune &&
           list->items[end].from == list->items[first].from)
        end++;
    return end - first;
}

static double sum_of(const gift *g, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += g[i].value * g[i].share;
    return sum;
}

typedef enum { BY_WEIGHT, BY_PEOPLE, BY_SHARE } weighing;

static double weight_by(const gift *g, weighing how) {
    return g->share * (how == BY_WEIGHT ? g->weight : how == BY_PEOPLE ? g->people : 1);
}

/* The first way to weigh that is known for all of them; their weights together go to `total`. */
static weighing choose_weighing(const gift *g, size_t count, double *total) {
    weighing how = BY_WEIGHT;
    for (; how < BY_SHARE; how++) {
        *total = 0;
        for (size_t i = 0; i < count; i++)
            *total += weight_by(&g[i], how);
        if (*total > 0) /* not where one is NaN */
            return how;
    }
    *total = 0;
    for (size_t i = 0; i < count; i++)
        *total += g[i].share;
    return how;
}

/* The mean of the gifts and its weight, NaN where not all have one. */
static double mean_of(const gift *g, size_t count, double *weight, weighing *how) {
    double total = 0, mean = 0;
    *weight = 0;
    for (size_t i = 0; i < count; i++)
        *weight += g[i].share * g[i].weight;
    *how = choose_weighing(g, count, &total);
    if (count == 1)
        return g->value; /* to the last digit */
    for (size_t i = 0; i < count; i++)
        mean += g[i].value * (weight_by(&g[i], *how) / total);
    return mean;
}

/* ---- imports ---- */

static maille_status open_way(carrying *k, const maille_table *imports, size_t row, passage **way) {
    const char *vintage = imports->columns[maille_table_column(imports, "vintage")].texts[row];
    const char *name = imports->columns[maille_table_column(imports, "name")].texts[row];
    maille_ctx *ctx = k->ctx;
    maille_status status = MAILLE_OK;
    bool no_way;
    if (!(k->strangers = maille_names_new(0)))
        return maille_no_memory(ctx);
    TRY(passage_new(ctx, k->call->loads, vintage, way, &no_way));
    if (no_way)
        TRY(remarks_add(ctx, k->r, "alerte", "millesime", name,
                        "aucune table de passage ne mène du millésime %s à celui des communes : "
                        "codes gardés tels que publiés",
                        vintage));
done:
    return status;
}

static bool is_kind(const maille_table *imports, size_t row, const char *kind) {
    return strcmp(imports->columns[maille_table_column(imports, "kind")].texts[row], kind) == 0;
}

/* What an import brought to a table, in the order of the file. */
static maille_status read_rows(carrying *k, const char *table, const char *const *columns,
                               size_t column_count, const maille_table *imports, size_t import,
                               maille_table **out) {
    static const char *const order[] = {"source_row"};
    int id_column = maille_table_column(imports, "id");
    maille_value id = maille_int_value(imports->columns[id_column].ints[import]);
    maille_filter of_import = maille_equals("import_id", &id);
    maille_query query = {.table = table,
                          .columns = columns,
                          .column_count = column_count,
                          .filter = &of_import,
                          .order = order,
                          .order_count = 1};
    return maille_store_read(k->ctx, k->call->store, &query, out);
}

/* ---- indicators ---- */

static maille_status save_indicator(carrying *k, const char *name, bool sum) {
    static const maille_column_spec columns[] = {{"name", MAILLE_TEXT},
                                                 {"code", MAILLE_TEXT},
                                                 {"value", MAILLE_REAL},
                                                 {"weight", MAILLE_REAL}};
    maille_ctx *ctx = k->ctx;
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    uint32_t simple = 0;
    TRY(maille_table_new(ctx, columns, 4, &table));
    sort_gifts(k);
    for (size_t i = 0, n; i < k->list.count; i += n) {
        const gift *g = &k->list.items[i];
        double weight = NAN;
        weighing how = BY_WEIGHT;
        size_t row;
        n = same_target(&k->list, i);
        double value = sum ? sum_of(g, n) : mean_of(g, n, &weight, &how);
        simple += n > 1 && how == BY_SHARE;
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, name));
        TRY(maille_set_text(ctx, table, row, 1, k->c->code[g->commune]));
        maille_set_real(table, row, 2, value);
        maille_set_real(table, row, 3, weight);
    }
    if (simple)
        TRY(remarks_add(ctx, k->r, "information", "moyenne-simple", name,
                        "%s : %u communes en réunissent d’anciennes dont ni le poids ni la "
                        "population n’est connu, leur moyenne est simple",
                        name, simple));
    if (table->rows < k->c->count)
        TRY(remarks_add(ctx, k->r, "information", "sans-valeur", name,
                        "%s : %zu communes de l’étude sans valeur", name,
                        k->c->count - table->rows));
    k->told->indicators += (uint32_t)table->rows;
    TRY(maille_store_append(ctx, k->call->store, "commune_indicator", table));
done:
    maille_table_free(table);
    k->list.count = 0;
    return status;
}

static maille_status is_sum(carrying *k, const char *name, bool *sum) {
    static const char *const columns[] = {"how"};
    maille_value value = maille_text_value(name);
    maille_filter of_name = maille_equals("name", &value);
    maille_query query = {
        .table = "indicator", .columns = columns, .column_count = 1, .filter = &of_name};
    maille_table *table = NULL;
    maille_status status = maille_store_read(k->ctx, k->call->store, &query, &table);
    *sum = status == MAILLE_OK && table->rows && strcmp(table->columns[0].texts[0], "somme") == 0;
    maille_table_free(table);
    return status;
}

static maille_status carry_indicator(carrying *k, const maille_table *imports, size_t import) {
    static const char *const columns[] = {"code", "value", "weight"};
    const char *name = imports->columns[maille_table_column(imports, "name")].texts[import];
    maille_status status = MAILLE_OK;
    maille_table *rows = NULL;
    passage *way = NULL;
    bool sum = false;
    TRY(is_sum(k, name, &sum));
    TRY(read_rows(k, "indicator_raw", columns, 3, imports, import, &rows));
    TRY(open_way(k, imports, import, &way));
    for (size_t i = 0; i < rows->rows; i++)
        TRY(give(k, way, rows->columns[0].texts[i],
                 (gift){.value = rows->columns[1].reals[i], .weight = rows->columns[2].reals[i]}));
    TRY(save_indicator(k, name, sum));
    TRY(tell_strangers(k, name));
done:
    passage_free(way);
    maille_table_free(rows);
    return status;
}

/* ---- ages ---- */

static maille_status save_ages(carrying *k) {
    static const maille_column_spec columns[] = {{"code", MAILLE_TEXT},
                                                 {"from_age", MAILLE_REAL},
                                                 {"to_age", MAILLE_REAL},
                                                 {"population", MAILLE_REAL}};
    maille_ctx *ctx = k->ctx;
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    TRY(maille_table_new(ctx, columns, 4, &table));
    sort_gifts(k);
    for (size_t i = 0, n; i < k->list.count; i += n) {
        const gift *g = &k->list.items[i];
        size_t row;
        n = same_target(&k->list, i);
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, k->c->code[g->commune]));
        maille_set_real(table, row, 1, g->from);
        maille_set_real(table, row, 2, g->to);
        maille_set_real(table, row, 3, sum_of(g, n));
    }
    k->told->ages = (uint32_t)table->rows;
    TRY(maille_store_append(ctx, k->call->store, "commune_age", table));
done:
    maille_table_free(table);
    k->list.count = 0;
    return status;
}

static maille_status gather_ages(carrying *k, const maille_table *imports, size_t import) {
    static const char *const columns[] = {"code", "from_age", "to_age", "population"};
    maille_status status = MAILLE_OK;
    maille_table *rows = NULL;
    passage *way = NULL;
    TRY(read_rows(k, "population_age_raw", columns, 4, imports, import, &rows));
    TRY(open_way(k, imports, import, &way));
    for (size_t i = 0; i < rows->rows; i++)
        TRY(give(k, way, rows->columns[0].texts[i],
                 (gift){.from = rows->columns[1].reals[i],
                        .to = rows->columns[2].reals[i],
                        .value = rows->columns[3].reals[i],
                        .weight = NAN}));
    TRY(tell_strangers(k, "population par âge"));
done:
    passage_free(way);
    maille_table_free(rows);
    return status;
}

maille_status carry_figures(maille_ctx *ctx, step_call *call, const communes *c, remarks *r,
                            carried *out) {
    maille_status status = MAILLE_OK;
    maille_table *imports = NULL;
    carrying k = {.ctx = ctx, .call = call, .c = c, .r = r, .told = out};
    *out = (carried){0};
    TRY(know_departments(&k));
    TRY(maille_imports(ctx, call->store, &imports));
    for (size_t row = 0; row < imports->rows; row++)
        if (is_kind(imports, row, "indicators"))
            TRY(carry_indicator(&k, imports, row));
    for (size_t row = 0; row < imports->rows; row++)
        if (is_kind(imports, row, "population_age"))
            TRY(gather_ages(&k, imports, row));
    TRY(save_ages(&k));
done:
    maille_table_free(imports);
    maille_names_free(k.departments);
    maille_names_free(k.strangers);
    MAILLE_VEC_FREE(&k.list);
    return status;
}
