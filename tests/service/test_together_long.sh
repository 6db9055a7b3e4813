#!/bin/bash
# Planners and the command line on one workspace at the same time; two planners on one perimeter.
exec python3 "$SOURCE/tests/service/together.py"
