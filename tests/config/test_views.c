/* Views: those of the house, and what is refused. */
#include "harness.h"

#include <maille/layerdef.h>
#include <sys/stat.h>

static maille_ctx *ctx;

static maille_status read_text(const char *text, maille_view_set **out) {
    char folder[512];
    snprintf(folder, sizeof folder, "%s", test_scratch("layers"));
    mkdir(folder, 0755);
    mkdir(test_scratch("layers/views"), 0755);
    FILE *file = fopen(test_scratch("layers/views/x.yaml"), "wb");
    fputs(text, file);
    fclose(file);
    return maille_view_set_read(ctx, folder, "x", out);
}

static void check_refused(const char *text, const char *fragment) {
    maille_view_set *set = NULL;
    CHECK_INT(read_text(text, &set), MAILLE_REFUSED);
    CHECK(set == NULL);
    if (!strstr(maille_message(ctx), fragment))
        CHECK_TEXT(maille_message(ctx), fragment);
}

/* The six maps shown when a CPTS is launched, in their order, with words in both languages. */
TEST(the_launch_maps_are_six) {
    static const char *const ids[] = {"attraction-liberaux", "attraction-hopitaux",
                                      "secteurs-garde",      "poids-communes",
                                      "densite-population",  "densite-medicale"};
    maille_view_set *set = NULL;
    CHECK_INT(maille_view_set_read(ctx, test_source("layers"), MAILLE_DEFAULT_VIEWS, &set), 0);
    CHECK_TEXT(maille_message(ctx), "");
    CHECK_INT(set->count, 6);
    for (size_t i = 0; i < set->count && i < 6; i++) {
        const maille_view_def *v = &set->views[i];
        CHECK_TEXT(v->id, ids[i]);
        CHECK(v->title.en && v->description.en && v->lacking.en);
        CHECK(v->line > 0 && v->layer);
    }
    CHECK_TEXT(set->views[1].services[0], "hopital");
    CHECK_TEXT(set->views[4].property, "densite");
    maille_view_set_free(set);
}

#define VIEW(id, more) "  - {id: " id ", title: T, description: D, layer: l, lacking: L" more "}\n"

TEST(what_does_not_hold_is_refused_with_file_and_line) {
    maille_view_set *set = NULL;
    CHECK_INT(read_text("id: x\ntitle: X\nviews:\n" VIEW("a", ""), &set), 0);
    CHECK_INT(set->count, 1);
    CHECK(set->views[0].property == NULL && set->views[0].service_count == 0);
    CHECK_INT(set->views[0].line, 4);
    maille_view_set_free(set);
    check_refused("id: y\ntitle: X\nviews:\n" VIEW("a", ""), "x.yaml:1: id \"y\" was not");
    check_refused("id: x\ntitle: X\n", "key \"views\" was missing");
    check_refused("id: x\ntitle: X\nviews:\n" VIEW("a", ", colour: red"), ":4: key \"colour\"");
    check_refused("id: x\ntitle: X\nviews:\n  - {id: a, title: T, layer: l, lacking: L}\n",
                  ":4: key \"description\" was missing");
    check_refused("id: x\ntitle: X\nviews:\n" VIEW("a", "") VIEW("a", ""),
                  ":5: view \"a\" stood twice");
    check_refused("id: x\ntitle: X\nviews:\n" VIEW("a", ", property: '{service}_min'"),
                  ":4: \"{service}\" in a property and services belong together");
    check_refused("id: x\ntitle: X\nviews:\n" VIEW("a", ", property: p, services: [mg]"),
                  "belong together");
    CHECK_INT(maille_view_set_read(ctx, test_scratch("nowhere"), "x", &set), MAILLE_NOT_FOUND);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), 0);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(the_launch_maps_are_six),
          CASE(what_does_not_hold_is_refused_with_file_and_line), CASE(stop))
