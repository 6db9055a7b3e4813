/* Perimeters with their history, from one workspace to another (docs/handover.md). */
#include "service/answers.h"
#include "service/exchange.h"

#include <string.h>

/* ---- GET /handover ---- */

typedef struct {
    const char **ids;
    size_t count;
} handing;

static maille_status hand_over(writing *w, reply *out) {
    const handing *h = w->user;
    private_file f = {0};
    uint32_t adopted = 0;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(private_open(w->v, "perimetres.json", &f));
    MAILLE_TRY(maille_history_adopt(w->v->ctx, w->store, &adopted));
    MAILLE_TRY(maille_history_export(w->v->ctx, w->store, h->ids, h->count, f.file));
    MAILLE_TRY(private_read(w->v, &f, &out->body));
    for (size_t i = 0; i < h->count; i++)
        MAILLE_TRY(maille_journal_add(w->v->ctx, w->store,
                                      &(maille_entry){.action = "export",
                                                      .scenario = "",
                                                      .subject_kind = "perimetre",
                                                      .subject = h->ids[i]}));
    out->download = h->count == 1 ? h->ids[0] : "perimetres";
done:
    private_close(&f);
    return status;
}

/* What goes must be seen, each of them. */
static maille_status check_seen(view *v, const request *r, const maille_loaded *loaded,
                                const handing *h) {
    const scope reference = {.scenario = ""};
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < h->count && r->narrowed.narrowed_count; i++) {
        holding held = {0};
        MAILLE_TRY(holding_find(v, r, &reference, loaded, h->ids[i], &held));
        holding_free(&held);
    }
done:
    return status;
}

maille_status get_handover(view *v, const request *r, reply *out) {
    enum { MOST = 500 };
    const char *text = request_parameter(r, "ids");
    handing h = {0};
    const maille_loaded *loaded = NULL;
    maille_status status = MAILLE_OK;
    if (only_inside(r, out, &status))
        return status;
    if (!text)
        MAILLE_TRY(maille_fail(v->ctx, MAILLE_USAGE, "%s",
                               ogc_say(r, "le paramètre ids manque", "parameter ids was missing")));
    MAILLE_TRY(answer_list(v, r, "ids", text, MOST, &h.ids, &h.count));
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    MAILLE_TRY(check_seen(v, r, loaded, &h));
    MAILLE_TRY(write_once(v, r, NULL, NULL, hand_over, &h, out));
done:
    return reply_refused(v, r, out, status);
}

/* ---- POST /handover ---- */

typedef struct {
    const char *prefer, *why;
    maille_change_sides sides; /* of what the file tells: before, then after too */
    made_change made;
    private_file file;
} receiving;

static void after_receiving(writing *w, bool kept) {
    receiving *g = w->user;
    release_change(&g->made, kept);
}

static maille_status load_side(writing *w, const char *id, maille_perimeter **out) {
    static const maille_moment now;
    maille_status status = maille_perimeter_load(w->v->ctx, w->store, "", id, &now, out, NULL);
    return status == MAILLE_NOT_FOUND ? MAILLE_OK : status;
}

/* Perimeters that the file names, as they stand before it comes. */
static maille_status load_before(writing *w, receiving *g) {
    maille_json *tree = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_json_parse(w->v->ctx, "handover", w->r->body, &tree));
    const maille_json *list = maille_json_get(maille_json_get(tree, "content"), "perimeters");
    size_t count = maille_json_count(list);
    g->sides.items = maille_arena_alloc(w->r->arena, (count + 1) * sizeof *g->sides.items);
    if (!g->sides.items)
        MAILLE_TRY(maille_no_memory(w->v->ctx));
    memset(g->sides.items, 0, (count + 1) * sizeof *g->sides.items);
    for (size_t i = 0; i < count; i++) {
        const char *id = maille_json_as_text(maille_json_get(maille_json_at(list, i), "id"));
        if (!id)
            continue;
        g->sides.items[g->sides.count].perimeter = maille_arena_strdup(w->r->arena, id);
        MAILLE_TRY(load_side(w, id, &g->sides.items[g->sides.count++].before));
    }
done:
    maille_json_free(tree);
    return status;
}

static void free_sides(receiving *g) {
    for (uint32_t i = 0; i < g->sides.count; i++) {
        maille_perimeter_free(g->sides.items[i].before);
        maille_perimeter_free(g->sides.items[i].after);
    }
}

/* Lines that were taken as they are have no change of their own here: rights are judged by what
 * stood and what stands. */
