#!/bin/bash
# The sample region is the same at every run and holds something for every finding.
set -eu
export PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PYTHONHASHSEED=1 "$SOURCE/tools/sample-region" "$work/one"
cd /
PYTHONHASHSEED=2 LC_ALL=C "$SOURCE/tools/sample-region" "$work/a folder/two"
diff -r "$work/one" "$work/a folder/two"
python3 "$SOURCE/tests/house/sample_check.py" "$work/one" "$SOURCE"
