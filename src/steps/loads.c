/* Loading: the workspace's tables as plain arrays, each once a run. */
#include "steps/loads.h"
#include "steps/ground.h"
#include "steps/step.h"

#include <maille/memory.h>
#include <maille/sources.h>

struct loads {
    maille_store *store;
    maille_study *study;
    maille_crs *crs;
    maille_travel_rules *travel_rules;
    maille_publication_rules *publication;
    maille_zoning_rules *zoning;
    communes *communes;
    commune_figures *figures;
    maille_adjacency *adjacency;
    places *places;
    travel *travel;
    maille_matrix *matrix;
    seen_perimeters *perimeters[2];
    maille_loaded *ground;
    step_known *known; /* by step and audience; NULL: nothing is remembered */
};

maille_status loads_remember(maille_ctx *ctx, loads *l, size_t steps) {
    l->known = maille_alloc(2 * steps, sizeof *l->known);
    return l->known ? MAILLE_OK : maille_no_memory(ctx);
}

step_known *loads_known(loads *l, size_t number, maille_audience audience) {
    return l->known ? &l->known[2 * number + (audience == MAILLE_PUBLIC)] : NULL;
}

maille_status loads_new(maille_ctx *ctx, maille_store *store, loads **out) {
    loads *l = maille_alloc(1, sizeof *l);
    if (!l)
        return maille_no_memory(ctx);
    l->store = store;
    *out = l;
    return MAILLE_OK;
}

void loads_forget_decisions(loads *l) {
    for (int i = 0; i < 2; i++) {
        seen_perimeters_free(l->perimeters[i]);
        l->perimeters[i] = NULL;
    }
}

void loads_free(loads *l) {
    if (!l)
        return;
    loads_forget_decisions(l);
    maille_free(l->known);
    maille_loaded_free(l->ground);
    maille_matrix_free(l->matrix);
    travel_free(l->travel);
    places_free(l->places);
    maille_adjacency_free(l->adjacency);
    commune_figures_free(l->figures);
    communes_free(l->communes);
    maille_zoning_rules_free(l->zoning);
    maille_publication_rules_free(l->publication);
    maille_travel_rules_free(l->travel_rules);
    maille_crs_free(l->crs);
    maille_study_free(l->study);
    maille_free(l);
}

/* ---- study, rules, CRS ---- */

maille_status load_study(maille_ctx *ctx, loads *l, const maille_study **out) {
    maille_status status = MAILLE_OK;
    char *json = NULL;
    if (!l->study) {
        TRY(maille_store_get(ctx, l->store, "study_json", &json));
        /* A workspace filled by hand has no study: no services, the house's usual rules. */
        TRY(maille_study_from_json(ctx, json ? json : "{study: workspace}", &l->study));
    }
    *out = l->study;
done:
    maille_free(json);
    return status;
}

maille_status load_crs(maille_ctx *ctx, loads *l, const maille_crs **out) {
    maille_status status = MAILLE_OK;
    if (!l->crs) {
        int epsg = 0;
        TRY(maille_source_crs(ctx, l->store, &epsg));
        TRY(maille_crs_new(ctx, epsg, &l->crs));
    }
    *out = l->crs;
done:
    return status;
}

maille_status load_travel_rules(maille_ctx *ctx, loads *l, const maille_travel_rules **out) {
    maille_status status = MAILLE_OK;
    if (!l->travel_rules) {
        const maille_study *study = NULL;
        TRY(load_study(ctx, l, &study));
        TRY(maille_travel_rules_read(
            ctx, study->estimation ? study->estimation : MAILLE_DEFAULT_TRAVEL, &l->travel_rules));
    }
    *out = l->travel_rules;
done:
    return status;
}

maille_status load_publication(maille_ctx *ctx, loads *l, const maille_publication_rules **out) {
    maille_status status = MAILLE_OK;
    if (!l->publication) {
        const maille_study *study = NULL;
        TRY(load_study(ctx, l, &study));
        TRY(maille_publication_rules_read(
            ctx, study->publication ? study->publication : MAILLE_DEFAULT_PUBLICATION,
            &l->publication));
    }
    *out = l->publication;
done:
    return status;
}

maille_status load_zoning(maille_ctx *ctx, loads *l, const maille_zoning_rules **out,
                          const char **unit) {
    maille_status status = MAILLE_OK;
    const maille_study *study = NULL;
    TRY(load_study(ctx, l, &study));
    if (!l->zoning)
        TRY(maille_zoning_rules_read(ctx, study->zoning ? study->zoning : MAILLE_DEFAULT_ZONING,
                                     &l->zoning));
    *out = l->zoning;
    *unit = study->zoning ? study->zoning_unit : NULL;
done:
    return status;
}

