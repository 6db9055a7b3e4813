/* A small map of a page's features: outlines thinned to what the eye sees, drawn as SVG. */
#include "service/html.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 720, MARGIN = 12, DEEPEST = 8 };

void html_map_free(html_map *map) {
    MAILLE_VEC_FREE(&map->numbers);
    MAILLE_VEC_FREE(&map->lines);
    MAILLE_VEC_FREE(&map->features);
}

/* ---- WKB, little-endian ---- */

typedef struct {
    const unsigned char *at, *end;
} wkb_reader;

static bool read_u32(wkb_reader *in, uint32_t *out) {
    if (in->end - in->at < 4)
        return false;
    memcpy(out, in->at, 4);
    in->at += 4;
    return true;
}

static bool read_points(wkb_reader *in, html_map *map, uint32_t count, bool point) {
    map_line line = {map->numbers.count, count, point};
    if ((size_t)(in->end - in->at) / 16 < count)
        return false;
    for (uint32_t i = 0; i < count; i++, in->at += 16) {
        double xy[2];
        memcpy(xy, in->at, 16);
        if (!MAILLE_VEC_PUSH(&map->numbers, xy[0]) || !MAILLE_VEC_PUSH(&map->numbers, xy[1]))
            return false;
        if (map->numbers.count == 2) {
            map->box[0] = map->box[2] = xy[0];
            map->box[1] = map->box[3] = xy[1];
        }
        map->box[0] = fmin(map->box[0], xy[0]), map->box[1] = fmin(map->box[1], xy[1]);
        map->box[2] = fmax(map->box[2], xy[0]), map->box[3] = fmax(map->box[3], xy[1]);
    }
    return MAILLE_VEC_PUSH(&map->lines, line);
}

/* Points, polygons and what is made of them. */
static bool read_geometry(wkb_reader *in, html_map *map, int depth) {
    uint32_t type, count = 0;
    if (depth > DEEPEST || in->end - in->at < 5 || *in->at++ != 1 || !read_u32(in, &type))
        return false;
    if (type == 1)
        return read_points(in, map, 1, true);
    if (!read_u32(in, &count))
        return false;
    if (type == 2)
        return read_points(in, map, count, false);
    bool whole = type == 3 || (type >= 4 && type <= 7);
    for (uint32_t i = 0; i < count && whole; i++) {
        uint32_t points = 0;
        whole = type == 3 ? read_u32(in, &points) && read_points(in, map, points, false)
                          : read_geometry(in, map, depth + 1);
    }
    return whole;
}

bool html_map_add(html_map *map, maille_bytes wkb, const map_feature *feature) {
    if (!wkb.bytes)
        return true;
    map_feature added = *feature;
    wkb_reader in = {wkb.bytes, wkb.bytes + wkb.length};
    added.first = map->lines.count;
    if (!read_geometry(&in, map, 0))
        map->lines.count = added.first; /* what cannot be drawn is left out */
    added.count = map->lines.count - added.first;
    return added.count == 0 || MAILLE_VEC_PUSH(&map->features, added);
}

/* ---- SVG ---- */

typedef struct {
    double scale_x, scale_y, west, north;
} projection;

static void add_line(maille_strbuf *s, const html_map *map, const projection *p,
                     const map_line *line) {
    double last_x = NAN, last_y = NAN;
    const double *n = map->numbers.items + line->start;
    for (size_t i = 0; i < line->count; i++) {
        double x = MARGIN + (n[2 * i] - p->west) * p->scale_x;
        double y = MARGIN + (p->north - n[2 * i + 1]) * p->scale_y;
        if (i > 0 && fabs(x - last_x) < 0.8 && fabs(y - last_y) < 0.8)
            continue;
        maille_strbuf_add(s, i ? "L" : "M");
        maille_strbuf_add_fixed(s, x, 1);
        maille_strbuf_add_char(s, ' ');
        maille_strbuf_add_fixed(s, y, 1);
        last_x = x, last_y = y;
    }
    maille_strbuf_add_char(s, 'Z');
}

/* Styles win over attributes: what has a colour of its own is of another class. */
static void add_hue(maille_strbuf *s, const char *colour, const char *usual) {
    if (colour)
        maille_strbuf_addf(s, " class=\"hued\" fill=\"%s\"", colour);
    else
        maille_strbuf_addf(s, " class=\"%s\"", usual);
}

