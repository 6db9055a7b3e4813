/* Other sets of communes that perimeters live among: what a study has of them, their groups, and
 * how a perimeter lies among these. */
#include "service/catalogue.h"
#include "service/perimeters.h"

#include <maille/portrait.h>
#include <maille/vec.h>
#include <string.h>

/* The study's grouping of that name, or NULL. */
static const maille_partition *find(const maille_ground *ground, const char *name) {
    for (uint32_t i = 0; i < ground->grouping_count; i++)
        if (strcmp(ground->groupings[i].name, name) == 0)
            return &ground->groupings[i];
    return NULL;
}

/* Its name; else that of the commune that bears its code, or its code. */
static const char *name_of(const maille_ground *ground, const maille_partition *p, uint32_t group) {
    uint32_t unit = maille_ground_unit(ground, p->id[group]);
    bool named = (p->title && p->title[group]) || unit == MAILLE_ABSENT;
    return named ? maille_group_name(p, group) : ground->name[unit];
}

/* ---- GET /groupings ---- */

/* Where the grouping was imported from; null where that is not known. */
static void add_source(maille_jout *j, const maille_table *imports, const char *grouping) {
    const maille_column *kinds = &imports->columns[maille_table_column(imports, "kind")];
    const maille_column *names = &imports->columns[maille_table_column(imports, "name")];
    const maille_column *sources = &imports->columns[maille_table_column(imports, "source")];
    const maille_column *vintages = &imports->columns[maille_table_column(imports, "vintage")];
    const maille_column *licences = &imports->columns[maille_table_column(imports, "licence")];
    for (size_t i = 0; i < imports->rows; i++)
        if (strcmp(kinds->texts[i], "grouping") == 0 && names->texts[i] &&
            strcmp(names->texts[i], grouping) == 0) {
            catalogue_source(j, "source", sources->texts[i], vintages->texts[i],
                             licences->texts[i]);
            return;
        }
    maille_j_text(j, "source", NULL);
}

maille_status answer_groupings(view *v, const request *r, reply *out) {
    const maille_loaded *loaded = NULL;
    maille_table *imports = NULL;
    maille_jout j = {0};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        return MAILLE_OK;
    MAILLE_TRY(maille_imports(v->ctx, v->store, &imports));
    const maille_ground *ground = maille_loaded_ground(loaded);
    maille_j_open(&j, NULL, '[');
    for (uint32_t i = 0; i < ground->grouping_count; i++) {
        const maille_partition *p = &ground->groupings[i];
        maille_j_open(&j, NULL, '{');
        maille_j_text(&j, "id", p->name);
        maille_j_text(&j, "titre", catalogue_grouping(v, r, p->name));
        maille_j_int(&j, "groupes", p->count);
        add_source(&j, imports, p->name);
        maille_j_close(&j, '}');
    }
    maille_j_close(&j, ']');
done:
    maille_table_free(imports);
    out->body = j.s;
    out->keep = true;
    out->cache = CACHE_BY_AUDIENCE;
    return ogc_end(v, r, out, status);
}

/* ---- GET /groupings/{id} ---- */

typedef struct {
    maille_strbuf codes;
    double population;
} group;

static maille_status gather(view *v, const maille_ground *ground, const maille_partition *p,
                            group *groups) {
    for (uint32_t i = 0; i < ground->count; i++) {
        if (p->of_commune[i] == MAILLE_ABSENT)
            continue;
        group *g = &groups[p->of_commune[i]];
        g->population += ground->population[i];
        maille_strbuf_add(&g->codes, g->codes.length ? "," : "");
        maille_json_text(&g->codes, ground->code[i]);
        if (g->codes.failed)
            return maille_no_memory(v->ctx);
    }
    return MAILLE_OK;
}

