/* Random filters over random features: what the store answers is what a plain evaluator says of the
 * values as they are published. */
#include "region.h"

#include <maille/items.h>
#include <maille/json.h>

static maille_ctx *ctx;

static uint64_t state = 0x9E3779B97F4A7C15u;
static uint32_t draw(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 20) % below;
}

/* ---- features ---- */

typedef struct {
    bool null;
    double number;
    char text[64];
    double box[4];
} cell;

enum { MOST_FEATURES = 400, MOST_PROPERTIES = 24 };
typedef struct {
    const char *layer;
    char ids[MOST_FEATURES][64];
    cell cells[MOST_FEATURES][MOST_PROPERTIES], places[MOST_FEATURES];
    size_t features, count;
    const maille_property *properties;
} layer_values;

/* The box of a multipolygon of one box, or of a point; the features of this test are no others. */
static void read_place(maille_bytes wkb, cell *place) {
    place->null = wkb.bytes == NULL;
    if (place->null)
        return;
    uint32_t type;
    double xy[10];
    memcpy(&type, wkb.bytes + 1, 4);
    size_t points = type == 1 ? 1 : 5;
    memcpy(xy, wkb.bytes + wkb.length - points * 16, points * 16);
    for (int i = 0; i < 2; i++) {
        place->box[i] = INFINITY;
        place->box[i + 2] = -INFINITY;
        for (size_t p = 0; p < points; p++) {
            place->box[i] = fmin(place->box[i], xy[2 * p + (size_t)i]);
            place->box[i + 2] = fmax(place->box[i + 2], xy[2 * p + (size_t)i]);
        }
    }
}

static void read_layer(const maille_catalogue *c, const char *layer, layer_values *v) {
    const maille_selection all = {.limit = -1};
    maille_items *items = NULL;
    bool found = false;
    memset(v, 0, sizeof *v);
    v->layer = layer;
    CHECK_OK(maille_layer_properties(ctx, c, layer, &v->properties, &v->count));
    CHECK(v->count <= MOST_PROPERTIES);
    CHECK_OK(maille_items_open(ctx, c, layer, &all, &items));
    while (v->features < MOST_FEATURES && !maille_items_next(ctx, items, &found) && found) {
        size_t f = v->features++;
        snprintf(v->ids[f], sizeof v->ids[f], "%s", maille_items_id(items));
        for (size_t p = 0; p < v->count; p++) {
            maille_item_value value = maille_items_value(items, p);
            cell *to = &v->cells[f][p];
            to->null = value.null;
            to->number = value.number;
            snprintf(to->text, sizeof to->text, "%s", value.text ? value.text : "");
        }
        read_place(maille_items_geometry(items), &v->places[f]);
    }
    maille_items_free(items);
}

static const char *random_name(char *to) {
    static const char *const parts[] = {"Saint", "-",  "Br", "ou", "é", "l'", "\"",  "%",
                                        "_",     "\\", "a",  "A",  "z", " ",  "Île", "1"};
    *to = '\0';
    for (uint32_t i = 1 + draw(4); i > 0; i--)
        strcat(to, parts[draw(sizeof parts / sizeof *parts)]);
    return to;
}

static void add_communes(maille_store *store, int count) {
    maille_table *communes = first_columns(ctx, store, "commune", "a|b|c|d|e|f");
    maille_table *coverage = first_columns(ctx, store, "coverage", "a|b|c|d|e|f");
    for (int i = 0; i < count; i++) {
        size_t row;
        char code[16], name[128], box[128];
        unsigned char wkb[512];
        snprintf(code, sizeof code, "%02u%03d", 10 + draw(4), i);
        CHECK_OK(maille_table_add_row(ctx, communes, &row));
        CHECK_OK(maille_set_text(ctx, communes, row, 0, code));
        CHECK_OK(maille_set_text(ctx, communes, row, 1, random_name(name)));
        if (draw(6))
            maille_set_real(communes, row, 2, (double)draw(12) / 2); /* ties too */
        CHECK_OK(maille_set_text(ctx, communes, row, 3, "10"));
        maille_set_int(communes, row, 4, 1);
        double x = draw(8), y = draw(8);
        snprintf(box, sizeof box, "%g %g %g %g", x, y, x + 1, y + 1);
        CHECK_OK(maille_set_bytes(ctx, communes, row, 5, wkb, boxes_wkb(box, wkb)));
        if (!draw(4))
            continue;
        CHECK_OK(maille_table_add_row(ctx, coverage, &row));
        CHECK_OK(maille_set_text(ctx, coverage, row, 0, code));
        CHECK_OK(maille_set_text(ctx, coverage, row, 1, "maternite"));
        if (draw(5))
            maille_set_real(coverage, row, 2, (double)draw(400) / 80); /* 0.0125 … */
        if (draw(3))
            CHECK_OK(maille_set_text(ctx, coverage, row, 3, random_name(name)));
        maille_set_int(coverage, row, 5, 0);
    }
    CHECK_OK(maille_store_append(ctx, store, "commune", communes));
    CHECK_OK(maille_store_append(ctx, store, "coverage", coverage));
    maille_table_free(communes);
    maille_table_free(coverage);
}