maille_status decay_of(maille_ctx *ctx, const maille_zoning_rules *rules, maille_decay *out) {
    maille_status status = maille_decay_parse(ctx, rules->decay, out);
    if (status == MAILLE_USAGE)
        return maille_fail(ctx, MAILLE_REFUSED, "%s: %s", maille_yaml_path(rules->file),
                           maille_message(ctx));
    return status;
}

/* Projects the columns `lon`, `lat` of a table into metres; NaN stays NaN. */
maille_status project_columns(maille_ctx *ctx, loads *l, const maille_table *table, size_t lon,
                              size_t lat, maille_xy **out) {
    const maille_crs *crs = NULL;
    maille_status status = MAILLE_OK;
    maille_lonlat *degrees = maille_alloc(table->rows + 1, sizeof *degrees);
    maille_xy *metres = maille_alloc(table->rows + 1, sizeof *metres);
    if (!degrees || !metres) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (size_t i = 0; i < table->rows; i++)
        degrees[i] = (maille_lonlat){table->columns[lon].reals[i], table->columns[lat].reals[i]};
    TRY(load_crs(ctx, l, &crs));
    TRY(maille_crs_project(ctx, crs, degrees, metres, table->rows, NULL));
    *out = metres;
    metres = NULL;
done:
    maille_free(degrees);
    maille_free(metres);
    return status;
}

/* ---- what is loaded once a run ---- */

maille_status load_communes(maille_ctx *ctx, loads *l, const communes **out) {
    maille_status status = MAILLE_OK;
    if (!l->communes)
        TRY(communes_new(ctx, l, &l->communes));
    *out = l->communes;
done:
    return status;
}

maille_status load_figures(maille_ctx *ctx, loads *l, const commune_figures **out) {
    maille_status status = MAILLE_OK;
    if (!l->figures)
        TRY(commune_figures_new(ctx, l, &l->figures));
    *out = l->figures;
done:
    return status;
}

maille_status load_adjacency(maille_ctx *ctx, loads *l, const maille_adjacency **out) {
    maille_status status = MAILLE_OK;
    if (!l->adjacency)
        TRY(adjacency_from_tables(ctx, l, &l->adjacency));
    *out = l->adjacency;
done:
    return status;
}

maille_status load_places(maille_ctx *ctx, loads *l, const places **out) {
    maille_status status = MAILLE_OK;
    if (!l->places)
        TRY(places_new(ctx, l, &l->places));
    *out = l->places;
done:
    return status;
}

maille_status load_perimeters(maille_ctx *ctx, loads *l, maille_audience audience,
                              const seen_perimeters **out) {
    maille_status status = MAILLE_OK;
    if (!l->perimeters[audience])
        TRY(seen_perimeters_new(ctx, l, audience, &l->perimeters[audience]));
    *out = l->perimeters[audience];
done:
    return status;
}

maille_status load_ground(maille_ctx *ctx, loads *l, unsigned with, const maille_loaded **out) {
    maille_status status = MAILLE_OK;
    if (!l->ground)
        TRY(ground_new(ctx, l, with, &l->ground));
    TRY(ground_extend(ctx, l->ground, with));
    *out = l->ground;
done:
    return status;
}

/* ---- roads ---- */

maille_status load_travel(maille_ctx *ctx, loads *l, const travel **out) {
    maille_status status = MAILLE_OK;
    if (!l->travel)
        TRY(travel_new(ctx, l, l->store, &l->travel));
    *out = l->travel;
done:
    return status;
}

maille_status load_place_stops(maille_ctx *ctx, loads *l, const travel **out) {
    maille_status status = MAILLE_OK;
    const travel *t = NULL;
    TRY(load_travel(ctx, l, &t));
    if (!t->place_stop)
        TRY(travel_snap_places(ctx, l, l->travel));
    *out = t;
done:
    return status;
}

maille_status load_hierarchy(maille_ctx *ctx, loads *l, const travel **out) {
    maille_status status = MAILLE_OK;
    const travel *t = NULL;
    TRY(load_travel(ctx, l, &t));
    if (t->network && !t->hierarchy)
        TRY(travel_build_hierarchy(ctx, l, l->travel));
    *out = t;
done:
    return status;
}

maille_status load_matrix(maille_ctx *ctx, loads *l, const maille_matrix **out) {
    maille_status status = MAILLE_OK;
    if (!l->matrix)
        TRY(times_between_communes(ctx, l, &l->matrix));
    *out = l->matrix;
done:
    return status;
}

maille_store *loads_store(const loads *l) {
    return l->store;
}
