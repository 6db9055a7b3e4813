/* Styles of a layer's legend, as QGIS keeps them in a GeoPackage: QML for itself, SLD 1.0 for
 * others.
 *
 * One rule a class, in the legend's order, and one for what is in none: hatched, never white. */
#include "layers/gpkg.h"

#include "layers/plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const maille_layer_def *def;
    const maille_property *property; /* that the legend is of */
    const maille_legend_def *legend;
    bool points;
    maille_strbuf rules, symbols, sld;
} style;

static void add_xml(maille_strbuf *s, const char *text) {
    for (const char *c = text; *c; c++)
        switch (*c) {
        case '<':
            maille_strbuf_add(s, "&lt;");
            break;
        case '>':
            maille_strbuf_add(s, "&gt;");
            break;
        case '&':
            maille_strbuf_add(s, "&amp;");
            break;
        case '"':
            maille_strbuf_add(s, "&quot;");
            break;
        default:
            maille_strbuf_add_char(s, *c);
        }
}

/* ---- QML ---- */

static void add_option(maille_strbuf *s, const char *name, const char *value) {
    maille_strbuf_addf(s, "<Option type=\"QString\" name=\"%s\" value=\"%s\"/>", name, value);
}

/* "#rrggbb" as QGIS writes it. */
static void add_colour(maille_strbuf *s, const char *name, const char *colour) {
    unsigned long rgb =
        strtoul(colour + 1, NULL, 16); /* definitions are checked when they are read */
    char text[32];
    snprintf(text, sizeof text, "%lu,%lu,%lu,255", rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255);
    add_option(s, name, text);
}

static void add_symbol(style *y, size_t number, const char *colour, bool hatched) {
    maille_strbuf *s = &y->symbols;
    maille_strbuf_addf(s,
                       "<symbol type=\"%s\" name=\"%zu\" alpha=\"1\"><layer class=\"%s\" "
                       "enabled=\"1\" pass=\"0\" locked=\"0\"><Option type=\"Map\">",
                       y->points ? "marker" : "fill", number,
                       y->points ? "SimpleMarker" : "SimpleFill");
    add_colour(s, "color", colour);
    add_colour(s, "outline_color", y->points ? "#ffffff" : "#6b6b6b");
    add_option(s, "outline_style", "solid");
    add_option(s, "outline_width", y->points ? "0.3" : "0.16");
    add_option(s, "outline_width_unit", "MM");
    if (y->points) {
        add_option(s, "name", hatched ? "diamond" : "circle");
        add_option(s, "size", "2.4");
        add_option(s, "size_unit", "MM");
    } else
        add_option(s, "style", hatched ? "b_diag" : "solid");
    maille_strbuf_add(s, "</Option></layer></symbol>");
}

static bool is_number(const style *y) {
    return y->property->type == MAILLE_P_INT || y->property->type == MAILLE_P_NUMBER ||
           y->property->type == MAILLE_P_BOOL;
}

/* A text between quotes of an expression, those inside doubled. */
static void add_quoted(maille_strbuf *s, const char *text, char quote) {
    maille_strbuf_add_char(s, quote);
    for (const char *c = text; *c; c++) {
        if (*c == quote)
            maille_strbuf_add_char(s, quote);
        maille_strbuf_add_char(s, *c);
    }
    maille_strbuf_add_char(s, quote);
}

/* What holds of entry i's class. */
static void add_condition(maille_strbuf *s, const style *y, size_t i) {
    const maille_legend_def *legend = y->legend;
    const char *value = legend->entries[i].value;
    if (value) {
        add_quoted(s, y->property->name, '"');
        maille_strbuf_add(s, " = ");
        is_number(y) ? maille_strbuf_add(s, value) : add_quoted(s, value, '\'');
        return;
    }
    if (i > 0) {
        add_quoted(s, y->property->name, '"');
        maille_strbuf_add(s, " > ");
        maille_strbuf_add_double(s, legend->entries[i - 1].upto);
    }
    if (i > 0 && isfinite(legend->entries[i].upto))
        maille_strbuf_add(s, " AND ");
    if (i == 0 || isfinite(legend->entries[i].upto)) {
        add_quoted(s, y->property->name, '"');
        if (isfinite(legend->entries[i].upto)) {
            maille_strbuf_add(s, " <= ");
            maille_strbuf_add_double(s, legend->entries[i].upto);
        } else
            maille_strbuf_add(s, " IS NOT NULL");
    }
}

