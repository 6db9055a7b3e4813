#!/bin/bash
# clang-tidy finds nothing in src/ (.clang-tidy says what it looks for, and what not and why).
#
# usage: test_tidy_long.sh [FILE...]     by hand: these files only
set -u
command -v clang-tidy >/dev/null || {
    echo "SKIPPED: clang-tidy is not installed (tools/packages all)"
    exit 77
}
SOURCE=${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$SOURCE"

models="--extra-arg=-Xclang --extra-arg=-analyzer-config
    --extra-arg=-Xclang --extra-arg=model-path=$SOURCE/tests/house/models"

# tidy OPTION... -- FILE... : on all processors; what it says of numbers of suppressed warnings is dropped.
tidy() {
    local options=()
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    shift
    printf '%s\0' "$@" |
        xargs -0 -P "$(nproc)" -n 4 clang-tidy --quiet --config-file=.clang-tidy "${options[@]}" 2>"$scratch/log" ||
        { grep -v 'warnings\? generated' "$scratch/log"; return 1; }
}

# The check itself: a planted fault of each family is found by its name, a sound file is none.
self_check() {
    local flags="-xc -std=c11 -I$SOURCE/include"
    local head='#include <maille/ctx.h>\n#include <maille/memory.h>\n#include <string.h>\nint f(int n, char *s);\nint f(int n, char *s) {\n'
    try() { # the check that must speak ("" = none), body of a function
        printf "$head$2\n}\n" >"$scratch/planted.c"
        clang-tidy --quiet --config-file=.clang-tidy $models "$scratch/planted.c" -- $flags >"$scratch/said" 2>&1
        local code=$?
        if [ -z "$1" ]; then
            [ $code = 0 ]
        else
            [ $code != 0 ] && grep -q "\[$1" "$scratch/said"
        fi || { echo "self-check: expected ${1:-nothing}, was:"; cat "$scratch/said"; return 1; }
    }
    try "" 'return n + (int)strlen(s);' &&
        try clang-analyzer-core.NullDereference 'int *p = NULL;\nif (n > 3) p = &n;\nreturn *p + *s;' &&
        try clang-analyzer-unix.Malloc 'int *p = maille_alloc(4, sizeof *p);\nif (!p || n > 3) return *s;\nmaille_free(p);\nreturn 0;' &&
        try clang-analyzer-unix.Malloc 'int *p = maille_alloc(4, sizeof *p);\nmaille_free(p);\nreturn p ? *p + n : *s;' &&
        try "" 'int *p = n ? maille_alloc(4, sizeof *p) : NULL;\nif (!p && maille_no_memory(NULL) == MAILLE_OK) return *p;\nmaille_free(p);\nreturn *s;' &&
        try bugprone-suspicious-string-compare 'if (strcmp(s, "a") == 1) return n;\nreturn 0;' &&
        try cert-err34-c 'int atoi(const char *);\nreturn n + atoi(s);' &&
        try misc-redundant-expression 'return n == n ? 1 : *s;' &&
        try readability-redundant-declaration 'int f(int m, char *t);\nreturn n + *s;'
}
self_check || exit 1

database=${BUILD:-build/dev}
[ -f "$database/compile_commands.json" ] || {
    echo "$database/compile_commands.json is not there: configure with -DCMAKE_EXPORT_COMPILE_COMMANDS=ON"
    exit 1
}
[ $# -gt 0 ] || set -- src/*/*.c
with=() without=()
for file; do
    case $file in
    src/base/ctx.c | src/base/memory.c) without+=("$file") ;; # what the models stand for
    *) with+=("$file") ;;
    esac
done
faults=0
[ ${#without[@]} = 0 ] || tidy -p "$database" -- "${without[@]}" || faults=1
[ ${#with[@]} = 0 ] || tidy -p "$database" $models -- "${with[@]}" || faults=1
exit $faults
