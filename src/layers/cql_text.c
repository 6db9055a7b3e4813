/* A filter as text again: canonical, so that filters that read differently and mean the same tree
 * are the same text. */
#include "layers/cql.h"

#include <maille/strbuf.h>
#include <string.h>

/* Between quotes; those inside stand twice. */
static void add_quoted(maille_strbuf *s, const char *text, char quote) {
    maille_strbuf_add_char(s, quote);
    for (; *text; text++) {
        if (*text == quote)
            maille_strbuf_add_char(s, quote);
        maille_strbuf_add_char(s, *text);
    }
    maille_strbuf_add_char(s, quote);
}

static void add_value(maille_strbuf *s, const cql_value *value) {
    switch (value->kind) {
    case CQL_TEXT:
        add_quoted(s, value->text, '\'');
        break;
    case CQL_NUMBER:
        maille_strbuf_add_double(s, value->number);
        break;
    case CQL_BOOL:
        maille_strbuf_add(s, value->number != 0 ? "TRUE" : "FALSE");
        break;
    case CQL_TIME:
        maille_strbuf_add(s, strlen(value->text) == 10 ? "DATE(" : "TIMESTAMP(");
        add_quoted(s, value->text, '\'');
        maille_strbuf_add_char(s, ')');
        break;
    }
}

static void add_values(maille_strbuf *s, const cql_value *value, const char *between) {
    add_value(s, value);
    for (value = value->next; value; value = value->next) {
        maille_strbuf_add(s, between);
        add_value(s, value);
    }
}

/* Capital letters, white space only where two words would run together. */
static void add_wkt(maille_strbuf *s, const char *wkt) {
    static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    bool space = false, word = false;
    for (; *wkt; wkt++) {
        char c = *wkt;
        bool sign = strchr("(),", c) != NULL;
        if (strchr(" \t\r\n", c)) {
            space = true;
            continue;
        }
        if (space && word && !sign)
            maille_strbuf_add_char(s, ' ');
        maille_strbuf_add_n(s, c >= 'a' && c <= 'z' ? &capitals[c - 'a'] : &c, 1);
        space = false;
        word = !sign;
    }
}

static void add_geometry(maille_strbuf *s, const cql_node *node) {
    maille_strbuf_add(s, "S_INTERSECTS(geom,");
    if (node->op == CQL_WKT) {
        add_wkt(s, node->text);
    } else {
        for (size_t i = 0; i < 4; i++) {
            maille_strbuf_add(s, i ? "," : "BBOX(");
            maille_strbuf_add_double(s, node->box[i]);
        }
        maille_strbuf_add_char(s, ')');
    }
    maille_strbuf_add_char(s, ')');
}

static void add_comparison(maille_strbuf *s, const cql_node *node) {
    static const char *const signs[] = {[CQL_EQ] = "=",          [CQL_NE] = "<>",
                                        [CQL_LT] = "<",          [CQL_LE] = "<=",
                                        [CQL_GT] = ">",          [CQL_GE] = ">=",
                                        [CQL_IN] = " IN (",      [CQL_LIKE] = " LIKE ",
                                        [CQL_NULL] = " IS NULL", [CQL_BETWEEN] = " BETWEEN "};
    add_quoted(s, node->property, '"');
    maille_strbuf_add(s, signs[node->op]);
    if (node->values)
        add_values(s, node->values, node->op == CQL_BETWEEN ? " AND " : ",");
    if (node->op == CQL_IN)
        maille_strbuf_add_char(s, ')');
}

/* As deep as the tree, which the parser bounds. */
static void add_node(maille_strbuf *s, const cql_node *node) {
    switch (node->op) {
    case CQL_AND:
    case CQL_OR:
        if (!node->first)
            maille_strbuf_add(s, node->op == CQL_AND ? "TRUE" : "FALSE");
        for (const cql_node *child = node->first; child; child = child->next) {
            maille_strbuf_add(s, child == node->first  ? "("
                                 : node->op == CQL_AND ? " AND "
                                                       : " OR ");
            add_node(s, child);
        }
        maille_strbuf_add(s, node->first ? ")" : "");
        break;
    case CQL_NOT:
        maille_strbuf_add(s, "NOT ");
        add_node(s, node->first);
        break;
    case CQL_WKT:
    case CQL_BOX:
        add_geometry(s, node);
        break;
    default:
        add_comparison(s, node);
    }
}

maille_status maille_cql_text(maille_ctx *ctx, const maille_cql *cql, char **out) {
    maille_strbuf s = {0};
    *out = NULL;
    add_node(&s, cql->root);
    if (s.failed) {
        maille_strbuf_free(&s);
        return maille_no_memory(ctx);
    }
    *out = s.text;
    return MAILLE_OK;
}
