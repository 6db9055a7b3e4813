/* Entries of the journal as texts of event streams. Who is bound to départements is told of the
 * perimeters that touch them, before or after, and of the comments and notes there. */
#include "service/event.h"

#include <maille/edit.h>
#include <maille/json.h>
#include <maille/jsontree.h>
#include <maille/tell.h>
#include <stdio.h>
#include <string.h>

/* Of a change that is larger it is only told that it was made: who listens reads anew. */
enum { MOST_DIFFERENCES = 500, MOST_PERIMETERS = 500 };

/* ---- shared texts ---- */

wording *wording_new(const char *bytes, size_t length) {
    wording *t = maille_alloc(1, sizeof *t + length + 1);
    if (!t)
        return NULL;
    atomic_init(&t->holders, 1);
    t->length = length;
    memcpy(t->bytes, bytes, length);
    return t;
}

wording *wording_hold(wording *t) {
    atomic_fetch_add_explicit(&t->holders, 1, memory_order_relaxed);
    return t;
}

void wording_drop(wording *t) {
    if (t && atomic_fetch_sub(&t->holders, 1) == 1)
        maille_free(t);
}

/* ---- communes and their départements ---- */

struct areas {
    atomic_uint holders;
    maille_table *communes; /* code, department */
    maille_names *rows;
};

maille_status areas_load(maille_ctx *ctx, maille_store *store, areas **out) {
    static const char *const columns[] = {"code", "department"};
    const maille_query query = {.table = "commune", .columns = columns, .column_count = 2};
    maille_status status = MAILLE_OK;
    areas *a = maille_alloc(1, sizeof *a);
    if (!a)
        return maille_no_memory(ctx);
    atomic_init(&a->holders, 1);
    MAILLE_TRY(maille_store_read(ctx, store, &query, &a->communes));
    bool made = (a->rows = maille_names_new(a->communes->rows)) != NULL;
    for (size_t i = 0; made && i < a->communes->rows; i++)
        made = maille_names_set(a->rows, a->communes->columns[0].texts[i], (uint32_t)i);
    if (!made)
        status = maille_no_memory(ctx);
done:
    if (status)
        areas_drop(a);
    else
        *out = a;
    return status;
}

areas *areas_hold(areas *a) {
    if (a)
        atomic_fetch_add_explicit(&a->holders, 1, memory_order_relaxed);
    return a;
}

void areas_drop(areas *a) {
    if (!a || atomic_fetch_sub(&a->holders, 1) > 1)
        return;
    maille_names_free(a->rows);
    maille_table_free(a->communes);
    maille_free(a);
}

static const char *department_of(const areas *a, const char *code) {
    uint32_t row = maille_names_get(a->rows, code);
    return row == MAILLE_ABSENT ? NULL : a->communes->columns[1].texts[row];
}

/* ---- events ---- */

/* Départements that something touches. */
typedef struct {
    bool everywhere; /* bound to none */
    size_t count, capacity;
    const char **items; /* of the event's arena */
} places;

typedef struct {
    places where;
    const char *json;
} part;

/* What those who are bound to the same départements are told. */
typedef struct told {
    const char *key;
    wording *text;
    struct told *next;
} told;

struct event {
    maille_arena *arena;
    size_t size;
    int64_t number, ordinal;
    const char *name;
    const char *head;        /* of the data, up to its parts */
    const char *public_data; /* NULL: not for the public */
    places where;            /* without parts */
    bool has_parts;
    size_t part_count;
    part *parts;
    told *told;
};

void event_free(event *e) {
    if (!e)
        return;
    for (told *t = e->told; t; t = t->next)
        wording_drop(t->text);
    maille_arena_free(e->arena);
}

int64_t event_number(const event *e) {
    return e->number;
}

size_t event_size(const event *e) {
    return e->size;
}

static const struct {
    const char *action, *name;
} names[] = {{"note", "note"},         {"commentaire", "commentaire"},
             {"scenario", "scenario"}, {"import", "import"},
             {"calcul", "couches"},    {"jeton", NULL},
             {"export", NULL},         {"oubli", NULL}};

/* NULL: nobody is told. Imports of perimeters are changes too. */
static const char *name_of(const char *action, const char *change) {
    bool changes = change && *change;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].action, action) == 0 && !(changes && strcmp(action, "import") == 0))
            return names[i].name;
    return changes ? "changement" : NULL;
}

bool event_is_public(const char *action, const char *detail) {
    return strcmp(action, "calcul") == 0 && detail && strstr(detail, "\"public\"");
}

bool event_is_told(const char *action, const char *change, const scope *to) {
    const char *name = name_of(action, change);
    return name && !to->public;
}

/* ---- who may see ---- */

