/* The map: files of the web folder, as they are, and its pages, in which {{base}} stands for where
 * the service is and {{web}} for where the files are.
 *
 * The files' address tells their version, the hash of them all: browsers keep them for a year.
 * Under another version the file of now is sent, to be asked for again each time: a page that was
 * opened before an update goes on working. Pages are always asked for again. */
#include "service/web.h"

#include "service/html.h"
#include "service/router.h"

#include <dirent.h>
#include <errno.h>
#include <maille/hash.h>
#include <maille/vec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    MOST_FOLDERS = 256,
    MOST_FILES = 4096,
    MOST_BYTES = 16 << 20,     /* a file */
    MOST_ALL_BYTES = 128 << 20 /* all files */
};

/* What is sent; nothing else leaves the folder. */
static const struct {
    const char *ending, *type;
} kinds[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".webp", "image/webp"},
    {".ico", "image/vnd.microsoft.icon"},
    {".woff2", "font/woff2"},
    {".pbf", "application/x-protobuf"},
    {".txt", "text/plain; charset=utf-8"},
};

/* What the map cannot do without and what tools/web fetches. */
static const char fetched[] = "vendor/maplibre-gl/maplibre-gl.mjs";

typedef struct {
    char *name; /* "js/carte.js" */
    const char *type;
    parcel *whole;
} web_file;

struct web {
    MAILLE_VEC(web_file) files; /* by name */
    size_t bytes;
    char version[17];
};

/* ---- reading ---- */

static const char *type_of(const char *name) {
    const char *last = strrchr(name, '/');
    const char *ending = strrchr(last ? last : name, '.');
    bool list = ending && strcmp(ending, ".json") == 0 &&
                strncmp(last ? last + 1 : name, "package", strlen("package")) == 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && ending && !list; i++)
        if (strcmp(kinds[i].ending, ending) == 0)
            return kinds[i].type;
    return NULL;
}

static maille_status read_bytes(maille_ctx *ctx, const char *path, size_t length,
                                maille_strbuf *out) {
    char block[16384];
    FILE *file = fopen(path, "rbe");
    if (!file)
        return maille_fail(ctx, MAILLE_FAILED, "%s could not be read: %s", path, strerror(errno));
    for (size_t n; out->length <= length && (n = fread(block, 1, sizeof block, file)) > 0;)
        maille_strbuf_add_n(out, block, n);
    bool whole = !ferror(file) && out->length == length;
    fclose(file);
    if (out->failed)
        return maille_no_memory(ctx);
    return whole ? MAILLE_OK
                 : maille_fail(ctx, MAILLE_FAILED, "%s changed while it was read", path);
}

static maille_status add_file(maille_ctx *ctx, web *w, const char *path, const char *name,
                              size_t length) {
    web_file one = {.type = type_of(name)};
    reply raw = {.file = -1, .type = one.type, .cache = CACHE_LONG};
    if (!one.type)
        return MAILLE_OK;
    if (length > MOST_BYTES || w->bytes + length > MOST_ALL_BYTES || w->files.count >= MOST_FILES) {
        maille_log(ctx, MAILLE_LOG_WARNING, "%s was left out of the map: too large, or too many",
                   path);
        return MAILLE_OK;
    }
    maille_status status = read_bytes(ctx, path, length, &raw.body);
    if (status) {
        maille_strbuf_free(&raw.body);
        return status;
    }
    one.whole = parcel_new(NULL, true, &raw);
    one.name = maille_strdup(name);
    if (!one.whole || !one.name || !MAILLE_VEC_PUSH(&w->files, one)) {
        parcel_drop(one.whole);
        maille_free(one.name);
        return maille_no_memory(ctx);
    }
    one.whole->lasting = true;
    w->bytes += length;
    return MAILLE_OK;
}

typedef MAILLE_VEC(char *) names;

