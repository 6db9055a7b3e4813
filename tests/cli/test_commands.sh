#!/bin/bash
# The table of commands: help, usage errors, what is quiet and what is JSON.
exec python3 "$SOURCE/tests/cli/commands.py"
