#!/bin/bash
# OGC API – Features, Part 1, requirement by requirement.
exec python3 "$SOURCE/tests/service/conformance_core.py"
