"""Makes forms.json and forms.safetensors beside the golden case: what HF computes with every activation and every scale of attention.

    python3 engine/src/test/scripts/golden_forms.py

Needs torch 2.7.1, transformers 4.57.6, safetensors. Weights and rows are those of golden_tiny.py, with a wider first product
of the MLP so that activations leave the neighbourhood of zero. HF's attention is "eager": its "sdpa" does not read the keys that
scale attention. Of each form: logits, loss, the gradient's length, and the gradients of the two matrices of the first
layer through which everything of both layers has passed.
"""

import json
import pathlib

import torch
from safetensors.torch import load_file, save_file
from transformers import GPT2Config, GPT2ForSequenceClassification

OUT = pathlib.Path(__file__).parent.parent / "resources/shoal/engine/djl/golden"
ACTIVATIONS = [
    "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_accurate", "gelu", "gelu_python", "gelu_10",
    "quick_gelu", "relu", "relu2", "relu6", "leaky_relu", "silu", "swish", "mish", "tanh", "sigmoid", "laplace", "linear",
]
SCALES = [
    {"scale_attn_weights": False},
    {"scale_attn_by_inverse_layer_idx": True},
    {"scale_attn_weights": False, "scale_attn_by_inverse_layer_idx": True},
    {"scale_attn_by_inverse_layer_idx": True, "reorder_and_upcast_attn": True},
]
# Beyond these bounds relu6 and gelu_10 are flat: wide weights of the first product reach them.
WIDE = 6
KEPT = ["transformer.h.0.mlp.c_fc.weight", "transformer.h.0.attn.c_attn.weight"]


def main():
    torch.set_num_threads(1)
    rows = json.loads((OUT / "golden.json").read_text())
    forms, tensors = [], {}
    for edits in [{"activation_function": name} for name in ACTIVATIONS] + SCALES:
        name = "+".join(str(v) if isinstance(v, str) else k for k, v in edits.items())
        forms.append({"name": name, **edits, **computed(edits, rows, tensors, name)})
    (OUT / "forms.json").write_text(json.dumps({"wide": WIDE, "forms": forms}, indent=1) + "\n")
    save_file(tensors, str(OUT / "forms.safetensors"))
    print(len(forms), "forms")


def computed(edits, golden, tensors, name):
    config = GPT2Config(
        vocab_size=50, n_positions=32, n_embd=16, n_layer=2, n_head=2, n_inner=24, num_labels=3,
        pad_token_id=0, layer_norm_epsilon=1e-4, embd_pdrop=0.0, attn_pdrop=0.0, resid_pdrop=0.0,
        attn_implementation="eager", **edits)
    model = GPT2ForSequenceClassification(config).train()
    model.load_state_dict(weights())
    rows = golden["input_ids"]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    output = model(input_ids=ids, attention_mask=mask, labels=torch.tensor(golden["labels"]))
    output.loss.backward()
    parameters = dict(model.named_parameters())
    for kept in KEPT:
        tensors[name + "/" + kept] = parameters[kept].grad.clone().contiguous()
    norm = sum(p.grad.double().square().sum().item() for p in parameters.values()) ** 0.5
    return {"logits": output.logits.tolist(), "loss": output.loss.item(), "norm": norm}


def weights():
    tensors = load_file(str(OUT / "weights.safetensors"))
    for layer in range(2):
        tensors[f"transformer.h.{layer}.mlp.c_fc.weight"] *= WIDE
    return tensors


main()
