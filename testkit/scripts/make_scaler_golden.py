"""Writes what torch's GradScaler and DeepSpeed's loss scalers do, step by step:

plan/src/test/resources/shoal/plan/scale/traces.json

    python testkit/scripts/make_scaler_golden.py

Needs torch 2.7.1 and deepspeed 0.19.8, both on the CPU; run from the project's folder. A trace is a scaler with its parameters,
the steps as runs of [good steps, overflows], how many were taken until the scaler refused to go on, the SHA-256 of (scale as a
double, good steps as an integer, hysteresis as an integer), little-endian, after each of them, and for the reader of a failure
[step, scale, hysteresis] after the first steps that changed one of the two.
"""
import hashlib
import json
import logging
import pathlib
import random
import struct
import types

import torch

import deepspeed
from deepspeed.runtime.fp16 import fused_optimizer, loss_scaler

TRACES = pathlib.Path("plan/src/test/resources/shoal/plan/scale/traces.json")
SEED = 15
SHOWN = 12
LONG = 3000
SHARES = [0.1, 0.02, 0.004]
MOST = 1e300  # DeepSpeed's scales double on beyond fp32, and its messages cannot say infinity


class Torch:
    """GradScaler over one parameter, whose gradient overflows or does not."""

    def __init__(self, first, growth, backoff, interval):
        self.parameter = torch.nn.Parameter(torch.zeros(1))
        self.optimizer = torch.optim.SGD([self.parameter], lr=0.0)
        self.scaler = torch.amp.GradScaler("cpu", first, growth, backoff, interval)
        self.scaler.scale(torch.zeros(1))

    def step(self, overflow):
        self.parameter.grad = torch.tensor([float("inf") if overflow else 0.0])
        if self.scaler.get_scale() == 0:
            return True
        self.scaler.unscale_(self.optimizer)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return False

    def state(self):
        return self.scaler.get_scale(), 1

    def good(self):
        return self.scaler._get_growth_tracker()


class Zero:
    """The scaler of ZeRO stages 1 to 3, made as the engine makes it."""

    def __init__(self, power, window, least, hysteresis, refills):
        config = deepspeed.runtime.precision_config.DeepSpeedFP16Config(
            enabled=True, initial_scale_power=power, loss_scale_window=window, min_loss_scale=least, hysteresis=hysteresis,
            consecutive_hysteresis=refills)
        self.scaler = loss_scaler.CreateLossScaler(torch.half, 0, True, config.dynamic_loss_scale_args())

    def step(self, overflow):
        try:
            self.scaler.update_scale(overflow)
        except Exception as reason:
            assert "already at minimum" in str(reason), repr(reason)
            return True
        return False

    def state(self):
        return float(self.scaler.cur_scale), self.scaler.cur_hysteresis

    def good(self):
        return self.scaler.cur_iter - self.scaler.last_overflow_iter - 1


class Fused:
    """The scaler of stage 0."""

    def __init__(self, power, window, least, hysteresis, refills):
        config = deepspeed.runtime.precision_config.DeepSpeedFP16Config(
            enabled=True, initial_scale_power=power, loss_scale_window=window, min_loss_scale=least, hysteresis=hysteresis,
            consecutive_hysteresis=refills)
        self.self = types.SimpleNamespace(verbose=False, loss_scale_config=loss_scaler.LossScaleConfig(
            torch.float16, True, 0, config.dynamic_loss_scale_args(), profile=loss_scaler.LossScaleProfile.FUSED))

    def step(self, overflow):
        fused_optimizer.FP16_Optimizer._update_scale(self.self, overflow)
        return False

    def state(self):
        return float(self.self.loss_scale_config.cur_scale), 1

    def good(self):
        return self.self.loss_scale_config.cur_iter - self.self.loss_scale_config.last_overflow_iter - 1


KINDS = {"torch": Torch, "zero": Zero, "fused": Fused}


