#!/bin/bash
# The journey of somebody who checks: initiatives, contested communes, comments, comparisons, sources, files, in Chromium.
exec bash "$SOURCE/tests/web/run.sh" reviewer.mjs
