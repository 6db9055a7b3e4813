/* A file of perimeters as people keep them, understood before anything is done with it
 * (room: steps). Nothing is saved. */
#ifndef MAILLE_PERIMETERFILE_H
#define MAILLE_PERIMETERFILE_H

#include <maille/edit.h>

typedef struct {
    const char *code; /* of today's communes */
    double share;
    const char *reason, *zone; /* NULL: none */
} maille_listed_member;

/* As its rows tell it; what none of them says is NULL. */
typedef struct {
    const char *id, *name, *contact;
    const char *status, *since, *by; /* status: id of the publication rules */
    uint32_t count;
    maille_listed_member *members; /* in order of the file, each commune once */
} maille_listed_perimeter;

/* How a row was understood: as maille_list_row tells it; or "sans-identifiant", "statut-inconnu",
 * "date-inconnue", "part-inconnue", "contradictoire" (another name or status than in a row before),
 * "double" (in this perimeter already): then nothing of it was taken. */
typedef struct {
    const char *perimeter; /* id; NULL */
    maille_list_row row;
} maille_perimeter_row;

typedef struct {
    size_t row_count, perimeter_count;
    maille_perimeter_row *rows;
    maille_listed_perimeter *perimeters; /* in order of first mention */
} maille_perimeter_file;

/* A table with a row for each commune of each perimeter, under the headings that imports of
 * perimeters know (id, nom, statut, code, part, depuis, accompagnement, contact, motif_partage,
 * sous_zone); instead of codes, or beside them, names under "commune" or "nom_commune". All in
 * `arena`. MAILLE_REFUSED where a heading is missing that must be there, with those that were
 * found. */
maille_status maille_perimeter_file_read(maille_ctx *ctx, maille_store *store, const char *path,
                                         const maille_publication_rules *publication,
                                         maille_arena *arena, maille_perimeter_file *out);

#endif
