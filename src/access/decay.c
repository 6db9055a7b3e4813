/* Distance decay: how much a place counts at so many minutes. */
#include <maille/access.h>
#include <maille/text.h>

#include <math.h>
#include <string.h>

enum { STEP_LIMIT = sizeof((maille_decay *)0)->steps / sizeof((maille_decay *)0)->steps[0] };

static bool number_of(const char *begin, const char *end, double *out) {
    char piece[64];
    size_t length = (size_t)(end - begin);
    if (length == 0 || length >= sizeof piece)
        return false;
    memcpy(piece, begin, length);
    piece[length] = '\0';
    return maille_parse_number(piece, out);
}

/* One "minutes=weight" of steps, held against the step before. */
static maille_status add_step(maille_ctx *ctx, const char *text, const char *begin, const char *end,
                              maille_decay *decay) {
    const char *equals = memchr(begin, '=', (size_t)(end - begin));
    double upto, weight;
    if (!equals || !number_of(begin, equals, &upto) || !number_of(equals + 1, end, &weight))
        return maille_fail(ctx, MAILLE_USAGE, "decay %s held a step that was no minutes=weight",
                           text);
    if (decay->step_count == STEP_LIMIT)
        return maille_fail(ctx, MAILLE_USAGE, "decay %s held more than %d steps", text,
                           (int)STEP_LIMIT);
    if (weight < 0 || weight > 1)
        return maille_fail(ctx, MAILLE_USAGE, "decay %s held a weight outside [0, 1]", text);
    double before = 0, heaviest = 1;
    if (decay->step_count > 0) {
        before = decay->steps[decay->step_count - 1].upto_min;
        heaviest = decay->steps[decay->step_count - 1].weight;
    }
    if (upto <= before)
        return maille_fail(ctx, MAILLE_USAGE, "decay %s had steps that did not ascend from 0",
                           text);
    if (weight > heaviest)
        return maille_fail(ctx, MAILLE_USAGE, "decay %s grew with distance", text);
    decay->steps[decay->step_count].upto_min = upto;
    decay->steps[decay->step_count++].weight = weight;
    return MAILLE_OK;
}

static maille_status parse_steps(maille_ctx *ctx, const char *text, const char *list,
                                 maille_decay *decay) {
    for (const char *begin = list;;) {
        const char *end = begin + strcspn(begin, ",");
        maille_status status = add_step(ctx, text, begin, end, decay);
        if (status != MAILLE_OK)
            return status;
        if (*end == '\0')
            break;
        begin = end + 1;
    }
    if (decay->steps[0].weight == 0)
        return maille_fail(ctx, MAILLE_USAGE, "decay %s gave every distance the weight 0", text);
    return MAILLE_OK;
}

maille_status maille_decay_parse(maille_ctx *ctx, const char *text, maille_decay *out) {
    static const struct {
        const char *name;
        maille_decay_kind kind;
    } kinds[] = {{"steps", MAILLE_DECAY_STEPS},
                 {"binary", MAILLE_DECAY_BINARY},
                 {"exp", MAILLE_DECAY_EXP},
                 {"power", MAILLE_DECAY_POWER},
                 {"gauss", MAILLE_DECAY_GAUSS}};
    const char *colon = strchr(text, ':');
    size_t name_length = colon ? (size_t)(colon - text) : strlen(text);
    for (size_t i = 0; colon && i < sizeof kinds / sizeof *kinds; i++) {
        if (strlen(kinds[i].name) != name_length || strncmp(kinds[i].name, text, name_length) != 0)
            continue;
        maille_decay decay = {.kind = kinds[i].kind};
        if (decay.kind == MAILLE_DECAY_STEPS) {
            maille_status status = parse_steps(ctx, text, colon + 1, &decay);
            if (status != MAILLE_OK)
                return status;
        } else if (!number_of(colon + 1, colon + 1 + strlen(colon + 1), &decay.parameter) ||
                   !(decay.parameter > 0)) {
            return maille_fail(ctx, MAILLE_USAGE, "decay %s needed a number above 0", text);
        }
        *out = decay;
        return MAILLE_OK;
    }
    return maille_fail(
        ctx, MAILLE_USAGE,
        "decay %s was none of steps:10=1,15=0.3 binary:45 exp:0.2 power:1.5 gauss:20", text);
}

double maille_decay_weight(const maille_decay *decay, double minutes) {
    if (!isfinite(minutes) || minutes < 0)
        return 0;
    const double p = decay->parameter;
    switch (decay->kind) {
    case MAILLE_DECAY_STEPS:
        for (size_t k = 0; k < decay->step_count; k++)
            if (minutes <= decay->steps[k].upto_min)
                return decay->steps[k].weight;
        return 0;
    case MAILLE_DECAY_BINARY:
        return minutes <= p ? 1 : 0;
    case MAILLE_DECAY_EXP:
        return exp(-p * minutes);
    case MAILLE_DECAY_POWER:
        return minutes < 1 ? 1 : pow(minutes, -p);
    case MAILLE_DECAY_GAUSS:
        return exp(-minutes * minutes / (2 * p * p));
    }
    return 0;
}

double maille_decay_reach(const maille_decay *decay) {
    switch (decay->kind) {
    case MAILLE_DECAY_STEPS:
        for (size_t k = decay->step_count; k-- > 0;)
            if (decay->steps[k].weight > 0)
                return decay->steps[k].upto_min;
        return 0;
    case MAILLE_DECAY_BINARY:
        return decay->parameter;
    case MAILLE_DECAY_EXP:
    case MAILLE_DECAY_POWER:
    case MAILLE_DECAY_GAUSS:
        break;
    }
    return INFINITY;
}
