"""HF Trainer, HF Trainer tuned, and Shoal on the same checkpoint and rows, in alternation; prints Markdown tables.

    ./shoal bench hf [--size small base] [--dropout 0.1 0] [--steps 40] [--rounds 3] \
        [--train_file T.tsv --vocab VOCAB.txt] [--threads N] [--out FOLDER]

Tuned is what somebody gets who knows where a CPU's time goes: rows grouped by length, gelu in one operator, no cache, no
attention mask, fused AdamW, tcmalloc (hf_train.py --tuned). All sides get the same arguments file with logging_steps 1 and
are timed from outside, by when their loss lines arrive, so no side's own clock is trusted; who begins changes from round
to round. CPU seconds are those of all processes of a side, steadier than the clock where others use the machine. Memory is
the largest sum of proportional set sizes of all processes of a side, sampled twice a second. The first --warm steps count
for nothing. Run it on a quiet machine. Without dropout HF's defaults and Shoal compute the same thing, and the table says
whether their losses are equal; grouped by length, HF reads other rows.
"""

import argparse
import dataclasses
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

import torch
import transformers
from transformers import BertTokenizerFast

import hf_train
import launch
import machine
import make_checkpoint
from processes import Watched, watch
from tables import agreement, spread

ROOT = Path(__file__).resolve().parents[1]
BATCH = {"small": 32, "base": 8}
STEPS = {"small": 40, "base": 12}
SIDES = ("HF Trainer", "HF Trainer, tuned", "Shoal")
PEERS, OWN = SIDES[:-1], len(SIDES) - 1
LIMIT_SECONDS = 3600


@dataclasses.dataclass
class Result:
    """One run of one side, warm-up left out."""

    samples_per_second: float
    median_step_seconds: float
    step_cpu_seconds: float  # mean, of all processes
    first_step_seconds: float
    pss_megabytes: float
    watched: Watched


@dataclasses.dataclass
class Case:
    size: str
    dropout: float
    steps: int
    checkpoint: Path
    arguments_file: Path
    rounds: list  # of one Result for each of SIDES


