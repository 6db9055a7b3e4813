/* What subcommands print: JSON, and numbers as French readers write them. */
#include "cli/territory.h"

#include <maille/json.h>
#include <math.h>
#include <string.h>

void j_flags(maille_jout *j, const char *key, const said_flags *flags) {
    maille_j_open(j, key, '[');
    for (size_t i = 0; i < flags->count; i++) {
        const said_flag *f = &flags->items[i];
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "gravite", f->severity);
        maille_j_text(j, "genre", f->kind);
        maille_j_text(j, "objet", f->subject);
        maille_j_text(j, "a", f->a);
        maille_j_text(j, "b", f->b);
        maille_j_texts(j, "codes", f->codes, f->code_count);
        maille_j_text(j, "constat", f->message);
        maille_j_text(j, "piste", f->remedy);
        maille_j_number(j, "population", f->population);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

void j_size(maille_jout *j, const maille_figures *f) {
    maille_j_int(j, "communes", f->communes);
    maille_j_number(j, "population", f->population);
    maille_j_text(j, "taille", f->size_class);
}

static void j_cell(maille_jout *j, const char *key, const maille_column *c, size_t row) {
    if (c->null[row])
        maille_j_text(j, key, NULL);
    else if (c->type == MAILLE_INT)
        maille_j_int(j, key, c->ints[row]);
    else if (c->type == MAILLE_REAL)
        maille_j_number(j, key, c->reals[row]);
    else
        maille_j_text(j, key, c->texts[row]);
}

void j_table(maille_jout *j, const char *key, const maille_table *table, const j_column *columns,
             size_t count) {
    maille_j_open(j, key, '[');
    for (size_t row = 0; row < table->rows; row++) {
        maille_j_open(j, NULL, '{');
        for (size_t i = 0; i < count; i++)
            j_cell(j, columns[i].key,
                   &table->columns[maille_table_column(table, columns[i].column)], row);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

maille_status j_print(maille_ctx *ctx, maille_jout *j) {
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
