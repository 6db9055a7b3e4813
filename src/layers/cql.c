/* Filters as CQL2 text: the parser. It calls itself for what stands in parentheses and behind NOT
 * only, and counts how deep it is. */
#include "layers/cql_lex.h"

#include <maille/probe.h>
#include <maille/text.h>
#include <math.h>
#include <string.h>
#include <strings.h>

typedef struct {
    maille_ctx *ctx;
    lexer lex;
    lex_token token; /* the one that stands */
    size_t operands;
    unsigned depth;
} parser;

static maille_status expected(parser *p, const char *what) {
    return maille_fail(p->ctx, MAILLE_USAGE, "filter: %s was expected at character %zu", what,
                       lex_place(&p->lex, p->token.at));
}

static maille_status advance(parser *p) {
    p->token = lex_next(&p->lex);
    if (p->token.kind != LEX_BROKEN)
        return MAILLE_OK;
    return *p->token.broken ? expected(p, p->token.broken) : maille_no_memory(p->ctx);
}

/* Takes the sign, or says what was expected. */
static maille_status take(parser *p, const char *symbol, const char *what) {
    return lex_is_symbol(&p->token, symbol) ? advance(p) : expected(p, what);
}

static maille_status new_node(parser *p, cql_op op, cql_node **out) {
    cql_node *node = maille_arena_alloc(p->lex.arena, sizeof *node);
    if (!node)
        return maille_no_memory(p->ctx);
    *node = (cql_node){.op = op, .height = 1, .place = lex_place(&p->lex, p->token.at)};
    *out = node;
    return MAILLE_OK;
}

static maille_status count_operand(parser *p) {
    if (++p->operands <= CQL_MOST_OPERANDS)
        return MAILLE_OK;
    return maille_fail(p->ctx, MAILLE_USAGE, "filter: there were more than %d operands",
                       CQL_MOST_OPERANDS);
}

static maille_status deeper(parser *p, const cql_node *node) {
    if (node->height <= CQL_DEEPEST && p->depth <= CQL_DEEPEST)
        return MAILLE_OK;
    return maille_fail(p->ctx, MAILLE_USAGE,
                       "filter: it was nested deeper than %d at character %zu", CQL_DEEPEST,
                       node->place);
}

/* Adds a child; of its own kind the child's children. */
static maille_status add_child(parser *p, cql_node *parent, cql_node *child) {
    bool same = child->op == parent->op && parent->op != CQL_NOT;
    cql_node *first = same ? child->first : child, *last = same ? child->last : child;
    unsigned height = same ? child->height : child->height + 1;
    parent->count += same ? child->count : 1;
    parent->height = height > parent->height ? height : parent->height;
    if (!first)
        return MAILLE_OK;
    if (parent->last)
        parent->last->next = first;
    else
        parent->first = first;
    parent->last = last;
    return deeper(p, parent);
}

/* ---- values ---- */

static maille_status take_time(parser *p, cql_value *value) {
    bool whole = lex_is(&p->token, "TIMESTAMP");
    const char *what = whole ? "TIMESTAMP('YYYY-MM-DDThh:mm:ssZ')" : "DATE('YYYY-MM-DD')";
    char text[CQL_TIME_SIZE];
    maille_status status = advance(p);
    if (!status)
        status = take(p, "(", what);
    if (status)
        return status;
    if (p->token.kind != LEX_STRING || !cql_time(p->token.text, text) ||
        (p->token.text[10] != '\0') != whole)
        return expected(p, what);
    value->kind = CQL_TIME;
    value->text = maille_arena_strdup(p->lex.arena, text);
    if (!value->text)
        return maille_no_memory(p->ctx);
    status = advance(p);
    return status ? status : take(p, ")", "a closing parenthesis");
}

static bool at_call(const parser *p, const char *name) {
    return lex_is(&p->token, name) && lex_peek(&p->lex) == '(';
}

