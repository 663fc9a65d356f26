"""How the peer is started: HF Trainer (hf_train.py) in one process, or in several under torch.distributed.run."""

import socket
import sys
from pathlib import Path

HF_TRAIN = Path(__file__).resolve().with_name("hf_train.py")


def peer(processes, threads):
    """The command without a run's own flags, and its environment; `threads` are the machine's, shared by the processes."""
    each = max(1, threads // processes)
    words = [sys.executable]
    if processes > 1:
        words += ["-m", "torch.distributed.run", "--nproc_per_node", processes, "--master_port", free_port()]
    words += [HF_TRAIN, "--threads", each, "--disable_tqdm", "true", "--use_cpu", "true"]
    environment = {
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": str(each),
        "CUDA_VISIBLE_DEVICES": "",
        "DS_ACCELERATOR": "cpu",
    }
    return words, environment


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
