#!/bin/bash
# The same where two programs work at once, and where a profile changed.
exec python3 "$SOURCE/tests/cli/roads_cache.py" long
