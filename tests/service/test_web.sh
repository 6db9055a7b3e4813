#!/bin/bash
# The map as the service sends it: pages, files, versions, what is never sent, what to do without it.
exec python3 "$SOURCE/tests/service/web.py"
