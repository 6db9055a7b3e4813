/* The card of a commune, gathered from the layers: what one of them does not tell, because it is
 * not ready or not for the audience, is null. */
#include "layers/items.h"

#include <maille/card.h>
#include <maille/json.h>
#include <maille/map.h>
#include <maille/text.h>
#include <math.h>
#include <string.h>

typedef struct {
    maille_ctx *ctx;
    const maille_catalogue *catalogue;
    const maille_selection *narrowed;
    const char *code;
    char department[4];
    maille_jout *out;
    maille_names *kinds; /* of sources that the card rests on */
    MAILLE_VEC(const char *) kind_list;
    bool stale, estimated;
} card;

/* ---- layers ---- */

static maille_status rest_on(card *k, const char *kind) {
    if (maille_names_get(k->kinds, kind) != MAILLE_ABSENT)
        return MAILLE_OK;
    return maille_names_set(k->kinds, kind, 1) && MAILLE_VEC_PUSH(&k->kind_list, kind)
               ? MAILLE_OK
               : maille_no_memory(k->ctx);
}

/* Items of a layer that there is; NULL where there is none to be seen, or none ready. */
static maille_status open_layer(card *k, const char *layer, maille_selection selection,
                                maille_items **out) {
    const maille_layer_state *state = NULL;
    *out = NULL;
    selection.narrowed = k->narrowed->narrowed;
    selection.narrowed_count = k->narrowed->narrowed_count;
    selection.without_geometry = true;
    selection.limit = -1;
    maille_status status = maille_items_open(k->ctx, k->catalogue, layer, &selection, out);
    if (status == MAILLE_REFUSED || status == MAILLE_NOT_FOUND)
        return MAILLE_OK;
    if (!status)
        status = maille_catalogue_find(k->ctx, k->catalogue, layer, &state);
    if (status)
        return status;
    k->stale = k->stale || state->stale;
    for (size_t s = 0; s < state->def->source_count && !status; s++)
        status = rest_on(k, state->def->sources[s]);
    return status;
}

/* The feature of this id stands in `out`; NULL where there is none. */
static maille_status open_feature(card *k, const char *layer, const char *id, maille_items **out) {
    bool found = false;
    maille_status status = open_layer(k, layer, (maille_selection){.id = id}, out);
    if (!status && *out)
        status = maille_items_next(k->ctx, *out, &found);
    if (!found) {
        maille_items_free(*out);
        *out = NULL;
    }
    return status;
}

/* Of a property whose name is `head` and `tail`; null where there is none. */
static maille_item_value value_of(const maille_items *items, const char *head, const char *tail) {
    size_t length = strlen(head);
    for (size_t i = 0; items && i < items->count; i++) {
        const char *name = items->fields[i]->name;
        if (strncmp(name, head, length) == 0 && strcmp(name + length, tail) == 0)
            return maille_items_value(items, i);
    }
    return (maille_item_value){.null = true, .number = NAN};
}

static bool has_property(const maille_items *items, const char *head, const char *tail) {
    size_t length = strlen(head);
    for (size_t i = 0; items && i < items->count; i++)
        if (strncmp(items->fields[i]->name, head, length) == 0 &&
            strcmp(items->fields[i]->name + length, tail) == 0)
            return true;
    return false;
}

static void add_text(card *k, const char *key, const maille_items *items, const char *property) {
    maille_j_text(k->out, key, value_of(items, property, "").text);
}

static void add_number(card *k, const char *key, const maille_items *items, const char *property) {
    maille_j_number(k->out, key, value_of(items, property, "").number);
}

/* true, false or null. */
static void add_truth(card *k, const char *key, bool known, bool truth) {
    if (known)
        maille_j_bool(k->out, key, truth);
    else
        maille_j_text(k->out, key, NULL);
}

/* ---- services ---- */

/* The commune that a place is in: by its code, else by where it stands; `known` where one of them
 * is. */
