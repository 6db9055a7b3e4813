#!/bin/bash
# The same held against a service that knows nothing of before, for many commits.
exec python3 "$SOURCE/tests/service/world_serve.py" long