static bool place_known(const places *where, const char *department) {
    for (size_t i = 0; i < where->count; i++)
        if (strcmp(where->items[i], department) == 0)
            return true;
    return false;
}

static bool meets(const places *where, const scope *to) {
    if (where->everywhere || !to->department_count)
        return true;
    for (size_t i = 0; i < to->department_count; i++)
        if (place_known(where, to->departments[i]))
            return true;
    return false;
}

bool event_shows(const event *e, const scope *to) {
    if (to->public)
        return e->ordinal > 0;
    if (!e->has_parts || !to->department_count)
        return meets(&e->where, to);
    for (size_t i = 0; i < e->part_count; i++)
        if (meets(&e->parts[i].where, to))
            return true;
    return false;
}

static void frame(maille_strbuf *s, int64_t id, const char *name) {
    maille_strbuf_add(s, "id: ");
    maille_strbuf_add_int(s, id);
    maille_strbuf_addf(s, "\nevent: %s\ndata: ", name);
}

static wording *make_text(const event *e, const scope *to) {
    maille_strbuf s = {0};
    frame(&s, to->public ? e->ordinal : e->number, e->name);
    maille_strbuf_add(&s, to->public ? e->public_data : e->head);
    if (e->has_parts && !to->public) {
        maille_strbuf_add(&s, ",\"perimetres\":[");
        size_t shown = 0;
        for (size_t i = 0; i < e->part_count; i++)
            if (meets(&e->parts[i].where, to))
                maille_strbuf_addf(&s, "%s%s", shown++ ? "," : "", e->parts[i].json);
        maille_strbuf_add_char(&s, ']');
    }
    maille_strbuf_add(&s, "}\n\n");
    wording *made = s.failed ? NULL : wording_new(s.text, s.length);
    maille_strbuf_free(&s);
    return made;
}

wording *event_text(event *e, const scope *to) {
    const char *key = to->public ? "public" : e->has_parts ? to->key : "";
    for (told *t = e->told; t; t = t->next)
        if (strcmp(t->key, key) == 0)
            return wording_hold(t->text);
    wording *made = make_text(e, to);
    told *place = made ? maille_arena_alloc(e->arena, sizeof *place) : NULL;
    const char *kept = place ? maille_arena_strdup(e->arena, key) : NULL;
    if (!kept)
        return made; /* made again for the next */
    *place = (told){.key = kept, .text = made, .next = e->told};
    e->told = place;
    return wording_hold(made);
}

/* ---- making one ---- */

typedef struct {
    maille_ctx *ctx;
    maille_store *store;
    const areas *communes;
    const maille_table *rows;
    size_t row;
    event *e;
    const char *action, *scenario, *subject_kind, *subject, *change;
} making;

static const char *cell(const making *m, const char *column) {
    int at = maille_table_column(m->rows, column);
    return at < 0 ? NULL : m->rows->columns[at].texts[m->row];
}

static maille_status keep_text(making *m, maille_strbuf *s, const char **out) {
    *out = s->failed ? NULL : maille_arena_strndup(m->e->arena, s->text, s->length);
    m->e->size += s->length;
    maille_strbuf_free(s);
    return *out ? MAILLE_OK : maille_no_memory(m->ctx);
}

/* Départements are few: a list does. */
static maille_status add_place(making *m, places *where, const char *code) {
    const char *department = department_of(m->communes, code);
    if (!department || place_known(where, department))
        return MAILLE_OK;
    if (where->count == where->capacity) {
        size_t capacity = where->capacity ? 2 * where->capacity : 4;
        const char **items = maille_arena_alloc(m->e->arena, capacity * sizeof *items);
        if (!items)
            return maille_no_memory(m->ctx);
        if (where->count)
            memcpy(items, where->items, where->count * sizeof *items);
        where->items = items;
        where->capacity = capacity;
    }
    const char *copy = maille_arena_strdup(m->e->arena, department);
    if (!copy)
        return maille_no_memory(m->ctx);
    where->items[where->count++] = copy;
    return MAILLE_OK;
}

static maille_status add_members(making *m, places *where, const maille_perimeter *p) {
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; !status && p && i < p->member_count; i++)
        status = add_place(m, where, p->members[i].code);
    return status;
}

/* A perimeter of no commune is everybody's. */
static bool is_bare(const maille_perimeter *before, const maille_perimeter *after) {
    return !(before && before->member_count) && !(after && after->member_count);
}

/* ---- changes ---- */

typedef struct {
    const maille_change_sides *sides;
    maille_differences **differences; /* of each; NULL where there are too many */
} change;

