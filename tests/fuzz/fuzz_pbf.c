/* Any bytes as an OpenStreetMap file, element by element: read, or an error; whatever is handed on
 * may be looked at. */
#include "fuzz_kit.h"

#include "network/osm_pbf.h"

typedef struct {
    size_t tags, texts, elements;
} tally;

static void look_at(tally *t, const osm_tag *tags, size_t count) {
    for (size_t i = 0; i < count; i++)
        t->texts += strlen(tags[i].key) + strlen(tags[i].value);
    t->tags += count;
    t->elements++;
}

static bool on_node(void *user, const osm_node *node) {
    look_at(user, node->tags, node->tag_count);
    return true;
}

static bool on_way(void *user, const osm_line *way) {
    uint64_t sum = 0;
    for (size_t i = 0; i < way->ref_count; i++)
        sum ^= way->refs[i];
    look_at(user, way->tags, way->tag_count + (sum & 0));
    return true;
}

static bool on_relation(void *user, const osm_relation *relation) {
    tally *t = user;
    for (size_t i = 0; i < relation->member_count; i++) {
        MUST(relation->members[i].type <= OSM_MEMBER_RELATION);
        t->texts += strlen(relation->members[i].role);
    }
    look_at(t, relation->tags, relation->tag_count);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    tally all = {0}, ways = {0};
    const osm_visitor everything = {&all, on_node, on_way, on_relation},
                      some = {&ways, NULL, on_way, NULL};
    fuzz_file file = fuzz_file_of(data, size);
    maille_status status = osm_pbf_read(fuzz_ctx(), file.path, &everything);
    fuzz_judge(status, status ? NULL : &all, file.path);
    /* who wants less gets less */
    MUST(osm_pbf_read(fuzz_ctx(), file.path, &some) == MAILLE_OK || status != MAILLE_OK);
    MUST(status != MAILLE_OK || ways.elements <= all.elements);
    fuzz_file_close(&file);
    return 0;
}
