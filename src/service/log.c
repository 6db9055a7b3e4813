/* The access log. Requests add their line to a buffer; a thread writes it twice a second, so that
 * a slow disk holds nobody up, and opens the file anew where it was moved away. Values of
 * parameters whose names speak of a token, a key or a password are left out. */
#include "service/log.h"

#include "service/alarm.h"

#include <errno.h>
#include <fcntl.h>
#include <maille/json.h>
#include <maille/memory.h>
#include <maille/strbuf.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_WAITING = 8 << 20, WAKE_MS = 500, FLUSH_AT = 256 << 10 };

struct access_log {
    maille_ctx *ctx;
    char *path; /* NULL: standard error */
    int file;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    maille_strbuf waiting;
    uint64_t lost;
    time_t second; /* that `stamp` tells */
    char stamp[32];
    bool ending;
    pthread_t writer;
};

/* ---- lines ---- */

static bool is_secret(const char *name, size_t length) {
    static const char *const words[] = {"token", "key", "secret", "passw", "%"};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        size_t n = strlen(words[w]);
        for (size_t i = 0; i + n <= length; i++)
            if (strncasecmp(name + i, words[w], n) == 0)
                return true;
    }
    return false;
}

static void add_signs(maille_strbuf *s, const char *text, size_t length) {
    size_t from = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\')
            continue;
        maille_strbuf_add_n(s, text + from, i - from);
        maille_strbuf_addf(s, "\\u%04x", c);
        from = i + 1;
    }
    maille_strbuf_add_n(s, text + from, length - from);
}

static void add_text(maille_strbuf *s, const char *name, const char *text) {
    maille_strbuf_add(s, name);
    if (!text) {
        maille_strbuf_add(s, "null");
        return;
    }
    maille_strbuf_add(s, "\"");
    add_signs(s, text, strlen(text));
    maille_strbuf_add(s, "\"");
}

static void add_target(maille_strbuf *s, const char *target) {
    size_t path = strcspn(target, "?");
    maille_strbuf_add(s, ",\"path\":\"");
    add_signs(s, target, path);
    maille_strbuf_add(s, "\"");
    if (!target[path])
        return;
    maille_strbuf_add(s, ",\"query\":\"");
    for (const char *at = target + path + 1; *at;) {
        size_t pair = strcspn(at, "&");
        size_t name = strcspn(at, "=&");
        bool hide = name < pair && is_secret(at, name);
        add_signs(s, at, hide ? name + 1 : pair);
        if (hide)
            maille_strbuf_add(s, "***");
        at += pair;
        if (*at == '&')
            maille_strbuf_add_char(s, *at++);
    }
    maille_strbuf_add(s, "\"");
}

static void add_number(maille_strbuf *s, const char *name, int64_t value) {
    maille_strbuf_add(s, name);
    maille_strbuf_add_int(s, value);
}

/* ".042": this is written for each request, and printf is slow. */
static void add_thousandths(maille_strbuf *s, int64_t value) {
    char digits[4] = {'.', (char)('0' + value / 100), (char)('0' + value / 10 % 10),
                      (char)('0' + value % 10)};
    maille_strbuf_add_n(s, digits, sizeof digits);
}

static void add_time(access_log *log) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != log->second) {
        struct tm tm;
        log->second = now.tv_sec;
        gmtime_r(&now.tv_sec, &tm);
        strftime(log->stamp, sizeof log->stamp, "%Y-%m-%dT%H:%M:%S", &tm);
    }
    maille_strbuf_addf(&log->waiting, "{\"time\":\"%s.%03ldZ\"", log->stamp, now.tv_nsec / 1000000);
}

void access_log_add(access_log *log, const access_line *line) {
    if (!log)
        return;
    pthread_mutex_lock(&log->lock);
    maille_strbuf *s = &log->waiting;
    if (s->length > MOST_WAITING || s->failed) {
        log->lost++;
    } else {
        add_time(log);
        add_text(s, ",\"method\":", line->method);
        add_target(s, line->target);
        add_number(s, ",\"status\":", line->status);
        add_number(s, ",\"bytes\":", (int64_t)line->bytes);
        int64_t microseconds = (int64_t)(line->seconds * 1e6);
        add_number(s, ",\"ms\":", microseconds / 1000);
        add_thousandths(s, microseconds % 1000);
        add_text(s, ",\"peer\":", line->peer);
        add_text(s, line->cached ? ",\"cached\":true,\"route\":" : ",\"cached\":false,\"route\":",
                 line->route);
        add_text(s, ",\"account\":", line->account);
        maille_strbuf_add(s, "}\n");
        if (s->length > FLUSH_AT)
            pthread_cond_signal(&log->wake);
    }
    pthread_mutex_unlock(&log->lock);
}

