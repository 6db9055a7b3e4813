#!/bin/bash
# docs/examples/maille.service: systemd takes it without a warning, and its exposure stays low.
command -v systemd-analyze >/dev/null || { echo "SKIPPED: no systemd-analyze here"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
example="$SOURCE/docs/examples/maille.service"
grep -q '^ExecStart=/usr/bin/maille serve ' "$example" || { echo "FAIL ExecStart"; exit 1; }
# The program stands elsewhere here; systemd looks whether it can be run.
sed "s|^ExecStart=/usr/bin/maille |ExecStart=$MAILLE |" "$example" >"$folder/maille.service"
said=$(systemd-analyze verify --man=no "$folder/maille.service" 2>&1)
status=$?
# Units of the machine that have nothing to do with ours may be named too.
if [ $status -ne 0 ] || grep -q 'maille' <<<"$said"; then
    echo "FAIL verify: $said"
    exit 1
fi
if ! systemd-analyze security --offline=true --no-pager --threshold=15 "$folder/maille.service" >"$folder/said" 2>&1; then
    tail -3 "$folder/said"
    exit 1
fi
echo "ok   $(grep -i 'overall' "$folder/said")"
