/* YAML as a tree of nodes with line numbers (room: config; libyaml). What people write is read into
 * it, then into typed structs; every error names file and line. */
#ifndef MAILLE_YAML_H
#define MAILLE_YAML_H

#include <maille/ctx.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum { MAILLE_YAML_SCALAR, MAILLE_YAML_LIST, MAILLE_YAML_MAP } maille_yaml_kind;

typedef struct maille_yaml {
    maille_yaml_kind kind;
    int line;         /* from 1 */
    const char *text; /* scalar */
    bool quoted;      /* a quoted scalar is text whatever it looks like */
    size_t count;     /* items of a list or map */
    struct maille_yaml **items;
    const char **keys;    /* map */
    const int *key_lines; /* map: line of each key */
} maille_yaml;

typedef struct maille_yaml_file maille_yaml_file;
/* Reads one document; aliases, a second document, a key twice and more than 1 MiB are refused. */
maille_status maille_yaml_read(maille_ctx *ctx, const char *path, maille_yaml_file **out);
void maille_yaml_free(maille_yaml_file *file);
const maille_yaml *maille_yaml_root(const maille_yaml_file *file);
const char *maille_yaml_path(const maille_yaml_file *file);

/* Value of a key, NULL when absent or not a map. */
const maille_yaml *maille_yaml_get(const maille_yaml *map, const char *key);
/* Refuses a map with a key that is not in `allowed` (NULL-terminated), naming it, its line and the
 * keys that are known. */
maille_status maille_yaml_only(maille_ctx *ctx, const maille_yaml_file *file,
                               const maille_yaml *map, const char *const *allowed);
/* Typed values; `key` missing: MAILLE_REFUSED when required, else *out untouched. Texts are
 * borrowed. */
maille_status maille_yaml_text(maille_ctx *ctx, const maille_yaml_file *file,
                               const maille_yaml *map, const char *key, bool required,
                               const char **out);
maille_status maille_yaml_number(maille_ctx *ctx, const maille_yaml_file *file,
                                 const maille_yaml *map, const char *key, bool required,
                                 double *out);
maille_status maille_yaml_bool(maille_ctx *ctx, const maille_yaml_file *file,
                               const maille_yaml *map, const char *key, bool required, bool *out);

#endif
