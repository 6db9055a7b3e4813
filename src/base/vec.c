/* Growth of the arrays of <maille/vec.h>. */
#include <maille/vec.h>

#include <stdint.h>

bool maille_vec_grow(void **items, size_t *capacity, size_t wanted, size_t size) {
    size_t grown = *capacity < 8 ? 8 : *capacity;
    while (grown < wanted) {
        if (grown > SIZE_MAX / 2) {
            grown = wanted;
            break;
        }
        grown *= 2;
    }
    void *larger = maille_resize(*items, grown, size);
    if (!larger)
        return false;
    *items = larger;
    *capacity = grown;
    return true;
}
