/* Files of the cache, and the roads of a workspace, in words and as JSON. */
#include "cli/network_info.h"

#include <dirent.h>
#include <maille/cachefile.h>
#include <maille/hierarchy.h>
#include <maille/json.h>
#include <maille/memory.h>
#include <maille/provenance.h>
#include <maille/strbuf.h>
#include <maille/travel.h>
#include <stdlib.h>
#include <string.h>

bool is_cache_file(const char *path) {
    char start[6] = {0};
    FILE *file = fopen(path, "rb");
    size_t length = file ? fread(start, 1, sizeof start, file) : 0;
    if (file)
        fclose(file);
    return length == sizeof start && memcmp(start, "MAILLE", sizeof start) == 0;
}

typedef struct {
    const char *kind;
    const char *names[8]; /* NULL-terminated; each a key of JSON too */
    double values[8];
} content;

static maille_status read_graph(maille_ctx *ctx, const char *path, const maille_cache_about *about,
                                content *out) {
    maille_network *n = NULL;
    maille_status status = maille_network_load(ctx, path, about->key, &n);
    if (status)
        return status;
    double km = 0;
    for (uint32_t e = 0; e < n->edge_count; e++)
        km += n->edge_length_m[e] / 1000;
    *out = (content){"network",
                     {"nodes", "turn_nodes", "arcs", "edges", "components", "km_of_edges", NULL},
                     {n->place_count, n->node_count - n->place_count, n->arc_count, n->edge_count,
                      n->component_count, km}};
    maille_network_free(n);
    return MAILLE_OK;
}

static maille_status read_hierarchy(maille_ctx *ctx, const char *path,
                                    const maille_cache_about *about, content *out) {
    maille_hierarchy *h = NULL;
    maille_status status = maille_hierarchy_load(ctx, path, about->key, &h);
    if (status)
        return status;
    *out = (content){"hierarchy",
                     {"nodes", "arcs_up", "arcs_down", "shortcuts", NULL},
                     {h->node_count, h->out.first[h->node_count], h->in.first[h->node_count],
                      (double)h->shortcuts}};
    maille_hierarchy_free(h);
    return MAILLE_OK;
}

static maille_status read_matrix(maille_ctx *ctx, const char *path, const maille_cache_about *about,
                                 content *out) {
    maille_matrix *m = NULL;
    maille_status status = maille_matrix_load(ctx, path, about->key, &m);
    if (status)
        return status;
    double entries = (double)m->start[m->rows];
    *out =
        (content){"times",
                  {"rows", "columns", "pairs", "bytes_a_pair", NULL},
                  {m->rows, m->columns, entries, entries > 0 ? (double)about->bytes / entries : 0}};
    maille_matrix_free(m);
    return MAILLE_OK;
}

/* A key of JSON as words. */
static void add_words(const char *key, maille_strbuf *s) {
    for (const char *at = key; *at; at++)
        if (*at == '_')
            maille_strbuf_add_char(s, ' ');
        else
            maille_strbuf_add_char(s, *at);
}

static void add_content(const char *path, const maille_cache_about *about, const content *c,
                        bool json, maille_strbuf *s) {
    if (json) {
        maille_strbuf_add(s, "{\"file\":");
        maille_json_text(s, path);
        maille_strbuf_addf(s, ",\"kind\":\"%s\",\"version\":%u,\"bytes\":%llu", c->kind,
                           about->version, (unsigned long long)about->bytes);
        for (size_t i = 0; c->names[i]; i++) {
            maille_strbuf_addf(s, ",\"%s\":", c->names[i]);
            maille_strbuf_add_double(s, c->values[i]);
        }
        maille_strbuf_add(s, "}");
        return;
    }
    maille_strbuf_addf(s, "%s\n    %12s  of the cache, version %u\n    %12.1f  MB\n", path, c->kind,
                       about->version, (double)about->bytes / 1e6);
    for (size_t i = 0; c->names[i]; i++) {
        bool whole = c->values[i] == (double)(long long)c->values[i];
        maille_strbuf_addf(s, "    %12.*f  ", whole ? 0 : 1, c->values[i]);
        add_words(c->names[i], s);
        maille_strbuf_add_char(s, '\n');
    }
}

static maille_status tell_cache_file(maille_ctx *ctx, const char *path, bool json,
                                     maille_strbuf *s) {
    static const struct {
        const char *magic;
        maille_status (*read)(maille_ctx *, const char *, const maille_cache_about *, content *);
    } kinds[] = {{"MAILLEGR", read_graph}, {"MAILLECH", read_hierarchy}, {"MAILLEMX", read_matrix}};
    maille_cache_about about;
    content c;
    maille_status status = maille_cache_describe(ctx, path, &about);
    for (size_t i = 0; status == MAILLE_OK && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(about.magic, kinds[i].magic) == 0) {
            status = kinds[i].read(ctx, path, &about, &c);
            if (status == MAILLE_OK)
                add_content(path, &about, &c, json, s);
            return status;
        }
    return status ? status
                  : maille_fail(ctx, MAILLE_REFUSED, "%s: was a file of the cache of another kind",
                                path);
}

