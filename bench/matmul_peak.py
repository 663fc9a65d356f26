"""The fastest fp32 matrix product of this machine: MKL's and oneDNN's, over large squares and a GPT-2's own shapes.

    python bench/matmul_peak.py --threads 2 --tokens 3066 --hidden 256 768

Shoal's kernel computes its linears by oneDNN's product; torch.mm goes to MKL, which keeps to AVX2 on processors that
are not Intel's. The peak is the best of both, so that neither library's weakness counts as the machine's.
"""

import argparse
import json
import math
import time

import torch

SQUARES = (1024, 2048)
WINDOWS = 5
WINDOW_SECONDS = 0.1  # long enough that a moment's clock rate is no peak


def measure(threads, tokens, hidden_sizes):
    """[{library, rows, inner, columns, gigaflops}], best first."""
    torch.set_num_threads(threads)
    shapes = [(size, size, size) for size in SQUARES]
    for hidden in hidden_sizes:
        shapes += [(tokens, hidden, 3 * hidden), (tokens, hidden, 4 * hidden), (tokens, 4 * hidden, hidden)]
    results = [
        {"library": library, "rows": rows, "inner": inner, "columns": columns, "gigaflops": rate(product, rows, inner, columns)}
        for rows, inner, columns in shapes
        for library, product in PRODUCTS.items()
    ]
    return sorted(results, key=lambda result: -result["gigaflops"])


def mkl(x, w):
    return torch.mm(x, w)


def onednn(x, w):
    return torch.ops.mkldnn._linear_pointwise(x, w.t(), None, "none", [], "")


PRODUCTS = {"MKL": mkl, "oneDNN": onednn}


def rate(product, rows, inner, columns):
    x, w = torch.randn(rows, inner), torch.randn(inner, columns)
    with torch.inference_mode():
        product(x, w)
        repeats = math.ceil(WINDOW_SECONDS / seconds(product, x, w, 1))
        fastest = min(seconds(product, x, w, repeats) for _ in range(WINDOWS))
    return 2 * rows * inner * columns * repeats / fastest / 1e9


def seconds(product, x, w, repeats):
    started = time.perf_counter()
    for _ in range(repeats):
        product(x, w)
    return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--tokens", type=int, required=True, help="rows of the model's products")
    parser.add_argument("--hidden", type=int, nargs="+", required=True)
    flags = parser.parse_args()
    print(json.dumps(measure(flags.threads, flags.tokens, flags.hidden)))


if __name__ == "__main__":
    main()
