/* Lists of communes and files of perimeters, understood before anything is done with them. */
#include "service/exchange.h"

#include <maille/map.h>
#include <maille/perimeterfile.h>
#include <string.h>

/* ---- POST /lists ---- */

static void write_list_row(maille_jout *j, const char *perimeter, bool of_perimeter,
                           const maille_list_row *row) {
    maille_j_open(j, NULL, '{');
    maille_j_int(j, "ligne", row->row);
    if (of_perimeter)
        maille_j_text(j, "perimetre", perimeter);
    maille_j_text(j, "texte", row->text);
    maille_j_text(j, "code", row->code);
    maille_j_text(j, "comment", row->how);
    maille_j_text(j, "candidats", row->candidates);
    maille_j_close(j, '}');
}

static maille_status read_communes(view *v, const request *r, const private_file *f,
                                   maille_jout *j) {
    maille_list_row *rows = NULL;
    size_t count = 0, unclear = 0;
    maille_status status = maille_list_read(
        v->ctx, v->store, f->file, request_parameter(r, "departement"), r->arena, &rows, &count);
    if (status)
        return status;
    maille_j_open(j, NULL, '{');
    maille_j_open(j, "lignes", '[');
    for (size_t i = 0; i < count; i++)
        write_list_row(j, NULL, false, &rows[i]);
    maille_j_close(j, ']');
    maille_j_open(j, "codes", '[');
    for (size_t i = 0; i < count; i++) {
        if (rows[i].code)
            maille_j_text(j, NULL, rows[i].code);
        else
            unclear++;
    }
    maille_j_close(j, ']');
    maille_j_int(j, "non_comprises", (int64_t)unclear);
    maille_j_close(j, '}');
    return MAILLE_OK;
}

/* ---- POST /lists?perimetres=true ---- */

/* Whether one gesture brings both. */
static bool is_alike(const maille_listed_member *a, const maille_listed_member *b) {
    const char *x = a->zone ? a->zone : "", *y = b->zone ? b->zone : "";
    return a->share == b->share && strcmp(x, y) == 0;
}

static bool is_new(const maille_perimeter *stands, const maille_listed_member *m) {
    return !stands || maille_perimeter_find(stands, m->code) == MAILLE_ABSENT;
}

/* Communes that come with the same share and zone are one gesture. */
static void propose_adds(maille_jout *j, const maille_perimeter *stands,
                         const maille_listed_perimeter *p) {
    for (uint32_t i = 0; i < p->count; i++) {
        const maille_listed_member *first = &p->members[i];
        bool told = !is_new(stands, first);
        for (uint32_t k = 0; k < i && !told; k++)
            told = is_new(stands, &p->members[k]) && is_alike(&p->members[k], first);
        if (told)
            continue;
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "geste", "add");
        maille_j_text(j, "perimetre", p->id);
        maille_j_open(j, "codes", '[');
        for (uint32_t k = i; k < p->count; k++)
            if (is_new(stands, &p->members[k]) && is_alike(&p->members[k], first))
                maille_j_text(j, NULL, p->members[k].code);
        maille_j_close(j, ']');
        if (first->share < 1)
            maille_j_number(j, "part", first->share);
        if (first->zone)
            maille_j_text(j, "zone", first->zone);
        maille_j_close(j, '}');
    }
}

static void propose_reasons(maille_jout *j, const maille_perimeter *stands,
                            const maille_listed_perimeter *p) {
    for (uint32_t i = 0; i < p->count; i++) {
        if (!p->members[i].reason || !is_new(stands, &p->members[i]))
            continue;
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "geste", "on-purpose");
        maille_j_text(j, "perimetre", p->id);
        maille_j_texts(j, "codes", &p->members[i].code, 1);
        maille_j_text(j, "raison", p->members[i].reason);
        maille_j_close(j, '}');
    }
}

/* Perimeters that are there keep what they are called: only communes come to them. */
static void propose(maille_jout *j, const char *kind, const maille_perimeter *stands,
                    const maille_listed_perimeter *p) {
    if (!stands) {
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "geste", "create");
        maille_j_text(j, "perimetre", p->id);
        maille_j_text(j, "nom", p->name ? p->name : p->id);
        maille_j_text(j, "genre", kind);
        if (p->status)
            maille_j_text(j, "statut", p->status);
        if (p->since)
            maille_j_text(j, "depuis", p->since);
        if (p->by)
            maille_j_text(j, "accompagnement", p->by);
        maille_j_close(j, '}');
    }
    propose_adds(j, stands, p);
    propose_reasons(j, stands, p);
    if (!stands && p->contact) {
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "geste", "contact");
        maille_j_text(j, "perimetre", p->id);
        maille_j_text(j, "contact", p->contact);
        maille_j_close(j, '}');
    }
}

