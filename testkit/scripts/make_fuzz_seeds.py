"""Writes the seeds of the fuzz targets: small valid files and a few that are nearly so.

    python testkit/scripts/make_fuzz_seeds.py     (needs torch; run from the project's folder)
"""
import collections
import io
import json
import pathlib
import struct

import torch

ROOT = pathlib.Path("testkit/src/test/resources/shoal/testkit/fuzz")
GOLDEN = pathlib.Path("testkit/src/test/resources/golden")


def seed(target, name, data):
    folder = ROOT / (target + "FuzzTestInputs") / "reads"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def safetensors(header, data):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def torch_file(value, **options):
    out = io.BytesIO()
    torch.save(value, out, **options)
    return out.getvalue()


def small_golden(name, **changes):
    return json.dumps({**json.loads((GOLDEN / "gpt2-tiny" / name).read_text()), **changes})


def weights():
    both = {"__metadata__": {"format": "pt"}, "a": entry("F32", [2, 2], 0, 16), "b": entry("BF16", [3], 16, 22)}
    whole = safetensors(both, bytes(range(22)))
    seed("Safetensors", "two-tensors", whole)
    seed("Safetensors", "truncated", whole[:-1])
    seed("Safetensors", "beyond-64-bits", safetensors({"a": entry("F32", [1 << 40, 1 << 40], 0, 4)}, bytes(4)))
    seed("Safetensors", "empty-tensor", safetensors({"a": entry("F16", [0, 7], 0, 0)}, b""))
    state = collections.OrderedDict(a=torch.ones(2, 3), b=torch.arange(4).to(torch.bfloat16), t=torch.ones(3, 2).t())
    seed("TorchFile", "zip", torch_file(state))
    seed("TorchFile", "legacy", torch_file(state, _use_new_zipfile_serialization=False))
    seed("TorchFile", "plain-dict-protocol-4", torch_file(dict(a=torch.ones(1)), pickle_protocol=4))
    seed("TorchFile", "list-of-pairs", b"\x80\x02" + b"ccollections\nOrderedDict\n]]U\x01aK\x01eea\x85R.")
    seed("TorchFile", "dictionaries-of-one-list", dictionaries_of_one_list())


def dictionaries_of_one_list():
    """Python 2's OrderedDict of a list of pairs, made of one remembered list again and again."""
    pairs = b"".join(b"U\x02" + struct.pack(">H", i) + b"N\x86a" for i in range(500))
    again = b"h\x01h\x00\x85R" * 400
    return b"\x80\x02" + b"]q\x00" + pairs + b"ccollections\nOrderedDict\nq\x01" + again + b"."


def texts():
    seed("DataSet", "rows", "1\tgood\n0\tbad \r\n\rno tab\n1\t\xe4\u4e2d\n".encode())
    seed("DataSet", "byte-order-mark", b"\xef\xbb\xbf0\ta\tb\n")
    seed("DataSet", "header", "label\ttext_a\n1\tx\n")
    seed("DataSet", "wrong-labels", "-1\ta\n9999999999\tb\n1.5\tc\n")
    seed("Json", "values", '{"a": [1, -0.5e+3, 1e999999999, null, true], "b": {"": "\\u00e9\\ud83d\\ude00"}}')
    seed("Json", "nesting", "[" * 70 + "]" * 70)
    seed("Json", "twice", '{"a": 1,\n "a": 2}')


def settings():
    for file in sorted(pathlib.Path("config").glob("train_args*.json")):
        args = json.loads(file.read_text())
        stage = args.get("deepspeed")
        if stage:
            args["deepspeed"] = "ds.json"
        text = json.dumps(args, indent=1)
        deepspeed = pathlib.Path(stage).read_text() if stage else ""
        seed("Request", file.stem, text + "\0" + deepspeed + "\0" + "--num_train_epochs\n2\n")


def folders():
    seed("ModelConfig", "tiny", small_golden("config.json"))
    seed("ModelConfig", "labels", small_golden("config.json", id2label={"0": "no", "1": "yes"}, num_labels=2))
    names = json.loads(open_header(GOLDEN / "gpt2-tiny" / "model.safetensors"))
    index = {name: "part-1.safetensors" for name in names if name != "__metadata__"}
    seed("WeightIndex", "one-part", json.dumps({"metadata": {"total_size": 1}, "weight_map": index}))
    seed("WeightIndex", "outside", json.dumps({"weight_map": {"a": "../config.json"}}))
    config = json.dumps({"do_lower_case": True, "pad_token": "[PAD]", "model_max_length": 1e30,
                         "added_tokens_decoder": {"0": {"content": "[PAD]", "special": True}}})
    ready = {"version": "1.0", "added_tokens": [{"id": 0, "content": "[PAD]"}],
             "normalizer": {"type": "BertNormalizer", "lowercase": True},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[PAD]": 0, "[UNK]": 1}}}
    seed("TokenizerJson", "ready", json.dumps(ready) + "\0" + config + "\0" + '{"pad_token": {"content": "[PAD]"}}')
    seed("Vocabulary", "words", "[PAD]\n[UNK]\r\n[CLS]\n##a\n\u4e2d\n\n" + "\0" + config)
    seed("Merges", "words", '{"a": 0, "b": 1, "ab": 2, "<|endoftext|>": 3}' + "\0#version: 0.2\na b\n\0" + config)


def open_header(file):
    data = file.read_bytes()
    return data[8 : 8 + struct.unpack("<Q", data[:8])[0]]


weights()
texts()
settings()
folders()
