#!/bin/bash
# The same bytes from scratch, twice, with one thread or two, whatever the folder, user or locale.
exec python3 "$SOURCE/tests/cli/same_bytes.py"
