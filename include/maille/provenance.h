/* Where things come from: every import and every step run (room: store). */
#ifndef MAILLE_PROVENANCE_H
#define MAILLE_PROVENANCE_H

#include <maille/ctx.h>
#include <maille/store.h>

/* One import. Texts are borrowed on the way in. `name` and `service` may be NULL. */
typedef struct {
    int64_t id;
    const char *kind;    /* communes, roads, supply … */
    const char *name;    /* of a grouping */
    const char *service; /* of supply and facilities */
    const char *file;    /* path as the user gave it, made absolute */
    const char *sha256;
    const char *vintage, *source, *licence;
    const char *options; /* canonical JSON of fields and flags */
    int64_t rows_read, rows_kept, rows_repaired, rows_refused;
    const char *report; /* JSON: kinds of repair and refusal with counts and first rows */
    int64_t replaces;   /* id of the import whose place it takes; 0 = none */
} maille_import;

/* Records an import and forgets the one it replaces (MAILLE_NOT_FOUND when there is none such). The
 * rows of the replaced import (column import_id) are deleted from every table that has them, except
 * perimeters edited since. New id goes to `id`. Inside the caller's transaction. */
maille_status maille_import_record(maille_ctx *ctx, maille_store *store,
                                   const maille_import *import, int64_t *id);
/* Updates counts and report of an import just recorded. */
maille_status maille_import_counts(maille_ctx *ctx, maille_store *store,
                                   const maille_import *import);
/* Forgets an import and its rows as if it were replaced. Inside the caller's transaction. */
maille_status maille_import_forget(maille_ctx *ctx, maille_store *store, int64_t id);
/* All imports, table `import`, ordered by kind, name, service, file. */
maille_status maille_imports(maille_ctx *ctx, maille_store *store, maille_table **out);

/* One run of a step for one audience ("" where a step does not depend on it). */
typedef struct {
    const char *step, *audience;
    const char *inputs_hash; /* SHA-256 of all that it depends on */
    const char *parameters;  /* canonical JSON */
    const char *message;     /* one line: what it found */
    double seconds;
} maille_step_run;
/* Replaces the last run of this step and audience. Inside the caller's transaction. */
maille_status maille_step_record(maille_ctx *ctx, maille_store *store, const maille_step_run *run);
/* Hash of the last run, or NULL when it never ran; owned by the caller. */
maille_status maille_step_hash(maille_ctx *ctx, maille_store *store, const char *step,
                               const char *audience, char **out);

/* How a step stands, as steps/ tells it and layers/ shows it. */
typedef struct {
    const char *step;
    bool done, stale;
    const char *lacks; /* why it has not run, in French; NULL when done */
} maille_step_state;

#endif
