#!/usr/bin/env bash
# ./shoal bench cluster: two processes of PyTorch's own (gloo DDP, DeepSpeed ZeRO) and two Shoal workers in alternation.
# SHOAL_PEER_PYTHON names a Python that has the peer and DeepSpeed already.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${SHOAL_PEER_PYTHON:-$("$here/peer.sh" --deepspeed)}
exec "$python" "$here/compare_cluster.py" "$@"