static maille_status check_received(writing *w, receiving *g, reply *out, bool *may) {
    const maille_loaded *loaded = NULL;
    maille_status status = MAILLE_OK;
    *may = false;
    for (uint32_t i = 0; i < g->sides.count; i++)
        MAILLE_TRY(load_side(w, g->sides.items[i].perimeter, &g->sides.items[i].after));
    MAILLE_TRY(ground_read(w->v, w->r, out, &loaded));
    if (loaded)
        MAILLE_TRY(check_sides(w->v, w->r, maille_loaded_ground(loaded), &g->sides, out, may));
done:
    return status;
}

static maille_status say_nothing_new(writing *w, reply *out) {
    maille_jout j = {0};
    maille_j_open(&j, NULL, '{');
    maille_j_text(&j, "fait", "rien de nouveau");
    maille_j_bool(&j, "enregistre", false);
    maille_j_close(&j, '}');
    out->body = j.s;
    return j.s.failed ? maille_no_memory(w->v->ctx) : MAILLE_OK;
}

/* The desk catches up with all that came, and tells the states. */
static maille_status write_received(writing *w, receiving *g, reply *out) {
    maille_jout j = {0};
    char state[65], tag[MAILLE_STATE_TAG];
    const maille_perimeter *first = NULL;
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; i < g->sides.count && !first; i++)
        first = g->sides.items[i].after ? g->sides.items[i].after : g->sides.items[i].before;
    g->made.told = true; /* it catches up with what is not kept yet */
    MAILLE_TRY(desk_take(w->v, w->store, "", first ? first->kind : "cpts", &g->made.d));
    maille_j_open(&j, NULL, '{');
    maille_j_text(&j, "fait", "périmètres reçus");
    maille_j_bool(&j, "enregistre", true);
    maille_j_int(&j, "changement", g->made.result.number);
    maille_j_text(&j, "id_changement", g->made.result.id);
    maille_j_int(&j, "nombre", g->made.result.perimeters);
    maille_j_open(&j, "etats", '{');
    for (uint32_t i = 0; i < g->sides.count; i++) {
        int64_t version = desk_version(g->made.d, g->sides.items[i].perimeter, state);
        maille_state_tag(version, state, tag);
        maille_j_text(&j, g->sides.items[i].perimeter, tag);
    }
    maille_j_close(&j, '}');
    maille_j_close(&j, '}');
    out->body = j.s;
    if (j.s.failed)
        status = maille_no_memory(w->v->ctx);
done:
    return status;
}

static maille_status receive(writing *w, reply *out) {
    receiving *g = w->user;
    const maille_edit edit = {.scenario = "", .why = g->why};
    maille_merge_report *report = NULL;
    bool may = false;
    maille_status status = MAILLE_OK;
    w->after = after_receiving;
    g->made.scenario = "";
    MAILLE_TRY(load_before(w, g));
    status = maille_history_receive(w->v->ctx, w->store, &edit, g->file.file, g->prefer, &report,
                                    &g->made.result);
    if (status == MAILLE_FOUND) {
        status = reply_conflicts(w, report, out);
        goto done;
    }
    if (status == MAILLE_REFUSED) {
        status = refuse_file(w->v, w->r, &g->file, out);
        goto done;
    }
    MAILLE_TRY(status);
    if (!g->made.result.perimeters) {
        status = say_nothing_new(w, out);
        goto done;
    }
    MAILLE_TRY(check_received(w, g, out, &may));
    if (!may)
        goto done;
    MAILLE_TRY(write_received(w, g, out));
done:
    maille_merge_report_free(report);
    free_sides(g);
    return status;
}

maille_status post_handover(view *v, const request *r, reply *out) {
    receiving g = {.prefer = request_parameter(r, "prefere"), .why = request_parameter(r, "motif")};
    maille_status status = MAILLE_OK;
    if (r->narrowed.narrowed_count)
        return reply_problem(r, out, 403,
                             ogc_say(r,
                                     "Ce compte est limité à des départements : il ne reçoit pas "
                                     "de périmètres d’ailleurs.",
                                     "This account is bound to départements: it receives no "
                                     "perimeters from elsewhere."));
    if (!is_prefer(g.prefer))
        MAILLE_TRY(maille_fail(
            v->ctx, MAILLE_USAGE, "%s",
            ogc_say(r, "prefere n’est ni ours ni theirs", "prefere was neither ours nor theirs")));
    MAILLE_TRY(private_open(v, "perimetres.json", &g.file));
    MAILLE_TRY(private_write(v, &g.file, r->body, r->body_length));
    MAILLE_TRY(write_once(v, r, NULL, NULL, receive, &g, out));
done:
    private_close(&g.file);
    return reply_refused(v, r, out, status);
}
