/* Passage of codes: a chain of tables from vintage to vintage, each normalised so that totals are
 * kept. */
#include "steps/passage.h"
#include "steps/step.h"

#include <maille/memory.h>
#include <maille/vec.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_HOPS = 16, YEAR = 4 };

/* One passage table, sorted by `from`. */
typedef struct {
    maille_table *table;  /* from_code, to_code, ratio */
    maille_names *number; /* of codes, both sides */
    const char **name;
    maille_passage_row *rows;
    uint32_t *start; /* rows of each number */
    uint32_t names;
} hop;

typedef MAILLE_VEC(heir) heirs_list;

struct passage {
    hop hops[MOST_HOPS];
    size_t hop_count; /* 0: every code is its own heir */
    heirs_list now, next;
};

static bool same_year(const char *a, const char *b) {
    return strncmp(a, b, YEAR) == 0;
}

static int by_from(const void *a, const void *b) {
    const maille_passage_row *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

static uint32_t number_of(hop *h, const char *code) {
    uint32_t number = maille_names_get(h->number, code);
    if (number != MAILLE_ABSENT)
        return number;
    if (!maille_names_set(h->number, code, h->names))
        return MAILLE_ABSENT;
    h->name[h->names] = code;
    return h->names++;
}

/* Rows of the table as numbers, the same row twice once. */
static maille_status number_rows(maille_ctx *ctx, hop *h, size_t *count) {
    const maille_table *t = h->table;
    size_t n = 0;
    for (size_t row = 0; row < t->rows; row++) {
        uint32_t from = number_of(h, t->columns[0].texts[row]);
        uint32_t to = number_of(h, t->columns[1].texts[row]);
        if (from == MAILLE_ABSENT || to == MAILLE_ABSENT)
            return maille_no_memory(ctx);
        h->rows[row] = (maille_passage_row){from, to, t->columns[2].reals[row]};
    }
    qsort(h->rows, t->rows, sizeof *h->rows, by_from);
    for (size_t row = 0; row < t->rows; row++)
        if (n == 0 || by_from(&h->rows[n - 1], &h->rows[row]) != 0)
            h->rows[n++] = h->rows[row];
    *count = n;
    return MAILLE_OK;
}

static maille_status read_hop(maille_ctx *ctx, loads *l, const char *from, const char *to, hop *h) {
    static const char *const columns[] = {"from_code", "to_code", "ratio"};
    maille_value from_value = maille_text_value(from), to_value = maille_text_value(to);
    maille_filter by_from_vintage = maille_equals("from_vintage", &from_value);
    maille_filter by_to_vintage = maille_equals("to_vintage", &to_value);
    const maille_filter *both[] = {&by_from_vintage, &by_to_vintage};
    maille_filter filter = {.op = MAILLE_F_AND, .children = both, .count = 2};
    maille_query query = {
        .table = "movement", .columns = columns, .column_count = 3, .filter = &filter};
    maille_status status = MAILLE_OK;
    const communes *c = NULL;
    double *weight = NULL;
    size_t count = 0;
    TRY(load_communes(ctx, l, &c));
    TRY(maille_store_read(ctx, loads_store(l), &query, &h->table));
    h->number = maille_names_new(2 * h->table->rows);
    h->name = maille_alloc(2 * h->table->rows + 1, sizeof *h->name);
    h->rows = maille_alloc(h->table->rows + 1, sizeof *h->rows);
    if (!h->number || !h->name || !h->rows) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(number_rows(ctx, h, &count));
    weight = maille_alloc(h->names + 1u, sizeof *weight);
    h->start = maille_alloc(h->names + 2u, sizeof *h->start);
    if (!weight || !h->start) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < h->names; i++) {
        uint32_t commune = maille_names_get(c->number, h->name[i]);
        weight[i] = commune == MAILLE_ABSENT ? 0 : c->population[commune];
    }
    TRY(maille_passage_normalise(ctx, h->rows, count, weight, h->names));
    for (size_t row = 0; row < count; row++)
        h->start[h->rows[row].from + 1]++;
    for (uint32_t i = 0; i < h->names; i++)
        h->start[i + 1] += h->start[i];
done:
    maille_free(weight);
    return status;
}

/* Shortest chain of vintages from `from` to `to` over the pairs that tables offer, breadth first.
 */
static size_t find_chain(const maille_table *pairs, const char *from, const char *to,
                         size_t chain[MOST_HOPS]) {
    size_t rows = pairs->rows, head = 0, tail = 0, length = 0;
    size_t *queue = maille_alloc(rows + 1, sizeof *queue),
           *parent = maille_alloc(rows + 1, sizeof *parent);
    unsigned char *met = maille_alloc(rows + 1, 1);
    for (size_t i = 0; queue && parent && met && i < rows; i++)
        if (same_year(pairs->columns[0].texts[i], from)) {
            met[i] = 1;
            parent[i] = i;
            queue[tail++] = i;
        }
    while (head < tail) {
        size_t now = queue[head++];
        const char *reached = pairs->columns[1].texts[now];
        if (same_year(reached, to)) {
            size_t back = now;
            for (length = 1; parent[back] != back; length++)
                back = parent[back];
            if (length > MOST_HOPS)
                length = 0;
            for (size_t i = length; i > 0; i--, now = parent[now])
                chain[i - 1] = now;
            break;
        }
        for (size_t i = 0; i < rows; i++)
            if (!met[i] && same_year(pairs->columns[0].texts[i], reached)) {
                met[i] = 1;
                parent[i] = now;
                queue[tail++] = i;
            }
    }
    maille_free(queue);
    maille_free(parent);
    maille_free(met);
    return length;
}

