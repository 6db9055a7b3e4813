/* How two states differ, beside a plain comparison of the models; and the differences carried out
 * bring the one state to the other. */
#include "territory/perimeter_kit.h"

static maille_ctx *ctx;

/* ---- the oracle: every difference by plain loops ---- */

typedef struct {
    const char *what, *code;
    char before[80], after[80];
    bool has_before, has_after;
} line;
typedef struct {
    line lines[100];
    uint32_t count;
} list;

static void expect(list *l, const char *what, const char *code, const char *before,
                   const char *after) {
    line *at = &l->lines[l->count++];
    *at = (line){what, code, "", "", before != NULL, after != NULL};
    snprintf(at->before, sizeof at->before, "%s", before ? before : "");
    snprintf(at->after, sizeof at->after, "%s", after ? after : "");
}

static const char *share_of(const model *m, int u) {
    return m->members[u].in ? share_text[m->members[u].share] : NULL;
}

static void entry_text(const model *m, int k, char *out, size_t size) {
    maille_status_entry e = entry_of_model(m, k);
    snprintf(out, size, "%s%s%s%s%s%s", e.status, e.since ? " " : "", e.since ? e.since : "",
             e.by ? " (" : "", e.by ? e.by : "", e.by ? ")" : "");
}

static void expect_texts(list *l, const char *what, const char *before, const char *after) {
    if (!same_text(before, after))
        expect(l, what, NULL, before, after);
}

/* A model that is not there has no member and no text. */
static void expect_all(list *l, const model *b, const model *a) {
    l->count = 0;
    for (int u = 0; u < UNITS; u++)
        if (b->members[u].in != a->members[u].in)
            expect(l, "commune", unit_code[u], share_of(b, u), share_of(a, u));
    for (int u = 0; u < UNITS; u++)
        if (b->members[u].in && a->members[u].in && b->members[u].share != a->members[u].share)
            expect(l, "part", unit_code[u], share_of(b, u), share_of(a, u));
    for (int u = 0; u < UNITS; u++)
        if (b->members[u].reason != a->members[u].reason)
            expect(l, "partage-voulu", unit_code[u], reason_text[b->members[u].reason],
                   reason_text[a->members[u].reason]);
    for (int u = 0; u < UNITS; u++)
        if (b->members[u].zone != a->members[u].zone)
            expect(l, "zone", unit_code[u], zone_text[b->members[u].zone],
                   zone_text[a->members[u].zone]);
    expect_texts(l, "nom", b->there ? name_text[b->name] : NULL,
                 a->there ? name_text[a->name] : NULL);
    expect_texts(l, "contact", contact_text[b->contact], contact_text[a->contact]);
    expect_texts(l, "genre", b->there ? kind_text[b->kind] : NULL,
                 a->there ? kind_text[a->kind] : NULL);
    for (int k = 0; k < MOST_STATUSES; k++) {
        char before[80] = "", after[80] = "";
        if (k < b->status_count)
            entry_text(b, k, before, sizeof before);
        if (k < a->status_count)
            entry_text(a, k, after, sizeof after);
        expect_texts(l, "statut", *before ? before : NULL, *after ? after : NULL);
    }
}

static void check_list(const maille_differences *got, const list *want) {
    CHECK_INT(got->count, want->count);
    for (uint32_t i = 0; i < got->count && i < want->count; i++) {
        const maille_difference *g = &got->items[i];
        const line *w = &want->lines[i];
        CHECK_TEXT(g->what, w->what);
        CHECK(same_text(g->code, w->code));
        CHECK(same_text(g->before, w->has_before ? w->before : NULL));
        CHECK(same_text(g->after, w->has_after ? w->after : NULL));
    }
}

/* ---- carrying differences out ---- */

static int place_of(const char *text, const char *const *texts, int count) {
    for (int i = 0; i < count; i++)
        if (same_text(text, texts[i]))
            return i;
    CHECK(!"a text that was given");
    return 0;
}

