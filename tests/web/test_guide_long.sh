#!/bin/bash
# The pages of the guide, in Chromium.
exec bash "$SOURCE/tests/web/run.sh" guide.mjs
