"""Makes model/src/test/resources/golden/tokenizers.json.gz: tokenizer folders with small vocabularies, texts, HF's ids.

    bench/.venv/bin/python testkit/scripts/make_tokenizer_golden.py [--folders DIR]

Each folder holds one combination of the files that HF reads. It is loaded as a training script loads it, by
AutoTokenizer (transformers 4.57.6), and every text is tokenised with add_special_tokens=False, truncation=True,
max_length=N. A folder that HF cannot load, or that gives no ids for some text, is kept with HF's error. --folders also
writes the folders out, to be looked at. The same call always writes the same bytes.

The file: "texts"; "contents", the files' contents, each once; "ids", for each text its different lists of ids;
"results", the different results of folders, an index into "ids" for each text; "folders", each with a name, its files
as indices into "contents", and "result" with "side" (of truncation), or "error" with "blame", a word that the refusal
must hold. "refused" marks folders that HF reads and Shoal refuses, and has the word. "keys": every key that HF's
source reads from tokenizer_config.json.
"""

import argparse
import copy
import gzip
import inspect
import itertools
import json
import os
import random
import re
import sys
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import transformers  # noqa: E402  (reads the variable above)
from tokenizers import ByteLevelBPETokenizer  # noqa: E402
from transformers import (  # noqa: E402
    AutoTokenizer,
    BertTokenizer,
    BertTokenizerFast,
    GPT2Tokenizer,
    GPT2TokenizerFast,
    PreTrainedTokenizerFast,
    tokenization_utils,
    tokenization_utils_base,
    tokenization_utils_fast,
)

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "model/src/test/resources/golden/tokenizers.json.gz"
SHORT = 5
LONG = 4096
SPECIAL = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]


def dumps(value):
    return json.dumps(value, ensure_ascii=False)


# Texts


PIECES = [
    "the hotel is good", "very good hotels", "Hello World", "HELLO", "goods", "unbelievable", "x", "I'm you're", "3.14",
    "酒店很好", "很安静", "房间", "café NAÏVE", "Ångström", "cafe\u0301", "Straße", "ﬁ", "مرحبا بالعالم", "नमस्ते दुनिया",
    "क्षि", "안녕하세요", "\u1112\u1161\u11ab", "ＨＥＬＬＯ　１２", "ｶﾞ", "😀", "👩‍👩‍👧", "🇩🇪", "\u0300\u0301", "İ", "ǅ",
    " ", "  ", "\t", "\n", "\r\n", "\u3000", "\u00a0", "\u200b", "\u2028", "\u0085", "\x00", "\x01", "\x1b[0m", "\x7f",
    "\ufeff", "\ufffd", "\ue000", "\U000e0001", "-", "--", ".", "，", "。", "！", "@user", "#tag", "http://a.b/c?d=e", "_",
]
ADDED = ["<URL>", "<USER>", "[EMO]", "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<|endoftext|>", "<url>", "[emo]",
         "<URL", "RL>", "good", "Good", "<URL><USER>", "Σ", "two words", "Two Words", "##s", "None", "<new>", "<X>"]


def texts():
    draw = random.Random(20)
    made = ["", " ", "\t \n", *PIECES, *ADDED]
    for token in ADDED:
        made += [token + token, f"a {token} b", f"a{token}b", f"  {token}  ", f"好{token}好"]
    while len(set(made)) < 300:
        count = draw.randint(2, 7)
        parts = [draw.choice(ADDED if draw.random() < 0.45 else PIECES) for _ in range(count)]
        made.append(draw.choice(["", " ", " "]).join(parts))
    return list(dict.fromkeys(made))[:300]


# Vocabularies


def word_pieces():
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words += list("abcdeghilmnorstuvwxyABCEHNXÅÏéſςσΣ0123456789.,!?-'@#_/<>[]|:，。！酒店很好安静房间안녕नमस्तेदمرحبا")
    words += ["##" + c for c in "abcdeghilmnorstuvwxy0123456789점녕하세요मस्तرحبا"]
    words += ["hello", "Hello", "HELLO", "world", "the", "hotel", "is", "very", "good", "Good", "##s", "cafe", "café",
              "naive", "url", "user", "emo", "endo", "##text", "two", "words", "strasse", "straße", "##店", "##很好", "\u2028"]
    return list(dict.fromkeys(words))