static maille_status add_rule(maille_ctx *ctx, style *y, size_t i, const char *label) {
    maille_strbuf condition = {0};
    bool last = i == y->legend->count;
    last ? maille_strbuf_add(&condition, "ELSE") : add_condition(&condition, y, i);
    maille_status status = condition.failed ? maille_no_memory(ctx) : MAILLE_OK;
    if (!status) {
        maille_strbuf_addf(&y->rules, "<rule key=\"r%zu\" symbol=\"%zu\" filter=\"", i, i);
        add_xml(&y->rules, condition.text);
        maille_strbuf_add(&y->rules, "\" label=\"");
        add_xml(&y->rules, label);
        maille_strbuf_add(&y->rules, "\"/>");
    }
    maille_strbuf_free(&condition);
    return status;
}

/* ---- SLD ---- */

static void add_comparison(maille_strbuf *s, const style *y, const char *operator,
                           const char * text) {
    maille_strbuf_addf(s, "<ogc:%s><ogc:PropertyName>", operator);
    add_xml(s, y->property->name);
    maille_strbuf_add(s, "</ogc:PropertyName><ogc:Literal>");
    add_xml(s, text);
    maille_strbuf_addf(s, "</ogc:Literal></ogc:%s>", operator);
}

static void add_bound(maille_strbuf *s, const style *y, const char *operator, double bound) {
    maille_strbuf text = {0};
    maille_strbuf_add_double(&text, bound);
    if (text.failed)
        s->failed = true;
    else
        add_comparison(s, y, operator, text.text);
    maille_strbuf_free(&text);
}

static void add_filter(style *y, size_t i) {
    const maille_legend_def *legend = y->legend;
    maille_strbuf *s = &y->sld;
    if (i == legend->count) {
        maille_strbuf_add(s, "<ElseFilter/>");
        return;
    }
    bool above = !legend->entries[i].value && i > 0;
    bool below = !legend->entries[i].value && isfinite(legend->entries[i].upto);
    if (!legend->entries[i].value && !above && !below)
        return; /* a single class of all */
    maille_strbuf_add(s, "<ogc:Filter>");
    maille_strbuf_add(s, above && below ? "<ogc:And>" : "");
    if (legend->entries[i].value)
        add_comparison(s, y, "PropertyIsEqualTo", legend->entries[i].value);
    if (above)
        add_bound(s, y, "PropertyIsGreaterThan", legend->entries[i - 1].upto);
    if (below)
        add_bound(s, y, "PropertyIsLessThanOrEqualTo", legend->entries[i].upto);
    maille_strbuf_add(s, above && below ? "</ogc:And>" : "");
    maille_strbuf_add(s, "</ogc:Filter>");
}

static void add_sld_rule(style *y, size_t i, const char *label, const char *colour) {
    maille_strbuf *s = &y->sld;
    bool missing = i == y->legend->count;
    maille_strbuf_addf(s, "<Rule><Name>r%zu</Name><Title>", i);
    add_xml(s, label);
    maille_strbuf_add(s, "</Title>");
    add_filter(y, i);
    if (y->points)
        maille_strbuf_addf(s,
                           "<PointSymbolizer><Graphic><Mark><WellKnownName>%s</WellKnownName>"
                           "<Fill><CssParameter name=\"fill\">%s</CssParameter></Fill></Mark>"
                           "<Size>8</Size></Graphic></PointSymbolizer></Rule>",
                           missing ? "x" : "circle", colour);
    else if (missing)
        maille_strbuf_addf(s,
                           "<PolygonSymbolizer><Fill><GraphicFill><Graphic><Mark><WellKnownName>"
                           "shape://slash</WellKnownName><Stroke><CssParameter name=\"stroke\">%s"
                           "</CssParameter></Stroke></Mark><Size>8</Size></Graphic></GraphicFill>"
                           "</Fill></PolygonSymbolizer></Rule>",
                           colour);
    else
        maille_strbuf_addf(s,
                           "<PolygonSymbolizer><Fill><CssParameter name=\"fill\">%s</CssParameter>"
                           "</Fill><Stroke><CssParameter name=\"stroke\">#6b6b6b</CssParameter>"
                           "<CssParameter name=\"stroke-width\">0.5</CssParameter></Stroke>"
                           "</PolygonSymbolizer></Rule>",
                           colour);
}

/* ---- the table ---- */

/* QGIS asks for all of these columns by name; owner, ui and update_time stay null: nobody's name
 * and no time of day is published. */

enum {
    CATALOG,
    SCHEMA,
    TABLE,
    GEOMETRY,
    NAME,
    QML,
    SLD,
    AS_DEFAULT,
    DESCRIPTION,
    OWNER,
    UI,
    TIME,
    COLUMNS
};
static const maille_column_spec columns[COLUMNS] = {
    [CATALOG] = {"f_table_catalog", MAILLE_TEXT},
    [SCHEMA] = {"f_table_schema", MAILLE_TEXT},
    [TABLE] = {"f_table_name", MAILLE_TEXT},
    [GEOMETRY] = {"f_geometry_column", MAILLE_TEXT},
    [NAME] = {"styleName", MAILLE_TEXT},
    [QML] = {"styleQML", MAILLE_TEXT},
    [SLD] = {"styleSLD", MAILLE_TEXT},
    [AS_DEFAULT] = {"useAsDefault", MAILLE_INT},
    [DESCRIPTION] = {"description", MAILLE_TEXT},
    [OWNER] = {"owner", MAILLE_TEXT},
    [UI] = {"ui", MAILLE_TEXT},
    [TIME] = {"update_time", MAILLE_TEXT},
};