/* One entry of a folder: a file is read, a folder goes to the others. Links are neither, so that
 * nothing outside is sent. */
static maille_status add_entry(maille_ctx *ctx, web *w, const char *top, const char *name,
                               names *folders) {
    struct stat found = {0}; /* what is gone meanwhile is neither */
    maille_strbuf path = {0};
    maille_status status = MAILLE_OK;
    maille_strbuf_addf(&path, "%s/%s", top, name);
    if (path.failed) {
        status = maille_no_memory(ctx);
    } else if (lstat(path.text, &found) == 0 && S_ISREG(found.st_mode)) {
        status = add_file(ctx, w, path.text, name, (size_t)found.st_size);
    } else if (S_ISDIR(found.st_mode)) {
        char *copy = maille_strdup(name);
        if (!copy || !MAILLE_VEC_PUSH(folders, copy)) {
            maille_free(copy);
            status = maille_no_memory(ctx);
        }
    }
    maille_strbuf_free(&path);
    return status;
}

/* A folder's name is told from the top, which is "". */
static maille_status add_folder(maille_ctx *ctx, web *w, const char *top, const char *within,
                                names *folders) {
    maille_strbuf text = {0};
    maille_status status = MAILLE_OK;
    maille_strbuf_addf(&text, "%s/%s", top, within);
    DIR *entries = text.failed ? NULL : opendir(text.text);
    if (!entries)
        status = text.failed ? maille_no_memory(ctx)
                             : maille_fail(ctx, MAILLE_FAILED, "%s could not be read: %s",
                                           text.text, strerror(errno));
    for (struct dirent *e; !status && (e = readdir(entries));) {
        if (*e->d_name == '.')
            continue;
        maille_strbuf_clear(&text);
        maille_strbuf_addf(&text, "%s%s%s", within, *within ? "/" : "", e->d_name);
        status = text.failed ? maille_no_memory(ctx) : add_entry(ctx, w, top, text.text, folders);
    }
    if (entries)
        closedir(entries);
    maille_strbuf_free(&text);
    return status;
}

static maille_status read_all(maille_ctx *ctx, web *w, const char *top) {
    names folders = {0};
    maille_status status = add_folder(ctx, w, top, "", &folders);
    for (size_t i = 0; i < folders.count && !status; i++)
        if (i < MOST_FOLDERS) /* the list grows while it is walked: names are taken one by one */
            status = add_folder(ctx, w, top, folders.items[i], &folders);
    for (size_t i = 0; i < folders.count; i++)
        maille_free(folders.items[i]);
    MAILLE_VEC_FREE(&folders);
    return status;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const web_file *)a)->name, ((const web_file *)b)->name);
}

static const web_file *find(const web *w, const char *name) {
    const web_file key = {.name = (char *)name};
    return w->files.count ? bsearch(&key, w->files.items, w->files.count, sizeof key, by_name)
                          : NULL;
}

static maille_status set_version(maille_ctx *ctx, web *w) {
    maille_hasher *hasher = maille_hasher_new();
    maille_sha256 hash;
    if (!hasher)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < w->files.count; i++) {
        const blob *body = w->files.items[i].whole->body[PLAIN];
        maille_hasher_add_text(hasher, w->files.items[i].name);
        maille_hasher_add(hasher, body->text, body->length);
    }
    maille_hasher_end(hasher, &hash);
    snprintf(w->version, sizeof w->version, "%.16s", hash.hex);
    return MAILLE_OK;
}

