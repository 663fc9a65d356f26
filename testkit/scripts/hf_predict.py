"""Classifies a TSV's texts with HF's text-classification pipeline and prints one JSON line: a list of lists of scores.

    python testkit/scripts/hf_predict.py --model FOLDER --file T.tsv [--rows 200] [--max_seq_length 192]

Scores of a text are in the order of the labels' indices.
"""

import argparse
import json
import sys
from pathlib import Path

import transformers
from transformers import AutoTokenizer, BertTokenizerFast, GPT2ForSequenceClassification, pipeline

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import hf_train  # noqa: E402  (found by the line above)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--file", required=True)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--max_seq_length", type=int, default=192)
    flags = parser.parse_args()
    transformers.utils.logging.set_verbosity_error()
    vocab_only = not (Path(flags.model) / "tokenizer.json").exists()
    kind = BertTokenizerFast if vocab_only else AutoTokenizer
    tokenizer = kind.from_pretrained(flags.model)
    # Else a BERT tokenizer gives token_type_ids too, and GPT-2 adds the embedding of id 0 to every token: not what
    # a model was trained with that saw ids and mask only.
    tokenizer.model_input_names = ["input_ids", "attention_mask"]
    model = GPT2ForSequenceClassification.from_pretrained(flags.model)
    classify = pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu", top_k=None)
    texts = [text for _, text in hf_train.read_rows(flags.file)][: flags.rows]
    names = [model.config.id2label[index] for index in range(model.config.num_labels)]
    # The rows' labels were learnt from ids without [CLS] and [SEP], as hf_train.py makes them.
    options = {"truncation": True, "max_length": flags.max_seq_length, "add_special_tokens": False}
    scores = []
    for answer in classify(texts, batch_size=32, **options):
        by_name = {each["label"]: each["score"] for each in answer}
        scores.append([by_name[name] for name in names])
    print(json.dumps(scores), flush=True)


if __name__ == "__main__":
    main()
