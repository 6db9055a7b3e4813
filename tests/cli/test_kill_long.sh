#!/bin/bash
# A run killed at any moment, then run again: the layers are those of an undisturbed run.
exec python3 "$SOURCE/tests/cli/kill.py"