/* Pairs of vintages that have a table: options of the imports tell less than the rows do. */
static maille_status vintage_pairs(maille_ctx *ctx, loads *l, maille_table **out) {
    static const char *const columns[] = {"from_vintage", "to_vintage"};
    static const char *const order[] = {"from_vintage", "to_vintage"};
    static const maille_column_spec kept[] = {{"from", MAILLE_TEXT}, {"to", MAILLE_TEXT}};
    maille_query query = {.table = "movement",
                          .columns = columns,
                          .column_count = 2,
                          .order = order,
                          .order_count = 2};
    maille_status status = MAILLE_OK;
    maille_cursor *cursor = NULL;
    maille_table *pairs = NULL;
    bool more = false;
    TRY(maille_table_new(ctx, kept, 2, &pairs));
    TRY(maille_store_scan(ctx, loads_store(l), &query, &cursor));
    for (;;) {
        TRY(maille_cursor_next(ctx, cursor, &more));
        if (!more)
            break;
        const char *from = maille_cursor_text(cursor, 0), *to = maille_cursor_text(cursor, 1);
        size_t row = pairs->rows;
        if (row > 0 && strcmp(pairs->columns[0].texts[row - 1], from) == 0 &&
            strcmp(pairs->columns[1].texts[row - 1], to) == 0)
            continue;
        TRY(maille_table_add_row(ctx, pairs, &row));
        TRY(maille_set_text(ctx, pairs, row, 0, from));
        TRY(maille_set_text(ctx, pairs, row, 1, to));
    }
    *out = pairs;
    pairs = NULL;
done:
    maille_cursor_free(cursor);
    maille_table_free(pairs);
    return status;
}

/* The vintage of the communes; NULL when none of their imports says one. Owned by the caller. */
static maille_status study_vintage(maille_ctx *ctx, loads *l, char **out) {
    static const char *const columns[] = {"vintage"};
    maille_value kind = maille_text_value("communes");
    maille_filter filter = maille_equals("kind", &kind);
    maille_query query = {
        .table = "import", .columns = columns, .column_count = 1, .filter = &filter};
    maille_table *table = NULL;
    maille_status status = MAILLE_OK;
    *out = NULL;
    TRY(maille_store_read(ctx, loads_store(l), &query, &table));
    for (size_t row = 0; row < table->rows && !*out; row++)
        if (table->columns[0].texts[row] && !(*out = maille_strdup(table->columns[0].texts[row])))
            status = maille_no_memory(ctx);
done:
    maille_table_free(table);
    return status;
}

maille_status passage_new(maille_ctx *ctx, loads *l, const char *from_vintage, passage **out,
                          bool *no_way) {
    maille_status status = MAILLE_OK;
    char *to_vintage = NULL;
    maille_table *pairs = NULL;
    passage *p = NULL;
    size_t chain[MOST_HOPS];
    size_t length = 0;
    *no_way = false;
    p = maille_alloc(1, sizeof *p);
    if (!p)
        return maille_no_memory(ctx);
    TRY(study_vintage(ctx, l, &to_vintage));
    if (from_vintage && to_vintage && !same_year(from_vintage, to_vintage)) {
        TRY(vintage_pairs(ctx, l, &pairs));
        length = find_chain(pairs, from_vintage, to_vintage, chain);
        *no_way = length == 0;
    }
    for (; p->hop_count < length; p->hop_count++)
        TRY(read_hop(ctx, l, pairs->columns[0].texts[chain[p->hop_count]],
                     pairs->columns[1].texts[chain[p->hop_count]], &p->hops[p->hop_count]));
    *out = p;
    p = NULL;
done:
    passage_free(p);
    maille_table_free(pairs);
    maille_free(to_vintage);
    return status;
}

void passage_free(passage *p) {
    if (!p)
        return;
    for (size_t i = 0; i < MOST_HOPS; i++) {
        maille_table_free(p->hops[i].table);
        maille_names_free(p->hops[i].number);
        maille_free((void *)p->hops[i].name);
        maille_free(p->hops[i].rows);
        maille_free(p->hops[i].start);
    }
    MAILLE_VEC_FREE(&p->now);
    MAILLE_VEC_FREE(&p->next);
    maille_free(p);
}

/* Two ways to one heir are one: its shares add up. */
static bool add_heir(heirs_list *list, const char *code, double share) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].code, code) == 0) {
            list->items[i].share += share;
            return true;
        }
    return MAILLE_VEC_PUSH(list, ((heir){code, share}));
}

maille_status passage_heirs(maille_ctx *ctx, passage *p, const char *code, const heir **heirs,
                            size_t *count) {
    p->now.count = 0;
    if (!MAILLE_VEC_PUSH(&p->now, ((heir){code, 1})))
        return maille_no_memory(ctx);
    for (size_t h = 0; h < p->hop_count; h++) {
        const hop *table = &p->hops[h];
        p->next.count = 0;
        for (size_t i = 0; i < p->now.count; i++) {
            uint32_t number = maille_names_get(table->number, p->now.items[i].code);
            uint32_t first = number == MAILLE_ABSENT ? 0 : table->start[number];
            uint32_t end = number == MAILLE_ABSENT ? 0 : table->start[number + 1];
            if (first == end && !add_heir(&p->next, p->now.items[i].code, p->now.items[i].share))
                return maille_no_memory(ctx);
            for (uint32_t row = first; row < end; row++)
                if (!add_heir(&p->next, table->name[table->rows[row].to],
                              p->now.items[i].share * table->rows[row].ratio))
                    return maille_no_memory(ctx);
        }
        heirs_list kept = p->now;
        p->now = p->next;
        p->next = kept;
    }
    *heirs = p->now.items;
    *count = p->now.count;
    return MAILLE_OK;
}
