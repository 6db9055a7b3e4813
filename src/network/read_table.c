/* Roads from a layer of lines or a table of links: one row, one edge. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <maille/map.h>
#include <maille/memory.h>
#include <maille/text.h>
#include <maille/vectorfile.h>

#include "network/bd_topo.h"
#include "network/read.h"

/* The fields of a row, as numbers of columns; -1 = not given. */
enum {
    FROM,
    TO,
    LENGTH,
    SPEED,
    TIME,
    DIRECTION,
    ID,
    BD_FIRST,
    FIELD_COUNT = BD_FIRST + BD_COLUMNS
};

typedef struct {
    const network_input *input;
    const char *layer;
    network_profile *profile; /* of BD TOPO, else NULL */
    maille_names *edges;      /* of BD TOPO: edges by their cleabs */
    const char *names[FIELD_COUNT];
    int columns[FIELD_COUNT];
    maille_table *table;
    maille_lines *lines;        /* NULL for a table of links; degrees, then metres */
    double *drawn_m;            /* length of each drawing */
    uint64_t *ends;             /* two grid points a row, where nodes are shared endpoints */
    maille_names *named_nodes;  /* nodes by their id */
    maille_ids *placed_nodes;   /* nodes by their place */
    char text[FIELD_COUNT][32]; /* numbers as texts */
} reader;

static bool is_bd_topo(const maille_table *columns) {
    return bd_topo_column(columns, BD_TOPO_SPEED) && bd_topo_column(columns, BD_TOPO_DIRECTION);
}

/* Without names of fields BD TOPO's, where they are there. */
static maille_status choose_fields(reader *r, const maille_table *columns) {
    const maille_road_fields *f = r->input->fields;
    const char *given[FIELD_COUNT] = {f->from,   f->to,        f->length_m, f->speed_kmh,
                                      f->time_s, f->direction, NULL};
    bool any = false;
    for (int i = 0; i < FIELD_COUNT; i++)
        any = any || given[i];
    memcpy(r->names, given, sizeof given);
    if (any || !is_bd_topo(columns))
        return MAILLE_OK;
    r->names[SPEED] = bd_topo_column(columns, BD_TOPO_SPEED);
    r->names[DIRECTION] = bd_topo_column(columns, BD_TOPO_DIRECTION);
    r->names[ID] = bd_topo_column(columns, BD_TOPO_ID);
    for (int i = 0; i < BD_COLUMNS; i++)
        r->names[BD_FIRST + i] = bd_topo_column(columns, i);
    return f->profile ? network_profile_read(r->input->ctx, f->profile, &r->profile) : MAILLE_OK;
}

static maille_status check_fields(const reader *r, bool geometry) {
    const network_input *in = r->input;
    if (!r->names[FROM] != !r->names[TO])
        return maille_fail(in->ctx, MAILLE_USAGE, "%s: from and to must be given together",
                           in->path);
    if (!geometry && !r->names[FROM])
        return maille_fail(in->ctx, MAILLE_REFUSED,
                           "%s: had neither lines nor fields of nodes (from, to)", in->path);
    if (!geometry && !r->names[LENGTH] && !r->names[TIME])
        return maille_fail(in->ctx, MAILLE_REFUSED,
                           "%s: had neither lines nor a field of length or time", in->path);
    if (!r->names[SPEED] && !r->names[TIME] && !(in->fields->default_speed_kmh > 0))
        return maille_fail(in->ctx, MAILLE_USAGE,
                           "%s: no field of speed_kmh or time_s and no default speed was given",
                           in->path);
    return MAILLE_OK;
}

static maille_status read_rows(reader *r, bool is_csv) {
    const char *wanted[FIELD_COUNT];
    size_t count = 0;
    for (int i = 0; i < FIELD_COUNT; i++) {
        r->columns[i] = -1;
        if (r->names[i]) {
            r->columns[i] = (int)count;
            wanted[count++] = r->names[i];
        }
    }
    /* texts of a CSV as written: an id keeps its zeros */
    maille_read_options options = {.layer = r->layer,
                                   .columns = wanted,
                                   .column_count = count,
                                   .with_geometry = !is_csv,
                                   .texts = is_csv};
    return maille_file_read(r->input->ctx, r->input->path, &options, &r->table);
}

