#!/bin/bash
# QGIS draws each GeoPackage by the style inside it; skips loudly without Debian's python3-qgis.
set -eu
if ! /usr/bin/python3 -c "import qgis.core" 2>/dev/null; then
    echo "SKIPPED: no QGIS (Debian package python3-qgis)"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -r "$MAILLE_SAMPLE" "$folder/study"
"$MAILLE" run "$folder/study/study.yaml" -w "$folder/w.maille" --to "$folder/layers" --quiet
"$MAILLE" export -w "$folder/w.maille" --to "$folder/layers" --format gpkg --quiet
/usr/bin/python3 "$SOURCE/tests/layers/draw_in_qgis.py" "$folder/layers" "$@"
