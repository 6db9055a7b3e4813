/* The hub: reads the journal as it grows and hands its entries to those who listen. */
#include "service/hub.h"

#include "service/alarm.h"
#include "service/server.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum { BATCH = 256, TICK_MS = 1000, READ_WAIT_MS = 5000 };

/* ---- the ring; locked ---- */

static event *in_ring(const hub *h, size_t i) {
    return h->ring[(h->first + i) % HUB_RING];
}

static void drop_first(hub *h) {
    event *e = in_ring(h, 0);
    h->ring_after = event_number(e);
    h->bytes -= event_size(e);
    h->first = (h->first + 1) % HUB_RING;
    h->count--;
    event_free(e);
}

static void empty_ring(hub *h) {
    while (h->count)
        drop_first(h);
    h->ring_after = h->last;
}

static void put_in_ring(hub *h, event *e) {
    while (h->count == HUB_RING || (h->count && h->bytes + event_size(e) > HUB_RING_BYTES))
        drop_first(h);
    h->ring[(h->first + h->count++) % HUB_RING] = e;
    h->bytes += event_size(e);
}

event *hub_event_after(const hub *h, int64_t number) {
    size_t low = 0, high = h->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (event_number(in_ring(h, middle)) > number)
            high = middle;
        else
            low = middle + 1;
    }
    return low < h->count ? in_ring(h, low) : NULL;
}

int64_t hub_ordinal(const hub *h, int64_t number) {
    size_t low = 0, high = h->public.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (h->public.items[middle] > number)
            high = middle;
        else
            low = middle + 1;
    }
    return (int64_t)low;
}

int64_t hub_told_number(const hub *h, const scope *who, int64_t number) {
    return who->public ? hub_ordinal(h, number) : number;
}

/* ---- reading; on the hub's thread, without the lock ---- */

/* The file that bears the workspace's name; `*fresh` when it is another one than it was. */
static maille_status open_store(hub *h, uint64_t *state, bool *fresh) {
    maille_status status = MAILLE_OK;
    bool replaced = false;
    *fresh = false;
    if (h->store)
        MAILLE_TRY(maille_store_state(h->ctx, h->store, state, &replaced));
    if (!h->store || replaced) {
        maille_store *store = NULL; /* the old one is held until there is a new one */
        MAILLE_TRY(maille_store_open(h->ctx, h->service->workspace, MAILLE_STORE_READ,
                                     "maille serve", &store));
        maille_store_close(h->store);
        h->store = store;
        *fresh = true;
        MAILLE_TRY(maille_store_state(h->ctx, h->store, state, &replaced));
    }
done:
    return status;
}

/* Numbers of all entries for the public up to the last one. */
static maille_status read_public(hub *h, int64_t last) {
    static const char *const columns[] = {"id", "detail"}, *const order[] = {"id"};
    const maille_value action = maille_text_value("calcul");
    const maille_filter of = maille_equals("action", &action);
    const maille_query query = {.table = "journal",
                                .columns = columns,
                                .column_count = 2,
                                .filter = &of,
                                .order = order,
                                .order_count = 1};
    maille_table *rows = NULL;
    maille_status status = maille_store_read(h->ctx, h->store, &query, &rows);
    pthread_mutex_lock(&h->lock);
    h->public.count = 0;
    for (size_t i = 0; !status && i < rows->rows; i++)
        if (rows->columns[0].ints[i] <= last &&
            event_is_public("calcul", rows->columns[1].texts[i]) &&
            !MAILLE_VEC_PUSH(&h->public, rows->columns[0].ints[i]))
            status = maille_no_memory(h->ctx);
    pthread_mutex_unlock(&h->lock);
    maille_table_free(rows);
    return status;
}

/* Takes a workspace up, the first one or another: who listens begins again. */
static maille_status begin_anew(hub *h) {
    int64_t last = 0;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_journal_last(h->ctx, h->store, &last));
    MAILLE_TRY(read_public(h, last));
    pthread_mutex_lock(&h->lock);
    h->last = last;
    empty_ring(h);
    for (listener *l = h->listeners; l; l = l->next)
        l->anew = l->on != NULL;
    pthread_mutex_unlock(&h->lock);
done:
    return status;
}

static maille_status read_communes(hub *h) {
    areas *communes = NULL;
    maille_status status = areas_load(h->ctx, h->store, &communes);
    if (status)
        return status;
    pthread_mutex_lock(&h->lock);
    areas *old = h->communes;
    h->communes = communes;
    pthread_mutex_unlock(&h->lock);
    areas_drop(old);
    return MAILLE_OK;
}

