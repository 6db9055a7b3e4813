#!/bin/bash
# The planner's journey between strokes: starting, findings, gaps, scenarios, publication, in Chromium.
exec bash "$SOURCE/tests/web/run.sh" planner_plans.mjs