static bool is_null(const reader *r, size_t row, int field) {
    const maille_column *c = &r->table->columns[r->columns[field]];
    if (c->null && c->null[row])
        return true;
    return c->type == MAILLE_TEXT && (!c->texts[row] || maille_is_missing(c->texts[row]));
}

/* NaN where the field is null or no number. */
static double number(const reader *r, size_t row, int field) {
    const maille_column *c = &r->table->columns[r->columns[field]];
    double value = NAN;
    if (is_null(r, row, field))
        return NAN;
    if (c->type == MAILLE_INT)
        return (double)c->ints[row];
    if (c->type == MAILLE_REAL)
        return c->reals[row];
    if (c->type == MAILLE_TEXT && maille_parse_number(c->texts[row], &value))
        return value;
    return NAN;
}

/* NULL where the field is null; valid until the next call for the same field. */
static const char *text(reader *r, size_t row, int field) {
    const maille_column *c = &r->table->columns[r->columns[field]];
    if (is_null(r, row, field))
        return NULL;
    if (c->type == MAILLE_TEXT)
        return c->texts[row];
    if (c->type == MAILLE_INT)
        snprintf(r->text[field], sizeof r->text[field], "%lld", (long long)c->ints[row]);
    else if (c->type == MAILLE_REAL)
        snprintf(r->text[field], sizeof r->text[field], "%.17g", c->reals[row]);
    else
        return NULL;
    return r->text[field];
}

static uint64_t grid_key(maille_xy lonlat) {
    int64_t lon = llround(lonlat.x * MAILLE_GRID_PER_DEGREE);
    int64_t lat = llround(lonlat.y * MAILLE_GRID_PER_DEGREE);
    return (uint64_t)(uint32_t)lon << 32 | (uint32_t)lat;
}

/* What must be taken from the lines before they become metres: lengths and shared endpoints. */
static maille_status measure(reader *r) {
    maille_ctx *ctx = r->input->ctx;
    const maille_lines *lines = r->lines;
    r->drawn_m = maille_alloc(lines->count, sizeof *r->drawn_m);
    r->ends = maille_alloc(lines->count, 2 * sizeof *r->ends);
    if (!r->drawn_m || !r->ends)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < lines->count; i++) {
        uint32_t begin = lines->start[i], end = lines->start[i + 1];
        if (begin == end)
            continue;
        for (uint32_t p = begin + 1; p < end; p++) {
            maille_xy a = lines->points[p - 1], b = lines->points[p];
            r->drawn_m[i] +=
                network_metres_between((maille_lonlat){a.x, a.y}, (maille_lonlat){b.x, b.y});
        }
        r->ends[2 * (size_t)i] = grid_key(lines->points[begin]);
        r->ends[2 * (size_t)i + 1] = grid_key(lines->points[end - 1]);
    }
    return MAILLE_OK;
}

/* Points that the CRS cannot take become NaN: their lines are dropped and counted. */
static maille_status project(reader *r) {
    enum { CHUNK = 4096 };
    maille_ctx *ctx = r->input->ctx;
    maille_status status = MAILLE_OK;
    size_t count = r->lines->start[r->lines->count];
    maille_lonlat *chunk = maille_alloc(CHUNK, sizeof *chunk);
    if (!chunk)
        return maille_no_memory(ctx);
    for (size_t done = 0; done < count && !status; done += CHUNK) {
        maille_xy *points = r->lines->points + done;
        size_t n = count - done < CHUNK ? count - done : CHUNK;
        for (size_t i = 0; i < n; i++)
            chunk[i] = (maille_lonlat){points[i].x, points[i].y};
        status = maille_crs_project(ctx, r->input->crs, chunk, points, n, NULL);
    }
    maille_free(chunk);
    return status;
}

