#!/bin/bash
# maille territory on the sample region: what it reads and refuses, held against the raw files.
exec python3 "$SOURCE/tests/cli/territory.py"