def vocabularies():
    with tempfile.TemporaryDirectory() as folder:
        trainer = ByteLevelBPETokenizer()
        corpus = ["the hotel is good", "the hotels are very good", "Hello world good <URL> <USER>", "酒店很好 酒店很安静",
                  "مرحبا", "नमस्ते", "안녕하세요", "two words Two Words"]
        trainer.train_from_iterator(corpus * 4, vocab_size=320, min_frequency=2, special_tokens=["<|endoftext|>"])
        trainer.save_model(folder)
        vocab = json.loads(Path(folder, "vocab.json").read_text("utf-8"))
        merges = Path(folder, "merges.txt").read_text("utf-8")
        Path(folder, "vocab.txt").write_text("".join(w + "\n" for w in word_pieces()), "utf-8")
        bytes_json = json.loads(GPT2TokenizerFast(folder + "/vocab.json", folder + "/merges.txt")._tokenizer.to_str())
        words_json = json.loads(BertTokenizerFast(folder + "/vocab.txt")._tokenizer.to_str())
    return {
        "vocab.json": dumps(vocab),
        "merges.txt": merges,
        "vocab.txt": "".join(w + "\n" for w in word_pieces()),
        "bytes": bytes_json,
        "words": words_json,
    }


def entry(index, content, **flags):
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": True, "special": False}
    return {"id": index, "content": content, **plain, **flags}


def token(content, **flags):
    made = entry(0, content, **flags)
    del made["id"]
    return made


def with_added(ready, *entries):
    made = copy.deepcopy(ready)
    made["added_tokens"] += entries
    return made


def changed(ready, section, value):
    made = copy.deepcopy(ready)
    made[section] = value
    return made


# Folders


class Folders:
    """Folders by name, each a dictionary from a file's name to its text."""

    def __init__(self):
        self.vocabularies = vocabularies()
        self.all = {}
        words, pairs = len(word_pieces()), len(json.loads(self.vocabularies["vocab.json"]))
        self.next = {"words": words, "bytes": pairs}

    def add(self, name, files, blame=None, refused=None):
        if name in self.all:
            raise ValueError(name + " stands twice")
        made = {}
        for file, content in files.items():
            if content is not None:
                made[file] = content if isinstance(content, str) else dumps(content)
        made.setdefault("config.json", dumps({"model_type": "gpt2"}))
        self.all[name] = {"files": made, "blame": blame, "refused": refused}

    def base(self, kind, form, ready=None):
        files = {}
        if form != "ready":
            names = ["vocab.txt"] if kind == "words" else ["vocab.json", "merges.txt"]
            files.update({name: self.vocabularies[name] for name in names})
        if form != "vocabulary":
            files["tokenizer.json"] = ready or self.vocabularies[kind]
        return files

    def config(self, kind, **more):
        return {"tokenizer_class": "BertTokenizer" if kind == "words" else "GPT2Tokenizer", **more}


def added_file(first):
    return {"<URL>": first, "[EMO]": first + 1, "<USER>": first + 2, "good": first + 3}


def added_decoder(first):
    return {
        str(first + 1): token("[EMO]", lstrip=True),
        str(first): token("<URL>", rstrip=True, normalized=False),
        str(first + 2): token("<USER>", special=True, normalized=False),
        str(first + 3): token("good", single_word=True),
        str(first + 4): token("<X>", single_word=True, lstrip=True, rstrip=True),
    }


MAPS = {
    "none": None,
    "texts": {"pad_token": "[PAD]", "additional_special_tokens": ["<URL>", "<new>"]},
    "objects": {
        "pad_token": token("[PAD]", normalized=False),
        "unk_token": token("<X>", lstrip=True),
        "additional_special_tokens": [token("[EMO]", rstrip=True), "<USER>"],
    },
}


def grid(folders):
    """Every combination of the files, and of the settings that change texts."""
    for kind, form, added, mapped in itertools.product(
        ("words", "bytes"), ("ready", "vocabulary", "both"), ("none", "file", "decoder", "both"), MAPS
    ):
        first = folders.next[kind]
        for label, settings in settings_of(kind):
            config = folders.config(kind, **settings)
            if added in ("decoder", "both"):
                config["added_tokens_decoder"] = added_decoder(first)
            files = folders.base(kind, form, ready_of(folders, kind, label))
            files["tokenizer_config.json"] = config
            files["added_tokens.json"] = added_file(first) if added in ("file", "both") else None
            files["special_tokens_map.json"] = MAPS[mapped]
            folders.add(f"grid {kind} {form} added={added} map={mapped} {label}", files, refused="normalizer"
                        if kind == "words" and "stale" in label and form != "vocabulary" and added != "none" else None)


