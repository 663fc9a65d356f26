"""Two processes of PyTorch's own, the same tuned, and two Shoal workers, ZeRO stage by stage, in alternation; prints Markdown tables.

    ./shoal bench cluster [--mode ddp zero0 zero1 zero2 zero3] [--size small base] [--steps 24] [--rounds 3] \
        [--train_file T.tsv --vocab VOCAB.txt] [--accumulation 1] [--offload cpu] [--out FOLDER]

The peer of `ddp` is gloo DDP, of `zeroN` DeepSpeed at that stage, both under HF Trainer; nothing is offloaded, unless
--offload cpu: then the files of stages 2 and 3 offload the optimizer, stage 3 parameters too. The peer is started by torch.distributed.run with one thread a process of two cores; Shoal gets the same files and `--workers 2`. Everything
is timed from outside, by when loss lines arrive; who begins changes from round to round. Tuned as in compare_hf.py. CPU
seconds are those of all processes of a side. Memory: the largest proportional set size of one process (a rank, a
worker), and the largest sum over all processes of a side. Run it on a quiet machine.
Without dropout (the default here) the losses of the peer and Shoal are compared too; grouped by length, a peer reads other rows.
"""

import argparse
import dataclasses
import json
import os
import statistics
import tempfile
from pathlib import Path

import compare_hf
import launch
import make_checkpoint
from processes import Watched, watch
from tables import agreement, spread

ROOT = Path(__file__).resolve().parents[1]
MODES = ("ddp", "zero0", "zero1", "zero2", "zero3")
BATCH = {"small": 16, "base": 4}
STEPS = {"small": 24, "base": 8}
SIDES = ("peer", "tuned peer", "Shoal")
OWN = len(SIDES) - 1
LIMIT_SECONDS = 3600


@dataclasses.dataclass
class Side:
    """One run of one side, warm-up left out."""

    samples_per_second: float
    median_step_seconds: float
    step_cpu_seconds: float  # mean, of all processes
    worker_megabytes: float
    all_megabytes: float
    watched: Watched


@dataclasses.dataclass
class Case:
    size: str
    mode: str
    arguments_file: Path
    rounds: list  # of one Side for each of SIDES


def main():
    flags = parse_flags()
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    folder = Path(flags.out or tempfile.mkdtemp(prefix="shoal-cluster-"))
    folder.mkdir(parents=True, exist_ok=True)
    offload = f", offload to {flags.offload} in stages 2 and 3" if flags.offload else ""
    print(
        compare_hf.headline(flags) + f"{flags.workers} processes a side, accumulation {flags.accumulation}{offload}\n",
        flush=True,
    )
    cases = []
    for size in flags.size:
        checkpoint = folder / f"checkpoint-{size}"
        make_checkpoint.make(checkpoint, size, flags.vocab, flags.dropout)
        for mode in flags.mode:
            cases.append(Case(size, mode, write_arguments(flags, folder, size, mode), []))
    for number in range(flags.rounds):
        for case in cases:
            case.rounds.append(run_round(flags, folder, case, number))
    report(cases, flags)
    (folder / "results.json").write_text(
        json.dumps([dataclasses.asdict(case) for case in cases], indent=1, default=str), encoding="utf-8"
    )
    print(f"\nEvery figure: {folder}/results.json")