static bool at_value(const parser *p) {
    return p->token.kind == LEX_STRING || p->token.kind == LEX_NUMBER ||
           lex_is(&p->token, "TRUE") || lex_is(&p->token, "FALSE") || at_call(p, "DATE") ||
           at_call(p, "TIMESTAMP");
}

static maille_status take_value(parser *p, const cql_value **out) {
    if (!at_value(p))
        return expected(p, "a value");
    cql_value *value = maille_arena_alloc(p->lex.arena, sizeof *value);
    if (!value)
        return maille_no_memory(p->ctx);
    *out = value;
    *value = (cql_value){.kind = CQL_BOOL, .place = lex_place(&p->lex, p->token.at)};
    maille_status status = count_operand(p);
    if (status)
        return status;
    if (at_call(p, "DATE") || at_call(p, "TIMESTAMP"))
        return take_time(p, value);
    if (p->token.kind == LEX_STRING) {
        value->kind = CQL_TEXT;
        value->text = p->token.text;
    } else if (p->token.kind == LEX_NUMBER) {
        value->kind = CQL_NUMBER;
        value->number = p->token.number;
    } else {
        value->number = lex_is(&p->token, "TRUE");
    }
    return advance(p);
}

/* ---- comparisons ---- */

static const struct {
    const char *symbol;
    cql_op op, turned; /* turned: with its sides changed */
} comparisons[] = {{"=", CQL_EQ, CQL_EQ}, {"<>", CQL_NE, CQL_NE}, {"!=", CQL_NE, CQL_NE},
                   {"<", CQL_LT, CQL_GT}, {"<=", CQL_LE, CQL_GE}, {">", CQL_GT, CQL_LT},
                   {">=", CQL_GE, CQL_LE}};
enum { COMPARISONS = sizeof comparisons / sizeof *comparisons };

static int comparison_at(const parser *p) {
    for (int c = 0; c < COMPARISONS; c++)
        if (lex_is_symbol(&p->token, comparisons[c].symbol))
            return c;
    return COMPARISONS;
}

static bool is_keyword(const lex_token *token) {
    static const char *const words[] = {"AND", "OR", "NOT",  "LIKE", "BETWEEN",
                                        "IN",  "IS", "NULL", "TRUE", "FALSE"};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        if (lex_is(token, words[w]))
            return true;
    return false;
}

static bool at_property(const parser *p) {
    return p->token.kind == LEX_QUOTED || (p->token.kind == LEX_NAME && !is_keyword(&p->token));
}

static maille_status take_property(parser *p, const char **out) {
    if (!at_property(p))
        return expected(p, "a property");
    *out = p->token.text;
    return advance(p);
}

/* value op property */
static maille_status parse_turned(parser *p, cql_node *node) {
    const cql_value *value = NULL;
    maille_status status = take_value(p, &value);
    if (status)
        return status;
    int c = comparison_at(p);
    if (c == COMPARISONS)
        return expected(p, "a comparison (=, <>, <, <=, > or >=)");
    node->op = comparisons[c].turned;
    node->values = value;
    node->count = 1;
    status = advance(p);
    return status ? status : take_property(p, &node->property);
}

static maille_status parse_between(parser *p, cql_node *node) {
    const cql_value *low = NULL, *high = NULL;
    node->op = CQL_BETWEEN;
    node->count = 2;
    maille_status status = take_value(p, &low);
    if (!status && !lex_is(&p->token, "AND"))
        return expected(p, "AND");
    if (!status)
        status = advance(p);
    if (!status)
        status = take_value(p, &high);
    if (status)
        return status;
    ((cql_value *)low)->next = high;
    node->values = low;
    return MAILLE_OK;
}

static maille_status parse_in(parser *p, cql_node *node) {
    cql_value *last = NULL;
    node->op = CQL_IN;
    maille_status status = take(p, "(", "an opening parenthesis");
    while (!status) {
        const cql_value *value = NULL;
        if ((status = take_value(p, &value)) != MAILLE_OK)
            break;
        if (last)
            last->next = value;
        else
            node->values = value;
        last = (cql_value *)value;
        node->count++;
        if (!lex_is_symbol(&p->token, ","))
            return take(p, ")", "a comma or a closing parenthesis");
        status = advance(p);
    }
    return status;
}

