#!/bin/bash
# A whole session of several people: every write has one entry, with the right name and reason.
exec python3 "$SOURCE/tests/service/journal.py"
