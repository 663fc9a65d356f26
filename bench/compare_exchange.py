"""A gradient summed over two processes of this machine: gloo's all_reduce and Shoal's exchange, in alternation.

Every process begins with its own gradient and ends with the sum; both sides check it. A figure counts only from a machine
that does nothing else meanwhile.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tables import spread

HERE = Path(__file__).resolve().parent
LIMIT_SECONDS = 600


def gloo_seconds(elements, rounds):
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, str(HERE / "gloo_all_reduce.py")]
        ranks = [
            subprocess.Popen(
                [*words, str(rank), "2", f"{folder}/rendezvous", str(elements), str(rounds)],
                stdout=subprocess.PIPE,
                text=True,
            )
            for rank in range(2)
        ]
        try:
            outputs = [rank.communicate(timeout=LIMIT_SECONDS)[0] for rank in ranks]
        finally:
            for rank in ranks:
                rank.kill()
        if any(rank.returncode for rank in ranks):
            sys.exit("gloo did not finish; its words are above")
        return json.loads(outputs[0])


def shoal_measurements(rounds):
    """(path, size in bytes) -> seconds of each round."""
    command = [str(HERE.parent / "shoal"), "doctor", "--exchange", "--rounds", str(rounds), "-o", "json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=LIMIT_SECONDS)
    if done.returncode:
        sys.exit("shoal doctor did not finish; its words are above")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {(line["path"], line["size_bytes"]): line["seconds"] for line in lines}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blocks", type=int, default=3, help="times that each side is measured (default: 3)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds counted per block (default: 7)")
    arguments = parser.parse_args()
    medians, gloo = {}, {}
    for block in range(arguments.blocks):
        for key, seconds in shoal_measurements(arguments.rounds).items():
            medians.setdefault(key, []).append(statistics.median(seconds))
        for size in sorted({size for _, size in medians}):
            gloo.setdefault(size, []).append(statistics.median(gloo_seconds(size // 4, arguments.rounds)))
        print(f"block {block + 1} of {arguments.blocks} is done", file=sys.stderr)
    print(f"medians of {arguments.rounds} rounds; median and range of {arguments.blocks} blocks\n")
    print("| size | path | seconds Shoal | seconds gloo | gloo / Shoal |")
    print("|---|---|---|---|---|")
    for (path, size), seconds in sorted(medians.items(), key=lambda item: (item[0][1], item[0][0])):
        ratios = [theirs / ours for ours, theirs in zip(seconds, gloo[size])]
        print(f"| {size / 1e6:.0f} MB | {path} | {spread(seconds, 3)} | {spread(gloo[size], 3)} | {spread(ratios, 2)}x |")


main()
