/* What maille territory show knows of its subject. */
#ifndef MAILLE_CLI_TERRITORY_SHOW_H
#define MAILLE_CLI_TERRITORY_SHOW_H

#include "cli/territory.h"

enum { SELF, DEPARTMENT, REGION, STUDY, SIDES };

/* Members of a perimeter that bear the name of one sub-zone. */
typedef struct {
    const char *name;
    uint32_t communes;
    double population; /* by the members' shares */
} sub_zone;

typedef struct {
    territory *t;
    const maille_perimeter *perimeter; /* NULL: a list of communes */
    uint32_t *units;                   /* of it; in the arena of `t` */
    double *shares;                    /* NULL: 1 */
    uint32_t count;
    MAILLE_VEC(sub_zone) zones; /* ascending names */
    standing *plan;             /* its kind as it stands; NULL of a list and of old versions */
    const char *titles[SIDES];
    maille_figures *f[SIDES]; /* NULL where there is none */
    uint32_t *links;          /* roads that join its pieces; a block of its own */
    uint32_t link_count;
    said_flags flags;
} portrait;

const char *group_name(const maille_partition *p, uint32_t group);
/* territory_show_text.c */
void print_portrait(const portrait *p);

#endif
