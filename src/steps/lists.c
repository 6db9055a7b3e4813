/* Lists of communes as people write them: codes or names, of today's vintage or of an older one,
 * understood row by row. Nothing is changed: a preview. */
#include "steps/lists.h"
#include "steps/passage.h"
#include "steps/step.h"

#include <maille/edit.h>
#include <maille/text.h>
#include <maille/vec.h>
#include <maille/vectorfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CANDIDATES = 12, NO_COLUMN = -1 };

/* A commune under its name as it is compared. */
typedef struct {
    char *slug;
    uint32_t commune;
} named;

/* All that a row is understood by. */
typedef struct {
    maille_ctx *ctx;
    maille_store *store;
    const char *department;
    maille_arena *arena;
    maille_table *communes; /* code, name, department: ascending codes */
    maille_names *number;   /* of a code */
    named *names;           /* ascending slug, then commune */
    loads *loads;
    MAILLE_VEC(passage *) ways; /* from each vintage of the movements, the newest first */
    maille_table *cells;        /* of the file; the last column tells the line */
    int code_column, name_column;
    bool headerless;      /* no line says what the columns are */
    maille_names *chosen; /* code → 1 */
    bool again;           /* a commune may be chosen again */
} list_reader;

/* Communes that a text may mean. */
typedef struct {
    size_t count;
    uint32_t items[MOST_CANDIDATES];
} candidates;

static const char *code_of(const list_reader *r, uint32_t commune) {
    return r->communes->columns[0].texts[commune];
}

static void add_candidate(candidates *c, uint32_t commune) {
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i] == commune)
            return;
    if (c->count < MOST_CANDIDATES)
        c->items[c->count++] = commune;
}

static bool is_candidate(const candidates *c, uint32_t commune) {
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i] == commune)
            return true;
    return false;
}

/* ---- what the workspace knows ---- */

static int by_slug(const void *a, const void *b) {
    const named *x = a, *y = b;
    int order = strcmp(x->slug, y->slug);
    return order ? order : (x->commune > y->commune) - (x->commune < y->commune);
}

static maille_status read_communes(list_reader *r) {
    static const char *const columns[] = {"code", "name", "department"};
    maille_query query = {.table = "commune", .columns = columns, .column_count = 3};
    maille_status status = MAILLE_OK;
    TRY(maille_store_read(r->ctx, r->store, &query, &r->communes));
    size_t count = r->communes->rows;
    r->number = maille_names_new(count);
    r->names = maille_alloc(count + 1, sizeof *r->names);
    if (!r->number || !r->names)
        return maille_no_memory(r->ctx);
    for (uint32_t i = 0; i < count; i++) {
        r->names[i] = (named){maille_slug(r->communes->columns[1].texts[i]), i};
        if (!r->names[i].slug || !maille_names_set(r->number, code_of(r, i), i))
            return maille_no_memory(r->ctx);
    }
    qsort(r->names, count, sizeof *r->names, by_slug);
done:
    return status;
}

/* Ways from every vintage that a passage table starts from. */
static maille_status read_ways(list_reader *r) {
    static const char *const columns[] = {"from_vintage"};
    maille_query query = {.table = "movement",
                          .columns = columns,
                          .column_count = 1,
                          .order = columns,
                          .order_count = 1};
    maille_status status = MAILLE_OK;
    maille_table *rows = NULL;
    TRY(maille_store_read(r->ctx, r->store, &query, &rows));
    TRY(loads_new(r->ctx, r->store, &r->loads));
    for (size_t row = rows->rows; row > 0; row--) {
        const char *vintage = rows->columns[0].texts[row - 1];
        passage *way = NULL;
        bool no_way;
        if (row < rows->rows && strcmp(vintage, rows->columns[0].texts[row]) == 0)
            continue;
        TRY(passage_new(r->ctx, r->loads, vintage, &way, &no_way));
        if (!MAILLE_VEC_PUSH(&r->ways, way)) {
            passage_free(way);
            status = maille_no_memory(r->ctx);
            goto done;
        }
    }
done:
    maille_table_free(rows);
    return status;
}

/* ---- one text ---- */

enum { CODE_SIZE = 33 };

/* A code of the workspace as it stands: an IRIS is longer than an INSEE code. */
static bool known_code(const list_reader *r, const char *text, char code[CODE_SIZE]) {
    size_t length = strlen(text += strspn(text, " \t"));
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    if (length >= CODE_SIZE)
        return false;
    memcpy(code, text, length);
    code[length] = '\0';
    return maille_names_get(r->number, code) != MAILLE_ABSENT;
}

