/* Flags in words: texts that can be shown and compared, and what is new among them. */
#include <maille/tell.h>

#include <maille/flagwords.h>
#include <maille/map.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- one flag ---- */

typedef struct {
    maille_ctx *ctx;
    maille_arena *arena;
    maille_flag_context of;
    maille_strbuf words; /* used for one text after the other */
} teller;

typedef void wording(const maille_flag_context *context, const maille_flag *flag,
                     maille_strbuf *out);

/* What `say` says, in the arena; NULL where it says nothing. */
static maille_status in_words(teller *t, wording *say, const maille_flag *flag, const char **out) {
    *out = NULL;
    maille_strbuf_clear(&t->words);
    say(&t->of, flag, &t->words);
    if (!t->words.failed && t->words.length == 0)
        return MAILLE_OK;
    if (!t->words.failed)
        *out = maille_arena_strndup(t->arena, t->words.text, t->words.length);
    return *out ? MAILLE_OK : maille_no_memory(t->ctx);
}

static maille_status id_of_claim(teller *t, uint32_t claim, const char **out) {
    *out = NULL;
    if (claim == MAILLE_ABSENT)
        return MAILLE_OK;
    *out = maille_arena_strdup(t->arena, t->of.plan->claims[claim].id);
    return *out ? MAILLE_OK : maille_no_memory(t->ctx);
}

static maille_status codes_of(teller *t, const maille_flag *flag, maille_told_flag *out) {
    uint32_t count = maille_flag_code_count(&t->of, flag);
    const char **codes = maille_arena_alloc(t->arena, (count + (size_t)1) * sizeof *codes);
    if (!codes)
        return maille_no_memory(t->ctx);
    for (uint32_t i = 0; i < count; i++)
        if (!(codes[i] = maille_arena_strdup(t->arena, maille_flag_code(&t->of, flag, i))))
            return maille_no_memory(t->ctx);
    out->codes = codes;
    out->code_count = count;
    return MAILLE_OK;
}

static maille_status tell_flag(teller *t, const maille_flag *flag, maille_told_flag *out) {
    maille_status status = MAILLE_OK;
    *out = (maille_told_flag){.severity = maille_severity_name(flag->severity),
                              .kind = maille_flag_name(flag->kind),
                              .population = flag->population,
                              .value = flag->value};
    MAILLE_TRY(in_words(t, maille_flag_id, flag, &out->id));
    MAILLE_TRY(in_words(t, maille_flag_subject, flag, &out->subject));
    MAILLE_TRY(in_words(t, maille_flag_message, flag, &out->message));
    MAILLE_TRY(in_words(t, maille_flag_remedy, flag, &out->remedy));
    MAILLE_TRY(id_of_claim(t, flag->a, &out->a));
    MAILLE_TRY(id_of_claim(t, flag->b, &out->b));
    MAILLE_TRY(codes_of(t, flag, out));
done:
    return status;
}

/* ---- lists ---- */

maille_status maille_tell_flags(maille_ctx *ctx, const maille_ground *ground,
                                const maille_judge_rules *rules, const char *kind,
                                const maille_plan *plan, const maille_flags *flags, uint32_t claim,
                                maille_arena *arena, maille_told_flags *out) {
    teller t = {
        .ctx = ctx,
        .arena = arena,
        .of = {.kind = kind, .ground = ground, .rules = rules, .plan = plan, .flags = flags}};
    maille_status status = MAILLE_OK;
    *out = (maille_told_flags){
        .items = maille_arena_alloc(arena, (flags->count + (size_t)1) * sizeof *out->items)};
    if (!out->items)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; status == MAILLE_OK && i < flags->count; i++) {
        const maille_flag *flag = &flags->flags[i];
        if (claim == MAILLE_ABSENT || flag->a == claim || flag->b == claim)
            status = tell_flag(&t, flag, &out->items[out->count++]);
    }
    maille_strbuf_free(&t.words);
    return status;
}

void maille_j_flags(maille_jout *j, const char *key, const maille_told_flags *flags) {
    maille_j_open(j, key, '[');
    for (size_t i = 0; i < flags->count; i++) {
        const maille_told_flag *f = &flags->items[i];
        maille_j_open(j, NULL, '{');
        if (f->id)
            maille_j_text(j, "id", f->id);
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

/* ---- news ---- */

static int by_value(double a, double b) {
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

/* By what is found and its figures, not by how it reads. */
static int by_finding(const void *a, const void *b) {
    const maille_told_flag *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    if (order == 0)
        order = strcmp(x->severity, y->severity);
    if (order == 0)
        order = by_value(x->population, y->population);
    if (order == 0)
        order = by_value(x->value, y->value);
    if (order == 0 && x->code_count != y->code_count)
        order = x->code_count < y->code_count ? -1 : 1;
    for (uint32_t i = 0; order == 0 && i < x->code_count; i++)
        order = strcmp(x->codes[i], y->codes[i]);
    return order;
}

static void sort(maille_told_flags *flags) {
    if (flags->count > 1)
        qsort(flags->items, flags->count, sizeof *flags->items, by_finding);
}

/* What is in `a` and not in `b`, both sorted. */
static maille_status less(maille_ctx *ctx, const maille_told_flags *a, const maille_told_flags *b,
                          maille_arena *arena, maille_told_flags *out) {
    size_t k = 0;
    *out = (maille_told_flags){
        .items = maille_arena_alloc(arena, (a->count + (size_t)1) * sizeof *out->items)};
    if (!out->items)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < a->count; i++) {
        while (k < b->count && by_finding(&b->items[k], &a->items[i]) < 0)
            k++;
        if (k < b->count && by_finding(&b->items[k], &a->items[i]) == 0)
            k++;
        else
            out->items[out->count++] = a->items[i];
    }
    return MAILLE_OK;
}

maille_status maille_tell_news(maille_ctx *ctx, maille_told_flags *before, maille_told_flags *after,
                               maille_arena *arena, maille_told_flags *gone,
                               maille_told_flags *come) {
    sort(before);
    sort(after);
    maille_status status = less(ctx, before, after, arena, gone);
    return status == MAILLE_OK ? less(ctx, after, before, arena, come) : status;
}
