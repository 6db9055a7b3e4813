#!/bin/bash
# maille check on the sample region: every finding has something, and it is what the layers show.
exec python3 "$SOURCE/tests/cli/findings.py"
