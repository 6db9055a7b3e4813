#!/bin/bash
# What an account that is bound to départements may not see nor change, by no way.
exec python3 "$SOURCE/tests/service/narrowed.py"
