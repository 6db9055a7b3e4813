#!/bin/bash
# cppcheck finds no warning and nothing slow or unportable in src/.
set -u
command -v cppcheck >/dev/null || {
    echo "SKIPPED: cppcheck is not installed (tools/packages all)"
    exit 77
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# readdirCalled: glibc's readdir is safe on a stream of one's own, and readdir_r is deprecated.
# getpwuidCalled: asked once, by the command line, before any thread.
check() { # folder
    cppcheck --quiet --std=c11 -j "$(nproc)" --enable=warning,performance,portability \
        --library=posix --inline-suppr --error-exitcode=1 --suppress=readdirCalled \
        --suppress=getpwuidCalled:src/cli/options.c \
        -D_POSIX_C_SOURCE=200809L -Iinclude -Isrc "$1"
}

# The check itself: a sound file passes, each kind of fault is found.
self_check() {
    mkdir "$scratch/planted"
    try() { # what must be said ("" = nothing), text of the file
        printf '%s\n' "$2" >"$scratch/planted/a.c"
        local said
        said=$(check "$scratch/planted" 2>&1) && [ -z "$1" ] && return
        [ -n "$1" ] && grep -q "\[$1\]" <<<"$said" && return
        echo "self-check: expected ${1:-nothing}, was: $said"
        return 1
    }
    try "" 'int f(int a) { return a; }' &&
        try arrayIndexOutOfBounds 'int f(void) { int a[2] = {0}; return a[2]; }' &&
        try memleak '#include <stdlib.h>
int f(int a) { char *p = malloc(4); if (a) return 1; free(p); return 0; }' &&
        try uninitvar 'int f(void) { int a; return a; }' &&
        try nullPointerRedundantCheck 'int f(int *a) { int b = *a; return a ? b : 0; }' &&
        try AssignmentAddressToInteger 'int f(int *a) { int b = a; return b; }'
}

cd "${SOURCE:-$(dirname "$0")/../..}"
self_check || exit 1
check src
