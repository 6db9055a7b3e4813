/* Flags in words, ready to be printed and compared. */
#include "cli/territory.h"

#include <maille/flagwords.h>
#include <maille/map.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef void wording(const maille_flag_context *context, const maille_flag *flag,
                     maille_strbuf *out);

/* What `words` says, in the call's arena; NULL where it says nothing or memory ran out. */
static const char *in_words(territory *t, wording *words, const maille_flag_context *context,
                            const maille_flag *flag) {
    maille_strbuf s = {0};
    words(context, flag, &s);
    const char *out = s.failed || !s.text ? NULL : maille_arena_strdup(t->arena, s.text);
    maille_strbuf_free(&s);
    return out;
}

static const char *id_of_claim(territory *t, const maille_plan *plan, uint32_t claim) {
    return claim == MAILLE_ABSENT ? NULL : maille_arena_strdup(t->arena, plan->claims[claim].id);
}

static maille_status say_flag(territory *t, const maille_flag_context *context,
                              const maille_flag *flag, said_flag *out) {
    uint32_t count = maille_flag_code_count(context, flag);
    const char **codes = maille_arena_alloc(t->arena, (count + 1u) * sizeof *codes);
    *out = (said_flag){.id = in_words(t, maille_flag_id, context, flag),
                       .severity = maille_severity_name(flag->severity),
                       .kind = maille_flag_name(flag->kind),
                       .subject = in_words(t, maille_flag_subject, context, flag),
                       .a = id_of_claim(t, context->plan, flag->a),
                       .b = id_of_claim(t, context->plan, flag->b),
                       .message = in_words(t, maille_flag_message, context, flag),
                       .remedy = in_words(t, maille_flag_remedy, context, flag),
                       .codes = codes,
                       .code_count = count,
                       .population = flag->population,
                       .value = flag->value};
    if (!codes || !out->id || !out->subject || !out->message)
        return maille_no_memory(t->ctx);
    for (uint32_t i = 0; i < count; i++)
        if (!(codes[i] = maille_arena_strdup(t->arena, maille_flag_code(context, flag, i))))
            return maille_no_memory(t->ctx);
    return MAILLE_OK;
}

maille_status say_flags(territory *t, const char *kind, const maille_plan *plan,
                        const maille_flags *flags, uint32_t claim, said_flags *out) {
    const maille_flag_context context = {.kind = kind,
                                         .ground = t->ground,
                                         .rules = maille_loaded_rules(t->loaded),
                                         .plan = plan,
                                         .flags = flags};
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; status == MAILLE_OK && i < flags->count; i++) {
        const maille_flag *flag = &flags->flags[i];
        said_flag f;
        if (claim != MAILLE_ABSENT && flag->a != claim && flag->b != claim)
            continue;
        status = say_flag(t, &context, flag, &f);
        if (status == MAILLE_OK && !MAILLE_VEC_PUSH(out, f))
            status = maille_no_memory(t->ctx);
    }
    return status;
}

/* ---- news
 * --------------------------------------------------------------------------------------- */

static int by_value(double a, double b) {
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

/* By what is found and its figures, not by how it reads: another name is no news. */
static int by_finding(const void *a, const void *b) {
    const said_flag *x = a, *y = b;
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

/* What is in `a` and not in `b`, both sorted. */
static maille_status flags_less(maille_ctx *ctx, const said_flags *a, const said_flags *b,
                                said_flags *out) {
    size_t k = 0;
    for (size_t i = 0; i < a->count; i++) {
        while (k < b->count && by_finding(&b->items[k], &a->items[i]) < 0)
            k++;
        if (k < b->count && by_finding(&b->items[k], &a->items[i]) == 0)
            k++;
        else if (!MAILLE_VEC_PUSH(out, a->items[i]))
            return maille_no_memory(ctx);
    }
    return MAILLE_OK;
}

maille_status flags_news(maille_ctx *ctx, said_flags *before, said_flags *after, said_flags *gone,
                         said_flags *come) {
    if (before->count)
        qsort(before->items, before->count, sizeof *before->items, by_finding);
    if (after->count)
        qsort(after->items, after->count, sizeof *after->items, by_finding);
    maille_status status = flags_less(ctx, before, after, gone);
    return status == MAILLE_OK ? flags_less(ctx, after, before, come) : status;
}

/* ---- printing
 * ----------------------------------------------------------------------------------- */

void print_flags(const said_flags *flags, const char *sign) {
    for (size_t i = 0; i < flags->count; i++) {
        const said_flag *f = &flags->items[i];
        printf("%s%s, %s, %s : %s\n", sign, f->severity, f->kind, f->subject, f->message);
        if (!*sign && f->remedy)
            printf("    %s\n", f->remedy);
    }
}