/* One entry, into the ring where somebody listens. */
static maille_status take_row(hub *h, bool told, const maille_table *rows, size_t row,
                              int64_t number) {
    int at = maille_table_column(rows, "action"), detail = maille_table_column(rows, "detail");
    const char *action = rows->columns[at].texts[row];
    bool public = event_is_public(action, rows->columns[detail].texts[row]);
    event *e = NULL;
    maille_status status = MAILLE_OK;
    pthread_mutex_lock(&h->lock);
    int64_t ordinal = public ? (int64_t)h->public.count + 1 : 0;
    bool room = MAILLE_VEC_RESERVE(&h->public, h->public.count + 1);
    pthread_mutex_unlock(&h->lock);
    if (!room)
        return maille_no_memory(h->ctx);
    if (strcmp(action, "import") == 0)
        MAILLE_TRY(read_communes(h));
    if (told)
        MAILLE_TRY(event_new(h->ctx, h->store, h->communes, rows, row, ordinal, &e));
    pthread_mutex_lock(&h->lock);
    if (public)
        h->public.items[h->public.count++] = number;
    h->last = number;
    if (e)
        put_in_ring(h, e);
    pthread_mutex_unlock(&h->lock);
done:
    return status;
}

static maille_status read_journal(hub *h, bool told) {
    maille_status status = MAILLE_OK;
    maille_table *rows = NULL;
    bool more = true;
    while (more) {
        MAILLE_TRY(maille_journal_read(h->ctx, h->store, h->last, BATCH, &rows));
        int id = maille_table_column(rows, "id");
        for (size_t i = 0; i < rows->rows; i++)
            MAILLE_TRY(take_row(h, told, rows, i, rows->columns[id].ints[i]));
        more = rows->rows == BATCH;
        maille_table_free(rows);
        rows = NULL;
    }
done:
    maille_table_free(rows);
    return status;
}

/* Accounts that do not hold any more are told nothing more. One that came after the accounts were
 * read may be newer than they are. Locked. */
static void check_accounts(hub *h) {
    for (listener *l = h->listeners; l; l = l->next)
        if (*l->holder && l->since < h->known && !maille_account_by_id(h->accounts, l->holder))
            l->over = true;
}

static maille_status read_who(hub *h) {
    maille_accounts *accounts = NULL;
    maille_status status = maille_accounts_load(h->ctx, h->store, &accounts);
    if (status)
        return status;
    maille_accounts_free(h->accounts);
    h->accounts = accounts;
    pthread_mutex_lock(&h->lock);
    h->known = h->looks + 1;
    check_accounts(h);
    pthread_mutex_unlock(&h->lock);
    return MAILLE_OK;
}

static maille_status look_at(hub *h, bool told, bool fresh) {
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_store_begin(h->ctx, h->store));
    MAILLE_TRY(read_who(h));
    if (fresh || !h->communes)
        MAILLE_TRY(read_communes(h));
    if (fresh)
        MAILLE_TRY(begin_anew(h));
    MAILLE_TRY(read_journal(h, told));
done:
    maille_store_rollback(h->store); /* it only read */
    return status;
}

/* Reads what is new in the workspace. */
static maille_status look(hub *h, bool told) {
    uint64_t state = 0;
    bool fresh = false;
    maille_status status = open_store(h, &state, &fresh);
    if (!status && (fresh || !h->well || state != h->state))
        status = look_at(h, told, fresh);
    if (status && fresh) {
        maille_store_close(h->store);
        h->store = NULL;
    }
    if (!status)
        h->state = state;
    else if (h->well) /* once, not at each look */
        maille_log(h->ctx, MAILLE_LOG_WARNING, "events could not be read: %s",
                   maille_message(h->ctx));
    return status;
}

/* ---- who listens; locked ---- */

