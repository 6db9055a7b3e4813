/* maille access: accessibility from a table of times, demand and supply. */
#include "cli/cli.h"

#include <maille/access.h>
#include <maille/map.h>
#include <maille/memory.h>
#include <maille/strbuf.h>
#include <maille/text.h>
#include <maille/vectorfile.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ids with an amount each: demand or supply. */
typedef struct {
    maille_table *table;
    const char **id;
    double *amount;
    maille_names *number;
    size_t count;
} amounts;

static void amounts_free(amounts *a) {
    maille_table_free(a->table);
    maille_free(a->amount);
    maille_names_free(a->number);
}

static maille_status read_amounts(maille_ctx *ctx, const char *path, const char *column,
                                  amounts *out) {
    const char *columns[] = {"id", column};
    maille_read_options options = {.columns = columns, .column_count = 2, .texts = true};
    maille_status status = MAILLE_OK;
    TRY(maille_file_read(ctx, path, &options, &out->table));
    out->count = out->table->rows;
    out->id = out->table->columns[0].texts;
    out->amount = maille_alloc(out->count + 1, sizeof *out->amount);
    out->number = maille_names_new(out->count);
    if (!out->amount || !out->number) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < out->count; i++) {
        const char *text = out->table->columns[1].texts[i], *id = out->id[i] ? out->id[i] : "";
        if (!text || !maille_parse_number(text, &out->amount[i]) || out->amount[i] < 0) {
            status = maille_fail(ctx, MAILLE_REFUSED,
                                 "%s: row %lld: %s \"%s\" was no number of 0 or more", path,
                                 file_row(out->table, i), column, text ? text : "");
            goto done;
        }
        if (maille_names_get(out->number, id) != MAILLE_ABSENT) {
            status = maille_fail(ctx, MAILLE_REFUSED, "%s: row %lld: id \"%s\" stood twice", path,
                                 file_row(out->table, i), id);
            goto done;
        }
        if (!maille_names_set(out->number, id, (uint32_t)i)) {
            status = maille_no_memory(ctx);
            goto done;
        }
    }
done:
    return status;
}

typedef struct {
    uint32_t demand, supply;
    double minutes;
} time_row;

static int by_demand_and_supply(const void *a, const void *b) {
    const time_row *x = a, *y = b;
    if (x->demand != y->demand)
        return x->demand < y->demand ? -1 : 1;
    return x->supply < y->supply ? -1 : x->supply > y->supply;
}

/* Rows of the table of times whose two ids are known; the others are counted. */
static maille_status read_times(maille_ctx *ctx, const char *path, const amounts *demand,
                                const amounts *supply, time_row **rows, size_t *count,
                                size_t *strangers) {
    const char *columns[] = {"from_id", "to_id", "minutes"};
    maille_read_options options = {.columns = columns, .column_count = 3, .texts = true};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    size_t n = 0;
    time_row *list = NULL;
    TRY(maille_file_read(ctx, path, &options, &table));
    list = maille_alloc(table->rows + 1, sizeof *list);
    if (!list) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < table->rows; i++) {
        const char *from = table->columns[0].texts[i], *to = table->columns[1].texts[i];
        const char *text = table->columns[2].texts[i];
        time_row row = {from ? maille_names_get(demand->number, from) : MAILLE_ABSENT,
                        to ? maille_names_get(supply->number, to) : MAILLE_ABSENT, 0};
        if (!text || !maille_parse_number(text, &row.minutes) || row.minutes < 0) {
            status = maille_fail(ctx, MAILLE_REFUSED, "%s: row %lld: minutes \"%s\" was no time",
                                 path, file_row(table, i), text ? text : "");
            goto done;
        }
        if (row.demand == MAILLE_ABSENT || row.supply == MAILLE_ABSENT)
            ++*strangers;
        else
            list[n++] = row;
    }
    qsort(list, n, sizeof *list, by_demand_and_supply);
    for (size_t i = 1; i < n; i++)
        if (by_demand_and_supply(&list[i - 1], &list[i]) == 0) {
            status = maille_fail(ctx, MAILLE_REFUSED, "%s: the pair %s, %s stood twice", path,
                                 demand->id[list[i].demand], supply->id[list[i].supply]);
            goto done;
        }
    *rows = list;
    *count = n;
    list = NULL;
done:
    maille_free(list);
    maille_table_free(table);
    return status;
}

