"""HF's text-classification pipeline over standard input, for compare_predict.py: a text per line in, a line per text out.

    python bench/hf_predict.py --model FOLDER [--batch_size 32] [--max_seq_length 192] [--threads N] [--sorted]

The first line is answered at once, which shows that everything is loaded; the rest after the input has ended. --sorted
gives the pipeline its texts by length, so that batches hold little padding, and writes the answers in the input's order.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoTokenizer, BertTokenizerFast, GPT2ForSequenceClassification, pipeline


def load(folder):
    """The pipeline with what a model needs that was trained on ids and mask only: no token types."""
    kind = AutoTokenizer if (Path(folder) / "tokenizer.json").exists() else BertTokenizerFast
    tokenizer = kind.from_pretrained(folder)
    tokenizer.model_input_names = ["input_ids", "attention_mask"]
    model = GPT2ForSequenceClassification.from_pretrained(folder)
    return pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu", top_k=None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--batch_size", type=int, default=32)
    parser.add_argument("--max_seq_length", type=int, default=192)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--sorted", action="store_true")
    flags = parser.parse_args()
    if flags.threads:
        torch.set_num_threads(flags.threads)
    transformers.utils.logging.set_verbosity_error()
    classify = load(flags.model)
    options = {"truncation": True, "max_length": flags.max_seq_length, "add_special_tokens": False}
    source = (line.rstrip() for line in sys.stdin)
    print(json.dumps(classify([next(source)], **options)[0]), flush=True)
    texts = list(source)
    order = sorted(range(len(texts)), key=lambda i: -len(texts[i])) if flags.sorted else range(len(texts))
    answers = [None] * len(texts)
    results = classify([texts[i] for i in order], batch_size=flags.batch_size, **options)
    for place, answer in zip(order, results):
        answers[place] = answer
    sys.stdout.write("".join(json.dumps(answer) + "\n" for answer in answers))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
