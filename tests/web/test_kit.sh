#!/bin/bash
# The checks of the kit find each fault that was made on purpose, and none where there is none.
exec bash "$SOURCE/tests/web/run.sh" kit_check.mjs
