/* The one writer: each write in a transaction of its own, in the name of who asked, and each
 * request once. It holds the workspace's lock for as long as a write takes, so that other programs
 * write in between. */
#include "service/editing.h"
#include "service/router.h"

#include <maille/hash.h>
#include <string.h>
#include <time.h>

/* Once the lock could not be had, the next ones look for it only shortly for a while: those that
 * stand in the queue would else wait one after the other. */
static const double SHORTLY_S = 0.1, LATELY_S = 5;

struct writer {
    service *service;
    pthread_mutex_t lock;
    maille_store *store; /* at rest between writes; NULL: not opened yet */
    double refused;      /* when the lock could not be had, monotonic; 0: it could, last time */
};

maille_status writer_new(service *s, writer **out) {
    writer *w = maille_alloc(1, sizeof *w);
    if (!w)
        return maille_no_memory(s->ctx);
    w->service = s;
    pthread_mutex_init(&w->lock, NULL);
    *out = w;
    return MAILLE_OK;
}

void writer_free(writer *w) {
    if (!w)
        return;
    maille_store_close(w->store);
    pthread_mutex_destroy(&w->lock);
    maille_free(w);
}

/* ---- having the workspace ---- */

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static maille_status rouse(maille_ctx *ctx, writer *w) {
    double wait = w->service->config->write_wait_s;
    maille_status status = MAILLE_OK;
    if (w->refused > 0 && now_s() - w->refused < LATELY_S && wait > SHORTLY_S)
        wait = SHORTLY_S;
    for (int attempt = 0; attempt < 2; attempt++) {
        if (!w->store)
            MAILLE_TRY(
                maille_store_open_resting(ctx, w->service->workspace, "maille serve", &w->store));
        status = maille_store_rouse(ctx, w->store, wait);
        if (status != MAILLE_NOT_FOUND)
            break;
        maille_store_close(w->store); /* another file bears its name now */
        w->store = NULL;
        desks_forget(w->service->desks);
    }
done:
    w->refused = status == MAILLE_BUSY ? now_s() : 0;
    return status;
}

/* ---- requests that come again ---- */

static bool is_key(const char *key) {
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:";
    size_t length = strlen(key);
    return length > 0 && length <= 64 && strspn(key, allowed) == length;
}

static maille_status hash_of(maille_ctx *ctx, const request *r, const char *what,
                             maille_sha256 *out) {
    maille_hasher *hasher = maille_hasher_new();
    if (!hasher)
        return maille_no_memory(ctx);
    maille_hasher_add(hasher, &r->verb, what ? 0 : sizeof r->verb);
    maille_hasher_add_text(hasher, what ? what : r->target);
    maille_hasher_add(hasher, r->body, what ? 0 : r->body_length);
    maille_hasher_end(hasher, out);
    return MAILLE_OK;
}

/* One write: what was asked, and the store it is done with. */
typedef struct {
    writing w;
    const char *key;
    maille_sha256 hash;
    bool again; /* it was answered before */
} once;

static maille_status find_answer(once *o, reply *out) {
    view *v = o->w.v;
    const request *r = o->w.r;
    char *answer = NULL;
    int code = 0;
    maille_status status = maille_request_find(v->ctx, o->w.store, r->account->id, o->key,
                                               o->hash.hex, &code, &answer);
    if (status == MAILLE_REFUSED) {
        o->again = true;
        return reply_problem(r, out, 422,
                             router_say(r, "Cet identifiant a déjà servi à une autre demande.",
                                        "This id was used for another request before."));
    }
    if (status == MAILLE_OK && answer) {
        o->again = true;
        out->status = code;
        maille_strbuf_add(&out->body, answer);
        reply_header(out, "Idempotency-Replayed", "true");
    }
    maille_free(answer);
    return status;
}

static bool went_well(const reply *out) {
    return !out->status || (out->status >= 200 && out->status < 300);
}

static maille_status keep_answer(once *o, const reply *out) {
    if (!o->key || out->body.failed)
        return out->body.failed ? maille_no_memory(o->w.v->ctx) : MAILLE_OK;
    return maille_request_keep(o->w.v->ctx, o->w.store, o->w.r->account->id, o->key, o->hash.hex,
                               out->status ? out->status : 200,
                               out->body.text ? out->body.text : "");
}

/* ---- a write ---- */

static maille_status write_in_transaction(once *o, write_fn write, reply *out, bool *kept) {
    maille_ctx *ctx = o->w.v->ctx;
    maille_store *store = o->w.store;
    maille_status status = MAILLE_OK;
    *kept = false;
    MAILLE_TRY(maille_store_begin(ctx, store));
    if (o->key)
        MAILLE_TRY(find_answer(o, out));
    if (o->again)
        goto done;
    MAILLE_TRY(write(&o->w, out));
    if (!went_well(out))
        goto done;
    MAILLE_TRY(keep_answer(o, out));
    MAILLE_TRY(maille_store_commit(ctx, store));
    *kept = true;
done:
    if (!*kept)
        maille_store_rollback(store);
    if (o->w.after)
        o->w.after(&o->w, *kept);
    return status;
}

static maille_status say_busy(const request *r, reply *out) {
    reply_header(out, "Retry-After", "2");
    return reply_problem(r, out, 503,
                         router_say(r,
                                    "Une importation ou un autre programme écrit dans l’espace de "
                                    "travail. Rien n’est perdu : réessayez dans un instant.",
                                    "An import or another program writes to the workspace. Nothing "
                                    "is lost: try again in a moment."));
}

maille_status write_once(view *v, const request *r, const char *id, const char *what,
                         write_fn write, void *user, reply *out) {
    writer *w = v->service->writer;
    once o = {.w = {.v = v, .r = r, .user = user}};
    bool kept = false;
    o.key = id ? id : *r->idempotency_key && r->verb != GET ? r->idempotency_key : NULL;
    out->cache = CACHE_NO_STORE;
    if (o.key && !is_key(o.key))
        return reply_problem(
            r, out, 400,
            router_say(r,
                       "L’identifiant d’une demande a 1 à 64 signes parmi lettres, "
                       "chiffres, - _ . et :",
                       "The id of a request has 1 to 64 of letters, digits, "
                       "- _ . and :"));
    maille_status status = hash_of(v->ctx, r, what, &o.hash);
    if (status)
        return status;
    pthread_mutex_lock(&w->lock);
    status = rouse(v->ctx, w);
    if (status == MAILLE_OK) {
        o.w.store = w->store;
        status = maille_store_act_as(v->ctx, w->store, r->account->name, r->account->id);
        if (status == MAILLE_OK)
            status = write_in_transaction(&o, write, out, &kept);
        maille_store_rest(w->store);
    } else if (status == MAILLE_BUSY) {
        status = say_busy(r, out);
    }
    pthread_mutex_unlock(&w->lock);
    if (kept) {
        views_decided(v->service->views);
        hub_wake(v->service->hub);
        jobs_decided(v->service->jobs);
    }
    return status;
}
