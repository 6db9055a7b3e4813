#!/bin/bash
# Strokes, queues of strokes, what-ifs and going back over HTTP.
exec python3 "$SOURCE/tests/service/changes.py"
