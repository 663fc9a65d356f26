"""One recipe on 1, 2, 4 and 8 workers of this machine, in ZeRO stages 0 to 3: time, bytes, memory; Markdown tables.

    ./shoal bench workers [--workers 1 2 4 8] [--stage 0 1 2 3] [--ranks 8] [--size small base] [--steps 12] \
        [--train_file T.tsv --vocab VOCAB.txt] [--out FOLDER]

The recipe has 8 ranks whatever hosts them, so that all runs of a size end with the same bytes, which is checked. A
coordinator and fresh workers are started for each run; lanes of a worker are the machine's cores divided by the workers,
at least one. On a machine with fewer cores than workers time says what sharing costs, not what more machines gain.

Bytes: values a worker sends to others, by its own count at the end of the run, over steps; the mean and the largest worker.
Coordination: of each step the least time that a worker waits from its report to the step's commit, as its log has it: what
the worker that reported last waits for the coordinator. Median over steps, and against the median step.
results.json is what bench/cost_model.py reads. Run it on a quiet machine.
"""

import argparse
import dataclasses
import json
import os
import statistics
import tempfile
from pathlib import Path

import compare_cluster
import compare_hf
import make_checkpoint
from cluster_here import Cluster

ROOT = Path(__file__).resolve().parents[1]
BATCH = {"small": 4, "base": 1}
STEPS = {"small": 12, "base": 6}
LIMIT_SECONDS = 3600


@dataclasses.dataclass
class Case:
    """One run; what is timed leaves out the first steps."""

    size: str
    stage: int
    workers: int
    step_seconds: list
    coordination_seconds: list
    sent_bytes_per_step: list  # by worker
    worker_megabytes: list
    model_hash: str


def main():
    flags = parse_flags()
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    folder = Path(flags.out or tempfile.mkdtemp(prefix="shoal-workers-")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    print(compare_hf.headline(flags) + f"{flags.ranks} ranks, dropout {flags.dropout:g}, an untrained model\n", flush=True)
    cases = []
    for size in flags.size:
        make_checkpoint.make(folder / f"checkpoint-{size}", size, flags.vocab, flags.dropout)
        for workers in flags.workers:
            for stage in flags.stage:
                cases.append(run(flags, folder, size, stage, workers))
                save(flags, folder, cases)  # at once: a run that is broken off keeps what it has
    same = report(cases)
    print(f"\nEvery figure: {folder}/results.json")
    raise SystemExit(0 if same else 1)


def parse_flags():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2, 4, 8])
    parser.add_argument("--stage", nargs="+", type=int, choices=range(4), default=[0, 1, 2, 3])
    parser.add_argument("--ranks", type=int, default=8)
    parser.add_argument("--size", nargs="+", choices=list(BATCH), default=["small"])
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--steps", type=int, help="steps of each run; small 12, base 6")
    parser.add_argument("--warm", type=int, default=3, help="steps at the start that are not timed")
    parser.add_argument("--batch", type=int, help="rows of a rank; small 4, base 1")
    parser.add_argument("--train_file", type=Path, default=ROOT / "data/train.tsv")
    parser.add_argument("--vocab", type=Path, default=ROOT / "data/model/vocab.txt")
    parser.add_argument("--max_seq_length", type=int, default=192)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="cores of the machine")
    parser.add_argument("--shoal", default=ROOT / "shoal", help="the launcher to measure")
    parser.add_argument("--out", help="folder for checkpoints, logs and results.json; default: a new temporary one")
    flags = parser.parse_args()
    if max(flags.workers) > flags.ranks or min(flags.workers) < 1:
        parser.error(f"--workers must be from 1 to --ranks ({flags.ranks}), since a rank has one worker")
    flags.train_file, flags.vocab = flags.train_file.resolve(), flags.vocab.resolve()
    return flags


def run(flags, folder, size, stage, workers):
    steps = flags.steps or STEPS[size]
    name = f"{size}-stage{stage}-w{workers}"
    words = [
        "--train_args_file", write_arguments(flags, folder, size, stage, steps),
        "--train_file", flags.train_file,
        "--pretrained_model_name_or_path", folder / f"checkpoint-{size}",
        "--max_seq_length", flags.max_seq_length,
        "--ranks", flags.ranks,
    ]  # fmt: skip
    with Cluster(flags.shoal, folder / name, workers, max(1, flags.threads // workers)) as cluster:
        watched = cluster.submit(name, words, LIMIT_SECONDS)
        if watched.exit_code != 0 or len(watched.losses) != steps:
            raise SystemExit(f"{name} ended with status {watched.exit_code}; its last lines:\n" + "\n".join(watched.tail))
        waits = cluster.commit_waits()
        case = Case(
            size,
            stage,
            workers,
            watched.step_seconds(flags.warm),
            [min(wait[step] for wait in waits) for step in range(flags.warm + 1, steps + 1)],
            [sent / steps for sent in cluster.sent_bytes()],
            cluster.worker_megabytes(),
            cluster.model_hash(name),
        )
    print(f"{name}: median step {statistics.median(case.step_seconds):.3f} s, model {case.model_hash[:12]}", flush=True)
    return case


def write_arguments(flags, folder, size, stage, steps):
    arguments = {
        "output_dir": "output",
        "per_device_train_batch_size": flags.batch or BATCH[size],
        "learning_rate": 5e-5,
        "weight_decay": 0.01,
        "max_steps": steps,
        "lr_scheduler_type": "linear",
        "logging_strategy": "steps",
        "logging_steps": 1,
        "save_strategy": "no",
        "seed": 42,
    }
    deepspeed_file = folder / f"zero{stage}.json"
    deepspeed_file.write_text(json.dumps(compare_cluster.deepspeed(stage), indent=1), encoding="utf-8")
    arguments["deepspeed"] = str(deepspeed_file)
    file = folder / f"args-{size}-{stage}.json"
    file.write_text(json.dumps(arguments, indent=1), encoding="utf-8")
    return file


def save(flags, folder, cases):
    results = {
        "machine": compare_hf.headline(flags).strip(),
        "threads": flags.threads,
        "ranks": flags.ranks,
        "batch": {case.size: flags.batch or BATCH[case.size] for case in cases},
        "vocabulary": len(flags.vocab.read_text(encoding="utf-8").removesuffix("\n").split("\n")),
        "cases": [dataclasses.asdict(case) for case in cases],
    }
    (folder / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")


def report(cases):
    print("\n| model | stage | workers | median step, s | sent by a worker a step, MB (largest) | PSS of a worker, MB | coordination, ms | of a step |")
    print("|---|---|---|---|---|---|---|---|")
    for case in cases:
        print(row(case))
    same = True
    for size in dict.fromkeys(case.size for case in cases):
        hashes = {case.model_hash for case in cases if case.size == size}
        same &= len(hashes) == 1
        words = f"all end with model {hashes.pop()[:12]}" if len(hashes) == 1 else f"MODELS DIFFER: {sorted(hashes)}"
        print(f"\n{size}: {words}.")
    return same


def row(case):
    step, waited = statistics.median(case.step_seconds), statistics.median(case.coordination_seconds)
    sent = statistics.mean(case.sent_bytes_per_step)
    return (
        f"| {case.size} | {case.stage} | {case.workers} | {step:.3f} | {sent / 1e6:.1f} ({max(case.sent_bytes_per_step) / 1e6:.1f}) "
        f"| {max(case.worker_megabytes):.0f} | {1000 * waited:.1f} | {100 * waited / step:.2f} % |"
    )


if __name__ == "__main__":
    main()
