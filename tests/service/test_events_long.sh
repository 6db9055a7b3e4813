#!/bin/bash
# Event streams cut at every byte, and clients that do not read.
exec python3 "$SOURCE/tests/service/events_serve.py" long
