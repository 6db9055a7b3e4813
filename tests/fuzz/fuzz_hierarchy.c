/* Any bytes as the hierarchy file of the cache: refused, or climbs that stay within the arrays. */
#include "cache_bytes.h"

#include <maille/hierarchy.h>
#include <maille/memory.h>

#include "network/hierarchy_checks.h"

static void load(const uint8_t *data, size_t size) {
    maille_ctx *ctx = fuzz_ctx();
    maille_hierarchy *h = NULL;
    fuzz_file file = fuzz_file_of(data, size);
    maille_status status = maille_hierarchy_load(ctx, file.path, CACHE_KEY, &h);
    fuzz_judge(status, h, file.path);
    if (h && h->node_count) {
        check_climber climber = check_climber_new(h->node_count);
        MUST(check_climb_form(h->node_count, &h->out) && check_climb_form(h->node_count, &h->in));
        for (uint32_t v = 0; v < h->node_count && v < 20; v++)
            MUST(check_climb(h, &climber, v, v) == 0 &&
                 check_climb(h, &climber, v, h->node_count - 1 - v) <= MAILLE_UNREACHED);
        check_climber_free(&climber);
    }
    maille_hierarchy_free(h);
    fuzz_file_close(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t *sound = cache_with_checksum(data, size);
    load(data, size);
    load(sound, size);
    free(sound);
    return 0;
}
