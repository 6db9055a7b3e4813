#!/bin/bash
# Roads that join communes without a border: Noirmoutier, Yeu, Belle-Île.
exec python3 "$SOURCE/tests/cli/links.py"
