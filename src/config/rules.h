/* What the readers of rule sets share. */
#ifndef CONFIG_RULES_H
#define CONFIG_RULES_H

#include "config/tree.h"

/* Opens layers/rules/<family>-<id>.yaml and makes the struct of `size` bytes, whose first member is
 * its maille_rule_head, read and checked; keys that are neither the head's nor `own_keys` are
 * refused. The struct lives as long as the file. */
maille_status config_begin_rules(maille_ctx *ctx, const char *family, const char *id,
                                 const char *const *own_keys, size_t size, maille_yaml_file **out,
                                 void **block);
/* A number that must be above zero. */
maille_status config_positive(maille_ctx *ctx, const maille_yaml_file *file, const maille_yaml *map,
                              const char *key, double *out);

#endif
