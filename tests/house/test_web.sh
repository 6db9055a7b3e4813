#!/bin/bash
# The web room keeps its habits (src/web/README.md): who may import whom, what no module does, sizes.
exec python3 -B "$(dirname "$0")/web.py" "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}"