def settings_of(kind):
    if kind == "bytes":
        flags = [("", {}), ("prefix", {"add_prefix_space": True}), ("noprefix", {"add_prefix_space": False}),
                 ("ready-prefix", {}), ("ready-prefix-given", {"add_prefix_space": True})]
        more = [("left", {"truncation_side": "left", "model_max_length": 7, "padding_side": "left"})]
        return flags + more
    flags = []
    for lower, strip, chinese in itertools.product((None, False), (None, True, False), (None, False)):
        given = {"do_lower_case": lower, "strip_accents": strip, "tokenize_chinese_chars": chinese}
        flags.append((" ".join(f"{k}={v}" for k, v in given.items() if v is not None),
                      {k: v for k, v in given.items() if v is not None}))
    return flags + [("left", {"truncation_side": "left", "model_max_length": 7, "padding_side": "left"})]


def ready_of(folders, kind, label):
    ready = folders.vocabularies[kind]
    if kind == "bytes" and label.startswith("ready-prefix"):
        made = copy.deepcopy(ready)
        made["pre_tokenizer"]["add_prefix_space"] = True
        return made
    return ready


# To Python 1 is True; Shoal wants the word.
ONES = [("words", "do_lower_case", 1), ("words", "tokenize_chinese_chars", 1)]


def single_keys(folders):
    """One key of tokenizer_config.json at a time, with values that HF takes and others."""
    good_and_bad = {
        "add_prefix_space": [None, 1, "true"],
        "do_lower_case": [None, 1, "x"],
        "strip_accents": [None, 0],
        "tokenize_chinese_chars": [None, 1],
        "model_max_length": [None, 3, 1e30, "512", -1, 0],
        "max_len": [3],
        "truncation_side": ["left", "right", None, "Left", 1],
        "padding_side": ["left", "right", None, "middle"],
        "split_special_tokens": [False, None, 1],
        "clean_up_tokenization_spaces": [True, None, "x"],
        "model_input_names": [["input_ids"], []],
        "chat_template": ["{{x}}", [{"name": "a", "template": "b"}], [1], {"a": "b"}, None],
        "extra_special_tokens": [{}, {"image_token": "<X>"}, {"image_token": {"__type": "AddedToken", **token("<X>")}},
                                 ["<X>"], {"image_token": 1}, None],
        "additional_special_tokens": [[], None, ["<X>", "<X>", "good"], "<X>", [1], {"a": "b"},
                                      [{"__type": "AddedToken", **token("<X>", rstrip=True)}], [token("<X>")]],
        "unk_token": [None, "", "<X>", {"__type": "AddedToken", **token("<X>", lstrip=True)}, token("<X>"), 5, ["<X>"]],
        "pad_token": [None, "", "<X>", "good", {"__type": "AddedToken", "content": "<X>"}, {"__type": "AddedToken"}],
        "cls_token": [None, "<X>", "two words", "a:b", "$A", {"__type": "AddedToken", "content": "<X>", "special": 1}],
        "sep_token": [None, "<X>", ""],
        "mask_token": [None, "<X>", {"__type": "AddedToken", "content": "<X>", "lstrip": True, "extra": 1}],
        "bos_token": [None, "<X>"],
        "eos_token": [None, "<X>"],
        "added_tokens_decoder": [{}, None, [], {"500": "<X>"}, {"x": token("<X>")}, {"500": {"content": "<X>"}},
                                 {"500": {"content": "<X>", "lstrip": None}}, {"500": {"content": 1}}, {"500": {}},
                                 {"500": token("<X>"), "400": token("<new>"), "450": token("")},
                                 {"500": token("[PAD]", normalized=True), "501": token("<|endoftext|>", lstrip=True)},
                                 {"7": token("<X>"), "8": token("<X>", lstrip=True)}],
        "add_bos_token": [True], "add_eos_token": [True], "errors": ["strict"],
        "do_basic_tokenize": [False], "never_split": [["good"]], "clean_text": [False], "wordpieces_prefix": ["#"],
        "init_inputs": [[], ["x"]], "name_or_path": ["x"], "processor_class": ["X"], "verbose": [True],
        "auto_map": [{"AutoTokenizer": ["a.B", None]}, {}, ["a.B", None]],
        "vocab_file": ["/nowhere/vocab", None], "merges_file": ["/nowhere/merges"],
        "tokenizer_file": ["/nowhere/tokenizer.json"], "special_tokens_map_file": ["/nowhere/map.json"],
        "from_slow": [False], "gguf_file": [None], "tokenizer_object": [None], "__slow_tokenizer": [None],
        "fix_mistral_regex": [False], "fast_tokenizer_files": [["tokenizer.json"]],
        "encode": ["x"], "tokenize": [True], "self": [1], "my_own_key": [1], "stride": [2], "max_length": [3],
        "pad_token_id": [1], "use_fast": [False], "legacy": [True], "special": [1], "bos_token_id": [0],
    }
    for kind, form in itertools.product(("words", "bytes"), ("ready", "vocabulary")):
        for key, values in good_and_bad.items():
            for i, value in enumerate(values):
                files = folders.base(kind, form)
                files["tokenizer_config.json"] = {**folders.config(kind), key: value}
                refused = key if value is not True and (kind, key, value) in ONES else None
                folders.add(f"key {kind} {form} {key} {i}", files, blame=key, refused=refused)
        for key, value in {"split_special_tokens": True, "from_slow": True, "fix_mistral_regex": True}.items():
            files = folders.base(kind, "both" if form == "ready" else form)
            files["tokenizer_config.json"] = {**folders.config(kind), key: value}
            folders.add(f"key {kind} {form} {key} true", files, blame=key, refused=key)