static maille_status parse_like(parser *p, cql_node *node) {
    node->op = CQL_LIKE;
    node->count = 1;
    return p->token.kind == LEX_STRING ? take_value(p, &node->values)
                                       : expected(p, "a text in quotes");
}

static maille_status negate(parser *p, cql_node **node) {
    cql_node *not_ = NULL;
    maille_status status = new_node(p, CQL_NOT, &not_);
    if (status)
        return status;
    not_->place = (*node)->place;
    status = add_child(p, not_, *node);
    *node = not_;
    return status;
}

/* IS [NOT] NULL; IS has been taken. */
static maille_status parse_null(parser *p, cql_node **node) {
    bool negated = lex_is(&p->token, "NOT");
    maille_status status = negated ? advance(p) : MAILLE_OK;
    if (status)
        return status;
    if (!lex_is(&p->token, "NULL"))
        return expected(p, negated ? "NULL" : "NULL or NOT NULL");
    (*node)->op = CQL_NULL;
    status = advance(p);
    return status || !negated ? status : negate(p, node);
}

/* [NOT] LIKE, BETWEEN or IN, or IS [NOT] NULL. */
static maille_status parse_words(parser *p, cql_node **node) {
    static const struct {
        const char *word;
        maille_status (*parse)(parser *p, cql_node *node);
    } words[] = {{"LIKE", parse_like}, {"BETWEEN", parse_between}, {"IN", parse_in}};
    maille_status status = MAILLE_OK;
    bool negated = lex_is(&p->token, "NOT");
    if (lex_is(&p->token, "IS")) {
        status = advance(p);
        return status ? status : parse_null(p, node);
    }
    if (negated)
        status = advance(p);
    for (size_t w = 0; !status && w < 3; w++) {
        if (!lex_is(&p->token, words[w].word))
            continue;
        status = advance(p);
        if (!status)
            status = words[w].parse(p, *node);
        return status || !negated ? status : negate(p, node);
    }
    return status ? status
                  : expected(p, negated ? "LIKE, BETWEEN or IN"
                                        : "a comparison (=, <>, <, <=, >, >=, LIKE, BETWEEN, IN "
                                          "or IS NULL)");
}

static maille_status parse_comparison(parser *p, cql_node **node) {
    maille_status status = take_property(p, &(*node)->property);
    if (status)
        return status;
    int c = comparison_at(p);
    if (c == COMPARISONS)
        return parse_words(p, node);
    (*node)->op = comparisons[c].op;
    (*node)->count = 1;
    status = advance(p);
    return status ? status : take_value(p, &(*node)->values);
}

/* ---- geometry ---- */

static bool is_geometry_property(const lex_token *token) {
    return (token->kind == LEX_NAME || token->kind == LEX_QUOTED) &&
           (strcasecmp(token->text, "geom") == 0 || strcasecmp(token->text, "geometry") == 0);
}

static maille_status take_geometry_property(parser *p) {
    return is_geometry_property(&p->token) ? advance(p) : expected(p, "geom");
}

/* Numbers with commas between them, `most` at most; a comma before a text is left. */
static maille_status take_numbers(parser *p, double *to, size_t most, size_t *count) {
    maille_status status = MAILLE_OK;
    for (*count = 0; !status && *count < most;) {
        if (p->token.kind != LEX_NUMBER)
            return expected(p, "a number");
        to[(*count)++] = p->token.number;
        status = advance(p);
        if (status || !lex_is_symbol(&p->token, ",") || lex_peek(&p->lex) == '\'')
            return status;
        if (*count < most)
            status = advance(p);
    }
    return status;
}

