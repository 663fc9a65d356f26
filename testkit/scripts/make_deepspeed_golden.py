"""Writes golden/curves/deepspeed-CASE-2ranks.json: two ranks of HF Trainer with DeepSpeed on the CPU;
and beside it deepspeed-CASE-2ranks.lr.csv, what DeepSpeed's csv_monitor wrote.

    torchrun --nproc_per_node=2 testkit/scripts/make_deepspeed_golden.py CASE

with CASE one of cosine (AdamW and HF's cosine schedule), adam (the decay in the gradient, WarmupCosineLR) and lamb.
DeepSpeed's FusedLamb has its arithmetic in a CUDA kernel; here that one function is torch's, operation by operation as
csrc/lamb/fused_lamb_cuda_kernel.cu has them, and all around it is DeepSpeed's own.

Needs transformers 4.57.6, torch 2.7.1, accelerate and deepspeed 0.19.8; run from the project's folder.
All batches are whole: for the last, short one HF repeats rows to even the ranks, Shoal does not.
"""
import json
import os
import pathlib
import sys
import tempfile
import types

import deepspeed
import torch
import transformers
from deepspeed.ops.lamb import fused_lamb
from torch.utils.data import SequentialSampler

GOLDEN = pathlib.Path("testkit/src/test/resources/golden")
LENGTH = 64
ARGUMENTS = dict(
    output_dir="unused", per_device_train_batch_size=4, learning_rate=1e-3, weight_decay=0.1, max_grad_norm=1.0,
    max_steps=7, warmup_steps=3, lr_scheduler_type="cosine", logging_steps=1, save_strategy="no", seed=42,
)
MONITOR = {"enabled": True, "output_path": "ds_logs/", "job_name": "golden"}
AUTO = {"lr": "auto", "betas": "auto", "eps": "auto", "weight_decay": "auto"}
CONFIG = {
    "zero_optimization": {"stage": 1},
    "optimizer": {"type": "AdamW", "params": {**AUTO, "torch_adam": True}},
    "gradient_accumulation_steps": "auto",
    "gradient_clipping": "auto",
    "train_batch_size": "auto",
    "train_micro_batch_size_per_gpu": "auto",
    "csv_monitor": MONITOR,
}
WARMUP_COSINE = {
    "type": "WarmupCosineLR",
    "params": {"total_num_steps": "auto", "warmup_num_steps": "auto", "warmup_min_ratio": 0.1, "cos_min_ratio": 0.05},
}
CASES = {
    "cosine": {},
    "adam": {
        "optimizer": {"type": "Adam", "params": {**AUTO, "torch_adam": True, "adam_w_mode": False}},
        "scheduler": WARMUP_COSINE,
    },
    "lamb": {
        "zero_optimization": {"stage": 0},
        "optimizer": {"type": "Lamb", "params": {**AUTO, "max_coeff": 5.0}},
    },
}
TIMINGS = ("train_runtime", "train_samples_per_second", "train_steps_per_second", "total_flos")


class InOrder(transformers.Trainer):
    def _get_train_sampler(self, *unused):
        return SequentialSampler(self.train_dataset)


def rows(tokenizer):
    for line in (GOLDEN / "train.tsv").read_text(encoding="utf8").splitlines():
        label, text = line.rstrip().split("\t", 1)
        encoded = tokenizer(text, truncation=True, max_length=LENGTH, add_special_tokens=False)
        yield {"labels": int(label), "input_ids": encoded["input_ids"], "attention_mask": encoded["attention_mask"]}


def lamb(weights, _, first, second, gradient, lr, beta1, beta2, most, least, eps, scale, step, mode, corrects, decay):
    """The kernel's function, on tensors of one parameter."""
    gradient = gradient / scale
    first.mul_(beta1).add_((1 - beta1) * gradient)
    second.mul_(beta2).add_((1 - beta2) * gradient * gradient)
    update = first / (second.sqrt() + eps if mode else (second + eps).sqrt()) + decay * weights
    weight_norm, update_norm = weights.norm(), update.norm()
    ratio = torch.ones(())
    if weight_norm != 0 and update_norm != 0:
        ratio = (weight_norm / update_norm).clamp(least, most)
    size = lr * (1 - beta2**step) ** 0.5 / (1 - beta1**step) if corrects else lr
    weights.sub_(size * ratio * update)
    return ratio


def main(case):
    name, config = f"deepspeed-{case}-2ranks", {**CONFIG, **CASES[case]}
    fused_lamb.FusedLambBuilder = lambda: types.SimpleNamespace(load=lambda: types.SimpleNamespace(lamb=lamb))
    with tempfile.TemporaryDirectory() as folder:
        monitor = {**MONITOR, "output_path": folder}
        trainer, model = train({**config, "csv_monitor": monitor})
        if int(os.environ["RANK"]) == 0:
            write(name, config, trainer, model)
            rates = pathlib.Path(folder, MONITOR["job_name"], "Train_Samples_lr.csv").read_bytes()
            (GOLDEN / "curves" / f"{name}.lr.csv").write_bytes(rates)


def train(config):
    arguments = transformers.TrainingArguments(
        deepspeed=json.loads(json.dumps(config)), report_to=[], use_cpu=True, disable_tqdm=True, **ARGUMENTS)
    tokenizer = transformers.BertTokenizerFast.from_pretrained(GOLDEN / "gpt2-tiny")
    model = transformers.GPT2ForSequenceClassification.from_pretrained(GOLDEN / "gpt2-tiny")
    trainer = InOrder(model=model, args=arguments, train_dataset=list(rows(tokenizer)),
                      data_collator=transformers.DataCollatorWithPadding(tokenizer))
    trainer.train()
    return trainer, model


def write(name, config, trainer, model):
    history = [{key: value for key, value in row.items() if key not in TIMINGS} for row in trainer.state.log_history]
    curve = {
        "source": f"transformers {transformers.__version__}, torch {torch.__version__}, deepspeed"
                  f" {deepspeed.__version__}, two processes with gloo",
        "model": "gpt2-tiny",
        "train_file": "train.tsv",
        "eval_file": "dev.tsv",
        "ranks": 2,
        "train_args": {**ARGUMENTS, "train_sampling_strategy": "sequential"},
        "deepspeed_config": config,
        "max_seq_length": LENGTH,
        "log_history": history,
        "final_parameter_norms": {
            name: values.double().norm().item() for name, values in sorted(model.state_dict().items())},
    }
    (GOLDEN / "curves" / f"{name}.json").write_text(json.dumps(curve, indent=1) + "\n")


main(sys.argv[1])
