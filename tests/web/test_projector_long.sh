#!/bin/bash
# The projector and the guided first visit, in Chromium.
exec bash "$SOURCE/tests/web/run.sh" projector.mjs
