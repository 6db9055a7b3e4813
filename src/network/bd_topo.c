/* BD TOPO: which names its columns bear, which values close a road, which turns are forbidden. */
#include "network/bd_topo.h"

#include <string.h>
#include <strings.h>

#include <maille/memory.h>
#include <maille/vectorfile.h>

#define TURNS_LAYER "non_communication"

const char *bd_topo_column(const maille_table *columns, int column) {
    static const char *const names[BD_TOPO_NAMES][2] = {
        [BD_NATURE] = {"nature", "NATURE"},
        [BD_CAR_ACCESS] = {"acces_vehicule_leger", "ACCES_VL"},
        [BD_FOOT_ACCESS] = {"acces_pieton", "ACCES_PED"},
        [BD_STATE] = {"etat_de_l_objet", "ETAT"},
        [BD_TOPO_SPEED] = {"vitesse_moyenne_vl", "VIT_MOY_VL"},
        [BD_TOPO_DIRECTION] = {"sens_de_circulation", "SENS"},
        [BD_TOPO_ID] = {"cleabs", "ID"},
    };
    for (size_t n = 0; n < 2; n++)
        for (size_t i = 0; i < columns->column_count; i++)
            if (strcasecmp(columns->columns[i].name, names[column][n]) == 0)
                return names[column][n];
    return NULL;
}

static bool holds(const network_words *words, const char *value) {
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->items[i], value) == 0)
            return true;
    return false;
}

bool bd_topo_is_open(const network_bd_topo *bd, network_bd_column column, const char *value) {
    if (!value)
        return true;
    return !holds(&bd->closed[column], value) &&
           (bd->only[column].count == 0 || holds(&bd->only[column], value));
}

const char *maille_roads_layer(maille_ctx *ctx, const char *path, const char *layer) {
    maille_file_info info = {0};
    if (layer)
        return layer;
    maille_status whole = maille_file_inspect(ctx, path, NULL, &info);
    maille_file_info_clear(&info);
    if (whole != MAILLE_REFUSED)
        return NULL;
    maille_status one = maille_file_inspect(ctx, path, BD_TOPO_LAYER, &info);
    maille_file_info_clear(&info);
    return one == MAILLE_OK ? BD_TOPO_LAYER : NULL;
}

/* ---- forbidden turns ---- */

typedef struct {
    const network_input *input;
    const maille_names *edges;
    uint32_t steps[64], count; /* edges, in the order in which they are driven */
} turn;

static bool add_step(turn *t, const char *id, size_t length) {
    char name[64];
    if (length == 0 || length >= sizeof name || t->count == sizeof t->steps / sizeof *t->steps)
        return false;
    memcpy(name, id, length);
    name[length] = '\0';
    uint32_t edge = maille_names_get(t->edges, name);
    if (edge == MAILLE_ABSENT)
        return false;
    t->steps[t->count++] = edge;
    return true;
}

/* The stretch by which one comes, then those by which one may not go on, one after the other. */
static bool read_steps(turn *t, const char *from, const char *to) {
    static const char parts[] = "/,; ";
    t->count = 0;
    if (!from || !to || !add_step(t, from, strlen(from)))
        return false;
    for (const char *at = to + strspn(to, parts); *at; at += strspn(at, parts)) {
        size_t length = strcspn(at, parts);
        if (!add_step(t, at, length))
            return false;
        at += length;
    }
    return t->count > 1;
}

/* The arc of the edge that leaves the node, or MAILLE_ABSENT. */
static uint32_t leaving(const network_draft *d, uint32_t edge, uint32_t node) {
    if (d->from.items[edge] == node)
        return 2 * edge;
    return d->to.items[edge] == node ? 2 * edge + 1 : MAILLE_ABSENT;
}

static bool is_driven(const network_draft *d, uint32_t arc) {
    return (arc % 2 ? d->back_ms.items[arc / 2] : d->ms.items[arc / 2]) != MAILLE_NO_ARC;
}

/* Keeps the turn for whoever comes by the first arc; *fits where it is a way along the roads. What
 * nobody may drive needs no restriction. */
static maille_status keep_turn(const turn *t, bool back, bool *fits) {
    network_draft *d = t->input->draft;
    network_turns *turns = &d->turns;
    network_restriction kept = {turns->steps.count, t->count, false};
    uint32_t arc = 2 * t->steps[0] + back;
    bool driven = true;
    for (uint32_t i = 0; i < t->count; i++) {
        if (i > 0)
            arc = leaving(d, t->steps[i], arc % 2 ? d->from.items[arc / 2] : d->to.items[arc / 2]);
        if (arc == MAILLE_ABSENT) {
            turns->steps.count = kept.first;
            return MAILLE_OK;
        }
        driven = driven && is_driven(d, arc);
        if (!MAILLE_VEC_PUSH(&turns->steps, arc))
            return maille_no_memory(t->input->ctx);
    }
    *fits = true;
    if (!driven) {
        turns->steps.count = kept.first;
        return MAILLE_OK;
    }
    return MAILLE_VEC_PUSH(&turns->restrictions, kept) ? MAILLE_OK
                                                       : maille_no_memory(t->input->ctx);
}

maille_status bd_topo_read_turns(const network_input *input, const maille_names *edges) {
    static const char *const columns[] = {"lien_vers_troncon_entree", "liens_vers_troncon_sortie"};
    const maille_read_options options = {
        .layer = TURNS_LAYER, .columns = columns, .column_count = 2, .texts = true};
    maille_table *table = NULL;
    turn t = {.input = input, .edges = edges};
    maille_file_info info = {0};
    maille_status status = maille_file_inspect(input->ctx, input->path, TURNS_LAYER, &info);
    maille_file_info_clear(&info);
    if (status == MAILLE_NOT_FOUND)
        return MAILLE_OK;
    MAILLE_TRY(status);
    MAILLE_TRY(maille_file_read(input->ctx, input->path, &options, &table));
    for (size_t row = 0; row < table->rows; row++) {
        bool fits = false;
        if (read_steps(&t, table->columns[0].texts[row], table->columns[1].texts[row]))
            for (int back = 0; back < 2; back++)
                MAILLE_TRY(keep_turn(&t, back, &fits));
        *(fits ? &input->report->restrictions : &input->report->restrictions_unfit) += 1;
    }
done:
    maille_table_free(table);
    return status;
}
