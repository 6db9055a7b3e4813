#!/bin/bash
# What a commit by another process changes in what is served, and what it leaves alone.
exec python3 "$SOURCE/tests/service/world_serve.py"
