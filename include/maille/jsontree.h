/* JSON read whole, as a tree (room: base; jansson behind it). Borrowed parts live as long as the
 * tree. */
#ifndef MAILLE_JSONTREE_H
#define MAILLE_JSONTREE_H

#include <maille/ctx.h>
#include <maille/strbuf.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct maille_json maille_json;

/* MAILLE_REFUSED with `what` (file, row …), line and reason; duplicated keys are refused. */
maille_status maille_json_parse(maille_ctx *ctx, const char *what, const char *text,
                                maille_json **out);
void maille_json_free(maille_json *tree);

/* NULL where it is no object or has no such key; NULL for NULL. */
const maille_json *maille_json_get(const maille_json *object, const char *key);
/* First key of an object that is not among `known` (NULL-terminated); NULL where all are. */
const char *maille_json_other_key(const maille_json *object, const char *const *known);
/* Key of an object by its place, from 0; NULL after the last. */
const char *maille_json_key(const maille_json *object, size_t i);
size_t maille_json_count(const maille_json *array); /* 0 for what is no array */
const maille_json *maille_json_at(const maille_json *array, size_t i);
bool maille_json_is_null(const maille_json *value); /* true for NULL too */
bool maille_json_is_array(const maille_json *value);
bool maille_json_is_object(const maille_json *value);
/* Adds the value as one line with its keys in order: the same value gives the same bytes. */
maille_status maille_json_write(maille_ctx *ctx, const maille_json *value, maille_strbuf *out);
const char *maille_json_as_text(const maille_json *value); /* NULL when it is no text */
bool maille_json_as_number(const maille_json *value, double *out);
bool maille_json_as_bool(const maille_json *value, bool *out);

#endif
