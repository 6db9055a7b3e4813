/* The command line: a table of commands, one file each. */
#ifndef MAILLE_CLI_CLI_H
#define MAILLE_CLI_CLI_H

#include <maille/ctx.h>
#include <maille/layers.h>
#include <maille/rules.h>
#include <maille/store.h>
#include <maille/table.h>
#include <stdbool.h>
#include <stdio.h>

#define TRY MAILLE_TRY

typedef struct {
    const char *name, *usage, *summary, *help;
    maille_status (*run)(maille_ctx *ctx, int argc, char **argv);
} command;

extern const command cmd_run, cmd_init, cmd_import, cmd_compute, cmd_check, cmd_export, cmd_times,
    cmd_access, cmd_network, cmd_territory, cmd_token, cmd_audit, cmd_backup, cmd_serve;
/* Its subcommands and their options; those of one where argv names it. */
void print_territory_help(int argc, char **argv);

/* ---- options
 * --------------------------------------------------------------------------------------- */

/* One option of a command: `--name VALUE`, or a flag where `flag` is set. `short_name` 0 = none. */
typedef struct {
    const char *name;
    char short_name;
    const char **value;
    bool *flag;
} option;
/* Takes options out of argv; what is left goes to `rest` (borrowed). "--" ends options.
 * MAILLE_USAGE for what is not known. --json and --quiet are the caller's to list. */
maille_status parse_options(maille_ctx *ctx, const command *c, int argc, char **argv,
                            const option *options, size_t count, const char **rest,
                            size_t *rest_count);
/* MAILLE_USAGE when the text is no whole number within the bounds. */
maille_status parse_count(maille_ctx *ctx, const char *what, const char *text, long least,
                          long most, long *out);
/* "key=value,key=value" cut in place of a copy that the caller frees. */
typedef struct {
    char *text;
    const char *keys[32], *values[32];
    size_t count;
} pairs;
maille_status parse_pairs(maille_ctx *ctx, const char *what, const char *text, pairs *out);
const char *pairs_get(const pairs *p, const char *key);

/* ---- common to commands that work on a workspace
 * ------------------------------------------------- */

/* Name of the person at the keyboard, for the lock and provenance. */
const char *who(void);
maille_status set_jobs(maille_ctx *ctx, const char *jobs);
double seconds_now(void);
/* Where row i of a table stands in its file: line of a CSV, number of a feature. */
long long file_row(const maille_table *table, size_t i);
/* Writes the layers of the catalogue (names NULL: all that are ready), prints the table of what was
 * found, or JSON. `most_zoom` is for tiles. A layer asked for by name that lacks its inputs is
 * MAILLE_REFUSED. */
maille_status publish_layers(maille_ctx *ctx, maille_store *store, maille_audience audience,
                             const char *const *names, size_t count, maille_layer_format format,
                             unsigned most_zoom, const char *folder, bool json, bool quiet);
/* "geojson", "gpkg", "csv" or "mbtiles"; NULL is the first. */
maille_status parse_format(maille_ctx *ctx, const char *text, maille_layer_format *out);

/* A file of results; standard output for NULL and "-". */
maille_status open_result(maille_ctx *ctx, const char *path, FILE **out);
/* Fails when anything that was written to it is lost. */
maille_status close_result(maille_ctx *ctx, const char *path, FILE *file);

/* ---- output: a table of text on stdout
 * ---------------------------------------------------------------- */

enum { MOST_CELLS = 10 };
typedef struct {
    size_t columns, rows;
    const char *titles[MOST_CELLS];
    bool right[MOST_CELLS]; /* numbers stand right */
    char ***cells;
    size_t capacity;
} text_table;
void text_table_add(text_table *t, const char *const *cells); /* copies */
void text_table_drop(text_table *t, size_t column);
void text_table_print(const text_table *t); /* widths count characters, not bytes */
void text_table_free(text_table *t);
/* "12 345" with narrow no-break spaces as thin groups of three; decimals with a comma. */
void say_number(double value, int decimals, char *out, size_t size);

#endif
