/* Credits, licences and parameters: what every published file says of where it comes from. */
#include "layers/catalogue.h"

#include <maille/json.h>
#include <stdlib.h>
#include <string.h>

static const char unknown_licence[] = "inconnue";

static bool same(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Whether import i is one that is rested on. */
static bool rests_on(const maille_catalogue *c, const layers_resting *on, size_t i) {
    const char *kind = c->imports->columns[IMPORT_KIND].texts[i];
    bool named = false;
    for (size_t s = 0; s < on->count && !named; s++)
        named = strcmp(on->kinds[s], kind) == 0;
    if (named && !on->all_groupings && strcmp(kind, "grouping") == 0)
        named = on->grouping && same(c->imports->columns[IMPORT_NAME].texts[i], on->grouping);
    if (named && on->indicator && strcmp(kind, "indicators") == 0)
        named = same(c->imports->columns[IMPORT_NAME].texts[i], on->indicator);
    return named && c->credited[i];
}

/* What an import is called: its source, else its kind. */
static const char *name_of(const maille_catalogue *c, size_t i) {
    const char *source = c->imports->columns[IMPORT_SOURCE].texts[i];
    return source ? source : c->imports->columns[IMPORT_KIND].texts[i];
}

/* Whether an earlier import that is rested on says the same of itself. */
static bool said_before(const maille_catalogue *c, const layers_resting *on, size_t i) {
    const char *const *vintages = c->imports->columns[IMPORT_VINTAGE].texts;
    const char *const *licences = c->imports->columns[IMPORT_LICENCE].texts;
    for (size_t k = 0; k < i; k++)
        if (rests_on(c, on, k) && same(name_of(c, k), name_of(c, i)) &&
            same(vintages[k], vintages[i]) && same(licences[k], licences[i]))
            return true;
    return false;
}

/* ODbL first: whoever shares the result must know of it. */
static int by_licence(const void *a, const void *b) {
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    bool odbl_x = strncmp(x, "ODbL", 4) == 0, odbl_y = strncmp(y, "ODbL", 4) == 0;
    return odbl_x == odbl_y ? strcmp(x, y) : odbl_y - odbl_x;
}

static void join_licences(const char **licences, size_t count, maille_strbuf *out) {
    if (count > 0)
        qsort(licences, count, sizeof *licences, by_licence);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(licences[i - 1], licences[i]) != 0)
            maille_strbuf_addf(out, "%s%s", i ? " + " : "", licences[i]);
    if (count == 0)
        maille_strbuf_add(out, unknown_licence);
}

static void add_source(maille_strbuf *s, const maille_catalogue *c, size_t i, const char *licence) {
    maille_strbuf_add(s, s->length > 1 ? ",{\"name\":" : "{\"name\":");
    maille_json_text(s, name_of(c, i));
    maille_strbuf_add(s, ",\"vintage\":");
    maille_json_text(s, c->imports->columns[IMPORT_VINTAGE].texts[i]);
    maille_strbuf_add(s, ",\"licence\":");
    maille_json_text(s, licence);
    maille_strbuf_add_char(s, '}');
}

maille_status layers_credits_on(maille_ctx *ctx, const maille_catalogue *c,
                                const layers_resting *on, maille_strbuf *sources,
                                maille_strbuf *licence) {
    size_t count = 0;
    const char **licences = maille_alloc(c->imports->rows, sizeof *licences);
    if (!licences)
        return maille_no_memory(ctx);
    maille_strbuf_add_char(sources, '[');
    for (size_t i = 0; i < c->imports->rows; i++) {
        if (!rests_on(c, on, i))
            continue;
        const char *own = c->imports->columns[IMPORT_LICENCE].texts[i];
        licences[count++] = own ? own : unknown_licence;
        if (said_before(c, on, i))
            continue;
        add_source(sources, c, i, licences[count - 1]);
        if (!own && !c->made->warned[i])
            maille_log(ctx, MAILLE_LOG_WARNING,
                       "source \"%s\" of %s is without licence: layer %s and whatever else rests "
                       "on it says \"%s\"",
                       name_of(c, i), c->imports->columns[IMPORT_KIND].texts[i], on->layer,
                       unknown_licence);
        c->made->warned[i] = c->made->warned[i] || !own;
    }
    maille_strbuf_add_char(sources, ']');
    join_licences(licences, count, licence);
    maille_free(licences);
    return sources->failed || licence->failed ? maille_no_memory(ctx) : MAILLE_OK;
}

