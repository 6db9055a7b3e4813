/* The test harness: TEST(name) { CHECK(...); } and a main made by RUN_TESTS.
 * A test file reads as the specification of what it tests. Exit codes: 0 passed, 1 failed,
 * 77 skipped (real data absent; the reason is printed). */
#ifndef MAILLE_TESTS_HARNESS_H
#define MAILLE_TESTS_HARNESS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*test_fn)(void);
typedef struct {
    const char *name;
    test_fn run;
} test_case;

int test_main(const test_case *cases, size_t count);
void test_check(bool ok, const char *what, const char *file, int line);
void test_check_text(const char *got, const char *want, const char *what, const char *file,
                     int line);
void test_check_near(double got, double want, double tolerance, const char *what, const char *file,
                     int line);
void test_check_int(int64_t got, int64_t want, const char *what, const char *file, int line);
/* Path under the real data, or the whole executable skips with 77 and says why.
 * The string stays valid until the next call but 7. */
const char *test_real(const char *relative);
/* Path in a scratch folder of this process, emptied at exit. Same lifetime. */
const char *test_scratch(const char *relative);
/* Path under the source tree. Same lifetime. */
const char *test_source(const char *relative);

#define TEST(name) static void name(void)
#define CHECK(condition) test_check((condition), #condition, __FILE__, __LINE__)
#define CHECK_TEXT(got, want) test_check_text((got), (want), #got, __FILE__, __LINE__)
#define CHECK_NEAR(got, want, tol) test_check_near((got), (want), (tol), #got, __FILE__, __LINE__)
#define CHECK_INT(got, want)                                                                       \
    test_check_int((int64_t)(got), (int64_t)(want), #got, __FILE__, __LINE__)
#define CASE(fn)                                                                                   \
    { #fn, fn }
#define RUN_TESTS(...)                                                                             \
    int main(void) {                                                                               \
        static const test_case cases[] = {__VA_ARGS__};                                            \
        return test_main(cases, sizeof cases / sizeof *cases);                                     \
    }

#endif
