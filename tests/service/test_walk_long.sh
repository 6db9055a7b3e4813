#!/bin/bash
# Ten thousand steps of three planners against a plain model.
exec python3 "$SOURCE/tests/service/walk.py"