def main():
    flags = parse_flags()
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    folder = Path(flags.out or tempfile.mkdtemp(prefix="shoal-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(headline(flags), flush=True)
    cases = [prepare(flags, folder, size, dropout) for size in flags.size for dropout in flags.dropout]
    for case in cases:
        for number in range(flags.rounds):
            case.rounds.append(run_round(flags, folder, case, number))
    report(flags, cases, folder)


def parse_flags():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", nargs="+", choices=list(BATCH), default=["small"])
    parser.add_argument("--dropout", nargs="+", type=float, default=[0.1, 0.0])
    parser.add_argument("--steps", type=int, help="optimizer steps of each run; small 40, base 12")
    parser.add_argument("--warm", type=int, default=3, help="steps at the start that are not timed")
    parser.add_argument("--rounds", type=int, default=3, help="how often the sides take turns")
    parser.add_argument("--batch", type=int, help="per_device_train_batch_size; small 32, base 8")
    parser.add_argument("--train_file", default=ROOT / "data/train.tsv")
    parser.add_argument("--vocab", default=ROOT / "data/model/vocab.txt")
    parser.add_argument("--max_seq_length", type=int, default=192)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--shoal", default=ROOT / "shoal", help="the launcher to measure")
    parser.add_argument("--shoal_flags", nargs="*", default=[], help="passed to shoal train as they are")
    parser.add_argument("--out", help="folder for checkpoints, output and results.json; default: a new temporary one")
    flags = parser.parse_args()
    flags.train_file, flags.vocab = Path(flags.train_file).resolve(), Path(flags.vocab).resolve()
    return flags


def headline(flags):
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return (
        f"{machine.processor()}, {machine.instruction_set()}, {flags.threads} threads; load "
        f"{os.getloadavg()[0]:.2f} before the first run; transformers {transformers.__version__}, "
        f"torch {torch.__version__}; Shoal {commit.stdout.strip()}; {flags.train_file.name}, "
        f"max_seq_length {flags.max_seq_length}\n"
    )


def prepare(flags, folder, size, dropout):
    checkpoint = folder / f"checkpoint-{size}-{dropout:g}"
    make_checkpoint.make(checkpoint, size, flags.vocab, dropout)
    steps = flags.steps or STEPS[size]
    arguments = {
        "output_dir": "output",
        "per_device_train_batch_size": flags.batch or BATCH[size],
        "learning_rate": 5e-5,
        "weight_decay": 0.01,
        "max_grad_norm": 1.0,
        "max_steps": steps,
        "lr_scheduler_type": "linear",
        "warmup_ratio": 0.05,
        "logging_strategy": "steps",
        "logging_steps": 1,
        "save_strategy": "no",
        "seed": 42,
        "optim": "adamw_torch",
    }
    arguments_file = folder / f"args-{size}.json"
    arguments_file.write_text(json.dumps(arguments, indent=1), encoding="utf-8")
    return Case(size, dropout, steps, checkpoint, arguments_file, [])


def run_round(flags, folder, case, number):
    common = [
        "--train_args_file", case.arguments_file,
        "--train_file", flags.train_file,
        "--pretrained_model_name_or_path", case.checkpoint,
        "--max_seq_length", flags.max_seq_length,
    ]  # fmt: skip
    peers = [launch.peer(1, flags.threads, tuned) for tuned in (False, True)]
    commands = [(words + common, environment) for words, environment in peers]
    commands.append(([flags.shoal, "train", *common, *flags.shoal_flags], {}))
    results = [None] * len(SIDES)
    for turn in range(len(SIDES)):
        side = (turn + number) % len(SIDES)
        own_folder = folder / f"{case.size}-{case.dropout:g}-{number}-{side}"
        results[side] = run_side(flags, case, own_folder, *commands[side])
    rates = ", ".join(f"{name} {result.samples_per_second:.2f}" for name, result in zip(SIDES, results))
    print(f"{case.size}, dropout {case.dropout:g}, round {number + 1}: {rates} samples/s", flush=True)
    return results


def run_side(flags, case, folder, command, environment):
    folder.mkdir(parents=True, exist_ok=True)
    watched = watch(command, environment, folder, LIMIT_SECONDS)
    if watched.exit_code != 0 or len(watched.losses) != case.steps:
        raise SystemExit(
            f"{command[0]} ended with status {watched.exit_code} after {len(watched.losses)} of {case.steps} steps; "
            "its last lines:\n" + "\n".join(watched.tail)
        )
    steps = watched.step_seconds(flags.warm)
    if not steps:
        raise SystemExit(f"--steps {case.steps} leaves no step to time after --warm {flags.warm}")
    batch = json.loads(case.arguments_file.read_text(encoding="utf-8"))["per_device_train_batch_size"]
    return Result(
        samples_per_second=batch * len(steps) / sum(steps),
        median_step_seconds=statistics.median(steps),
        step_cpu_seconds=statistics.mean(watched.step_cpu_seconds(flags.warm)),
        first_step_seconds=watched.loss_seconds[0],
        pss_megabytes=watched.peak_pss_kilobytes / 1024,
        watched=watched,
    )


def report(flags, cases, folder):
    print("\n| model | dropout | side | samples/s | median step, s | CPU s a step | first step after, s | peak PSS, MB |")
    print("|---|---|---|---|---|---|---|---|")
    for case in cases:
        for side, label in enumerate(SIDES):
            print(row(case, label, [each[side] for each in case.rounds]))
    print("\n| model | dropout | Shoal against | samples/s | CPU s a step, peer : Shoal | PSS | losses |")
    print("|---|---|---|---|---|---|---|")
    for case in cases:
        for side, label in enumerate(PEERS):
            print(comparison(case, side, label))
    print()
    products = {}
    for case in cases:
        print(efficiency(flags, case, products))
    save(cases, folder, products)
    if not launch.tcmalloc():
        print("tcmalloc is not installed, so the tuned side ran without it (Debian: apt-get install libtcmalloc-minimal4).")
    print(f"\nEvery figure: {folder}/results.json")


def row(case, label, results):
    return (
        f"| {case.size} | {case.dropout:g} | {label} | {spread([r.samples_per_second for r in results], 2)} "
        f"| {spread([r.median_step_seconds for r in results], 3)} "
        f"| {spread([r.step_cpu_seconds for r in results], 3)} "
        f"| {spread([r.first_step_seconds for r in results], 1)} | {spread([r.pss_megabytes for r in results], 0)} |"
    )


def comparison(case, side, label):
    pairs = [(each[side], each[OWN]) for each in case.rounds]
    return (
        f"| {case.size} | {case.dropout:g} | {label} "
        f"| {spread([ours.samples_per_second / peer.samples_per_second for peer, ours in pairs], 2, 'x')} "
        f"| {spread([peer.step_cpu_seconds / ours.step_cpu_seconds for peer, ours in pairs], 2, 'x')} "
        f"| {spread([100 * ours.pss_megabytes / peer.pss_megabytes for peer, ours in pairs], 0, ' %')} "
        f"| {'other rows' if side else agreement(pairs, case.dropout)} |"
    )


def efficiency(flags, case, products):
    """Useful work: tokens without padding; in the last layer only what the last token of a row needs."""
    size = make_checkpoint.SIZES[case.size]
    hidden, layers = size["n_embd"], size["n_layer"]
    lengths = step_lengths(flags, case)
    timed = lengths[flags.warm :]
    flops = sum(step_flops(row_lengths, hidden, layers) for row_lengths in timed)
    rates = [flops / sum(each[OWN].watched.step_seconds(flags.warm)) / 1e9 for each in case.rounds]
    rate = statistics.median(rates)
    tokens = sum(map(sum, timed)) / len(timed)
    if case.size not in products:
        products[case.size] = machine.products(flags.threads, tokens, [hidden])
    best = products[case.size][0]
    return (
        f"Shoal, {case.size}, dropout {case.dropout:g}: {tokens:.0f} tokens and {flops / len(timed) / 1e9:.1f} GFLOP "
        f"of needed products a step, {rate:.0f} GFLOPS: {100 * rate / best['gigaflops']:.0f} % of the fastest product "
        f"here, {machine.described(best)} on {flags.threads} threads."
    )


def step_lengths(flags, case):
    """Token counts of the rows of each step, in HF's order (randperm from seed + epoch; the last batch is short)."""
    arguments = json.loads(case.arguments_file.read_text(encoding="utf-8"))
    batch, seed = arguments["per_device_train_batch_size"], arguments["seed"]
    tokenizer = BertTokenizerFast.from_pretrained(case.checkpoint)
    dataset = hf_train.RowDataset(hf_train.read_rows(flags.train_file), tokenizer, flags.max_seq_length)
    steps, epoch = [], 0
    while len(steps) < case.steps:
        order = torch.randperm(len(dataset), generator=torch.Generator().manual_seed(seed + epoch)).tolist()
        for start in range(0, len(order), batch):
            steps.append([max(1, len(dataset.input_ids[index])) for index in order[start : start + batch]])
        epoch += 1
    return steps[: case.steps]


def step_flops(lengths, hidden, layers):
    tokens, rows = sum(lengths), len(lengths)
    attention = sum(4 * length * length * hidden for length in lengths)  # scores and values, causal half not deducted
    whole_layer = 24 * tokens * hidden * hidden + attention
    last_layer = 4 * tokens * hidden * hidden + 20 * rows * hidden * hidden + 4 * tokens * hidden
    return 3 * ((layers - 1) * whole_layer + last_layer)  # the backward is two products for each of the forward


def save(cases, folder, products):
    results = {"products": products, "cases": [dataclasses.asdict(case) for case in cases]}
    (folder / "results.json").write_text(json.dumps(results, indent=1, default=str), encoding="utf-8")


if __name__ == "__main__":
    main()