def classes(folders):
    """Which class HF takes, and what it reads then."""
    for kind, form in itertools.product(("words", "bytes"), ("ready", "vocabulary", "both")):
        for name in (None, "GPT2Tokenizer", "GPT2TokenizerFast", "BertTokenizer", "BertTokenizerFast",
                     "PreTrainedTokenizerFast", "PreTrainedTokenizer", "NoSuchTokenizer"):
            for place in ("tokenizer_config.json", "config.json"):
                files = folders.base(kind, form)
                if name:
                    files[place] = {"tokenizer_class": name, **({"model_type": "gpt2"} if place == "config.json" else {})}
                    folders.add(f"class {kind} {form} {name} in {place}", files, blame="")
        files = folders.base(kind, form)
        folders.add(f"class {kind} {form} not named", files, blame="")
        files = folders.base(kind, form)
        files["tokenizer_config.json"] = {"do_lower_case": False, "add_prefix_space": True, "tokenizer_class": None}
        folders.add(f"class {kind} {form} null", files, blame="")
        files = folders.base(kind, form)
        files["tokenizer_config.json"] = {"tokenizer_class": "BertTokenizer"}
        files["config.json"] = {"model_type": "gpt2", "tokenizer_class": "GPT2Tokenizer"}
        folders.add(f"class {kind} {form} two", files, blame="")
    files = folders.base("words", "ready")
    files["tokenizer_config.json"] = {"tokenizer_class": "RobertaTokenizer"}
    folders.add("class of another model", files, refused="RobertaTokenizer")
    folders.add("class no files", {"tokenizer_config.json": {"tokenizer_class": "BertTokenizer"}}, blame="vocab.txt")
    folders.add("class nothing", {}, blame="")
    for name in ("tokenizer.model", "tekken.json"):
        files = folders.base("bytes", "vocabulary")
        folders.add("class beside " + name, {**files, name: "x"}, blame=name)
        folders.add("class ready beside " + name, {**folders.base("bytes", "both"), name: "x"})


