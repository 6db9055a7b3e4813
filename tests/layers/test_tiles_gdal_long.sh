#!/bin/bash
# Tile sets of the sample region, decoded by GDAL: every feature, value and outline of the layers.
command -v ogr2ogr >/dev/null || {
    echo "SKIPPED: ogr2ogr is not installed (tools/packages test)"
    exit 77
}
exec python3 "$SOURCE/tests/layers/tiles_gdal.py"