/* "2a004 " → "2A004", "1004" → "01004"; false for what is no code. */
static bool tidy_code(const list_reader *r, const char *text, char code[CODE_SIZE]) {
    size_t length = 0;
    if (known_code(r, text, code))
        return true;
    text += strspn(text, " \t");
    for (; length < 5 && text[length] && text[length] != ' '; length++)
        code[length] = text[length];
    code[length] = '\0';
    if (text[length + strspn(text + length, " \t")])
        return false;
    if (length == 4 && strspn(code, "0123456789") == 4) {
        memmove(code + 1, code, 5);
        code[0] = '0';
    }
    if (code[0] == '2' && (code[1] == 'a' || code[1] == 'b'))
        code[1] = code[1] == 'a' ? 'A' : 'B';
    return maille_is_insee_code(code);
}

/* Communes of today that an old code lives on in, by the newest passage table that knows it. */
static maille_status find_old_code(list_reader *r, const char *code, candidates *out) {
    maille_status status = MAILLE_OK;
    for (size_t w = 0; w < r->ways.count && out->count == 0; w++) {
        const heir *heirs;
        size_t count;
        TRY(passage_heirs(r->ctx, r->ways.items[w], code, &heirs, &count));
        for (size_t i = 0; i < count; i++) {
            uint32_t commune = maille_names_get(r->number, heirs[i].code);
            if (commune != MAILLE_ABSENT)
                add_candidate(out, commune);
        }
    }
done:
    return status;
}

static bool in_department(const list_reader *r, uint32_t commune) {
    return !r->department || strcmp(r->communes->columns[2].texts[commune], r->department) == 0;
}

/* Communes of this name. */
static maille_status find_name(const list_reader *r, const char *text, candidates *out) {
    size_t low = 0, high = r->communes->rows;
    char *slug = maille_slug(text);
    if (!slug)
        return maille_no_memory(r->ctx);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(r->names[middle].slug, slug) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; *slug && low < r->communes->rows && strcmp(r->names[low].slug, slug) == 0; low++)
        if (in_department(r, r->names[low].commune))
            add_candidate(out, r->names[low].commune);
    maille_free(slug);
    return MAILLE_OK;
}

/* Whether the words of one slug follow each other in another. */
static bool holds_words(const char *slug, const char *words) {
    size_t length = strlen(words);
    for (const char *at = slug; (at = strstr(at, words)) != NULL; at++)
        if ((at == slug || at[-1] == '-') && (at[length] == '\0' || at[length] == '-'))
            return true;
    return false;
}

/* Letters to change, add or leave out to get from one slug to another; slugs longer than a line of
 * the table are all different. */
static size_t edits_between(const char *a, const char *b) {
    enum { LONGEST = 64 };
    size_t row[LONGEST + 1], length = strlen(b);
    if (length > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 1; j <= length; j++) {
            size_t change = diagonal + (a[i] != b[j - 1]);
            size_t shift = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
            diagonal = row[j];
            row[j] = change < shift ? change : shift;
        }
    }
    return row[length];
}

enum { MOST_LIKE = 3, LETTERS_AN_EDIT = 4 };

/* Names spelt nearly as an unknown one, the nearest first: one letter in four otherwise or less. */
static void find_near(const list_reader *r, const char *slug, candidates *out) {
    size_t length = strlen(slug), most = length / LETTERS_AN_EDIT, count = 0;
    struct {
        size_t edits;
        uint32_t commune;
    } best[MOST_LIKE];
    for (size_t i = 0; i < r->communes->rows; i++) {
        const char *name = r->names[i].slug;
        size_t other = strlen(name);
        if (other > length + most || other + most < length ||
            !in_department(r, r->names[i].commune))
            continue;
        size_t edits = edits_between(slug, name), place = count;
        if (edits > most)
            continue;
        while (place > 0 && best[place - 1].edits > edits)
            place--;
        if (place == MOST_LIKE)
            continue;
        count += count < MOST_LIKE;
        memmove(&best[place + 1], &best[place], (count - place - 1) * sizeof *best);
        best[place].edits = edits;
        best[place].commune = r->names[i].commune;
    }
    for (size_t i = 0; i < count && out->count < MOST_LIKE; i++)
        add_candidate(out, best[i].commune);
}

/* Names that an unknown one may stand for: those that hold it, as merged communes often bear the
 * names of those that they were made of, and those spelt nearly so. */