static void add_gaps(maille_store *store, int count) {
    maille_table *gaps =
        first_columns(ctx, store, "gap", "row_id|audience|id|communes|codes|pop|enclosed|n");
    for (int i = 0; i < count; i++) {
        size_t row;
        char text[64];
        CHECK_OK(maille_table_add_row(ctx, gaps, &row));
        maille_set_int(gaps, row, 0, 1000 + i);
        CHECK_OK(maille_set_text(ctx, gaps, row, 1, "interne"));
        snprintf(text, sizeof text, "zb-%d", i);
        CHECK_OK(maille_set_text(ctx, gaps, row, 2, text));
        maille_set_int(gaps, row, 3, draw(4));
        static const char *const codes[] = {"[]", "[\"01001\"]", "[\"01001\",\"é%\"]",
                                            "[\"2A_01\",\"x\\\"y\"]", "[\"2A001\",\"01001\"]"};
        CHECK_OK(maille_set_text(ctx, gaps, row, 4, codes[draw(5)]));
        maille_set_real(gaps, row, 5, (double)draw(20) / 4);
        maille_set_int(gaps, row, 6, draw(2));
        CHECK_OK(maille_set_text(ctx, gaps, row, 7, codes[draw(5)]));
    }
    CHECK_OK(maille_store_append(ctx, store, "gap", gaps));
    maille_table_free(gaps);
}

/* ---- the plain evaluator: 1 true, 0 false, -1 unknown ---- */

typedef struct node {
    enum { AND, OR, NOT, COMPARE, IN, BETWEEN, LIKE, IS_NULL, BOX } op;
    size_t property;
    int comparison; /* = <> < <= > >= */
    struct {
        double number;
        char text[64];
    } values[4];
    size_t count;
    double box[4];
    struct node *children[4];
} node;

static bool like(const char *pattern, const char *text) {
    if (!*pattern)
        return !*text;
    if (*pattern == '%')
        return like(pattern + 1, text) || (*text && like(pattern, text + 1));
    if (!*text)
        return false;
    if (*pattern == '_') { /* one character */
        text++;
        while (((unsigned char)*text & 0xC0) == 0x80)
            text++;
        return like(pattern + 1, text);
    }
    if (*pattern == '\\' && !*++pattern)
        return false;
    return *pattern == *text && like(pattern + 1, text + 1);
}

static bool holds(const char *json, const char *text) {
    char **texts = NULL;
    size_t count = 0;
    bool found = false;
    CHECK_OK(maille_json_read_texts(ctx, json, &texts, &count));
    for (size_t i = 0; i < count; i++)
        found = found || strcmp(texts[i], text) == 0;
    maille_free(texts);
    return found;
}

static int order_of(const cell *c, maille_property_type type, const node *n, size_t v) {
    if (type == MAILLE_P_TEXT) {
        int order = strcmp(c->text, n->values[v].text);
        return (order > 0) - (order < 0);
    }
    return (c->number > n->values[v].number) - (c->number < n->values[v].number);
}

static bool equals(const cell *c, maille_property_type type, const node *n, size_t v) {
    return type == MAILLE_P_TEXTS ? holds(c->text, n->values[v].text)
                                  : order_of(c, type, n, v) == 0;
}

static int evaluate(const layer_values *l, size_t f, const node *n);

static int evaluate_tree(const layer_values *l, size_t f, const node *n) {
    if (n->op == NOT) {
        int inner = evaluate(l, f, n->children[0]);
        return inner < 0 ? -1 : !inner;
    }
    int settled = n->op == OR, result = !settled;
    for (size_t i = 0; i < n->count; i++) {
        int child = evaluate(l, f, n->children[i]);
        if (child == settled)
            return settled;
        if (child < 0)
            result = -1;
    }
    return result;
}

