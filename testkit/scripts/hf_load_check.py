"""Loads a folder that Shoal saved with HF's from_pretrained, evaluates a TSV by HF's rules and prints one JSON line.

    python testkit/scripts/hf_load_check.py --model FOLDER --eval_file T.tsv [--max_seq_length 192] [--batch_size 32]

The line has eval_loss, eval_accuracy, eval_precision, eval_recall, eval_f1, rows, num_labels, the tokenizer's class
and what from_pretrained reported missing or unexpected. A folder that does not load ends with exit status 1.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import transformers
from transformers import AutoTokenizer, BertTokenizerFast, GPT2ForSequenceClassification, Trainer, TrainingArguments

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import hf_train  # noqa: E402  (found by the line above)


def evaluate(folder, eval_file, max_seq_length, batch_size):
    model, report = GPT2ForSequenceClassification.from_pretrained(folder, output_loading_info=True)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    rows = hf_train.read_rows(eval_file)
    require_same_ids(tokenizer, BertTokenizerFast.from_pretrained(folder), rows)
    with tempfile.TemporaryDirectory() as scratch:
        arguments = TrainingArguments(
            output_dir=scratch,
            per_device_eval_batch_size=batch_size,
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
        )
        trainer = Trainer(
            model=model,
            args=arguments,
            eval_dataset=hf_train.RowDataset(rows, tokenizer, max_seq_length),
            data_collator=hf_train.pad_to_longest(model.config.pad_token_id),
            compute_metrics=hf_train.metrics_of(model.config.num_labels),
        )
        metrics = trainer.evaluate()
    names = ("eval_loss", "eval_accuracy", "eval_precision", "eval_recall", "eval_f1")
    return {
        **{name: float(metrics[name]) for name in names},
        "rows": len(rows),
        "num_labels": model.config.num_labels,
        "tokenizer": type(tokenizer).__name__,
        "missing": sorted(report["missing_keys"]),
        "unexpected": sorted(report["unexpected_keys"]),
        "transformers": transformers.__version__,
    }


def require_same_ids(automatic, bert, rows):
    """AutoTokenizer may read tokenizer.json, BertTokenizerFast vocab.txt; users do either."""
    for _, text in rows:
        first = automatic(text, add_special_tokens=False)["input_ids"]
        second = bert(text, add_special_tokens=False)["input_ids"]
        if first != second:
            raise SystemExit(f"AutoTokenizer reads {text!r} as {first}, BertTokenizerFast as {second}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--eval_file", required=True)
    parser.add_argument("--max_seq_length", type=int, default=192)
    parser.add_argument("--batch_size", type=int, default=32)
    flags = parser.parse_args()
    transformers.utils.logging.set_verbosity_error()
    result = evaluate(flags.model, flags.eval_file, flags.max_seq_length, flags.batch_size)
    print(json.dumps(result, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
