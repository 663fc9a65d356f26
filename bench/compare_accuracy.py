"""What HF Trainer and Shoal learn from the same checkpoint and rows with dropout on: evaluation figures over seeds.

    ./shoal bench accuracy --train_file T.tsv --eval_file E.tsv --vocab VOCAB.txt [--seeds 1 2 3] [--epochs 1]

Masks differ between the two, so runs of one seed differ as two seeds of one side do; what must agree are the means.
Prints a Markdown table and both means; status 1 when mean accuracies differ by more than --tolerance.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

import make_checkpoint
from processes import watch

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ("eval_loss", "eval_accuracy", "eval_precision", "eval_recall", "eval_f1")
LIMIT_SECONDS = 4 * 3600


def main():
    flags = parse_flags()
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    folder = Path(flags.out or tempfile.mkdtemp(prefix="shoal-accuracy-"))
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = flags.model or folder / "checkpoint"
    if not flags.model:
        make_checkpoint.make(checkpoint, flags.size, flags.vocab, flags.dropout)
    arguments_file = folder / "args.json"
    arguments_file.write_text(json.dumps(arguments(flags), indent=1), encoding="utf-8")
    print("| seed | side | " + " | ".join(FIGURES) + " | seconds |\n|" + "---|" * (len(FIGURES) + 3), flush=True)
    accuracies = {"HF Trainer": [], "Shoal": []}
    for seed in flags.seeds:
        for side in accuracies:
            figures, seconds = run(flags, side, folder / f"{side[:2].lower()}-{seed}", checkpoint, arguments_file, seed)
            accuracies[side].append(figures["eval_accuracy"])
            cells = " | ".join(f"{figures[name]:.4f}" for name in FIGURES)
            print(f"| {seed} | {side} | {cells} | {seconds:.0f} |", flush=True)
    means = {side: statistics.mean(values) for side, values in accuracies.items()}
    difference = abs(means["HF Trainer"] - means["Shoal"])
    words = ", ".join(f"{side} {mean:.4f}" for side, mean in means.items())
    print(f"\nMean accuracy: {words}; difference {difference:.4f}, at most {flags.tolerance} expected.")
    sys.exit(0 if difference <= flags.tolerance else 1)


def parse_flags():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train_file", type=Path, default=ROOT / "data/train.tsv")
    parser.add_argument("--eval_file", type=Path, default=ROOT / "data/dev.tsv")
    parser.add_argument("--model", type=Path, help="a model folder; default: an untrained one is made")
    parser.add_argument("--size", choices=list(make_checkpoint.SIZES), default="small")
    parser.add_argument("--vocab", type=Path, default=ROOT / "data/model/vocab.txt")
    parser.add_argument("--dropout", type=float, default=0.1, help="of the checkpoint that is made")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=float, default=1)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--learning_rate", type=float, default=5e-5)
    parser.add_argument("--max_seq_length", type=int, default=192)
    parser.add_argument("--tolerance", type=float, default=0.01)
    parser.add_argument("--shoal", default=ROOT / "shoal", help="the launcher to measure")
    parser.add_argument("--out", help="folder for output; default: a new temporary one")
    return parser.parse_args()


def arguments(flags):
    return {
        "output_dir": "output",
        "per_device_train_batch_size": flags.batch,
        "per_device_eval_batch_size": flags.batch,
        "learning_rate": flags.learning_rate,
        "num_train_epochs": flags.epochs,
        "lr_scheduler_type": "linear",
        "warmup_ratio": 0.05,
        "logging_steps": 50,
        "eval_strategy": "epoch",
        "save_strategy": "no",
        "optim": "adamw_torch",
    }


def run(flags, side, folder, checkpoint, arguments_file, seed):
    folder.mkdir(parents=True, exist_ok=True)
    common = {
        "train_args_file": arguments_file.resolve(),
        "train_file": flags.train_file.resolve(),
        "eval_file": flags.eval_file.resolve(),
        "pretrained_model_name_or_path": Path(checkpoint).resolve(),
        "max_seq_length": flags.max_seq_length,
        "seed": seed,
    }
    words = [word for name, value in common.items() for word in (f"--{name}", value)]
    if side == "Shoal":
        command, history = [flags.shoal, "train", *words], folder / "output/trainer_state.json"
    else:
        history = folder.resolve() / "history.json"
        own = ["--disable_tqdm", "true", "--log_history", history]
        command = [sys.executable, ROOT / "bench/hf_train.py", *words, *own]
    watched = watch(command, {}, folder, LIMIT_SECONDS)
    if watched.exit_code != 0:
        raise SystemExit(f"{side} ended with status {watched.exit_code}; its last lines:\n" + "\n".join(watched.tail))
    rows = json.loads(history.read_text(encoding="utf-8"))["log_history"]
    return [row for row in rows if "eval_loss" in row][-1], watched.seconds


if __name__ == "__main__":
    main()
