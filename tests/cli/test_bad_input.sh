#!/bin/bash
# Bad input through the command line: exit codes, messages, and the workspace as it was.
exec python3 "$SOURCE/tests/cli/bad_input.py"
