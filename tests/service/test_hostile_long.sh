#!/bin/bash
# Injections, bombs, imports while it reads, a full disk, a clock that goes back.
exec python3 "$SOURCE/tests/service/hostile.py"
