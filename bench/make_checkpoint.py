"""Makes an untrained GPT-2 classifier in HF's format, with a fixed seed: what the benchmark trains on both sides.

    python bench/make_checkpoint.py --size small|base --vocab VOCAB.txt --dropout 0.1 FOLDER

small: 4 layers x 256, 4 heads. base: 12 layers x 768, 12 heads (GPT-2 base). 1,024 positions, [PAD] is id 0.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from transformers import GPT2Config, GPT2ForSequenceClassification

SIZES = {
    "small": {"n_layer": 4, "n_embd": 256, "n_head": 4},
    "base": {"n_layer": 12, "n_embd": 768, "n_head": 12},
}


def make(folder, size, vocab, dropout, num_labels=2, seed=42):
    # Not splitlines(): Google's vocabulary holds line separators of Unicode as tokens.
    tokens = Path(vocab).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    if tokens[0] != "[PAD]":
        raise SystemExit(f"{vocab}: the first line is {tokens[0]!r}, expected [PAD], because padding is id 0")
    torch.manual_seed(seed)
    config = GPT2Config(
        vocab_size=len(tokens),
        n_positions=1024,
        resid_pdrop=dropout,
        embd_pdrop=dropout,
        attn_pdrop=dropout,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
        num_labels=num_labels,
        **SIZES[size],
    )
    model = GPT2ForSequenceClassification(config)
    folder = Path(folder)
    model.save_pretrained(folder)
    shutil.copyfile(vocab, folder / "vocab.txt")
    (folder / "vocab.txt").chmod(0o644)
    settings = {"do_lower_case": True, "tokenizer_class": "BertTokenizer", "model_max_length": config.n_positions}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    return sum(parameter.numel() for parameter in model.parameters())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--vocab", required=True)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--num_labels", type=int, default=2)
    parser.add_argument("--seed", type=int, default=42)
    flags = parser.parse_args()
    count = make(flags.folder, flags.size, flags.vocab, flags.dropout, flags.num_labels, flags.seed)
    print(f"{flags.folder}: {flags.size}, {count / 1e6:.1f} M parameters, dropout {flags.dropout}, seed {flags.seed}")


if __name__ == "__main__":
    main()
