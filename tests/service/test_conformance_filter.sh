#!/bin/bash
# OGC API – Features, Part 3, and CQL2 text: cases and filters made by chance.
exec python3 "$SOURCE/tests/service/conformance_filter.py"
