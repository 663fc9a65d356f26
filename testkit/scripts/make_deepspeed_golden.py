"""Writes golden/curves/deepspeed-cosine-2ranks.json: two ranks of HF Trainer with DeepSpeed on the CPU;
and beside it deepspeed-cosine-2ranks.lr.csv, what DeepSpeed's csv_monitor wrote.

    torchrun --nproc_per_node=2 testkit/scripts/make_deepspeed_golden.py

Needs transformers 4.57.6, torch 2.7.1, accelerate and deepspeed 0.19.8; run from the project's folder.
All batches are whole: for the last, short one HF repeats rows to even the ranks, Shoal does not.
"""
import json
import os
import pathlib
import tempfile

import deepspeed
import torch
import transformers
from torch.utils.data import SequentialSampler

GOLDEN = pathlib.Path("testkit/src/test/resources/golden")
LENGTH = 64
ARGUMENTS = dict(
    output_dir="unused", per_device_train_batch_size=4, learning_rate=1e-3, weight_decay=0.1, max_grad_norm=1.0,
    max_steps=7, warmup_steps=3, lr_scheduler_type="cosine", logging_steps=1, save_strategy="no", seed=42,
)
MONITOR = {"enabled": True, "output_path": "ds_logs/", "job_name": "golden"}
CONFIG = {
    "zero_optimization": {"stage": 1},
    "optimizer": {
        "type": "AdamW",
        "params": {"lr": "auto", "betas": "auto", "eps": "auto", "weight_decay": "auto", "torch_adam": True},
    },
    "gradient_accumulation_steps": "auto",
    "gradient_clipping": "auto",
    "train_batch_size": "auto",
    "train_micro_batch_size_per_gpu": "auto",
    "csv_monitor": MONITOR,
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


def main():
    with tempfile.TemporaryDirectory() as folder:
        monitor = {**MONITOR, "output_path": folder}
        trainer, model = train({**CONFIG, "csv_monitor": monitor})
        if int(os.environ["RANK"]) == 0:
            write(trainer, model)
            rates = pathlib.Path(folder, MONITOR["job_name"], "Train_Samples_lr.csv").read_bytes()
            (GOLDEN / "curves" / "deepspeed-cosine-2ranks.lr.csv").write_bytes(rates)


def train(config):
    arguments = transformers.TrainingArguments(
        deepspeed=json.loads(json.dumps(config)), report_to=[], use_cpu=True, disable_tqdm=True, **ARGUMENTS)
    tokenizer = transformers.BertTokenizerFast.from_pretrained(GOLDEN / "gpt2-tiny")
    model = transformers.GPT2ForSequenceClassification.from_pretrained(GOLDEN / "gpt2-tiny")
    trainer = InOrder(model=model, args=arguments, train_dataset=list(rows(tokenizer)),
                      data_collator=transformers.DataCollatorWithPadding(tokenizer))
    trainer.train()
    return trainer, model


def write(trainer, model):
    history = [{key: value for key, value in row.items() if key not in TIMINGS} for row in trainer.state.log_history]
    curve = {
        "source": f"transformers {transformers.__version__}, torch {torch.__version__}, deepspeed"
                  f" {deepspeed.__version__}, two processes with gloo",
        "model": "gpt2-tiny",
        "train_file": "train.tsv",
        "eval_file": "dev.tsv",
        "ranks": 2,
        "train_args": {**ARGUMENTS, "train_sampling_strategy": "sequential"},
        "deepspeed_config": CONFIG,
        "max_seq_length": LENGTH,
        "log_history": history,
        "final_parameter_norms": {
            name: values.double().norm().item() for name, values in sorted(model.state_dict().items())},
    }
    (GOLDEN / "curves" / "deepspeed-cosine-2ranks.json").write_text(json.dumps(curve, indent=1) + "\n")


main()
