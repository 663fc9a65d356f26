"""Bytes, memory and time of a step for any number of workers: the tables of docs/cost-model.md, from measured figures.

    python bench/cost_model.py                                    # prints the tables from bench/figures.json
    python bench/cost_model.py --write                            # and puts them into docs/cost-model.md
    python bench/cost_model.py --workers W.json --streams 0.384   # takes new figures first: results.json of
                                                                  # `./shoal bench workers`, and the seconds that
                                                                  # `./shoal bench exchange` gives for 408 MB over streams

What is derived and what is measured is said in docs/cost-model.md. Needs nothing but Python.
"""

import argparse
import json
import math
import statistics
from pathlib import Path

import model_size
from model_size import BLOCK, FLOAT, PIECE_BYTES, Size

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "bench/figures.json"
DOCUMENT = ROOT / "docs/cost-model.md"
MARKS = ("<!-- tables: bench/cost_model.py -->\n", "<!-- end of tables -->\n")
EXCHANGED_BYTES = 408e6
MANY = (16, 64, 256, 1000)
NETWORKS = (("1 Gbit/s", 1.25e8), ("10 Gbit/s or more", 1.25e9))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=Path, help="results.json of ./shoal bench workers")
    parser.add_argument("--untimed", action="store_true", help="of --workers only bytes and memory: the machine was busy")
    parser.add_argument("--streams", type=float, help="seconds of 408 MB over streams, from ./shoal bench exchange")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/cost-model.md")
    flags = parser.parse_args()
    figures = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    if flags.workers:
        figures.update(fit(json.loads(flags.workers.read_text(encoding="utf-8")), figures, not flags.untimed))
    if flags.streams:
        figures["stream_bytes_per_second"] = EXCHANGED_BYTES / flags.streams
    if flags.workers or flags.streams:
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    text = tables(figures)
    print(text)
    if flags.write:
        whole = DOCUMENT.read_text(encoding="utf-8")
        before, rest = whole.split(MARKS[0])
        DOCUMENT.write_text(before + MARKS[0] + "\n" + text + "\n" + MARKS[1] + rest.split(MARKS[1])[1], encoding="utf-8")


def fit(results, figures, timed):
    """What the model needs of the measured runs; without times, what was known of these stays."""
    fitted = {"machine": results["machine"], "ranks": results["ranks"], "batch": results["batch"], "models": {}}
    for name, rows in results["batch"].items():
        cases = [case for case in results["cases"] if case["size"] == name]
        alone = [case for case in cases if case["workers"] == 1]
        fitted["models"][name] = {
            "vocabulary": results["vocabulary"],
            "seconds_per_row": statistics.median(
                statistics.median(case["step_seconds"]) / (rows * results["ranks"]) for case in alone
            )
            if timed
            else figures["models"][name]["seconds_per_row"],
            "runs": [
                {
                    "stage": case["stage"],
                    "workers": case["workers"],
                    "sent_bytes": statistics.mean(case["sent_bytes_per_step"]),
                    "coordination_seconds": statistics.median(case["coordination_seconds"]) if timed else None,
                    "step_seconds": statistics.median(case["step_seconds"]) if timed else None,
                    "worker_megabytes": max(case["worker_megabytes"]),
                }
                for case in sorted(cases, key=lambda case: (case["workers"], case["stage"]))
            ],
        }
    return fitted


def tables(figures):
    parts = []
    for name, model in figures["models"].items():
        size = model_size.of(name, model["vocabulary"])
        rows = embedding_rows(size, model["runs"], figures["ranks"])
        parts += [
            f"### {name}: {size.elements / 1e6:.1f} M elements, {figures['batch'][name]} rows a rank",
            checked_bytes(size, model["runs"]),
            many_bytes(size, rows),
            state(size),
            times(size, rows, model, figures, name),
            counts(size, figures["batch"][name]),
            thresholds(size, rows),
        ]
    return f"Measured on {figures['machine'].splitlines()[0]}. {figures.get('note', '')}\n\n" + "\n\n".join(parts) + "\n"


