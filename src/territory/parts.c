/* Parts: the connected pieces of a set of communes. */
#include <maille/memory.h>
#include <maille/territory.h>

static const uint32_t NONE = UINT32_MAX;

/* Numbers the piece that member `first` belongs to. `place` tells where a commune stands among the
 * members; `stack` has room for all of them. */
static void flood(const maille_adjacency *adjacency, const uint32_t *members, const uint32_t *place,
                  uint32_t first, uint32_t number, uint32_t *part_of, uint32_t *stack) {
    uint32_t waiting = 0;
    part_of[first] = number;
    stack[waiting++] = first;
    while (waiting > 0) {
        uint32_t commune = members[stack[--waiting]];
        for (uint32_t k = adjacency->start[commune]; k < adjacency->start[commune + 1]; k++) {
            uint32_t next = place[adjacency->neighbour[k]];
            if (next == NONE || part_of[next] != NONE)
                continue;
            part_of[next] = number;
            stack[waiting++] = next;
        }
    }
}

maille_status maille_parts(maille_ctx *ctx, const maille_adjacency *adjacency,
                           const uint32_t *members, uint32_t count, uint32_t *parts,
                           uint32_t *part_of) {
    maille_status status = MAILLE_OK;
    uint32_t found = 0;
    uint32_t *place = maille_alloc(adjacency->commune_count, sizeof *place);
    uint32_t *part = maille_alloc(count, sizeof *part);
    uint32_t *stack = maille_alloc(count, sizeof *stack);
    if (!place || !part || !stack) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t c = 0; c < adjacency->commune_count; c++)
        place[c] = NONE;
    for (uint32_t k = 0; k < count; k++) {
        part[k] = NONE;
        place[members[k]] = k;
    }
    for (uint32_t k = 0; k < count; k++)
        if (part[k] == NONE)
            flood(adjacency, members, place, k, found++, part, stack);
    *parts = found;
    for (uint32_t k = 0; part_of && k < count; k++)
        part_of[k] = part[k];
done:
    maille_free(place);
    maille_free(part);
    maille_free(stack);
    return status;
}
