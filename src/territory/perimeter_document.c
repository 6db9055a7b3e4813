/* The document of a perimeter: canonical JSON, written and read back. */
#include "territory/perimeter.h"

#include <maille/hash.h>
#include <maille/json.h>
#include <maille/jsontree.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing ---- */

/* "key":"text", or nothing for NULL. */
static void add_key(maille_strbuf *json, const char *key, const char *text) {
    if (!text)
        return;
    if (json->length > 0 && json->text[json->length - 1] != '{')
        maille_strbuf_add_char(json, ',');
    maille_json_text(json, key);
    maille_strbuf_add_char(json, ':');
    maille_json_text(json, text);
}

static void add_status(maille_strbuf *json, const maille_status_entry *entry) {
    maille_strbuf_add_char(json, '{');
    add_key(json, "status", entry->status);
    add_key(json, "since", entry->since);
    add_key(json, "by", entry->by);
    maille_strbuf_add_char(json, '}');
}

static void add_member(maille_strbuf *json, const maille_member *member) {
    maille_strbuf_add_char(json, '{');
    add_key(json, "code", member->code);
    if (member->share < 1) {
        maille_strbuf_add(json, ",\"share\":");
        maille_json_double(json, member->share);
    }
    add_key(json, "on_purpose", member->on_purpose ? member->reason : NULL);
    add_key(json, "zone", member->zone);
    maille_strbuf_add_char(json, '}');
}

void maille_perimeter_write(maille_strbuf *json, const maille_perimeter *perimeter) {
    maille_strbuf_add_char(json, '{');
    add_key(json, "id", perimeter->id);
    add_key(json, "kind", perimeter->kind);
    add_key(json, "name", perimeter->name);
    add_key(json, "contact", perimeter->contact);
    maille_strbuf_add(json, ",\"statuses\":[");
    for (uint32_t i = 0; i < perimeter->status_count; i++) {
        maille_strbuf_add(json, i ? "," : "");
        add_status(json, &perimeter->statuses[i]);
    }
    maille_strbuf_add(json, "],\"members\":[");
    for (uint32_t i = 0; i < perimeter->member_count; i++) {
        maille_strbuf_add(json, i ? "," : "");
        add_member(json, &perimeter->members[i]);
    }
    maille_strbuf_add(json, "]}");
}

maille_status maille_perimeter_hash(maille_ctx *ctx, const maille_perimeter *perimeter,
                                    char hash[65]) {
    maille_strbuf json = {0};
    maille_hasher *hasher = NULL;
    maille_sha256 sum;
    maille_status status = MAILLE_OK;
    maille_perimeter_write(&json, perimeter);
    if (json.failed || !(hasher = maille_hasher_new())) {
        status = maille_no_memory(ctx);
        goto done;
    }
    maille_hasher_add(hasher, json.text, json.length);
    maille_hasher_end(hasher, &sum);
    memcpy(hash, sum.hex, sizeof sum.hex);
done:
    maille_strbuf_free(&json);
    return status;
}

/* ---- reading ---- */

/* What the reading functions share. */
typedef struct {
    maille_ctx *ctx;
    const char *what;
    maille_perimeter *perimeter;
} reader;

/* Refuses what is no object, or has a key that none of ours is. */
static maille_status only(const reader *r, const maille_json *object, const char *name,
                          const char *const *keys) {
    if (!maille_json_is_object(object))
        return maille_fail(r->ctx, MAILLE_REFUSED, "%s: %s was no object", r->what, name);
    const char *other = maille_json_other_key(object, keys);
    return other ? maille_fail(r->ctx, MAILLE_REFUSED, "%s: key \"%s\" of %s was not known",
                               r->what, other, name)
                 : MAILLE_OK;
}

/* The text under a key; NULL where there is none, which `needed` refuses. */
static maille_status text_of(const reader *r, const maille_json *object, const char *key,
                             bool needed, text_kind kind, const char **out) {
    const maille_json *value = maille_json_get(object, key);
    *out = maille_json_as_text(value);
    if (!*out && !maille_json_is_null(value))
        return maille_fail(r->ctx, MAILLE_REFUSED, "%s: %s was no text", r->what, key);
    if (!*out && !needed)
        return MAILLE_OK;
    return perimeter_judge_text(r->ctx, r->what, key, *out, kind);
}

static maille_status read_status(const reader *r, const maille_json *object) {
    static const char *const keys[] = {"status", "since", "by", NULL};
    maille_perimeter *p = r->perimeter;
    const maille_status_entry *before =
        p->status_count > 0 ? &p->statuses[p->status_count - 1] : NULL;
    maille_status_entry entry;
    maille_status status;
    MAILLE_TRY(only(r, object, "a status", keys));
    MAILLE_TRY(text_of(r, object, "status", true, ONE_LINE, &entry.status));
    MAILLE_TRY(text_of(r, object, "since", false, ONE_LINE, &entry.since));
    MAILLE_TRY(text_of(r, object, "by", false, MANY_LINES, &entry.by));
    MAILLE_TRY(perimeter_judge_since(r->ctx, r->what, before, entry.since));
    MAILLE_TRY(perimeter_push_status(r->ctx, p, &entry));
done:
    return status;
}

