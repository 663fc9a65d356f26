"""A coordinator and its workers on this machine, as services: started by hand, so that each worker's log and memory are seen."""

import hashlib
import os
import re
import subprocess
import time

from processes import MemorySampler, watch

START_SECONDS = 300  # the first start may build
JOIN_LINE = re.compile(r"--coordinator (\S+) --token-file (\S+)")
COMMIT = re.compile(r"commit came step=(\d+) waited-micros=(\d+)")
WAITED = re.compile(r"waited for commits steps=(\d+)")
SENT = re.compile(r"leaving the others .*sent-bytes=(\d+)")


class Cluster:
    """A coordinator with fresh workers, ended at the end of the `with`; they compute with `lanes` threads each."""

    def __init__(self, shoal, folder, workers, lanes):
        self.shoal, self.folder = str(shoal), folder
        self.processes, self.samplers = [], []
        self.logs = [folder / f"worker-{index}.log" for index in range(workers)]
        self.lanes = lanes
        self.coordinator = self.tokens = ""

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            line = self.start_coordinator()
            self.coordinator, worker_token = line.groups()
            self.tokens = os.path.dirname(worker_token)
            for index, log in enumerate(self.logs):
                words = ["worker", "--coordinator", self.coordinator, "--token-file", worker_token]
                words += ["--work-dir", self.folder / f"worker-{index}", "--lanes", self.lanes]
                process = self.start(words, log, {"SHOAL_JAVA_OPTIONS": "-Dshoal.logLevel=DEBUG"})
                self.samplers.append(MemorySampler(process.pid))
                self.samplers[-1].start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *ignored):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for sampler in self.samplers:
            sampler.stop()

    def submit(self, name, flags, limit_seconds):
        """Follows a run to its end; what was seen of the client, which prints the loss lines."""
        command = [self.shoal, "submit", "--name", name, "--workers", len(self.logs), *flags]
        return watch(command, self.environment(), self.folder, limit_seconds)

    def model_hash(self, name):
        """SHA-256 of a run's parameters."""
        command = [self.shoal, "export", name, "--to", str(self.folder / "export")]
        done = subprocess.run(command, env={**os.environ, **self.environment()}, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"shoal export {name} ended with status {done.returncode}: {done.stderr}")
        return hashlib.sha256((self.folder / "export/model.safetensors").read_bytes()).hexdigest()

    def sent_bytes(self):
        """What each worker has sent to others."""
        if len(self.logs) == 1:
            return [0]
        return [int(self.awaited(log, SENT).group(1)) for log in self.logs]

    def commit_waits(self):
        """For each worker: step -> seconds from its report to the step's commit."""
        for log in self.logs:
            self.awaited(log, WAITED)
        return [{int(step): int(micros) / 1e6 for step, micros in COMMIT.findall(log.read_text())} for log in self.logs]

    def worker_megabytes(self):
        """Peak proportional set size of each worker."""
        return [sampler.peak_process_kilobytes / 1024 for sampler in self.samplers]

    def environment(self):
        return {"SHOAL_COORDINATOR": self.coordinator, "SHOAL_TOKEN_FILE": f"{self.tokens}/submit"}

    def start_coordinator(self):
        log = self.folder / "coordinator.log"
        self.start(["coordinator", "--data", self.folder / "data", "--listen", "127.0.0.1:0", "--http", "off"], log, {})
        return self.awaited(log, JOIN_LINE)

    def start(self, words, log, environment):
        with open(log, "wb") as output:
            process = subprocess.Popen(
                [self.shoal, *(str(word) for word in words)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**os.environ, **environment},
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def awaited(self, log, pattern):
        """A line that a process is about to write in its log."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            match = pattern.search(log.read_text(errors="replace"))
            if match:
                return match
            time.sleep(0.1)
        raise SystemExit(f"{log} does not say '{pattern.pattern}' after {START_SECONDS} s")
