/* Rule sets: dated, cited figures that law or convention fixes, read from layers/rules/
 * (room: config). No such figure is written in C. */
#ifndef MAILLE_RULES_H
#define MAILLE_RULES_H

#include <maille/ctx.h>
#include <maille/study.h>
#include <stdbool.h>

/* Folder of definitions: $MAILLE_LAYERS where it is set, else the first that is there of
 * share/maille/layers of the tree that the library is installed in, the source tree that it was
 * built from, and the place where its build meant to install it; MAILLE_NOT_FOUND names those.
 * Owned by the caller. */
maille_status maille_layers_folder(maille_ctx *ctx, char **out);

/* What every rule set says of itself. */
typedef struct {
    const char *id;
    maille_title title;
    const char *source, *url, *valid_from, *valid_to; /* url and valid_to may be NULL */
    const char *note; /* what is our own reading of the source; NULL */
} maille_rule_head;

/* A rule set that is not there is MAILLE_NOT_FOUND with the names of those that are; one that does
 * not hold is MAILLE_REFUSED with file and line. Every struct lives as long as its file. */

/* layers/rules/sizes-<id>.yaml: size classes of a perimeter by population. Classes ascend and leave
 * no value between them out; a bound is in the upper or in the lower class as the file says. */
typedef struct {
    char id[32];
    double from, to; /* ±infinity where open-ended */
    bool from_included, to_included;
} maille_size_class;
typedef struct {
    maille_rule_head head;
    size_t count;
    maille_size_class classes[16];
    double least; /* population below which a warning is given; 0 = none */
    double most;  /* and above which; infinity = none */
    size_t kind_count;
    const char **kinds; /* of perimeter that they are for; 0 = all */
    maille_yaml_file *file;
} maille_size_rules;
maille_status maille_size_rules_read(maille_ctx *ctx, const char *id, maille_size_rules **out);
void maille_size_rules_free(maille_size_rules *rules);

/* layers/rules/zoning-<id>.yaml */
typedef struct {
    maille_rule_head head;
    const char *service;    /* id of the service that is zoned */
    const char *decay;      /* "steps:10=1,15=0.3,20=0.1" */
    double supply_per_head; /* consultations per year for one unit of supply: 5400 */
    size_t count;
    maille_size_class classes[16]; /* ZIP, vivier, HZ by APL */
    maille_yaml_file *file;
} maille_zoning_rules;
maille_status maille_zoning_rules_read(maille_ctx *ctx, const char *id, maille_zoning_rules **out);
void maille_zoning_rules_free(maille_zoning_rules *rules);

/* layers/rules/publication-<id>.yaml: the life of a perimeter, which of it the public sees. */
typedef struct {
    const char *id; /* en-fonctionnement */
    maille_title title;
    bool published;
    bool active; /* key "active", true where absent: it covers and overlaps; false: given up */
    size_t also_count; /* other ways of writing it */
    const char **also;
} maille_perimeter_status;
typedef struct {
    maille_rule_head head;
    size_t count;
    maille_perimeter_status *statuses;
    maille_yaml_file *file;
} maille_publication_rules;
maille_status maille_publication_rules_read(maille_ctx *ctx, const char *id,
                                            maille_publication_rules **out);
void maille_publication_rules_free(maille_publication_rules *rules);
/* The status that a text written by people means ("Lettre d’intention"), or NULL. */
const maille_perimeter_status *maille_publication_status(const maille_publication_rules *rules,
                                                         const char *text);

/* The status of this very id, or NULL. */
const maille_perimeter_status *maille_status_of_id(const maille_publication_rules *rules,
                                                   const char *id);
/* Whether a perimeter of this status (its id) covers and overlaps: neither given up nor opposed.
 * Unknown statuses do. */
bool maille_status_active(const maille_publication_rules *rules, const char *status);

/* THE function that chooses what an audience may see: one flag per perimeter, by status id. Nothing
 * else in the house decides this. Unknown statuses are seen inside only. */
typedef enum { MAILLE_INTERNE, MAILLE_PUBLIC } maille_audience;
const char *maille_audience_name(maille_audience audience); /* "interne", "public" */
maille_status maille_audience_parse(maille_ctx *ctx, const char *text, maille_audience *out);
void maille_audience_sees(const maille_publication_rules *rules, maille_audience audience,
                          const char *const *statuses, size_t count, unsigned char *sees);

/* layers/rules/overlaps-<id>.yaml: policy and severity by the two statuses (published or draft). */
typedef struct {
    maille_rule_head head;
    const char *policy;                                       /* interdit, alerte, partage */
    const char *both_published, *one_published, *both_drafts; /* information, alerte, erreur */
    maille_yaml_file *file;
} maille_overlap_rules;
maille_status maille_overlap_rules_read(maille_ctx *ctx, const char *id,
                                        maille_overlap_rules **out);
void maille_overlap_rules_free(maille_overlap_rules *rules);

