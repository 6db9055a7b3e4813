#!/bin/bash
# Styles inside GeoPackages put every feature in one class of the layer's legend.
exec python3 "$SOURCE/tests/layers/styles.py"