static void add_point(maille_strbuf *s, const html_map *map, const projection *p,
                      const map_line *line, const char *colour) {
    const double *n = map->numbers.items + line->start;
    maille_strbuf_add(s, "<circle r=\"5\"");
    add_hue(s, colour, "dot");
    maille_strbuf_add(s, " cx=\"");
    maille_strbuf_add_fixed(s, MARGIN + (n[0] - p->west) * p->scale_x, 1);
    maille_strbuf_add(s, "\" cy=\"");
    maille_strbuf_add_fixed(s, MARGIN + (p->north - n[1]) * p->scale_y, 1);
    maille_strbuf_add(s, "\"/>");
}

static void add_feature(maille_strbuf *s, const html_map *map, const projection *p,
                        const map_feature *feature) {
    const map_line *lines = map->lines.items + feature->first;
    maille_strbuf_add(s, feature->href ? "<a href=\"" : "<g");
    html_text(s, feature->href);
    maille_strbuf_add(s, feature->href ? "\" tabindex=\"-1\"><title>" : "><title>");
    html_text(s, feature->title);
    maille_strbuf_add(s, "</title>");
    if (lines[0].point) {
        for (size_t i = 0; i < feature->count; i++)
            add_point(s, map, p, &lines[i], feature->colour);
    } else {
        maille_strbuf_add(s, "<path fill-rule=\"evenodd\"");
        add_hue(s, feature->colour, "shape");
        maille_strbuf_add(s, " d=\"");
        for (size_t i = 0; i < feature->count; i++)
            add_line(s, map, p, &lines[i]);
        maille_strbuf_add(s, "\"/>");
    }
    maille_strbuf_add(s, feature->href ? "</a>\n" : "</g>\n");
}

void html_map_draw(maille_strbuf *s, const html_map *map, const char *title) {
    if (map->features.count == 0)
        return;
    const double *box = map->box;
    /* A degree of longitude is as long as it is in the middle. */
    double shrink = cos((box[1] + box[3]) / 2 * 3.14159265358979 / 180);
    double wide = fmax((box[2] - box[0]) * shrink, 1e-3), high = fmax(box[3] - box[1], 1e-3);
    double scale = fmin((WIDTH - 2 * MARGIN) / wide, (WIDTH * 0.75 - 2 * MARGIN) / high);
    double height = high * scale + 2 * MARGIN, left = (WIDTH - 2 * MARGIN - wide * scale) / 2;
    projection p = {scale * shrink, scale, box[0] - left / (scale * shrink), box[3]};
    if (box[2] - box[0] < 1e-9)
        p.west = box[0] - (WIDTH / 2.0 - MARGIN) / p.scale_x;
    maille_strbuf_addf(s, "<svg class=\"map\" viewBox=\"0 0 %d %d\" role=\"group\" aria-label=\"",
                       WIDTH, (int)ceil(height));
    html_text(s, title);
    maille_strbuf_add(s, "\">\n");
    for (size_t i = 0; i < map->features.count; i++)
        add_feature(s, map, &p, &map->features.items[i]);
    maille_strbuf_add(s, "</svg>\n");
}

/* ---- legend ---- */

const maille_property *html_hue_property(const maille_layer_state *layer,
                                         const maille_property *properties, size_t count) {
    const maille_legend_def *legend = layer->def->legend;
    for (size_t i = 0; legend && i < count; i++)
        if (strcmp(properties[i].def->name, legend->property) == 0)
            return &properties[i];
    return NULL;
}

/* Categories by their value, classes by their upper bound, in order. */
const char *html_hue(const maille_layer_state *layer, maille_item_value value) {
    const maille_legend_def *legend = layer->def->legend;
    for (size_t i = 0; !value.null && i < legend->count; i++) {
        const char *category = legend->entries[i].value;
        if (category ? value.text && strcmp(category, value.text) == 0
                     : !value.text && value.number <= legend->entries[i].upto)
            return legend->entries[i].colour;
    }
    return legend->missing_colour;
}

void html_legend(maille_strbuf *s, const request *r, const maille_layer_state *layer) {
    const maille_legend_def *legend = layer->def->legend;
    maille_strbuf_add(s, "<ul class=\"legend\">");
    for (size_t i = 0; i < legend->count; i++) {
        maille_strbuf_addf(s,
                           "<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect "
                           "width=\"10\" height=\"10\" fill=\"%s\"/></svg>",
                           legend->entries[i].colour);
        html_text(s, ogc_title(r, &legend->entries[i].title));
        maille_strbuf_add(s, "</li>");
    }
    maille_strbuf_add(s, "</ul>\n");
}