def parse_flags():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", nargs="+", choices=MODES, default=list(MODES))
    parser.add_argument("--size", nargs="+", choices=list(BATCH), default=["small"])
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--steps", type=int, help="optimizer steps of each run; small 24, base 8")
    parser.add_argument("--warm", type=int, default=3, help="steps at the start that are not timed")
    parser.add_argument("--rounds", type=int, default=3, help="how often the sides take turns")
    parser.add_argument("--workers", type=int, default=2, help="processes of each side")
    parser.add_argument("--accumulation", type=int, default=1, help="gradient_accumulation_steps")
    parser.add_argument("--offload", choices=["cpu"], help="in the DeepSpeed files of stages 2 and 3")
    parser.add_argument("--train_file", type=Path, default=ROOT / "data/train.tsv")
    parser.add_argument("--vocab", type=Path, default=ROOT / "data/model/vocab.txt")
    parser.add_argument("--max_seq_length", type=int, default=192)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="cores of the machine")
    parser.add_argument("--shoal", default=ROOT / "shoal", help="the launcher to measure")
    parser.add_argument("--out", help="folder for checkpoints, output and results.json; default: a new temporary one")
    flags = parser.parse_args()
    flags.train_file, flags.vocab = flags.train_file.resolve(), flags.vocab.resolve()
    return flags


def write_arguments(flags, folder, size, mode):
    arguments = {
        "output_dir": "output",
        "per_device_train_batch_size": BATCH[size],
        "gradient_accumulation_steps": flags.accumulation,
        "learning_rate": 5e-5,
        "weight_decay": 0.01,
        "max_grad_norm": 1.0,
        "max_steps": flags.steps or STEPS[size],
        "lr_scheduler_type": "linear",
        "warmup_steps": 2,
        "logging_strategy": "steps",
        "logging_steps": 1,
        "save_strategy": "no",
        "seed": 42,
        "optim": "adamw_torch",
    }
    if mode != "ddp":
        deepspeed_file = folder / f"{mode}.json"
        deepspeed_file.write_text(json.dumps(deepspeed(int(mode[-1]), flags.offload), indent=1), encoding="utf-8")
        arguments["deepspeed"] = str(deepspeed_file)
    file = folder / f"args-{size}-{mode}.json"
    file.write_text(json.dumps(arguments, indent=1), encoding="utf-8")
    return file


def deepspeed(stage, offload=None):
    """What the reference project's files say; with `offload` cpu where they offload, too."""
    auto = "auto"
    zero = {"stage": stage}
    if offload and stage >= 2:
        zero["offload_optimizer"] = {"device": offload, "pin_memory": True}
    if offload and stage == 3:
        zero["offload_param"] = {"device": offload, "pin_memory": True}
    return {
        "optimizer": {"type": "AdamW", "params": {"lr": auto, "betas": auto, "eps": auto, "weight_decay": auto}},
        "scheduler": {
            "type": "WarmupDecayLR",
            "params": {
                "total_num_steps": auto,
                "warmup_min_lr": auto,
                "warmup_max_lr": auto,
                "warmup_num_steps": auto,
            },
        },
        "zero_optimization": zero,
        "gradient_accumulation_steps": auto,
        "gradient_clipping": auto,
        "train_batch_size": auto,
        "train_micro_batch_size_per_gpu": auto,
        "steps_per_print": 100000,
    }


def run_round(flags, folder, case, number):
    common = [
        "--train_args_file", case.arguments_file,
        "--train_file", flags.train_file,
        "--pretrained_model_name_or_path", folder / f"checkpoint-{case.size}",
        "--max_seq_length", flags.max_seq_length,
    ]  # fmt: skip
    peers = [launch.peer(flags.workers, flags.threads, tuned) for tuned in (False, True)]
    commands = [(words + common, environment) for words, environment in peers]
    commands.append(([flags.shoal, "train", "--workers", flags.workers, *common], {}))
    results = [None] * len(SIDES)
    for turn in range(len(SIDES)):
        side = (turn + number) % len(SIDES)
        own_folder = folder / f"{case.size}-{case.mode}-{number}-{side}"
        results[side] = run_side(flags, case, own_folder, *commands[side])
    rates = ", ".join(f"{name} {result.samples_per_second:.2f}" for name, result in zip(SIDES, results))
    print(f"{case.size}, {case.mode}, round {number + 1}: {rates} samples/s", flush=True)
    return results


