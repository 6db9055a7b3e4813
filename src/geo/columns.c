/* Which columns of a file a reader wants: found without regard to case, refused by name. */
#include "geo/columns.h"

#include <maille/map.h>
#include <maille/memory.h>
#include <maille/strbuf.h>
#include <maille/text.h>
#include <string.h>
#include <strings.h>

maille_status maille_offer_new(maille_ctx *ctx, size_t count, maille_offer *out) {
    *out = (maille_offer){.count = count};
    out->names = maille_alloc(count, sizeof *out->names);
    out->types = maille_alloc(count, sizeof *out->types);
    if (count > 0 && (!out->names || !out->types)) {
        maille_offer_clear(out);
        return maille_no_memory(ctx);
    }
    return MAILLE_OK;
}

void maille_offer_clear(maille_offer *offer) {
    for (size_t i = 0; offer->names && i < offer->count; i++)
        maille_free(offer->names[i]);
    maille_free(offer->names);
    maille_free(offer->types);
    *offer = (maille_offer){0};
}

static bool taken(const maille_offer *offer, size_t before, const char *name) {
    for (size_t i = 0; i < before; i++)
        if (strcmp(offer->names[i], name) == 0)
            return true;
    return false;
}

maille_status maille_offer_name(maille_ctx *ctx, maille_offer *offer, size_t i, const char *name) {
    maille_strbuf s = {0};
    size_t length = strlen(name);
    while (length > 0 && (*name == ' ' || *name == '\t'))
        name++, length--;
    while (length > 0 && strchr(" \t", name[length - 1]))
        length--;
    maille_strbuf_add_n(&s, name, length);
    if (length == 0)
        maille_strbuf_addf(&s, "column_%zu", i + 1);
    size_t stem = s.length;
    for (int again = 2; !s.failed && taken(offer, i, s.text); again++) {
        s.length = stem;
        s.text[stem] = '\0';
        maille_strbuf_addf(&s, "_%d", again);
    }
    if (!s.failed)
        offer->names[i] = maille_strdup(s.text);
    maille_strbuf_free(&s);
    return offer->names[i] ? MAILLE_OK : maille_no_memory(ctx);
}

/* The column of exactly this name, else of this name in another case; count where there is none. */
static size_t find_column(const maille_offer *offer, const char *name) {
    for (size_t i = 0; i < offer->count; i++)
        if (strcmp(offer->names[i], name) == 0)
            return i;
    for (size_t i = 0; i < offer->count; i++)
        if (strcasecmp(offer->names[i], name) == 0)
            return i;
    return offer->count;
}

static maille_status refuse_missing(maille_ctx *ctx, const char *path, const maille_offer *offer,
                                    const char *name) {
    maille_strbuf found = {0};
    uint32_t nearest[3];
    for (size_t i = 0; i < offer->count; i++)
        maille_strbuf_addf(&found, "%s%s", i ? ", " : "", offer->names[i]);
    const char *guess = "";
    if (maille_nearest_names(name, (const char *const *)offer->names, offer->count, nearest) > 0)
        guess = offer->names[nearest[0]];
    maille_status status =
        maille_fail(ctx, MAILLE_REFUSED, "%s had no field \"%s\"%s%s%s; its fields were: %s", path,
                    name, *guess ? " (nearest: \"" : "", guess, *guess ? "\")" : "",
                    found.text ? found.text : "none");
    maille_strbuf_free(&found);
    return status;
}

maille_status maille_offer_table(maille_ctx *ctx, const char *path, const maille_offer *offer,
                                 const maille_read_options *options, uint32_t **picked,
                                 size_t *picked_count, maille_table **out) {
    bool all = !options || !options->columns;
    size_t wanted = all ? offer->count : options->column_count, count = wanted;
    maille_status status = MAILLE_OK;
    maille_column_spec *specs = maille_alloc(wanted + 2, sizeof *specs);
    uint32_t *numbers = maille_alloc(wanted + 1, sizeof *numbers);
    *out = NULL;
    *picked = NULL;
    if (!specs || !numbers) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t k = 0; k < wanted; k++) {
        size_t i = all ? k : find_column(offer, options->columns[k]);
        if (i == offer->count) {
            status = refuse_missing(ctx, path, offer, options->columns[k]);
            goto done;
        }
        numbers[k] = (uint32_t)i;
        specs[k].name = all ? offer->names[i] : options->columns[k];
        specs[k].type = options && options->texts ? MAILLE_TEXT : offer->types[i];
    }
    if (options && options->with_geometry)
        specs[count++] = (maille_column_spec){"geom", MAILLE_GEOMETRY};
    if (options)
        specs[count++] = (maille_column_spec){MAILLE_ROW_COLUMN, MAILLE_INT};
    status = maille_table_new(ctx, specs, count, out);
    if (status != MAILLE_OK)
        goto done;
    *picked = numbers;
    *picked_count = wanted;
    numbers = NULL;
done:
    maille_free(specs);
    maille_free(numbers);
    return status;
}
