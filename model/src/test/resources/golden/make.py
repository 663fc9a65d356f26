"""Makes the reference files of this folder with Hugging Face's own code.

    python make.py        (transformers 4.57.6, torch 2.7.1, tokenizers 0.22.2, safetensors 0.8.0)

Everything is tiny, so that a clone tests parity without downloading anything.
"""
import json, os, random, shutil, struct, sys, tempfile, warnings
import torch
from safetensors.torch import save_file
from tokenizers import ByteLevelBPETokenizer
from transformers import (BertTokenizerFast, GPT2Config, GPT2ForSequenceClassification,
                          GPT2LMHeadModel, GPT2TokenizerFast, EarlyStoppingCallback, Trainer, TrainingArguments)
from transformers.trainer_callback import TrainerControl, TrainerState

warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))


def at(*parts):
    path = os.path.join(HERE, *parts)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def write_json(value, *parts):
    with open(at(*parts), "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=False)


TEXTS = ["", " ", "Hello, World!", "the hotel is very good", "酒店很好，很安静。", "Café NAÏVE Ångström",
         "[MASK] 和 [SEP] [PAD]", "a\u200bb c\u3000d", "\u2028 hello", "unbelievable goods", "😀 good", "x" * 101,
         "goods hotel goods [PAD] [PAD]", "<|endoftext|> end", "  two  spaces ", "I'm you're 123 4.5"]


def wordpiece():
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "\u2028"] + list("abcdeghinorstuvx,.!？，。和酒店很好安静")
    tokens += ["##" + c for c in "abcdeghiklnorstuvx"] + ["hello", "world", "the", "hotel", "is", "very", "good",
               "##s", "cafe", "café", "naive", "Hello", "angstrom", "##店很"]
    with open(at("wordpiece", "vocab.txt"), "w", encoding="utf-8", newline="\n") as f:
        f.write("".join(t + "\n" for t in tokens))
    cases = []
    for config in [{}, {"do_lower_case": False}, {"strip_accents": False}, {"tokenize_chinese_chars": False},
                   {"do_lower_case": False, "strip_accents": True}, {"truncation_side": "left"},
                   {"unk_token": "good", "pad_token": {"__type": "AddedToken", "content": "hello", "lstrip": False,
                    "normalized": False, "rstrip": False, "single_word": False, "special": True}}]:
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "vocab.txt"), "w", encoding="utf-8", newline="\n") as f:
                f.write("".join(t + "\n" for t in tokens))
            json.dump(dict(config, tokenizer_class="BertTokenizer"),
                      open(os.path.join(folder, "tokenizer_config.json"), "w"))
            tokenizer = BertTokenizerFast.from_pretrained(folder)
        for text in TEXTS:
            for length in (3, 64):
                ids = tokenizer(text, add_special_tokens=False, truncation=True, max_length=length)["input_ids"]
                cases.append({"config": config, "text": text, "max_length": length, "input_ids": ids})
    with open(at("wordpiece", "cases.jsonl"), "w", encoding="utf-8") as f:
        f.writelines(json.dumps(c) + "\n" for c in cases)


def bytepair():
    trainer = ByteLevelBPETokenizer()
    trainer.train_from_iterator(["the hotel is good", "the hotels are very good", "Hello world", "酒店很好"] * 4,
                                vocab_size=300, min_frequency=2, special_tokens=["<|endoftext|>"])
    trainer.save_model(os.path.dirname(at("bytepair", "x")))
    cases = []
    for config in [{}, {"add_prefix_space": True}]:
        tokenizer = GPT2TokenizerFast(at("bytepair", "vocab.json"), at("bytepair", "merges.txt"), **config)
        for text in TEXTS:
            for length in (3, 64):
                ids = tokenizer(text, truncation=True, max_length=length)["input_ids"]
                cases.append({"config": config, "text": text, "max_length": length, "input_ids": ids})
    with open(at("bytepair", "cases.jsonl"), "w", encoding="utf-8") as f:
        f.writelines(json.dumps(c) + "\n" for c in cases)


def models():
    torch.manual_seed(7)
    tiny = dict(vocab_size=60, n_positions=16, n_embd=8, n_layer=2, n_head=2, pad_token_id=0)
    classifier = GPT2ForSequenceClassification(GPT2Config(num_labels=3, **tiny))
    classifier(torch.tensor([[1, 2], [3, 0]]), labels=torch.tensor([0, 2]))
    classifier.save_pretrained(at("classifier"))
    binary = GPT2ForSequenceClassification(GPT2Config(**tiny))
    binary(torch.tensor([[1, 2], [3, 0]]), labels=torch.tensor([0, 1]))
    binary.config.save_pretrained(at("binary"))
    language = GPT2LMHeadModel(GPT2Config(vocab_size=60, n_positions=16, n_embd=8, n_layer=2, n_head=2))
    language.config.save_pretrained(at("language"))
    state = {}
    for name, value in language.state_dict().items():
        state[name.removeprefix("transformer.")] = value
        if name.endswith("attn.c_attn.weight"):
            stem = name.removeprefix("transformer.").removesuffix("c_attn.weight")
            state[stem + "bias"] = torch.tril(torch.ones(16, 16, dtype=torch.uint8)).view(1, 1, 16, 16)
            state[stem + "masked_bias"] = torch.tensor(-1e4)
    torch.save(state, at("language", "pytorch_model.bin"))
    torch.save(state, at("language", "legacy.bin"), _use_new_zipfile_serialization=False)
    floats = {n: v.clone() for n, v in state.items() if not n.endswith((".attn.bias", ".masked_bias", "lm_head.weight"))}
    save_file(floats, at("language", "f32.safetensors"), metadata={"format": "pt"})
    save_file({n: v.half() for n, v in floats.items()}, at("language", "f16.safetensors"), metadata={"format": "pt"})
    save_file({n: v.bfloat16() for n, v in floats.items()}, at("language", "bf16.safetensors"), metadata={"format": "pt"})
    torch.save({n: v.half() for n, v in floats.items()}, at("language", "f16.bin"))
    classifier.save_pretrained(at("sharded"), max_shard_size="4KB")
    classifier.save_pretrained(at("sharded-bin"), max_shard_size="4KB", safe_serialization=False)


