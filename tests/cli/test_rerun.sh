#!/bin/bash
# What a second run does: nothing, or no more than what depends on what changed, and the layers are
# then those of a run from scratch.
exec python3 "$SOURCE/tests/cli/rerun.py"