/* layers/rules/travel-<id>.yaml: minutes where there are no roads; snapping; the matrix. */
typedef struct {
    maille_rule_head head;
    double detour, speed_kmh;    /* road length / straight line; mean speed */
    double snap_max_m;           /* 5,000 */
    double snap_far_m;           /* a centre farther from a road than this is named: 1,000 */
    double matrix_least_min;     /* 60 */
    double foot_kmh, off_road_m; /* isochrones */
    double access_kmh;           /* walk between a place and its road; 0: times start on the road */
    maille_yaml_file *file;
} maille_travel_rules;
maille_status maille_travel_rules_read(maille_ctx *ctx, const char *id, maille_travel_rules **out);
void maille_travel_rules_free(maille_travel_rules *rules);

/* layers/rules/contiguity-<id>.yaml: when road links join two pieces of a perimeter. */
typedef struct {
    maille_rule_head head;
    double link_limit_min; /* minutes between the centres, the bound included: 20 */
    maille_yaml_file *file;
} maille_contiguity_rules;
maille_status maille_contiguity_rules_read(maille_ctx *ctx, const char *id,
                                           maille_contiguity_rules **out);
void maille_contiguity_rules_free(maille_contiguity_rules *rules);

/* layers/rules/target-<id>.yaml: how much of the territory is to be covered by when. */
typedef struct {
    maille_rule_head head;
    const char *date;        /* YYYY-MM-DD */
    double share_population; /* 1 = everybody */
    size_t status_count;     /* statuses that count; 0 = all active ones */
    const char **statuses;
    maille_yaml_file *file;
} maille_target_rules;
maille_status maille_target_rules_read(maille_ctx *ctx, const char *id, maille_target_rules **out);
void maille_target_rules_free(maille_target_rules *rules);

/* layers/rules/regions-<id>.yaml: which département lies in which region. */
typedef struct {
    const char *code, *name, *region; /* region: its code */
} maille_department;
typedef struct {
    maille_rule_head head;
    size_t region_count;
    struct {
        const char *code, *name;
    } * regions;
    size_t department_count; /* ascending code */
    maille_department *departments;
    maille_yaml_file *file;
} maille_region_rules;
maille_status maille_region_rules_read(maille_ctx *ctx, const char *id, maille_region_rules **out);
void maille_region_rules_free(maille_region_rules *rules);
/* By the code of the département (2A, 974; maille_department_of cuts it from a commune's); NULL
 * when it is in none. */
const maille_department *maille_department_find(const maille_region_rules *rules, const char *code);

/* layers/rules/units-<id>.yaml: which commune a municipal arrondissement or finer unit is a part
 * of. */
typedef struct {
    const char *commune, *from, *to; /* codes from … to, both included, are parts of it */
} maille_unit_range;
typedef struct {
    size_t length, commune; /* codes of `length` characters begin with those of their commune */
} maille_finer_unit;
typedef struct {
    maille_rule_head head;
    size_t range_count, finer_count;
    maille_unit_range *ranges;
    maille_finer_unit *finer;
    maille_yaml_file *file;
} maille_unit_rules;
maille_status maille_unit_rules_read(maille_ctx *ctx, const char *id, maille_unit_rules **out);
void maille_unit_rules_free(maille_unit_rules *rules);
/* Code of the commune that a code is a part of goes to `whole`; false where it is a part of none.
 */
bool maille_unit_whole(const maille_unit_rules *rules, const char *code, char whole[33]);

/* layers/rules/retention-<id>.yaml: for how many days names of people stay. */
typedef struct {
    maille_rule_head head;
    int audit_days;   /* in the journal, and where else the machine noted who did it */
    int authors_days; /* of decisions, notes, comments, scenarios */
    maille_yaml_file *file;
} maille_retention_rules;
maille_status maille_retention_rules_read(maille_ctx *ctx, const char *id,
                                          maille_retention_rules **out);
void maille_retention_rules_free(maille_retention_rules *rules);

/* layers/rules/names-<id>.yaml: how groupings and kinds of perimeters are said. */
typedef struct {
    const char *id;
    maille_title title;
    size_t also_count; /* other ids of the same */
    const char **also;
} maille_name;
typedef struct {
    maille_rule_head head;
    size_t grouping_count, kind_count;
    maille_name *groupings, *kinds;
    maille_yaml_file *file;
} maille_name_rules;
maille_status maille_name_rules_read(maille_ctx *ctx, const char *id, maille_name_rules **out);
void maille_name_rules_free(maille_name_rules *rules);
/* NULL where the rules do not know it. */
const maille_title *maille_grouping_title(const maille_name_rules *rules, const char *grouping);
const maille_title *maille_kind_title(const maille_name_rules *rules, const char *kind);

/* Names of the rule sets that a study uses when it names none. */
#define MAILLE_DEFAULT_SIZES "aci-2019"
#define MAILLE_DEFAULT_PUBLICATION "contractualisees-et-fonctionnement"
#define MAILLE_DEFAULT_OVERLAPS "alerte"
#define MAILLE_DEFAULT_ZONING "zonage-2017"
#define MAILLE_DEFAULT_TRAVEL "voiture"
#define MAILLE_DEFAULT_CONTIGUITY "vingt-minutes"
#define MAILLE_DEFAULT_TARGET "juillet-2021"
#define MAILLE_DEFAULT_REGIONS "2016"
#define MAILLE_DEFAULT_UNITS "arrondissements"
#define MAILLE_DEFAULT_NAMES "usuels"
#define MAILLE_DEFAULT_RETENTION "cnil-2021"

#endif