/* West, south, east, north; with heights west, south, low, east, north, high. */
static maille_status take_sides(parser *p, cql_node *node) {
    static const size_t flat[] = {0, 1, 2, 3}, high[] = {0, 1, 3, 4};
    double sides[6];
    size_t count;
    maille_status status = take_numbers(p, sides, 6, &count);
    if (status)
        return status;
    if (count != 4 && count != 6)
        return expected(p, count < 4 ? "a comma" : "one side more, or one less,");
    for (size_t i = 0; i < 4; i++)
        node->box[i] = sides[count == 4 ? flat[i] : high[i]];
    node->op = CQL_BOX;
    return node->box[1] <= node->box[3] ? MAILLE_OK : expected(p, "a north above the south");
}

static bool at_wkt(const parser *p) {
    static const char *const types[] = {
        "POINT",           "LINESTRING",   "POLYGON",           "MULTIPOINT",
        "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION"};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        if (lex_is(&p->token, types[t]))
            return true;
    return false;
}

/* The text is read once here, so that what is none is told with its place; whoever asks with it
 * prepares it again. */
static maille_status take_wkt(parser *p, cql_node *node) {
    const char *start = p->token.at, *end = NULL;
    maille_probe *probe = NULL;
    if (!lex_skip_wkt(&p->lex, &end))
        return expected(p, "a geometry (WKT) with its closing parenthesis");
    char *text = maille_arena_strndup(p->lex.arena, start, (size_t)(end - start));
    if (!text)
        return maille_no_memory(p->ctx);
    maille_status status = maille_probe_from_wkt(p->ctx, text, &probe);
    maille_probe_free(probe);
    if (status == MAILLE_USAGE)
        return maille_fail(p->ctx, status, "filter: at character %zu %s", lex_place(&p->lex, start),
                           maille_message(p->ctx));
    node->op = CQL_WKT;
    node->text = text;
    return status ? status : advance(p);
}

static maille_status take_geometry(parser *p, cql_node *node) {
    if (at_wkt(p))
        return take_wkt(p, node);
    if (!at_call(p, "BBOX"))
        return expected(p, "a geometry (WKT) or BBOX(west, south, east, north)");
    maille_status status = advance(p);
    if (!status)
        status = advance(p);
    if (!status)
        status = take_sides(p, node);
    return status ? status : take(p, ")", "a closing parenthesis");
}

/* S_INTERSECTS(geom, geometry), or the other way round. */
static maille_status parse_intersects(parser *p, cql_node *node) {
    maille_status status = advance(p);
    if (!status)
        status = advance(p);
    if (status)
        return status;
    bool first = is_geometry_property(&p->token);
    status = first ? advance(p) : take_geometry(p, node);
    if (!status)
        status = take(p, ",", "a comma");
    if (!status)
        status = first ? take_geometry(p, node) : take_geometry_property(p);
    return status ? status : take(p, ")", "a closing parenthesis");
}

/* BBOX(geom, west, south, east, north), as it was written before CQL2; a CRS may follow where it
 * says longitude and latitude. */
static maille_status parse_bbox(parser *p, cql_node *node) {
    maille_status status = advance(p);
    if (!status)
        status = advance(p);
    if (!status)
        status = take_geometry_property(p);
    if (!status)
        status = take(p, ",", "a comma");
    if (!status)
        status = take_sides(p, node);
    if (!status && lex_is_symbol(&p->token, ",")) {
        status = advance(p);
        if (!status && (p->token.kind != LEX_STRING || (strcmp(p->token.text, "EPSG:4326") != 0 &&
                                                        strcmp(p->token.text, "CRS:84") != 0)))
            return expected(p, "'EPSG:4326'");
        if (!status)
            status = advance(p);
    }
    return status ? status : take(p, ")", "a closing parenthesis");
}

/* ---- the tree ---- */

static maille_status parse_list(parser *p, cql_op op, cql_node **out);

static maille_status parse_parentheses(parser *p, cql_node **out) {
    maille_status status = advance(p);
    if (!status)
        status = parse_list(p, CQL_OR, out);
    return status ? status : take(p, ")", "AND, OR or a closing parenthesis");
}