static maille_status compare_sides(making *m, change *c) {
    const maille_change_sides *sides = c->sides;
    maille_status status = MAILLE_OK;
    size_t found = 0;
    if (!(c->differences = maille_alloc(sides->count, sizeof *c->differences)))
        return maille_no_memory(m->ctx);
    for (uint32_t i = 0; i < sides->count && found <= MOST_DIFFERENCES; i++) {
        MAILLE_TRY(maille_perimeter_diff(m->ctx, sides->items[i].before, sides->items[i].after,
                                         &c->differences[i]));
        found += c->differences[i]->count;
    }
    for (uint32_t i = 0; found > MOST_DIFFERENCES && i < sides->count; i++) {
        maille_differences_free(c->differences[i]);
        c->differences[i] = NULL;
    }
done:
    return status;
}

static void free_change(change *c) {
    for (uint32_t i = 0; c->differences && i < c->sides->count; i++)
        maille_differences_free(c->differences[i]);
    maille_free(c->differences);
}

static maille_status write_part(making *m, const change *c, uint32_t i, part *out) {
    const maille_perimeter *before = c->sides->items[i].before, *after = c->sides->items[i].after;
    const maille_differences *found = c->differences[i];
    char tag[MAILLE_STATE_TAG];
    maille_jout j = {0};
    maille_state_tag(c->sides->items[i].version, c->sides->items[i].after_hash, tag);
    maille_j_open(&j, NULL, '{');
    maille_j_text(&j, "id", c->sides->items[i].perimeter);
    maille_j_text(&j, "nom", after ? after->name : before ? before->name : NULL);
    maille_j_text(&j, "etat", tag);
    if (found)
        maille_j_differences(&j, "differences", found);
    else
        maille_j_text(&j, "differences", NULL);
    maille_j_close(&j, '}');
    return keep_text(m, &j.s, &out->json);
}

static maille_status write_parts(making *m, const maille_change_sides *sides) {
    event *e = m->e;
    change c = {.sides = sides};
    maille_status status = MAILLE_OK;
    if (!(e->parts = maille_arena_alloc(e->arena, (sides->count + 1) * sizeof *e->parts)))
        return maille_no_memory(m->ctx);
    MAILLE_TRY(compare_sides(m, &c));
    for (uint32_t i = 0; i < sides->count; i++) {
        const maille_perimeter *before = sides->items[i].before, *after = sides->items[i].after;
        part *p = &e->parts[i];
        *p = (part){.where.everywhere = is_bare(before, after)};
        MAILLE_TRY(add_members(m, &p->where, before));
        MAILLE_TRY(add_members(m, &p->where, after));
        MAILLE_TRY(write_part(m, &c, i, p));
    }
    e->part_count = sides->count;
    e->has_parts = true;
done:
    free_change(&c);
    return status;
}

/* Too many to be told one by one. */
static maille_status only_places(making *m, const maille_change_sides *sides) {
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; !status && i < sides->count; i++) {
        m->e->where.everywhere |= is_bare(sides->items[i].before, sides->items[i].after);
        status = add_members(m, &m->e->where, sides->items[i].before);
        if (!status)
            status = add_members(m, &m->e->where, sides->items[i].after);
    }
    return status;
}

static maille_status change_number(making *m, maille_jout *j) {
    maille_table *rows = NULL;
    maille_status status = maille_history_change(m->ctx, m->store, m->scenario, m->change, &rows);
    int at = status || !rows->rows ? -1 : maille_table_column(rows, "number");
    if (at >= 0)
        maille_j_int(j, "changement", rows->columns[at].ints[0]);
    else
        maille_j_text(j, "changement", NULL);
    maille_table_free(rows);
    return status == MAILLE_NOT_FOUND ? MAILLE_OK : status;
}

/* The change may be gone with its scenario: then it is known only that there was one. */
static maille_status write_change(making *m, maille_jout *j) {
    maille_change_sides *sides = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(change_number(m, j));
    maille_j_text(j, "id_changement", m->change);
    status = maille_change_sides_of(m->ctx, m->store, m->scenario, m->change, &sides);
    if (!status && sides->count <= MOST_PERIMETERS) {
        status = write_parts(m, sides);
    } else if (!status) {
        maille_j_text(j, "perimetres", NULL);
        status = only_places(m, sides);
    } else if (status == MAILLE_NOT_FOUND || status == MAILLE_REFUSED) {
        maille_j_text(j, "perimetres", NULL);
        status = MAILLE_OK;
    }
done:
    maille_change_sides_free(sides);
    return status;
}

/* ---- all else ---- */

/* Where a commune or a perimeter lies that something is said about. */
static maille_status place_subject(making *m) {
    places *where = &m->e->where;
    if (!m->subject)
        return MAILLE_OK;
    if (!m->subject_kind || strcmp(m->subject_kind, "perimetre") != 0)
        return add_place(m, where, m->subject);
    maille_perimeter *p = NULL;
    const maille_moment now = {0};
    maille_status status =
        maille_perimeter_load(m->ctx, m->store, m->scenario, m->subject, &now, &p, NULL);
    if (status == MAILLE_NOT_FOUND)
        return MAILLE_OK;
    if (!status) {
        where->everywhere = is_bare(p, NULL);
        status = add_members(m, where, p);
    }
    maille_perimeter_free(p);
    return status;
}

