#!/bin/bash
# maille times: how points come to roads, which way, and what is wrong with them.
exec python3 "$SOURCE/tests/cli/snapping.py"