def files_of_vocabularies(folders):
    """Oddities of vocab.txt, vocab.json and merges.txt."""
    merges = folders.vocabularies["merges.txt"]
    lines = merges.split("\n")
    named = {
        "no version line": "\n".join(lines[1:]),
        "no last line end": merges.rstrip("\n"),
        "two last line ends": merges + "\n",
        "windows": merges.replace("\n", "\r\n"),
        "old mac": merges.replace("\n", "\r"),
        "blank inside": "\n".join(lines[:5] + [""] + lines[5:]),
        "three parts": "\n".join(lines[:5] + ["a b c"] + lines[5:]),
        "tab between": merges.replace(" ", "\t"),
        "spaces around": merges.replace("\n", " \n "),
        "twice": "\n".join(lines[:-1] + lines[1:8] + [""]),
        "unknown token": "\n".join(lines[:5] + ["q zq"] + lines[5:]),
        "empty": "",
        "only a version": "#version: 0.2\n",
    }
    for name, content in named.items():
        folders.add("merges " + name, {**folders.base("bytes", "vocabulary"), "merges.txt": content}, blame="merges.txt")
    folders.add("merges missing", {"vocab.json": folders.vocabularies["vocab.json"]}, blame="merges.txt")
    vocab = json.loads(folders.vocabularies["vocab.json"])
    for name, content in {
        "list": [],
        "text id": {**vocab, "a": "1"},
        "negative": {**vocab, "a": -1},
        "holes": {**{k: v + 3 for k, v in vocab.items()}, "<X>": 900},
        "no end of text": {k: v for k, v in vocab.items() if k != "<|endoftext|>"},
    }.items():
        folders.add("vocab.json " + name, {**folders.base("bytes", "vocabulary"), "vocab.json": content,
                                           "added_tokens.json": {"<URL>": 7, "<X>": 8, "<new>": 9}}, blame="vocab.json",
                    refused="holes" if name == "holes" else None)
    words = folders.vocabularies["vocab.txt"]
    for name, content in {
        "windows": words.replace("\n", "\r\n"),
        "blank line": words.replace("[CLS]\n", "[CLS]\n\n"),
        "twice": words + "good\nhotel\n",
        "no unknown": words.replace("[UNK]\n", ""),
        "no mask, no pad": words.replace("[MASK]\n", "").replace("[PAD]\n", ""),
        "no last line end": words.rstrip("\n"),
        "spaces": words.replace("good\n", "good \n"),
    }.items():
        files = {**folders.base("words", "vocabulary"), "vocab.txt": content}
        folders.add("vocab.txt " + name, {**files, "tokenizer_config.json": folders.config("words")}, blame="vocab.txt")


def ready_files(folders):
    """Sections of tokenizer.json."""
    words, pairs = folders.vocabularies["words"], folders.vocabularies["bytes"]
    left = {"direction": "Left", "max_length": 4, "strategy": "LongestFirst", "stride": 0}
    padding = {"strategy": {"Fixed": 9}, "direction": "Left", "pad_to_multiple_of": 8, "pad_id": 0, "pad_type_id": 0,
               "pad_token": "<X>"}
    level = pairs["pre_tokenizer"]
    digits = {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True},
                                                   {**level, "add_prefix_space": True}]}
    sequence = {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]}
    first = folders.next
    forms = {
        "left": (words, changed(words, "truncation", left)),
        "left pairs": (pairs, changed(pairs, "truncation", left)),
        "stride": (pairs, changed(pairs, "truncation", {**left, "stride": 5})),
        "padding": (words, changed(words, "padding", padding)),
        "padding pairs": (pairs, changed(pairs, "padding", padding)),
        "digits": (pairs, changed(pairs, "pre_tokenizer", digits)),
        "no pre-tokenizer": (pairs, changed(pairs, "pre_tokenizer", None)),
        "whitespace": (pairs, changed(pairs, "pre_tokenizer", {"type": "Whitespace"})),
        "metaspace": (pairs, changed(pairs, "pre_tokenizer", {"type": "Metaspace", "replacement": "▁",
                                                              "add_prefix_space": True})),
        "no regex": (pairs, changed(pairs, "pre_tokenizer", {**level, "use_regex": False})),
        "no normalizer": (words, changed(words, "normalizer", None)),
        "sequence": (words, changed(words, "normalizer", sequence)),
        "sequence pairs": (pairs, changed(pairs, "normalizer", sequence)),
        "lowercase": (words, changed(words, "normalizer", {"type": "Lowercase"})),
        "nfkc pairs": (pairs, changed(pairs, "normalizer", {"type": "NFKC"})),
        "cased": (words, changed(words, "normalizer", {**words["normalizer"], "lowercase": False})),
        "no clean text": (words, changed(words, "normalizer", {**words["normalizer"], "clean_text": False})),
        "no added": (words, changed(words, "added_tokens", [])),
        "no added pairs": (pairs, changed(pairs, "added_tokens", [])),
        "without added": (words, {k: v for k, v in words.items() if k != "added_tokens"}),
        "other ids": (pairs, with_added(pairs, entry(900, "<URL>"), entry(7, "<X>", lstrip=True), entry(8, "good"))),
        "added": (words, with_added(words, entry(first["words"], "<URL>"), entry(first["words"] + 1, "Σ"),
                                    entry(first["words"] + 2, "Two Words", single_word=True))),
        "added special": (words, with_added(words, entry(first["words"], "<X>", special=True, rstrip=True))),
        "twice": (pairs, with_added(pairs, entry(900, "<URL>"), entry(901, "<URL>", lstrip=True))),
        "twice special": (words, with_added(words, entry(900, "<X>"), entry(900, "<X>", special=True, normalized=False))),
        "incomplete token": (pairs, changed(pairs, "added_tokens", [{"id": 1, "content": "<X>"}])),
        "unknown section": (pairs, changed(pairs, "bogus", 1)),
        "unknown key": (pairs, changed(pairs, "pre_tokenizer", {**level, "bogus": 1})),
        "version 2": (pairs, changed(pairs, "version", "2.0")),
        "no model": (pairs, {k: v for k, v in pairs.items() if k != "model"}),
        "merges as texts": (pairs, changed(pairs, "model", {**pairs["model"], "merges": [
            " ".join(m) for m in pairs["model"]["merges"]]})),
        "unknown token": (pairs, changed(pairs, "model", {**pairs["model"], "unk_token": "<X>"})),
        "ignore merges": (pairs, changed(pairs, "model", {**pairs["model"], "ignore_merges": True})),
        "word level": (pairs, changed({**pairs, "pre_tokenizer": {"type": "WhitespaceSplit"}, "added_tokens": []}, "model",
                                      {"type": "WordLevel", "unk_token": "x", "vocab": {"x": 0, "good": 1, "a": 2}})),
        "unigram": (pairs, changed({**pairs, "pre_tokenizer": None, "added_tokens": []}, "model",
                                   {"type": "Unigram", "unk_id": 0, "byte_fallback": False,
                                    "vocab": [["<unk>", 0.0], ["good", -1.5], ["g", -3.5], ["o", -3.0]]})),
    }
    for name, (of, ready) in forms.items():
        kind = "words" if of is words else "bytes"
        for label, config in {
            "own": folders.config(kind),
            "none": None,
            "plain": {"tokenizer_class": "PreTrainedTokenizerFast"},
            "cased": folders.config(kind, do_lower_case=False, add_prefix_space=True, truncation_side="right"),
        }.items():
            folders.add(f"ready {name} {label}", {"tokenizer.json": ready, "tokenizer_config.json": config}, blame="")