static maille_status read_member(const reader *r, const maille_json *object) {
    static const char *const keys[] = {"code", "share", "on_purpose", "zone", NULL};
    const maille_json *share = maille_json_get(object, "share");
    maille_member member = {.share = 1};
    maille_status status;
    MAILLE_TRY(only(r, object, "a member", keys));
    MAILLE_TRY(text_of(r, object, "code", true, ONE_LINE, &member.code));
    MAILLE_TRY(text_of(r, object, "on_purpose", false, MANY_LINES, &member.reason));
    MAILLE_TRY(text_of(r, object, "zone", false, MANY_LINES, &member.zone));
    member.on_purpose = member.reason != NULL;
    if (!maille_json_is_null(share) && !maille_json_as_number(share, &member.share))
        MAILLE_TRY(maille_fail(r->ctx, MAILLE_REFUSED, "%s: share of %s was no number", r->what,
                               member.code));
    MAILLE_TRY(perimeter_judge_share(r->ctx, r->what, member.code, member.share));
    MAILLE_TRY(perimeter_push_member(r->ctx, r->perimeter, &member));
done:
    return status;
}

static int by_code(const void *a, const void *b) {
    return strcmp(((const maille_member *)a)->code, ((const maille_member *)b)->code);
}

static maille_status sort_members(const reader *r) {
    maille_perimeter *p = r->perimeter;
    qsort(p->members, p->member_count, sizeof *p->members, by_code);
    for (uint32_t i = 1; i < p->member_count; i++)
        if (strcmp(p->members[i - 1].code, p->members[i].code) == 0)
            return maille_fail(r->ctx, MAILLE_REFUSED, "%s: commune %s was a member twice", r->what,
                               p->members[i].code);
    return MAILLE_OK;
}

static maille_status read_lists(reader *r, const maille_json *tree) {
    const maille_json *statuses = maille_json_get(tree, "statuses");
    const maille_json *members = maille_json_get(tree, "members");
    size_t status_count = maille_json_count(statuses), member_count = maille_json_count(members);
    maille_status status = MAILLE_OK;
    if (status_count == 0 || !maille_json_is_array(members))
        return maille_fail(r->ctx, MAILLE_REFUSED, "%s: %s", r->what,
                           status_count == 0 ? "there was no status" : "members were no list");
    if (status_count >= UINT32_MAX || member_count >= UINT32_MAX)
        return maille_no_memory(r->ctx);
    MAILLE_TRY(
        perimeter_alloc(r->ctx, (uint32_t)status_count, (uint32_t)member_count, &r->perimeter));
    for (size_t i = 0; i < status_count; i++)
        MAILLE_TRY(read_status(r, maille_json_at(statuses, i)));
    for (size_t i = 0; i < member_count; i++)
        MAILLE_TRY(read_member(r, maille_json_at(members, i)));
    MAILLE_TRY(sort_members(r));
done:
    return status;
}

maille_status maille_perimeter_parse(maille_ctx *ctx, const char *what, const char *json,
                                     maille_perimeter **out) {
    static const char *const keys[] = {"id",       "kind",    "name", "contact",
                                       "statuses", "members", NULL};
    reader r = {ctx, what, NULL};
    const char *id, *kind, *name, *contact;
    maille_json *tree = NULL;
    maille_status status;
    MAILLE_TRY(maille_json_parse(ctx, what, json, &tree));
    MAILLE_TRY(only(&r, tree, "the perimeter", keys));
    MAILLE_TRY(text_of(&r, tree, "id", true, ONE_LINE, &id));
    MAILLE_TRY(text_of(&r, tree, "kind", true, ONE_LINE, &kind));
    MAILLE_TRY(text_of(&r, tree, "name", true, MANY_LINES, &name));
    MAILLE_TRY(text_of(&r, tree, "contact", false, MANY_LINES, &contact));
    MAILLE_TRY(read_lists(&r, tree));
    MAILLE_TRY(perimeter_keep(ctx, r.perimeter, id, &r.perimeter->id));
    MAILLE_TRY(perimeter_keep(ctx, r.perimeter, kind, &r.perimeter->kind));
    MAILLE_TRY(perimeter_keep(ctx, r.perimeter, name, &r.perimeter->name));
    MAILLE_TRY(perimeter_keep(ctx, r.perimeter, contact, &r.perimeter->contact));
    *out = r.perimeter;
    r.perimeter = NULL;
done:
    maille_perimeter_free(r.perimeter);
    maille_json_free(tree);
    return status;
}
