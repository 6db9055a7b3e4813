/* All routes of the service, table by table. */
#include "service/service.h"

const route_table *const all_routes[] = {
    &ogc_routes,       &item_routes,      &tile_routes,    &download_routes, &answer_routes,
    &session_routes,   &operation_routes, &event_routes,   &change_routes,   &perimeter_routes,
    &scenario_routes,  &exchange_routes,  &comment_routes, &journal_routes,  &job_routes,
    &catalogue_routes, &web_routes,
};
const size_t all_route_count = sizeof all_routes / sizeof *all_routes;
