/* What a job does: layers computed again beside those who write, layers as files, a backup. */
#include "service/jobs.h"

#include <dirent.h>
#include <errno.h>
#include <maille/clock.h>
#include <maille/extract.h>
#include <maille/items.h>
#include <maille/steps.h>
#include <maille/tiles.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 }; /* bytes that are written at a time */

static const char *const WHO = "maille serve";

/* ---- computing again ---- */

/* An import that went on meanwhile makes it begin again, so often at most. */
enum { MOST_ATTEMPTS = 3 };

static maille_status compute_for(maille_ctx *ctx, maille_store *store, task *t,
                                 maille_audience audience) {
    const maille_run_options options = {.audience = audience};
    maille_step_result *results = NULL;
    size_t count = 0;
    t->from = t->base = audience == MAILLE_INTERNE ? 0 : 0.5;
    maille_status status = maille_steps_run(ctx, store, &options, &results, &count);
    for (size_t i = 0; i < count; i++)
        t->ran += results[i].outcome == MAILLE_STEP_RAN;
    maille_free(results);
    return status;
}

static maille_status compute_once(maille_ctx *ctx, task *t) {
    const service *s = t->jobs->service;
    maille_store *store = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_store_open_deferred(ctx, s->workspace, WHO, s->config->write_wait_s, &store));
    MAILLE_TRY(maille_store_act_as(ctx, store, t->who, t->account));
    MAILLE_TRY(compute_for(ctx, store, t, MAILLE_INTERNE));
    MAILLE_TRY(compute_for(ctx, store, t, MAILLE_PUBLIC));
done:
    maille_store_close(store);
    if (s->hub)
        hub_wake(s->hub); /* steps that were whole are there, whatever became of the others */
    return status;
}

/* The service itself is not in a hurry: it comes back later (jobs.c). */
static maille_status compute(maille_ctx *ctx, task *t) {
    const struct timespec nap = {.tv_sec = 1};
    maille_status status = compute_once(ctx, t);
    for (int i = 1; status == MAILLE_BUSY && t->account && i < MOST_ATTEMPTS; i++) {
        if (atomic_load(&t->cancel))
            return maille_cancelled(ctx);
        nanosleep(&nap, NULL);
        status = compute_once(ctx, t);
    }
    return status;
}

static maille_status is_due_for(maille_ctx *ctx, maille_store *store, maille_audience audience,
                                bool *due) {
    maille_step_state *states = NULL;
    size_t count = 0;
    maille_status status = maille_steps_state(ctx, store, audience, &states, &count);
    for (size_t i = 0; i < count; i++)
        *due = *due || maille_step_due(&states[i]);
    maille_free(states);
    return status;
}

maille_status work_is_due(maille_ctx *ctx, jobs *j, bool *due) {
    maille_store *store = NULL;
    maille_status status = MAILLE_OK;
    *due = false;
    MAILLE_TRY(maille_store_open(ctx, j->service->workspace, MAILLE_STORE_READ, WHO, &store));
    MAILLE_TRY(maille_store_begin(ctx, store));
    MAILLE_TRY(is_due_for(ctx, store, MAILLE_INTERNE, due));
    MAILLE_TRY(is_due_for(ctx, store, MAILLE_PUBLIC, due));
done:
    maille_store_close(store);
    return status;
}

/* ---- files ---- */

void remove_folder(const char *path) {
    char file[1024];
    DIR *folder = opendir(path);
    for (const struct dirent *e; folder && (e = readdir(folder));) {
        int length = snprintf(file, sizeof file, "%s/%s", path, e->d_name);
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && length > 0 &&
            (size_t)length < sizeof file)
            unlink(file);
    }
    if (folder)
        closedir(folder);
    rmdir(path);
}

static maille_status make_folder(maille_ctx *ctx, const task *t, char *path, size_t size) {
    if (!task_path(t->jobs, t, NULL, path, size))
        return maille_fail(ctx, MAILLE_FAILED, "the path of the folder of a job was too long");
    if (mkdir(path, 0700) != 0)
        return maille_fail(ctx, MAILLE_FAILED, "folder %s could not be made: %s", path,
                           strerror(errno));
    return MAILLE_OK;
}

