#!/bin/bash
# The peer of the benchmarks "perimeters-bretagne" and "perimeters-move": SpatiaLite, run by its own
# tools.
#
# usage: perimeters-peer.sh WORKDIR CPTS.csv
#
# Makes WORKDIR/peer.sqlite from MAILLE_REAL/bretagne and the perimeters, unless it is there, computes
# on a copy of it and prints what it found, then
# "peer_import_s=… peer_compute_s=… peer_mb=…": seconds of both phases as whole processes, peak memory
# of the compute.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
real=${MAILLE_REAL:-$here/../../../shared/real}/bretagne
[ $# = 2 ] || { sed -n '5s/^# //p' "$0" >&2; exit 2; }
[ -r "$real/communes-2026.geojson" ] || {
    echo "no $real/communes-2026.geojson: set MAILLE_REAL" >&2
    exit 1
}
mkdir -p "$1"
base=$1/peer.sqlite
copy=$1/computed.sqlite
log=$1/peer.log

fail() {
    tail -n 5 "$log" >&2
    exit 1
}

run() {
    "$@" >>"$log" 2>&1 || fail
}

began=$(date +%s.%N)
if [ ! -e "$base" ]; then
    run ogr2ogr -f SQLite -dsco SPATIALITE=YES -nlt MULTIPOLYGON -t_srs EPSG:2154 -nln communes \
        "$base.part" "$real/communes-2026.geojson"
    run ogr2ogr -f SQLite -update -append -nln members "$base.part" "$2"
    run spatialite -silent -bail -batch "$base.part" <"$here/perimeters-import.sql"
    mv "$base.part" "$base"
fi
ended=$(date +%s.%N)
cp "$base" "$copy"
python3 - "$here/perimeters-compute.sql" "$copy" <<'PYTHON' 2>>"$log" || fail
import resource, subprocess, sys, time
script, base = sys.argv[1:]
began = time.monotonic()
with open(script) as text:
    done = subprocess.run(["spatialite", "-silent", "-bail", "-batch", base], stdin=text, text=True,
                          stdout=subprocess.PIPE)
seconds = time.monotonic() - began
print(done.stdout, end="")
print(f"peer_compute_s={seconds:.4f} "
      f"peer_mb={resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.1f}")
sys.exit(done.returncode)
PYTHON
awk -v a="$began" -v b="$ended" 'BEGIN { printf "peer_import_s=%.3f\n", b - a }'
