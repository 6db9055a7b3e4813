#!/bin/bash
# What `cmake --install` puts down is whole: programs build against it by pkg-config and by CMake,
# the installed maille finds its layers, the library exports maille_* only, and the tree can be moved.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "$*"
    exit 1
}

cmake --install "$BUILD" --prefix "$work/first" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
mv "$work/first" "$work/moved tree" # nothing in it may know where it was
prefix="$work/moved tree"
cd /
unset MAILLE_LAYERS MAILLE_WEB LD_LIBRARY_PATH

# A library built with sanitizers wants programs built with them.
sanitize=$(sed -n 's/^MAILLE_SANITIZE:STRING=//p' "$BUILD/CMakeCache.txt")
sanitize=${sanitize:+-fsanitize=$sanitize}

# ---- the library's symbols ----
library=$(find "$prefix" -name libmaille.so)
exported=$(nm -D --defined-only "$library" | awk '{print $3}')
if grep -v '^maille_' <<<"$exported"; then
    fail "libmaille.so exports more than maille_*"
fi
# Each function that a public header declares is there (inline ones and types of callbacks aside).
declared=$(cat "$prefix"/include/maille/*.h | gcc -fpreprocessed -dD -E -P - 2>/dev/null |
    tr '\n' ' ' | grep -oE '[;}] *(const )?[a-z_0-9]+ [*]*maille_[a-z0-9_]+ ?\(' |
    grep -v inline | grep -oE 'maille_[a-z0-9_]+ ?\($' | tr -d ' (' | sort -u)
[ "$(wc -l <<<"$declared")" -gt 100 ] || fail "the headers were not understood: $declared"
absent=$(comm -23 <(echo "$declared") <(sort <<<"$exported"))
[ -z "$absent" ] || fail "declared in a public header, but not in the library: $absent"

# ---- programs against it ----
export PKG_CONFIG_PATH="${library%/*}/pkgconfig"
strict="-std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Werror"
eval "flags=($(pkg-config --cflags --libs maille))"
mkdir "$work/pkg-config"
for name in times size_class; do
    cc $strict $sanitize "$SOURCE/docs/examples/$name.c" "${flags[@]}" -Wl,-rpath,"${library%/*}" \
        -o "$work/pkg-config/$name"
done
cmake -S "$SOURCE/docs/examples" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" \
    -DCMAKE_C_FLAGS="$strict $sanitize" >"$work/log" 2>&1 &&
    cmake --build "$work/cmake" >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
! grep -q "^maille_DIR:PATH=$SOURCE" "$work/cmake/CMakeCache.txt" || fail "CMake found the build tree"

# A rule set that only the installed tree has shows that it is the one that is read.
sed 's/^id: .*/id: essai/; s/T4/GRANDE/' "$SOURCE/layers/rules/sizes-aci-2019.yaml" \
    >"$prefix/share/maille/layers/rules/sizes-essai.yaml"
# By hand: 0 to 1 by the one-way street, and back by 2 and 3: 3 + 4 + 2 minutes.
cat >"$work/expected" <<'CSV'
from_id,to_id,minutes
0,0,0
0,1,5
0,2,6
0,3,2
1,0,9
1,1,0
1,2,3
1,3,7
2,0,6
2,1,3
2,2,0
2,3,4
3,0,2
3,1,7
3,2,4
3,3,0
CSV
for folder in pkg-config cmake; do
    "$work/$folder/times" | diff - "$work/expected" || fail "times by $folder: other minutes"
    class=$("$work/$folder/size_class" essai 175001)
    [ "$class" = GRANDE ] || fail "size_class by $folder: $class"
    class=$("$work/$folder/size_class" aci-2019 40000)
    [ "$class" = T2 ] || fail "size_class by $folder: $class"
    code=0
    "$work/$folder/size_class" aci-2099 1 2>"$work/log" || code=$?
    [ $code = 4 ] || fail "size_class by $folder: exit $code for a rule set that is not there"
done

# ---- the map ----
web="$prefix/share/maille/web"
for name in carte.html js/carte.js style/base.css; do
    [ -s "$web/$name" ] || fail "the map was installed without $name"
done
if [ -e "$SOURCE/src/web/vendor" ]; then
    diff -r "$SOURCE/src/web/vendor" "$web/vendor" -x '.*' >"$work/log" || fail "the map lacks $(cat "$work/log")"
fi
extra=$(find "$web" -name 'package*.json' -o -name '*.md' -o -name '.*')
[ -z "$extra" ] || fail "installed beside the map: $extra"

# ---- the program ----
installed=$("$prefix/bin/maille" --version)
[ "$installed" = "maille $(pkg-config --modversion maille)" ] || fail "versions differ: $installed"
sed 's/^id: communes$/id: communes-essai/' "$SOURCE/layers/communes.yaml" \
    >"$prefix/share/maille/layers/communes-essai.yaml"
"$prefix/bin/maille" run "$MAILLE_SAMPLE/study.yaml" -w "$work/w.maille" --to "$work/out" --quiet
[ -s "$work/out/communes.geojson" ] || fail "the installed maille wrote no communes"
[ -s "$work/out/communes-essai.geojson" ] || fail "maille reads other layers than the installed ones"
# It is the installed map that is sent.
mkdir -p "$web/aide"
echo '<h1>Essai</h1>' >"$web/aide/essai.html"
coproc "$prefix/bin/maille" serve -w "$work/w.maille" --listen 127.0.0.1:0 --json 2>"$work/log"
service=$COPROC_PID
read -r -u "${COPROC[0]}" line
page=$(python3 -c 'import json, sys, urllib.request as u
print(u.urlopen("http://" + json.loads(sys.argv[1])["address"] + "/aide/essai").read().decode())' "$line") ||
    page=$(cat "$work/log")
kill "$service"
wait "$service" || true
[ "$page" = "<h1>Essai</h1>" ] || fail "maille sent another map than the installed one: $page"
echo "$(wc -l <<<"$declared") functions declared, all exported; 2 programs built in 2 ways"