def run_side(flags, case, folder, command, environment):
    folder.mkdir(parents=True, exist_ok=True)
    arguments = json.loads(case.arguments_file.read_text(encoding="utf-8"))
    watched = watch(command, environment, folder, LIMIT_SECONDS)
    if watched.exit_code != 0 or len(watched.losses) != arguments["max_steps"]:
        raise SystemExit(
            f"{command[0]} ended with status {watched.exit_code} after {len(watched.losses)} of "
            f"{arguments['max_steps']} steps; its last lines:\n" + "\n".join(watched.tail)
        )
    steps = watched.step_seconds(flags.warm)
    if not steps:
        raise SystemExit(f"{arguments['max_steps']} steps leave none to time after --warm {flags.warm}")
    rows = arguments["per_device_train_batch_size"] * arguments["gradient_accumulation_steps"] * flags.workers
    return Side(
        samples_per_second=rows * len(steps) / sum(steps),
        median_step_seconds=statistics.median(steps),
        step_cpu_seconds=statistics.mean(watched.step_cpu_seconds(flags.warm)),
        worker_megabytes=watched.peak_process_kilobytes / 1024,
        all_megabytes=watched.peak_pss_kilobytes / 1024,
        watched=watched,
    )


def report(cases, flags):
    print("\n| model | mode | side | samples/s | median step, s | CPU s a step | PSS of a worker, MB | PSS of all, MB |")
    print("|---|---|---|---|---|---|---|---|")
    for case in cases:
        peer = "DDP" if case.mode == "ddp" else "DeepSpeed"
        for side, label in enumerate((peer, f"{peer}, tuned", "Shoal")):
            print(row(case, label, [each[side] for each in case.rounds]))
    print("\n| model | mode | Shoal against | samples/s | CPU s a step, peer : Shoal | PSS of a worker | losses |")
    print("|---|---|---|---|---|---|---|")
    for case in cases:
        for side, label in enumerate(SIDES[:OWN]):
            print(comparison(case, side, label, flags))
    print("\n| model | mode | Shoal's step : its at `ddp` | Shoal's PSS : its at `ddp` | peer's PSS : its at `ddp` |")
    print("|---|---|---|---|---|")
    plain = {case.size: case for case in cases if case.mode == "ddp"}
    for case in cases:
        if case.size in plain:
            print(stages(case, plain[case.size]))


def row(case, label, sides):
    return (
        f"| {case.size} | {case.mode} | {label} | {spread([s.samples_per_second for s in sides], 2)} "
        f"| {spread([s.median_step_seconds for s in sides], 3)} | {spread([s.step_cpu_seconds for s in sides], 3)} "
        f"| {spread([s.worker_megabytes for s in sides], 0)} | {spread([s.all_megabytes for s in sides], 0)} |"
    )


def comparison(case, side, label, flags):
    pairs = [(each[side], each[OWN]) for each in case.rounds]
    return (
        f"| {case.size} | {case.mode} | {label} "
        f"| {spread([ours.samples_per_second / peer.samples_per_second for peer, ours in pairs], 2, 'x')} "
        f"| {spread([peer.step_cpu_seconds / ours.step_cpu_seconds for peer, ours in pairs], 2, 'x')} "
        f"| {spread([100 * ours.worker_megabytes / peer.worker_megabytes for peer, ours in pairs], 0, ' %')} "
        f"| {'other rows' if side else agreement(pairs, flags.dropout)} |"
    )


def stages(case, plain):
    rounds = list(zip(case.rounds, plain.rounds))
    steps = spread([each[OWN].median_step_seconds / at[OWN].median_step_seconds for each, at in rounds], 2, "x")
    memory = spread([100 * each[OWN].worker_megabytes / at[OWN].worker_megabytes for each, at in rounds], 0, " %")
    peer = spread([100 * each[0].worker_megabytes / at[0].worker_megabytes for each, at in rounds], 0, " %")
    return f"| {case.size} | {case.mode} | {steps} | {memory} | {peer} |"


if __name__ == "__main__":
    main()
