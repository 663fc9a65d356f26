#!/usr/bin/env bash
# ./shoal bench workers: one recipe on 1, 2, 4 and 8 workers of this machine, in every stage: time, bytes, memory, hashes.
# SHOAL_PEER_PYTHON names a Python that has torch and transformers already; they only make the checkpoint.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${SHOAL_PEER_PYTHON:-$("$here/peer.sh")}
exec "$python" "$here/compare_workers.py" "$@"
