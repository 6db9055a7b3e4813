#!/bin/bash
# The planner's brush: strokes, locks, undo, others' changes, conflicts, a service that is away, in Chromium.
exec bash "$SOURCE/tests/web/run.sh" planner_paint.mjs
