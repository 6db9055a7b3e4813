/* Histories of perimeters taken in from another workspace.
 *
 * Of each perimeter the file and the workspace have a line of versions, and know others that merges
 * took in. Who knows the other's last change is ahead of it; where neither does, the two meet
 * three-way at the last version that both know. */
#include "steps/handover.h"
#include "steps/history.h"
#include "steps/history_rows.h"
#include "steps/merge.h"

#include <stdio.h>
#include <string.h>

#define TRY MAILLE_TRY

enum { MOST_NAMES = 5 };

typedef enum {
    BEHIND, /* nothing of it is new here */
    AHEAD,  /* its versions from `next` on go on from what stands here */
    LEAPT,  /* it took in what stands here: its last version comes after */
    MET     /* both went on from `base` */
} standing;

/* One perimeter, here and there. */
typedef struct {
    const line *there;
    line here;
    standing how;
    size_t next;       /* of its versions, the one to go on by */
    line_version base; /* whose `after` both began with; "" = none */
} meeting;

typedef struct {
    maille_store *store;
    const maille_edit *edit;
    const char *path;
    handover h;
    meeting *meetings; /* of each line of the file */
    merging merging;
    seeing seeing;
    maille_names *changed;          /* perimeters that got a version */
    history_change reception, last; /* id "" where there is none */
} receiving;

/* ---- who is ahead ---- */

static const line_version *tip(const line *l) {
    return &l->main.items[l->main.count - 1];
}

static const line_version *find_version(const line *l, const char *change) {
    uint32_t place = maille_names_get(l->known, change);
    if (place == MAILLE_ABSENT)
        return NULL;
    return place < ON_SIDE ? &l->main.items[place] : &l->side.items[place - ON_SIDE];
}

/* One change left one state, wherever it is told. */
static maille_status check_same_states(maille_ctx *ctx, const receiving *r, const meeting *m) {
    const line_versions *both[] = {&m->there->main, &m->there->side};
    for (size_t b = 0; b < 2; b++)
        for (size_t i = 0; i < both[b]->count; i++) {
            const line_version *v = &both[b]->items[i], *ours = find_version(&m->here, v->change);
            if (ours && strcmp(ours->after, v->after) != 0)
                return maille_fail(ctx, MAILLE_REFUSED,
                                   "%s: change %s of perimeter %s was another than here", r->path,
                                   v->change, m->there->perimeter);
        }
    return MAILLE_OK;
}

/* Place of the last version of a line that the other knows, or its number of versions. */
static size_t last_known(const line *l, const line *other, bool in_main) {
    for (size_t i = l->main.count; i > 0; i--) {
        uint32_t place = maille_names_get(other->known, l->main.items[i - 1].change);
        if (place != MAILLE_ABSENT && (!in_main || place < ON_SIDE))
            return i - 1;
    }
    return l->main.count;
}

static bool is_before(const line *l, const char *change, size_t place) {
    uint32_t at = maille_names_get(l->known, change);
    return at < ON_SIDE && at <= place;
}

/* The last version that both began with. Of the last of ours that they know and the last of theirs
 * that we know the later one; where neither is later, the last that stood in both workspaces. */
static line_version common_version(const meeting *m) {
    const line *here = &m->here, *there = m->there;
    size_t ours = last_known(here, there, false), theirs = last_known(there, here, false);
    bool has_ours = ours < here->main.count, has_theirs = theirs < there->main.count;
    if (has_theirs && (!has_ours || is_before(there, here->main.items[ours].change, theirs)))
        return there->main.items[theirs];
    if (has_ours && (!has_theirs || is_before(here, there->main.items[theirs].change, ours)))
        return here->main.items[ours];
    ours = last_known(here, there, true);
    return ours < here->main.count ? here->main.items[ours] : (line_version){.after = ""};
}

/* Lines that have no change in common, as of a file that both imported: the last version of theirs
 * that is as one of ours. */
static void judge_by_states(meeting *m) {
    for (size_t t = m->there->main.count; t > 0; t--)
        for (size_t o = m->here.main.count; o > 0; o--) {
            const line_version *v = &m->there->main.items[t - 1];
            if (!*v->after || strcmp(v->after, m->here.main.items[o - 1].after) != 0)
                continue;
            m->base = *v;
            if (o == m->here.main.count) {
                m->how = AHEAD;
                m->next = t;
            } else if (t == m->there->main.count) {
                m->how = BEHIND;
            }
            return;
        }
}

