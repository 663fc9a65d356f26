"""Classifies a TSV's texts with HF's text-classification pipeline and prints one JSON line: a list of lists of scores.

    python testkit/scripts/hf_scores.py --model FOLDER --file T.tsv [--rows 200] [--max_seq_length 192]

Scores of a text are in the order of the labels' indices.
"""

import argparse
import json
import sys
from pathlib import Path

import transformers

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import hf_train  # noqa: E402  (found by the line above)
import peer_predict  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--file", required=True)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--max_seq_length", type=int, default=192)
    flags = parser.parse_args()
    transformers.utils.logging.set_verbosity_error()
    classify = peer_predict.load_pipeline(flags.model)
    texts = [text for _, text in hf_train.read_rows(flags.file)][: flags.rows]
    names = [classify.model.config.id2label[index] for index in range(classify.model.config.num_labels)]
    options = {"truncation": True, "max_length": flags.max_seq_length, "add_special_tokens": False}
    scores = []
    for answer in classify(texts, batch_size=32, **options):
        by_name = {each["label"]: each["score"] for each in answer}
        scores.append([by_name[name] for name in names])
    print(json.dumps(scores), flush=True)


if __name__ == "__main__":
    main()