static maille_status for_its_owner(maille_ctx *ctx, const char *path) {
    if (chmod(path, 0600) != 0)
        return maille_fail(ctx, MAILLE_FAILED, "%s could not be kept from others: %s", path,
                           strerror(errno));
    return MAILLE_OK;
}

/* ---- layers as files ---- */

static maille_status write_out(maille_ctx *ctx, FILE *file, const char *path, maille_strbuf *s) {
    if (s->failed)
        return maille_no_memory(ctx);
    if (s->length && fwrite(s->text, 1, s->length, file) != s->length)
        return maille_fail(ctx, MAILLE_FAILED, "%s could not be written: %s", path,
                           strerror(errno));
    maille_strbuf_clear(s);
    return MAILLE_OK;
}

/* What stands before the first feature. */
static maille_status add_head(maille_ctx *ctx, const maille_catalogue *catalogue, const char *id,
                              maille_items *items, bool csv, maille_strbuf *s) {
    if (csv)
        return maille_items_add_csv_header(ctx, items, s);
    maille_strbuf_add(s, "{\n\"type\":\"FeatureCollection\",\n");
    maille_status status = maille_layer_members(ctx, catalogue, id, s);
    maille_strbuf_add(s, ",\n\"features\":[");
    return status;
}

static maille_status write_features(maille_ctx *ctx, const maille_catalogue *catalogue,
                                    const char *id, maille_items *items, bool csv, FILE *file,
                                    const char *path) {
    maille_strbuf s = {0};
    maille_status status = MAILLE_OK;
    bool found = true, first = true;
    MAILLE_TRY(add_head(ctx, catalogue, id, items, csv, &s));
    while (found) {
        MAILLE_TRY(maille_items_next(ctx, items, &found));
        if (!found)
            break;
        if (!csv)
            maille_strbuf_add(&s, first ? "\n" : ",\n");
        first = false;
        MAILLE_TRY(csv ? maille_items_add_csv(ctx, items, &s)
                       : maille_items_add_geojson(ctx, items, &s));
        if (s.length < PIECE)
            continue;
        MAILLE_TRY(maille_cancelled(ctx));
        MAILLE_TRY(write_out(ctx, file, path, &s));
    }
    if (!csv)
        maille_strbuf_add(&s, "\n]\n}\n");
    MAILLE_TRY(write_out(ctx, file, path, &s));
done:
    maille_strbuf_free(&s);
    return status;
}

static maille_status write_text(maille_ctx *ctx, const maille_catalogue *catalogue, const char *id,
                                maille_items *items, bool csv, const char *path) {
    FILE *file = fopen(path, "wxe");
    if (!file)
        return maille_fail(ctx, MAILLE_FAILED, "%s could not be made: %s", path, strerror(errno));
    maille_status status = write_features(ctx, catalogue, id, items, csv, file, path);
    if (fclose(file) != 0 && !status)
        status =
            maille_fail(ctx, MAILLE_FAILED, "%s could not be written: %s", path, strerror(errno));
    return status;
}

/* Of an account that is bound to départements: what it may see of the layer. */
static maille_status write_part(maille_ctx *ctx, const task *t, const maille_catalogue *catalogue,
                                const char *id, const char *path) {
    const maille_selection part = {
        .narrowed = t->departments, .narrowed_count = t->department_count, .limit = -1};
    maille_items *items = NULL;
    maille_tileset *set = NULL;
    maille_status status = MAILLE_OK;
    uint64_t tiles;
    if (t->format == MAILLE_MBTILES) {
        MAILLE_TRY(maille_tileset_new(ctx, catalogue, id, &part, &set));
        MAILLE_TRY(maille_tileset_write(ctx, set, MAILLE_TILES_ZOOM_MOST, path, &tiles));
        goto done;
    }
    MAILLE_TRY(maille_items_open(ctx, catalogue, id, &part, &items));
    if (t->format == MAILLE_GPKG)
        MAILLE_TRY(maille_items_write_gpkg(ctx, catalogue, id, items, path));
    else
        MAILLE_TRY(write_text(ctx, catalogue, id, items, t->format == MAILLE_CSV, path));
done:
    maille_items_free(items);
    maille_tileset_free(set);
    return status;
}

