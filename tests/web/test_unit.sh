#!/bin/bash
# The pure modules of the map, without a browser.
set -eu
command -v node >/dev/null || { echo "SKIPPED: there is no node (tools/packages test)"; exit 77; }
cd "$SOURCE"
shopt -s nullglob
tests=(tests/web/unit/*.test.mjs)
[ ${#tests[@]} -gt 0 ] || { echo "no unit tests were found"; exit 1; }
exec node --test "${tests[@]}"
