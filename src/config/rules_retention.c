/* Rule sets on retention: how long names of people stay. */
#include "config/rules.h"

#include <math.h>

/* A whole number of days; a century is as good as for ever. */
static maille_status read_days(maille_ctx *ctx, const maille_yaml_file *file, const char *key,
                               int *out) {
    enum { MOST_DAYS = 36525 };
    const maille_yaml *root = maille_yaml_root(file);
    double days;
    maille_status status = maille_yaml_number(ctx, file, root, key, true, &days);
    if (status != MAILLE_OK)
        return status;
    if (!(days >= 1 && days <= MOST_DAYS) || floor(days) < days)
        return config_refuse(ctx, file, config_line(root, key),
                             "%s was no whole number of days from 1 to %d", key, MOST_DAYS);
    *out = (int)days;
    return MAILLE_OK;
}

maille_status maille_retention_rules_read(maille_ctx *ctx, const char *id,
                                          maille_retention_rules **out) {
    static const char *const keys[] = {"audit_days", "authors_days", NULL};
    maille_yaml_file *file = NULL;
    void *block = NULL;
    maille_status status = config_begin_rules(ctx, "retention", id, keys,
                                              sizeof(maille_retention_rules), &file, &block);
    if (status)
        return status;
    maille_retention_rules *rules = block;
    rules->file = file;
    status = read_days(ctx, file, keys[0], &rules->audit_days);
    if (!status)
        status = read_days(ctx, file, keys[1], &rules->authors_days);
    if (status)
        maille_yaml_free(file);
    else
        *out = rules;
    return status;
}

void maille_retention_rules_free(maille_retention_rules *rules) {
    if (rules)
        maille_yaml_free(rules->file);
}
