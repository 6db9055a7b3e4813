#!/bin/bash
# Accounts against a real server: roles, sessions, forgery, wrong tokens, and logs without a secret.
exec python3 "$SOURCE/tests/service/accounts_serve.py"