def embedding_rows(size, runs, ranks):
    """Distinct rows of the embeddings that a worker's leaves touch, by workers: what stage 0's bytes leave after 2Df."""
    found = {}
    for run in runs:
        workers = run["workers"]
        if run["stage"] == 0 and workers > 1:
            left = run["sent_bytes"] / FLOAT - 2 * size.dense * (workers - 1) / workers
            found[workers] = left / (workers - 1) / (size.width + 1)
    if not found:
        raise SystemExit("the figures hold no stage 0 of several workers; run ./shoal bench workers with --stage 0")
    found["a rank"] = found.get(ranks, found[max(found)])
    return found


def sent(size, stage, workers, rows):
    """Bytes that a worker sends in a step, one aligned node of leaves each; docs/cost-model.md has the terms."""
    share = (workers - 1) / workers
    touched = rows * (size.width + 1)
    if stage == 0:
        return FLOAT * (2 * size.dense * share + (workers - 1) * touched)
    results = size.elements if stage < 3 else size.elements + size.gathered_again
    return FLOAT * ((size.dense + results) * share + touched * share)


def checked_bytes(size, runs):
    rows = embedding_rows(size, runs, 0)
    lines = [
        "Bytes a worker sends in a step, MB, and the largest worker's proportional set size:\n",
        "| stage | workers | derived | measured | measured : derived | PSS, MB |",
        "|---|---|---|---|---|---|",
    ]
    for run in runs:
        cells = "0 | 0 | -"
        if run["workers"] in rows:
            derived = sent(size, run["stage"], run["workers"], rows[run["workers"]])
            ratio = "fitted" if run["stage"] == 0 else f"{run['sent_bytes'] / derived:.3f}"
            cells = f"{derived / 1e6:.2f} | {run['sent_bytes'] / 1e6:.2f} | {ratio}"
        lines.append(f"| {run['stage']} | {run['workers']} | {cells} | {run['worker_megabytes']:.0f} |")
    lines.append("\nStage 0 gives the rows of the embeddings that a worker touches: " + words_of(rows) + ".")
    if any(rows[w] * w > 2 * rows["a rank"] * max(run["workers"] for run in runs) for w in rows if w != "a rank"):
        lines.append(
            "The largest of these are more rows than the workers have tokens: there some worker's leaves are several nodes of the"
            " reduction tree, whose sums go several times, and the fit takes that for rows."
        )
    return "\n".join(lines)


def words_of(rows):
    return ", ".join(f"{count:.0f} with {workers} workers" for workers, count in rows.items() if workers != "a rank")


def many_bytes(size, rows):
    lines = ["Sent by a worker in a step, one rank each, MB:\n", "| stage | " + " | ".join(f"W = {w}" for w in MANY) + " |"]
    lines.append("|---" * (len(MANY) + 1) + "|")
    for stage, label in ((0, "0"), (1, "1, 2"), (3, "3")):
        lines.append(f"| {label} | " + " | ".join(f"{sent(size, stage, w, rows['a rank']) / 1e6:.0f}" for w in MANY) + " |")
    return "\n".join(lines)


