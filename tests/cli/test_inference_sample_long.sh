#!/bin/bash
# Everything public of a workspace with drafts and a past, against one that never had them.
exec python3 "$SOURCE/tests/cli/inference.py"
