#!/bin/bash
# Indicators and inhabitants by age of the sample region, by the study and by hand.
exec python3 "$SOURCE/tests/cli/indicators.py"
