#!/bin/bash
# Copies the scripts of FROM to TO and installs their packages there, unless they are installed.
#
# usage: install.sh FROM TO
set -eu
mkdir -p "$2"
cp "$1"/*.mjs "$2" 2>/dev/null || true
if ! cmp -s "$1/package-lock.json" "$2/node_modules/.installed"; then
    cp "$1/package.json" "$1/package-lock.json" "$2"
    (cd "$2" && npm ci --no-audit --no-fund --silent >&2)
    cp "$1/package-lock.json" "$2/node_modules/.installed"
fi
