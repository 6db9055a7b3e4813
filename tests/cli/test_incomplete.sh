#!/bin/bash
# Studies that lack roads, perimeters or more: estimates are marked, lacking layers told.
exec python3 "$SOURCE/tests/cli/incomplete.py"