def trace(kind, parameters, runs):
    scaler = KINDS[kind](*parameters)
    last = scaler.state()
    changes, done, ended, sha = [], 0, False, hashlib.sha256()
    for good, bad in runs:
        for overflow in [False] * good + [True] * bad:
            if ended or last[0] > MOST:
                break
            ended = scaler.step(overflow)
            if ended:
                break
            done += 1
            sha.update(struct.pack("<dii", scaler.state()[0], scaler.good(), scaler.state()[1]))
            if scaler.state() != last:
                last = scaler.state()
                changes.append([done, *last])
    return {"kind": kind, "parameters": [float(each) for each in parameters], "runs": runs, "steps": done,
            "exhausted": ended, "sha256": sha.hexdigest(), "changes": changes[:SHOWN]}


def sequence(chance, steps, share):
    """Runs of so many steps; about `share` of them overflow, often several at a time."""
    runs, left = [], steps
    while left > 0:
        good = min(left, int(chance.expovariate(share)))
        bad = min(left - good, chance.choice([1, 1, 1, 2, 3, 7]))
        runs.append([good, bad])
        left -= good + bad
    return runs


def main():
    logging.disable(logging.CRITICAL)
    loss_scaler.dist = types.SimpleNamespace(get_rank=lambda: 0)
    loss_scaler.log_dist = lambda *unused, **options: None
    chance = random.Random(SEED)
    traces = [
        trace("torch", (65536.0, 2.0, 0.5, 2000), [[0, 3], [4100, 1], [1999, 1], [2000, 0]]),
        trace("torch", (65536.0, 2.0, 0.5, 1), [[200, 0]]),  # stops below fp32's largest number
        trace("torch", (65536.0, 2.0, 0.5, 2000), [[0, 200]]),  # down to 0
        trace("torch", (3.3, 1.7, 0.3, 5), [[23, 2], [7, 1], [100, 0]]),
        trace("zero", (16, 1000, 1, 2, False), [[0, 4], [1001, 1], [999, 1], [1500, 20]]),
        trace("zero", (16, 1000, 1, 2, True), [[0, 1], [1, 1], [1, 1], [1, 2], [2003, 1]]),
        trace("zero", (0, 1, 1, 1, False), [[10, 11]]),
        trace("zero", (32, 7, 1000, 3, False), [[0, 60]]),  # the least scale is no power of two
        trace("zero", (4, 3, 2, 0, False), [[0, 5], [9, 5]]),  # a hysteresis that never is 1
        trace("zero", (4, 3, 2, -2, True), [[0, 5], [9, 5]]),
        trace("zero", (-3, 2, 1, 1, False), [[0, 2], [5, 1]]),  # starts below the least
        trace("zero", (120, 1, 1, 2, False), [[2000, 0]]),  # beyond fp32, and doubles
        trace("fused", (16, 1000, 1, 2, False), [[0, 4], [1001, 1], [999, 1], [1500, 30]]),
        trace("fused", (3, 2, 1, 1, True), [[0, 5], [13, 2]]),
    ]
    for _ in range(12):
        runs = sequence(chance, LONG, chance.choice(SHARES))
        traces.append(trace("torch", (2.0 ** chance.randint(0, 40), chance.choice([2.0, 4.0, 1.5]), chance.choice([0.5, 0.25, 0.7]),
                                      chance.choice([1, 2, 17, 100, 2000])), runs))
    for kind in ("zero", "zero", "fused"):
        for _ in range(8):
            runs = sequence(chance, LONG, chance.choice(SHARES))
            traces.append(trace(kind, (chance.randint(0, 40), chance.choice([1, 2, 17, 100, 1000]), chance.choice([1, 2, 128]),
                                       chance.randint(1, 5), chance.random() < 0.5), runs))
    TRACES.parent.mkdir(parents=True, exist_ok=True)
    source = f"torch {torch.__version__.split('+')[0]}, deepspeed {deepspeed.__version__}"
    rows = ",\n".join(json.dumps(each, separators=(",", ":")) for each in traces)
    TRACES.write_text(f'{{"source":"{source}","traces":[\n{rows}\n]}}\n')


main()