static maille_status judge(maille_ctx *ctx, receiving *r, meeting *m) {
    const line *here = &m->here, *there = m->there;
    maille_status status = check_same_states(ctx, r, m);
    if (status != MAILLE_OK)
        return status;
    if (here->main.count == 0) {
        m->how = AHEAD;
    } else if (maille_names_get(here->known, tip(there)->change) != MAILLE_ABSENT) {
        m->how = BEHIND;
    } else if (maille_names_get(there->known, tip(here)->change) != MAILLE_ABSENT) {
        uint32_t place = maille_names_get(there->known, tip(here)->change);
        m->how = place < ON_SIDE ? AHEAD : LEAPT;
        m->next = place < ON_SIDE ? place + (size_t)1 : there->main.count - 1;
    } else {
        m->how = MET;
        m->base = common_version(m);
        if (!m->base.change)
            judge_by_states(m);
    }
    return MAILLE_OK;
}

/* ---- changes ---- */

static const char *const change_columns[] = {"scenario", "number", "kind", "of_change",
                                             "at",       "who",    "why"};

/* The row of a change, none where it is not known here. */
static maille_status find_change(maille_ctx *ctx, const receiving *r, const char *id,
                                 maille_table **row) {
    row_filter by_id;
    row_where(&by_id, "id", id);
    return rows_of(ctx, r->store, "change", change_columns, 7, &by_id.all, row);
}

/* A change that is known here was made by the same person, for the same reason, at that time. */
static maille_status check_changes(maille_ctx *ctx, const receiving *r) {
    maille_status status = MAILLE_OK;
    for (size_t c = 0; status == MAILLE_OK && c < r->h.changes.count; c++) {
        const told_change *told = &r->h.changes.items[c];
        const char *texts[] = {told->kind, told->of_change, told->at, told->who, told->why};
        maille_table *row = NULL;
        status = find_change(ctx, r, told->id, &row);
        for (size_t i = 0; status == MAILLE_OK && row->rows && i < 5; i++)
            if (strcmp(row_text(row, 0, i + 2), texts[i] ? texts[i] : "") != 0)
                status =
                    maille_fail(ctx, MAILLE_REFUSED, "%s: change %s was told otherwise than here",
                                r->path, told->id);
        maille_table_free(row);
    }
    return status;
}

/* A change of elsewhere, as this workspace has it from now on, in the reference or beside it. */
static maille_status take_change(maille_ctx *ctx, receiving *r, const told_change *c,
                                 const char *scenario, history_change *out) {
    const history_about about = {.scenario = scenario,
                                 .kind = c->kind,
                                 .id = c->id,
                                 .of_change = c->of_change,
                                 .at = c->at,
                                 .who = c->who,
                                 .why = c->why};
    maille_table *row = NULL;
    maille_status status = MAILLE_OK;
    row_filter by_id;
    row_where(&by_id, "id", c->id);
    TRY(find_change(ctx, r, c->id, &row));
    if (row->rows == 0) {
        status = history_begin(ctx, r->store, &about, out);
        goto done;
    }
    *out = (history_change){.store = r->store,
                            .scenario = scenario,
                            .kind = c->kind,
                            .why = c->why,
                            .number = row->columns[1].ints[0]};
    snprintf(out->id, sizeof out->id, "%s", c->id);
    if (!*scenario && strcmp(row_text(row, 0, 0), SIDE_LINE) == 0) {
        const row_cell cells[] = {ROW_TEXT("id", c->id),     ROW_INT("number", out->number),
                                  ROW_TEXT("kind", c->kind), ROW_TEXT("of_change", c->of_change),
                                  ROW_TEXT("at", c->at),     ROW_TEXT("who", c->who),
                                  ROW_TEXT("why", c->why),   ROW_TEXT("scenario", "")};
        TRY(row_put(ctx, r->store, "change", &by_id.all, cells, 8));
    }
done:
    maille_table_free(row);
    return status;
}

static maille_status note_changed(maille_ctx *ctx, receiving *r, const history_change *change,
                                  uint32_t before, const char *perimeter) {
    if (change->perimeters == before)
        return MAILLE_OK;
    r->last = *change;
    if (maille_names_get(r->changed, perimeter) == MAILLE_ABSENT)
        r->merging.report->merged++;
    return maille_names_set(r->changed, perimeter, 1) ? MAILLE_OK : maille_no_memory(ctx);
}

