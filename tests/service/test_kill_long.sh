#!/bin/bash
# The service is killed 200 times while eight planners write.
exec python3 "$SOURCE/tests/service/kill_writers.py"