/* The indicator that a layer shows; NULL. */
static const char *indicator_of(const maille_layer_def *def) {
    for (size_t i = 0; i < def->property_count; i++) {
        const maille_property_def *p = &def->properties[i];
        if (p->where_column && strcmp(p->from, "commune_indicator") == 0)
            return p->where_value;
    }
    return NULL;
}

maille_status layers_credits(maille_ctx *ctx, const maille_catalogue *c,
                             const maille_layer_def *def, maille_strbuf *sources,
                             maille_strbuf *licence) {
    const layers_resting on = {.layer = def->id,
                               .kinds = def->sources,
                               .count = def->source_count,
                               .indicator = indicator_of(def),
                               .grouping = def->per ? def->grouping : c->study->zoning_unit};
    return layers_credits_on(ctx, c, &on, sources, licence);
}

/* ---- parameters ---- */

static void add_rule(maille_strbuf *s, const char *key, const char *id) {
    maille_strbuf_addf(s, "%s\"%s\":", s->text[s->length - 1] == '{' ? "" : ",", key);
    maille_json_text(s, id);
}

static void add_rules(maille_strbuf *s, const maille_study *study) {
    add_rule(s, "tailles", study->sizes ? study->sizes : MAILLE_DEFAULT_SIZES);
    add_rule(s, "publication",
             study->publication ? study->publication : MAILLE_DEFAULT_PUBLICATION);
    add_rule(s, "chevauchements", study->overlaps ? study->overlaps : MAILLE_DEFAULT_OVERLAPS);
    add_rule(s, "contiguite", study->contiguity ? study->contiguity : MAILLE_DEFAULT_CONTIGUITY);
    add_rule(s, "trajets", study->estimation ? study->estimation : MAILLE_DEFAULT_TRAVEL);
    if (study->zoning) {
        add_rule(s, "zonage", study->zoning);
        add_rule(s, "unite_zonage", study->zoning_unit);
    }
}

maille_status layers_parameters(maille_ctx *ctx, const maille_catalogue *c, char **out) {
    const maille_study *study = c->study;
    maille_strbuf s = {0};
    char *crs = NULL;
    maille_status status = maille_store_get(ctx, c->store, "crs", &crs);
    if (status)
        return status;
    maille_strbuf_add(&s, "{\"services\":{");
    for (size_t i = 0; i < study->service_count; i++) {
        maille_strbuf_add(&s, i ? "," : "");
        maille_json_text(&s, study->services[i].id);
        maille_strbuf_add(&s, ":{\"tranches_min\":[");
        for (size_t b = 0; b < study->services[i].band_count; b++) {
            maille_strbuf_add(&s, b ? "," : "");
            maille_strbuf_add_double(&s, study->services[i].bands_min[b]);
        }
        maille_strbuf_add_char(&s, ']');
        if (study->services[i].alternative_to) {
            maille_strbuf_add(&s, ",\"alternative_a\":");
            maille_json_text(&s, study->services[i].alternative_to);
        }
        maille_strbuf_add_char(&s, '}');
    }
    maille_strbuf_add(&s, "},\"regles\":{");
    if (!s.failed)
        add_rules(&s, study);
    maille_strbuf_add(&s, "},\"crs\":");
    maille_json_text(&s, crs);
    maille_strbuf_add_char(&s, '}');
    maille_free(crs);
    if (s.failed) {
        maille_strbuf_free(&s);
        return maille_no_memory(ctx);
    }
    *out = s.text;
    return MAILLE_OK;
}

/* ---- estimates ---- */

maille_status layers_estimated(maille_ctx *ctx, const maille_catalogue *c,
                               const maille_layer_def *def, bool *out) {
    *out = false;
    for (size_t s = 0; s < def->source_count && !c->has_roads; s++)
        *out = *out || strcmp(def->sources[s], "roads") == 0;
    if (*out || !def->estimated_table)
        return MAILLE_OK;
    int64_t rows = 0;
    maille_value zero = maille_int_value(0);
    maille_filter filter = {.op = MAILLE_F_NE, .column = def->estimated_column, .values = &zero};
    maille_status status = maille_store_count(ctx, c->store, def->estimated_table, &filter, &rows);
    *out = rows > 0;
    return status;
}
