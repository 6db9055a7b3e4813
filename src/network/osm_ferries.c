/* Relations of ferries. */
#include "network/osm_ferries.h"

#include <string.h>

#include "network/osm_tags.h"

void osm_ferries_clear(osm_ferries *ferries) {
    MAILLE_VEC_FREE(&ferries->items);
    MAILLE_VEC_FREE(&ferries->ids);
}

bool osm_ferries_add(osm_ferries *ferries, const network_profile *profile,
                     const osm_relation *relation) {
    bool is_route = false;
    for (size_t i = 0; i < relation->tag_count; i++) {
        const osm_tag *t = &relation->tags[i];
        is_route = is_route || (t->key && t->value && strcmp(t->key, "type") == 0 &&
                                strcmp(t->value, "route") == 0);
    }
    osm_way_use use = osm_read_tags(profile, relation->tags, relation->tag_count);
    if (!is_route || !use.name || strcmp(use.name, "ferry") != 0)
        return true;
    osm_ferry kept = {
        .first = ferries->ids.count, .duration_s = use.duration_s, .closed = use.use != OSM_FERRY};
    for (size_t i = 0; i < relation->member_count; i++) {
        if (relation->members[i].type != OSM_MEMBER_WAY)
            continue;
        if (!MAILLE_VEC_PUSH(&ferries->ids, relation->members[i].id))
            return false;
        kept.count++;
    }
    return MAILLE_VEC_PUSH(&ferries->items, kept);
}

maille_ids *osm_ferries_unknown(const osm_ferries *ferries, const maille_ids *known,
                                size_t *count) {
    maille_ids *unknown = maille_ids_new(16);
    *count = 0;
    for (size_t f = 0; unknown && f < ferries->items.count; f++) {
        const osm_ferry *ferry = &ferries->items.items[f];
        for (uint32_t i = 0; i < ferry->count && !ferry->closed; i++) {
            uint64_t id = ferries->ids.items[ferry->first + i];
            if (maille_ids_get(known, id) != MAILLE_ABSENT)
                continue;
            if (!maille_ids_set(unknown, id, 0)) {
                maille_ids_free(unknown);
                return NULL;
            }
            ++*count;
        }
    }
    return unknown;
}