static const maille_perimeter *document_of(const receiving *r, const char *hash) {
    uint32_t number = *hash ? maille_names_get(r->h.document_number, hash) : MAILLE_ABSENT;
    return number == MAILLE_ABSENT ? NULL : r->h.documents.items[number].perimeter;
}

/* Whether versions of a line still go on by the change: at `next`, or later. */
static bool is_due(const meeting *m, const told_change *told) {
    uint32_t place = maille_names_get(m->there->known, told->id);
    return (m->how == AHEAD || m->how == LEAPT) && place < ON_SIDE && place >= m->next;
}

/* Versions of one change of the file go on from what stands here. */
static maille_status go_on_by(maille_ctx *ctx, receiving *r, const told_change *told) {
    maille_status status = MAILLE_OK;
    history_change change = {0};
    for (size_t i = 0; i < r->h.lines.count; i++) {
        meeting *m = &r->meetings[i];
        if (!is_due(m, told))
            continue;
        const line_version *v = &m->there->main.items[m->next++];
        if (!*change.id)
            TRY(take_change(ctx, r, told, "", &change));
        uint32_t before = change.perimeters;
        TRY(history_add_of(ctx, &change, m->there->perimeter, document_of(r, v->after),
                           v->vintage));
        TRY(note_changed(ctx, r, &change, before, m->there->perimeter));
    }
    TRY(history_tell(ctx, &change));
done:
    return status;
}

/* A change that comes next on the way to `told`: one that a line has before it, or itself; NULL
 * when none of its versions is due. */
static const told_change *towards(const receiving *r, const told_change *told) {
    const told_change *next = NULL;
    for (size_t i = 0; i < r->h.lines.count; i++) {
        const meeting *m = &r->meetings[i];
        if (!is_due(m, told))
            continue;
        const char *id = m->there->main.items[m->next].change;
        if (strcmp(id, told->id) != 0)
            return &r->h.changes.items[maille_names_get(r->h.change_number, id)];
        next = told;
    }
    return next;
}

/* Goes on by a change and by whatever its lines have before it: where perimeters came one by one,
 * the order of changes in the file is not that of the versions of each. */
static maille_status go_on_to(maille_ctx *ctx, receiving *r, const told_change *told) {
    maille_status status = MAILLE_OK;
    const told_change *next, *at;
    while ((next = towards(r, told))) {
        size_t steps = 0;
        do {
            at = next;
            next = towards(r, at);
            if (steps++ > r->h.changes.count)
                return maille_fail(ctx, MAILLE_REFUSED,
                                   "%s: changes of several perimeters came before each other",
                                   r->path);
        } while (next != at);
        TRY(go_on_by(ctx, r, at));
    }
done:
    return status;
}

/* ---- meeting ---- */

static bool is_new(const meeting *m, const char *change) {
    return maille_names_get(m->there->known, change) != MAILLE_ABSENT &&
           maille_names_get(m->here.known, change) == MAILLE_ABSENT;
}

/* Whether a merge takes in this change of theirs. */
static bool takes_in(const receiving *r, const told_change *told) {
    for (size_t i = 0; i < r->h.lines.count; i++)
        if (r->meetings[i].how == MET && is_new(&r->meetings[i], told->id))
            return true;
    return false;
}

/* "Réunit 3 décisions reçues (voisins.json) : Anne, Bruno": what the history tells of a merge where
 * nobody said why. */
static maille_status tell_why(maille_ctx *ctx, const receiving *r, maille_strbuf *out) {
    const char *slash = strrchr(r->path, '/');
    const char *names[MOST_NAMES];
    size_t count = 0, named = 0;
    for (size_t c = 0; c < r->h.changes.count; c++) {
        const told_change *told = &r->h.changes.items[c];
        size_t n = 0;
        if (!takes_in(r, told))
            continue;
        count++;
        while (n < named && strcmp(names[n], told->who) != 0)
            n++;
        if (n == named && named < MOST_NAMES)
            names[named++] = told->who;
    }
    const char *plural = count > 1 ? "s" : "";
    maille_strbuf_addf(out, "Réunit %zu décision%s reçue%s (%s)", count, plural, plural,
                       slash ? slash + 1 : r->path);
    for (size_t n = 0; n < named; n++)
        maille_strbuf_addf(out, "%s%s", n ? ", " : " : ", names[n]);
    return out->failed ? maille_no_memory(ctx) : MAILLE_OK;
}

