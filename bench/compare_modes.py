"""The five ways to train that users have files for, on both sides: memory, seconds and what was learnt; a Markdown table.

    ./shoal bench modes --train_file T.tsv --eval_file E.tsv --vocab VOCAB.txt [--rows 2432] [--epochs 1] \
        [--mode single ddp zero0 zero2 zero3] [--config config] [--rounds 1] [--out FOLDER]

    single  one process           train_args.json
    ddp     two processes, gloo   train_args.json
    zeroN   two processes         train_args_with_deepspeed_stageN.json and ds_stageN_config.json; 2 and 3 offload to cpu

Both sides read the files from a folder `config/` where they run. `fp16` and `bfloat16` are "auto" there, which the arguments
make false; of `bfloat16`, an old name, accelerate 1.15 no longer fills in "auto", so the peer's copy says false. What flags
override on both sides is printed first. The model is untrained (make_checkpoint.py),
so figures say whether both sides learn the same, not how good a pretrained model gets.

Seconds: training is each side's own `train_runtime`, evaluations and checkpoints on the way included; whole is the command
from outside, with start and saving. Memory: the largest proportional set size of one process, and the
largest sum over all of a side. Dev figures are those after the last epoch, each of which ends with an
evaluation. Run it on a quiet machine.
"""

import argparse
import dataclasses
import json
import os
import shutil
import tempfile
from pathlib import Path

import compare_hf
import launch
import make_checkpoint
from processes import watch
from tables import spread

ROOT = Path(__file__).resolve().parents[1]
MODES = {
    "single": (1, "train_args.json"),
    "ddp": (2, "train_args.json"),
    "zero0": (2, "train_args_with_deepspeed_stage0.json"),
    "zero2": (2, "train_args_with_deepspeed_stage2.json"),
    "zero3": (2, "train_args_with_deepspeed_stage3.json"),
}
FIGURES = ("eval_accuracy", "eval_precision", "eval_recall", "eval_f1", "eval_loss")
LIMIT_SECONDS = 4 * 3600


@dataclasses.dataclass
class Side:
    """One run of one side."""

    worker_megabytes: float
    all_megabytes: float
    train_seconds: float
    whole_seconds: float
    figures: dict  # of the last evaluation
    log_history: list


