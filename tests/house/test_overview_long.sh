#!/bin/bash
# The overview page in a real browser: it holds every feature, asks nothing of any other place, its
# switch recolours the map, and it is drawn at the sizes of a phone, a laptop and a projector.
set -eu
export PYTHONDONTWRITEBYTECODE=1
command -v chromium >/dev/null || {
    echo "SKIPPED: chromium is not installed (tools/packages all)"
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$SOURCE/tests/house
layers=$work/the\ layers
"$MAILLE" run "$MAILLE_SAMPLE/study.yaml" -w "$work/sample.maille" --to "$layers" >"$work/run.log"
"$SOURCE/tools/overview" "$layers" "$work/apercu.html"

# A copy whose own script presses the second button and writes down what it sees.
python3 - "$work/apercu.html" "$work/pressed.html" <<'END'
import sys
page = open(sys.argv[1], encoding="utf-8").read()
probe = """<pre id="vu"></pre><script>
const vu = [];
const fills = () => [...document.querySelectorAll(".commune")].map(c => getComputedStyle(c).fill);
for (const button of document.querySelectorAll(".switch")) {
  button.click();
  vu.push(button.id + " " + [...new Set(fills())].sort().join(" "));
}
document.querySelector(".commune").dispatchEvent(new MouseEvent("click", {bubbles: true}));
vu.push(document.querySelector("#fiche").textContent.split("\\n")[0]);
document.querySelector("#vu").textContent = vu.join("\\n");
</script></body>"""
open(sys.argv[2], "w", encoding="utf-8").write(page.replace("</body>", probe))
END
timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-dev-shm-usage --user-data-dir="$work/profile" --dump-dom \
    "file://$work/pressed.html" >"$work/dom.html" 2>"$work/chromium.log"
python3 "$here/overview_check.py" "$work/dom.html" "$layers"

for size in 390,844 1280,900 1920,1080; do
    "$SOURCE/tools/picture" "$work/apercu.html" "$work/picture.png" "$size"
    colours=$(python3 "$SOURCE/tools/page/png.py" colours "$work/picture.png")
    echo "$size: $colours colours"
    [ "$colours" -gt 100 ]
done
