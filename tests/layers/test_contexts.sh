#!/bin/bash
# Groupings as areas, and densities, of the sample region: sums over the raw files, areas and unions by GDAL.
command -v ogr2ogr >/dev/null || {
    echo "SKIPPED: ogr2ogr is not installed (tools/packages test)"
    exit 77
}
exec python3 "$SOURCE/tests/layers/contexts.py"
