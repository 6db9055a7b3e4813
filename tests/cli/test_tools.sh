#!/bin/bash
# maille times, access and network info: no workspace, answers against plain Python.
exec python3 "$SOURCE/tests/cli/tools.py"