static maille_status read_lines(reader *r) {
    maille_ctx *ctx = r->input->ctx;
    int column = maille_table_column(r->table, "geom");
    if (column < 0)
        return MAILLE_OK;
    maille_status status = maille_lines_from_column(ctx, r->table, (size_t)column, &r->lines, NULL);
    if (!status)
        status = measure(r);
    if (!status)
        status = project(r);
    return status;
}

typedef enum { BOTH, FORWARD, BACKWARD, CLOSED, UNKNOWN } way;

static way read_direction(const char *value) {
    static const struct {
        const char *slug;
        way way;
    } words[] = {{"double-sens", BOTH},
                 {"sans-objet", BOTH},
                 {"both", BOTH},
                 {"b", BOTH},
                 {"0", BOTH},
                 {"no", BOTH},
                 {"sens-direct", FORWARD},
                 {"direct", FORWARD},
                 {"forward", FORWARD},
                 {"ft", FORWARD},
                 {"f", FORWARD},
                 {"1", FORWARD},
                 {"yes", FORWARD},
                 {"sens-inverse", BACKWARD},
                 {"inverse", BACKWARD},
                 {"backward", BACKWARD},
                 {"tf", BACKWARD},
                 {"t", BACKWARD},
                 {"-1", BACKWARD},
                 {"n", CLOSED}};
    way found = UNKNOWN;
    if (strcmp(value, "-1") == 0) /* a slug has no sign */
        return BACKWARD;
    char *slug = maille_slug(value);
    for (size_t i = 0; slug && i < sizeof words / sizeof *words; i++)
        if (strcmp(slug, words[i].slug) == 0)
            found = words[i].way;
    maille_free(slug);
    return found;
}

/* Whether BD TOPO's columns let the mode pass; else counted which did not. */
static bool is_open(reader *r, size_t row) {
    maille_network_report *report = r->input->report;
    uint64_t *const reasons[BD_COLUMNS] = {[BD_NATURE] = &report->other_mode,
                                           [BD_CAR_ACCESS] = &report->no_access,
                                           [BD_FOOT_ACCESS] = &report->no_access,
                                           [BD_STATE] = &report->not_built};
    static const network_bd_column telling[] = {BD_STATE, BD_NATURE, BD_CAR_ACCESS, BD_FOOT_ACCESS};
    for (size_t k = 0; k < BD_COLUMNS; k++) {
        network_bd_column i = telling[k];
        const char *value = r->columns[BD_FIRST + i] < 0 ? NULL : text(r, row, BD_FIRST + (int)i);
        if (bd_topo_is_open(&r->profile->bd_topo, i, value))
            continue;
        ++*reasons[i];
        return false;
    }
    return true;
}

/* Which way row `row` may be driven; what is closed was counted. */
static maille_status row_way(reader *r, size_t row, long long line, way *out) {
    const network_input *in = r->input;
    *out = in->fields->directed ? FORWARD : BOTH;
    if (r->profile && !is_open(r, row)) {
        *out = CLOSED;
        return MAILLE_OK;
    }
    if (r->profile && r->profile->bd_topo.kmh > 0) /* whatever may be driven */
        return MAILLE_OK;
    if (r->columns[DIRECTION] < 0)
        return MAILLE_OK;
    const char *value = text(r, row, DIRECTION);
    if (!value)
        return MAILLE_OK;
    *out = read_direction(value);
    if (*out == UNKNOWN)
        return maille_fail(in->ctx, MAILLE_REFUSED, "%s: row %lld: the direction “%s” was unknown",
                           in->path, line, value);
    in->report->no_access += *out == CLOSED;
    return MAILLE_OK;
}

