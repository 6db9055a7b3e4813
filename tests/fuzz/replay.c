/* Runs a fuzz target on every file of folders, as libFuzzer would: for tests, with any compiler.
 *
 * usage: replay_<target> FOLDER|FILE... */
#include "fuzz_kit.h"

#include <dirent.h>
#include <sys/stat.h>

static size_t runs;

static void run_file(const char *path) {
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (!file || size == sizeof bytes) {
        fprintf(stderr, "%s: could not be read whole\n", path);
        exit(1);
    }
    fclose(file);
    uint8_t *exact = malloc(size ? size : 1); /* so that a step beyond its end is seen */
    MUST(exact != NULL);
    memcpy(exact, bytes, size);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    runs++;
}

static void run(const char *path) {
    struct dirent *entry;
    DIR *folder = opendir(path);
    if (!folder) {
        run_file(path);
        return;
    }
    while ((entry = readdir(folder)) != NULL) {
        char inside[1200];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
        run_file(inside);
    }
    closedir(folder);
}

int main(int count, char **paths) {
    for (int i = 1; i < count; i++)
        run(paths[i]);
    fprintf(stderr, "%zu inputs\n", runs);
    return runs ? 0 : 1;
}
