/* What the files on a perimeter as a value share. */
#ifndef TERRITORY_PERIMETER_H
#define TERRITORY_PERIMETER_H

#include <maille/perimeter.h>

/* What may stand in a perimeter; MAILLE_REFUSED begins with `where` ("perimeter x", a file, …). */
typedef enum {
    ONE_LINE,  /* ids, codes, names of statuses: no control character */
    MANY_LINES /* names, reasons, contacts: line breaks and tabs too */
} text_kind;
/* Something to read, in UTF-8. */
maille_status perimeter_judge_text(maille_ctx *ctx, const char *where, const char *what,
                                   const char *text, text_kind kind);
maille_status perimeter_judge_share(maille_ctx *ctx, const char *where, const char *code,
                                    double share);
/* A day of the calendar that is not before the one of `before` (NULL: there is none). */
maille_status perimeter_judge_since(maille_ctx *ctx, const char *where,
                                    const maille_status_entry *before, const char *since);

/* Neither text, or the same one. */
bool perimeter_same_text(const char *a, const char *b);
bool perimeter_same_entry(const maille_status_entry *a, const maille_status_entry *b);

/* Empty, without a text yet, with room for so many statuses and members. */
maille_status perimeter_alloc(maille_ctx *ctx, uint32_t statuses, uint32_t members,
                              maille_perimeter **out);
/* A text in the perimeter's arena. */
maille_status perimeter_keep(maille_ctx *ctx, maille_perimeter *perimeter, const char *text,
                             const char **out);
/* Copies of a member or a status behind the last one; there must be room. */
maille_status perimeter_push_member(maille_ctx *ctx, maille_perimeter *perimeter,
                                    const maille_member *member);
maille_status perimeter_push_status(maille_ctx *ctx, maille_perimeter *perimeter,
                                    const maille_status_entry *entry);
/* A copy with room for so many more. */
maille_status perimeter_copy_with_room(maille_ctx *ctx, const maille_perimeter *from,
                                       uint32_t more_statuses, uint32_t more_members,
                                       maille_perimeter **out);
/* Place of the first member whose code is not below `code`. */
uint32_t perimeter_place(const maille_perimeter *perimeter, const char *code);

#endif