static maille_status find_like(const list_reader *r, const char *text, candidates *out) {
    char *slug = maille_slug(text);
    if (!slug)
        return maille_no_memory(r->ctx);
    for (size_t i = 0; strlen(slug) > 2 && i < r->communes->rows && out->count < MOST_LIKE; i++)
        if (in_department(r, r->names[i].commune) && holds_words(r->names[i].slug, slug))
            add_candidate(out, r->names[i].commune);
    find_near(r, slug, out);
    maille_free(slug);
    return MAILLE_OK;
}

/* ---- which columns ---- */

static const char *cell_of(const list_reader *r, size_t row, int column) {
    return column == NO_COLUMN ? NULL : r->cells->columns[column].texts[row];
}

static maille_status folded_in(maille_ctx *ctx, const char *text, const char *const *words,
                               bool *is) {
    char *folded = maille_fold(text);
    if (!folded)
        return maille_no_memory(ctx);
    *is = false;
    for (; *words && !*is; words++)
        *is = strcmp(folded, *words) == 0;
    maille_free(folded);
    return MAILLE_OK;
}

/* Columns that the first line names, where it is a header. */
static maille_status read_header(list_reader *r, bool *header, maille_names *not_codes) {
    static const char *const codes[] = {"code",
                                        "code insee",
                                        "insee",
                                        "codgeo",
                                        "code commune",
                                        "code insee commune",
                                        "insee com",
                                        "code geographique",
                                        "depcom",
                                        "code geo",
                                        "com",
                                        "code commune insee",
                                        "cog",
                                        "commune code",
                                        "code de la commune",
                                        "code officiel geographique",
                                        NULL};
    static const char *const names[] = {
        "nom",    "nom commune",       "commune", "communes", "libelle", "libelle commune",
        "libgeo", "nom de la commune", "name",    "nom com",  "ville",   "commune nom",
        NULL};
    static const char *const others[] = {"code postal", "cp",  "codepostal",
                                         "departement", "dep", "population",
                                         "statut",      "id",  NULL};
    maille_status status = MAILLE_OK;
    *header = false;
    for (int c = 0; c + 1 < (int)r->cells->column_count; c++) {
        const char *text = cell_of(r, 0, c);
        bool code = false, name = false, other = false;
        if (!text)
            continue;
        TRY(folded_in(r->ctx, text, codes, &code));
        TRY(folded_in(r->ctx, text, names, &name));
        TRY(folded_in(r->ctx, text, others, &other));
        if (code && r->code_column == NO_COLUMN)
            r->code_column = c;
        if (name && r->name_column == NO_COLUMN)
            r->name_column = c;
        if (other && !maille_names_set(not_codes, r->cells->columns[c].name, 1))
            return maille_no_memory(r->ctx);
        *header = *header || code || name || other;
    }
done:
    return status;
}

/* How many cells of a column are names of communes. */
static maille_status count_names(const list_reader *r, size_t first, int column, size_t *count) {
    maille_status status = MAILLE_OK;
    *count = 0;
    for (size_t row = first; row < r->cells->rows; row++) {
        candidates found = {0};
        const char *text = cell_of(r, row, column);
        if (text)
            TRY(find_name(r, text, &found));
        *count += found.count > 0;
    }
done:
    return status;
}

/* How many cells of a column are codes of communes, less those that the name beside them belies:
 * postal codes look the same. */
static maille_status count_codes(list_reader *r, size_t first, int column, long *count) {
    maille_status status = MAILLE_OK;
    *count = 0;
    for (size_t row = first; row < r->cells->rows; row++) {
        candidates by_code = {0}, by_name = {0};
        const char *text = cell_of(r, row, column), *name = cell_of(r, row, r->name_column);
        char code[CODE_SIZE];
        if (!text || !tidy_code(r, text, code))
            continue;
        uint32_t commune = maille_names_get(r->number, code);
        if (commune != MAILLE_ABSENT)
            add_candidate(&by_code, commune);
        else
            TRY(find_old_code(r, code, &by_code));
        if (name && column != r->name_column)
            TRY(find_name(r, name, &by_name));
        if (by_code.count > 0)
            *count += by_name.count > 0 && !is_candidate(&by_name, by_code.items[0]) ? -1 : 1;
    }
done:
    return status;
}

