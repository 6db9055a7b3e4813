/* A study's recipe brought into the workspace: settings, then sources, then what they brought into
 * the history of perimeters. */
#include "steps/step.h"

#include <limits.h>
#include <maille/edit.h>
#include <maille/memory.h>
#include <maille/provenance.h>
#include <maille/steps.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static maille_status set_if_other(maille_ctx *ctx, maille_store *store, const char *key,
                                  const char *value) {
    char *old = NULL;
    maille_status status = MAILLE_OK;
    if (!value)
        return MAILLE_OK;
    TRY(maille_store_get(ctx, store, key, &old));
    if (!old || strcmp(old, value) != 0)
        TRY(maille_store_set(ctx, store, key, value));
done:
    maille_free(old);
    return status;
}

static maille_status apply_settings(maille_ctx *ctx, maille_store *store,
                                    const maille_study *study) {
    char *json = NULL, crs[16];
    maille_status status = MAILLE_OK;
    snprintf(crs, sizeof crs, "EPSG:%d", study->crs);
    TRY(maille_study_to_json(ctx, study, &json));
    TRY(maille_store_begin(ctx, store));
    TRY(set_if_other(ctx, store, "study", study->id));
    TRY(set_if_other(ctx, store, "title_fr", study->title.fr));
    TRY(set_if_other(ctx, store, "title_en", study->title.en));
    TRY(set_if_other(ctx, store, "study_json", json));
    if (study->crs)
        TRY(set_if_other(ctx, store, "crs", crs));
    TRY(maille_store_commit(ctx, store));
done:
    if (status != MAILLE_OK)
        maille_store_rollback(store);
    maille_free(json);
    return status;
}

/* Rule sets that the study names, read once to see that they hold. */
static maille_status judge_rules(maille_ctx *ctx, const maille_study *study) {
    maille_status status = MAILLE_OK;
    maille_size_rules *sizes = NULL;
    maille_overlap_rules *overlaps = NULL;
    maille_travel_rules *travel_rules = NULL;
    maille_zoning_rules *zoning = NULL;
    maille_retention_rules *retention = NULL;
    maille_decay decay;
    TRY(maille_size_rules_read(ctx, study->sizes ? study->sizes : MAILLE_DEFAULT_SIZES, &sizes));
    TRY(maille_overlap_rules_read(ctx, study->overlaps ? study->overlaps : MAILLE_DEFAULT_OVERLAPS,
                                  &overlaps));
    TRY(maille_travel_rules_read(ctx, study->estimation ? study->estimation : MAILLE_DEFAULT_TRAVEL,
                                 &travel_rules));
    TRY(maille_zoning_rules_read(ctx, study->zoning ? study->zoning : MAILLE_DEFAULT_ZONING,
                                 &zoning));
    TRY(decay_of(ctx, zoning, &decay));
    TRY(maille_retention_rules_read(
        ctx, study->retention ? study->retention : MAILLE_DEFAULT_RETENTION, &retention));
done:
    maille_size_rules_free(sizes);
    maille_overlap_rules_free(overlaps);
    maille_travel_rules_free(travel_rules);
    maille_zoning_rules_free(zoning);
    maille_retention_rules_free(retention);
    return status;
}

/* A study that cannot be carried out (a rule set that does not hold, a CRS that is none, a file
 * that is not there) is refused before it changes anything. */
static maille_status judge(maille_ctx *ctx, maille_store *store, const maille_study *study) {
    maille_status status = MAILLE_OK;
    maille_crs *crs = NULL;
    maille_import_options look = {.dry_run = true};
    maille_import_result result;
    TRY(judge_rules(ctx, study));
    if (study->crs)
        TRY(maille_crs_new(ctx, study->crs, &crs));
    for (size_t i = 0; i < study->source_count; i++)
        if (access(study->sources[i].file, R_OK) != 0) /* the import says it best */
            TRY(maille_import_source(ctx, store, &study->sources[i], &look, &result));
done:
    maille_crs_free(crs);
    return status;
}

static bool same_text(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : !a && !b;
}

/* ---- which import is whose
 * ------------------------------------------------------------------------------ */

/* How many of their last parts two absolute paths share; of equal ones more than any other. */
static size_t shared_parts(const char *a, const char *b) {
    size_t i = strlen(a), k = strlen(b), parts = 0;
    if (strcmp(a, b) == 0)
        return SIZE_MAX;
    while (i > 0 && k > 0 && a[i - 1] == b[k - 1]) {
        parts += a[i - 1] == '/';
        i--;
        k--;
    }
    return parts;
}

typedef struct {
    maille_table *imports;
    int64_t *of_source; /* id of the import that each source stands for; 0 = none yet */
    char *taken;        /* one flag per import */
} matching;

