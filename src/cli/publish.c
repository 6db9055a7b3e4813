/* Writing layers and saying what was found in them. */
#include "cli/cli.h"

#include <errno.h>
#include <maille/json.h>
#include <maille/layers.h>
#include <maille/memory.h>
#include <maille/steps.h>
#include <maille/tiles.h>
#include <maille/vec.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef MAILLE_VEC(maille_layer_written) written_list;

static maille_status make_folder(maille_ctx *ctx, const char *folder) {
    char path[1024];
    size_t length = strlen(folder);
    if (length + 1 > sizeof path)
        return maille_fail(ctx, MAILLE_USAGE, "--to was longer than %zu bytes", sizeof path - 1);
    memcpy(path, folder, length + 1);
    for (size_t i = 1; i <= length; i++)
        if (path[i] == '/' || path[i] == 0) {
            char kept = path[i];
            path[i] = 0;
            if (mkdir(path, 0777) != 0 && errno != EEXIST)
                return maille_fail(ctx, MAILLE_FAILED, "folder %s was not made: %s", path,
                                   strerror(errno));
            path[i] = kept;
        }
    return MAILLE_OK;
}

maille_status parse_format(maille_ctx *ctx, const char *text, maille_layer_format *out) {
    static const char *const names[] = {"geojson", "gpkg", "csv", "mbtiles"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!text || strcmp(text, names[i]) == 0) {
            *out = (maille_layer_format)i;
            return MAILLE_OK;
        }
    return maille_fail(ctx, MAILLE_USAGE,
                       "--format was \"%s\", expected geojson, gpkg, csv or mbtiles", text);
}

static maille_status write_one(maille_ctx *ctx, maille_catalogue *catalogue, const char *id,
                               maille_layer_format format, unsigned most_zoom, const char *folder,
                               written_list *list) {
    maille_layer_written written = {0};
    maille_status status =
        format == MAILLE_MBTILES
            ? maille_layer_write_tiles(ctx, catalogue, id, most_zoom, folder, &written)
            : maille_layer_write(ctx, catalogue, id, format, folder, &written);
    if (status == MAILLE_OK && written.stale)
        maille_log(ctx, MAILLE_LOG_WARNING,
                   "layer %s is stale: its inputs have changed since; maille compute brings it up "
                   "to date",
                   id);
    if (status == MAILLE_OK && !MAILLE_VEC_PUSH(list, written))
        status = maille_no_memory(ctx);
    return status;
}

/* ---- saying it
 * -------------------------------------------------------------------------------------- */

static void say_figure(const maille_figure *f, char *out, size_t size) {
    char number[64] = "–";
    if (!isnan(f->value))
        say_number(f->value, f->decimals, number, sizeof number);
    snprintf(out, size, "%s %s%s%s", f->title, number, *f->unit ? "\u00a0" : "", f->unit);
}

/* A layer's row, and below it a row for each figure after the first. */
static void add_layer(text_table *t, const maille_layer_written *w) {
    char features[32], seconds[32], figure[200] = "";
    say_number((double)w->features, 0, features, sizeof features);
    snprintf(seconds, sizeof seconds, "%.3f", w->seconds);
    if (w->figure_count)
        say_figure(&w->figures[0], figure, sizeof figure);
    text_table_add(t, (const char *const[]){w->id, features, seconds, figure});
    for (size_t i = 1; i < w->figure_count; i++) {
        say_figure(&w->figures[i], figure, sizeof figure);
        text_table_add(t, (const char *const[]){"", "", "", figure});
    }
    if (w->estimated)
        text_table_add(t, (const char *const[]){"", "", "", "estimé : temps à vol d’oiseau"});
    if (w->stale)
        text_table_add(t, (const char *const[]){"", "", "", "périmé : les données ont changé"});
}

static void print_table(const written_list *list, const maille_catalogue *catalogue,
                        bool with_lacking) {
    text_table t = {.columns = 4,
                    .titles = {"couche", "entités", "secondes", "chiffres"},
                    .right = {false, true, true, false}};
    for (size_t i = 0; i < list->count; i++)
        add_layer(&t, &list->items[i]);
    for (size_t i = 0; with_lacking && i < maille_catalogue_count(catalogue); i++) {
        const maille_layer_state *state = maille_catalogue_layer(catalogue, i);
        char lacks[300];
        if (state->ready)
            continue;
        snprintf(lacks, sizeof lacks, "manque : %s", state->lacks);
        text_table_add(&t, (const char *const[]){state->def->id, "–", "–", lacks});
    }
    text_table_print(&t);
    text_table_free(&t);
}

