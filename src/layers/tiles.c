/* Tiles of a layer: features are read once; a zoom is made when it is first asked for, a tile each
 * time. */
#include "layers/tiles.h"

#include "layers/items.h"

#include <maille/json.h>
#include <math.h>
#include <string.h>

/* ---- reading the features
 * ----------------------------------------------------------------------- */

typedef struct {
    maille_tileset *set;
    maille_items *items;
    maille_names *known;         /* values by their text */
    MAILLE_VEC(uint32_t) key_of; /* of each property: its key, UINT32_MAX where it has none */
    maille_shapes *shapes;
    maille_strbuf text;
    mvt_bytes value;
} reading;

static const char *about(const maille_property *p, maille_arena *arena) {
    maille_strbuf s = {0};
    maille_strbuf_add(&s, p->title[0] ? p->title[0] : p->name);
    if (p->unit)
        maille_strbuf_addf(&s, " (%s)", p->unit);
    if (p->meaning[0])
        maille_strbuf_addf(&s, " : %s", p->meaning[0]);
    const char *kept = s.failed ? NULL : maille_arena_strdup(arena, s.text);
    maille_strbuf_free(&s);
    return kept;
}

static bool read_keys(reading *r) {
    maille_tileset *set = r->set;
    size_t count = maille_items_property_count(r->items);
    set->keys = maille_arena_alloc(set->arena, (count + 1) * sizeof *set->keys);
    for (size_t i = 0; set->keys && i < count; i++) {
        const maille_property *p = maille_items_property(r->items, i);
        uint32_t key = p->type == MAILLE_P_TEXTS ? UINT32_MAX : (uint32_t)set->key_count;
        if (!MAILLE_VEC_PUSH(&r->key_of, key))
            return false;
        if (key == UINT32_MAX)
            continue;
        tiles_key *k = &set->keys[set->key_count++];
        k->name = maille_arena_strdup(set->arena, p->name);
        k->about = about(p, set->arena);
        k->kind = p->type == MAILLE_P_TEXT   ? "String"
                  : p->type == MAILLE_P_BOOL ? "Boolean"
                                             : "Number";
        if (!k->name || !k->about)
            return false;
    }
    return set->keys != NULL;
}

/* The message Value, and the same as a text that tells it from others. */
static bool write_value(reading *r, maille_property_type type, maille_item_value value) {
    mvt_bytes *to = &r->value;
    to->count = 0;
    maille_strbuf_clear(&r->text);
    maille_strbuf_add_char(&r->text, (char)('a' + (int)type));
    if (value.text)
        maille_strbuf_add(&r->text, value.text);
    else
        maille_strbuf_add_double(&r->text, value.number);
    if (r->text.failed)
        return false;
    if (value.text)
        return mvt_block(to, MVT_TEXT, value.text, strlen(value.text));
    if (type == MAILLE_P_BOOL)
        return mvt_number(to, MVT_BOOL, value.number != 0);
    if (type == MAILLE_P_INT)
        return mvt_number(to, value.number < 0 ? MVT_INT : MVT_UINT,
                          (uint64_t)(int64_t)value.number);
    return mvt_double(to, MVT_DOUBLE, value.number);
}

/* Number of the value among those of the set, which it joins where it is new. */
static bool number_value(reading *r, uint32_t *out) {
    maille_tileset *set = r->set;
    *out = maille_names_get(r->known, r->text.text);
    if (*out != MAILLE_ABSENT)
        return true;
    *out = (uint32_t)set->value_end.count;
    if (!MAILLE_VEC_RESERVE(&set->values, set->values.count + r->value.count))
        return false;
    memcpy(set->values.items + set->values.count, r->value.items, r->value.count);
    set->values.count += r->value.count;
    return MAILLE_VEC_PUSH(&set->value_end, (uint32_t)set->values.count) &&
           maille_names_set(r->known, r->text.text, *out);
}

static bool read_tags(reading *r) {
    maille_tileset *set = r->set;
    for (size_t i = 0; i < r->key_of.count; i++) {
        maille_item_value value = maille_items_value(r->items, i);
        uint32_t number = 0;
        if (r->key_of.items[i] == UINT32_MAX || value.null || (!value.text && isnan(value.number)))
            continue;
        if (!write_value(r, maille_items_property(r->items, i)->type, value) ||
            !number_value(r, &number) || !MAILLE_VEC_PUSH(&set->tags, r->key_of.items[i]) ||
            !MAILLE_VEC_PUSH(&set->tags, number))
            return false;
    }
    return MAILLE_VEC_PUSH(&set->tag_start, (uint32_t)set->tags.count);
}

