#!/bin/bash
# As test_same_bytes.sh, on Corsica.
exec python3 "$SOURCE/tests/cli/same_bytes.py" long
