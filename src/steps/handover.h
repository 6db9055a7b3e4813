/* Histories of perimeters as they pass from one workspace to another (docs/handover.md). */
#ifndef MAILLE_STEPS_HANDOVER_H
#define MAILLE_STEPS_HANDOVER_H

#include <maille/ctx.h>
#include <maille/map.h>
#include <maille/memory.h>
#include <maille/perimeter.h>
#include <maille/store.h>
#include <maille/vec.h>

/* Scenario of versions that another workspace made while this one made others: they were taken in
 * by a merge, so that none of them is a state that stood here. */
#define SIDE_LINE "~"

/* A version as a line of one workspace has it; hashes "" = not there. */
typedef struct {
    const char *change, *before, *after;
    const char *vintage; /* of its codes; NULL: not said */
} line_version;
typedef MAILLE_VEC(line_version) line_versions;

/* The history of one perimeter in one workspace. */
typedef struct {
    const char *perimeter;
    line_versions main;  /* what stood there, one after the other */
    line_versions side;  /* what it took in from elsewhere by merges */
    maille_names *known; /* change → place in `main`, or in `side` + ON_SIDE */
} line;
#define ON_SIDE (UINT32_C(1) << 31)
/* Notes what the line knows; MAILLE_REFUSED when a change is there twice. */
maille_status line_know(maille_ctx *ctx, line *l);
/* The line of a perimeter in this workspace, texts in `arena`; no version where it never was. */
maille_status line_read(maille_ctx *ctx, maille_store *store, const char *perimeter,
                        maille_arena *arena, line *l);
void line_clear(line *l);

/* texts NULL: not said */
typedef struct {
    const char *id, *kind, *of_change, *at, *who, *why;
} told_change;

typedef struct {
    const char *hash, *text;
    maille_perimeter *perimeter; /* when read */
} told_document;

/* What a file holds; texts in `arena`. */
typedef struct {
    MAILLE_VEC(line) lines;
    MAILLE_VEC(told_change) changes; /* in the order of the workspace that wrote them */
    MAILLE_VEC(told_document) documents;
    maille_names *document_number; /* of a hash */
    maille_names *change_number;   /* of an id */
    maille_arena *arena;
} handover;
maille_status handover_new(maille_ctx *ctx, handover *h);
void handover_clear(handover *h);

/* The file, whole or not at all. */
maille_status handover_write(maille_ctx *ctx, const handover *h, const char *path);
/* MAILLE_REFUSED for whatever handover_write did not write so: bytes that changed, lines that do
 * not chain, documents that are not what they are named by. */
maille_status handover_read(maille_ctx *ctx, const char *path, handover *h);

#endif
