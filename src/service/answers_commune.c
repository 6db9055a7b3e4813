/* Communes: found by what people type, and the card of one. */
#include "service/answers.h"

#include <maille/json.h>
#include <math.h>
#include <string.h>

enum { QUERY_MOST = 100, LIMIT = 10, LIMIT_MOST = 50, MS_PER_MINUTE = 60000 };

/* ---- search ---- */

static maille_status read_search(view *v, const request *r, const char **query,
                                 const char **department, double *limit) {
    *query = request_parameter(r, "q");
    *department = request_parameter(r, "departement");
    if (!*query || !**query || strlen(*query) > QUERY_MOST)
        return maille_fail(v->ctx, MAILLE_USAGE,
                           ogc_say(r, "q n’a pas de 1 à %d octets", "q had not 1 to %d bytes"),
                           QUERY_MOST);
    if (*department && (strlen(*department) < 2 || strlen(*department) > 3 ||
                        (*department)[strspn(*department, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")]))
        return maille_fail(v->ctx, MAILLE_USAGE,
                           ogc_say(r, "departement n’est pas un code de département",
                                   "departement was no code of a département"));
    *limit = LIMIT;
    maille_status status = answer_number(v, r, "limit", 1, LIMIT_MOST, limit);
    return status == MAILLE_OK && *limit != (int)*limit
               ? maille_fail(
                     v->ctx, MAILLE_USAGE,
                     ogc_say(r, "limit n’est pas un nombre entier", "limit was no whole number"))
               : status;
}

static void add_found(maille_jout *j, const maille_commune_found *found) {
    maille_j_open(j, NULL, '{');
    maille_j_text(j, "code", found->code);
    maille_j_text(j, "nom", found->name);
    maille_j_text(j, "departement", found->department);
    maille_j_number(j, "population", found->population);
    maille_j_text(j, "trouve_par", found->how);
    maille_j_text(j, "ancien", found->former);
    maille_j_close(j, '}');
}

static void add_row(maille_strbuf *s, const maille_commune_found *found) {
    const char *cells[] = {found->code, found->name, found->department};
    for (size_t i = 0; i < 3; i++) {
        maille_strbuf_add_csv(s, cells[i]);
        maille_strbuf_add_char(s, ',');
    }
    if (found->population >= 0)
        maille_strbuf_add_double(s, found->population);
    maille_strbuf_addf(s, ",%s,", found->how);
    maille_strbuf_add_csv(s, found->former ? found->former : "");
    maille_strbuf_add(s, "\r\n");
}

maille_status answer_search(view *v, const request *r, reply *out) {
    const maille_gazetteer *gazetteer = NULL;
    maille_commune_found *found = NULL;
    const char *query = NULL, *department = NULL;
    double limit;
    size_t count = 0;
    maille_jout j = {0};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(read_search(v, r, &query, &department, &limit));
    MAILLE_TRY(world_gazetteer(v, &gazetteer));
    MAILLE_TRY(
        maille_gazetteer_find(v->ctx, gazetteer, query, department, (size_t)limit, &found, &count));
    if (ogc_is(r, "csv")) {
        maille_strbuf_add(&out->body, "code,nom,departement,population,trouve_par,ancien\r\n");
        for (size_t i = 0; i < count; i++)
            add_row(&out->body, &found[i]);
    } else {
        maille_j_open(&j, NULL, '{');
        maille_j_open(&j, "communes", '[');
        for (size_t i = 0; i < count; i++)
            add_found(&j, &found[i]);
        maille_j_close(&j, ']');
        out->body = j.s;
        MAILLE_TRY(answer_close(v, r, answer_of_names, &out->body));
    }
    out->keep = true;
    out->cache = CACHE_BY_AUDIENCE;
done:
    maille_free(found);
    return ogc_end(v, r, out, status);
}

/* ---- the card ---- */

/* How many live near, where the study's times tell: estimated without roads, as all the card. */
static maille_status count_people(view *v, const char *code, maille_card_people *people,
                                  size_t count) {
    const maille_loaded *loaded = NULL;
    maille_status status = world_ground(v, &loaded);
    if (status == MAILLE_NOT_FOUND) /* its steps have not run */
        return MAILLE_OK;
    if (status)
        return status;
    const maille_ground *ground = maille_loaded_ground(loaded);
    uint32_t unit = maille_ground_unit(ground, code);
    for (size_t i = 0; i < count && unit != MAILLE_ABSENT; i++)
        people[i].people = maille_ground_people_within(
            ground, unit, (uint32_t)lround(people[i].minutes * MS_PER_MINUTE));
    return MAILLE_OK;
}

maille_status answer_commune(view *v, const request *r, reply *out) {
    maille_card_people people[] = {{10, NAN}, {20, NAN}, {30, NAN}};
    enum { PEOPLE = sizeof people / sizeof *people };
    maille_strbuf card = {0};
    maille_status status = count_people(v, r->part[0], people, PEOPLE);
    if (!status)
        status = maille_commune_card(v->ctx, ogc_catalogue(v, r), &r->narrowed, r->part[0], people,
                                     PEOPLE, &card);
    if (!status && ogc_is(r, "html"))
        status = answer_card_page(v, r, card.text, &out->body);
    else if (!status)
        maille_strbuf_addf(&out->body, "%s\n", card.text);
    maille_strbuf_free(&card);
    out->keep = true;
    out->cache = CACHE_BY_AUDIENCE;
    return ogc_end(v, r, out, status);
}
