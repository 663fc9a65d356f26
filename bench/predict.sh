#!/usr/bin/env bash
# ./shoal bench predict: installs the peers where they are missing, then measures them and Shoal in alternation.
# SHOAL_PEER_PYTHON names a Python that has them already.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${SHOAL_PEER_PYTHON:-$("$here/peer.sh" --predict)}
exec "$python" "$here/compare_predict.py" "$@"