static maille_status find_commune(card *k, const char *id, const maille_items *place, bool *known,
                                  maille_items **out) {
    const char *code = value_of(place, "code_commune", "").text;
    maille_items *point = NULL;
    bool found = false;
    maille_status status = MAILLE_OK;
    *out = NULL;
    *known = code != NULL;
    if (code)
        return open_feature(k, "communes", code, out);
    const maille_selection this = {.id = id, .limit = 1};
    MAILLE_TRY(maille_items_open(k->ctx, k->catalogue, "etablissements", &this, &point));
    MAILLE_TRY(maille_items_next(k->ctx, point, &found));
    maille_bytes wkb = {NULL, 0};
    if (found)
        wkb = maille_items_geometry(point);
    *known = wkb.bytes != NULL;
    if (wkb.bytes) {
        double at[2];
        memcpy(at, wkb.bytes + wkb.length - sizeof at, sizeof at);
        MAILLE_TRY(open_layer(
            k, "communes", (maille_selection){.has_box = true, .box = {at[0], at[1], at[0], at[1]}},
            out));
        found = false;
        if (*out)
            status = maille_items_next(k->ctx, *out, &found);
        if (!found) {
            maille_items_free(*out);
            *out = NULL;
        }
    }
done:
    maille_items_free(point);
    return status;
}

/* "lieu": the nearest place, and where it is. */
static maille_status add_place(card *k, const char *service, const char *place_id) {
    maille_items *place = NULL, *commune = NULL;
    maille_strbuf id = {0};
    char department[4] = "";
    bool known = false;
    maille_status status = MAILLE_OK;
    if (!place_id) {
        maille_j_text(k->out, "lieu", NULL);
        return MAILLE_OK;
    }
    maille_strbuf_addf(&id, "%s/%s", service, place_id);
    if (id.failed)
        return maille_no_memory(k->ctx);
    MAILLE_TRY(open_feature(k, "etablissements", id.text, &place));
    if (place)
        MAILLE_TRY(find_commune(k, id.text, place, &known, &commune));
    const char *code = value_of(place, "code_commune", "").text;
    if (!code)
        code = value_of(commune, "code", "").text;
    if (code)
        maille_department_of(code, department);
    maille_j_open(k->out, "lieu", '{');
    maille_j_text(k->out, "id", place_id);
    add_text(k, "nom", place, "nom");
    maille_j_text(k->out, "code_commune", code);
    add_text(k, "commune", commune, "nom");
    add_truth(k, "autre_departement", code != NULL, strcmp(department, k->department) != 0);
    add_truth(k, "hors_etude", known, commune == NULL);
    maille_j_close(k->out, '}');
done:
    maille_items_free(place);
    maille_items_free(commune);
    maille_strbuf_free(&id);
    return status;
}

static maille_status add_service(card *k, const maille_service *service,
                                 const maille_items *coverage, const maille_items *access) {
    const char *id = service->id;
    maille_j_open(k->out, NULL, '{');
    maille_j_text(k->out, "service", id);
    maille_j_text(k->out, "titre", service->title.fr);
    if (service->alternative_to)
        maille_j_text(k->out, "alternative_a", service->alternative_to);
    maille_j_number(k->out, "minutes", value_of(coverage, id, "_min").number);
    maille_j_number(k->out, "tranche_min", value_of(coverage, id, "_tranche").number);
    maille_status status = add_place(k, id, value_of(coverage, id, "_id").text);
    if (has_property(access, id, "_apl"))
        maille_j_number(k->out, "apl", value_of(access, id, "_apl").number);
    maille_j_close(k->out, '}');
    return status;
}

/* Those that stand for themselves, all of them; of those that stand in for another the ones that
 * are near enough to tell. */
static maille_status add_list(card *k, const char *key, bool alternatives,
                              const maille_items *coverage, const maille_items *access) {
    const maille_study *study = k->catalogue->study;
    maille_status status = MAILLE_OK;
    maille_j_open(k->out, key, '[');
    for (size_t s = 0; s < study->service_count && !status; s++) {
        const maille_service *service = &study->services[s];
        if ((service->alternative_to != NULL) == alternatives &&
            (!alternatives || !value_of(coverage, service->id, "_tranche").null))
            status = add_service(k, service, coverage, access);
    }
    maille_j_close(k->out, ']');
    return status;
}

static maille_status add_services(card *k) {
    maille_items *coverage = NULL, *access = NULL;
    maille_status status;
    MAILLE_TRY(open_feature(k, "couverture", k->code, &coverage));
    MAILLE_TRY(open_feature(k, "accessibilite", k->code, &access));
    if (coverage)
        MAILLE_TRY(layers_estimated(k->ctx, k->catalogue, coverage->plan->def, &k->estimated));
    MAILLE_TRY(add_list(k, "services", false, coverage, access));
    MAILLE_TRY(add_list(k, "autres", true, coverage, access));
done:
    maille_items_free(coverage);
    maille_items_free(access);
    return status;
}