static maille_status choose_columns(list_reader *r, bool *header) {
    maille_status status = MAILLE_OK;
    maille_names *not_codes = maille_names_new(0);
    if (!not_codes)
        return maille_no_memory(r->ctx);
    TRY(read_header(r, header, not_codes));
    int columns = (int)r->cells->column_count - 1;
    bool name_told = r->name_column != NO_COLUMN, code_told = r->code_column != NO_COLUMN;
    size_t most_names = 0;
    for (int c = 0; !name_told && c < columns; c++) {
        size_t count;
        TRY(count_names(r, *header, c, &count));
        if (count > most_names) {
            most_names = count;
            r->name_column = c;
        }
    }
    long most_codes = 0;
    for (int c = 0; !code_told && c < columns; c++) {
        long count;
        if (maille_names_get(not_codes, r->cells->columns[c].name) != MAILLE_ABSENT)
            continue;
        TRY(count_codes(r, *header, c, &count));
        if (count > most_codes) {
            most_codes = count;
            r->code_column = c;
        }
    }
    if (r->name_column == NO_COLUMN && r->code_column == NO_COLUMN)
        r->name_column = 0;
done:
    maille_names_free(not_codes);
    return status;
}

/* ---- one row ---- */

static maille_status tell_candidates(const list_reader *r, const candidates *c,
                                     maille_list_row *row) {
    maille_strbuf s = {0};
    for (size_t i = 0; i < c->count; i++)
        maille_strbuf_addf(&s, "%s%s %s", i ? ", " : "", code_of(r, c->items[i]),
                           r->communes->columns[1].texts[c->items[i]]);
    if (s.text)
        row->candidates = maille_arena_strdup(r->arena, s.text);
    bool failed = s.failed || (s.text && !row->candidates);
    maille_strbuf_free(&s);
    return failed ? maille_no_memory(r->ctx) : MAILLE_OK;
}

static maille_status understand(list_reader *r, const char *code_text, const char *name,
                                candidates *found, const char **how) {
    maille_status status = MAILLE_OK;
    candidates by_name = {0};
    char code[CODE_SIZE];
    bool is_code = code_text && tidy_code(r, code_text, code);
    uint32_t commune = is_code ? maille_names_get(r->number, code) : MAILLE_ABSENT;
    if (name)
        TRY(find_name(r, name, &by_name));
    if (commune != MAILLE_ABSENT) {
        add_candidate(found, commune);
        *how = "code";
        if (by_name.count > 0 && !is_candidate(&by_name, commune))
            for (size_t i = 0; i < by_name.count; i++)
                add_candidate(found, by_name.items[i]);
    } else if (is_code) {
        TRY(find_old_code(r, code, found));
        *how = "ancien-code";
    }
    if (found->count == 0) {
        *found = by_name;
        *how = "nom";
    }
    if (found->count > 1)
        *how = "ambigu";
    if (found->count == 0) {
        *how = "inconnu";
        if (name && (!is_code || name != code_text))
            TRY(find_like(r, name, found));
    }
done:
    return status;
}

/* What the row says: its code, its name, or both. */
static maille_status tell_text(const list_reader *r, const char *code, const char *name,
                               maille_list_row *out) {
    bool both = code && name && code != name;
    maille_strbuf text = {0};
    maille_strbuf_addf(&text, "%s%s%s", code ? code : name, both ? " " : "", both ? name : "");
    out->text = text.failed ? NULL : maille_arena_strdup(r->arena, text.text);
    maille_strbuf_free(&text);
    return out->text ? MAILLE_OK : maille_no_memory(r->ctx);
}

/* The only commune that fits is chosen, once. */
static maille_status choose(const list_reader *r, const candidates *found, maille_list_row *out) {
    const char *code = code_of(r, found->items[0]);
    if (!r->again && maille_names_get(r->chosen, code) != MAILLE_ABSENT) {
        out->how = "double";
        return tell_candidates(r, found, out);
    }
    out->code = maille_arena_strdup(r->arena, code);
    return out->code && maille_names_set(r->chosen, code, 1) ? MAILLE_OK : maille_no_memory(r->ctx);
}

/* In a list without headings several communes may stand in a line: none of them is passed over. */
static maille_status find_beside(list_reader *r, size_t row, candidates *found, const char **how) {
    const char *name = cell_of(r, row, r->name_column);
    maille_status status = MAILLE_OK;
    for (int c = 0; r->headerless && c + 1 < (int)r->cells->column_count; c++) {
        const char *text = c == r->code_column || c == r->name_column ? NULL : cell_of(r, row, c);
        candidates beside = {0};
        char code[CODE_SIZE];
        if (!text)
            continue;
        TRY(find_name(r, text, &beside));
        if (!name && tidy_code(r, text, code) &&
            maille_names_get(r->number, code) != MAILLE_ABSENT) /* else a postal code looks so */
            add_candidate(&beside, maille_names_get(r->number, code));
        for (size_t i = 0; i < beside.count; i++)
            if (!is_candidate(found, beside.items[i])) {
                add_candidate(found, beside.items[i]);
                *how = "ambigu";
            }
    }
done:
    return status;
}

