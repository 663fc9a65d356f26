"""HF's text-classification pipeline against `shoal predict` on the same model and texts, in alternation.

    ./shoal bench predict [--size small base] [--rounds 3] [--file DEV.tsv --vocab VOCAB.txt] [--rows N] \
        [--threads N] [--out FOLDER]

Three sides: the pipeline with batch_size=32 and top_k=None, all threads; the same with its texts sorted by length, which
its documentation advises; Shoal with its defaults. Each reads texts from a pipe and answers a line each. The first text is sent alone:
its answer shows that a side is loaded. Then all texts are sent, and the clock runs until the last answer, so neither
side's own clock is trusted. "whole" counts from the start of the process. Memory is the largest sum of proportional set
sizes of all processes of a side, sampled twice a second. Run it on a quiet machine.
"""

import argparse
import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import hf_train
import make_checkpoint
from compare_hf import headline
from processes import MemorySampler
from tables import spread

ROOT = Path(__file__).resolve().parents[1]
LIMIT_SECONDS = 3600
SIDES = ("HF pipeline", "HF pipeline, sorted", "Shoal")


@dataclasses.dataclass
class Result:
    """One run of one side."""

    ready_seconds: float
    rows_seconds: float
    pss_megabytes: float
    scores: list  # of each text, by label

    def rate(self):
        return len(self.scores) / self.rows_seconds

    def whole_rate(self):
        return len(self.scores) / (self.ready_seconds + self.rows_seconds)


def main():
    flags = parse_flags()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the running side ends too
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    folder = Path(flags.out or tempfile.mkdtemp(prefix="shoal-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    texts = [" ".join(text.split()) or "." for _, text in hf_train.read_rows(flags.train_file)][: flags.rows]
    print(headline(flags), flush=True)
    subprocess.run([flags.shoal, "version"], check=True, stdout=subprocess.DEVNULL)  # builds, if need be
    report = {}
    for size in flags.size:
        checkpoint = folder / f"checkpoint-{size}"
        make_checkpoint.make(checkpoint, size, flags.vocab, 0.1)
        report[size] = [run_round(flags, size, checkpoint, texts, number) for number in range(flags.rounds)]
    print_tables(report, len(texts))
    rows = {size: [[dataclasses.asdict(r) for r in one] for one in rounds] for size, rounds in report.items()}
    (folder / "results.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    print(f"\nEvery figure: {folder}/results.json")


def parse_flags():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", nargs="+", choices=list(make_checkpoint.SIZES), default=["small"])
    parser.add_argument("--rounds", type=int, default=3, help="how often the sides take turns")
    parser.add_argument("--file", dest="train_file", type=Path, default=ROOT / "data/dev.tsv")
    parser.add_argument("--rows", type=int, help="only so many of the file's rows")
    parser.add_argument("--vocab", type=Path, default=ROOT / "data/model/vocab.txt")
    parser.add_argument("--max_seq_length", type=int, default=192)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--shoal", default=ROOT / "shoal", help="the launcher to measure")
    parser.add_argument("--out", help="folder for checkpoints and results.json; default: a new temporary one")
    return parser.parse_args()


def run_round(flags, size, checkpoint, texts, number):
    """Each side once; who begins changes from round to round."""
    common = ["--model", checkpoint, "--max_seq_length", flags.max_seq_length]
    peer = [sys.executable, ROOT / "bench/hf_predict.py", "--threads", flags.threads, *common]
    commands = [peer, [*peer, "--sorted"], [flags.shoal, "predict", "--lanes", flags.threads, *common]]
    results = [None] * len(commands)
    for turn in range(len(commands)):
        side = (turn + number) % len(commands)
        results[side] = run_side(commands[side], texts, flags.threads)
        print(f"{size}, round {number + 1}: {SIDES[side]} {results[side].rate():.1f} rows/s", flush=True)
    return results


def run_side(command, texts, threads):
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    if command[0] == sys.executable:
        environment["OMP_NUM_THREADS"] = str(threads)
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
        start_new_session=True,
    )
    memory = MemorySampler(process.pid)
    memory.start()
    timer = threading.Timer(LIMIT_SECONDS, lambda: os.killpg(process.pid, signal.SIGKILL))
    timer.start()
    try:
        process.stdin.write(texts[0] + "\n")
        process.stdin.flush()
        first = process.stdout.readline()
        ready = time.perf_counter() - started
        writer = threading.Thread(target=send, args=(process.stdin, texts), daemon=True)
        writer.start()
        lines = process.stdout.readlines() if first else []
        ended = time.perf_counter() - started
        code = process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        raise
    finally:
        timer.cancel()
        memory.stop()
    if code != 0 or len(lines) != len(texts):
        raise SystemExit(f"{command[0]} ended with status {code} after {len(lines)} of {len(texts)} answers")
    return Result(ready, ended - ready, memory.peak_kilobytes / 1024, [scores_of(json.loads(line)) for line in lines])


def send(stdin, texts):
    try:
        stdin.write("".join(text + "\n" for text in texts))
        stdin.close()
    except BrokenPipeError:
        pass  # the side has ended; its status says why


def scores_of(answer):
    """Probabilities by label, of either side's answer."""
    if isinstance(answer, dict):
        return answer["probabilities"]
    return [each["score"] for each in sorted(answer, key=lambda each: int(each["label"].rpartition("_")[2]))]


def print_tables(report, rows):
    print(f"\n| model | side | rows/s of {rows} | whole, rows/s | first answer after, s | peak PSS, MB |")
    print("|---|---|---|---|---|---|")
    for size, rounds in report.items():
        for side, name in enumerate(SIDES):
            own = [one[side] for one in rounds]
            print(
                f"| {size} | {name} | {spread([r.rate() for r in own], 1)} "
                f"| {spread([r.whole_rate() for r in own], 1)} "
                f"| {spread([r.ready_seconds for r in own], 1)} | {spread([r.pss_megabytes for r in own], 0)} |"
            )
    print("\n| model | Shoal against | rows/s | whole | PSS | probabilities |")
    print("|---|---|---|---|---|---|")
    for size, rounds in report.items():
        for side, name in enumerate(SIDES[:-1]):
            pairs = [(one[side], one[-1]) for one in rounds]
            worst = max(
                abs(a - b) for hf, own in pairs for x, y in zip(hf.scores, own.scores) for a, b in zip(x, y)
            )
            print(
                f"| {size} | {name} | {spread([own.rate() / hf.rate() for hf, own in pairs], 2, 'x')} "
                f"| {spread([own.whole_rate() / hf.whole_rate() for hf, own in pairs], 2, 'x')} "
                f"| {spread([100 * own.pss_megabytes / hf.pss_megabytes for hf, own in pairs], 0, ' %')} "
                f"| {'equal' if worst < 1.1e-5 else 'DIFFER'} (worst {worst:.1e}) |"
            )


if __name__ == "__main__":
    main()
