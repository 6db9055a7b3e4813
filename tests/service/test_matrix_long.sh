#!/bin/bash
# As test_matrix.sh, with every link, feature, tile and draft.
exec python3 "$SOURCE/tests/service/matrix.py" long
