/* The table of steps: what each reads, needs and leaves. To add a step, add a file and a row here.
 */
#include "steps/step.h"

#include <string.h>

#define LIST(...)                                                                                  \
    (const char *const[]) {                                                                        \
        __VA_ARGS__, NULL                                                                          \
    }

const step maille_all_steps[] = {
    {.name = "borders",
     .version = 1,
     .kinds = LIST("communes", "centres"),
     .tables = LIST("border", "commune_figure"),
     .lacks = lacks_communes,
     .run = step_borders},
    {.name = "codes",
     .version = 2,
     .needs = LIST("borders"),
     .kinds = LIST("supply", "facilities", "movements", "indicators", "population_age"),
     .tables = LIST("place", "commune_indicator", "commune_age"),
     .run = step_codes},
    {.name = "groupings",
     .version = 1,
     .kinds = LIST("communes", "grouping", "movements"),
     .tables = LIST("grouping"),
     .lacks = lacks_communes,
     .run = step_groupings},
    {.name = "contexts",
     .version = 1,
     .needs = LIST("borders", "groupings"),
     .tables = LIST("context"),
     .run = step_contexts},
    {.name = "densities",
     .version = 1,
     .needs = LIST("borders"),
     .tables = LIST("commune_density"),
     .run = step_densities},
    {.name = "care-densities",
     .version = 1,
     .needs = LIST("codes"),
     .reads_services = true,
     .tables = LIST("service_density"),
     .lacks = lacks_services,
     .run = step_care_densities},
    {.name = "members",
     .version = 2,
     .reads_drafts = true,
     .kinds = LIST("communes", "movements"),
     .tables = LIST("perimeter_member"),
     .lacks = lacks_perimeters,
     .run = step_members},
    {.name = "network",
     .version = 1,
     .needs = LIST("borders"),
     .kinds = LIST("roads"),
     .rules = LIST("travel"),
     .snaps = "commune",
     .run = step_network},
    {.name = "links",
     .version = 1,
     .needs = LIST("network"),
     .rules = LIST("contiguity", "travel"),
     .tables = LIST("road_link"),
     .run = step_links},
    {.name = "times",
     .version = 1,
     .needs = LIST("network"),
     .rules = LIST("travel", "zoning"),
     .run = step_times},
    {.name = "coverage",
     .version = 1,
     .needs = LIST("network", "codes"),
     .rules = LIST("travel"),
     .reads_services = true,
     .tables = LIST("coverage", "band_share"),
     .snaps = "place",
     .lacks = lacks_services,
     .run = step_coverage},
    {.name = "catchments",
     .version = 1,
     .needs = LIST("coverage"),
     .tables = LIST("catchment"),
     .run = step_catchments},
    {.name = "isochrones",
     .version = 1,
     .needs = LIST("coverage"),
     .rules = LIST("travel"),
     .tables = LIST("isochrone"),
     .lacks = lacks_roads,
     .run = step_isochrones},
    {.name = "access",
     .version = 1,
     .needs = LIST("times", "codes"),
     .rules = LIST("zoning"),
     .tables = LIST("access"),
     .lacks = lacks_supply,
     .run = step_access},
    {.name = "zones",
     .version = 1,
     .needs = LIST("access", "contexts"),
     .rules = LIST("zoning"),
     .tables = LIST("zone"),
     .lacks = lacks_zoning,
     .run = step_zones},
    {.name = "perimeters",
     .version = 2,
     .by_audience = true,
     .needs = LIST("borders", "members", "links"),
     .rules = LIST("sizes", "publication", "overlaps"),
     .tables = LIST("perimeter_figure", "overlap", "gap"),
     .lacks = lacks_perimeters,
     .run = step_perimeters},
    {.name = "findings",
     .version = 3,
     .by_audience = true,
     .needs = LIST("borders", "members", "links", "codes", "groupings", "times"),
     .rules = LIST("sizes", "publication", "overlaps"),
     .tables = LIST("finding", "contested", "perimeter_alert"),
     .lacks = lacks_perimeters,
     .run = step_findings},
    {.name = "drives",
     .version = 1,
     .by_audience = true,
     .needs = LIST("members", "network"),
     .rules = LIST("publication", "travel"),
     .tables = LIST("perimeter_drive"),
     .lacks = lacks_perimeters,
     .run = step_drives},
    {.name = "perimeter-catchments",
     .version = 1,
     .by_audience = true,
     .needs = LIST("members", "coverage"),
     .rules = LIST("publication"),
     .tables = LIST("perimeter_catchment"),
     .lacks = lacks_perimeter_services,
     .run = step_perimeter_catchments},
    {.name = "versions",
     .version = 1,
     .reads_drafts = true,
     .reads_history = true,
     .kinds = LIST("communes", "movements"),
     .tables = LIST("perimeter_past"),
     .lacks = lacks_history,
     .run = step_versions},
};
const size_t maille_all_steps_count = sizeof maille_all_steps / sizeof *maille_all_steps;

