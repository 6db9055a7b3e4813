#!/bin/bash
# maille territory on the sample region: changes, undo, scenarios, hand-over, held against a model.
exec python3 "$SOURCE/tests/cli/territory_changes.py"
