"""Makes the project's own golden cases with HF Trainer, on tiny models and rows of the bundled sample.

    bench/.venv/bin/python testkit/scripts/make_golden.py [testkit/src/test/resources/golden]

What it writes, 300 KB in all:
- gpt2-tiny/ (2 layers x 32, two labels) and gpt2-three-labels/ (1 layer x 16): models without dropout whose biases
  and LayerNorms are not at their initial values, so that every term of the arithmetic counts.
- train.tsv, dev.tsv; train-three-labels.tsv, dev-three-labels.tsv: the same rows, concessions as a third class.
- curves/*.json: arguments, HF's log rows without timings, norms of the final parameters.
- tokens.jsonl: text, max_length and the ids of HF's BertTokenizerFast.  row-orders.json: torch.randperm.
One batch with every gradient is in the engine's own test resources (engine/src/test/scripts).
"""

import json
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from transformers import BertTokenizerFast, GPT2Config, GPT2ForSequenceClassification, set_seed

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
import hf_train  # noqa: E402  (found by the line above)

MAX_SEQ_LENGTH = 48
TRAIN_ROWS, DEV_ROWS = 60, 24
CONCESSIONS = ("虽然", "尽管", "倒是真的", "可是")
TIMINGS = ("runtime", "per_second", "total_flos")

COMMON = {
    "output_dir": "unused",
    "per_device_eval_batch_size": 10,
    "max_grad_norm": 1.0,
    "max_steps": -1,
    "logging_steps": 1,
    "eval_strategy": "epoch",
    "save_strategy": "no",
    "seed": 42,
    "optim": "adamw_torch",
}

CURVES = {
    "linear-warmup": {
        "model": "gpt2-tiny",
        "rows": ("train.tsv", "dev.tsv"),
        "train_args": {
            "per_device_train_batch_size": 16,
            "learning_rate": 2e-3,
            "weight_decay": 0.01,
            "num_train_epochs": 3,
            "lr_scheduler_type": "linear",
            "warmup_ratio": 0.1,
            "eval_strategy": "steps",
            "eval_steps": 5,
            "train_sampling_strategy": "sequential",
        },
    },
    "cosine-accumulate-smooth": {
        "model": "gpt2-tiny",
        "rows": ("train.tsv", "dev.tsv"),
        "train_args": {
            "per_device_train_batch_size": 8,
            "gradient_accumulation_steps": 3,
            "learning_rate": 2e-3,
            "weight_decay": 0.05,
            "max_grad_norm": 0.5,
            "num_train_epochs": 4,
            "lr_scheduler_type": "cosine",
            "warmup_steps": 3,
            "label_smoothing_factor": 0.1,
            "adam_beta2": 0.98,
            "adam_epsilon": 1e-6,
            "train_sampling_strategy": "sequential",
        },
    },
    "random-three-labels": {
        "model": "gpt2-three-labels",
        "rows": ("train-three-labels.tsv", "dev-three-labels.tsv"),
        "train_args": {
            "per_device_train_batch_size": 12,
            "learning_rate": 3e-3,
            "weight_decay": 0.0,
            "num_train_epochs": 2,
            "lr_scheduler_type": "constant_with_warmup",
            "warmup_steps": 2,
            "logging_steps": 3,
        },
    },
}

TEXTS = [
    "",
    " ",
    "\u200b",
    "房间干净整洁，早餐也不错。",
    "Hello WORLD",
    "wifi很快,CPU是i7-3770K!",
    "价格388元／晚",
    "ÄÖÜ naïve café",
    "繁體字酒店",
    "a\u2028b\tc\u00a0d",
    "[PAD]和[SEP][MASK]",
    "[unk]",
    "～～！！……",
    "“引号”‘单’《书》",
    "𠮷野家",
    "😀很好😀",
    "123456789012345678901234567890",
    "x" * 120,
    "ｆｕｌｌｗｉｄｔｈ",
    "e\u0301",
    "가\u1100\u1161",
    "한국어",
    "。" * 60,
    "T恤\r\n第二行",
]


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "testkit/src/test/resources/golden"
    (folder / "curves").mkdir(parents=True, exist_ok=True)
    write_rows(folder)
    vocabulary = vocabulary_of(folder)
    make_model(folder / "gpt2-tiny", vocabulary, layers=2, hidden=32, labels=2)
    make_model(folder / "gpt2-three-labels", vocabulary, layers=1, hidden=16, labels=3)
    for name, case in CURVES.items():
        write_json(folder / "curves" / f"{name}.json", curve(folder, case))
    tokens(folder)
    row_orders(folder)
    print(f"{folder}: {sum(f.stat().st_size for f in folder.rglob('*') if f.is_file()) / 1000:.0f} KB")


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_rows(folder):
    for name, count in (("train", TRAIN_ROWS), ("dev", DEV_ROWS)):
        rows = hf_train.read_rows(ROOT / "data" / f"{name}.tsv")[:count]
        write_tsv(folder / f"{name}.tsv", rows)
        three = [(2 if any(word in text for word in CONCESSIONS) else label, text) for label, text in rows]
        write_tsv(folder / f"{name}-three-labels.tsv", three)


