#!/bin/bash
# The layers of the sample region, for both audiences, against a plain oracle in Python: Dijkstra,
# floating catchments, adjacency by shared borders, overlaps and gaps worked out the slow way.
set -eu
export PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for audience in interne public; do
    echo "== $audience"
    "$MAILLE" run "$MAILLE_SAMPLE/study.yaml" -w "$work/sample.maille" --audience $audience \
        --to "$work/$audience" >"$work/$audience.log"
    python3 "$SOURCE/tests/house/layers_check.py" "$MAILLE_SAMPLE" "$work/$audience" $audience
done
