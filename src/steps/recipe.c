/* A study's recipe brought into the workspace: settings, then sources. */
#include "steps/step.h"

#include <maille/memory.h>
#include <maille/provenance.h>
#include <maille/steps.h>
#include <stdio.h>
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
    maille_decay decay;
    TRY(maille_size_rules_read(ctx, study->sizes ? study->sizes : MAILLE_DEFAULT_SIZES, &sizes));
    TRY(maille_overlap_rules_read(ctx, study->overlaps ? study->overlaps : MAILLE_DEFAULT_OVERLAPS,
                                  &overlaps));
    TRY(maille_travel_rules_read(ctx, study->estimation ? study->estimation : MAILLE_DEFAULT_TRAVEL,
                                 &travel_rules));
    TRY(maille_zoning_rules_read(ctx, study->zoning ? study->zoning : MAILLE_DEFAULT_ZONING,
                                 &zoning));
    TRY(decay_of(ctx, zoning, &decay));
done:
    maille_size_rules_free(sizes);
    maille_overlap_rules_free(overlaps);
    maille_travel_rules_free(travel_rules);
    maille_zoning_rules_free(zoning);
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

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool same_text(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : !a && !b;
}

static bool names_import(const maille_study *study, const char *kind, const char *name,
                         const char *service, const char *file) {
    for (size_t i = 0; i < study->source_count; i++) {
        const maille_source *s = &study->sources[i];
        if (strcmp(s->kind, kind) == 0 && same_text(s->name, name) &&
            same_text(s->service, service) && strcmp(base_name(s->file), base_name(file)) == 0)
            return true;
    }
    return false;
}

/* Only what a study's recipe brought is dropped when the recipe no longer names it. */
static maille_status drop_unnamed(maille_ctx *ctx, maille_store *store, const maille_study *study,
                                  size_t *dropped) {
    maille_table *imports = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_imports(ctx, store, &imports));
    int id = maille_table_column(imports, "id"), kind = maille_table_column(imports, "kind");
    int name = maille_table_column(imports, "name"), file = maille_table_column(imports, "file");
    int service = maille_table_column(imports, "service");
    TRY(maille_store_begin(ctx, store));
    for (size_t row = 0; row < imports->rows; row++) {
        const char *path = imports->columns[file].texts[row];
        if (names_import(study, imports->columns[kind].texts[row],
                         imports->columns[name].texts[row], imports->columns[service].texts[row],
                         path))
            continue;
        TRY(maille_import_forget(ctx, store, imports->columns[id].ints[row]));
        maille_log(ctx, MAILLE_LOG_WARNING, "%s was forgotten: the study no longer names it", path);
        ++*dropped;
    }
    TRY(maille_store_commit(ctx, store));
done:
    if (status != MAILLE_OK)
        maille_store_rollback(store);
    maille_table_free(imports);
    return status;
}

maille_status maille_study_apply(maille_ctx *ctx, maille_store *store, const maille_study *study,
                                 bool force, maille_import_result *results, size_t *dropped) {
    maille_status status = MAILLE_OK;
    maille_publication_rules *publication = NULL;
    maille_import_options options = {.force = force};
    size_t imported = 0;
    *dropped = 0;
    TRY(maille_publication_rules_read(
        ctx, study->publication ? study->publication : MAILLE_DEFAULT_PUBLICATION, &publication));
    options.publication = publication;
    TRY(judge(ctx, store, study));
    TRY(apply_settings(ctx, store, study));
    TRY(drop_unnamed(ctx, store, study, dropped));
    for (int communes_pass = 1; communes_pass >= 0; communes_pass--)
        for (size_t i = 0; i < study->source_count; i++) {
            const maille_source *source = &study->sources[i];
            if ((strcmp(source->kind, "communes") == 0) != communes_pass)
                continue;
            maille_progress(ctx, source->kind, imported++, study->source_count);
            TRY(maille_import_source(ctx, store, source, &options, &results[i]));
        }
    maille_progress(ctx, "imports", imported, imported);
done:
    maille_publication_rules_free(publication);
    return status;
}
