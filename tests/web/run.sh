#!/bin/bash
# Runs a test of the map in the browser: its packages are installed once per build folder. Skips loudly
# (77) where node, chromium or the packages are not there.
#
# usage: run.sh TEST.mjs [ARGUMENTS]
set -eu
here=$(dirname "$(realpath "$0")")
export SOURCE=${SOURCE:-$(realpath "$here/../..")}
export MAILLE=${MAILLE:-$SOURCE/build/dev/maille}
export BUILD=${BUILD:-$(dirname "$(realpath "$MAILLE")")}
export MAILLE_SAMPLE=${MAILLE_SAMPLE:-$BUILD/sample}
export CHROMIUM=${CHROMIUM:-$(command -v chromium || true)}
skip() {
    echo "SKIPPED: $*"
    exit 77
}

command -v node >/dev/null || skip "there is no node (tools/packages all)"
[ -n "$CHROMIUM" ] || skip "there is no chromium (tools/packages all)"
[ -e "$MAILLE_SAMPLE/study.yaml" ] || "$SOURCE/tools/sample-region" "$MAILLE_SAMPLE"
bash "$SOURCE/tools/web" || skip "what the map needs of npm could not be fetched"
# One at a time: tests run side by side.
flock "$BUILD/web-npm.lock" bash "$SOURCE/tests/service/npm/install.sh" "$SOURCE/tests/web/npm" "$BUILD/web-npm" ||
    skip "the browser's packages could not be fetched from npm"
exec node "$here/$1" "${@:2}"
