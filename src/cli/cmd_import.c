/* maille import: one or more files of a kind into a workspace. */
#include "cli/cli.h"

#include <maille/edit.h>
#include <maille/memory.h>
#include <maille/sources.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *workspace, *fields, *vintage, *source, *licence, *service, *name, *layer, *crs;
    const char *from_vintage, *to_vintage, *perimeter_kind, *unit, *how, *title;
    bool directed, dry_run, force, json, quiet;
} import_options;

static maille_status describe(maille_ctx *ctx, const char *kind, const char *file,
                              const import_options *o, const pairs *fields, maille_arena *arena,
                              maille_source *out) {
    maille_status status = MAILLE_OK;
    *out = (maille_source){0};
    if (strcmp(kind, "auto") == 0)
        TRY(maille_source_recognise(ctx, file, arena, out));
    else if (!maille_source_fields(kind)) {
        status = maille_fail(ctx, MAILLE_USAGE,
                             "kind \"%s\" was not known: auto, communes, centres, roads, supply, "
                             "facilities, grouping, perimeters, movements, indicators or "
                             "population_age",
                             kind);
        goto done;
    } else
        out->kind = kind;
    out->file = file;
    const struct {
        const char *given, **place;
    } texts[] = {{o->vintage, &out->vintage},
                 {o->source, &out->source},
                 {o->licence, &out->licence},
                 {o->service, &out->service},
                 {o->name, &out->name},
                 {o->layer, &out->layer},
                 {o->crs, &out->crs},
                 {o->from_vintage, &out->from_vintage},
                 {o->to_vintage, &out->to_vintage},
                 {o->perimeter_kind, &out->perimeter_kind},
                 {o->unit, &out->unit},
                 {o->how, &out->how},
                 {o->title, &out->title}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].given)
            *texts[i].place = texts[i].given;
    out->directed = out->directed || o->directed;
    if (fields->count) {
        out->field_keys = (const char **)(uintptr_t)fields->keys;
        out->field_values = (const char **)(uintptr_t)fields->values;
        out->field_count = fields->count;
    }
done:
    return status;
}

static maille_status import_all(maille_ctx *ctx, maille_store *store, const char *const *rest,
                                size_t count, const import_options *o, const pairs *fields) {
    maille_status status = MAILLE_OK;
    maille_publication_rules *publication = NULL;
    maille_arena *arena = maille_arena_new();
    if (!arena)
        return maille_no_memory(ctx);
    TRY(maille_publication_rules_read(ctx, MAILLE_DEFAULT_PUBLICATION, &publication));
    maille_import_options options = {
        .dry_run = o->dry_run, .force = o->force, .publication = publication};
    for (size_t i = 1; i < count; i++) {
        maille_source source;
        maille_import_result r = {0};
        TRY(describe(ctx, rest[0], rest[i], o, fields, arena, &source));
        TRY(maille_import_source(ctx, store, &source, &options, &r));
        if (o->json)
            printf(
                "{\"kind\":\"%s\",\"read\":%lld,\"kept\":%lld,\"repaired\":%lld,"
                "\"refused\":%lld,\"unchanged\":%s}\n",
                source.kind, (long long)r.read, (long long)r.kept, (long long)r.repaired,
                (long long)r.refused, r.unchanged ? "true" : "false");
        else if (!o->quiet)
            printf("%s%s\n", r.message, o->dry_run ? " (dry run: nothing was written)" : "");
    }
    if (!o->dry_run)
        TRY(maille_history_adopt(ctx, store, NULL));
done:
    maille_publication_rules_free(publication);
    maille_arena_free(arena);
    return status;
}

static maille_status run(maille_ctx *ctx, int argc, char **argv) {
    import_options o = {0};
    const option options[] = {{"workspace", 'w', &o.workspace, NULL},
                              {"fields", 0, &o.fields, NULL},
                              {"vintage", 0, &o.vintage, NULL},
                              {"source", 0, &o.source, NULL},
                              {"licence", 0, &o.licence, NULL},
                              {"service", 0, &o.service, NULL},
                              {"name", 0, &o.name, NULL},
                              {"layer", 0, &o.layer, NULL},
                              {"crs", 0, &o.crs, NULL},
                              {"from-vintage", 0, &o.from_vintage, NULL},
                              {"to-vintage", 0, &o.to_vintage, NULL},
                              {"perimeter-kind", 0, &o.perimeter_kind, NULL},
                              {"unit", 0, &o.unit, NULL},
                              {"how", 0, &o.how, NULL},
                              {"title", 0, &o.title, NULL},
                              {"directed", 0, NULL, &o.directed},
                              {"dry-run", 'n', NULL, &o.dry_run},
                              {"force", 'f', NULL, &o.force},
                              {"json", 0, NULL, &o.json},
                              {"quiet", 'q', NULL, &o.quiet}};
    const char **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    size_t rest_count = 0;
    pairs fields = {0};
    maille_store *store = NULL;
    maille_status status = MAILLE_OK;
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_import, argc, argv, options, sizeof options / sizeof *options, rest,
                      &rest_count));
    if (!o.workspace || rest_count < 2) {
        status = maille_fail(ctx, MAILLE_USAGE, "%s was missing",
                             o.workspace ? "KIND or FILE" : "-w WORKSPACE");
        goto done;
    }
    TRY(parse_pairs(ctx, "--fields", o.fields, &fields));
    TRY(maille_store_open(ctx, o.workspace, MAILLE_STORE_WRITE, who(), &store));
    TRY(import_all(ctx, store, rest, rest_count, &o, &fields));
done:
    maille_store_close(store);
    maille_free(fields.text);
    maille_free((void *)rest);
    return status;
}

const command cmd_import = {
    "import",
    "KIND|auto FILE… -w WORKSPACE [--fields a=b,…] [--vintage D] [--source S] [--licence L] "
    "[--service ID] [--name N] [--dry-run]",
    "bring files into a workspace",
    "Kinds: communes centres roads supply facilities grouping perimeters movements indicators\n"
    "population_age; auto recognises the kind by the file's content.\n\n"
    "  -w, --workspace FILE   the workspace\n"
    "      --fields a=b,…     our field=theirs, e.g. code=INSEE_COM,name=NOM\n"
    "      --vintage DATE     date of the file's codes, e.g. 2018-01-01\n"
    "      --source S, --licence L   credits that every result carries\n"
    "      --service ID       of supply and facilities\n"
    "      --name N           of a grouping, of an indicator\n"
    "      --unit U, --how somme|moyenne, --title T   of an indicator (moyenne when not said)\n"
    "      --layer L          layer of a file that has several\n"
    "      --crs EPSG:n       for files that name none\n"
    "      --directed         roads: each line is one direction\n"
    "      --from-vintage D, --to-vintage D   movements\n"
    "      --perimeter-kind K cpts (default), pta, cls …\n"
    "  -n, --dry-run          read and check, write nothing\n"
    "  -f, --force            import what is unchanged too; replaces perimeters edited since\n",
    run};