/* How well an import of the workspace fits a source: 0 = not at all. */
static size_t fit(const matching *m, const maille_source *s, const char *path, size_t row) {
    const maille_table *t = m->imports;
    bool one = strcmp(s->kind, t->columns[maille_table_column(t, "kind")].texts[row]) == 0 &&
               same_text(s->name, t->columns[maille_table_column(t, "name")].texts[row]) &&
               same_text(s->service, t->columns[maille_table_column(t, "service")].texts[row]);
    return one ? shared_parts(path, t->columns[maille_table_column(t, "file")].texts[row]) : 0;
}

/* The best pair of those left, until none fits: a folder may have moved, and files of several
 * folders may have one name. */
static void match_all(const maille_study *study, char *const *paths, matching *m) {
    size_t best = 1;
    while (best > 0) {
        size_t source = 0, import = 0;
        best = 0;
        for (size_t i = 0; i < study->source_count; i++)
            for (size_t row = 0; row < m->imports->rows && m->of_source[i] == 0; row++) {
                size_t how = m->taken[row] ? 0 : fit(m, &study->sources[i], paths[i], row);
                if (how > best) {
                    best = how;
                    source = i;
                    import = row;
                }
            }
        if (best > 0) {
            m->of_source[source] =
                m->imports->columns[maille_table_column(m->imports, "id")].ints[import];
            m->taken[import] = 1;
        }
    }
}

static maille_status find_matches(maille_ctx *ctx, maille_store *store, const maille_study *study,
                                  matching *m) {
    maille_status status = MAILLE_OK;
    char **paths = maille_alloc(study->source_count + 1, sizeof *paths);
    m->of_source = maille_alloc(study->source_count + 1, sizeof *m->of_source);
    if (!paths || !m->of_source) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(maille_imports(ctx, store, &m->imports));
    m->taken = maille_alloc(m->imports->rows + 1, 1);
    if (!m->taken) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < study->source_count; i++) {
        char whole[PATH_MAX];
        const char *file = study->sources[i].file;
        paths[i] = maille_strdup(realpath(file, whole) ? whole : file);
        if (!paths[i]) {
            status = maille_no_memory(ctx);
            goto done;
        }
    }
    match_all(study, paths, m);
done:
    for (size_t i = 0; paths && i < study->source_count; i++)
        maille_free(paths[i]);
    maille_free(paths);
    return status;
}

static void matching_clear(matching *m) {
    maille_table_free(m->imports);
    maille_free(m->of_source);
    maille_free(m->taken);
}

/* Only what a study's recipe brought is dropped when the recipe no longer names it. */
static maille_status drop_unnamed(maille_ctx *ctx, maille_store *store, const matching *m,
                                  size_t *dropped) {
    maille_status status = MAILLE_OK;
    int id = maille_table_column(m->imports, "id"), file = maille_table_column(m->imports, "file");
    TRY(maille_store_begin(ctx, store));
    for (size_t row = 0; row < m->imports->rows; row++) {
        if (m->taken[row])
            continue;
        TRY(maille_import_forget(ctx, store, m->imports->columns[id].ints[row]));
        maille_log(ctx, MAILLE_LOG_WARNING, "%s was forgotten: the study no longer names it",
                   m->imports->columns[file].texts[row]);
        ++*dropped;
    }
    TRY(maille_store_commit(ctx, store));
done:
    if (status != MAILLE_OK)
        maille_store_rollback(store);
    return status;
}

maille_status maille_study_apply(maille_ctx *ctx, maille_store *store, const maille_study *study,
                                 bool force, maille_import_result *results, size_t *dropped) {
    maille_status status = MAILLE_OK;
    maille_publication_rules *publication = NULL;
    maille_import_options options = {.force = force};
    matching m = {0};
    size_t imported = 0;
    *dropped = 0;
    TRY(maille_publication_rules_read(
        ctx, study->publication ? study->publication : MAILLE_DEFAULT_PUBLICATION, &publication));
    options.publication = publication;
    TRY(judge(ctx, store, study));
    TRY(apply_settings(ctx, store, study));
    TRY(find_matches(ctx, store, study, &m));
    TRY(drop_unnamed(ctx, store, &m, dropped));
    for (int communes_pass = 1; communes_pass >= 0; communes_pass--)
        for (size_t i = 0; i < study->source_count; i++) {
            const maille_source *source = &study->sources[i];
            if ((strcmp(source->kind, "communes") == 0) != communes_pass)
                continue;
            maille_progress(ctx, source->kind, imported++, study->source_count);
            options.replaces = m.of_source[i] ? m.of_source[i] : MAILLE_REPLACES_NONE;
            TRY(maille_import_source(ctx, store, source, &options, &results[i]));
        }
    TRY(maille_history_adopt(ctx, store, NULL));
    maille_progress(ctx, "imports", imported, imported);
done:
    matching_clear(&m);
    maille_publication_rules_free(publication);
    return status;
}