static void write_subject(const making *m, maille_jout *j) {
    if (!m->subject) {
        maille_j_text(j, "sujet", NULL);
        return;
    }
    maille_j_open(j, "sujet", '{');
    maille_j_text(j, "genre", m->subject_kind);
    maille_j_text(j, "id", m->subject);
    maille_j_close(j, '}');
}

/* The detail of an entry, or a member of it; null where there is none. */
static maille_status write_detail(making *m, const char *member, maille_jout *j) {
    const char *detail = cell(m, "detail");
    maille_json *tree = NULL;
    maille_status status = MAILLE_OK;
    if (detail && maille_json_parse(m->ctx, "journal", detail, &tree) == MAILLE_NO_MEMORY)
        return MAILLE_NO_MEMORY;
    const maille_json *value = member ? maille_json_get(tree, member) : tree;
    if (value) {
        maille_strbuf_addf(&j->s, ",\"%s\":", member ? member : "detail");
        status = maille_json_write(m->ctx, value, &j->s);
    } else {
        maille_j_text(j, member ? member : "detail", NULL);
    }
    maille_json_free(tree);
    return status;
}

/* The public is told when, and nothing of what else was computed at that time. */
static maille_status write_public(making *m, int64_t ordinal, const char *at) {
    maille_jout j = {0};
    maille_strbuf_add_char(&j.s, '{');
    maille_j_int(&j, "numero", ordinal);
    maille_j_text(&j, "le", at);
    maille_j_text(&j, "couches", NULL);
    return keep_text(m, &j.s, &m->e->public_data);
}

static maille_status write_head(making *m) {
    event *e = m->e;
    const char *who = cell(m, "who");
    maille_status status = MAILLE_OK;
    maille_jout j = {0};
    maille_strbuf_add_char(&j.s, '{'); /* closed where it is sent */
    maille_j_int(&j, "numero", e->number);
    maille_j_text(&j, "le", cell(m, "at"));
    maille_j_text(&j, "qui", who && *who ? who : NULL);
    maille_j_text(&j, "action", m->action);
    maille_j_text(&j, "scenario", m->scenario);
    maille_j_text(&j, "motif", cell(m, "why"));
    if (strcmp(e->name, "changement") == 0) {
        status = write_change(m, &j);
    } else if (strcmp(e->name, "couches") == 0) {
        status = write_detail(m, "couches", &j);
    } else {
        write_subject(m, &j);
        status = write_detail(m, NULL, &j);
    }
    if (status) {
        maille_strbuf_free(&j.s);
        return status;
    }
    return keep_text(m, &j.s, &e->head);
}

static maille_status make(making *m) {
    event *e = m->e;
    maille_status status = MAILLE_OK;
    bool said = strcmp(e->name, "commentaire") == 0 || strcmp(e->name, "note") == 0;
    e->where.everywhere = !said && strcmp(e->name, "changement") != 0;
    if (said)
        MAILLE_TRY(place_subject(m));
    if (e->ordinal)
        MAILLE_TRY(write_public(m, e->ordinal, cell(m, "at")));
    MAILLE_TRY(write_head(m));
done:
    return status;
}

maille_status event_new(maille_ctx *ctx, maille_store *store, const areas *communes,
                        const maille_table *rows, size_t row, int64_t ordinal, event **out) {
    making m = {.ctx = ctx, .store = store, .communes = communes, .rows = rows, .row = row};
    m.action = cell(&m, "action");
    m.scenario = cell(&m, "scenario");
    m.subject_kind = cell(&m, "subject_kind");
    m.subject = cell(&m, "subject");
    m.change = cell(&m, "change_id");
    m.scenario = m.scenario ? m.scenario : "";
    *out = NULL;
    const char *name = name_of(m.action ? m.action : "", m.change);
    if (!name)
        return MAILLE_OK;
    maille_arena *arena = maille_arena_new();
    event *e = arena ? maille_arena_alloc(arena, sizeof *e) : NULL;
    if (!e) {
        maille_arena_free(arena);
        return maille_no_memory(ctx);
    }
    int id = maille_table_column(rows, "id");
    *e = (event){.arena = arena,
                 .size = sizeof *e,
                 .number = rows->columns[id].ints[row],
                 .ordinal = ordinal,
                 .name = name};
    m.e = e;
    maille_status status = make(&m);
    if (status)
        event_free(e);
    else
        *out = e;
    return status;
}
