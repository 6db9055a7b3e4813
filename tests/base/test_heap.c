/* The heap against a search through all nodes. */
#include "harness.h"

#include <maille/heap.h>

enum { NODES = 300 };

static struct {
    bool in;
    uint32_t key;
} model[NODES];

static int least_of_model(void) {
    int least = -1;
    for (int i = 0; i < NODES; i++)
        if (model[i].in && (least < 0 || model[i].key < model[least].key))
            least = i;
    return least;
}

static void push_both(maille_heap *heap, uint32_t node, uint32_t key) {
    if (!model[node].in || key < model[node].key)
        model[node].key = key;
    model[node].in = true;
    maille_heap_push(heap, node, key);
}

/* False when heap and model differ; *empty when both are. */
static bool pop_both(maille_heap *heap, bool *empty) {
    uint32_t node = 0, key = 0;
    int least = least_of_model();
    bool popped = maille_heap_pop(heap, &node, &key);
    *empty = !popped;
    if (!popped || least < 0)
        return !popped && least < 0;
    model[least].in = false;
    return node == (uint32_t)least && key == model[least].key;
}

TEST(random_operations_agree_with_the_model) {
    maille_heap heap;
    bool empty = false;
    int faults = 0;
    srand(3);
    CHECK(maille_heap_init(&heap, NODES));
    for (int round = 0; round < 60; round++) {
        uint32_t spread = round % 3 == 0 ? 5 : 1000000; /* few keys: many equal ones */
        for (int i = 0; i < 1000; i++) {
            if (rand() % 5 < 3)
                push_both(&heap, (uint32_t)rand() % NODES, (uint32_t)rand() % spread);
            else
                faults += !pop_both(&heap, &empty);
        }
        if (round % 2) {
            maille_heap_clear(&heap);
            memset(model, 0, sizeof model);
            CHECK_INT(heap.count, 0);
        } else {
            for (empty = false; !empty;)
                faults += !pop_both(&heap, &empty);
        }
    }
    CHECK_INT(faults, 0);
    maille_heap_free(&heap);
}

TEST(equal_keys_leave_by_node_number_whatever_the_order_of_entry) {
    maille_heap heap;
    uint32_t node, key;
    CHECK(maille_heap_init(&heap, NODES));
    for (uint32_t i = 0; i < NODES; i++)
        maille_heap_push(&heap, (i * 7919) % NODES, i % 2 ? UINT32_MAX : 0);
    for (uint32_t i = 0; i < NODES; i++)
        maille_heap_push(&heap, (i * 7) % NODES, 0);
    for (uint32_t i = 0; i < NODES; i++) {
        CHECK(maille_heap_pop(&heap, &node, &key));
        CHECK_INT(node, i);
        CHECK_INT(key, 0);
    }
    CHECK(!maille_heap_pop(&heap, &node, &key));
    maille_heap_free(&heap);
}

TEST(a_key_that_is_not_lower_changes_nothing) {
    maille_heap heap;
    uint32_t node, key;
    CHECK(maille_heap_init(&heap, 2));
    maille_heap_push(&heap, 1, 5);
    maille_heap_push(&heap, 1, 9);
    maille_heap_push(&heap, 1, 5);
    CHECK_INT(heap.count, 1);
    CHECK(maille_heap_pop(&heap, &node, &key) && node == 1 && key == 5);
    maille_heap_push(&heap, 1, 9); /* out of the heap, any key enters */
    CHECK(maille_heap_pop(&heap, &node, &key) && key == 9);
    maille_heap_free(&heap);
}

TEST(no_nodes_is_a_heap_too) {
    maille_heap heap;
    uint32_t node, key;
    CHECK(maille_heap_init(&heap, 0));
    CHECK(!maille_heap_pop(&heap, &node, &key));
    maille_heap_clear(&heap);
    maille_heap_free(&heap);
    maille_heap_free(&heap);
}

RUN_TESTS(CASE(random_operations_agree_with_the_model),
          CASE(equal_keys_leave_by_node_number_whatever_the_order_of_entry),
          CASE(a_key_that_is_not_lower_changes_nothing), CASE(no_nodes_is_a_heap_too))