maille_status web_open(maille_ctx *ctx, web **out) {
    char *folder = NULL;
    web *w = maille_alloc(1, sizeof *w);
    maille_status status = w ? maille_web_folder(ctx, &folder) : maille_no_memory(ctx);
    if (status == MAILLE_NOT_FOUND) {
        maille_log(ctx, MAILLE_LOG_WARNING, "there is no map: %s", maille_message(ctx));
        status = MAILLE_OK;
    } else if (!status) {
        status = read_all(ctx, w, folder);
    }
    MAILLE_TRY(status);
    if (w->files.count)
        qsort(w->files.items, w->files.count, sizeof *w->files.items, by_name);
    MAILLE_TRY(set_version(ctx, w));
    if (folder && !find(w, fetched))
        maille_log(ctx, MAILLE_LOG_WARNING,
                   "the map in %s lacks %s: tools/web fetches it, then the service is to be "
                   "started again",
                   folder, fetched);
    *out = w;
    w = NULL;
done:
    web_free(w);
    maille_free(folder);
    return status;
}

void web_free(web *w) {
    for (size_t i = 0; w && i < w->files.count; i++) {
        parcel_drop(w->files.items[i].whole);
        maille_free(w->files.items[i].name);
    }
    if (w)
        MAILLE_VEC_FREE(&w->files);
    maille_free(w);
}

bool web_has_map(const web *w) {
    return w && find(w, fetched) && find(w, "carte.html") && find(w, "commune.html");
}

/* ---- pages ---- */

static void fill(const web *w, const request *r, const blob *page, maille_strbuf *out) {
    static const char base[] = "{{base}}", web_of[] = "{{web}}";
    const char *text = page->length ? page->text : "";
    for (const char *at; (at = strstr(text, "{{"));) {
        bool is_base = strncmp(at, base, strlen(base)) == 0;
        bool is_web = strncmp(at, web_of, strlen(web_of)) == 0;
        size_t length = is_base ? strlen(base) : is_web ? strlen(web_of) : strlen("{{");
        maille_strbuf_add_n(out, text, (size_t)(at - text) + (is_base || is_web ? 0 : length));
        if (is_base || is_web)
            html_text(out, r->base);
        if (is_web)
            maille_strbuf_addf(out, "/web/%s", w->version);
        text = at + length;
    }
    maille_strbuf_add(out, text);
}

/* A page of the map that is not there: why, and what whoever runs the service is to do. */
static maille_status lacking(const web *w, const request *r, reply *out) {
    bool none = w->files.count == 0;
    return reply_problem(
        r, out, 503,
        none
            ? router_say(r,
                         "La carte n’est pas installée avec ce service. La personne qui "
                         "l’administre peut indiquer où elle se trouve par la variable "
                         "MAILLE_WEB, puis relancer « maille serve ».",
                         "The map is not installed with this service. Whoever runs it can tell "
                         "where it is by the variable MAILLE_WEB, then start “maille serve” again.")
            : router_say(r,
                         "Il manque à la carte sa bibliothèque d’affichage (MapLibre). La "
                         "personne qui administre ce service peut lancer « tools/web », qui la "
                         "télécharge, puis relancer « maille serve ».",
                         "The map lacks its library of display (MapLibre). Whoever runs this "
                         "service can run “tools/web”, which fetches it, then start “maille "
                         "serve” again."));
}

static maille_status send_page(view *v, const request *r, reply *out, const char *name) {
    const web *w = v->service->web;
    const web_file *file = find(w, name);
    if (!w->files.count)
        return lacking(w, r, out);
    if (!file)
        return reply_problem(r, out, 404,
                             router_say(r, "Cette page n’existe pas.", "There is no such page."));
    fill(w, r, file->whole->body[PLAIN], &out->body);
    out->type = file->type;
    out->cache = CACHE_CHECKED;
    return out->body.failed ? maille_no_memory(v->ctx) : MAILLE_OK;
}

static maille_status send_map_page(view *v, const request *r, reply *out, const char *name) {
    const web *w = v->service->web;
    return find(w, fetched) ? send_page(v, r, out, name) : lacking(w, r, out);
}

static maille_status map(view *v, const request *r, reply *out) {
    return send_map_page(v, r, out, "carte.html");
}

static maille_status commune(view *v, const request *r, reply *out) {
    return send_map_page(v, r, out, "commune.html");
}

