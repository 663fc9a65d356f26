"""The reference that Shoal is compared with: a GPT-2 classifier fine-tuned by HF Trainer.

Takes the flags that Shoal's `train` takes, and any HF training argument as `--name value` beside or instead of
the arguments file. Written for transformers 4.57.6; older argument names are translated as Shoal reads them.

    python bench/hf_train.py --train_args_file config/train_args.json --train_file T.tsv --eval_file E.tsv \
        --pretrained_model_name_or_path DIR --max_seq_length 192 [--any_training_argument VALUE ...]

For comparisons only: --log_history FILE writes a JSON file with the log rows, parameter norms, step times and
peak memory; --tuned trains as somebody does who knows what costs time on a CPU (tuned, below); --only_due_evaluations leaves out the one after training; --dropout P overrides the model's three dropout
rates; --threads N sets PyTorch's threads.
"""

import argparse
import dataclasses
import json
import resource
import time
from pathlib import Path

import numpy as np
import torch
import transformers
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score
from transformers import (
    BertTokenizerFast,
    GPT2ForSequenceClassification,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    set_seed,
)

OLD_NAMES = {"evaluation_strategy": "eval_strategy"}


def read_rows(path):
    """(label, text) of each line: the first tab splits, trailing white space is dropped, lines without a tab are skipped."""
    rows, skipped = [], 0
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            label, tab, text = line.rstrip().partition("\t")
            if tab:
                rows.append((int(label), text))
            else:
                skipped += 1
    if skipped:
        print(f"{path}: {skipped} lines without a tab skipped", flush=True)
    return rows


class RowDataset(torch.utils.data.Dataset):
    def __init__(self, rows, tokenizer, max_seq_length):
        self.labels = [label for label, _ in rows]
        self.input_ids = [
            tokenizer(text, add_special_tokens=False, truncation=True, max_length=max_seq_length)["input_ids"]
            for _, text in rows
        ]

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return {"input_ids": self.input_ids[index], "labels": self.labels[index]}


def pad_to_longest(pad_token_id, with_mask=True):
    def collate(examples):
        width = max(1, max(len(example["input_ids"]) for example in examples))
        ids = [e["input_ids"] + [pad_token_id] * (width - len(e["input_ids"])) for e in examples]
        batch = {
            "input_ids": torch.tensor(ids, dtype=torch.long),
            "labels": torch.tensor([e["labels"] for e in examples], dtype=torch.long),
        }
        if with_mask:
            mask = [[1] * len(e["input_ids"]) + [0] * (width - len(e["input_ids"])) for e in examples]
            batch["attention_mask"] = torch.tensor(mask, dtype=torch.long)
        return batch

    return collate


def metrics_of(label_count):
    average = "binary" if label_count == 2 else "macro"

    def compute(prediction):
        expected = prediction.label_ids
        actual = np.argmax(prediction.predictions, axis=-1)
        options = {"average": average, "zero_division": 0}
        return {
            "accuracy": accuracy_score(expected, actual),
            "precision": precision_score(expected, actual, **options),
            "recall": recall_score(expected, actual, **options),
            "f1": f1_score(expected, actual, **options),
        }

    return compute


def tuned(overrides):
    """Batches of rows of like length, and AdamW in one call per parameter list."""
    return {"group_by_length": True, "optim": "adamw_torch_fused", **overrides}


# With --tuned: the same function in one operator, and no keys and values kept for generation.
TUNED_MODEL = {"activation_function": "gelu_pytorch_tanh", "use_cache": False}


class SequentialTrainer(Trainer):
    """Visits training rows in file order: HF 5's train_sampling_strategy=sequential, which 4.57.6 lacks."""

    def _get_train_sampler(self, train_dataset=None):
        return torch.utils.data.SequentialSampler(train_dataset or self.train_dataset)


class StepClock(TrainerCallback):
    """Seconds from the end of one optimizer step to the end of the next, evaluations included in the step after."""

    def __init__(self):
        self.seconds = []
        self.last = None

    def on_train_begin(self, args, state, control, **kwargs):
        self.last = time.perf_counter()

    def on_step_end(self, args, state, control, **kwargs):
        now = time.perf_counter()
        self.seconds.append(now - self.last)
        self.last = now


def parse_flags(arguments=None):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--train_args_file")
    parser.add_argument("--train_file", required=True)
    parser.add_argument("--eval_file")
    parser.add_argument("--pretrained_model_name_or_path", required=True)
    parser.add_argument("--max_seq_length", type=int, default=192)
    parser.add_argument("--num_labels", type=int)
    parser.add_argument("--local_rank", type=int, help="given by torch.distributed.launch; ignored")
    parser.add_argument("--log_history")
    parser.add_argument("--dropout", type=float)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--tuned", action="store_true")
    parser.add_argument("--only_due_evaluations", action="store_true", help="none after training besides those of eval_strategy")
    parser.add_argument("--save_model", action="store_true", help="save the final model in output_dir")
    flags, rest = parser.parse_known_args(arguments)
    return flags, overrides_of(rest, parser)


