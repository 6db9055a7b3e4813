# Sourced by tools/demo and tools/test: builds a preset, quietly.

# build_preset PRESET LOG: configures and builds build/PRESET; the log is shown only on failure.
build_preset() {
    local preset=$1 log=$2 cache=build/$1/CMakeCache.txt
    # A build folder that came along with a copied tree belongs to another place: start afresh.
    if [ -f "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$cache"; then
        rm -rf "build/$preset"
    fi
    if ! { mkdir -p "build/$preset" "$(dirname "$log")" && touch "$log" "build/$preset"; } 2>/dev/null; then
        echo "$PWD/build or $PWD/out cannot be written; were they made by another user?" >&2
        return 1
    fi
    if ! { cmake --preset "$preset" && cmake --build --preset "$preset"; } >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        echo "building failed; the whole log is in $PWD/$log" >&2
        return 1
    fi
}