static void widen(maille_tileset *set, double west, double south, double east, double north) {
    set->box[0] = fmin(set->box[0], west); /* what is NaN is passed over */
    set->box[1] = fmin(set->box[1], south);
    set->box[2] = fmax(set->box[2], east);
    set->box[3] = fmax(set->box[3], north);
}

static bool read_point(maille_tileset *set, maille_bytes wkb) {
    double lonlat[2] = {NAN, NAN};
    const size_t head = 5; /* byte order, type */
    if (wkb.bytes && wkb.length >= head + sizeof lonlat)
        memcpy(lonlat, wkb.bytes + head, sizeof lonlat);
    widen(set, lonlat[0], lonlat[1], lonlat[0], lonlat[1]);
    maille_xy p = {NAN, NAN};
    if (!isnan(lonlat[0] + lonlat[1]))
        p = maille_mercator_units((maille_lonlat){lonlat[0], lonlat[1]}, 0);
    return MAILLE_VEC_PUSH(&set->points, p);
}

static maille_status read_feature(maille_ctx *ctx, reading *r) {
    maille_tileset *set = r->set;
    maille_bytes wkb = maille_items_geometry(r->items);
    maille_status status = MAILLE_OK;
    if (!read_tags(r) || (!set->polygons && !read_point(set, wkb)))
        return maille_no_memory(ctx);
    if (set->polygons)
        status = maille_shapes_add_wkb(ctx, r->shapes, wkb);
    if (status == MAILLE_REFUSED)
        maille_fail(ctx, status, "%s \"%s\": %s", set->id, maille_items_id(r->items),
                    maille_message(ctx));
    set->count++;
    return status;
}

static maille_status index_points(maille_ctx *ctx, maille_tileset *set) {
    maille_box *boxes = maille_alloc((size_t)set->count + 1, sizeof *boxes);
    if (!boxes)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < set->count; i++) {
        maille_xy p = set->points.items[i];
        if (isnan(p.x)) /* nowhere: where no tile is */
            p.x = p.y = 1e9;
        boxes[i] = (maille_box){p.x, p.y, p.x, p.y};
    }
    maille_status status = maille_boxes_new(ctx, boxes, set->count, &set->index);
    maille_free(boxes);
    return status;
}

static maille_status read_all(maille_ctx *ctx, reading *r) {
    maille_tileset *set = r->set;
    maille_status status = MAILLE_OK;
    bool found = true;
    r->known = maille_names_new(1024);
    if (!r->known || !read_keys(r) || !MAILLE_VEC_PUSH(&set->tag_start, 0))
        return maille_no_memory(ctx);
    MAILLE_TRY(maille_shapes_new(ctx, &r->shapes));
    for (;;) {
        MAILLE_TRY(maille_items_next(ctx, r->items, &found));
        if (!found)
            break;
        MAILLE_TRY(read_feature(ctx, r));
    }
    for (uint32_t i = 0; i < r->shapes->count; i++) {
        maille_box box = maille_shape_box(r->shapes, i);
        if (box.min_x <= box.max_x)
            widen(set, box.min_x, box.min_y, box.max_x, box.max_y);
    }
    status = set->polygons ? maille_mesh_new(ctx, r->shapes, &set->mesh) : index_points(ctx, set);
done:
    return status;
}

static maille_status describe(maille_ctx *ctx, const maille_catalogue *catalogue,
                              const maille_layer_def *def, maille_tileset *set) {
    set->arena = maille_arena_new();
    if (!set->arena)
        return maille_no_memory(ctx);
    set->id = maille_arena_strdup(set->arena, def->id);
    set->title = maille_arena_strdup(set->arena, def->title.fr);
    set->description = maille_arena_strdup(set->arena, def->description.fr);
    set->polygons = strcmp(def->geometry_type, "polygon") == 0;
    for (int i = 0; i < 4; i++)
        set->box[i] = NAN;
    if (!set->id || !set->title || !set->description)
        return maille_no_memory(ctx);
    for (; set->makings <= MAILLE_TILES_ZOOM_MOST; set->makings++)
        if (pthread_mutex_init(&set->making[set->makings], NULL) != 0)
            return maille_fail(ctx, MAILLE_FAILED, "a lock could not be made");
    return tiles_attribution(ctx, catalogue, def, set->arena, &set->attribution);
}

