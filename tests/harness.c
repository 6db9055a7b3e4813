#include "harness.h"

#include <sys/stat.h>
#include <unistd.h>

static int failures;
static char scratch[64];

void test_check(bool ok, const char *what, const char *file, int line) {
    if (ok)
        return;
    failures++;
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
}

void test_check_text(const char *got, const char *want, const char *what, const char *file,
                     int line) {
    if (got && want && strcmp(got, want) == 0)
        return;
    if (!got && !want)
        return;
    failures++;
    fprintf(stderr, "%s:%d: %s is \"%s\", expected \"%s\"\n", file, line, what,
            got ? got : "(null)", want ? want : "(null)");
}

void test_check_near(double got, double want, double tolerance, const char *what, const char *file,
                     int line) {
    if (fabs(got - want) <= tolerance)
        return;
    failures++;
    fprintf(stderr, "%s:%d: %s is %.17g, expected %.17g within %g\n", file, line, what, got, want,
            tolerance);
}

void test_check_int(int64_t got, int64_t want, const char *what, const char *file, int line) {
    if (got == want)
        return;
    failures++;
    fprintf(stderr, "%s:%d: %s is %lld, expected %lld\n", file, line, what, (long long)got,
            (long long)want);
}

static const char *join(const char *folder, const char *relative) {
    static char paths[8][1024];
    static int next;
    char *path = paths[next++ & 7];
    snprintf(path, sizeof paths[0], "%s/%s", folder, relative);
    return path;
}

const char *test_source(const char *relative) {
    const char *source = getenv("SOURCE");
    return join(source ? source : ".", relative);
}

const char *test_real(const char *relative) {
    const char *real = getenv("MAILLE_REAL");
    const char *path = join(real ? real : test_source("../shared/real"), relative);
    if (access(path, R_OK) != 0) {
        fprintf(stderr, "SKIPPED: real data absent (set MAILLE_REAL): %s\n", path);
        exit(failures ? 1 : 77);
    }
    return path;
}

static void remove_scratch(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    if (system(command) != 0)
        fprintf(stderr, "could not remove %s\n", scratch);
}

const char *test_scratch(const char *relative) {
    if (!scratch[0]) {
        snprintf(scratch, sizeof scratch, "/tmp/maille-test-XXXXXX");
        if (!mkdtemp(scratch)) {
            perror("mkdtemp");
            exit(1);
        }
        atexit(remove_scratch);
    }
    return join(scratch, relative);
}

int test_main(const test_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int before = failures;
        cases[i].run();
        fprintf(stderr, "%s %s\n", failures == before ? "ok  " : "FAIL", cases[i].name);
    }
    fprintf(stderr, "%zu cases, %d checks failed\n", count, failures);
    return failures ? 1 : 0;
}