static maille_status write_layer(maille_ctx *ctx, const task *t, maille_catalogue *catalogue,
                                 const char *id, const char *folder) {
    static const char *const endings[] = {"geojson", "gpkg", "csv", "mbtiles"};
    maille_layer_written written = {0};
    maille_status status = MAILLE_OK;
    char name[256], path[1024];
    snprintf(name, sizeof name, "%s.%s", id, endings[t->format]);
    if (!task_path(t->jobs, t, name, path, sizeof path))
        return maille_fail(ctx, MAILLE_FAILED, "the path of a result was too long");
    if (t->department_count)
        MAILLE_TRY(write_part(ctx, t, catalogue, id, path));
    else if (t->format == MAILLE_MBTILES)
        MAILLE_TRY(
            maille_layer_write_tiles(ctx, catalogue, id, MAILLE_TILES_ZOOM_MOST, folder, &written));
    else
        MAILLE_TRY(maille_layer_write(ctx, catalogue, id, t->format, folder, &written));
    MAILLE_TRY(for_its_owner(ctx, path));
done:
    return status;
}

static maille_status write_layers(maille_ctx *ctx, task *t, maille_catalogue *catalogue,
                                  const char *folder) {
    maille_status status = MAILLE_OK;
    t->width = 1.0 / (double)t->layer_count;
    for (size_t i = 0; i < t->layer_count; i++) {
        MAILLE_TRY(maille_cancelled(ctx));
        t->base = (double)i * t->width;
        maille_progress(ctx, t->layers[i], 0, 1);
        MAILLE_TRY(write_layer(ctx, t, catalogue, t->layers[i], folder));
    }
done:
    return status;
}

/* All of one state of the workspace. */
static maille_status export_layers(maille_ctx *ctx, task *t) {
    char folder[1024];
    maille_store *store = NULL;
    maille_step_state *states = NULL;
    maille_catalogue *catalogue = NULL;
    size_t count = 0;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(make_folder(ctx, t, folder, sizeof folder));
    MAILLE_TRY(maille_store_open(ctx, t->jobs->service->workspace, MAILLE_STORE_READ, WHO, &store));
    MAILLE_TRY(maille_store_begin(ctx, store));
    MAILLE_TRY(maille_steps_state(ctx, store, t->audience, &states, &count));
    MAILLE_TRY(maille_catalogue_new(ctx, store, t->audience, states, count, &catalogue));
    MAILLE_TRY(write_layers(ctx, t, catalogue, folder));
done:
    maille_catalogue_free(catalogue);
    maille_free(states);
    maille_store_close(store);
    return status;
}

/* ---- a backup ---- */

static maille_status back_up(maille_ctx *ctx, task *t) {
    char folder[1024], path[1024], name[64], today[11];
    maille_store *store = NULL;
    maille_status status = MAILLE_OK;
    maille_utc_today(today);
    snprintf(name, sizeof name, "sauvegarde-%s.maille", today);
    MAILLE_TRY(make_folder(ctx, t, folder, sizeof folder));
    if (!task_path(t->jobs, t, name, path, sizeof path)) {
        status = maille_fail(ctx, MAILLE_FAILED, "the path of a backup was too long");
        goto done;
    }
    maille_progress(ctx, "sauvegarde", 0, 0);
    MAILLE_TRY(maille_store_open(ctx, t->jobs->service->workspace, MAILLE_STORE_READ, WHO, &store));
    MAILLE_TRY(maille_store_backup(ctx, store, path, false));
    MAILLE_TRY(maille_cancelled(ctx));
    MAILLE_TRY(for_its_owner(ctx, path));
done:
    maille_store_close(store);
    return status;
}

maille_status task_work(maille_ctx *ctx, task *t) {
    switch (t->kind) {
    case TASK_COMPUTE:
        return compute(ctx, t);
    case TASK_EXPORT:
        return export_layers(ctx, t);
    default:
        return back_up(ctx, t);
    }
}
