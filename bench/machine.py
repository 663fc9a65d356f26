"""What a figure was measured on: the processor, the widest instructions that products may use, and its fastest product."""

import json
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# The first that /proc/cpuinfo has names the processor's kind: libraries choose their products by it.
INSTRUCTION_SETS = {
    "amx_bf16": "AMX with bf16",
    "avx512_bf16": "AVX-512 with bf16",
    "avx512f": "AVX-512",
    "avx2": "AVX2",
}


def processor():
    return cpuinfo("model name") or platform.processor()


def instruction_set():
    flags = (cpuinfo("flags") or "").split()
    return next((name for flag, name in INSTRUCTION_SETS.items() if flag in flags), "below AVX2")


def cpuinfo(name):
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.split(":")[0].strip() == name), None)


def products(threads, tokens, hidden_sizes):
    """The machine's matrix products, best first, in a process of their own: matmul_peak.py."""
    command = [sys.executable, ROOT / "bench/matmul_peak.py", "--threads", threads, "--tokens", round(tokens)]
    command += ["--hidden", *hidden_sizes]
    output = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout
    return json.loads(output)


def described(best):
    """The fastest of `products` in words."""
    return f"{best['gigaflops']:.0f} GFLOPS ({best['library']}, {best['rows']} x {best['inner']} x {best['columns']})"
