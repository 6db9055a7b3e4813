#!/bin/bash
# A journal of many entries; names that go as the study says.
exec python3 "$SOURCE/tests/service/journal.py" long