def maps(folders):
    """special_tokens_map.json and added_tokens.json, where HF's order of reading shows."""
    cases = {
        "any key": ({"do_lower_case": False, "add_prefix_space": True, "truncation_side": "left"}, None),
        "own names": ({"user_token": token("<USER>"), "link": "<URL>"}, None),
        "list": ({"pad_token": ["[PAD]"]}, None),
        "number": ({"pad_token": 1}, None),
        "null": ({"pad_token": None, "unk_token": "[UNK]"}, None),
        "stale name": ({"pad_token": "<X>", "additional_special_tokens": ["<new>", "<X>"]}, {"<URL>": 1000, "[EMO]": 1001}),
        "None": ({"pad_token": "None"}, {"<URL>": 1000, "[EMO]": 1001}),
        "same id": (None, {"<URL>": 1000, "[EMO]": 1000}),
        "order": (None, {"<URL>": 1002, "[EMO]": 1001, "<USER>": 1000}),
        "in vocabulary": (None, {"good": 1, "<URL>": 2, "hotel": 3}),
        "text id": (None, {"<URL>": "1000"}),
        "float id": (None, {"<URL>": 1000.0}),
        "special": ({"additional_special_tokens": ["<URL>", token("[EMO]")]}, {"<URL>": 1000, "[EMO]": 1001, "<X>": 1002}),
        "empty": ({}, {}),
        "upper case": (None, {"Good": 1000, "Two Words": 1001, "Σ": 1002}),
        "no list": ({"additional_special_tokens": "<X>"}, None),
        "object for many": ({"additional_special_tokens": token("<X>")}, None),
    }
    for (name, (mapped, added)), kind, form in itertools.product(
        cases.items(), ("words", "bytes"), ("ready", "vocabulary", "both")
    ):
        for given in (False, True):
            files = folders.base(kind, form)
            config = folders.config(kind)
            if given:
                config["pad_token"] = {"__type": "AddedToken", **token("<X>", lstrip=True)}
                config["additional_special_tokens"] = ["<URL>", {"__type": "AddedToken", **token("<new>")}]
            files.update({"tokenizer_config.json": config, "special_tokens_map.json": mapped, "added_tokens.json": added})
            folders.add(f"map {kind} {form} {name}{' over config' if given else ''}", files, blame="")
    for kind in ("words", "bytes"):
        files = folders.base(kind, "both")
        folders.add(f"map {kind} list as file", {**files, "special_tokens_map.json": "[]"}, blame="special_tokens_map.json")
        folders.add(f"map {kind} added list", {**files, "added_tokens.json": "[]"}, blame="added_tokens.json")
        folders.add(f"map {kind} added not read", {**files, "added_tokens.json": "{}", "tokenizer_config.json": "{"},
                    blame="tokenizer_config.json")