static int evaluate(const layer_values *l, size_t f, const node *n) {
    if (n->op <= NOT)
        return evaluate_tree(l, f, n);
    const cell *c = n->op == BOX ? &l->places[f] : &l->cells[f][n->property];
    if (n->op == IS_NULL)
        return c->null;
    if (c->null)
        return -1;
    if (n->op == BOX)
        return c->box[0] <= n->box[2] && n->box[0] <= c->box[2] && c->box[1] <= n->box[3] &&
               n->box[1] <= c->box[3];
    maille_property_type type = l->properties[n->property].type;
    if (n->op == LIKE)
        return like(n->values[0].text, c->text);
    if (n->op == BETWEEN)
        return order_of(c, type, n, 0) >= 0 && order_of(c, type, n, 1) <= 0;
    if (n->op == IN) {
        int any = 0;
        for (size_t v = 0; v < n->count; v++)
            any = any || equals(c, type, n, v);
        return any;
    }
    if (n->comparison < 2)
        return equals(c, type, n, 0) == (n->comparison == 0);
    int order = order_of(c, type, n, 0);
    return n->comparison == 2   ? order < 0
           : n->comparison == 3 ? order <= 0
           : n->comparison == 4 ? order > 0
                                : order >= 0;
}

/* ---- random trees, as text too ---- */

static node nodes[256];
static size_t used;

static void quote(char *to, const char *text) {
    char *at = to + strlen(to);
    *at++ = '\'';
    for (; *text; text++) {
        if (*text == '\'')
            *at++ = '\'';
        *at++ = *text;
    }
    strcpy(at, "'");
}

/* A value of a feature, or one near it. */
static void random_value(const layer_values *l, node *n, size_t v, char *text) {
    maille_property_type type = l->properties[n->property].type;
    const cell *c = &l->cells[draw((uint32_t)l->features)][n->property];
    if (type == MAILLE_P_BOOL) {
        n->values[v].number = draw(2);
        strcat(text, n->values[v].number != 0 ? "TRUE" : "FALSE");
    } else if (type == MAILLE_P_INT || type == MAILLE_P_NUMBER) {
        n->values[v].number = (c->null ? 1 : c->number) + (draw(3) ? 0 : (double)draw(3) - 1);
        sprintf(text + strlen(text), "%.17g", n->values[v].number);
    } else {
        static const char *const elements[] = {"01001", "é%", "2a_01", "x\"y", "0100_", "\",\""};
        snprintf(n->values[v].text, 64, "%s", type == MAILLE_P_TEXTS ? elements[draw(6)] : c->text);
        quote(text, n->values[v].text);
    }
}

static void random_pattern(const layer_values *l, node *n, char *text) {
    const cell *c = &l->cells[draw((uint32_t)l->features)][n->property];
    char *at = n->values[0].text;
    for (const char *from = c->text; *from && at < n->values[0].text + 40; from++) {
        bool continues = ((unsigned char)*from & 0xC0) == 0x80;
        if (!continues && !draw(4))
            *at++ = "%_\\"[draw(3)];
        *at++ = *from;
    }
    while (((unsigned char)*at & 0xC0) == 0x80 && at > n->values[0].text)
        at--;
    strcpy(at, draw(3) ? "%" : "");
    quote(text, n->values[0].text);
}

static void random_comparison(const layer_values *l, node *n, char *text) {
    static const char *const signs[] = {"=", "<>", "<", "<=", ">", ">="};
    n->property = draw((uint32_t)l->count);
    maille_property_type type = l->properties[n->property].type;
    bool each = type == MAILLE_P_BOOL || type == MAILLE_P_TEXTS;
    uint32_t kind = draw(6);
    bool negated = draw(4) == 0;
    sprintf(text + strlen(text), "\"%s\"", l->properties[n->property].name);
    if (kind == 0) {
        n->op = IS_NULL;
        strcat(text, " IS NULL");
    } else if (kind == 1) {
        n->op = IN;
        n->count = 1 + draw(3);
        for (size_t v = 0; v < n->count; v++) {
            strcat(text, v ? "," : " IN (");
            random_value(l, n, v, text);
        }
        strcat(text, ")");
    } else if (kind == 2 && !each) {
        n->op = BETWEEN;
        strcat(text, " BETWEEN ");
        random_value(l, n, 0, text);
        strcat(text, " AND ");
        random_value(l, n, 1, text);
    } else if (kind == 3 && type == MAILLE_P_TEXT) {
        n->op = LIKE;
        strcat(text, negated ? " NOT LIKE " : " LIKE ");
        random_pattern(l, n, text);
        if (negated) {
            node *inner = &nodes[used++];
            *inner = *n;
            *n = (node){.op = NOT, .count = 1, .children = {inner}};
        }
    } else {
        n->op = COMPARE;
        n->comparison = (int)draw(each ? 2 : 6);
        strcat(text, signs[n->comparison]);
        random_value(l, n, 0, text);
    }
}