def write_tsv(path, rows):
    path.write_text("".join(f"{label}\t{text}\n" for label, text in rows), encoding="utf-8")


def vocabulary_of(folder):
    """The bundled vocabulary without the Chinese characters that the golden rows do not use."""
    used = {character for name in ("train", "dev") for character in (folder / f"{name}.tsv").read_text(encoding="utf-8")}
    tokens = (ROOT / "data/model/vocab.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return [token for token in tokens if len(token) > 1 or not "\u4e00" <= token <= "\u9fff" or token in used]


def make_model(folder, vocabulary, layers, hidden, labels):
    set_seed(7)
    config = GPT2Config(
        vocab_size=len(vocabulary),
        n_positions=64,
        n_embd=hidden,
        n_layer=layers,
        n_head=2,
        num_labels=labels,
        initializer_range=0.1,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
    )
    model = GPT2ForSequenceClassification(config)
    with torch.no_grad():
        for _, parameter in model.named_parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    model.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    write_json(
        folder / "tokenizer_config.json",
        {"do_lower_case": True, "tokenizer_class": "BertTokenizer", "model_max_length": 64},
    )


def curve(folder, case):
    train_args = {**COMMON, **case["train_args"]}
    train_file, eval_file = case["rows"]
    with tempfile.TemporaryDirectory() as scratch:
        history = Path(scratch) / "history.json"
        flags = {
            "train_file": folder / train_file,
            "eval_file": folder / eval_file,
            "pretrained_model_name_or_path": folder / case["model"],
            "max_seq_length": MAX_SEQ_LENGTH,
            "log_history": history,
            "disable_tqdm": True,
            **train_args,
            "output_dir": scratch,
        }
        hf_train.main([f"--{name}={value}" for name, value in flags.items()], evaluate_at_end=False)
        result = json.loads(history.read_text(encoding="utf-8"))
    file = {
        "source": f"transformers {transformers.__version__}, torch {torch.__version__}",
        "model": case["model"],
        "train_file": train_file,
        "eval_file": eval_file,
        "train_args": train_args,
        "max_seq_length": MAX_SEQ_LENGTH,
    }
    if train_args.get("train_sampling_strategy") != "sequential":
        file["row_order_by_epoch"] = orders(TRAIN_ROWS, train_args["seed"], train_args["num_train_epochs"])
    file["log_history"] = [
        {name: value for name, value in row.items() if not any(word in name for word in TIMINGS)}
        for row in result["log_history"]
    ]
    file["final_parameter_norms"] = result["final_parameter_norms"]
    return file


def orders(rows, seed, epochs):
    """As HF visits them: randperm from a CPU generator seeded seed + epoch."""
    return [permutation(rows, seed + epoch) for epoch in range(epochs)]


def permutation(rows, seed):
    return torch.randperm(rows, generator=torch.Generator().manual_seed(seed)).tolist()


def tokens(folder):
    tokenizer = BertTokenizerFast.from_pretrained(folder / "gpt2-tiny")
    with open(folder / "tokens.jsonl", "w", encoding="utf-8") as lines:
        for text in TEXTS + [text for _, text in hf_train.read_rows(folder / "dev.tsv")]:
            ids = tokenizer(text, add_special_tokens=False, truncation=True, max_length=MAX_SEQ_LENGTH)["input_ids"]
            case = {"text": text, "max_length": MAX_SEQ_LENGTH, "input_ids": ids}
            lines.write(json.dumps(case, ensure_ascii=False) + "\n")


def row_orders(folder):
    cases = []
    for rows, seed in ((1, 0), (2, 42), (16, 42), (100, 42), (100, 43), (2000, 42), (70000, 2**31)):
        order = permutation(rows, seed)
        cases.append({"rows": rows, "seed": seed, "first": order[:40], "last": order[-40:]})
    write_json(
        folder / "row-orders.json",
        {"source": f"torch.randperm, CPU generator, torch {torch.__version__}", "orders": cases},
    )


if __name__ == "__main__":
    main()