static maille_status add_people(card *k, const maille_card_people *people, size_t count) {
    static const char *const kinds[] = {"communes", "centres", "roads"};
    maille_status status = MAILLE_OK;
    bool known = false;
    maille_j_open(k->out, "habitants_a", '[');
    for (size_t i = 0; i < count; i++) {
        known = known || !isnan(people[i].people);
        maille_j_open(k->out, NULL, '{');
        maille_j_number(k->out, "minutes", people[i].minutes);
        maille_j_number(k->out, "population", layers_rounded(people[i].people, 0));
        maille_j_close(k->out, '}');
    }
    maille_j_close(k->out, ']');
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && known && !status; i++)
        status = rest_on(k, kinds[i]);
    return status;
}

/* ---- where it lies ---- */

/* "centre": longitude and latitude; null before step borders has run. */
static maille_status add_centre(card *k) {
    static const char *const columns[] = {"lon", "lat"};
    const maille_value code = maille_text_value(k->code);
    const maille_filter filter = maille_equals("code", &code);
    const maille_query query = {
        .table = "commune_figure", .columns = columns, .column_count = 2, .filter = &filter};
    maille_table *table = NULL;
    maille_status status = maille_store_read(k->ctx, k->catalogue->store, &query, &table);
    if (!status && table->rows == 0)
        maille_j_text(k->out, "centre", NULL);
    if (!status && table->rows > 0) {
        maille_j_open(k->out, "centre", '[');
        for (size_t i = 0; i < 2; i++)
            maille_j_number(k->out, NULL, layers_rounded(table->columns[i].reals[0], 7));
        maille_j_close(k->out, ']');
    }
    maille_table_free(table);
    return status;
}

/* "etendue": west, south, east, north, to a metre, outwards. */
static maille_status add_extent(card *k) {
    static const double parts = 1e5;
    const maille_value code = maille_text_value(k->code);
    const maille_filter filter = maille_equals("code", &code);
    double box[4];
    maille_status status =
        maille_store_extent(k->ctx, k->catalogue->store, "commune", &filter, box);
    if (status)
        return status;
    if (isnan(box[0])) {
        maille_j_text(k->out, "etendue", NULL);
        return MAILLE_OK;
    }
    maille_j_open(k->out, "etendue", '[');
    for (size_t i = 0; i < 4; i++)
        maille_j_number(k->out, NULL,
                        (i < 2 ? floor(box[i] * parts) : ceil(box[i] * parts)) / parts);
    maille_j_close(k->out, ']');
    return MAILLE_OK;
}

static maille_status read_borders(card *k, maille_table **out) {
    static const char *const columns[] = {"a", "b"};
    const maille_value code = maille_text_value(k->code), line = maille_text_value("ligne");
    const maille_filter ends[] = {maille_equals("a", &code), maille_equals("b", &code)};
    const maille_filter *const either[] = {&ends[0], &ends[1]};
    const maille_filter touches = {.op = MAILLE_F_OR, .children = either, .count = 2};
    const maille_filter along = maille_equals("kind", &line);
    const maille_filter *const both[] = {&touches, &along};
    const maille_filter filter = {.op = MAILLE_F_AND, .children = both, .count = 2};
    const maille_query query = {
        .table = "border", .columns = columns, .column_count = 2, .filter = &filter};
    return maille_store_read(k->ctx, k->catalogue->store, &query, out);
}

/* "voisins": in order of code. */
static maille_status add_neighbours(card *k) {
    static const char *const columns[] = {"code", "name"}, *const order[] = {"code"};
    maille_table *borders = NULL, *communes = NULL;
    maille_value *codes = NULL;
    maille_status status;
    MAILLE_TRY(read_borders(k, &borders));
    if (!(codes = maille_alloc(borders->rows + 1, sizeof *codes))) {
        status = maille_no_memory(k->ctx);
        goto done;
    }
    for (size_t i = 0; i < borders->rows; i++) {
        const char *a = borders->columns[0].texts[i], *b = borders->columns[1].texts[i];
        codes[i] = maille_text_value(strcmp(a, k->code) == 0 ? b : a);
    }
    const maille_filter among = {
        .op = MAILLE_F_IN, .column = "code", .values = codes, .count = borders->rows};
    const maille_query query = {.table = "commune",
                                .columns = columns,
                                .column_count = 2,
                                .filter = &among,
                                .order = order,
                                .order_count = 1};
    MAILLE_TRY(maille_store_read(k->ctx, k->catalogue->store, &query, &communes));
    maille_j_open(k->out, "voisins", '[');
    for (size_t i = 0; i < communes->rows; i++) {
        maille_j_open(k->out, NULL, '{');
        maille_j_text(k->out, "code", communes->columns[0].texts[i]);
        maille_j_text(k->out, "nom", communes->columns[1].texts[i]);
        maille_j_close(k->out, '}');
    }
    maille_j_close(k->out, ']');
done:
    maille_table_free(borders);
    maille_table_free(communes);
    maille_free(codes);
    return status;
}

