#!/bin/bash
# Corsica end to end, held against plain Python.
exec python3 "$SOURCE/tests/cli/corsica.py"