/* The change that merges are of; made when the first of them changes something. */
static maille_status begin_reception(maille_ctx *ctx, receiving *r, const meeting *m) {
    maille_strbuf text = {0};
    const char *why = r->edit->why;
    maille_status status = MAILLE_OK;
    if (*r->reception.id)
        return MAILLE_OK;
    if (!why) {
        TRY(tell_why(ctx, r, &text));
        why = maille_arena_strdup(r->h.arena, text.text);
        if (!why)
            TRY(maille_no_memory(ctx));
    }
    const history_about about = {.scenario = "",
                                 .kind = "reception",
                                 .of_change = tip(m->there)->change,
                                 .at = r->edit->at,
                                 .why = why};
    status = history_begin(ctx, r->store, &about, &r->reception);
done:
    maille_strbuf_free(&text);
    return status;
}

static maille_status read_side(maille_ctx *ctx, const receiving *r, const line_version *v,
                               merge_state *side) {
    const maille_perimeter *told = document_of(r, v->after);
    maille_status status = MAILLE_OK;
    if (told)
        TRY(maille_perimeter_copy(ctx, told, &side->perimeter));
    else
        TRY(history_document(ctx, r->store, v->after, &side->perimeter));
    if (v->vintage && !(side->vintage = maille_strdup(v->vintage)))
        status = maille_no_memory(ctx);
done:
    return status;
}

static maille_status meet(maille_ctx *ctx, receiving *r, meeting *m) {
    merge_state sides[3] = {0}, merged = {0};
    const char *id = m->there->perimeter;
    maille_status status = MAILLE_OK;
    bool conflict = false;
    char hash[65] = "";
    TRY(read_side(ctx, r, &m->base, &sides[0]));
    TRY(read_side(ctx, r, tip(&m->here), &sides[1]));
    TRY(read_side(ctx, r, tip(m->there), &sides[2]));
    TRY(merge_sides(ctx, &r->merging, id, sides, &merged, &conflict));
    if (merged.perimeter)
        TRY(maille_perimeter_hash(ctx, merged.perimeter, hash));
    if ((conflict && r->merging.refuse) || strcmp(hash, tip(&m->here)->after) == 0)
        goto done;
    TRY(begin_reception(ctx, r, m));
    uint32_t before = r->reception.perimeters;
    TRY(history_add_of(ctx, &r->reception, id, merged.perimeter, merged.vintage));
    TRY(note_changed(ctx, r, &r->reception, before, id));
done:
    for (int i = 0; i < 3; i++)
        merge_state_clear(&sides[i]);
    merge_state_clear(&merged);
    return status;
}

/* ---- what is known from now on ---- */

static maille_status keep_aside(maille_ctx *ctx, receiving *r, const line *here,
                                const line_version *v, const told_change *told) {
    maille_status status = MAILLE_OK;
    history_change change;
    char hash[65];
    TRY(take_change(ctx, r, told, SIDE_LINE, &change));
    TRY(history_keep(ctx, r->store, document_of(r, v->before), hash));
    TRY(history_keep(ctx, r->store, document_of(r, v->after), hash));
    const row_cell cells[] = {ROW_TEXT("perimeter_id", here->perimeter),
                              ROW_TEXT("scenario", SIDE_LINE),
                              ROW_INT("version", (int64_t)here->side.count + 1),
                              ROW_TEXT("change_id", v->change),
                              ROW_HASH("before", v->before),
                              ROW_HASH("after", v->after),
                              ROW_TEXT("vintage", *v->after ? v->vintage : NULL)};
    TRY(row_put(ctx, r->store, "perimeter_version", NULL, cells, 7));
done:
    return status;
}

/* All of their versions that did not come to stand here are known here too, beside what stood. */
static maille_status keep_all_aside(maille_ctx *ctx, receiving *r, const line *there) {
    maille_status status = MAILLE_OK;
    line here = {0};
    TRY(line_read(ctx, r->store, there->perimeter, r->h.arena, &here));
    for (size_t c = 0; c < r->h.changes.count; c++) {
        const told_change *told = &r->h.changes.items[c];
        const line_version *v = find_version(there, told->id);
        if (!v || maille_names_get(here.known, told->id) != MAILLE_ABSENT)
            continue;
        TRY(keep_aside(ctx, r, &here, v, told));
        if (!MAILLE_VEC_PUSH(&here.side, *v)) {
            status = maille_no_memory(ctx);
            goto done;
        }
    }
done:
    line_clear(&here);
    return status;
}

