#!/bin/bash
# Every C file is as clang-format would write it.
set -eu
command -v clang-format >/dev/null || {
    echo "SKIPPED: clang-format is not installed (tools/packages test)"
    exit 77
}
cd "$SOURCE"
find src include tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run -Werror
