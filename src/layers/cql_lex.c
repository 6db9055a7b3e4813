/* Words of CQL2 text: names, texts in quotes, numbers, signs. */
#include "layers/cql_lex.h"

#include <maille/text.h>
#include <string.h>
#include <strings.h>

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool begins_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool in_name(char c) {
    return begins_name(c) || is_digit(c) || c == '.' || c == ':';
}

static lex_token broken(lex_token token, const char *why) {
    token.kind = LEX_BROKEN;
    token.broken = why;
    return token;
}

/* Between quotes; two quotes stand for one. */
static lex_token take_quoted(lexer *l, lex_token token, char quote) {
    const char *c = l->at + 1;
    size_t length = 0;
    while (*c && (*c != quote || c[1] == quote)) {
        c += *c == quote ? 2 : 1;
        length++;
    }
    if (!*c)
        return broken(token, quote == '"' ? "a closing double quote" : "a closing quote");
    char *text = maille_arena_alloc(l->arena, length + 1);
    if (!text)
        return broken(token, "");
    const char *from = l->at + 1;
    for (size_t i = 0; i < length; i++) {
        text[i] = *from;
        from += *from == quote ? 2 : 1;
    }
    text[length] = '\0';
    token.text = text;
    token.kind = quote == '"' ? LEX_QUOTED : LEX_STRING;
    token.length = (size_t)(c + 1 - l->at);
    l->at = c + 1;
    return token;
}

static lex_token take_name(lexer *l, lex_token token) {
    while (in_name(*l->at))
        l->at++;
    token.kind = LEX_NAME;
    token.length = (size_t)(l->at - token.at);
    token.text = maille_arena_strndup(l->arena, token.at, token.length);
    return token.text ? token : broken(token, "");
}

/* [+-] digits . digits e [+-] digits; NULL where there is no digit. */
static const char *end_of_number(const char *c) {
    c += *c == '+' || *c == '-';
    size_t whole = strspn(c, "0123456789"), part = 0;
    c += whole;
    if (*c == '.') {
        part = strspn(c + 1, "0123456789");
        c += part + 1;
    }
    if (whole + part == 0)
        return NULL;
    if (*c == 'e' || *c == 'E') {
        const char *power = c + 1 + (c[1] == '+' || c[1] == '-');
        if (!is_digit(*power))
            return NULL;
        c = power + strspn(power, "0123456789");
    }
    return c;
}

static lex_token take_number(lexer *l, lex_token token) {
    const char *end = end_of_number(l->at);
    if (!end || in_name(*end))
        return broken(token, "a number");
    token.length = (size_t)(end - l->at);
    char *digits = maille_arena_strndup(l->arena, l->at, token.length);
    if (!digits)
        return broken(token, "");
    if (!maille_parse_number(digits, &token.number))
        return broken(token, "a number");
    token.kind = LEX_NUMBER;
    l->at = end;
    return token;
}

static void skip_space(lexer *l) {
    while (is_space(*l->at))
        l->at++;
}

lex_token lex_next(lexer *l) {
    static const char *const symbols[] = {"<>", "<=", ">=", "!=", "(", ")", ",", "=", "<", ">"};
    skip_space(l);
    lex_token token = {.kind = LEX_END, .at = l->at};
    char c = *l->at;
    if (!c)
        return token;
    if (c == '\'' || c == '"')
        return take_quoted(l, token, c);
    if (begins_name(c))
        return take_name(l, token);
    if (is_digit(c) || c == '+' || c == '-' || c == '.')
        return take_number(l, token);
    for (size_t s = 0; s < sizeof symbols / sizeof *symbols; s++) {
        size_t length = strlen(symbols[s]);
        if (strncmp(l->at, symbols[s], length) != 0)
            continue;
        token.kind = LEX_SYMBOL;
        token.length = length;
        l->at += length;
        return token;
    }
    return broken(token, "a property, a value or a sign");
}

char lex_peek(const lexer *l) {
    const char *c = l->at;
    while (is_space(*c))
        c++;
    return *c;
}

/* "Z", "M" or "ZM" between the word and its parentheses. */
static void skip_dimension(lexer *l) {
    skip_space(l);
    while (strchr("zmZM", *l->at) && *l->at)
        l->at++;
    skip_space(l);
}

bool lex_skip_wkt(lexer *l, const char **end) {
    size_t depth = 0;
    skip_dimension(l);
    if (strncasecmp(l->at, "EMPTY", 5) == 0 && !in_name(l->at[5])) {
        *end = l->at += 5;
        return true;
    }
    for (; *l->at; l->at++) {
        char c = *l->at;
        if (c == '(') {
            depth++;
        } else if (c == ')' && depth > 1) {
            depth--;
        } else if (c == ')' && depth == 1) {
            *end = ++l->at;
            return true;
        } else if (depth == 0 || !(in_name(c) || is_space(c) || strchr("+-,", c))) {
            return false;
        }
    }
    return false;
}

size_t lex_place(lexer *l, const char *at) {
    if (!l->counted || at < l->counted) {
        l->counted = l->text;
        l->place = 1;
    }
    for (; l->counted < at; l->counted++)
        l->place += ((unsigned char)*l->counted & 0xC0) != 0x80;
    return l->place;
}

bool lex_is(const lex_token *token, const char *keyword) {
    return token->kind == LEX_NAME && strcasecmp(token->text, keyword) == 0;
}

bool lex_is_symbol(const lex_token *token, const char *symbol) {
    return token->kind == LEX_SYMBOL && token->length == strlen(symbol) &&
           strncmp(token->at, symbol, token->length) == 0;
}
