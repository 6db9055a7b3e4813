/* What maille territory show knows of its subject. */
#ifndef MAILLE_CLI_TERRITORY_SHOW_H
#define MAILLE_CLI_TERRITORY_SHOW_H

#include "cli/territory.h"

#include <maille/portrait.h>

typedef struct {
    territory *t;
    maille_portrait *of;
    standing *plan; /* its kind as it stands; NULL of a list and of old versions */
    maille_told_flags flags;
} portrait;

/* territory_show_text.c */
void print_portrait(const portrait *p);

#endif
