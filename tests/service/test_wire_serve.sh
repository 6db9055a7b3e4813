#!/bin/bash
# maille serve as a process: signals, exit codes, refusals.
exec python3 "$SOURCE/tests/service/wire_serve.py"