static node *random_tree(const layer_values *l, unsigned depth, char *text) {
    node *n = &nodes[used++];
    *n = (node){.op = COMPARE};
    uint32_t kind = draw(10);
    if (depth == 0 || kind < 3) {
        if (draw(6)) {
            random_comparison(l, n, text);
            return n;
        }
        n->op = BOX;
        n->box[0] = draw(9);
        n->box[1] = draw(9);
        n->box[2] = n->box[0] + draw(3);
        n->box[3] = n->box[1] + draw(3);
        sprintf(text + strlen(text), "S_INTERSECTS(geom,BBOX(%g,%g,%g,%g))", n->box[0], n->box[1],
                n->box[2], n->box[3]);
        return n;
    }
    n->op = kind < 5 ? NOT : kind < 8 ? AND : OR;
    n->count = n->op == NOT ? 1 : 2 + draw(2);
    strcat(text, n->op == NOT ? "NOT (" : "(");
    for (size_t i = 0; i < n->count; i++) {
        strcat(text, i == 0 ? "" : n->op == AND ? " AND " : " OR ");
        n->children[i] = random_tree(l, depth - 1, text);
    }
    strcat(text, ")");
    return n;
}

/* ---- both ---- */

static bool compare(const maille_catalogue *c, const layer_values *l, const node *tree,
                    const char *text, size_t *matched) {
    maille_cql *cql = NULL;
    maille_items *items = NULL;
    bool found = false, same = true;
    CHECK_OK(maille_cql_parse(ctx, text, &cql));
    const maille_selection s = {.filter = cql, .limit = -1};
    CHECK_OK(maille_items_open(ctx, c, l->layer, &s, &items));
    for (size_t f = 0; items && f < l->features && same; f++) {
        if (evaluate(l, f, tree) != 1)
            continue;
        CHECK_OK(maille_items_next(ctx, items, &found));
        same = found && strcmp(maille_items_id(items), l->ids[f]) == 0;
        if (!same)
            fprintf(stderr, "%s: %s\n  expected %s, came %s\n", l->layer, text, l->ids[f],
                    found ? maille_items_id(items) : "nothing");
        (*matched)++;
    }
    if (items && same) {
        int64_t count = 0;
        CHECK_OK(maille_items_next(ctx, items, &found));
        if (found)
            fprintf(stderr, "%s: %s\n  %s came too\n", l->layer, text, maille_items_id(items));
        same = !found;
        size_t want = 0;
        for (size_t f = 0; f < l->features; f++)
            want += evaluate(l, f, tree) == 1;
        CHECK_OK(maille_items_matched(ctx, items, &count));
        CHECK_INT(count, want);
    }
    CHECK(items && same);
    maille_items_free(items);
    maille_cql_free(cql);
    return items && same;
}

TEST(filters_answer_as_a_plain_evaluator_does) {
    static const char *const layers[] = {"communes", "couverture", "cpts-zones-blanches"};
    static layer_values values[3];
    maille_store *store = new_region(ctx, "ODbL 1.0");
    add_communes(store, 300);
    add_gaps(store, 100);
    CHECK_OK(maille_store_delete(
        ctx, store, "commune",
        &(maille_filter){.op = MAILLE_F_LIKE,
                         .column = "code",
                         .values = (maille_value[]){maille_text_value("01%")}}));
    maille_catalogue *c = catalogue_of(ctx, store, MAILLE_INTERNE);
    size_t matched = 0, asked = 0, all = 0;
    for (size_t l = 0; l < 3; l++) {
        read_layer(c, layers[l], &values[l]);
        CHECK(values[l].features >= 100);
    }
    for (int round = 0; round < 6000; round++) {
        const layer_values *l = &values[draw(3)];
        char text[16384] = "";
        used = 0;
        const node *tree = random_tree(l, draw(4), text);
        if (!compare(c, l, tree, text, &matched))
            break;
        asked++;
        all += l->features;
    }
    CHECK_INT(asked, 6000);
    CHECK(matched > all / 10 && matched < all - all / 10);
    maille_catalogue_free(c);
    maille_store_close(store);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), 0);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(filters_answer_as_a_plain_evaluator_does), CASE(stop))
