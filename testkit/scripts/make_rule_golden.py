"""Writes figures of DeepSpeed's own code that no training curve is needed for:

plan/src/test/resources/shoal/plan/schedule/warmup-cosine.json: rates of WarmupCosineLR;
engine/src/test/resources/shoal/engine/djl/golden/adam.json: updates by DeepSpeedCPUAdam, with the decay in the gradient.

    python testkit/scripts/make_rule_golden.py

Needs torch 2.7.1 and deepspeed 0.19.8 with a compiler; run from the project's folder.
"""
import json
import pathlib

import deepspeed
import torch
from deepspeed.ops.adam import DeepSpeedCPUAdam
from deepspeed.runtime.lr_schedules import WarmupCosineLR

RATES = pathlib.Path("plan/src/test/resources/shoal/plan/schedule/warmup-cosine.json")
ADAM = pathlib.Path("engine/src/test/resources/shoal/engine/djl/golden/adam.json")
SOURCE = f"torch {torch.__version__}, deepspeed {deepspeed.__version__}"
PEAK = 1e-3
UPDATES = 12
SCHEDULES = [
    {"warmup_num_steps": 4, "total_num_steps": 10},
    {"warmup_num_steps": 3, "total_num_steps": 12, "warmup_type": "linear", "warmup_min_ratio": 0.25, "cos_min_ratio": 0.1},
    {"warmup_num_steps": 8, "total_num_steps": 6, "warmup_type": "log", "cos_min_ratio": 0.0},
]


def rates():
    cases = []
    for arguments in SCHEDULES:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=PEAK)
        scheduler = WarmupCosineLR(optimizer, **arguments)
        used, logged = [], []
        for _ in range(UPDATES):
            used.append(optimizer.param_groups[0]["lr"])
            scheduler.step()
            logged.append(scheduler.get_last_lr()[0])
        cases.append({"arguments": arguments, "used": used, "logged": logged})
    write(RATES, {"source": SOURCE, "peak": PEAK, "cases": cases})


def adam():
    torch.manual_seed(7)
    figures = {"lr": 1e-2, "betas": [0.9, 0.95], "eps": 1e-6, "weight_decay": 0.1}
    values = torch.nn.Parameter(torch.randn(32))
    optimizer = DeepSpeedCPUAdam([values], **figures, adamw_mode=False)
    start = values.detach().clone()
    gradients, results = [], []
    for _ in range(4):
        values.grad = torch.randn(32)
        gradients.append(values.grad.tolist())
        optimizer.step()
        results.append(values.detach().tolist())
    write(ADAM, {"source": SOURCE, **figures, "start": start.tolist(), "gradients": gradients, "results": results})


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content) + "\n")


rates()
adam()
