#!/bin/bash
# Answers to single questions: search, cards, figures, isochrones, times.
exec python3 "$SOURCE/tests/service/answers.py"