/* ---- groupings and zone ---- */

static maille_status read_groupings(card *k, maille_table **out) {
    static const char *const columns[] = {"name", "group_id", "title"}, *const order[] = {"name"};
    const maille_value code = maille_text_value(k->code);
    const maille_filter filter = maille_equals("code", &code);
    const maille_query query = {.table = "grouping",
                                .columns = columns,
                                .column_count = 3,
                                .filter = &filter,
                                .order = order,
                                .order_count = 1};
    return maille_store_read(k->ctx, k->catalogue->store, &query, out);
}

/* Since when, by which text and below what a zone is underserved: the upper bound (included) of the
 * lowest class. */
static void add_rules(card *k, const maille_zoning_rules *rules) {
    maille_j_text(k->out, "titre", rules->head.title.fr);
    maille_j_text(k->out, "reference", rules->head.source);
    maille_j_text(k->out, "depuis", rules->head.valid_from);
    maille_j_number(k->out, "seuil", rules->count ? rules->classes[0].to : NAN);
}

/* "zonage": the class of the zone that the commune is in, and what says so. */
static maille_status add_zone(card *k, const maille_table *groupings) {
    const maille_study *study = k->catalogue->study;
    const maille_zoning_rules *rules = k->catalogue->zoning;
    const char *zone_id = NULL;
    maille_items *zone = NULL, *access = NULL;
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < groupings->rows && study->zoning_unit; i++)
        if (strcmp(groupings->columns[0].texts[i], study->zoning_unit) == 0)
            zone_id = groupings->columns[1].texts[i];
    if (zone_id)
        MAILLE_TRY(open_feature(k, "zones-sous-denses", zone_id, &zone));
    if (!rules || !zone) {
        maille_j_text(k->out, "zonage", NULL);
        goto done;
    }
    MAILLE_TRY(open_feature(k, "accessibilite", k->code, &access));
    maille_j_open(k->out, "zonage", '{');
    maille_j_text(k->out, "service", rules->service);
    maille_j_number(k->out, "apl_commune", value_of(access, rules->service, "_apl").number);
    maille_j_text(k->out, "unite", study->zoning_unit);
    maille_j_text(k->out, "zone", zone_id);
    add_text(k, "nom", zone, "nom");
    add_number(k, "apl", zone, "apl");
    add_text(k, "classe", zone, "classe");
    add_text(k, "classe_calculee", zone, "classe_calculee");
    maille_item_value derogation = value_of(zone, "derogation", "");
    add_truth(k, "derogation", !derogation.null, derogation.number != 0);
    add_text(k, "motif", zone, "motif");
    maille_j_text(k->out, "regles", study->zoning);
    add_rules(k, rules);
    maille_j_close(k->out, '}');
done:
    maille_items_free(zone);
    maille_items_free(access);
    return status;
}

static maille_status add_groupings(card *k, const maille_table *groupings) {
    maille_j_open(k->out, "groupements", '[');
    for (size_t i = 0; i < groupings->rows; i++) {
        maille_j_open(k->out, NULL, '{');
        maille_j_text(k->out, "groupement", groupings->columns[0].texts[i]);
        maille_j_text(k->out, "id", groupings->columns[1].texts[i]);
        maille_j_text(k->out, "nom", groupings->columns[2].texts[i]);
        maille_j_close(k->out, '}');
    }
    maille_j_close(k->out, ']');
    return groupings->rows ? rest_on(k, "grouping") : MAILLE_OK;
}

/* ---- CPTS ---- */

/* What the legend of the layer calls a status. */
static const char *status_title(const maille_items *items, const char *status) {
    const maille_legend_def *legend = items->plan->def->legend;
    for (size_t i = 0; status && legend && i < legend->count; i++)
        if (legend->entries[i].value && strcmp(legend->entries[i].value, status) == 0)
            return legend->entries[i].title.fr;
    return NULL;
}

