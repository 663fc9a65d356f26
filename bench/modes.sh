#!/usr/bin/env bash
# ./shoal bench modes: one device, DDP, ZeRO-0, ZeRO-2 and ZeRO-3 with offload, from the seven files of config/, both sides.
# SHOAL_PEER_PYTHON names a Python that has the peer and DeepSpeed already.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${SHOAL_PEER_PYTHON:-$("$here/peer.sh" --deepspeed)}
exec "$python" "$here/compare_modes.py" "$@"
