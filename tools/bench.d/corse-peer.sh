#!/bin/bash
# The peer of the benchmark "corse": SpatiaLite with VirtualRouting, run by its own tools.
#
# usage: corse-peer.sh WORKDIR
#
# Makes WORKDIR/peer.sqlite from MAILLE_REAL/corse, computes on it and prints
# "peer_import_s=… peer_compute_s=… peer_mb=…": seconds of both phases as whole processes, peak memory
# of the compute. Results are in its tables couverture, perimetres, mesures and chevauchements.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
real=${MAILLE_REAL:-$here/../../../shared/real}/corse
[ $# = 1 ] || { sed -n '4s/^# //p' "$0" >&2; exit 2; }
[ -r "$real/roads.gpkg" ] || { echo "no $real/roads.gpkg: set MAILLE_REAL" >&2; exit 1; }
mkdir -p "$1"
base=$1/peer.sqlite
log=$1/peer.log
rm -f "$base" "$log"

# Runs a command; "seconds MB" of its whole process.
measure() {
    python3 - "$@" <<'PYTHON'
import resource, subprocess, sys, time
script, command = sys.argv[1], sys.argv[2:]
began = time.monotonic()
with open(script) as text:
    done = subprocess.run(command, stdin=text, stdout=sys.stderr)
seconds = time.monotonic() - began
print(f"{seconds:.4f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.1f}")
sys.exit(done.returncode)
PYTHON
}

fail() {
    tail -n 5 "$log" >&2
    exit 1
}

run() {
    "$@" >>"$log" 2>&1 || fail
}

add() {
    run ogr2ogr -f SQLite -update -append -nln "$1" "$base" "${@:2}"
}

began=$(date +%s.%N)
run ogr2ogr -f SQLite -dsco SPATIALITE=YES -nlt LINESTRING -nln roads "$base" "$real/roads.gpkg"
add communes "$real/communes.geojson" -nlt MULTIPOLYGON -t_srs EPSG:2154
add centres "$real/centres.csv" -oo X_POSSIBLE_NAMES=lon -oo Y_POSSIBLE_NAMES=lat \
    -oo KEEP_GEOM_COLUMNS=NO -s_srs EPSG:4326 -t_srs EPSG:2154
add medecins "$real/medecins-generalistes.csv"
add maternites "$real/maternites.csv"
add cpts "$real/cpts-exemple.csv"
run spatialite -silent -bail -batch "$base" <"$here/corse-import.sql"
ended=$(date +%s.%N)
computed=$(measure "$here/corse-compute.sql" spatialite -silent -bail -batch "$base" 2>>"$log") || fail
awk -v a="$began" -v b="$ended" -v c="$computed" 'BEGIN {
    split(c, part, " ")
    printf "peer_import_s=%.3f peer_compute_s=%s peer_mb=%s\n", b - a, part[1], part[2] }'