def overrides_of(rest, parser):
    values, position = {}, 0
    while position < len(rest):
        name, equals, value = rest[position].partition("=")
        if not name.startswith("--") or (not equals and position + 1 == len(rest)):
            parser.error(f"expected --name value, found {' '.join(rest[position:])}")
        values[name[2:]] = typed(value if equals else rest[position + 1])
        position += 1 if equals else 2
    return values


def typed(word):
    """A flag's value as JSON has it; words that are no JSON are text."""
    if word in ("True", "False"):
        return word == "True"
    try:
        return json.loads(word)
    except ValueError:
        return word


def training_arguments(train_args_file, overrides):
    values = json.loads(Path(train_args_file).read_text(encoding="utf-8")) if train_args_file else {}
    values.update(overrides)
    values = {OLD_NAMES.get(name, name): value for name, value in values.items()}
    sequential = values.pop("train_sampling_strategy", "random") == "sequential"
    values.setdefault("output_dir", "output")
    values.setdefault("report_to", "none")
    known = {field.name for field in dataclasses.fields(TrainingArguments)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise SystemExit(f"unknown training arguments: {', '.join(unknown)}")
    return TrainingArguments(**values), sequential


def join_deepspeed():
    """At stage 3 the model is cut while it is loaded, so the processes must know each other before that."""
    import deepspeed

    deepspeed.init_distributed("gloo")


def load_model(folder, label_count, dropout, options):
    if dropout is not None:
        options = options | {name: dropout for name in ("resid_pdrop", "embd_pdrop", "attn_pdrop")}
    model = GPT2ForSequenceClassification.from_pretrained(folder, num_labels=label_count, **options)
    if model.config.pad_token_id is None:
        model.config.pad_token_id = 0
    return model


def main(arguments=None, evaluate_at_end=True):
    flags, overrides = parse_flags(arguments)
    if flags.threads:
        torch.set_num_threads(flags.threads)
    args, sequential = training_arguments(flags.train_args_file, tuned(overrides) if flags.tuned else overrides)
    set_seed(args.seed)
    train_rows = read_rows(flags.train_file)
    eval_rows = read_rows(flags.eval_file) if flags.eval_file else None
    label_count = flags.num_labels or max(2, 1 + max(label for label, _ in train_rows + (eval_rows or [])))
    tokenizer = BertTokenizerFast.from_pretrained(flags.pretrained_model_name_or_path)
    if args.deepspeed:
        join_deepspeed()
    model = load_model(
        flags.pretrained_model_name_or_path, label_count, flags.dropout, TUNED_MODEL if flags.tuned else {}
    )
    clock = StepClock()
    trainer = (SequentialTrainer if sequential else Trainer)(
        model=model,
        args=args,
        train_dataset=RowDataset(train_rows, tokenizer, flags.max_seq_length),
        eval_dataset=RowDataset(eval_rows, tokenizer, flags.max_seq_length) if eval_rows else None,
        # Rows are padded on the right and attention is causal: no token sees padding, so no mask is needed.
        data_collator=pad_to_longest(model.config.pad_token_id, with_mask=not flags.tuned),
        compute_metrics=metrics_of(label_count),
        callbacks=[clock],
    )
    started = time.perf_counter()
    trainer.train(resume_from_checkpoint=args.resume_from_checkpoint)
    seconds = time.perf_counter() - started
    if eval_rows and evaluate_at_end and not flags.only_due_evaluations:
        trainer.evaluate()
    if flags.save_model:
        trainer.save_model()
        tokenizer.save_pretrained(args.output_dir)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"train_seconds {seconds:.1f}, peak RSS {peak / 1024:.0f} MB", flush=True)
    if flags.log_history and trainer.is_world_process_zero():
        write_history(flags.log_history, trainer, clock, seconds, peak)


def write_history(path, trainer, clock, seconds, peak_kilobytes):
    history = {
        "transformers": transformers.__version__,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "train_seconds": seconds,
        "peak_rss_kilobytes": peak_kilobytes,
        "log_history": trainer.state.log_history,
        "final_parameter_norms": {
            name: parameter.detach().norm().item() for name, parameter in trainer.model.named_parameters()
        },
        "step_seconds": clock.seconds,
    }
    Path(path).write_text(json.dumps(history, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
