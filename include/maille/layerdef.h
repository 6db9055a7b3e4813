/* Definitions of layers: one YAML file per layer in layers/ (room: config). Adding a layer means
 * adding a file there, with no C touched where the data exists. */
#ifndef MAILLE_LAYERDEF_H
#define MAILLE_LAYERDEF_H

#include <maille/ctx.h>
#include <maille/rules.h>
#include <maille/table.h>

typedef enum {
    MAILLE_P_TEXT,
    MAILLE_P_INT,
    MAILLE_P_NUMBER,
    MAILLE_P_BOOL,
    MAILLE_P_TEXTS, /* an array of texts, kept as JSON in the workspace */
} maille_property_type;

/* A file with "per: grouping" defines one layer for each grouping of the workspace: its id, a dash
 * and the name of the grouping; in titles, description and the value of `where` "{grouping}" stands
 * for its title and its name. Else, keys of the YAML are the names below, except where a comment
 * tells another. Where a text holds
 * "{service}", it stands once for each service (ids in names, titles in titles). */
typedef struct {
    int line;
    const char *name;       /* French, as published */
    const char *column;     /* of the view, or of `from` */
    const char *from;       /* another table joined by key (and service); NULL = the layer's view */
    const char *per;        /* "service": one property for each service; NULL */
    const char *where_rule; /* "zoning": only services that the zoning rule set names; NULL */
    /* key "where: {column: value}": only such rows of `from`; NULL */
    const char *where_column, *where_value;
    maille_property_type type; /* text, int, number, bool, texts */
    int decimals;              /* numbers */
    double factor;             /* published = column × factor (m² → km²: 1e-6); 1 */
    const char *unit;          /* "min", "km²", "hab." …, NULL */
    maille_title title, meaning;
} maille_property_def;

/* A figure of the summary table that run and demo print. */
typedef struct {
    int line;
    maille_title title;
    const char *how;      /* count max min sum nulls mean share */
    const char *property; /* a property's name, as defined; NULL for a plain count */
    const char *value;    /* count, share: only features that have it; NULL */
    const char *weight;   /* mean, share: a property that weights; NULL = each feature once */
    const char *unit;
    int decimals;
    double factor; /* said = figure × factor (a share as %: 100); 1 */
} maille_figure_def;

typedef struct {
    maille_title title;
    const char *property; /* of which property */
    size_t count;
    struct {
        const char *value;  /* a category, or NULL */
        double upto;        /* a class's upper bound (included), infinite for the last; NaN */
        const char *colour; /* #rrggbb */
        maille_title title;
    } * entries;
    const char *missing_colour; /* key "missing"; hatched in drawings */
} maille_legend_def;

typedef struct {
    const char *path, *id; /* file name = id */
    const char *per;       /* "grouping"; NULL */
    const char *grouping;  /* of which one, once the layer is made for it; NULL */
    maille_title title, description;
    const char *view;                       /* table of the workspace */
    const char *where_column, *where_value; /* key "where: {column: value}": only such rows; NULL */
    const char *key;                        /* column that becomes the feature's id; order too */
    const char *key_prefix;    /* another column put before the key with "/", e.g. service; NULL */
    const char *geometry;      /* column of the view; or "lonlat": columns lon, lat; or
                                * "table.column" joined by key (commune.geom); NULL = none */
    const char *geometry_type; /* polygon, point, none */
    bool by_audience;          /* the view has a column `audience` that is filtered */
    /* key "departments": how a feature tells its départements: "code: column" (a commune's code),
     * "codes: column" (JSON array of codes), "members: column" (a perimeter's id). NULL = it does
     * not: who is narrowed to départements does not see the layer where it differs by audience. */
    const char *departments_by, *departments_column;
    /* key "time: {from: column, to: column}": dates between which (`to` not included, NULL or null
     * = open) a feature stands as it is shown; NULL = always */
    const char *time_from, *time_to;
    bool audience[2]; /* who may see the layer: [MAILLE_INTERNE], [MAILLE_PUBLIC] */
    size_t need_count;
    const char **needs; /* steps whose results it shows */
    size_t source_count;
    const char **sources; /* kinds of sources that it rests on: credits and licences */
    /* key "estimated_by: table.column": a row where the column is not 0 makes the file `estime`; so
     * does a workspace without roads where `sources` names roads */
    const char *estimated_table, *estimated_column;
    size_t property_count;
    maille_property_def *properties;
    size_t figure_count;
    maille_figure_def *figures;
    /* keys "legend" (one) or "legends" (a list, the usual one first): no two of one property */
    size_t legend_count;
    maille_legend_def *legend; /* the first; NULL = none */
    maille_yaml_file *file;
} maille_layer_def;

/* All definitions of the folder (.yaml), by id; one that does not hold is MAILLE_REFUSED with file
 * and line. Whether tables and columns are there is for the catalogue to check. */
maille_status maille_layer_defs_read(maille_ctx *ctx, const char *folder, maille_layer_def ***out,
                                     size_t *count);
void maille_layer_defs_free(maille_layer_def **defs, size_t count);
/* Number of a property by its name as defined, or -1. */
int maille_layer_property(const maille_layer_def *def, const char *name);
/* ---- views: layers/views/<id>.yaml, maps that are shown together -------------------------------
 */

typedef struct {
    int line;
    const char *id;
    maille_title title, description;
    const char *layer;    /* its id, whether there is one or not */
    const char *property; /* as published; NULL = the layer's usual one */
    size_t service_count; /* "{service}" in `property`: the first of these that the study has */
    const char **services;
    maille_title lacking; /* what to import where the layer is not there */
} maille_view_def;
typedef struct {
    const char *id; /* file name = id */
    maille_title title;
    size_t count;
    maille_view_def *views;
    maille_yaml_file *file;
} maille_view_set;
#define MAILLE_DEFAULT_VIEWS "lancement"
/* Of the folder of layers; MAILLE_REFUSED with file and line for what does not hold. */
maille_status maille_view_set_read(maille_ctx *ctx, const char *folder, const char *id,
                                   maille_view_set **out);
void maille_view_set_free(maille_view_set *set);

/* Whether a text holds "{service}". */
bool maille_per_service(const char *text);

#endif
