#!/bin/bash
# OGC API – Features, Part 2: systems of coordinates, against GDAL.
exec python3 "$SOURCE/tests/service/conformance_crs.py"
