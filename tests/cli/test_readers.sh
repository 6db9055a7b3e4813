#!/bin/bash
# Exports and checks while another process writes: one state each, never half of two.
exec python3 "$SOURCE/tests/cli/readers.py"
