/* Where the folders are that come with the program: definitions of layers, and the map. */
#define _GNU_SOURCE /* dladdr */
#include <dlfcn.h>
#include <limits.h>
#include <maille/memory.h>
#include <maille/rules.h>
#include <maille/serve.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    const char *name;     /* in share/maille */
    const char *variable; /* of the environment: goes before all */
    const char *what;     /* for messages */
    const char *source, *installed;
} folder;

static bool is_folder(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

/* share/maille/<name> of the tree in which this code is installed (as <prefix>/lib/libmaille.so or
 * <prefix>/lib/<machine>/libmaille.so), or "" where there is none. */
static void beside_library(const char *name, char out[PATH_MAX]) {
    static const char *const ways[] = {"../share/maille", "../../share/maille"};
    static const char this_library = 0;
    Dl_info found;
    const char *slash = dladdr(&this_library, &found) ? strrchr(found.dli_fname, '/') : NULL;
    for (size_t i = 0; i < sizeof ways / sizeof *ways && slash; i++) {
        int length = (int)(slash - found.dli_fname);
        length = snprintf(out, PATH_MAX, "%.*s/%s/%s", length, found.dli_fname, ways[i], name);
        if (length > 0 && length < PATH_MAX && is_folder(out))
            return;
    }
    *out = '\0';
}

static maille_status find_folder(maille_ctx *ctx, const folder *wanted, char **out) {
    char beside[PATH_MAX];
    beside_library(wanted->name, beside);
    const char *given = getenv(wanted->variable);
    const char *const places[] = {beside, wanted->source, wanted->installed};
    const char *found = NULL;
    if (given && *given) {
        if (!is_folder(given))
            return maille_fail(ctx, MAILLE_NOT_FOUND, "%s, which %s named, was no folder", given,
                               wanted->variable);
        found = given;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places && !found; i++)
        if (*places[i] && is_folder(places[i]))
            found = places[i];
    if (!found)
        return maille_fail(ctx, MAILLE_NOT_FOUND,
                           "no folder of %s was found: neither beside the library, nor %s, nor %s",
                           wanted->what, wanted->source, wanted->installed);
    char *copy = maille_strdup(found);
    if (!copy)
        return maille_no_memory(ctx);
    *out = copy;
    return MAILLE_OK;
}

maille_status maille_layers_folder(maille_ctx *ctx, char **out) {
    static const folder layers = {"layers", "MAILLE_LAYERS", "layer definitions",
                                  MAILLE_SOURCE_LAYERS, MAILLE_INSTALLED_LAYERS};
    return find_folder(ctx, &layers, out);
}

maille_status maille_web_folder(maille_ctx *ctx, char **out) {
    static const folder web = {"web", "MAILLE_WEB", "the map", MAILLE_SOURCE_WEB,
                               MAILLE_INSTALLED_WEB};
    return find_folder(ctx, &web, out);
}
