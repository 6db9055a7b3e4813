#!/bin/bash
# Every route by every role; with drafts or without, the public is answered the same.
exec python3 "$SOURCE/tests/service/matrix.py"