def main():
    flags = parse_flags()
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    folder = Path(flags.out or tempfile.mkdtemp(prefix="shoal-modes-")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    data = cut(flags, folder)
    parameters = make_checkpoint.make(folder / "checkpoint", flags.size, flags.vocab, flags.dropout)
    print(preface(flags, parameters), flush=True)
    pairs = {mode: [] for mode in flags.mode}
    for number in range(flags.rounds):
        for mode in flags.mode:
            pairs[mode].append(run_pair(flags, folder, data, mode, number))
    report(pairs)
    results = {mode: [dataclasses.asdict(side) for pair in sides for side in pair] for mode, sides in pairs.items()}
    (folder / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(f"\nEvery figure, peer and Shoal in turn: {folder}/results.json")


def parse_flags():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", nargs="+", choices=MODES, default=list(MODES))
    parser.add_argument("--config", type=Path, default=ROOT / "config", help="folder of the seven files")
    parser.add_argument("--train_file", type=Path, default=ROOT / "data/train.tsv")
    parser.add_argument("--eval_file", type=Path, default=ROOT / "data/dev.tsv")
    parser.add_argument("--vocab", type=Path, default=ROOT / "data/model/vocab.txt")
    parser.add_argument("--max_seq_length", type=int, default=192)
    parser.add_argument("--rows", type=int, help="train on the first so many rows; default: all")
    parser.add_argument("--eval_rows", type=int, help="evaluate on the first so many rows; default: all")
    parser.add_argument("--epochs", type=float, default=1, help="num_train_epochs, 3 in the files (default: 1)")
    parser.add_argument("--learning_rate", type=float, help="default: the file's")
    parser.add_argument("--size", choices=list(make_checkpoint.SIZES), default="small")
    parser.add_argument("--dropout", type=float, default=0.0, help="without, figures of both sides agree digit by digit")
    parser.add_argument("--rounds", type=int, default=1, help="how often the two sides take turns")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="cores of the machine")
    parser.add_argument("--shoal", default=ROOT / "shoal", help="the launcher to measure")
    parser.add_argument("--out", help="folder for checkpoints, output and results.json; default: a new temporary one")
    flags = parser.parse_args()
    for mode in flags.mode:
        if not (flags.config / MODES[mode][1]).is_file():
            parser.error(f"--config {flags.config}: there is no {MODES[mode][1]}; name a folder with the seven files")
    return flags


def cut(flags, folder):
    """The rows that both sides read: whole steps of two processes, since HF repeats rows to fill a short one."""
    batch = batch_of(flags, "train_args.json") * max(MODES[mode][0] for mode in flags.mode)
    flags.train_count = write_rows(flags.train_file, folder / "train.tsv", flags.rows, batch)
    flags.eval_count = write_rows(flags.eval_file, folder / "dev.tsv", flags.eval_rows, 1)
    return folder / "train.tsv", folder / "dev.tsv"


def batch_of(flags, file):
    arguments = json.loads((flags.config / file).read_text(encoding="utf-8"))
    return arguments["per_device_train_batch_size"] * arguments.get("gradient_accumulation_steps", 1)


def write_rows(source, target, most, multiple):
    # Not splitlines(): texts may hold line separators of Unicode.
    lines = [line for line in source.read_text(encoding="utf-8").split("\n") if "\t" in line][:most]
    lines = lines[: len(lines) // multiple * multiple]
    if not lines:
        raise SystemExit(f"{source}: fewer rows than a step of {multiple}")
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def overrides(flags):
    """Training arguments that both sides take instead of the files'."""
    words = ["--num_train_epochs", flags.epochs, "--evaluation_strategy", "epoch"]
    if flags.learning_rate is not None:
        words += ["--learning_rate", flags.learning_rate]
    return words


def preface(flags, parameters):
    flags_given = " ".join(str(word) for word in overrides(flags))
    return (
        compare_hf.headline(flags)
        + f"{flags.train_count} rows of {flags.train_file.name}, evaluated on {flags.eval_count} of {flags.eval_file.name}; "
        + f"an untrained model of {flags.size} size, {parameters / 1e6:.1f} M parameters, dropout {flags.dropout:g}.\n"
        + f"Files of {flags.config.name}/ as they are, but {flags_given} on both sides, and for the peer --use_cpu true "
        + 'and "bfloat16" false instead of "auto".\n'
    )


def run_pair(flags, folder, data, mode, number):
    processes, file = MODES[mode]
    train_file, eval_file = data
    common = [
        "--train_args_file", f"config/{file}",
        "--train_file", train_file,
        "--eval_file", eval_file,
        "--pretrained_model_name_or_path", folder / "checkpoint",
        "--max_seq_length", flags.max_seq_length,
        *overrides(flags),
    ]  # fmt: skip
    words, environment = launch.peer(processes, flags.threads)
    peer = folder / f"peer-{mode}-{number}"
    history = peer / "history.json"
    fresh(flags, peer)
    for deepspeed_file in (peer / "config").glob("ds_*.json"):
        without_auto_bfloat16(deepspeed_file)
    theirs = run_side(peer, [*words, *common, "--only_due_evaluations", "--log_history", history], environment, history)
    shoal = folder / f"shoal-{mode}-{number}"
    workers = ["--workers", processes] if processes > 1 else []
    fresh(flags, shoal)
    ours = run_side(shoal, [flags.shoal, "train", *workers, *common], {}, shoal / "output/trainer_state.json")
    print(
        f"{mode}, round {number + 1}: training {theirs.train_seconds:.1f} s the peer, {ours.train_seconds:.1f} s Shoal",
        flush=True,
    )
    return theirs, ours


def fresh(flags, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(flags.config, folder / "config")


def without_auto_bfloat16(file):
    settings = json.loads(file.read_text(encoding="utf-8"))
    if settings.get("bfloat16", {}).get("enabled") == "auto":
        settings["bfloat16"]["enabled"] = False
        file.write_text(json.dumps(settings, indent=1), encoding="utf-8")


def run_side(folder, command, environment, history):
    watched = watch(command, environment, folder, LIMIT_SECONDS)
    if watched.exit_code != 0:
        raise SystemExit(
            f"{Path(command[0]).name} ended with status {watched.exit_code} in {folder}; its last lines:\n" + "\n".join(watched.tail)
        )
    rows = json.loads(history.read_text(encoding="utf-8"))["log_history"]
    last = [row for row in rows if "eval_loss" in row][-1]
    return Side(
        worker_megabytes=watched.peak_process_kilobytes / 1024,
        all_megabytes=watched.peak_pss_kilobytes / 1024,
        train_seconds=next(row["train_runtime"] for row in rows if "train_runtime" in row),
        whole_seconds=watched.seconds,
        figures={name: last[name] for name in FIGURES},
        log_history=rows,
    )


def report(pairs):
    print("\n| mode | side | PSS of a worker, MB | PSS of all, MB | training, s | whole command, s | accuracy | precision | recall | F1 | eval_loss |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for mode, sides in pairs.items():
        for side, label in ((0, peer_name(mode)), (1, "Shoal")):
            print(row(mode, label, [pair[side] for pair in sides]))
    print("\n| mode | training, peer : Shoal | whole command, peer : Shoal | PSS of a worker, Shoal : peer | dev figures | worst loss logged |")
    print("|---|---|---|---|---|---|")
    for mode, sides in pairs.items():
        print(ratios(mode, sides))


def peer_name(mode):
    return {"single": "HF Trainer", "ddp": "DDP, gloo"}.get(mode, "DeepSpeed")


def row(mode, label, sides):
    figures = " | ".join(spread([side.figures[name] for side in sides], 4) for name in FIGURES)
    return (
        f"| {mode} | {label} | {spread([s.worker_megabytes for s in sides], 0)} | {spread([s.all_megabytes for s in sides], 0)} "
        f"| {spread([s.train_seconds for s in sides], 1)} | {spread([s.whole_seconds for s in sides], 1)} | {figures} |"
    )


def ratios(mode, sides):
    return (
        f"| {mode} | {spread([peer.train_seconds / ours.train_seconds for peer, ours in sides], 2, 'x')} "
        f"| {spread([peer.whole_seconds / ours.whole_seconds for peer, ours in sides], 2, 'x')} "
        f"| {spread([100 * ours.worker_megabytes / peer.worker_megabytes for peer, ours in sides], 0, ' %')} "
        f"| {figures_agree(sides)} | {worst_loss(sides):.1e} |"
    )


def figures_agree(sides):
    """HF rounds nothing of an evaluation; fp32 sums in another order differ by some 1e-7, a row on the edge flips at most."""
    worst = max(abs(ours.figures[name] - peer.figures[name]) for peer, ours in sides for name in FIGURES)
    return f"{'equal to 4 decimals' if worst < 5e-5 else 'differ'} (worst {worst:.1e})"


def worst_loss(sides):
    """Of the training rows of both logs; HF rounds them to 4 decimals."""
    return max(
        abs(theirs["loss"] - ours["loss"])
        for peer, shoal in sides
        for theirs, ours in zip(losses(peer.log_history), losses(shoal.log_history))
    )


def losses(rows):
    return [row for row in rows if "loss" in row]


if __name__ == "__main__":
    main()
