/* What the readers of this room share: the typed structs live in the arena of the file that they
 * were read from, so that freeing the file frees them; refusals name file and line. */
#ifndef CONFIG_TREE_H
#define CONFIG_TREE_H

#include <maille/rules.h>
#include <maille/study.h>
#include <maille/yaml.h>

/* The same as maille_yaml_read, from a text in memory; `name` stands for the path in messages. */
maille_status config_read_text(maille_ctx *ctx, const char *name, const char *text,
                               maille_yaml_file **out);

/* Memory that lives as long as the file; zeroed; NULL when memory ran out. */
void *config_alloc(maille_yaml_file *file, size_t count, size_t size);
char *config_strdup(maille_yaml_file *file, const char *text);

/* MAILLE_REFUSED with "path:line: …". */
maille_status config_refuse(maille_ctx *ctx, const maille_yaml_file *file, int line,
                            const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Line of what stands under `key`, or of the map where nothing does. */
int config_line(const maille_yaml *map, const char *key);
/* The list or map under `key`; NULL where it is absent and not required. */
maille_status config_list(maille_ctx *ctx, const maille_yaml_file *file, const maille_yaml *map,
                          const char *key, bool required, const maille_yaml **out);
maille_status config_map(maille_ctx *ctx, const maille_yaml_file *file, const maille_yaml *map,
                         const char *key, bool required, const maille_yaml **out);
/* A list of texts, no text twice. *out and *count stay where the key is absent. */
maille_status config_texts(maille_ctx *ctx, maille_yaml_file *file, const maille_yaml *map,
                           const char *key, bool required, const char ***out, size_t *count);
/* {fr: …, en: …}, or one text, which is French. */
maille_status config_title(maille_ctx *ctx, const maille_yaml_file *file, const maille_yaml *map,
                           const char *key, bool required, maille_title *out);
/* A text that is one of `words`, NULL-terminated. */
maille_status config_word(maille_ctx *ctx, const maille_yaml_file *file, const maille_yaml *map,
                          const char *key, bool required, const char *const *words,
                          const char **out);
/* YYYY-MM-DD, YYYY-MM or YYYY. */
maille_status config_date(maille_ctx *ctx, const maille_yaml_file *file, const maille_yaml *map,
                          const char *key, bool required, const char **out);

#endif