def mixed(folders, count):
    """Drawn at random: any tokens with any flags in any of the places, over any tokenizer.json."""
    draw = random.Random(57)
    for i in range(count):
        kind = draw.choice(("words", "bytes"))
        folders.add(f"mixed {i}", mixed_files(folders, draw, kind, draw.choice(("ready", "vocabulary", "both"))), blame="")


def mixed_files(folders, draw, kind, form):
    first = folders.next[kind]

    def flags():
        return {name: draw.random() < 0.35 for name in ("single_word", "lstrip", "rstrip", "normalized", "special")}

    def some(most):
        return draw.sample(ADDED, draw.randint(0, most))

    def special():
        content = draw.choice(ADDED)
        return draw.choice([content, content, {"__type": "AddedToken", **token(content, **flags())}])

    ready = with_added(folders.vocabularies[kind], *(
        entry(first + n, c, **flags()) for n, c in enumerate(some(4)) if draw.random() < 0.7))
    if kind == "words":
        ready["normalizer"]["lowercase"] = draw.random() < 0.8
    else:
        ready["pre_tokenizer"]["add_prefix_space"] = draw.random() < 0.3
    config = folders.config(kind)
    if draw.random() < 0.15:
        config["tokenizer_class"] = draw.choice(["PreTrainedTokenizerFast", "BertTokenizerFast", None])
    for key in ("do_lower_case", "strip_accents", "tokenize_chinese_chars", "add_prefix_space"):
        if draw.random() < 0.25:
            config[key] = draw.random() < 0.5
    for key in SPECIAL:
        if draw.random() < 0.2:
            config[key] = special()
    if draw.random() < 0.3:
        config["additional_special_tokens"] = [special() for _ in range(draw.randint(0, 3))]
    if draw.random() < 0.2:
        config["extra_special_tokens"] = {"image_token": special(), "pad_token": draw.choice(ADDED)}
    if draw.random() < 0.4:
        config["added_tokens_decoder"] = {str(draw.randint(0, 500)): token(c, **flags()) for c in some(6)}
    files = folders.base(kind, form, ready)
    files["tokenizer_config.json"] = config if draw.random() < 0.9 else None
    if draw.random() < 0.5:
        files["special_tokens_map.json"] = {key: draw.choice([draw.choice(ADDED), token(draw.choice(ADDED), **flags())])
                                            for key in draw.sample(SPECIAL, draw.randint(0, 3))}
        if draw.random() < 0.5:
            files["special_tokens_map.json"]["additional_special_tokens"] = [
                draw.choice([c, token(c, **flags())]) for c in some(3)]
    if draw.random() < 0.5:
        files["added_tokens.json"] = {c: draw.randint(0, 500) for c in some(6)}
    return files


# HF's answers


def load(folder, files):
    """As a script does. A folder of vocab.txt that names no class is read by BertTokenizerFast, as its users do."""
    if names_no_class(files) and "vocab.txt" in files and not {"tokenizer.json", "vocab.json"} & set(files):
        return BertTokenizerFast.from_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder)


def names_no_class(files):
    return all(json.loads(files.get(name, "{}")).get("tokenizer_class") is None
               for name in ("tokenizer_config.json", "config.json"))


def answers(folder, files, all_texts):
    """Ids of every text and the side that is kept, or an error."""
    try:
        tokenizer = load(folder, files)
    except BaseException as refused:  # Rust's panics are no Exception
        return None, None, f"{type(refused).__name__}: {refused}".replace(folder, "FOLDER")[:160]
    if not tokenizer.is_fast:
        raise SystemExit(f"{files} is read by a slow tokenizer")
    full, sides = [], {"right", "left"}
    try:
        options = {"add_special_tokens": False, "truncation": True, "return_attention_mask": False}
        uncut = tokenizer(all_texts, max_length=LONG, **options)["input_ids"]
        short = tokenizer(all_texts, max_length=SHORT, **options)["input_ids"]
        for text, ids, cut in zip(all_texts, uncut, short):
            full.append([int(i) for i in ids])
            kept = {side for side, ends in (("right", ids[:SHORT]), ("left", ids[-SHORT:])) if ends == cut}
            if not sides & kept:
                raise SystemExit(f"{folder}: {text!r} is {ids}, cut to {cut}, and others are cut at {sides}")
            sides &= kept
    except BaseException as refused:
        return None, None, f"a text: {type(refused).__name__}: {refused}"[:160]
    return full, sides.pop(), None