static void add_groups(maille_jout *j, const maille_ground *ground, const maille_partition *p,
                       const group *groups) {
    maille_j_open(j, "groupes", '[');
    for (uint32_t g = 0; g < p->count; g++) {
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "id", p->id[g]);
        maille_j_text(j, "nom", name_of(ground, p, g));
        maille_j_number(j, "population", groups[g].population);
        maille_j_open(j, "codes", '[');
        maille_strbuf_add(&j->s, groups[g].codes.length ? groups[g].codes.text : "");
        maille_j_close(j, ']');
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

maille_status answer_grouping(view *v, const request *r, reply *out) {
    const maille_loaded *loaded = NULL;
    const maille_partition *p = NULL;
    group *groups = NULL;
    maille_jout j = {0};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        return MAILLE_OK;
    if (!(p = find(maille_loaded_ground(loaded), r->part[0])))
        MAILLE_TRY(maille_fail(v->ctx, MAILLE_NOT_FOUND, "there was no grouping %s", r->part[0]));
    if (!(groups = maille_alloc(p->count + 1u, sizeof *groups)))
        MAILLE_TRY(maille_no_memory(v->ctx));
    MAILLE_TRY(gather(v, maille_loaded_ground(loaded), p, groups));
    maille_j_open(&j, NULL, '{');
    maille_j_text(&j, "id", p->name);
    maille_j_text(&j, "titre", catalogue_grouping(v, r, p->name));
    add_groups(&j, maille_loaded_ground(loaded), p, groups);
    maille_j_close(&j, '}');
done:
    for (uint32_t g = 0; groups && g < p->count; g++)
        maille_strbuf_free(&groups[g].codes);
    maille_free(groups);
    out->body = j.s;
    out->keep = true;
    out->cache = CACHE_BY_AUDIENCE;
    return ogc_end(v, r, out, status);
}

/* ---- GET /perimeters/{id}/groupings ---- */

static void add_crossing(maille_jout *j, const maille_ground *ground, const maille_partition *p,
                         const maille_crossing *x) {
    maille_j_open(j, NULL, '{');
    maille_j_text(j, "groupement", p->name);
    maille_j_text(j, "id", p->id[x->group]);
    maille_j_text(j, "nom", name_of(ground, p, x->group));
    maille_j_int(j, "communes", x->common + x->missing);
    maille_j_int(j, "communes_dedans", x->common);
    maille_j_number(j, "population", x->of_group);
    maille_j_number(j, "population_dedans", x->population);
    maille_j_number(j, "part_du_groupe", x->part_of_group);
    maille_j_number(j, "part_du_perimetre", x->part_of_list);
    maille_j_close(j, '}');
}

/* The grouping that is asked for; NULL: all of the study's. Départements and regions can be asked
 * for too. */
static maille_status read_grouping(view *v, const request *r, const maille_ground *ground,
                                   const maille_partition **out) {
    const char *name = request_parameter(r, "grouping");
    const maille_partition *found = name ? find(ground, name) : NULL;
    if (name && !found && strcmp(name, ground->department.name) == 0)
        found = &ground->department;
    if (name && !found && strcmp(name, ground->region.name) == 0)
        found = &ground->region;
    *out = found;
    return !name || found ? MAILLE_OK
                          : maille_fail(v->ctx, MAILLE_USAGE,
                                        ogc_say(r, "« %.40s » n’est pas un groupement de l’étude",
                                                "\"%.40s\" was no grouping of the study"),
                                        name);
}

static void add_crossings(maille_jout *j, const maille_ground *ground, const maille_partition *only,
                          const maille_figures *figures) {
    maille_j_open(j, NULL, '[');
    for (uint32_t c = 0; c < figures->crosswalk_count; c++) {
        const maille_crosswalk *walk = &figures->crosswalks[c];
        bool of_study =
            walk->partition != &ground->department && walk->partition != &ground->region;
        for (uint32_t i = 0; (only ? walk->partition == only : of_study) && i < walk->count; i++)
            add_crossing(j, ground, walk->partition, &walk->items[i]);
    }
    maille_j_close(j, ']');
}

maille_status answer_perimeter_groupings(view *v, const request *r, reply *out) {
    scope s;
    maille_jout j = {0};
    holding h = {0};
    maille_figures *figures = NULL;
    const maille_loaded *loaded = NULL;
    const maille_partition *only = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(scope_read(v, r, ASK_MOMENT, &s));
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    const maille_ground *ground = maille_loaded_ground(loaded);
    MAILLE_TRY(read_grouping(v, r, ground, &only));
    MAILLE_TRY(holding_find(v, r, &s, loaded, r->part[0], &h));
    MAILLE_TRY(holding_figures(v, loaded, h.perimeter, MAILLE_WITH_CROSSWALKS, &figures));
    add_crossings(&j, ground, only, figures);
done:
    maille_figures_free(figures);
    holding_free(&h);
    return live_end(v, r, &j, out, status);
}