def trainer_state():
    control = TrainerControl(should_training_stop=True, should_save=True)
    state = TrainerState(epoch=1.0, global_step=30, max_steps=30, logging_steps=1, eval_steps=15, save_steps=500,
                         train_batch_size=16, num_train_epochs=1, total_flos=123456789012.0, best_metric=0.6354166666666666,
                         best_global_step=15, best_model_checkpoint="output/checkpoint-15", stateful_callbacks=[control],
                         log_history=[{"loss": 0.7569, "grad_norm": 2.975181818008423, "learning_rate": 1e-05,
                                       "epoch": 0.03333333333333333, "step": 1},
                                      {"eval_loss": 0.6711048483848572, "epoch": 0.5, "step": 15}])
    state.save_to_json(at("trainer_state.json"))


def trainer_checkpoint():
    """A checkpoint of HF's Trainer, its moments once more by name, and other forms of its optimizer."""
    random.seed(11)
    rows = [{"input_ids": [random.randrange(1, 60) for _ in range(8)], "attention_mask": [1] * 8, "labels": i % 3}
            for i in range(24)]
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir="output", per_device_train_batch_size=4, num_train_epochs=1, max_steps=6, learning_rate=3e-3,
            weight_decay=0.01, warmup_steps=2, logging_steps=1, eval_strategy="steps", eval_steps=2, save_steps=4,
            load_best_model_at_end=True, metric_for_best_model="loss", report_to=[], use_cpu=True, seed=7)
        trainer = Trainer(GPT2ForSequenceClassification.from_pretrained(at("classifier", "x")[:-2]), arguments,
                          train_dataset=rows, eval_dataset=rows[:6],
                          callbacks=[EarlyStoppingCallback(early_stopping_patience=3, early_stopping_threshold=0.25)])
        os.chdir(folder)  # names of folders in trainer_state.json start here
        trainer.train()
        os.chdir(HERE)
        for name in ("config.json", "model.safetensors", "optimizer.pt", "scheduler.pt", "trainer_state.json"):
            shutil.copy(os.path.join(folder, "output", "checkpoint-4", name), at("trainer-checkpoint", name))
    arguments.eval_strategy = "no"
    fresh = Trainer(trainer.model, arguments).create_optimizer()
    saved = torch.load(at("trainer-checkpoint", "optimizer.pt"), weights_only=True)
    fresh.load_state_dict(saved)
    save_file({key + "." + name: fresh.state[parameter][key].contiguous()
               for name, parameter in trainer.model.named_parameters() for key in ("exp_avg", "exp_avg_sq")},
              at("trainer-checkpoint-forms", "moments.safetensors"))
    torch.save(saved, at("trainer-checkpoint-forms", "legacy.pt"), _use_new_zipfile_serialization=False)
    for name, kind, more in [("sgd", torch.optim.SGD, {"momentum": 0.9}), ("adam", torch.optim.Adam, {}),
                             ("amsgrad", torch.optim.AdamW, {"amsgrad": True}), ("adagrad", torch.optim.Adagrad, {}),
                             ("one-group", torch.optim.AdamW, {})]:
        model = GPT2ForSequenceClassification.from_pretrained(at("classifier", "x")[:-2])
        optimizer = kind(model.parameters(), lr=1e-3, weight_decay=0.01, **more)
        for parameter in model.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimizer.step()
        torch.save(optimizer.state_dict(), at("trainer-checkpoint-forms", name + ".pt"))


def numbers():
    random.seed(5)
    values = [0.0, -0.0, 1.0, 1e-05, 0.0001, 1e16, 9999999999999998.0, 1e15, 123456.789, 5e-324, 1.7976931348623157e308,
              2.0 ** -44, 2.0 ** 53, 2.0 ** -1022, 2e-3, 2.2250738585072014e-308, 9007199254740993.0, 1.1e-7, 2.0 ** 62, 1e22, 1e23,
              9.5e-05, 5e-05, 0.1, 1 / 3, 100.0, 2.5e-08, 4.35, 2.0 ** -24, float("inf"), float("-inf"), float("nan")]
    values += [2.0 ** k for k in range(-1000, 1000, 97)]
    values += [struct.unpack("<d", struct.pack("<Q", random.getrandbits(64)))[0] for _ in range(120)]
    values += [random.random() * 10 ** random.randint(-12, 20) for _ in range(120)]
    values += [struct.unpack("<f", struct.pack("<f", random.random()))[0] for _ in range(40)]
    with open(at("numbers.txt"), "w") as f:
        for v in values:
            f.write("%016x %s\n" % (struct.unpack("<Q", struct.pack("<d", v))[0], repr(v)))


if __name__ == "__main__":
    wordpiece(); bytepair(); models(); trainer_state(); trainer_checkpoint(); numbers()