static void carry_out(model *m, const maille_difference *d) {
    model_member *member = d->code ? &m->members[place_of(d->code, unit_code, UNITS)] : NULL;
    if (strcmp(d->what, "commune") == 0)
        *member = (model_member){.in = d->after != NULL};
    if (strcmp(d->what, "commune") == 0 || strcmp(d->what, "part") == 0)
        member->share = d->after ? place_of(d->after, share_text, SHARES) : 0;
    if (strcmp(d->what, "partage-voulu") == 0)
        member->reason = place_of(d->after, reason_text, TEXTS);
    if (strcmp(d->what, "zone") == 0)
        member->zone = place_of(d->after, zone_text, TEXTS);
    if (strcmp(d->what, "nom") == 0)
        m->name = place_of(d->after, name_text, TEXTS);
    if (strcmp(d->what, "contact") == 0)
        m->contact = place_of(d->after, contact_text, TEXTS);
    if (strcmp(d->what, "genre") == 0)
        m->kind = place_of(d->after, kind_text, TEXTS);
}

/* ---- */

static model random_state(void) {
    return chance(10) == 0 ? (model){0} : random_model();
}

TEST(random_pairs_differ_as_the_models_do) {
    uint32_t most = 0;
    for (int round = 0; round < 3000; round++) {
        model b = random_state(), a = random_state();
        list want;
        if (chance(2)) { /* near each other */
            a = b;
            for (int changes = chance(4); a.there && changes > 0; changes--)
                change_model(&a, 0, 1);
        }
        maille_perimeter *before = value_of(&b), *after = value_of(&a);
        maille_differences *found = NULL, *back = NULL;
        CHECK_INT(maille_perimeter_diff(ctx, before, after, &found), MAILLE_OK);
        expect_all(&want, &b, &a);
        check_list(found, &want);
        CHECK((found->count == 0) == (is_model(before, &a)));
        CHECK_INT(maille_perimeter_diff(ctx, after, before, &back), MAILLE_OK);
        expect_all(&want, &a, &b);
        check_list(back, &want);
        if (found->count > most)
            most = found->count;
        if (a.there && b.there) {
            model carried = b;
            for (uint32_t i = 0; i < found->count; i++)
                carry_out(&carried, &found->items[i]);
            memcpy(carried.statuses, a.statuses, sizeof a.statuses);
            carried.status_count = a.status_count;
            CHECK(is_model(after, &carried));
        }
        maille_differences_free(found);
        maille_differences_free(back);
        maille_perimeter_free(before);
        maille_perimeter_free(after);
    }
    CHECK(most > 15);
    maille_differences_free(NULL);
}

TEST(a_difference_reads_as_a_sentence) {
    maille_perimeter *before = NULL, *after = NULL;
    maille_differences *found = NULL;
    CHECK_INT(maille_perimeter_parse(ctx, "b",
                                     "{\"id\":\"a\",\"kind\":\"cpts\",\"name\":\"N\",\"statuses\":"
                                     "[{\"status\":\"projet\"}],\"members\":[{\"code\":\"22093\"},"
                                     "{\"code\":\"22113\",\"share\":0.4}]}",
                                     &before),
              MAILLE_OK);
    CHECK_INT(
        maille_perimeter_parse(
            ctx, "a",
            "{\"id\":\"a\",\"kind\":\"cpts\",\"name\":\"N\",\"statuses\":[{\"status\":\"projet\"}"
            ",{\"status\":\"contractualisee\",\"since\":\"2020-05-01\",\"by\":\"ARS\"}],"
            "\"members\":[{\"code\":\"22004\",\"share\":0.5},{\"code\":\"22113\"}]}",
            &after),
        MAILLE_OK);
    CHECK_INT(maille_perimeter_diff(ctx, before, after, &found), MAILLE_OK);
    static const maille_difference want[] = {
        {"commune", "22004", NULL, "0.5"},
        {"commune", "22093", "1", NULL},
        {"part", "22113", "0.4", "1"},
        {"statut", NULL, NULL, "contractualisee 2020-05-01 (ARS)"}};
    CHECK_INT(found->count, 4);
    for (uint32_t i = 0; i < found->count && i < 4; i++) {
        CHECK_TEXT(found->items[i].what, want[i].what);
        CHECK(same_text(found->items[i].code, want[i].code));
        CHECK(same_text(found->items[i].before, want[i].before));
        CHECK(same_text(found->items[i].after, want[i].after));
    }
    maille_differences_free(found);
    maille_perimeter_free(before);
    maille_perimeter_free(after);
    CHECK_INT(maille_perimeter_diff(ctx, NULL, NULL, &found), MAILLE_OK);
    CHECK_INT(found->count, 0);
    maille_differences_free(found);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(random_pairs_differ_as_the_models_do),
          CASE(a_difference_reads_as_a_sentence), CASE(stop))
