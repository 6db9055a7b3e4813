#!/bin/bash
# Jobs: computing again beside those who write, exports, backups; what runs by itself.
exec python3 "$SOURCE/tests/service/jobs_serve.py"
