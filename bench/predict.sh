#!/usr/bin/env bash
# ./shoal bench predict: installs the peer where it is missing, then measures HF's pipeline and Shoal in alternation.
# SHOAL_PEER_PYTHON names a Python that has the peer already.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${SHOAL_PEER_PYTHON:-$("$here/peer.sh")}
exec "$python" "$here/compare_predict.py" "$@"