/* Number of the node at one end of a row, made when it is new. */
static maille_status row_node(reader *r, size_t row, bool end, uint32_t *node) {
    maille_ctx *ctx = r->input->ctx;
    network_draft *draft = r->input->draft;
    const char *name = NULL;
    maille_xy at = {NAN, NAN};
    if (r->lines) {
        uint32_t begin = r->lines->start[row], after = r->lines->start[row + 1];
        at = r->lines->points[end ? after - 1 : begin];
    }
    if (r->named_nodes) {
        name = text(r, row, end ? TO : FROM);
        *node = maille_names_get(r->named_nodes, name);
    } else {
        *node = maille_ids_get(r->placed_nodes, r->ends[2 * row + end]);
    }
    if (*node != MAILLE_ABSENT)
        return MAILLE_OK;
    maille_status status = network_draft_add_node(ctx, draft, at, name, node);
    if (status)
        return status;
    bool kept = r->named_nodes ? maille_names_set(r->named_nodes, name, *node)
                               : maille_ids_set(r->placed_nodes, r->ends[2 * row + end], *node);
    return kept ? MAILLE_OK : maille_no_memory(ctx);
}

/* A line so short that all its points are one on the grid has a drawing too. */
static bool has_drawing(const reader *r, size_t row) {
    uint32_t begin = r->lines->start[row], end = r->lines->start[row + 1];
    if (begin == end)
        return false;
    for (uint32_t p = begin; p < end; p++)
        if (!isfinite(r->lines->points[p].x) || !isfinite(r->lines->points[p].y))
            return false;
    return true;
}

static bool is_loop(reader *r, size_t row) {
    if (r->named_nodes)
        return strcmp(text(r, row, FROM), text(r, row, TO)) == 0;
    return has_drawing(r, row) && r->ends[2 * row] == r->ends[2 * row + 1];
}

/* The speed by the profile instead of BD TOPO's; false, and counted, where that is not driven. */
static bool take_profile(reader *r, double *speed) {
    const network_bd_topo *bd = &r->profile->bd_topo;
    if (bd->kmh > 0) {
        *speed = bd->kmh;
    } else if (*speed < bd->least_kmh) {
        r->input->report->other_mode++;
        return false;
    }
    *speed *= r->profile->factor;
    return true;
}

/* Of BD TOPO the nature, of others the speed. */
static unsigned class_of(reader *r, size_t row, double speed) {
    maille_network_report *report = r->input->report;
    const char *nature =
        r->columns[BD_FIRST + BD_NATURE] < 0 ? NULL : text(r, row, BD_FIRST + BD_NATURE);
    char name[32] = "-";
    if (nature) {
        report->ferries += strncmp(nature, "Bac ", 4) == 0;
        report->ferries_untimed += strncmp(nature, "Bac ", 4) == 0;
        return network_report_class(report, nature);
    }
    if (speed > 0)
        snprintf(name, sizeof name, "%g", speed);
    return network_report_class(report, name);
}

/* The number of a field, NaN where it is null or not given. */
static double figure(const reader *r, size_t row, int field) {
    return r->columns[field] >= 0 ? number(r, row, field) : NAN;
}

/* Length, weight and class of a row; false, and counted, when one lacks. */
static bool weigh(reader *r, size_t row, network_draft_edge *edge) {
    maille_network_report *report = r->input->report;
    double length = figure(r, row, LENGTH), speed = figure(r, row, SPEED),
           time = figure(r, row, TIME);
    if (isnan(length) && r->columns[LENGTH] < 0 && r->lines)
        length = r->drawn_m[row];
    if (r->profile && !take_profile(r, &speed))
        return false;
    if (!(length >= 0) && !(time > 0)) {
        report->no_length++;
        return false;
    }
    if (!(speed > 0) && !(time > 0)) {
        speed = r->input->fields->default_speed_kmh;
        if (!(speed > 0)) {
            report->no_speed++;
            return false;
        }
    }
    edge->ms = time > 0 ? network_round_ms(time * 1000.0) : maille_arc_ms(length, speed);
    edge->length_m = length >= 0 ? length : 0;
    edge->class_of = class_of(r, row, speed);
    return true;
}

