#!/bin/bash
# docs/examples/nginx.conf, as it stands, before a real `maille serve`: TLS, forwarded headers, the
# cache of tiles, limits, shapes that smuggle.
for program in nginx openssl; do
    command -v "$program" >/dev/null || { echo "SKIPPED: no $program here"; exit 77; }
done
exec python3 "$SOURCE/tests/service/nginx_check.py"