static maille_status help(view *v, const request *r, reply *out) {
    return send_page(v, r, out, "aide/index.html");
}

static maille_status help_page(view *v, const request *r, reply *out) {
    maille_strbuf name = {0};
    maille_strbuf_addf(&name, "aide/%s.html", r->part[0]);
    maille_status status = name.failed ? maille_no_memory(v->ctx) : send_page(v, r, out, name.text);
    maille_strbuf_free(&name);
    return status;
}

/* ---- files ---- */

/* "/web/<version>/js/carte.js": pages are not among them, since nothing is filled in there. */
static maille_status send_file(view *v, const request *r, reply *out) {
    const web *w = v->service->web;
    const char *version = r->part[0];
    const web_file *file = find(w, r->path + strlen("/web/") + strlen(version) + 1);
    if (!file || strncmp(file->type, "text/html", strlen("text/html")) == 0)
        return reply_problem(r, out, 404,
                             router_say(r, "Ce fichier n’existe pas.", "There is no such file."));
    if (strcmp(version, w->version) == 0) {
        parcel_hold(file->whole);
        out->ready = file->whole;
        return MAILLE_OK;
    }
    const blob *body = file->whole->body[PLAIN];
    if (body->length)
        maille_strbuf_add_n(&out->body, body->text, body->length);
    out->type = file->type;
    out->cache = CACHE_CHECKED;
    return out->body.failed ? maille_no_memory(v->ctx) : MAILLE_OK;
}

/* ---- routes ---- */

static const char *const html[] = {"html", NULL};
/* Of a file its ending tells; here stands what browsers ask for. */
static const char *const any[] = {"file", "js", "css", "json", "svg", "png", "webp", "txt", NULL};

static const route routes[] = {
    {.verbs = GET,
     .path = "/carte",
     .id = "carte",
     .tag = "Carte",
     .summary = "La carte",
     .page = true,
     .formats = html,
     .answer = map},
    {.verbs = GET,
     .path = "/ma-commune",
     .id = "maCommune",
     .tag = "Carte",
     .summary = "Chercher sa commune",
     .page = true,
     .formats = html,
     .answer = commune},
    {.verbs = GET,
     .path = "/ma-commune/{code}",
     .id = "maCommuneUne",
     .tag = "Carte",
     .summary = "L’accès aux soins d’une commune",
     .page = true,
     .formats = html,
     .answer = commune},
    {.verbs = GET,
     .path = "/aide",
     .id = "aide",
     .tag = "Carte",
     .summary = "Guide d’utilisation",
     .page = true,
     .formats = html,
     .answer = help},
    {.verbs = GET,
     .path = "/aide/{page}",
     .id = "aidePage",
     .tag = "Carte",
     .summary = "Page du guide d’utilisation",
     .page = true,
     .formats = html,
     .answer = help_page},
    {.verbs = GET,
     .path = "/web/{version}/{a}",
     .id = "web1",
     .tag = "Carte",
     .summary = "Fichier de la carte",
     .page = true,
     .formats = any,
     .answer = send_file},
    {.verbs = GET,
     .path = "/web/{version}/{a}/{b}",
     .id = "web2",
     .tag = "Carte",
     .summary = "Fichier de la carte",
     .page = true,
     .formats = any,
     .answer = send_file},
    {.verbs = GET,
     .path = "/web/{version}/{a}/{b}/{c}",
     .id = "web3",
     .tag = "Carte",
     .summary = "Fichier de la carte",
     .page = true,
     .formats = any,
     .answer = send_file},
    {.verbs = GET,
     .path = "/web/{version}/{a}/{b}/{c}/{d}",
     .id = "web4",
     .tag = "Carte",
     .summary = "Fichier de la carte",
     .page = true,
     .formats = any,
     .answer = send_file},
};
const route_table web_routes = {routes, sizeof routes / sizeof *routes};
