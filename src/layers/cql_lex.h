/* Words of CQL2 text, one after the other (inside this room). */
#ifndef LAYERS_CQL_LEX_H
#define LAYERS_CQL_LEX_H

#include "layers/cql.h"

typedef enum {
    LEX_END,
    LEX_NAME,   /* a keyword or a property */
    LEX_QUOTED, /* a property in double quotes */
    LEX_STRING,
    LEX_NUMBER,
    LEX_SYMBOL, /* ( ) , = < > <= >= <> */
    LEX_BROKEN, /* text that does not end, or a character that means nothing */
} lex_kind;

typedef struct {
    lex_kind kind;
    const char *at; /* where it begins in the text */
    size_t length;
    const char *text; /* names, properties, strings: unquoted, in the arena */
    double number;
    const char *broken; /* what is wrong; "" when memory ran out */
} lex_token;

typedef struct {
    const char *text, *at;
    maille_arena *arena;
    const char *counted; /* characters before it have been counted: it is number `place` */
    size_t place;
} lexer;

lex_token lex_next(lexer *l);
/* The first character behind white space; nothing is taken. */
char lex_peek(const lexer *l);
/* Takes the parentheses that follow, with all that stands in them, or the word EMPTY. The end goes
 * to `end`; false where they do not close, or hold what no WKT holds. */
bool lex_skip_wkt(lexer *l, const char **end);
/* Number of the character that stands at `at`, from 1. */
size_t lex_place(lexer *l, const char *at);
bool lex_is(const lex_token *token, const char *keyword); /* of a plain name; case does not count */
bool lex_is_symbol(const lex_token *token, const char *symbol);

#endif