/* ---- writing ---- */

static bool open_file(access_log *log) {
    log->file = open(log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    return log->file >= 0;
}

/* Where the file was moved or taken away, a new one takes its place. */
static void follow_path(access_log *log) {
    struct stat here, there;
    if (!log->path)
        return;
    if (log->file >= 0 && fstat(log->file, &here) == 0 && stat(log->path, &there) == 0 &&
        here.st_ino == there.st_ino && here.st_dev == there.st_dev)
        return;
    if (log->file >= 0)
        close(log->file);
    open_file(log);
}

static bool write_whole(int file, const char *text, size_t length) {
    while (length) {
        ssize_t n = write(file, text, length);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            text += n;
            length -= (size_t)n;
        }
    }
    return true;
}

static void flush(access_log *log, maille_strbuf *lines, uint64_t lost) {
    follow_path(log);
    if (lost)
        maille_strbuf_addf(lines, "{\"lost\":%llu}\n", (unsigned long long)lost);
    if (lines->length && !write_whole(log->file, lines->text, lines->length))
        maille_log(log->ctx, MAILLE_LOG_WARNING, "access log %s could not be written: %s",
                   log->path ? log->path : "-", strerror(errno));
    maille_strbuf_clear(lines);
}

static void *write_lines(void *user) {
    access_log *log = user;
    maille_strbuf lines = {0};
    pthread_mutex_lock(&log->lock);
    for (bool last = false; !last;) {
        if (!log->ending && log->waiting.length < FLUSH_AT)
            alarm_wait(&log->wake, &log->lock, WAKE_MS);
        last = log->ending;
        maille_strbuf full = log->waiting;
        log->waiting = lines;
        lines = full;
        uint64_t lost = log->lost;
        log->lost = 0;
        pthread_mutex_unlock(&log->lock);
        if (lines.failed) { /* half a line helps nobody */
            maille_strbuf_free(&lines);
            lost++;
        }
        if (lines.length || lost)
            flush(log, &lines, lost);
        pthread_mutex_lock(&log->lock);
    }
    pthread_mutex_unlock(&log->lock);
    maille_strbuf_free(&lines);
    return NULL;
}

static void release(access_log *log) {
    if (log->path && log->file >= 0)
        close(log->file);
    pthread_cond_destroy(&log->wake);
    pthread_mutex_destroy(&log->lock);
    maille_strbuf_free(&log->waiting);
    maille_free(log->path);
    maille_free(log);
}

maille_status access_log_open(maille_ctx *ctx, const char *path, access_log **out) {
    *out = NULL;
    if (!path || !*path)
        return MAILLE_OK;
    access_log *log = maille_alloc(1, sizeof *log);
    if (!log)
        return maille_no_memory(ctx);
    log->ctx = ctx;
    log->file = STDERR_FILENO;
    pthread_mutex_init(&log->lock, NULL);
    alarm_init(&log->wake);
    maille_status status = MAILLE_OK;
    if (strcmp(path, "-") != 0) {
        log->path = maille_strdup(path);
        if (!log->path)
            status = maille_no_memory(ctx);
        else if (!open_file(log))
            status = maille_fail(ctx, MAILLE_FAILED, "access log %s could not be opened: %s", path,
                                 strerror(errno));
    }
    if (!status && pthread_create(&log->writer, NULL, write_lines, log) != 0)
        status = maille_fail(ctx, MAILLE_FAILED, "the writer of the log could not be started");
    if (status)
        release(log);
    else
        *out = log;
    return status;
}

void access_log_close(access_log *log) {
    if (!log)
        return;
    pthread_mutex_lock(&log->lock);
    log->ending = true;
    pthread_cond_signal(&log->wake);
    pthread_mutex_unlock(&log->lock);
    pthread_join(log->writer, NULL);
    release(log);
}