static maille_status read_row(list_reader *r, size_t row, maille_list_row *out) {
    const char *code = cell_of(r, row, r->code_column), *name = cell_of(r, row, r->name_column);
    maille_status status = MAILLE_OK;
    candidates found = {0};
    *out = (maille_list_row){.row = r->cells->columns[r->cells->column_count - 1].ints[row]};
    TRY(tell_text(r, code, name, out));
    TRY(understand(r, code, name, &found, &out->how));
    TRY(find_beside(r, row, &found, &out->how));
    bool one = found.count == 1 && strcmp(out->how, "inconnu") != 0;
    status = one ? choose(r, &found, out) : tell_candidates(r, &found, out);
done:
    return status;
}

/* Lines that hold something in the columns that count. */
static maille_status read_rows(list_reader *r, bool header, maille_list_row **rows, size_t *count) {
    maille_status status = MAILLE_OK;
    *rows = maille_arena_alloc(r->arena, (r->cells->rows + 1) * sizeof **rows);
    if (!*rows)
        return maille_no_memory(r->ctx);
    *count = 0;
    for (size_t row = header; row < r->cells->rows; row++)
        if (cell_of(r, row, r->code_column) || cell_of(r, row, r->name_column))
            TRY(read_row(r, row, &(*rows)[(*count)++]));
done:
    return status;
}

static void close_reader(list_reader *r) {
    for (size_t i = 0; r->names && i < r->communes->rows; i++)
        maille_free(r->names[i].slug);
    for (size_t i = 0; i < r->ways.count; i++)
        passage_free(r->ways.items[i]);
    MAILLE_VEC_FREE(&r->ways);
    maille_free(r->names);
    maille_names_free(r->number);
    maille_names_free(r->chosen);
    maille_table_free(r->cells);
    maille_table_free(r->communes);
    loads_free(r->loads);
}

maille_status maille_list_read(maille_ctx *ctx, maille_store *store, const char *path,
                               const char *department, maille_arena *arena, maille_list_row **rows,
                               size_t *count) {
    maille_read_options options = {.texts = true, .cells = true};
    maille_status status = MAILLE_OK;
    bool header = false;
    list_reader r = {.ctx = ctx,
                     .store = store,
                     .department = department,
                     .arena = arena,
                     .code_column = NO_COLUMN,
                     .name_column = NO_COLUMN,
                     .chosen = maille_names_new(0)};
    if (!r.chosen) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(maille_file_read(ctx, path, &options, &r.cells));
    TRY(read_communes(&r));
    TRY(read_ways(&r));
    TRY(choose_columns(&r, &header));
    r.headerless = !header;
    TRY(read_rows(&r, header, rows, count));
done:
    close_reader(&r);
    return status;
}

/* The texts as a file of two columns would bring them. */
static maille_status lay_out(list_reader *r, const char *const *texts, const char *const *names,
                             size_t count) {
    static const maille_column_spec columns[] = {
        {"1", MAILLE_TEXT}, {"2", MAILLE_TEXT}, {MAILLE_ROW_COLUMN, MAILLE_INT}};
    maille_status status = MAILLE_OK;
    TRY(maille_table_new(r->ctx, columns, 3, &r->cells));
    for (size_t i = 0; i < count; i++) {
        size_t row;
        TRY(maille_table_add_row(r->ctx, r->cells, &row));
        TRY(maille_set_text(r->ctx, r->cells, row, 0, texts[i]));
        if (names && names[i])
            TRY(maille_set_text(r->ctx, r->cells, row, 1, names[i]));
        else /* one text: a code or a name */
            r->cells->columns[1].texts[row] = r->cells->columns[0].texts[row];
        maille_set_int(r->cells, row, 2, (int64_t)i + 1);
    }
done:
    return status;
}

maille_status list_understand(maille_ctx *ctx, maille_store *store, const char *const *texts,
                              const char *const *names, size_t count, maille_arena *arena,
                              maille_list_row **rows) {
    maille_status status = MAILLE_OK;
    size_t read = 0;
    list_reader r = {.ctx = ctx,
                     .store = store,
                     .arena = arena,
                     .code_column = 0,
                     .name_column = 1,
                     .again = true,
                     .chosen = maille_names_new(0)};
    if (!r.chosen) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(lay_out(&r, texts, names, count));
    TRY(read_communes(&r));
    TRY(read_ways(&r));
    TRY(read_rows(&r, false, rows, &read));
done:
    close_reader(&r);
    return status;
}
