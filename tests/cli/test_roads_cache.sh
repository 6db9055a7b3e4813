#!/bin/bash
# The network, its hierarchy and the matrix of times in the cache: kept, made again, done without.
exec python3 "$SOURCE/tests/cli/roads_cache.py"
