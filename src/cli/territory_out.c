/* What subcommands print: JSON, and numbers as French readers write them. */
#include "cli/territory.h"

#include <maille/json.h>
#include <math.h>
#include <string.h>

static void j_next(jout *j, const char *key) {
    if (j->comma)
        maille_strbuf_add_char(&j->s, ',');
    j->comma = true;
    if (key) {
        maille_json_text(&j->s, key);
        maille_strbuf_add_char(&j->s, ':');
    }
}

void j_open(jout *j, const char *key, char bracket) {
    j_next(j, key);
    maille_strbuf_add_char(&j->s, bracket);
    j->comma = false;
}

void j_close(jout *j, char bracket) {
    maille_strbuf_add_char(&j->s, bracket);
    j->comma = true;
}

void j_text(jout *j, const char *key, const char *text) {
    j_next(j, key);
    maille_json_text(&j->s, text);
}

void j_number(jout *j, const char *key, double value) {
    j_next(j, key);
    maille_json_double(&j->s, value);
}

void j_int(jout *j, const char *key, int64_t value) {
    j_next(j, key);
    maille_strbuf_add_int(&j->s, value);
}

void j_bool(jout *j, const char *key, bool value) {
    j_next(j, key);
    maille_strbuf_add(&j->s, value ? "true" : "false");
}

void j_texts(jout *j, const char *key, const char *const *texts, size_t count) {
    j_next(j, key);
    maille_json_texts(&j->s, texts, count);
}

void j_flags(jout *j, const char *key, const said_flags *flags) {
    j_open(j, key, '[');
    for (size_t i = 0; i < flags->count; i++) {
        const said_flag *f = &flags->items[i];
        j_open(j, NULL, '{');
        j_text(j, "gravite", f->severity);
        j_text(j, "genre", f->kind);
        j_text(j, "objet", f->subject);
        j_text(j, "a", f->a);
        j_text(j, "b", f->b);
        j_texts(j, "codes", f->codes, f->code_count);
        j_text(j, "constat", f->message);
        j_text(j, "piste", f->remedy);
        j_number(j, "population", f->population);
        j_close(j, '}');
    }
    j_close(j, ']');
}

void j_size(jout *j, const maille_figures *f) {
    j_int(j, "communes", f->communes);
    j_number(j, "population", f->population);
    j_text(j, "taille", f->size_class);
}

static void j_cell(jout *j, const char *key, const maille_column *c, size_t row) {
    if (c->null[row])
        j_text(j, key, NULL);
    else if (c->type == MAILLE_INT)
        j_int(j, key, c->ints[row]);
    else if (c->type == MAILLE_REAL)
        j_number(j, key, c->reals[row]);
    else
        j_text(j, key, c->texts[row]);
}

void j_table(jout *j, const char *key, const maille_table *table, const j_column *columns,
             size_t count) {
    j_open(j, key, '[');
    for (size_t row = 0; row < table->rows; row++) {
        j_open(j, NULL, '{');
        for (size_t i = 0; i < count; i++)
            j_cell(j, columns[i].key,
                   &table->columns[maille_table_column(table, columns[i].column)], row);
        j_close(j, '}');
    }
    j_close(j, ']');
}

maille_status j_print(maille_ctx *ctx, jout *j) {
    bool failed = j->s.failed;
    if (!failed && j->s.text)
        printf("%s\n", j->s.text);
    maille_strbuf_free(&j->s);
    return failed ? maille_no_memory(ctx) : MAILLE_OK;
}

number in_french(double value, int decimals) {
    number out = {"–"};
    if (!isnan(value))
        say_number(value, decimals, out.text, sizeof out.text);
    return out;
}

number in_percent(double share) {
    number out = in_french(100 * share, 1);
    size_t length = strlen(out.text);
    if (!isnan(share))
        snprintf(out.text + length, sizeof out.text - length, "\u00a0%%");
    return out;
}

const char *plural(double count) {
    return count >= 2 ? "s" : "";
}

const char *or_dash(const char *text) {
    return text ? text : "–";
}
