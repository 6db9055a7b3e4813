/* What the programs of the benchmarks share: the clock, their own peak memory, files that must
 * open. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Processor time of all threads: what it is on a busy machine too. */
static inline double processor_s(void) {
    return (double)clock() / CLOCKS_PER_SEC;
}

/* That of getrusage begins with what the program had that started this one. */
static inline double peak_memory_mb(void) {
    char line[256];
    double kb = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %lf", &kb) == 1)
            break;
    if (file)
        fclose(file);
    return kb / 1024;
}

static inline FILE *open_file(const char *path, const char *mode) {
    FILE *file = fopen(path, mode);
    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}
