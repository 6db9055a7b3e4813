#!/bin/bash
# maille territory comment and comments on the sample region, held against the table of comments.
exec python3 "$SOURCE/tests/cli/territory_comments.py"
