#!/bin/bash
# Event streams: what is told to whom, and that nothing is missed or comes twice.
exec python3 "$SOURCE/tests/service/events_serve.py"