static maille_status write_access(maille_ctx *ctx, const char *path, const amounts *demand,
                                  const double *access) {
    FILE *out = NULL;
    maille_strbuf line = {0};
    maille_status status = open_result(ctx, path, &out);
    if (status != MAILLE_OK)
        return status;
    fprintf(out, "id,access\n");
    for (size_t i = 0; i < demand->count && !line.failed; i++) {
        maille_strbuf_clear(&line);
        maille_strbuf_add_csv(&line, demand->id[i] ? demand->id[i] : "");
        maille_strbuf_addf(&line, ",%.17g\n", access[i]);
        fwrite(line.text, 1, line.length, out);
    }
    status = close_result(ctx, path, out);
    if (line.failed)
        status = maille_no_memory(ctx);
    maille_strbuf_free(&line);
    return status;
}

typedef struct {
    const char *times, *demand, *supply, *method, *decay, *out;
    bool quiet;
} access_options;

static maille_status compute(maille_ctx *ctx, const access_options *o) {
    maille_status status = MAILLE_OK;
    amounts demand = {0}, supply = {0};
    time_row *rows = NULL;
    uint64_t *start = NULL;
    uint32_t *column = NULL;
    double *minutes = NULL, *access = NULL;
    size_t count = 0, strangers = 0;
    maille_access_method method;
    maille_decay decay;
    maille_access_report report = {0};
    TRY(maille_access_method_parse(ctx, o->method, &method));
    TRY(maille_decay_parse(ctx, o->decay, &decay));
    TRY(read_amounts(ctx, o->demand, "population", &demand));
    TRY(read_amounts(ctx, o->supply, "supply", &supply));
    TRY(read_times(ctx, o->times, &demand, &supply, &rows, &count, &strangers));
    start = maille_alloc(demand.count + 2, sizeof *start);
    column = maille_alloc(count + 1, sizeof *column);
    minutes = maille_alloc(count + 1, sizeof *minutes);
    access = maille_alloc(demand.count + 1, sizeof *access);
    if (!start || !column || !minutes || !access) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < count; i++) {
        start[rows[i].demand + 1]++;
        column[i] = rows[i].supply;
        minutes[i] = rows[i].minutes;
    }
    for (size_t i = 0; i < demand.count; i++)
        start[i + 1] += start[i];
    maille_reach reach = {(uint32_t)demand.count, (uint32_t)supply.count, start, column, minutes};
    TRY(maille_access(ctx, &reach, demand.amount, supply.amount, method, &decay, access, &report));
    TRY(write_access(ctx, o->out, &demand, access));
    if (strangers)
        maille_log(ctx, MAILLE_LOG_WARNING,
                   "%s: %zu rows named an id that is neither demand nor supply: left out", o->times,
                   strangers);
    if (!o->quiet)
        fprintf(stderr,
                "supply %.6g, of which reached %.6g; %u supplies reach nobody, %u demands reach "
                "nothing; population × access = %.6g\n",
                report.supply_total, report.supply_reached, report.supply_unreached,
                report.demand_without, report.demand_times_access);
done:
    amounts_free(&demand);
    amounts_free(&supply);
    maille_free(rows);
    maille_free(start);
    maille_free(column);
    maille_free(minutes);
    maille_free(access);
    return status;
}

static maille_status run(maille_ctx *ctx, int argc, char **argv) {
    access_options o = {0};
    const option options[] = {{"times", 0, &o.times, NULL},   {"demand", 0, &o.demand, NULL},
                              {"supply", 0, &o.supply, NULL}, {"method", 0, &o.method, NULL},
                              {"decay", 0, &o.decay, NULL},   {"out", 'o', &o.out, NULL},
                              {"quiet", 'q', NULL, &o.quiet}};
    const char **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    size_t rest_count = 0;
    maille_status status = MAILLE_OK;
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_access, argc, argv, options, 7, rest, &rest_count));
    if (!o.times || !o.demand || !o.supply || !o.method || !o.decay || rest_count) {
        status = maille_fail(ctx, MAILLE_USAGE,
                             "expected --times --demand --supply --method --decay; see maille "
                             "access -h");
        goto done;
    }
    TRY(compute(ctx, &o));
done:
    maille_free((void *)rest);
    return status;
}

const command cmd_access = {
    "access", "--times times.csv --demand FILE --supply FILE --method M --decay D --out FILE",
    "accessibility from times, demand and supply",
    "      --times FILE    from_id,to_id,minutes (as maille times writes it)\n"
    "      --demand FILE   id,population\n"
    "      --supply FILE   id,supply\n"
    "      --method M      2sfca e2sfca 3sfca bfca spatial-availability cumulative gravity\n"
    "      --decay D       steps:10=1,15=0.3,20=0.1 · binary:45 · exp:0.2 · power:1.5 · gauss:20\n"
    "  -o, --out FILE      id,access with 17 digits; stdout by default\n\n"
    "Thresholds include their upper bound. 3sfca applies impedance twice.\n",
    run};
