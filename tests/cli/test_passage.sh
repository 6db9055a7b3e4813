#!/bin/bash
# Supply on the codes of 2018, communes of 2026: Brittany and Pays de la Loire.
exec python3 "$SOURCE/tests/cli/passage.py"
