"""Writes figures of DeepSpeed's own code that no training curve is needed for:

plan/src/test/resources/shoal/plan/schedule/warmup-cosine.json: rates of WarmupCosineLR;
engine/src/test/resources/shoal/engine/djl/golden/adam.json: updates by DeepSpeedCPUAdam, with the decay in the gradient;
and beside it lamb.json: updates by the arithmetic of DeepSpeed's FusedLamb. That kernel runs on CUDA only, so these
figures are not its own: they are numpy's, operation by operation as csrc/lamb/fused_lamb_cuda_kernel.cu has them.

    python testkit/scripts/make_rule_golden.py

Needs torch 2.7.1 and deepspeed 0.19.8 with a compiler; run from the project's folder.
"""
import json
import pathlib

import deepspeed
import numpy
import torch
from deepspeed.ops.adam import DeepSpeedCPUAdam
from deepspeed.runtime.lr_schedules import WarmupCosineLR

RATES = pathlib.Path("plan/src/test/resources/shoal/plan/schedule/warmup-cosine.json")
ADAM = pathlib.Path("engine/src/test/resources/shoal/engine/djl/golden/adam.json")
LAMB = ADAM.with_name("lamb.json")
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


def lamb():
    generator = numpy.random.default_rng(7)
    shapes = {"score.weight": 48, "transformer.ln_f.weight": 16, "transformer.ln_f.bias": 16}
    cases = []
    for rule in LAMB_RULES:
        start = {name: generator.standard_normal(size).astype(numpy.float32) for name, size in shapes.items()}
        start["transformer.ln_f.bias"][:] = 0  # has no norm: its first ratio is 1
        state = {name: [values.copy(), numpy.zeros_like(values), numpy.zeros_like(values)] for name, values in start.items()}
        steps = []
        for step in range(1, 5):
            gradients = {name: generator.standard_normal(size).astype(numpy.float32) for name, size in shapes.items()}
            ratios = {name: lamb_update(*state[name], gradients[name], rule, step) for name in shapes}
            steps.append({"gradients": plain(gradients), "ratios": ratios, "results": plain({k: v[0] for k, v in state.items()})})
        cases.append({**rule, "start": plain(start), "steps": steps})
    write(LAMB, {"source": f"numpy {numpy.__version__}, arithmetic of deepspeed {deepspeed.__version__}", "cases": cases})


LAMB_RULES = [
    {"lr": 1e-2, "betas": [0.9, 0.95], "eps": 1e-6, "weight_decay": 0.1, "bias_correction": True, "max_coeff": 10.0,
     "min_coeff": 0.01, "eps_inside_sqrt": False, "clip": 1.0},
    {"lr": 1e-2, "betas": [0.8, 0.9], "eps": 1e-3, "weight_decay": 0.0, "bias_correction": False, "max_coeff": 0.9,
     "min_coeff": 0.5, "eps_inside_sqrt": True, "clip": 0.3},
]


def lamb_update(weights, first, second, gradient, rule, step):
    """Changes the state in place; returns the trust ratio."""
    single = numpy.float32
    beta1, beta2 = map(single, rule["betas"])
    eps, decay = single(rule["eps"]), single(rule["weight_decay"])
    gradient = gradient * single(rule["clip"])
    first[:] = beta1 * first + (single(1) - beta1) * gradient
    second[:] = beta2 * second + (single(1) - beta2) * gradient * gradient
    root = numpy.sqrt(second + eps) if rule["eps_inside_sqrt"] else numpy.sqrt(second) + eps
    update = first / root + decay * weights
    weight_norm, update_norm = (single(numpy.sqrt(numpy.sum(values.astype(float) ** 2))) for values in (weights, update))
    ratio = single(1)
    if weight_norm != 0 and update_norm != 0:
        ratio = max(min(weight_norm / update_norm, single(rule["max_coeff"])), single(rule["min_coeff"]))
    size = single(rule["lr"])
    if rule["bias_correction"]:
        size = size * numpy.sqrt(single(1 - rule["betas"][1] ** step)) / single(1 - rule["betas"][0] ** step)
    weights[:] = weights - size * ratio * update
    return float(ratio)


def plain(tensors):
    return {name: values.tolist() for name, values in tensors.items()}


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content) + "\n")


rates()
adam()
lamb()