static maille_status add_perimeters(card *k) {
    maille_items *items = NULL;
    bool found = false;
    maille_status status = open_layer(k, "cpts", (maille_selection){.commune = k->code}, &items);
    if (!status && !items)
        maille_j_text(k->out, "cpts", NULL);
    if (status || !items)
        return status;
    maille_j_open(k->out, "cpts", '[');
    while (!(status = maille_items_next(k->ctx, items, &found)) && found) {
        maille_j_open(k->out, NULL, '{');
        add_text(k, "id", items, "id");
        add_text(k, "nom", items, "nom");
        add_text(k, "statut", items, "statut");
        maille_j_text(k->out, "statut_titre",
                      status_title(items, value_of(items, "statut", "").text));
        add_text(k, "contact", items, "contact");
        maille_j_close(k->out, '}');
    }
    maille_j_close(k->out, ']');
    maille_items_free(items);
    return status;
}

/* ---- all of it ---- */

static maille_status add_credits(card *k) {
    const layers_resting on = {.layer = "la carte d'une commune",
                               .kinds = k->kind_list.items,
                               .count = k->kind_list.count,
                               .all_groupings = true};
    maille_strbuf sources = {0}, licence = {0};
    maille_status status = layers_credits_on(k->ctx, k->catalogue, &on, &sources, &licence);
    if (!status) {
        maille_j_text(k->out, "audience", maille_audience_name(k->catalogue->audience));
        if (k->estimated)
            maille_j_bool(k->out, "estime", true);
        if (k->stale)
            maille_j_bool(k->out, "perime", true);
        maille_strbuf_addf(&k->out->s, ",\"sources\":%s", sources.text);
        maille_j_text(k->out, "licence", licence.text);
    }
    maille_strbuf_free(&sources);
    maille_strbuf_free(&licence);
    return status;
}

static maille_status add_all(card *k, const maille_items *commune, const maille_table *groupings,
                             const maille_card_people *people, size_t people_count) {
    const char *department = value_of(commune, "departement", "").text;
    maille_status status;
    if (department)
        memcpy(k->department, department, strnlen(department, 3));
    maille_j_open(k->out, NULL, '{');
    maille_j_text(k->out, "code", k->code);
    add_text(k, "nom", commune, "nom");
    add_number(k, "population", commune, "population");
    maille_j_text(k->out, "departement", department);
    MAILLE_TRY(add_centre(k));
    MAILLE_TRY(add_extent(k));
    MAILLE_TRY(add_services(k));
    MAILLE_TRY(add_people(k, people, people_count));
    MAILLE_TRY(add_zone(k, groupings));
    MAILLE_TRY(add_perimeters(k));
    MAILLE_TRY(add_groupings(k, groupings));
    MAILLE_TRY(add_neighbours(k));
    MAILLE_TRY(add_credits(k));
    maille_j_close(k->out, '}');
done:
    return status;
}

maille_status maille_commune_card(maille_ctx *ctx, const maille_catalogue *catalogue,
                                  const maille_selection *narrowed, const char *code,
                                  const maille_card_people *people, size_t people_count,
                                  maille_strbuf *out) {
    maille_jout text = {0};
    maille_items *commune = NULL;
    maille_table *groupings = NULL;
    card k = {.ctx = ctx,
              .catalogue = catalogue,
              .narrowed = narrowed,
              .code = code,
              .out = &text,
              .kinds = maille_names_new(16)};
    maille_status status = k.kinds ? MAILLE_OK : maille_no_memory(ctx);
    if (status)
        return status;
    MAILLE_TRY(open_feature(&k, "communes", code, &commune));
    if (!commune) {
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "commune \"%s\" was not found", code);
        goto done;
    }
    MAILLE_TRY(read_groupings(&k, &groupings));
    MAILLE_TRY(add_all(&k, commune, groupings, people, people_count));
    if (!text.s.failed)
        maille_strbuf_add_n(out, text.s.text, text.s.length);
    if (text.s.failed || out->failed)
        status = maille_no_memory(ctx);
done:
    maille_items_free(commune);
    maille_table_free(groupings);
    maille_names_free(k.kinds);
    MAILLE_VEC_FREE(&k.kind_list);
    maille_strbuf_free(&text.s);
    return status;
}
