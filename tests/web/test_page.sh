#!/bin/bash
# The pages of the map open: without an error, and without a word to anybody else.
exec bash "$SOURCE/tests/web/run.sh" page.mjs