maille_status print_cache_file(maille_ctx *ctx, const char *path, bool json) {
    maille_strbuf s = {0};
    maille_status status = tell_cache_file(ctx, path, json, &s);
    if (status == MAILLE_OK && s.failed)
        status = maille_no_memory(ctx);
    if (status == MAILLE_OK)
        printf("%s%s", s.text, json ? "\n" : "");
    maille_strbuf_free(&s);
    return status;
}

/* ---- a workspace ---- */

static const char *text_of(const maille_table *t, const char *column, size_t row) {
    int at = maille_table_column(t, column);
    return at < 0 || !t->columns[at].texts[row] ? "" : t->columns[at].texts[row];
}

static void add_import(const maille_table *t, size_t row, bool json, maille_strbuf *s) {
    static const char *const columns[] = {"file", "at", "sha256", "options", "report"};
    if (!json) {
        maille_strbuf_addf(s, "%s\n    imported at %s as %s\n", text_of(t, "file", row),
                           text_of(t, "at", row), text_of(t, "options", row));
        return;
    }
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        const char *text = text_of(t, columns[i], row);
        maille_strbuf_addf(s, "%s\"%s\":", i ? "," : "", columns[i]);
        if (i < 3 || !*text)
            maille_json_text(s, text);
        else
            maille_strbuf_add(s, text); /* JSON already */
    }
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the cache's files of roads and times, sorted. */
static maille_status list_cache(maille_ctx *ctx, const char *folder, char *names[], size_t most,
                                size_t *count) {
    maille_status status = MAILLE_OK;
    DIR *open = opendir(folder);
    for (struct dirent *entry; open && !status && *count < most && (entry = readdir(open));) {
        const char *ending = strrchr(entry->d_name, '.');
        if (!ending || (strcmp(ending, ".graph") != 0 && strcmp(ending, ".hierarchy") != 0 &&
                        strcmp(ending, ".times") != 0))
            continue;
        names[*count] = maille_strdup(entry->d_name);
        if (names[*count])
            ++*count;
        else
            status = maille_no_memory(ctx);
    }
    if (open)
        closedir(open);
    qsort(names, *count, sizeof *names, by_name);
    return status;
}

static maille_status add_cache(maille_ctx *ctx, const char *folder, bool json, maille_strbuf *s) {
    enum { MOST = 64 };
    char *names[MOST];
    size_t count = 0;
    maille_strbuf path = {0};
    maille_status status = list_cache(ctx, folder, names, MOST, &count);
    for (size_t i = 0; status == MAILLE_OK && i < count; i++) {
        maille_strbuf_clear(&path);
        maille_strbuf_addf(&path, "%s/%s", folder, names[i]);
        maille_strbuf_add(s, json && i ? "," : "");
        status = path.failed ? maille_no_memory(ctx) : tell_cache_file(ctx, path.text, json, s);
    }
    for (size_t i = 0; i < count; i++)
        maille_free(names[i]);
    maille_strbuf_free(&path);
    return status;
}

maille_status print_workspace_roads(maille_ctx *ctx, const char *path, bool json) {
    maille_status status = MAILLE_OK;
    maille_store *store = NULL;
    maille_table *imports = NULL;
    maille_strbuf s = {0};
    const char *folder = NULL;
    size_t row = 0;
    TRY(maille_store_open(ctx, path, MAILLE_STORE_READ, who(), &store));
    TRY(maille_imports(ctx, store, &imports));
    while (row < imports->rows && strcmp(text_of(imports, "kind", row), "roads") != 0)
        row++;
    if (row == imports->rows) {
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "%s had no roads", path);
        goto done;
    }
    TRY(maille_store_cache(ctx, store, &folder));
    maille_strbuf_add(&s, json ? "{" : "");
    add_import(imports, row, json, &s);
    maille_strbuf_add(&s, json ? ",\"cache\":[" : "");
    TRY(add_cache(ctx, folder, json, &s));
    maille_strbuf_add(&s, json ? "]}\n" : "");
    if (s.failed)
        status = maille_no_memory(ctx);
    else
        fputs(s.text, stdout);
done:
    maille_strbuf_free(&s);
    maille_table_free(imports);
    maille_store_close(store);
    return status;
}
