#!/bin/bash
# Each public header compiles alone, twice over (its guard holds), with strict warnings.
set -u
source_tree=${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Prints the headers of $1/include/maille that do not compile; fails when there are any, or none at all.
check() {
    local faults=0 count=0 header name
    for header in "$1"/include/maille/*.h; do
        [ -e "$header" ] || continue
        name=$(basename "$header")
        count=$((count + 1))
        printf '#include <maille/%s>\n#include <maille/%s>\nextern int a_unit_is_never_empty;\n' \
            "$name" "$name" > "$scratch/alone.c"
        if ! "${CC:-cc}" -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I "$1/include" \
            "$scratch/alone.c"; then
            echo "include/maille/$name does not compile alone"
            faults=$((faults + 1))
        fi
    done
    echo "$count headers, $faults at fault"
    [ "$count" -gt 0 ] && [ "$faults" -eq 0 ]
}

# The check itself: a sound header passes, each kind of fault is found.
self_check() {
    local tree=$scratch/tree
    mkdir -p "$tree/include/maille"
    check "$tree" > "$scratch/log" 2>&1 && { echo "self-check: no headers at all passed"; return 1; }
    try() { # expected, text of the header
        printf '%s\n' "$2" > "$tree/include/maille/a.h"
        local got=bad
        check "$tree" > "$scratch/log" 2>&1 && got=good
        [ "$got" = "$1" ] || { echo "self-check: expected $1, was $got: $2"; return 1; }
    }
    try good $'#ifndef A_H\n#define A_H\n#include <stddef.h>\ntypedef struct { size_t n; } a;\n#endif' &&
        try good $'#ifndef A_H\n#define A_H\n#define A 1\n#endif' &&
        try bad $'#ifndef A_H\n#define A_H\nsize_t a(void);\n#endif' && # leans on another header
        try bad $'typedef struct { int n; } a;' &&                      # no guard
        try bad $'#ifndef A_H\n#define A_H\nstruct a { int n[0]; };\n#endif' && # a warning
        try bad $'#include <maille/absent.h>'
}

self_check || { cat "$scratch/log"; exit 1; }
check "$source_tree"
