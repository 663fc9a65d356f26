"""Runs a command and watches it: when each log line arrives, how much memory and processor time all of its processes use."""

import dataclasses
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

LOSS_LINE = re.compile(r"^\{'loss': '?([0-9.eE+-]+|nan|inf)'?,")
SAMPLE_SECONDS = 0.5
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Watched:
    """What was seen of one command."""

    exit_code: int
    seconds: float
    loss_seconds: list  # when each loss line arrived, since the start
    cpu_seconds: list  # that all processes had used when each loss line arrived
    losses: list
    peak_pss_kilobytes: int
    peak_processes: int
    peak_process_kilobytes: int  # of the largest process
    tail: list  # the last lines of output

    def step_seconds(self, warm):
        """From one loss line to the next, without the first `warm` steps."""
        return differences(self.loss_seconds[max(warm - 1, 0) :])

    def step_cpu_seconds(self, warm):
        """Processor time of all processes and cores from one loss line to the next, without the first `warm` steps."""
        return differences(self.cpu_seconds[max(warm - 1, 0) :])


def differences(values):
    return [later - earlier for earlier, later in zip(values, values[1:])]


def watch(command, environment, folder, limit_seconds):
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        errors="replace",
        cwd=folder,
        env={**os.environ, **environment},
        start_new_session=True,
    )
    memory = MemorySampler(process.pid)
    memory.start()
    timer = threading.Timer(limit_seconds, lambda: os.killpg(process.pid, signal.SIGKILL))
    timer.start()
    times, cpu, losses, tail = [], [], [], []
    try:
        for line in process.stdout:
            match = LOSS_LINE.match(line)
            if match:
                times.append(time.perf_counter() - started)
                cpu.append(session_cpu_seconds(process.pid))
                losses.append(float(match.group(1)))
            tail = (tail + [line.rstrip()])[-15:]
        exit_code = process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        raise
    finally:
        timer.cancel()
        memory.stop()
    seconds = time.perf_counter() - started
    return Watched(
        exit_code,
        seconds,
        times,
        cpu,
        losses,
        memory.peak_kilobytes,
        memory.peak_processes,
        memory.peak_process_kilobytes,
        tail,
    )


class MemorySampler(threading.Thread):
    """Sums the proportional set size of a session's processes twice a second and keeps the largest sum."""

    def __init__(self, session):
        super().__init__(daemon=True)
        self.session = session
        self.peak_kilobytes = 0
        self.peak_processes = 0
        self.peak_process_kilobytes = 0
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(SAMPLE_SECONDS):
            sizes = [pss_kilobytes(pid) for pid in processes_of(self.session)]
            self.peak_kilobytes = max(self.peak_kilobytes, sum(sizes))
            self.peak_processes = max(self.peak_processes, len(sizes))
            self.peak_process_kilobytes = max([self.peak_process_kilobytes, *sizes])

    def stop(self):
        self.ended.set()
        self.join()


def processes_of(session):
    """Processes of the session that `session` leads, and all descendants of these, whatever session they made."""
    parents, members = {}, set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        parents[int(entry.name)] = int(fields[1])
        if int(fields[3]) == session:
            members.add(int(entry.name))
    grown = True
    while grown:
        children = {pid for pid, parent in parents.items() if parent in members} - members
        members |= children
        grown = bool(children)
    return members


def session_cpu_seconds(session):
    return sum(cpu_seconds(pid) for pid in processes_of(session))


def cpu_seconds(pid):
    """proc(5), stat, fields 14 to 17: user and system time of a process's threads and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0  # it ended meanwhile, and counts among its parent's children
    return sum(int(ticks) for ticks in fields[11:15]) / TICKS_PER_SECOND


def pss_kilobytes(pid):
    """proc(5), smaps_rollup: pages shared by n processes count 1/n each."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass  # it ended meanwhile
    return 0