static maille_status write_style(maille_ctx *ctx, style *y, const char *title, maille_strbuf *qml) {
    const maille_legend_def *legend = y->legend;
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i <= legend->count && !status; i++) {
        bool missing = i == legend->count;
        const char *label = missing ? "Autre ou non renseigné" : legend->entries[i].title.fr;
        const char *colour = missing ? legend->missing_colour : legend->entries[i].colour;
        status = add_rule(ctx, y, i, label);
        add_symbol(y, i, colour, missing);
        add_sld_rule(y, i, label, colour);
    }
    if (status || y->rules.failed || y->symbols.failed || y->sld.failed)
        return status ? status : maille_no_memory(ctx);
    maille_strbuf_addf(qml,
                       "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
                       "<qgis version=\"3.22\" styleCategories=\"Symbology\"><renderer-v2 "
                       "type=\"RuleRenderer\" symbollevels=\"0\" forceraster=\"0\" "
                       "enableorderby=\"0\"><rules key=\"maille\">%s</rules><symbols>%s</symbols>"
                       "</renderer-v2><layerGeometryType>%d</layerGeometryType></qgis>\n",
                       y->rules.text, y->symbols.text, y->points ? 0 : 2);
    maille_strbuf whole = {0};
    maille_strbuf_add(&whole,
                      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                      "<StyledLayerDescriptor version=\"1.0.0\" "
                      "xmlns=\"http://www.opengis.net/sld\" "
                      "xmlns:ogc=\"http://www.opengis.net/ogc\"><NamedLayer><Name>");
    add_xml(&whole, y->def->id);
    maille_strbuf_add(&whole, "</Name><UserStyle><Title>");
    add_xml(&whole, title);
    maille_strbuf_addf(&whole,
                       "</Title><FeatureTypeStyle>%s</FeatureTypeStyle></UserStyle></NamedLayer>"
                       "</StyledLayerDescriptor>\n",
                       y->sld.text);
    maille_strbuf_free(&y->sld);
    y->sld = whole;
    return whole.failed || qml->failed ? maille_no_memory(ctx) : MAILLE_OK;
}

static maille_status add_style(maille_ctx *ctx, const maille_layer_def *def,
                               const maille_legend *legend, maille_table *table) {
    const char *title = legend->title[0];
    style y = {.def = def,
               .property = legend->property,
               .legend = legend->def,
               .points = strcmp(def->geometry_type, "point") == 0};
    maille_strbuf qml = {0};
    size_t row = 0;
    maille_status status;
    MAILLE_TRY(write_style(ctx, &y, title, &qml));
    MAILLE_TRY(maille_table_add_row(ctx, table, &row));
    const char *const texts[COLUMNS] = {
        [CATALOG] = "", [SCHEMA] = "",    [TABLE] = def->id,  [GEOMETRY] = "geom",
        [NAME] = title, [QML] = qml.text, [SLD] = y.sld.text, [DESCRIPTION] = title,
    };
    for (size_t c = 0; c < COLUMNS; c++)
        if (texts[c])
            MAILLE_TRY(maille_set_text(ctx, table, row, c, texts[c]));
    maille_set_int(table, row, AS_DEFAULT, row == 0);
done:
    maille_strbuf_free(&qml);
    maille_strbuf_free(&y.rules);
    maille_strbuf_free(&y.symbols);
    maille_strbuf_free(&y.sld);
    return status;
}

maille_status layers_styles(maille_ctx *ctx, const maille_catalogue *catalogue,
                            const maille_layer_def *def, maille_table **out) {
    const maille_legend *legends = NULL;
    size_t count = 0;
    maille_status status;
    *out = NULL;
    if (!def->geometry)
        return MAILLE_OK;
    MAILLE_TRY(maille_layer_legends(ctx, catalogue, def->id, &legends, &count));
    if (count == 0)
        return MAILLE_OK;
    MAILLE_TRY(maille_table_new(ctx, columns, COLUMNS, out));
    for (size_t i = 0; i < count; i++)
        MAILLE_TRY(add_style(ctx, def, &legends[i], *out));
done:
    if (status) {
        maille_table_free(*out);
        *out = NULL;
    }
    return status;
}