def state(size):
    """Parameters, gradients and moments that a worker keeps (plan.memory.MemoryEstimate), MB; one alone keeps everything."""
    lines = ["Parameters + gradients + moments of a worker, MB:\n", "| stage | W = 1 | " + " | ".join(f"W = {w}" for w in MANY) + " |"]
    lines.append("|---" * (len(MANY) + 2) + "|")
    for stage in range(4):
        cells = []
        for workers in (1, *MANY):
            mine = size.shard(workers)
            parameters = size.elements if stage < 3 or workers == 1 else mine + 2 * size.largest
            gradients = size.elements if stage < 2 else mine
            moments = 2 * (size.elements if stage < 1 else mine)
            cells.append(f"{FLOAT * (parameters + gradients + moments) / 1e6:.0f}")
        lines.append(f"| {stage} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def coordination(runs):
    """Seconds c0 + c1 W by least squares over all measured runs; c1 is never taken below 0. Zeros where none is timed."""
    points = [(run["workers"], run["coordination_seconds"]) for run in runs if run["coordination_seconds"] is not None]
    if not points:
        return 0.0, 0.0
    mean_w, mean_c = (statistics.mean(values) for values in zip(*points))
    spread = sum((w - mean_w) ** 2 for w, _ in points)
    slope = max(0.0, sum((w - mean_w) * (c - mean_c) for w, c in points) / spread) if spread else 0.0
    return mean_c - slope * mean_w, slope


def times(size, rows, model, figures, name):
    """Compute of one rank on a machine like the measured one, bytes over the slower of network and stream, coordination."""
    start, slope = coordination(model["runs"])
    compute = model["seconds_per_row"] * figures["batch"][name]
    streams = figures["stream_bytes_per_second"]
    waits = f"coordination {1000 * start:.1f} ms + {1e6 * slope:.0f} us a worker"
    if not start:
        waits = "coordination not measured on a quiet machine yet and left out"
    lines = [
        f"Seconds of a step, one rank and one machine a worker: compute {compute:.3f}, {waits}, a stream takes "
        f"{streams / 1e9:.2f} GB/s; in brackets the share of compute:\n",
        "| stage | network | " + " | ".join(f"W = {w}" for w in MANY) + " |",
        "|---" * (len(MANY) + 2) + "|",
    ]
    for stage in (0, 2, 3):
        for label, network in NETWORKS:
            cells = []
            for workers in MANY:
                exchange = sent(size, stage, workers, rows["a rank"]) / min(network, streams)
                whole = compute + exchange + start + slope * workers
                cells.append(f"{whole:.2f} ({100 * compute / whole:.0f} %)")
            lines.append(f"| {stage} | {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def counts(size, batch):
    lines = ["What grows with W:\n", "| | " + " | ".join(f"W = {w}" for w in MANY) + " |", "|---" * (len(MANY) + 1) + "|"]
    rows = {
        "connections of a worker; of the run": lambda w: f"{w - 1}; {w * (w - 1) // 2}",
        "ranges a worker sends in a step, stage 1": lambda w: f"{messages(size, w)}",
        "their mean size, KiB": lambda w: f"{FLOAT * (size.dense + size.elements) * (w - 1) / w / messages(size, w) / 1024:.0f}",
        "blocks of a layer per worker": lambda w: f"{size.layer / BLOCK / w:.2f}",
        "largest shard : mean": lambda w: f"{size.shard(w) * w / size.elements:.2f}",
        "reports into the coordinator in a step, KB": lambda w: f"{w * report_bytes(batch) / 1e3:.0f}",
        "model files out of the coordinator at a start, GB": lambda w: f"{w * FLOAT * size.elements / 1e9:.1f}",
    }
    for label, cell in rows.items():
        lines.append(f"| {label} | " + " | ".join(cell(w) for w in MANY) + " |")
    return "\n".join(lines)


def thresholds(size, rows):
    crossing = math.ceil(size.dense / (rows["a rank"] * (size.width + 1)))
    return (
        f"From W = {crossing} a worker sends more rows of the embeddings in stage 0 than sums. From W = "
        f"{math.ceil(FLOAT * size.layer / PIECE_BYTES)} a layer's ranges are shorter than a piece. From W = "
        f"{size.layer // BLOCK + 1} a layer has fewer blocks than there are workers."
    )


def messages(size, workers):
    """Pieces to all peers: a sum and a result of every unit that the peer, or this worker, has blocks of; results of embed."""
    pieces = 0
    for unit, ways in [(size.embed, 1), *[(size.layer, 2)] * size.layers, (size.head, 2)]:
        owners = min(workers, unit // BLOCK)
        pieces += ways * owners * math.ceil(FLOAT * unit / owners / PIECE_BYTES) * (workers - 1) / workers
    return round(pieces)


def report_bytes(batch):
    """StepReduced: an exact sum of 276 bytes, a hash of 32, some 60 of names and tags, a row's number and loss each."""
    return 276 + 32 + 60 + 11 * batch


if __name__ == "__main__":
    main()
