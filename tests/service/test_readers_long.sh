#!/bin/bash
# GDAL and QGIS read the service; downloads are what is exported.
exec python3 "$SOURCE/tests/service/readers.py"
