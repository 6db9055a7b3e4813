/* Sources: published files into the workspace, recognised, checked, repaired with counts or refused
 * (room: sources). Codes are kept as published; the step `codes` converts them. */
#ifndef MAILLE_SOURCES_H
#define MAILLE_SOURCES_H

#include <maille/ctx.h>
#include <maille/hierarchy.h>
#include <maille/memory.h>
#include <maille/network.h>
#include <maille/rules.h>
#include <maille/store.h>
#include <maille/study.h>

typedef struct {
    int64_t read, kept, repaired, refused;
    bool unchanged;    /* same file, same options: nothing was done */
    char message[256]; /* one line for the user */
} maille_import_result;

/* Imports one source in one transaction: on any error the workspace is as it was. `dry_run` reads
 * and checks, writes nothing. `force` imports what is unchanged too, and replaces edited
 * perimeters. */
typedef struct {
    bool dry_run, force;
    const maille_publication_rules *publication; /* vocabulary of statuses (perimeters) */
    /* The import that this one takes the place of, or MAILLE_REPLACES_NONE. 0: the one of the same
     * kind, name, service and path; else of the same file name, if its own file is gone. */
    int64_t replaces;
} maille_import_options;
#define MAILLE_REPLACES_NONE (-1)
maille_status maille_import_source(maille_ctx *ctx, maille_store *store,
                                   const maille_source *source,
                                   const maille_import_options *options,
                                   maille_import_result *result);

/* What a file looks like: a kind with its field mapping, for `maille import auto`. MAILLE_REFUSED
 * with the columns that were found when nothing fits. Texts live in `arena`. Supply and facilities
 * come without a service, which no file tells. Of several groupings in one table the first of EPCI,
 * TVS, BV … is taken and the others are named in the log. */
maille_status maille_source_recognise(maille_ctx *ctx, const char *path, maille_arena *arena,
                                      maille_source *out);

/* Name of the column that `key` means in a file with these columns, by what publishers call it;
 * NULL when there is none. `also` may be NULL: one more name to try. */
const char *maille_field_named(const maille_table *columns, const char *key, const char *also);

/* The roads of a workspace as a network: from the cache, else from their file, in the study's CRS.
 * MAILLE_NOT_FOUND with the name of the file when file and cache are both gone; *out NULL when the
 * workspace has no roads. */
maille_status maille_source_network(maille_ctx *ctx, maille_store *store, const maille_crs *crs,
                                    maille_network **out);
/* Their hierarchy: from the cache, else built and put there. `network` is what the function above
 * gave for the same store. */
maille_status maille_source_hierarchy(maille_ctx *ctx, maille_store *store, const maille_crs *crs,
                                      const maille_network *network, maille_hierarchy **out);

/* Chooses and stores the workspace's CRS (meta "crs") from the extent of communes when it has none.
 */
maille_status maille_source_crs(maille_ctx *ctx, maille_store *store, int *epsg);

#endif
