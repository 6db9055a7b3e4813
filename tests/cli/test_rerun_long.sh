#!/bin/bash
# More of what a second run does, as test_rerun.sh: every kind of source and rule set.
exec python3 "$SOURCE/tests/cli/rerun.py" long