static void print_json(const written_list *list, const maille_catalogue *catalogue,
                       maille_audience audience, bool with_lacking) {
    maille_strbuf s = {0};
    maille_strbuf_addf(&s, "{\"audience\":\"%s\",\"workspace_hash\":\"%s\",\"layers\":[",
                       maille_audience_name(audience), maille_catalogue_hash(catalogue));
    for (size_t i = 0; i < list->count; i++) {
        const maille_layer_written *w = &list->items[i];
        maille_strbuf_addf(&s, "%s{\"id\":\"%s\",\"path\":", i ? "," : "", w->id);
        maille_json_text(&s, w->path);
        maille_strbuf_addf(&s,
                           ",\"features\":%llu,\"bytes\":%llu,\"seconds\":%.3f,"
                           "\"estimated\":%s,\"stale\":%s,\"figures\":[",
                           (unsigned long long)w->features, (unsigned long long)w->bytes,
                           w->seconds, w->estimated ? "true" : "false",
                           w->stale ? "true" : "false");
        for (size_t k = 0; k < w->figure_count; k++) {
            maille_strbuf_add(&s, k ? ",{\"title\":" : "{\"title\":");
            maille_json_text(&s, w->figures[k].title);
            maille_strbuf_add(&s, ",\"value\":");
            maille_json_fixed(&s, w->figures[k].value, w->figures[k].decimals);
            maille_strbuf_add(&s, ",\"unit\":");
            maille_json_text(&s, w->figures[k].unit);
            maille_strbuf_add(&s, "}");
        }
        maille_strbuf_add(&s, "]}");
    }
    maille_strbuf_add(&s, "],\"lacking\":[");
    bool first = true;
    for (size_t i = 0; with_lacking && i < maille_catalogue_count(catalogue); i++) {
        const maille_layer_state *state = maille_catalogue_layer(catalogue, i);
        if (state->ready)
            continue;
        maille_strbuf_addf(&s, "%s{\"id\":\"%s\",\"lacks\":", first ? "" : ",", state->def->id);
        maille_json_text(&s, state->lacks);
        maille_strbuf_add(&s, "}");
        first = false;
    }
    maille_strbuf_add(&s, "]}\n");
    if (!s.failed)
        fputs(s.text, stdout);
    maille_strbuf_free(&s);
}

maille_status publish_layers(maille_ctx *ctx, maille_store *store, maille_audience audience,
                             const char *const *names, size_t count, maille_layer_format format,
                             unsigned most_zoom, const char *folder, bool json, bool quiet) {
    maille_status status = MAILLE_OK;
    maille_step_state *states = NULL;
    maille_catalogue *catalogue = NULL;
    const maille_layer_state *state = NULL;
    size_t state_count = 0;
    written_list list = {0};
    TRY(maille_steps_state(ctx, store, audience, &states, &state_count));
    TRY(maille_catalogue_new(ctx, store, audience, states, state_count, &catalogue));
    for (size_t i = 0; i < count; i++) /* all that was asked for, before anything is written */
        TRY(maille_catalogue_find(ctx, catalogue, names[i], &state));
    TRY(make_folder(ctx, folder));
    for (size_t i = 0; i < count; i++)
        TRY(write_one(ctx, catalogue, names[i], format, most_zoom, folder, &list));
    for (size_t i = 0; !names && i < maille_catalogue_count(catalogue); i++) {
        state = maille_catalogue_layer(catalogue, i);
        bool fits = format != MAILLE_MBTILES || state->def->geometry; /* tiles are of places */
        if (state->ready && fits)
            TRY(write_one(ctx, catalogue, state->def->id, format, most_zoom, folder, &list));
    }
    if (json)
        print_json(&list, catalogue, audience, !names);
    else if (!quiet)
        print_table(&list, catalogue, !names);
done:
    MAILLE_VEC_FREE(&list);
    maille_catalogue_free(catalogue);
    maille_free(states);
    return status;
}