/* TRUE or FALSE alone, or compared with a property. */
static maille_status parse_value(parser *p, cql_node **out) {
    bool truth = lex_is(&p->token, "TRUE"), falsehood = lex_is(&p->token, "FALSE");
    char next = lex_peek(&p->lex);
    if ((!truth && !falsehood) || (next && strchr("=<>!", next)))
        return parse_turned(p, *out);
    (*out)->op = truth ? CQL_AND : CQL_OR;
    maille_status status = count_operand(p);
    return status ? status : advance(p);
}

static maille_status parse_primary(parser *p, cql_node **out) {
    maille_status status;
    if (lex_is_symbol(&p->token, "("))
        return parse_parentheses(p, out);
    if ((status = new_node(p, CQL_AND, out)) != MAILLE_OK)
        return status;
    if (at_value(p))
        return parse_value(p, out);
    bool intersects = at_call(p, "S_INTERSECTS") || at_call(p, "INTERSECTS");
    if (intersects || at_call(p, "BBOX")) {
        if ((status = count_operand(p)) != MAILLE_OK)
            return status;
        return intersects ? parse_intersects(p, *out) : parse_bbox(p, *out);
    }
    if (at_property(p))
        return parse_comparison(p, out);
    return expected(p, "a condition");
}

static maille_status parse_term(parser *p, cql_node **out) {
    cql_node *not_ = NULL, *inner = NULL;
    maille_status status;
    cql_node here = {.height = 1, .place = lex_place(&p->lex, p->token.at)};
    p->depth++;
    if ((status = deeper(p, &here)) != MAILLE_OK)
        return status;
    if (lex_is(&p->token, "NOT")) {
        if ((status = new_node(p, CQL_NOT, &not_)) != MAILLE_OK ||
            (status = advance(p)) != MAILLE_OK || (status = parse_term(p, &inner)) != MAILLE_OK)
            return status;
        status = add_child(p, not_, inner);
        *out = not_;
    } else {
        status = parse_primary(p, out);
    }
    p->depth--;
    return status;
}

/* Terms with AND between them, or lists of these with OR between. */
static maille_status parse_list(parser *p, cql_op op, cql_node **out) {
    const char *word = op == CQL_AND ? "AND" : "OR";
    cql_node *list = NULL, *child = NULL;
    maille_status status = new_node(p, op, &list);
    bool more = true;
    if (status)
        return status;
    while (!status && more) {
        status = op == CQL_OR ? parse_list(p, CQL_AND, &child) : parse_term(p, &child);
        if (status)
            return status;
        if (!list->first && !lex_is(&p->token, word)) {
            *out = child;
            return MAILLE_OK;
        }
        status = add_child(p, list, child);
        more = lex_is(&p->token, word);
        if (!status && more)
            status = advance(p);
    }
    *out = list->count == 1 ? list->first : list;
    return status;
}

static maille_status parse(parser *p, const cql_node **out) {
    cql_node *root = NULL;
    maille_status status = advance(p);
    if (!status)
        status = parse_list(p, CQL_OR, &root);
    if (!status && p->token.kind != LEX_END)
        return expected(p, "AND, OR or the end");
    *out = root;
    return status;
}

maille_status maille_cql_parse(maille_ctx *ctx, const char *text, maille_cql **out) {
    size_t length = strlen(text);
    *out = NULL;
    if (length > CQL_LONGEST)
        return maille_fail(ctx, MAILLE_USAGE, "filter: it had more than %d bytes", CQL_LONGEST);
    if (!maille_is_utf8(text, length))
        return maille_fail(ctx, MAILLE_USAGE, "filter: it was not UTF-8");
    maille_cql *cql = maille_alloc(1, sizeof *cql);
    if (!cql || !(cql->arena = maille_arena_new())) {
        maille_free(cql);
        return maille_no_memory(ctx);
    }
    parser p = {.ctx = ctx, .lex = {.text = text, .at = text, .arena = cql->arena}};
    maille_status status = parse(&p, &cql->root);
    if (status)
        maille_cql_free(cql);
    else
        *out = cql;
    return status;
}

void maille_cql_free(maille_cql *cql) {
    if (!cql)
        return;
    maille_arena_free(cql->arena);
    maille_free(cql);
}