static bool is_closed(int socket) {
    char byte;
    ssize_t n = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

void hub_find_gone(hub *h) {
    h->polled.count = 0;
    if (!MAILLE_VEC_RESERVE(&h->polled, h->listener_count))
        return;
    for (const listener *l = h->listeners; l; l = l->next)
        if (l->asleep)
            h->polled.items[h->polled.count++] =
                (struct pollfd){.fd = l->on->on->socket, .events = POLLIN};
    if (poll(h->polled.items, h->polled.count, 0) <= 0)
        return;
    const struct pollfd *p = h->polled.items;
    for (listener *l = h->listeners; l; l = l->next)
        if (l->asleep && (p++)->revents && is_closed(l->on->on->socket))
            l->over = true;
}

static void find_ended(hub *h) {
    for (listener *l = h->listeners; l; l = l->next)
        if (l->session && !gatekeeper_holds(h->service->gatekeeper, l->session))
            l->over = true;
    if (h->accounts)
        check_accounts(h);
}

static void attend(hub *h, bool tick) {
    double now = seconds_monotonic(), heartbeat_s = h->service->config->heartbeat_s;
    if (tick) {
        hub_find_gone(h);
        find_ended(h);
    }
    for (listener *l = h->listeners; l; l = l->next)
        listener_look(l, now, heartbeat_s);
}

/* ---- the thread ---- */

static long tick_ms(const hub *h) {
    double ms = h->service->config->heartbeat_s * 1000 / 4;
    return ms < TICK_MS ? (long)ms : TICK_MS;
}

/* While nobody listens the journal is not read; who comes then is told from the journal itself. */
static void take_turn(hub *h, bool tick) {
    bool told = h->attended;
    h->woken = false;
    h->looking = true;
    pthread_mutex_unlock(&h->lock);
    bool well = look(h, told) == MAILLE_OK;
    pthread_mutex_lock(&h->lock);
    if (!told)
        empty_ring(h);
    h->attended = true;
    h->well = well;
    h->looking = false;
    h->looks++;
    if (well)
        h->known = h->looks;
    pthread_cond_broadcast(&h->looked);
    attend(h, tick);
}

static void *run(void *user) {
    hub *h = user;
    double next = 0;
    pthread_mutex_lock(&h->lock);
    while (!h->ending) {
        if (!h->listeners) {
            h->attended = false;
            pthread_cond_wait(&h->wake, &h->lock);
            continue;
        }
        if (!h->woken)
            alarm_wait(&h->wake, &h->lock, tick_ms(h));
        double now = seconds_monotonic();
        bool tick = now >= next;
        if (tick)
            next = now + (double)tick_ms(h) / 1000;
        if (h->listeners && !h->ending)
            take_turn(h, tick);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

/* ---- for others ---- */

maille_status hub_new(service *s, hub **out) {
    maille_status status = MAILLE_OK;
    hub *h = maille_alloc(1, sizeof *h);
    if (!h)
        return maille_no_memory(s->ctx);
    h->service = s;
    h->well = true;
    pthread_mutex_init(&h->lock, NULL);
    alarm_init(&h->wake);
    alarm_init(&h->looked);
    MAILLE_TRY(maille_ctx_child(s->ctx, &h->ctx));
    h->started = pthread_create(&h->thread, NULL, run, h) == 0;
    if (!h->started)
        status = maille_fail(s->ctx, MAILLE_FAILED, "the hub of events could not be started");
done:
    if (status)
        hub_free(h);
    else
        *out = h;
    return status;
}

void hub_free(hub *h) {
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->ending = true;
    pthread_cond_broadcast(&h->wake);
    pthread_mutex_unlock(&h->lock);
    if (h->started)
        pthread_join(h->thread, NULL);
    empty_ring(h);
    MAILLE_VEC_FREE(&h->public);
    MAILLE_VEC_FREE(&h->polled);
    areas_drop(h->communes);
    maille_accounts_free(h->accounts);
    maille_store_close(h->store);
    maille_ctx_free(h->ctx);
    pthread_cond_destroy(&h->looked);
    pthread_cond_destroy(&h->wake);
    pthread_mutex_destroy(&h->lock);
    maille_free(h);
}

void hub_wake(hub *h) {
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->woken = true;
    pthread_cond_signal(&h->wake);
    pthread_mutex_unlock(&h->lock);
}

void hub_stop(hub *h) {
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->stopping = true;
    pthread_cond_broadcast(&h->looked);
    attend(h, false);
    pthread_mutex_unlock(&h->lock);
}

bool hub_read_all(hub *h) {
    double end = seconds_monotonic() + READ_WAIT_MS / 1000.0;
    pthread_mutex_lock(&h->lock);
    uint64_t wanted = h->looks + (h->looking ? 2 : 1);
    while (h->looks < wanted && !h->stopping && seconds_monotonic() < end) {
        h->woken = true;
        pthread_cond_signal(&h->wake);
        alarm_wait(&h->looked, &h->lock, READ_WAIT_MS);
    }
    bool read = h->looks >= wanted && h->well;
    pthread_mutex_unlock(&h->lock);
    return read;
}

unsigned hub_streams(hub *h) {
    if (!h)
        return 0;
    pthread_mutex_lock(&h->lock);
    unsigned count = h->listener_count;
    pthread_mutex_unlock(&h->lock);
    return count;
}