/* What the gestures would do, as "effet", or "refus": why they cannot be done. */
static maille_status try_out(view *v, const request *r, desk *d, const char *gestures,
                             maille_jout *j, bool *spoilt) {
    maille_json *tree = NULL;
    op_list ops = {0};
    maille_status status = MAILLE_OK;
    *spoilt = false;
    MAILLE_TRY(maille_json_parse(v->ctx, "gestes", gestures, &tree));
    if (maille_json_count(tree) == 0) {
        maille_j_text(j, "effet", NULL);
        goto done;
    }
    status = gestures_try(v, r, d, tree, NULL, &ops);
    if (status == MAILLE_REFUSED || status == MAILLE_USAGE) {
        maille_j_text(j, "effet", NULL);
        maille_j_text(j, "refus", maille_message(v->ctx));
        status = MAILLE_OK;
        goto done;
    }
    MAILLE_TRY(status);
    maille_j_open(j, "effet", '{');
    status = maille_tell_effect(v->ctx, maille_loaded_ground(desk_loaded(d)), desk_rules(d),
                                desk_kind(d), desk_live(d), j);
    maille_j_close(j, '}');
    *spoilt = maille_live_undo(v->ctx, desk_live(d)) != MAILLE_OK;
done:
    MAILLE_VEC_FREE(&ops);
    maille_json_free(tree);
    return status;
}

static void write_rows(maille_jout *j, const maille_perimeter_file *read) {
    size_t unclear = 0;
    maille_j_open(j, "lignes", '[');
    for (size_t i = 0; i < read->row_count; i++) {
        write_list_row(j, read->rows[i].perimeter, true, &read->rows[i].row);
        unclear += !read->rows[i].row.code;
    }
    maille_j_close(j, ']');
    maille_j_int(j, "non_comprises", (int64_t)unclear);
}

/* What stands of a perimeter, as far as who asks may know. */
static const maille_perimeter *stands_at(const request *r, desk *d, const char *id) {
    const maille_perimeter *p = maille_live_perimeter(desk_live(d), id);
    return p && sees_perimeter(r, maille_loaded_ground(desk_loaded(d)), p) ? p : NULL;
}

static maille_status read_perimeters(view *v, const request *r, const scope *s,
                                     const maille_loaded *loaded, const private_file *f,
                                     maille_jout *j) {
    maille_perimeter_file read;
    maille_jout gestures = {0};
    const char *kind = s->kind ? s->kind : "cpts";
    desk *d = NULL;
    bool spoilt = false;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_perimeter_file_read(v->ctx, v->store, f->file,
                                          maille_loaded_publication(loaded), r->arena, &read));
    MAILLE_TRY(desk_take(v, v->store, s->scenario, kind, &d));
    maille_j_open(&gestures, NULL, '[');
    for (size_t i = 0; i < read.perimeter_count; i++)
        propose(&gestures, kind, stands_at(r, d, read.perimeters[i].id), &read.perimeters[i]);
    maille_j_close(&gestures, ']');
    if (gestures.s.failed)
        MAILLE_TRY(maille_no_memory(v->ctx));
    maille_j_open(j, NULL, '{');
    write_rows(j, &read);
    maille_strbuf_addf(&j->s, ",\"gestes\":%s", gestures.s.text);
    MAILLE_TRY(try_out(v, r, d, gestures.s.text, j, &spoilt));
    maille_j_close(j, '}');
done:
    maille_strbuf_free(&gestures.s);
    (spoilt ? desk_drop : desk_give)(d);
    return status;
}

maille_status post_list(view *v, const request *r, reply *out) {
    const char *word = request_parameter(r, "perimetres");
    bool perimeters = word && strcmp(word, "true") == 0;
    scope s;
    private_file f = {0};
    maille_jout j = {0};
    const maille_loaded *loaded = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(scope_read(v, r, 0, &s));
    if (word && !perimeters && strcmp(word, "false") != 0)
        MAILLE_TRY(maille_fail(v->ctx, MAILLE_USAGE, "%s",
                               ogc_say(r, "perimetres n’est ni true ni false",
                                       "perimetres was neither true nor false")));
    if (perimeters && only_inside(r, out, &status))
        goto done;
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    MAILLE_TRY(
        private_open(v, strcmp(r->body_type, "text/csv") == 0 ? "liste.csv" : "liste.txt", &f));
    MAILLE_TRY(private_write(v, &f, r->body, r->body_length));
    status = perimeters ? read_perimeters(v, r, &s, loaded, &f, &j) : read_communes(v, r, &f, &j);
    if (status == MAILLE_REFUSED)
        status = refuse_file(v, r, &f, out);
done:
    private_close(&f);
    return live_end(v, r, &j, out, status);
}
