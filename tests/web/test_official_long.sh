#!/bin/bash
# The elected official's journey, in Chromium.
exec bash "$SOURCE/tests/web/run.sh" official.mjs
