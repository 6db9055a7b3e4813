#!/bin/bash
# Perimeters against facts: real CPTS, Gironde, Corsica, and coverage recounted.
exec python3 "$SOURCE/tests/cli/perimeters_real.py"
