/* Growing arrays of any plain type (room: base).
 *
 *     typedef MAILLE_VEC(uint32_t) ids;
 *     ids v = {0};
 *     if (!MAILLE_VEC_PUSH(&v, 7)) return maille_no_memory(ctx);
 *     for (size_t i = 0; i < v.count; i++) use(v.items[i]);
 *     MAILLE_VEC_FREE(&v);
 */
#ifndef MAILLE_VEC_H
#define MAILLE_VEC_H

#include <stdbool.h>
#include <stddef.h>

#include <maille/memory.h>

#define MAILLE_VEC(type)                                                                           \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count, capacity;                                                                    \
    }

bool maille_vec_grow(void **items, size_t *capacity, size_t wanted, size_t size);

#define MAILLE_VEC_RESERVE(v, n)                                                                   \
    ((v)->capacity >= (n) ||                                                                       \
     maille_vec_grow((void **)&(v)->items, &(v)->capacity, (n), sizeof *(v)->items))
#define MAILLE_VEC_PUSH(v, value)                                                                  \
    (MAILLE_VEC_RESERVE((v), (v)->count + 1) ? ((v)->items[(v)->count++] = (value), true) : false)
#define MAILLE_VEC_FREE(v)                                                                         \
    (maille_free((v)->items), (v)->items = NULL, (v)->count = (v)->capacity = 0)

#endif
