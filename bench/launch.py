"""How the peer is started: HF Trainer (hf_train.py) in one process, or in several under torch.distributed.run."""

import ctypes.util
import socket
import sys
from pathlib import Path

HF_TRAIN = Path(__file__).resolve().with_name("hf_train.py")


def peer(processes, threads, tuned=False):
    """The command without a run's own flags, and its environment; `threads` are the machine's, shared by the processes.

    `tuned`: as hf_train.py's --tuned, with tcmalloc where it is installed.
    """
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
    if tuned:
        words.append("--tuned")
        if tcmalloc():
            environment["LD_PRELOAD"] = tcmalloc()
    return words, environment


def tcmalloc():
    """Google's allocator, or None: glibc's gives big tensors back to the kernel and gets them again in every step."""
    return ctypes.util.find_library("tcmalloc_minimal") or ctypes.util.find_library("tcmalloc")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
