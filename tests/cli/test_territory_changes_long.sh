#!/bin/bash
# maille territory: many edits, each as what-if told it, taken back to the start and taken up again.
exec python3 "$SOURCE/tests/cli/territory_changes.py" long
