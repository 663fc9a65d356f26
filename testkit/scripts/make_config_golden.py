"""Makes golden/configs: what HF makes of a small model folder with every key of config.json.

    python testkit/scripts/make_config_golden.py        (transformers 4.57.6, torch 2.7.1, safetensors)

cases.json holds a config.json, texts, and cases: what a case sets in the config.json or removes from it, and the
probabilities of each text, computed one text at a time by AutoModelForSequenceClassification.from_pretrained. A case
without probabilities has those of the unchanged folder; one that says "refused" makes HF fail, "here" one that Shoal alone
refuses. Keys that change nothing are taken from docs/model-config.md and each is tried, so that the page is shown to be right.
"""

import json
import os
import re
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, GPT2Config, GPT2ForSequenceClassification

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "testkit/src/test/resources/golden/configs"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [f"w{i}" for i in range(5, 60)]
TEXTS = ["w7", "w8 w9", "w59 w5 w17 w5", "w20 w31 w5 w5", "w5", "w33 nothing w41 w12 w59 w6 w7 w8 w9 w10 w11 w13 w14"]
ACTIVATIONS = [
    "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_accurate", "gelu", "gelu_python", "gelu_10",
    "quick_gelu", "relu", "relu2", "relu6", "leaky_relu", "silu", "swish", "mish", "tanh", "sigmoid", "laplace", "linear",
]
ALIASES = {
    "n_embd": "hidden_size", "n_layer": "num_hidden_layers", "n_head": "num_attention_heads",
    "n_positions": "max_position_embeddings",
}
SCALES = [
    {"scale_attn_weights": False}, {"scale_attn_weights": None}, {"scale_attn_weights": 0}, {"scale_attn_weights": "false"},
    {"scale_attn_by_inverse_layer_idx": True}, {"scale_attn_by_inverse_layer_idx": "x"},
    {"scale_attn_weights": False, "scale_attn_by_inverse_layer_idx": 1},
]
EAGER = [{"_attn_implementation": "eager"}, {"_attn_implementation_internal": "eager"}]
COMPUTED = [
    {"n_inner": 96}, {"n_inner": None}, {"layer_norm_epsilon": 0}, {"layer_norm_epsilon": 0.5}, {"layer_norm_epsilon": 5},
    {"initializer_range": 0}, {"embd_pdrop": 1.0, "attn_pdrop": 1, "resid_pdrop": 1.0}, {"embd_pdrop": 0},
    {"pad_token_id": 0}, {"pad_token_id": 5}, {"pad_token_id": 7}, {"pad_token_id": -1}, {"pad_token_id": -100},
    {"pad_token_id": 60}, {"pad_token_id": 1000000}, {"pad_token_id": None}, {"n_head": 1}, {"n_head": 6},
    {"num_labels": 5}, {"num_labels": None}, {"id2label": {"0": "a", "1": "b", "2": "c"}, "label2id": None},
    {"id2label": {"0": "a", "1": "b", "2": "c"}, "num_labels": 7}, {"problem_type": None},
    {"problem_type": "single_label_classification"}, {"_attn_implementation": None}, {"_attn_implementation": "sdpa"},
    {"reorder_and_upcast_attn": True, "_attn_implementation": "eager"},
    {"reorder_and_upcast_attn": True, "_attn_implementation": "eager", "scale_attn_by_inverse_layer_idx": True},
    {"unheard_of": 1, "n_heads": 6}, {"add_cross_attention": True}, {"gradient_checkpointing": True}, {"pruned_heads": {}},
    {"pruned_heads": None}, {"text_config": None}, {"configuration_files": ["config.json"]}, {"auto_map": {"AutoModel": "x.Y"}},
]
REFUSED = [
    {"n_head": 5}, {"n_head": None}, {"num_attention_heads": None}, {"n_head": "2"}, {"vocab_size": None}, {"n_embd": 12},
    {"n_positions": 8}, {"n_inner": 48}, {"activation_function": "foo"}, {"activation_function": None},
    {"attn_pdrop": 1.5}, {"attn_pdrop": None}, {"resid_pdrop": -0.1}, {"layer_norm_epsilon": None},
    {"layer_norm_epsilon": "1e-5"}, {"initializer_range": -1}, {"pad_token_id": "0"}, {"pad_token_id": [0]},
    {"problem_type": "foo"}, {"id2label": []}, {"label2id": []}, {"id2label": {"a": "x", "b": "y", "c": "z"}},
    {"use_return_dict": False}, {"sub_configs": 7}, {"attribute_map": {}}, {"text_config": {"a": 1}},
    {"decoder": {"a": 1}}, {"generator": {"a": 1}}, {"pruned_heads": {"0": [1]}},
    {"transformers_weights": "x.safetensors"}, {"_attn_implementation": "flash_attention_2"},
    {"_attn_implementation": "foo"},
]
HERE = [
    {"activation_function": "prelu"}, {"activation_function": "xielu"}, {"problem_type": "regression"},
    {"problem_type": "multi_label_classification"}, {"model_type": "bert"}, {"quantization_config": {"quant_method": "x"}},
    {"layer_norm_epsilon": -1}, {"n_layer": 3},
]
# Of a key that changes nothing, the first of these that HF takes.
IDLE = [7, "float16", True, {"a": 1}, ["x"], None]


