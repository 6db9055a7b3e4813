#!/bin/bash
# Comments over HTTP, by people of every role.
exec python3 "$SOURCE/tests/service/comments.py"
