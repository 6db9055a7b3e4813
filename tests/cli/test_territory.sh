#!/bin/bash
# maille territory on the sample region, held against a plain model and the raw files.
exec python3 "$SOURCE/tests/cli/territory.py"
