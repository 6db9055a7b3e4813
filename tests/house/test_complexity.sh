#!/bin/bash
# Names what outgrew its idea in src/: files over 800 lines, functions over 80 lines or with a
# cyclomatic complexity over 15 (a switch counts once, however many its cases).
set -u
command -v pmccabe >/dev/null || {
    echo "SKIPPED: pmccabe is not installed (tools/packages test)"
    exit 77
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# check TREE: prints what is too long or too tangled below TREE/src; fails when anything is, or when
# there is nothing to look at.
check() {
    local faults
    [ -n "$(find "$1/src" -name '*.c' 2>/dev/null)" ] || { echo "src: holds no file"; return 1; }
    faults=$(cd "$1" && {
        find src -name '*.[ch]' -exec wc -l {} \; |
            awk '$1 > 800 { print $2 " has " $1 " lines; 800 at most" }'
        # Fields: complexity with a switch as one, with each case, statements, first line, lines,
        # file(line): function. pmccabe takes a struct with a macro in it for a class: "unnamed::".
        find src -name '*.c' -print0 | xargs -0 pmccabe 2>/dev/null | awk -F '\t' '
            { sub(/unnamed::/, "", $6); sub(/\(/, ":", $6); sub(/\)/, "", $6) }
            $5 > 80 { print $6 " has " $5 " lines; 80 at most" }
            $1 > 15 { print $6 " has a complexity of " $1 "; 15 at most" }'
    } | sort)
    [ -z "$faults" ] || { echo "$faults"; return 1; }
}

# The check itself, on a scratch tree: what is just within the bounds passes, one more is found.
self_check() {
    local tree=$scratch/tree
    mkdir -p "$tree/src/base"
    check "$tree" >/dev/null && { echo "self-check: an empty tree passed"; return 1; }
    try() { # expected, file, its text
        printf '%s\n' "$3" >"$tree/src/base/$2"
        local got=bad
        check "$tree" >"$scratch/log" && got=good
        rm "$tree/src/base/$2"
        [ "$got" = "$1" ] || { echo "self-check: expected $1, was $got: $2 $4"; return 1; }
    }
    repeat() { for ((i = 0; i < $1; i++)); do echo "$2"; done; }
    function_of() { printf 'int f(int a) {\n%s\nreturn a;\n}\n' "$1"; }
    echo 'int x;' >"$tree/src/base/sound.c"
    try good a.c "$(repeat 800 'int a;')" "of 800 lines" &&
        try bad a.c "$(repeat 801 'int a;')" "of 801 lines" &&
        try bad a.h "$(repeat 801 'int a;')" "of 801 lines" &&
        try good a.c "$(function_of "$(repeat 77 'a++;')")" "with a function of 80 lines" &&
        try bad a.c "$(function_of "$(repeat 78 'a++;')")" "with a function of 81 lines" &&
        try good a.c "$(function_of "$(repeat 14 'if (a) a++;')")" "with a complexity of 15" &&
        try bad a.c "$(function_of "$(repeat 15 'if (a) a++;')")" "with a complexity of 16" &&
        try bad a.c "$(function_of "$(repeat 5 'if (a && a || a) a++;')")" "with a complexity of 16" &&
        try good a.c "$(function_of "switch (a) { $(repeat 20 'case 1: a++; break;') }")" "with a table"
}

self_check || exit 1
check "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}"
