#!/bin/bash
# maille territory on Corsica, held against its raw files.
exec python3 "$SOURCE/tests/cli/territory_corsica.py"
