#!/bin/bash
# Layers, classes, legend, table, travel times and the card of a commune, in Chromium.
exec bash "$SOURCE/tests/web/run.sh" themes.mjs