def keys_in_source():
    """Keys of tokenizer_config.json that the classes name."""
    names = set()
    for kind in (GPT2TokenizerFast, BertTokenizerFast, PreTrainedTokenizerFast, GPT2Tokenizer, BertTokenizer):
        names |= set(inspect.signature(kind.__init__).parameters) - {"self", "args", "kwargs"}
        names |= set(kind.vocab_files_names)
    source = "".join(map(inspect.getsource, (tokenization_utils_base.PreTrainedTokenizerBase,
                                             tokenization_utils_base.SpecialTokensMixin,
                                             tokenization_utils.PreTrainedTokenizer,
                                             tokenization_utils_fast.PreTrainedTokenizerFast,
                                             GPT2TokenizerFast, BertTokenizerFast, GPT2Tokenizer, BertTokenizer)))
    source += inspect.getsource(inspect.getmodule(AutoTokenizer)).split("class AutoTokenizer")[1]
    found = re.findall(r"(?:init_kwargs|tokenizer_config)(?:\.get|\.pop|\.setdefault)?[\[(]\"(\w+)\"", source)
    found += re.findall(r"\"(\w+)\" (?:not )?in (?:init_kwargs|tokenizer_config)", source)
    init = "".join(inspect.getsource(kind.__init__) for kind in (
        tokenization_utils_base.PreTrainedTokenizerBase, tokenization_utils.PreTrainedTokenizer,
        tokenization_utils_fast.PreTrainedTokenizerFast, GPT2TokenizerFast, tokenization_utils_base.SpecialTokensMixin))
    found += re.findall(r"kwargs\.(?:get|pop|setdefault)\(\"(\w+)\"", init)
    return sorted(names | set(found) | set(tokenization_utils_base.SpecialTokensMixin.SPECIAL_TOKENS_ATTRIBUTES))


class Once:
    """Numbers different values in the order of their first use."""

    def __init__(self):
        self.values = []
        self.numbers = {}

    def number(self, value):
        key = dumps(value)
        if key not in self.numbers:
            self.numbers[key] = len(self.values)
            self.values.append(value)
        return self.numbers[key]


def write(folders, all_texts, kept):
    contents, results = Once(), Once()
    ids = [Once() for _ in all_texts]
    written, failures = [], 0
    for number, (name, folder) in enumerate(folders.all.items()):
        place = Path(kept, f"{number:04d}")
        place.mkdir(parents=True)
        for file, content in folder["files"].items():
            place.joinpath(file).write_bytes(content.encode())
        full, side, error = answers(str(place), folder["files"], all_texts)
        record = {"name": name, "files": {file: contents.number(c) for file, c in folder["files"].items()}}
        if folder["refused"]:
            record["refused"] = folder["refused"]
        if error:
            failures += 1
            record.update(error=error, blame=folder["blame"] or "")
        else:
            record.update(result=results.number([each.number(i) for each, i in zip(ids, full)]), side=side)
        written.append(record)
    value = {"transformers": transformers.__version__, "short": SHORT, "keys": keys_in_source(), "texts": all_texts,
             "contents": contents.values, "ids": [each.values for each in ids], "results": results.values,
             "folders": written}
    data = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
    TARGET.write_bytes(gzip.compress(data, 9, mtime=0))
    print(f"{len(written)} folders, {failures} of them not read by HF, {len(results.values)} different results,"
          f" {len(all_texts)} texts, {TARGET.stat().st_size} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folders", help="keep the folders here")
    flags = parser.parse_args()
    transformers.utils.logging.set_verbosity_error()
    folders = Folders()
    grid(folders)
    single_keys(folders)
    classes(folders)
    files_of_vocabularies(folders)
    ready_files(folders)
    maps(folders)
    mixed(folders, 400)
    with tempfile.TemporaryDirectory() as scratch:
        write(folders, texts(), flags.folders or scratch)


if __name__ == "__main__":
    sys.exit(main())