def main():
    transformers.utils.logging.set_verbosity(transformers.utils.logging.CRITICAL)
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gpt2-") as folder:
        base = made(folder)
        judge = Judge(folder, base)
        cases = [{"probabilities": judge.plain}]
        cases += [judge.case({"activation_function": name}) for name in ACTIVATIONS]
        cases += [judge.case(scale) for scale in SCALES]
        cases += [judge.case({**scale, **eager}) for scale in [{}, *SCALES] for eager in EAGER]
        cases += [judge.case({ALIASES[key]: base[key]}, [key]) for key in ALIASES]
        cases += [judge.case({alias: base[key] for key, alias in ALIASES.items()}, list(ALIASES))]
        cases += [judge.case({"num_attention_heads": 6}), judge.case({"num_attention_heads": 6}, ["n_head"])]
        cases += [judge.case({key: 99, ALIASES[key]: base[key]}) for key in ALIASES]
        cases += [judge.case(edits) for edits in COMPUTED]
        cases += [judge.case({}, [key]) for key in ("model_type", "pad_token_id", "label2id", "layer_norm_epsilon")]
        cases += [judge.idle(key) for key in idle_keys()]
        cases += [judge.refused(edits) for edits in REFUSED]
        cases += [{"set": edits, "refused": "here"} for edits in HERE]
        cases += [judge.weights(dtype) for dtype in (torch.float64, torch.float16, torch.bfloat16)]
    text = json.dumps({"config": base, "texts": TEXTS}, indent=1)[:-2] + ',\n "cases": [\n'
    text += ",\n".join("  " + json.dumps(case) for case in cases) + "\n ]\n}\n"
    (OUT / "cases.json").write_text(text)
    counted = sum("probabilities" in case for case in cases), sum("refused" in case for case in cases)
    print(f"{len(cases)} cases: {counted[0]} with probabilities of their own, {counted[1]} refused")


def made(folder):
    torch.manual_seed(5)
    model = GPT2ForSequenceClassification(GPT2Config(
        vocab_size=len(WORDS), n_positions=16, n_embd=24, n_layer=2, n_head=2, num_labels=3, pad_token_id=0))
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.3)
    model.save_pretrained(folder)
    shutil.copy(Path(folder, "model.safetensors"), OUT / "model.safetensors")
    os.chmod(OUT / "model.safetensors", 0o644)
    (OUT / "vocab.txt").write_text("".join(word + "\n" for word in WORDS))
    return json.loads(Path(folder, "config.json").read_text())


def idle_keys():
    page = (ROOT / "docs/model-config.md").read_text()
    rows = [line for line in page.splitlines() if "**without effect**" in line]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split(" | ")[0])]


class Judge:
    def __init__(self, folder, base):
        self.folder, self.base = folder, base
        self.plain = self.probabilities({}, [])

    def probabilities(self, edits, removed):
        config = {key: value for key, value in {**self.base, **edits}.items() if key not in removed}
        Path(self.folder, "config.json").write_text(json.dumps(config))
        model = AutoModelForSequenceClassification.from_pretrained(self.folder).eval()
        found = []
        with torch.no_grad():
            for text in TEXTS:
                ids = [WORDS.index(word) if word in WORDS else 1 for word in text.split()]
                output = model(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long))
                logits = output["logits"] if isinstance(output, dict) else output[0]
                found.append([round(p, 7) for p in logits.double().softmax(-1)[0].tolist()])
        return found

    def case(self, edits, removed=()):
        case = {"set": edits} if edits else {}
        if removed:
            case["remove"] = list(removed)
        found = self.probabilities(edits, removed)
        if found != self.plain:
            case["probabilities"] = found
        return case

    def idle(self, key):
        for value in IDLE:
            try:
                case = self.case({key: value})
            except Exception:
                continue
            if "probabilities" in case:
                sys.exit(f"{key} changes what HF computes")
            return case
        sys.exit(f"HF refuses {key}")

    def refused(self, edits):
        try:
            self.probabilities(edits, [])
        except Exception:
            return {"set": edits, "refused": "HF"}
        sys.exit(f"HF takes {edits}")

    def weights(self, dtype):
        """Weights of another type, which HF loads in fp32."""
        tensors = {name: t.to(dtype) for name, t in load_file(str(OUT / "model.safetensors")).items()}
        name = f"model-{str(dtype).split('.')[1]}.safetensors"
        save_file(tensors, str(OUT / name), metadata={"format": "pt"})
        os.chmod(OUT / name, 0o644)
        plain = Path(self.folder, "model.safetensors")
        shutil.copy(OUT / name, plain)
        case = {"weights": name, **self.case({})}
        shutil.copy(OUT / "model.safetensors", plain)
        return case


if __name__ == "__main__":
    main()