/* Whether a row has two ends and a drawing; else counted. */
static bool has_ends(reader *r, size_t row) {
    maille_network_report *report = r->input->report;
    if (r->named_nodes && (is_null(r, row, FROM) || is_null(r, row, TO)))
        report->missing_nodes++;
    else if (is_loop(r, row))
        report->loops++;
    else if (r->lines && !has_drawing(r, row))
        report->no_geometry++;
    else
        return true;
    return false;
}

static maille_status add_row(reader *r, size_t row, long long line) {
    network_draft_edge edge = {0};
    way direction = CLOSED;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(row_way(r, row, line, &direction));
    if (direction == CLOSED || !has_ends(r, row) || !weigh(r, row, &edge))
        goto done;
    MAILLE_TRY(row_node(r, row, false, &edge.from));
    MAILLE_TRY(row_node(r, row, true, &edge.to));
    edge.back_ms = direction == FORWARD ? MAILLE_NO_ARC : edge.ms;
    if (direction == BACKWARD)
        edge.ms = MAILLE_NO_ARC;
    if (r->lines) {
        edge.points = r->lines->points + r->lines->start[row];
        edge.point_count = r->lines->start[row + 1] - r->lines->start[row];
    }
    const char *id = r->columns[ID] < 0 ? NULL : text(r, row, ID);
    if (id && !maille_names_set(r->edges, id, (uint32_t)r->input->draft->from.count))
        status = maille_no_memory(r->input->ctx);
    else
        status = network_draft_add_edge(r->input->ctx, r->input->draft, &edge);
done:
    return status;
}

static maille_status add_rows(reader *r) {
    maille_ctx *ctx = r->input->ctx;
    maille_status status = MAILLE_OK;
    int line = maille_table_column(r->table, MAILLE_ROW_COLUMN);
    if (r->columns[FROM] >= 0)
        r->named_nodes = maille_names_new(r->table->rows);
    else
        r->placed_nodes = maille_ids_new(r->table->rows);
    if (r->columns[ID] >= 0)
        r->edges = maille_names_new(r->table->rows);
    if ((!r->named_nodes && !r->placed_nodes) || (r->columns[ID] >= 0 && !r->edges))
        return maille_no_memory(ctx);
    r->input->report->lines_read = r->table->rows;
    for (size_t row = 0; row < r->table->rows && !status; row++) {
        if (row % 65536 == 0)
            maille_progress(ctx, "roads", row, r->table->rows);
        status = add_row(r, row, line < 0 ? (long long)row + 1 : r->table->columns[line].ints[row]);
    }
    return status;
}

/* What turns cost, and which are forbidden, where BD TOPO tells and the profile wants to know. */
static maille_status bind_turns(reader *r, const char *format) {
    if (!r->profile)
        return MAILLE_OK;
    r->input->draft->turns.costs = network_costs_of(r->profile);
    bool beside = r->edges && r->profile->turn_modes.count && strcmp(format, "GPKG") == 0;
    return beside ? bd_topo_read_turns(r->input, r->edges) : MAILLE_OK;
}

maille_status network_read_table(const network_input *input) {
    reader r = {.input = input,
                .layer = maille_roads_layer(input->ctx, input->path, input->fields->layer)};
    maille_file_info info = {0};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_file_inspect(input->ctx, input->path, r.layer, &info));
    bool is_csv = info.kind == MAILLE_FILE_CSV;
    MAILLE_TRY(choose_fields(&r, info.columns));
    MAILLE_TRY(check_fields(&r, !is_csv));
    MAILLE_TRY(read_rows(&r, is_csv));
    MAILLE_TRY(read_lines(&r));
    MAILLE_TRY(add_rows(&r));
    MAILLE_TRY(bind_turns(&r, info.format));
done:
    maille_file_info_clear(&info);
    network_profile_free(r.profile);
    maille_table_free(r.table);
    maille_lines_free(r.lines);
    maille_free(r.drawn_m);
    maille_free(r.ends);
    maille_names_free(r.edges);
    maille_names_free(r.named_nodes);
    maille_ids_free(r.placed_nodes);
    return status;
}
