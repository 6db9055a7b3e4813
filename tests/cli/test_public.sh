#!/bin/bash
# The public audience: nothing of a draft can be read or inferred.
exec python3 "$SOURCE/tests/cli/public.py"
