"""Compares the log rows of two runs: HF's and Shoal's, or any other two.

    python bench/compare_curves.py HF.json output/trainer_state.json

Each file holds a log_history: what hf_train.py --log_history writes, or a trainer_state.json. Rows are matched by kind
and step, timings are left out. Prints the worst difference of each figure and where it is; status 1 when a row has no
partner or a figure differs by more than --tolerance (1e-4: both sides log 4 decimals of the loss).
"""

import argparse
import json
import sys
from pathlib import Path

TIMINGS = ("runtime", "per_second", "total_flos")
KINDS = ("eval_loss", "train_loss", "loss")


def rows_of(path):
    """Rows by (kind, step); of two evaluations at one step, which follow each other at the end, the first."""
    rows = {}
    for row in json.loads(Path(path).read_text(encoding="utf-8"))["log_history"]:
        kind = next(kind for kind in KINDS if kind in row)
        rows.setdefault((kind, row["step"]), row)
    return rows


def worst_differences(first, second):
    worst = {}
    for key in first.keys() & second.keys():
        one, other = first[key], second[key]
        for name in (one.keys() | other.keys()) - {"step"}:
            if any(word in name for word in TIMINGS):
                continue
            difference = abs(one[name] - other[name]) if name in one and name in other else float("inf")
            worst[name] = max(worst.get(name, (-1.0, key)), (difference, key))
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    flags = parser.parse_args()
    first, second = rows_of(flags.first), rows_of(flags.second)
    alone = sorted(first.keys() ^ second.keys(), key=str)
    for kind, step in alone:
        print(f"only one side has a {kind} row at step {step}")
    worst = worst_differences(first, second)
    print(f"{len(first.keys() & second.keys())} rows on both sides\n\n| figure | worst difference | where |\n|---|---|---|")
    for name, (difference, (kind, step)) in sorted(worst.items()):
        print(f"| {name} | {difference:.2e} | {kind} row of step {step} |")
    differs = any(difference > flags.tolerance * 1.01 for difference, _ in worst.values())
    sys.exit(1 if alone or differs else 0)


if __name__ == "__main__":
    main()
