#!/bin/bash
# Tokens are told once and kept as hashes; backups are whole; published bytes know of neither.
exec python3 "$SOURCE/tests/cli/accounts.py"
