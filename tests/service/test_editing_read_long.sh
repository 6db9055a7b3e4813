#!/bin/bash
# Reading perimeters over HTTP, scenarios, lists, handover: against what the command line tells.
exec python3 "$SOURCE/tests/service/test_editing_read.py"
