#!/bin/bash
# The description of editing: bodies, answers, refusals; the examples of docs/editing.md hold against it.
exec python3 "$SOURCE/tests/service/openapi.py"
