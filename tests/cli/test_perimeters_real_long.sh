#!/bin/bash
# Perimeters against facts in two regions: pieces, islands, the bridge of Noirmoutier.
exec python3 "$SOURCE/tests/cli/perimeters_real.py" long
