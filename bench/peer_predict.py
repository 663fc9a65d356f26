"""A peer of `shoal predict` over standard input, for compare_predict.py: a text per line in, a line per text out.

    python bench/peer_predict.py --model FOLDER [--runtime pipeline|pytorch|onnxruntime|onnxruntime-int8|openvino] \
        [--batch_size 32] [--max_seq_length 192] [--threads N] [--sorted]

The first line is answered at once, which shows that everything is loaded; the rest after the input has ended. `pipeline` is
HF's text-classification pipeline; with --sorted it gets its texts by length, so that batches hold little padding. The other
runtimes (runtimes.py) always do. Answers are written in the input's order.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoTokenizer, BertTokenizerFast, GPT2ForSequenceClassification, pipeline

import runtimes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--runtime", choices=["pipeline", *runtimes.RUNTIMES], default="pipeline")
    parser.add_argument("--batch_size", type=int, default=32)
    parser.add_argument("--max_seq_length", type=int, default=192)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--sorted", action="store_true")
    flags = parser.parse_args()
    torch.set_num_threads(flags.threads)
    transformers.utils.logging.set_verbosity_error()
    classify = pipeline_classifier(flags) if flags.runtime == "pipeline" else runtime_classifier(flags)
    source = (line.rstrip() for line in sys.stdin)
    print(json.dumps(classify([next(source)])[0]), flush=True)
    texts = list(source)
    sys.stdout.write("".join(json.dumps(answer) + "\n" for answer in (classify(texts) if texts else [])))
    sys.stdout.flush()


def load_tokenizer(folder):
    kind = AutoTokenizer if (Path(folder) / "tokenizer.json").exists() else BertTokenizerFast
    return kind.from_pretrained(folder)


def load_pipeline(folder):
    """The pipeline with what a model needs that was trained on ids and mask only: no token types."""
    tokenizer = load_tokenizer(folder)
    tokenizer.model_input_names = ["input_ids", "attention_mask"]
    model = GPT2ForSequenceClassification.from_pretrained(folder)
    return pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu", top_k=None)


def pipeline_classifier(flags):
    score = load_pipeline(flags.model)
    options = {"truncation": True, "max_length": flags.max_seq_length, "add_special_tokens": False}

    def classify(texts):
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i])) if flags.sorted else range(len(texts))
        answers = [None] * len(texts)
        for place, answer in zip(order, score([texts[i] for i in order], batch_size=flags.batch_size, **options)):
            answers[place] = [each["score"] for each in sorted(answer, key=lambda each: label_of(each["label"]))]
        return answers

    return classify


def label_of(name):
    return int(name.rpartition("_")[2])


def runtime_classifier(flags):
    tokenizer = load_tokenizer(flags.model)
    logits, pad = runtimes.RUNTIMES[flags.runtime](flags.model, flags.threads)

    def classify(texts):
        options = {"truncation": True, "max_length": flags.max_seq_length, "add_special_tokens": False}
        ids = tokenizer(texts, **options)["input_ids"]
        answers = [None] * len(texts)
        for places in runtimes.batches([len(row) for row in ids], flags.batch_size):
            scores = torch.softmax(torch.from_numpy(logits(*runtimes.padded([ids[i] for i in places], pad))), dim=-1)
            for place, answer in zip(places, scores.tolist()):
                answers[place] = answer
        return answers

    return classify


if __name__ == "__main__":
    main()
