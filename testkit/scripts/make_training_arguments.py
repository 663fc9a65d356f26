#!/usr/bin/env python3
"""Writes what TrainingArguments.to_dict() of one transformers version says, and which values each field takes.

The result is one JSON object: the dump of TrainingArguments(output_dir="out"), and for each field the other values
that the constructor accepts, each set alone. TrainingArgumentsDumpTest feeds the dump and each single change to the
reader. Candidates are made of a field's annotation and of the enums that it names; a value that raises is left out.

    bench/.venv/bin/python testkit/scripts/make_training_arguments.py
    PYTHONPATH=DIR_WITH_ANOTHER_VERSION bench/.venv/bin/python testkit/scripts/make_training_arguments.py
"""
import contextlib
import dataclasses
import io
import json
import logging
import pathlib
import sys
import warnings

import transformers
from transformers import TrainingArguments
from transformers.training_args import OptimizerNames
from transformers.trainer_utils import HubStrategy, IntervalStrategy, SaveStrategy, SchedulerType

RESOURCES = "recipe/src/test/resources/shoal/recipe/huggingface"
ENUMS = {
    "eval_strategy": IntervalStrategy, "logging_strategy": IntervalStrategy, "save_strategy": SaveStrategy,
    "optim": OptimizerNames, "lr_scheduler_type": SchedulerType, "hub_strategy": HubStrategy,
}
SPECIAL = {
    "output_dir": ["elsewhere"],
    "log_level": ["debug", "info", "warning", "error", "critical", "detail"],
    "log_level_replica": ["debug", "info", "passive", "error", "critical", "detail"],
    "half_precision_backend": ["auto", "apex", "cpu_amp"],
    "fp16_backend": ["auto", "apex", "cpu_amp"],
    "fp16_opt_level": ["O0", "O2"],
    "train_sampling_strategy": ["random", "sequential", "group_by_length"],
    "include_num_input_tokens_seen": [True, False, "no", "all", "non_padding"],
    "debug": ["underflow_overflow", ["underflow_overflow"], ""],
    "report_to": ["none", "all", [], ["tensorboard"], "tensorboard"],
    "fsdp": ["", [], "full_shard", True],
    "fsdp_config": [{"min_num_params": 0}, {"xla": False}],
    "lr_scheduler_kwargs": [{}, {"last_epoch": -1}],
    "gradient_checkpointing_kwargs": [{"use_reentrant": False}],
    "liger_kernel_config": [{"rope": True}],
    "accelerator_config": [
        {}, {"split_batches": False}, {"even_batches": False}, {"dispatch_batches": True},
        {"use_seedable_sampler": False}, {"non_blocking": True}, {"gradient_accumulation_kwargs": {}},
        {"gradient_accumulation_kwargs": {"sync_each_batch": True}}, {"split_batches": True},
    ],
    "include_for_metrics": [["inputs"], ["inputs", "loss"]],
    "label_names": [["labels"], []],
    "optim_target_modules": ["all-linear", ["attn"]],
    "optim_args": ["rank=8"],
    "metric_for_best_model": ["loss", "eval_loss", "accuracy", "eval_f1", "eval_map", "acc"],
    "resume_from_checkpoint": ["out/checkpoint-1"],
    "seed": [0, 1, 4294967295],
    "data_seed": [0, 7],
    "max_steps": [0, 10],
    "past_index": [0, 2],
    "warmup_steps": [10, 0.1, 0],
    "warmup_ratio": [0.1, 0.0, 1.0],
    "logging_steps": [1, 0.1, 10],
    "eval_steps": [1, 0.1, 10],
    "save_steps": [1, 0.1, 10],
    "save_total_limit": [1, 2],
    "label_smoothing_factor": [0.1],
    "adam_beta1": [0.8, 0.0],
    "adam_beta2": [0.99, 0.0],
    "num_train_epochs": [1, 0.5, 10.0],
    "hub_token": ["<HUB_TOKEN>", "hf_marker"],
    "push_to_hub_token": ["<PUSH_TO_HUB_TOKEN>", "hf_marker"],
    "parallelism_config": [],
    "deepspeed": [],
}


def candidates(field: dataclasses.Field) -> list:
    if field.name in SPECIAL:
        values = list(SPECIAL[field.name])
    elif field.name in ENUMS:
        values = [each.value for each in ENUMS[field.name]]
    else:
        hint = str(field.type)
        values = []
        if "bool" in hint:
            values += [True, False]
        if "int" in hint:
            values += [1, 2, 64]
        if "float" in hint:
            values += [0.0, 0.25, 1, 2.0]
        if not values and "str" in hint:
            values += ["other", ""]
    if "None" in str(field.type) or "Optional" in str(field.type) or field.default is None:
        values.append(None)
    return values



def accepts(name: str, value) -> bool:
    copy = json.loads(json.dumps(value))
    try:
        TrainingArguments(**{"output_dir": "out", name: copy})
        return True
    except Exception:
        return False



def main() -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    dump = json.loads(TrainingArguments(output_dir="out").to_json_string())
    dump["logging_dir"] = "out/runs/now" if dump.get("logging_dir") else dump.get("logging_dir")
    values: dict[str, list] = {}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for field in dataclasses.fields(TrainingArguments):
            if not field.init:
                continue
            kept = [each for each in candidates(field)
                    if each != dump.get(field.name, ...) and accepts(field.name, each)]
            values[field.name] = kept
    path = pathlib.Path(RESOURCES) / f"arguments-{transformers.__version__}.json"
    lines = [f"{json.dumps(name)}: {json.dumps(each)}" for name, each in values.items()]
    text = '{"version": ' + json.dumps(transformers.__version__) + ',\n"dump": ' + json.dumps(dump)
    text += ',\n"values": {\n' + ",\n".join(lines) + "\n}}\n"
    path.write_text(text)
    print(path, sum(len(each) for each in values.values()), "values of", len(values), "fields", file=sys.stderr)


if __name__ == "__main__":
    main()
