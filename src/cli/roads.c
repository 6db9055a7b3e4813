/* Roads given on the command line. */
#include "cli/roads.h"

#include <maille/memory.h>
#include <stdio.h>
#include <string.h>

maille_status read_roads(maille_ctx *ctx, const char *path, const char *fields, bool directed,
                         const char *mode, const maille_crs *crs, maille_network **network,
                         maille_network_report *report) {
    static const char *const known[] = {"from",   "to",        "length_m", "speed_kmh",
                                        "time_s", "direction", NULL};
    maille_status status = MAILLE_OK;
    pairs given = {0};
    char *folder = NULL, profile[1024];
    TRY(parse_pairs(ctx, "--fields", fields, &given));
    for (size_t i = 0; i < given.count; i++) {
        size_t k = 0;
        while (known[k] && strcmp(known[k], given.keys[i]) != 0)
            k++;
        if (!known[k]) {
            status = maille_fail(ctx, MAILLE_USAGE,
                                 "--fields named \"%s\", expected from, to, length_m, speed_kmh, "
                                 "time_s or direction",
                                 given.keys[i]);
            goto done;
        }
    }
    TRY(maille_layers_folder(ctx, &folder));
    snprintf(profile, sizeof profile, "%s/rules/profiles/%s.yaml", folder, mode);
    maille_road_fields how = {.directed = directed,
                              .from = pairs_get(&given, "from"),
                              .to = pairs_get(&given, "to"),
                              .length_m = pairs_get(&given, "length_m"),
                              .speed_kmh = pairs_get(&given, "speed_kmh"),
                              .time_s = pairs_get(&given, "time_s"),
                              .direction = pairs_get(&given, "direction"),
                              .profile = profile};
    TRY(maille_network_read(ctx, path, &how, crs, network, report));
done:
    maille_free(given.text);
    maille_free(folder);
    return status;
}