maille_status maille_tileset_new(maille_ctx *ctx, const maille_catalogue *catalogue, const char *id,
                                 const maille_selection *selection, maille_tileset **out) {
    const maille_layer_state *state = NULL;
    const layers_plan *plan = NULL;
    *out = NULL;
    maille_status status = layers_find(ctx, catalogue, id, &state, &plan);
    if (status)
        return status;
    if (!plan->geometry_column)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "layer \"%s\" has no geometry: it has no tiles",
                           id);
    reading r = {.set = maille_alloc(1, sizeof *r.set)};
    if (!r.set)
        return maille_no_memory(ctx);
    MAILLE_TRY(describe(ctx, catalogue, state->def, r.set));
    MAILLE_TRY(maille_items_open(ctx, catalogue, id, selection, &r.items));
    MAILLE_TRY(read_all(ctx, &r));
    *out = r.set;
    r.set = NULL;
done:
    maille_items_free(r.items);
    maille_names_free(r.known);
    MAILLE_VEC_FREE(&r.key_of);
    maille_shapes_free(r.shapes);
    maille_strbuf_free(&r.text);
    MAILLE_VEC_FREE(&r.value);
    maille_tileset_free(r.set);
    return status;
}

void maille_tileset_free(maille_tileset *set) {
    if (!set)
        return;
    for (unsigned z = 0; z <= MAILLE_TILES_ZOOM_MOST; z++)
        maille_mesh_zoom_free(atomic_load(&set->zooms[z]));
    while (set->makings > 0)
        pthread_mutex_destroy(&set->making[--set->makings]);
    maille_mesh_free(set->mesh);
    maille_boxes_free(set->index);
    MAILLE_VEC_FREE(&set->points);
    MAILLE_VEC_FREE(&set->tag_start);
    MAILLE_VEC_FREE(&set->tags);
    MAILLE_VEC_FREE(&set->values);
    MAILLE_VEC_FREE(&set->value_end);
    maille_arena_free(set->arena);
    maille_free(set);
}

size_t maille_tileset_bytes(const maille_tileset *set) {
    size_t bytes = sizeof *set + set->values.capacity +
                   (set->tags.capacity + set->tag_start.capacity + set->value_end.capacity) *
                       sizeof(uint32_t) +
                   set->points.capacity * 3 * sizeof(maille_xy); /* and their index */
    if (set->mesh)
        bytes += maille_mesh_bytes(set->mesh);
    for (unsigned z = 0; z <= MAILLE_TILES_ZOOM_MOST; z++) {
        maille_mesh_zoom *zoom = atomic_load(&set->zooms[z]);
        bytes += zoom ? maille_mesh_zoom_bytes(zoom) : 0;
    }
    return bytes;
}

/* ---- one tile
 * ----------------------------------------------------------------------------------- */

maille_status tiles_zoom(maille_ctx *ctx, maille_tileset *set, unsigned zoom,
                         maille_mesh_zoom **out) {
    maille_status status = MAILLE_OK;
    *out = atomic_load(&set->zooms[zoom]);
    if (*out)
        return MAILLE_OK;
    pthread_mutex_lock(&set->making[zoom]);
    *out = atomic_load(&set->zooms[zoom]); /* another may have made it meanwhile */
    if (!*out) {
        status = maille_mesh_at_zoom(ctx, set->mesh, zoom, out);
        atomic_store(&set->zooms[zoom], *out);
    }
    pthread_mutex_unlock(&set->making[zoom]);
    return status;
}

/* A tile in the making: values of the set become those of the tile, in order of use. */
typedef struct {
    const maille_tileset *set;
    mvt_layer layer;
    maille_ids *value_of; /* of the set → of the tile */
    MAILLE_VEC(uint32_t) values;
    MAILLE_VEC(uint32_t) keys;
    uint32_t *key_of;
    MAILLE_VEC(uint32_t) tags;
} making;

static bool choose_tags(making *m, uint32_t feature) {
    const maille_tileset *set = m->set;
    m->tags.count = 0;
    for (uint32_t i = set->tag_start.items[feature]; i < set->tag_start.items[feature + 1];
         i += 2) {
        uint32_t key = set->tags.items[i], value = set->tags.items[i + 1];
        if (m->key_of[key] == 0) {
            if (!MAILLE_VEC_PUSH(&m->keys, key))
                return false;
            m->key_of[key] = (uint32_t)m->keys.count;
        }
        uint32_t number = maille_ids_intern(m->value_of, value, (uint32_t)m->values.count);
        if (number == MAILLE_ABSENT ||
            (number == m->values.count && !MAILLE_VEC_PUSH(&m->values, value)) ||
            !MAILLE_VEC_PUSH(&m->tags, m->key_of[key] - 1) || !MAILLE_VEC_PUSH(&m->tags, number))
            return false;
    }
    return true;
}