/* ---- the whole ---- */

/* What gets versions must stand as the receiver saw it. */
static maille_status look(maille_ctx *ctx, receiving *r, const meeting *m) {
    maille_status status = MAILLE_OK;
    if (m->how == BEHIND)
        return MAILLE_OK;
    if (m->here.main.count && *tip(&m->here)->after)
        TRY(seeing_require(ctx, &r->seeing, m->there->perimeter));
    TRY(seeing_look(ctx, &r->seeing, m->there->perimeter, NULL, 0));
done:
    return status;
}

static maille_status judge_all(maille_ctx *ctx, receiving *r) {
    size_t count = r->h.lines.count;
    maille_status status = MAILLE_OK;
    r->changed = maille_names_new(count);
    r->meetings = maille_alloc(count, sizeof *r->meetings);
    if (!r->changed || !r->meetings)
        return maille_no_memory(ctx);
    if (r->edit->expected && count > 1)
        return maille_fail(ctx, MAILLE_USAGE,
                           "a version was expected, and %s held more than one perimeter", r->path);
    TRY(seeing_expect(ctx, &r->seeing, r->h.lines.items[0].perimeter));
    for (size_t i = 0; i < count; i++) {
        meeting *m = &r->meetings[i];
        m->there = &r->h.lines.items[i];
        TRY(line_read(ctx, r->store, m->there->perimeter, r->h.arena, &m->here));
        TRY(judge(ctx, r, m));
        TRY(look(ctx, r, m));
    }
    TRY(seeing_verdict(ctx, &r->seeing));
done:
    return status;
}

static maille_status receive_all(maille_ctx *ctx, receiving *r) {
    maille_status status = MAILLE_OK;
    TRY(check_changes(ctx, r));
    TRY(judge_all(ctx, r));
    for (size_t c = 0; c < r->h.changes.count; c++)
        TRY(go_on_to(ctx, r, &r->h.changes.items[c]));
    for (size_t i = 0; i < r->h.lines.count; i++)
        if (r->meetings[i].how == MET)
            TRY(meet(ctx, r, &r->meetings[i]));
    TRY(merge_verdict(ctx, &r->merging, r->path));
    TRY(history_tell(ctx, &r->reception));
    for (size_t i = 0; i < r->h.lines.count; i++)
        TRY(keep_all_aside(ctx, r, &r->h.lines.items[i]));
done:
    return status;
}

static void tell_result(const receiving *r, maille_edit_result *out) {
    *out = (maille_edit_result){.number = r->last.number,
                                .perimeters = r->merging.report->merged,
                                .version = r->last.version};
    memcpy(out->id, r->last.id, sizeof out->id);
}

static void close_receiving(receiving *r) {
    for (size_t i = 0; r->meetings && i < r->h.lines.count; i++)
        line_clear(&r->meetings[i].here);
    maille_free(r->meetings);
    maille_names_free(r->changed);
    handover_clear(&r->h);
}

maille_status maille_history_receive(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                                     const char *path, const char *prefer,
                                     maille_merge_report **report, maille_edit_result *out) {
    receiving r = {.store = store, .edit = edit, .path = path};
    bool own = false;
    maille_status status = merging_open(ctx, store, prefer, &r.merging);
    seeing_open(&r.seeing, store, edit);
    if (status == MAILLE_OK && *edit->scenario)
        status = maille_fail(ctx, MAILLE_USAGE,
                             "histories are received by the reference, not by scenario %s",
                             edit->scenario);
    if (status == MAILLE_OK)
        status = handover_new(ctx, &r.h);
    if (status == MAILLE_OK)
        status = handover_read(ctx, path, &r.h);
    if (status == MAILLE_OK)
        status = history_enter(ctx, store, "", &own);
    if (status == MAILLE_OK)
        status = receive_all(ctx, &r);
    status = maille_store_leave(ctx, store, own, status);
    if (status == MAILLE_OK && out)
        tell_result(&r, out);
    status = seeing_close(&r.seeing, status);
    close_receiving(&r);
    return merging_close(&r.merging, status, report);
}
