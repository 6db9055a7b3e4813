/* Figures: count max min sum nulls mean share, of properties as they are, before rounding. */
#include "layers/figures.h"

#include <maille/text.h>
#include <math.h>
#include <string.h>

typedef enum { COUNT, MAX, MIN, SUM, NULLS, MEAN, SHARE } how;
static const char *const hows[] = {"count", "max", "min", "sum", "nulls", "mean", "share"};

typedef struct {
    const maille_figure_def *def;
    const char *title;
    how how;
    size_t field, weight; /* SIZE_MAX: none */
    double wanted;        /* value as a number, NaN where it is none */
    double count, nulls, sum, least, most;
    double weights, matching;      /* of all features, of those that match */
    double weighed, weights_known; /* sum of weight × value, and weights where there is a value */
} figure;

struct layers_figures {
    const layers_plan *plan;
    MAILLE_VEC(figure) items;
};

static how how_of(const char *text) {
    how h = COUNT;
    while (strcmp(hows[h], text) != 0)
        h++;
    return h;
}

static bool add(layers_figures *figures, const maille_figure_def *def, const char *title,
                size_t field, size_t weight) {
    figure f = {.def = def,
                .title = title,
                .how = how_of(def->how),
                .field = field,
                .weight = weight,
                .wanted = NAN,
                .least = INFINITY,
                .most = -INFINITY};
    if (def->value)
        maille_parse_number(def->value, &f.wanted);
    return MAILLE_VEC_PUSH(&figures->items, f);
}

/* Number of the first field of a property from `from` on, SIZE_MAX where there is none. */
static size_t field_of(const layers_plan *plan, const char *property, size_t from) {
    for (size_t f = from; property && f < plan->fields.count; f++)
        if (strcmp(plan->fields.items[f].def->name, property) == 0)
            return f;
    return SIZE_MAX;
}

/* One figure, or one for each service of its property. */
static maille_status add_figures(maille_ctx *ctx, const maille_catalogue *c,
                                 layers_figures *figures, const maille_figure_def *def) {
    const layers_plan *plan = figures->plan;
    size_t weight = field_of(plan, def->weight, 0);
    if (!def->property)
        return add(figures, def, def->title.fr, SIZE_MAX, weight) ? MAILLE_OK
                                                                  : maille_no_memory(ctx);
    for (size_t f = field_of(plan, def->property, 0); f != SIZE_MAX;
         f = field_of(plan, def->property, f + 1)) {
        size_t service = plan->fields.items[f].service;
        const char *title = def->title.fr;
        if (service != SIZE_MAX)
            title = layers_expand(plan->arena, title, c->study->services[service].title.fr);
        if (!title || !add(figures, def, title, f, weight))
            return maille_no_memory(ctx);
    }
    return MAILLE_OK;
}

maille_status layers_figures_new(maille_ctx *ctx, const maille_catalogue *catalogue,
                                 const layers_plan *plan, layers_figures **out) {
    maille_status status = MAILLE_OK;
    layers_figures *figures = maille_alloc(1, sizeof *figures);
    if (!figures)
        return maille_no_memory(ctx);
    figures->plan = plan;
    for (size_t i = 0; i < plan->def->figure_count && !status; i++)
        status = add_figures(ctx, catalogue, figures, &plan->def->figures[i]);
    if (status)
        layers_figures_free(figures);
    else
        *out = figures;
    return status;
}

void layers_figures_free(layers_figures *figures) {
    if (!figures)
        return;
    MAILLE_VEC_FREE(&figures->items);
    maille_free(figures);
}

static bool matches(const figure *f, const layers_plan *plan, const layers_value *value) {
    const char *wanted = f->def->value;
    if (!wanted)
        return true;
    if (value->null)
        return false;
    if (value->text)
        return strcmp(value->text, wanted) == 0;
    if (plan->fields.items[f->field].def->type == MAILLE_P_BOOL)
        return strcmp(value->number != 0 ? "true" : "false", wanted) == 0;
    return value->number == f->wanted;
}

void layers_figures_add(layers_figures *figures, const maille_items *items) {
    for (size_t i = 0; i < figures->items.count; i++) {
        figure *f = &figures->items.items[i];
        layers_value value = {.null = true}, weight = {.number = 1};
        if (f->field != SIZE_MAX)
            value = layers_raw(items, f->field);
        if (f->weight != SIZE_MAX)
            weight = layers_raw(items, f->weight);
        double w = weight.null ? 0 : weight.number;
        bool match = matches(f, figures->plan, &value);
        f->count += match;
        f->nulls += value.null;
        f->matching += match ? w : 0;
        f->weights += w;
        if (value.null || value.text)
            continue;
        f->sum += value.number;
        f->weighed += w * value.number;
        f->weights_known += w;
        f->least = fmin(f->least, value.number);
        f->most = fmax(f->most, value.number);
    }
}

static double result(const figure *f) {
    bool any = f->least <= f->most;
    switch (f->how) {
    case COUNT:
        return f->count;
    case MAX:
        return any ? f->most : NAN;
    case MIN:
        return any ? f->least : NAN;
    case SUM:
        return f->sum;
    case NULLS:
        return f->nulls;
    case MEAN:
        return f->weights_known > 0 ? f->weighed / f->weights_known : NAN;
    case SHARE:
        return f->weights > 0 ? f->matching / f->weights : NAN;
    }
    return NAN;
}

/* Copies as much as fits, cut between two characters. */
static void copy(char *to, size_t size, const char *text) {
    size_t length = strlen(text);
    if (length >= size) {
        length = size - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
    }
    memcpy(to, text, length);
    to[length] = '\0';
}

void layers_figures_end(const layers_figures *figures, maille_layer_written *written) {
    size_t most = sizeof written->figures / sizeof *written->figures;
    written->figure_count = 0;
    for (size_t i = 0; i < figures->items.count && i < most; i++) {
        const figure *f = &figures->items.items[i];
        maille_figure *to = &written->figures[written->figure_count++];
        copy(to->title, sizeof to->title, f->title);
        copy(to->unit, sizeof to->unit, f->def->unit ? f->def->unit : "");
        to->value = result(f) * f->def->factor;
        to->decimals = f->def->decimals;
    }
}