static maille_status add_polygons(maille_ctx *ctx, making *m, const maille_mesh_zoom *zoom,
                                  unsigned x, unsigned y) {
    maille_mesh_cut cut;
    maille_status status = maille_mesh_cut_tile(ctx, zoom, x, y, &cut);
    for (uint32_t i = 0; i < cut.count && status == MAILLE_OK; i++)
        if (!choose_tags(m, cut.shape[i]) ||
            !mvt_polygon(&m->layer, (uint64_t)cut.shape[i] + 1, m->tags.items, m->tags.count,
                         cut.parts, i))
            status = maille_no_memory(ctx);
    maille_mesh_cut_free(&cut);
    return status;
}

static maille_status add_points(maille_ctx *ctx, making *m, unsigned z, unsigned x, unsigned y) {
    const double units = ldexp(1, (int)z), extent = MAILLE_TILE_EXTENT, rim = MAILLE_TILE_BUFFER;
    maille_box box = {(x * extent - rim) / units, (y * extent - rim) / units,
                      ((x + 1) * extent + rim) / units, ((y + 1) * extent + rim) / units};
    uint32_t *found = NULL;
    size_t capacity = 0, count = 0;
    maille_status status = maille_boxes_query(ctx, m->set->index, box, &found, &capacity, &count);
    for (size_t i = 0; i < count && status == MAILLE_OK; i++) {
        maille_xy p = m->set->points.items[found[i]];
        if (!choose_tags(m, found[i]) ||
            !mvt_point(&m->layer, (uint64_t)found[i] + 1, m->tags.items, m->tags.count,
                       (int32_t)floor(p.x * units - x * extent + 0.5),
                       (int32_t)floor(p.y * units - y * extent + 0.5)))
            status = maille_no_memory(ctx);
    }
    maille_free(found);
    return status;
}

/* The layer with its keys and values, as the one layer of the tile. */
static bool write_layer(const making *m, maille_strbuf *out) {
    enum { TILE_LAYER = 3, NAME = 1, KEYS = 3, VALUES = 4, EXTENT = 5, VERSION = 15 };
    const maille_tileset *set = m->set;
    mvt_bytes layer = {0}, tile = {0};
    bool put = mvt_number(&layer, VERSION, 2) &&
               mvt_block(&layer, NAME, set->id, strlen(set->id)) &&
               MAILLE_VEC_RESERVE(&layer, layer.count + m->layer.features.count);
    if (put) {
        memcpy(layer.items + layer.count, m->layer.features.items, m->layer.features.count);
        layer.count += m->layer.features.count;
    }
    for (size_t i = 0; i < m->keys.count && put; i++) {
        const char *name = set->keys[m->keys.items[i]].name;
        put = mvt_block(&layer, KEYS, name, strlen(name));
    }
    for (size_t i = 0; i < m->values.count && put; i++) {
        uint32_t v = m->values.items[i], begin = v ? set->value_end.items[v - 1] : 0;
        put = mvt_block(&layer, VALUES, set->values.items + begin, set->value_end.items[v] - begin);
    }
    put = put && mvt_number(&layer, EXTENT, MAILLE_TILE_EXTENT) &&
          mvt_block(&tile, TILE_LAYER, layer.items, layer.count);
    if (put)
        maille_strbuf_add_n(out, (const char *)tile.items, tile.count);
    MAILLE_VEC_FREE(&layer);
    MAILLE_VEC_FREE(&tile);
    return put && !out->failed;
}

maille_status maille_tile(maille_ctx *ctx, maille_tileset *set, unsigned z, unsigned x, unsigned y,
                          maille_strbuf *out) {
    making m = {.set = set};
    maille_mesh_zoom *zoom = NULL;
    maille_status status = MAILLE_OK;
    if (z > MAILLE_TILES_ZOOM_MOST || x >> z || y >> z)
        return maille_fail(ctx, MAILLE_USAGE, "there was no tile %u/%u/%u", z, x, y);
    m.value_of = maille_ids_new(256);
    m.key_of = maille_alloc(set->key_count + 1, sizeof *m.key_of);
    if (!m.value_of || !m.key_of) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if (set->polygons)
        MAILLE_TRY(tiles_zoom(ctx, set, z, &zoom));
    MAILLE_TRY(set->polygons ? add_polygons(ctx, &m, zoom, x, y) : add_points(ctx, &m, z, x, y));
    if (m.layer.features.count > 0 && !write_layer(&m, out))
        status = maille_no_memory(ctx);
done:
    mvt_free(&m.layer);
    maille_ids_free(m.value_of);
    MAILLE_VEC_FREE(&m.values);
    MAILLE_VEC_FREE(&m.keys);
    MAILLE_VEC_FREE(&m.tags);
    maille_free(m.key_of);
    return status;
}
