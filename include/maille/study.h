/* The study file: the reproducible recipe of a workspace (room: config; DESIGN section 5). */
#ifndef MAILLE_STUDY_H
#define MAILLE_STUDY_H

#include <maille/ctx.h>
#include <maille/yaml.h>

typedef struct {
    const char *fr, *en; /* en may be NULL */
} maille_title;

typedef struct {
    int line;
    const char *kind; /* communes centres roads supply facilities grouping perimeters movements
                       * indicators population_age */
    const char
        *file; /* absolute, or relative to the current folder: the study's folder is put first */
    const char *layer, *vintage, *source, *licence;
    const char *service;                   /* supply, facilities */
    const char *name;                      /* grouping, indicators */
    const char *unit, *how, *title;        /* indicators; how: "moyenne" when absent, or "somme" */
    const char *perimeter_kind;            /* perimeters; "cpts" when absent */
    const char *from_vintage, *to_vintage; /* movements */
    const char *profile; /* roads: name of a profile of the rules, "car" when absent */
    const char *crs;     /* "EPSG:n" for files that name none */
    bool directed;       /* roads */
    size_t field_count;  /* fields: {ours: theirs} */
    const char **field_keys, **field_values;
} maille_source;

typedef struct {
    const char *id; /* [a-z0-9_]+ */
    maille_title title;
    double bands_min[16];
    size_t band_count;
    /* Id of another service that this one stands in for where it is far (a visiting consultation,
     * teleconsultation for a doctor): told as what else there is, published like any service. NULL.
     */
    const char *alternative_to;
} maille_service;

typedef struct maille_study {
    const char *path; /* as opened */
    const char *id;   /* study: */
    maille_title title;
    const char *workspace; /* path, the study's folder put first; NULL when absent */
    int crs;               /* EPSG number, 0 = chosen from the extent */
    size_t source_count;
    maille_source *sources;
    size_t service_count;
    maille_service *services;
    const char *sizes, *publication;   /* names of rule sets; NULL = default of the house */
    const char *zoning, *zoning_unit;  /* NULL = no zoning */
    const char *overlaps, *estimation; /* NULL = default */
    const char *contiguity, *target;   /* NULL = default */
    const char *retention;             /* NULL = default */
    size_t layer_count;
    const char **layers; /* NULL = all */
    maille_yaml_file *file;
} maille_study;

/* Unknown keys, kinds, fields, duplicated ids, bands that do not ascend are MAILLE_REFUSED with
 * file and line; a missing study is MAILLE_NOT_FOUND. Whether source files exist is not asked. */
maille_status maille_study_read(maille_ctx *ctx, const char *path, maille_study **out);
void maille_study_free(maille_study *study);
/* Fields that a kind of source knows, NULL-terminated, required ones first and marked by a leading
 * "!"; NULL for an unknown kind. */
const char *const *maille_source_fields(const char *kind);
/* True for the kind of a perimeter: a-z, 0-9 and -, at least one. */
bool maille_is_perimeter_kind(const char *text);
/* True for the ways to bring an indicator of communes together: somme, moyenne. */
bool maille_is_aggregation(const char *text);
/* Value of a field mapping, or NULL. */
const char *maille_source_field(const maille_source *source, const char *key);

/* Canonical JSON of what matters of the study for the workspace: services with titles and bands,
 * rules. The workspace keeps it under meta key "study_json"; maille_study_from_json reads it back,
 * so that `maille compute` and `export` need no study file. */
maille_status maille_study_to_json(maille_ctx *ctx, const maille_study *study, char **out);
maille_status maille_study_from_json(maille_ctx *ctx, const char *json, maille_study **out);

#endif
