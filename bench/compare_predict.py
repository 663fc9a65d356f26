"""What classifies texts on a CPU, against `shoal predict`, on the same model and texts, in alternation; prints Markdown tables.

    ./shoal bench predict [--size small base] [--rounds 3] [--file DEV.tsv --vocab VOCAB.txt] [--rows N] \
        [--threads N] [--out FOLDER]

Sides: HF's pipeline with batch_size=32 and top_k=None; the same with its texts sorted by length, which its documentation
advises; PyTorch in a loop over rows sorted by tokens, without a mask; ONNX Runtime and OpenVINO in such a loop, fp32; ONNX
Runtime with int8 weights, which answers something else, so that its share of equal labels is printed; Shoal with its defaults. All have
all threads. Each reads texts from a pipe and answers a line each. The first text is sent alone: its answer shows that a
side is loaded. Then all texts are sent, and the clock runs until the last answer, so no side's own clock is trusted.
CPU seconds are those of all processes of a side from the first answer on. "whole" counts from the start of the process. Memory is
the largest sum of proportional set sizes of all processes of a side, sampled twice a second. Run it on a quiet machine.
"""

import argparse
import dataclasses
import json
import os
import resource
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
from processes import MemorySampler, session_cpu_seconds
from tables import spread

ROOT = Path(__file__).resolve().parents[1]
LIMIT_SECONDS = 3600
PEERS = {
    "HF pipeline": [],
    "HF pipeline, sorted": ["--sorted"],
    "PyTorch, sorted, no mask": ["--runtime", "pytorch"],
    "ONNX Runtime": ["--runtime", "onnxruntime"],
    "OpenVINO": ["--runtime", "openvino"],
    "ONNX Runtime, int8": ["--runtime", "onnxruntime-int8"],
}
SIDES = (*PEERS, "Shoal")


@dataclasses.dataclass
class Result:
    """One run of one side."""

    ready_seconds: float
    rows_seconds: float
    cpu_seconds: float  # from the first answer on
    pss_megabytes: float
    scores: list  # of each text, by label

    def rate(self):
        return len(self.scores) / self.rows_seconds

    def cpu_rate(self):
        return len(self.scores) / self.cpu_seconds

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
        prepare_runtimes(checkpoint)
        report[size] = [run_round(flags, size, checkpoint, texts, number) for number in range(flags.rounds)]
    print_tables(report, len(texts))
    rows = {
        size: [{name: dataclasses.asdict(r) for name, r in one.items()} for one in rounds]
        for size, rounds in report.items()
    }
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
    parser.add_argument("--side", nargs="+", choices=SIDES, default=SIDES)
    parser.add_argument("--shoal", default=ROOT / "shoal", help="the launcher to measure")
    parser.add_argument("--out", help="folder for checkpoints and results.json; default: a new temporary one")
    return parser.parse_args()


def prepare_runtimes(checkpoint):
    """Exports and quantizes the model before anybody is timed."""
    for peer in ("ONNX Runtime", "ONNX Runtime, int8"):
        command = [sys.executable, str(ROOT / "bench/peer_predict.py"), *PEERS[peer], "--model", str(checkpoint)]
        subprocess.run(command, check=True, input=".\n", text=True, capture_output=True)


def run_round(flags, size, checkpoint, texts, number):
    """Each side once; who begins changes from round to round."""
    common = ["--model", checkpoint, "--max_seq_length", flags.max_seq_length]
    peer = [sys.executable, ROOT / "bench/peer_predict.py", "--threads", flags.threads, *common]
    commands = {name: [*peer, *words] for name, words in PEERS.items()}
    commands["Shoal"] = [flags.shoal, "predict", "--lanes", flags.threads, *common]
    sides = [name for name in SIDES if name in flags.side]
    results = {}
    for turn in range(len(sides)):
        name = sides[(turn + number) % len(sides)]
        results[name] = run_side(commands[name], texts, flags.threads)
        rates = f"{results[name].rate():.1f} rows/s, {results[name].cpu_rate():.1f} rows per CPU second"
        print(f"{size}, round {number + 1}: {name} {rates}", flush=True)
    return results


def run_side(command, texts, threads):
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    if command[0] == sys.executable:
        environment["OMP_NUM_THREADS"] = str(threads)
    used = children_cpu_seconds()
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
        ready_cpu = session_cpu_seconds(process.pid)
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
    cpu = children_cpu_seconds() - used - ready_cpu
    scores = [scores_of(json.loads(line)) for line in lines]
    return Result(ready, ended - ready, cpu, memory.peak_kilobytes / 1024, scores)


def children_cpu_seconds():
    """Of all processes that this one has waited for, and theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def send(stdin, texts):
    try:
        stdin.write("".join(text + "\n" for text in texts))
        stdin.close()
    except BrokenPipeError:
        pass  # the side has ended; its status says why


def scores_of(answer):
    """Probabilities by label, of any side's answer."""
    return answer["probabilities"] if isinstance(answer, dict) else answer


def print_tables(report, rows):
    print(f"\n| model | side | rows/s of {rows} | rows per CPU s | whole, rows/s | first answer after, s | peak PSS, MB |")
    print("|---|---|---|---|---|---|---|")
    for size, rounds in report.items():
        for name in rounds[0]:
            own = [one[name] for one in rounds]
            print(
                f"| {size} | {name} | {spread([r.rate() for r in own], 1)} | {spread([r.cpu_rate() for r in own], 1)} "
                f"| {spread([r.whole_rate() for r in own], 1)} "
                f"| {spread([r.ready_seconds for r in own], 1)} | {spread([r.pss_megabytes for r in own], 0)} |"
            )
    print("\n| model | Shoal against | rows/s | rows per CPU s | whole | PSS | probabilities | equal labels |")
    print("|---|---|---|---|---|---|---|---|")
    for size, rounds in report.items():
        for name in rounds[0]:
            if name != "Shoal" and "Shoal" in rounds[0]:
                print(comparison(size, name, [(one[name], one["Shoal"]) for one in rounds]))


def comparison(size, name, pairs):
    worst = max(abs(a - b) for peer, own in pairs for x, y in zip(peer.scores, own.scores) for a, b in zip(x, y))
    same = [label(x) == label(y) for peer, own in pairs for x, y in zip(peer.scores, own.scores)]
    return (
        f"| {size} | {name} | {spread([own.rate() / peer.rate() for peer, own in pairs], 2, 'x')} "
        f"| {spread([own.cpu_rate() / peer.cpu_rate() for peer, own in pairs], 2, 'x')} "
        f"| {spread([own.whole_rate() / peer.whole_rate() for peer, own in pairs], 2, 'x')} "
        f"| {spread([100 * own.pss_megabytes / peer.pss_megabytes for peer, own in pairs], 0, ' %')} "
        f"| {'equal' if worst < 1.1e-5 else 'DIFFER'} (worst {worst:.1e}) | {100 * sum(same) / len(same):.1f} % |"
    )


def label(scores):
    return max(range(len(scores)), key=lambda i: scores[i])


if __name__ == "__main__":
    main()
