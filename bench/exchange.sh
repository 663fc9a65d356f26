#!/usr/bin/env bash
# ./shoal bench exchange: installs the peer where it is missing, then measures gloo's all_reduce and Shoal's exchange in
# alternation. SHOAL_PEER_PYTHON names a Python that has the peer already.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${SHOAL_PEER_PYTHON:-$("$here/peer.sh")}
exec "$python" "$here/compare_exchange.py" "$@"
