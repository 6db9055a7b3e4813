#!/bin/bash
# What a map begins with: layers, the study, who holds what, columns, groupings, isochrones on foot.
exec python3 "$SOURCE/tests/service/web_answers.py"
