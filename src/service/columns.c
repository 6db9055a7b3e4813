/* A layer as columns: some properties of all its features in one answer, for classes, histograms
 * and tables that need every value and no geometry; with skipGeometry=false also a point inside
 * each, where its name may stand. */
#include "service/catalogue.h"

#include <maille/vec.h>
#include <string.h>

/* What is answered beside the key, one buffer a property. */
typedef struct {
    maille_items *items;
    const char *key; /* the property that features are known by, or else "_id" */
    maille_strbuf keys;
    maille_strbuf *values;
    size_t count;
    bool placed;             /* with a point inside each */
    maille_strbuf places[2]; /* its lon and lat */
    int64_t rows;
} columns;

static void columns_free(columns *c) {
    for (size_t i = 0; c->values && i < c->count; i++)
        maille_strbuf_free(&c->values[i]);
    maille_free(c->values);
    maille_strbuf_free(&c->keys);
    maille_strbuf_free(&c->places[0]);
    maille_strbuf_free(&c->places[1]);
    maille_items_free(c->items);
}

static void add_value(maille_strbuf *s, const maille_property *p, maille_item_value value) {
    if (value.null)
        maille_strbuf_add(s, "null");
    else if (p->type == MAILLE_P_TEXT)
        maille_json_text(s, value.text);
    else if (p->type == MAILLE_P_TEXTS)
        maille_strbuf_add(s, value.text);
    else if (p->type == MAILLE_P_BOOL)
        maille_strbuf_add(s, value.number != 0 ? "true" : "false");
    else
        maille_json_double(s, value.number);
}

static maille_status add_place(view *v, columns *c, const char *comma) {
    enum { DECIMALS = 6 }; /* of a degree: a tenth of a metre */
    double lonlat[2] = {0};
    bool found = false;
    maille_status status = maille_items_inside(v->ctx, c->items, lonlat, &found);
    for (size_t i = 0; i < 2; i++) {
        maille_strbuf_add(&c->places[i], comma);
        if (found)
            maille_strbuf_addf(&c->places[i], "%.*f", DECIMALS, lonlat[i]);
        else
            maille_strbuf_add(&c->places[i], "null");
    }
    return status;
}

static maille_status read_rows(view *v, columns *c) {
    bool found = false;
    maille_status status = maille_items_next(v->ctx, c->items, &found);
    for (; !status && found; status = maille_items_next(v->ctx, c->items, &found)) {
        const char *comma = c->rows++ ? "," : "";
        maille_strbuf_add(&c->keys, comma);
        maille_json_text(&c->keys, maille_items_id(c->items));
        for (size_t i = 0; i < c->count; i++) {
            maille_strbuf_add(&c->values[i], comma);
            add_value(&c->values[i], maille_items_property(c->items, i),
                      maille_items_value(c->items, i));
        }
        if (c->placed && (status = add_place(v, c, comma)) != MAILLE_OK)
            return status;
    }
    return status;
}

static void write_column(maille_jout *j, const char *name, const maille_strbuf *values) {
    maille_j_open(j, name, '[');
    j->s.failed = j->s.failed || values->failed;
    maille_strbuf_add(&j->s, values->text ? values->text : "");
    maille_j_close(j, ']');
}

static void write(columns *c, maille_jout *j) {
    maille_j_open(j, NULL, '{');
    maille_j_int(j, "nombre", c->rows);
    maille_j_text(j, "cle", c->key);
    maille_j_open(j, "colonnes", '{');
    write_column(j, c->key, &c->keys);
    for (size_t i = 0; i < c->count; i++) {
        const char *name = maille_items_property(c->items, i)->name;
        if (strcmp(name, c->key) != 0)
            write_column(j, name, &c->values[i]);
    }
    if (c->placed) {
        write_column(j, "lon", &c->places[0]);
        write_column(j, "lat", &c->places[1]);
    }
    maille_j_close(j, '}');
    maille_j_close(j, '}');
}

maille_status answer_columns(view *v, const request *r, reply *out) {
    const maille_layer_state *layer = NULL;
    columns c = {0};
    wanted asked = {0};
    maille_jout j = {0};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(ogc_layer(v, r, r->part[0], &layer));
    MAILLE_TRY(wanted_read(v, r, layer, WANTED_ALL, &asked));
    const char *without = request_parameter(r, "skipGeometry");
    c.placed = without && strcmp(without, "false") == 0;
    asked.selection.without_geometry = !c.placed;
    c.key = catalogue_key(layer->def, asked.properties, asked.property_count);
    c.key = c.key ? c.key : "_id";
    MAILLE_TRY(
        maille_items_open(v->ctx, ogc_catalogue(v, r), layer->def->id, &asked.selection, &c.items));
    c.count = maille_items_property_count(c.items);
    if (!(c.values = maille_alloc(c.count + 1, sizeof *c.values)))
        MAILLE_TRY(maille_no_memory(v->ctx));
    MAILLE_TRY(read_rows(v, &c));
    write(&c, &j);
done:
    columns_free(&c);
    wanted_free(&asked);
    out->body = j.s;
    out->keep = true;
    out->cache = CACHE_BY_AUDIENCE;
    return ogc_end(v, r, out, status);
}
