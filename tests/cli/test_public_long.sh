#!/bin/bash
# As test_public.sh, on Corsica.
exec python3 "$SOURCE/tests/cli/public.py" long
