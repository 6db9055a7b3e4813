/* What an import met: cases of repair, refusal and things worth a name (inside sources). */
#ifndef SOURCES_REPORT_H
#define SOURCES_REPORT_H

#include <maille/ctx.h>
#include <maille/memory.h>
#include <maille/store.h>
#include <maille/strbuf.h>
#include <maille/vec.h>
#include <stdint.h>

typedef enum {
    /* repaired */
    CASE_GEOMETRY_REPAIRED,
    CASE_LEADING_ZERO,
    CASE_CODE_TIDIED,
    CASE_GROUP_TIDIED,
    /* refused: the row is not in the workspace */
    CASE_NO_CODE,
    CASE_NO_COORDINATES,
    CASE_DOUBLE,
    CASE_NO_VALUE,
    CASE_NO_GEOMETRY,
    CASE_NO_SPEED,
    CASE_NO_LENGTH,
    CASE_MISSING_NODES,
    /* named: kept, or meant to be left out */
    CASE_NO_POPULATION,
    CASE_NO_NAME,
    CASE_OUTSIDE,
    CASE_FOREIGN_CRS,
    CASE_NOWHERE,
    CASE_NO_GROUP,
    CASE_CODE_AGAIN,
    CASE_RATIOS,
    CASE_EDITED,
    CASE_DELETED,
    CASE_YEAR_ONLY,
    CASE_LOOPS,
    CASE_PARALLELS,
    CASE_NO_ACCESS,
    CASE_OTHER_MODE,
    CASE_NOT_BUILT,
    CASE_AREAS,
    CASE_REVERSIBLE,
    CASE_NO_ROAD,
    CASE_UNKNOWN_LIMITS,
    CASE_AT_HOURS,
    CASE_DESTINATION,
    CASE_FERRIES,
    CASE_BARRIERS,
    CASE_TURNS,
    CASE_TURNS_AT_HOURS,
    CASE_TURNS_OF_OTHERS,
    CASE_TURNS_UNFIT,
    CASE_PIECES,
    CASE_PARTS,
    CASE_OTHER_DATES,
    CASE_KINDS
} maille_case_kind;

typedef struct {
    maille_case_kind kind;
    int64_t row;         /* of the file; 0 = none */
    const char *subject; /* a code, an id; may be NULL */
    const char *detail;  /* French, added to the sentence; may be NULL */
    int64_t count;       /* 1, or more where cases come counted */
} maille_case;

typedef struct {
    MAILLE_VEC(maille_case) cases;
    int64_t repaired, refused;
    maille_arena *texts; /* made with the first case */
} maille_report;

void maille_report_clear(maille_report *report);
/* Texts are copied. */
maille_status maille_report_add(maille_ctx *ctx, maille_report *report, maille_case_kind kind,
                                int64_t row, const char *subject);
/* Nothing is added when count is 0. */
maille_status maille_report_count(maille_ctx *ctx, maille_report *report, maille_case_kind kind,
                                  uint64_t count, const char *detail);

/* {"repaired":{kind:{"count":…,"rows":[first five]}},"refused":…,"named":…} */
void maille_report_json(const maille_report *report, maille_strbuf *out);
/* The same for the person who imports: warnings in the log, without what is mere information. The
 * rows are saved by then: memory that runs out costs a warning, not the import. */
void maille_report_warn(maille_ctx *ctx, const maille_report *report, const char *file_name);
/* Rows of table `remark`: one a case; one a kind where a kind has many. */
maille_status maille_report_save(maille_ctx *ctx, maille_store *store, const maille_report *report,
                                 const char *kind, const char *file_name, int64_t import_id);

#endif
