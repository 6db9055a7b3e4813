#!/bin/bash
# Arrondissements and IRIS as units; CLS, on-call sectors and zonings in draft as kinds of perimeters.
exec python3 "$SOURCE/tests/cli/units_and_kinds.py"