const step *step_named(const char *name) {
    for (size_t i = 0; i < maille_all_steps_count; i++)
        if (strcmp(maille_all_steps[i].name, name) == 0)
            return &maille_all_steps[i];
    return NULL;
}

/* ---- what is missing
 * -------------------------------------------------------------------------------- */

static maille_status count_of(maille_ctx *ctx, maille_store *store, const char *table,
                              const char *column, const char *value, int64_t *count) {
    maille_value wanted = maille_text_value(value ? value : "");
    maille_filter filter = maille_equals(column ? column : "", &wanted);
    return maille_store_count(ctx, store, table, column ? &filter : NULL, count);
}

maille_status lacks_communes(maille_ctx *ctx, maille_store *store, loads *l, const char **why) {
    (void)l;
    int64_t count = 0;
    maille_status status = count_of(ctx, store, "commune", NULL, NULL, &count);
    *why = count ? NULL : "aucune commune (source de genre communes)";
    return status;
}

maille_status lacks_services(maille_ctx *ctx, maille_store *store, loads *l, const char **why) {
    const maille_study *study = NULL;
    int64_t facilities = 0, supplies = 0;
    maille_status status = MAILLE_OK;
    TRY(load_study(ctx, l, &study));
    TRY(count_of(ctx, store, "facility_raw", NULL, NULL, &facilities));
    TRY(count_of(ctx, store, "supply_raw", NULL, NULL, &supplies));
    *why = NULL;
    if (study->service_count == 0)
        *why = "aucun service (clé services de l’étude)";
    else if (facilities + supplies == 0)
        *why = "aucun lieu de soins (sources de genre facilities ou supply)";
done:
    return status;
}

maille_status lacks_roads(maille_ctx *ctx, maille_store *store, loads *l, const char **why) {
    (void)l;
    int64_t roads = 0;
    maille_status status = count_of(ctx, store, "import", "kind", "roads", &roads);
    *why = roads ? NULL : "aucune route (source de genre roads)";
    return status;
}

maille_status lacks_supply(maille_ctx *ctx, maille_store *store, loads *l, const char **why) {
    const maille_zoning_rules *rules = NULL;
    const char *unit = NULL;
    int64_t supplies = 0, facilities = 0;
    maille_status status = MAILLE_OK;
    TRY(load_zoning(ctx, l, &rules, &unit));
    TRY(count_of(ctx, store, "supply_raw", "service", rules->service, &supplies));
    TRY(count_of(ctx, store, "facility_raw", "service", rules->service, &facilities));
    *why = supplies + facilities ? NULL
                                 : "aucune offre du service que nomme le jeu de règles de zonage";
done:
    return status;
}

maille_status lacks_zoning(maille_ctx *ctx, maille_store *store, loads *l, const char **why) {
    const maille_zoning_rules *rules = NULL;
    const char *unit = NULL;
    int64_t groups = 0;
    maille_status status = MAILLE_OK;
    TRY(load_zoning(ctx, l, &rules, &unit));
    *why = NULL;
    if (!unit) {
        *why = "aucun zonage (clé rules.zoning de l’étude)";
        goto done;
    }
    TRY(count_of(ctx, store, "grouping_raw", "name", unit, &groups));
    if (groups == 0)
        *why = "l’unité du zonage (source de genre grouping)";
done:
    return status;
}

maille_status lacks_perimeters(maille_ctx *ctx, maille_store *store, loads *l, const char **why) {
    int64_t perimeters = 0;
    maille_status status = MAILLE_OK;
    TRY(lacks_communes(ctx, store, l, why));
    TRY(count_of(ctx, store, "perimeter", NULL, NULL, &perimeters));
    if (!*why && perimeters == 0)
        *why = "aucun périmètre (source de genre perimeters, ou maille territory create)";
done:
    return status;
}

maille_status lacks_history(maille_ctx *ctx, maille_store *store, loads *l, const char **why) {
    int64_t versions = 0;
    maille_status status = MAILLE_OK;
    TRY(lacks_communes(ctx, store, l, why));
    TRY(count_of(ctx, store, "perimeter_version", "scenario", "", &versions));
    if (!*why && versions == 0)
        *why =
            "aucun périmètre dans l’histoire (source de genre perimeters, ou maille territory "
            "create)";
done:
    return status;
}

maille_status lacks_perimeter_services(maille_ctx *ctx, maille_store *store, loads *l,
                                       const char **why) {
    maille_status status = lacks_perimeters(ctx, store, l, why);
    if (status == MAILLE_OK && !*why)
        status = lacks_services(ctx, store, l, why);
    return status;
}
