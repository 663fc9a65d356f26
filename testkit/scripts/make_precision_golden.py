"""Writes what HF's GPT-2 computes in bf16 and fp16 of the engine's golden case (engine/src/test/scripts/golden_tiny.py):

engine/src/test/resources/shoal/engine/djl/golden/precision.json: loss, logits and how far the gradient is from fp32's;
engine/src/test/resources/shoal/engine/djl/golden/precision.safetensors: what the operators of one block write.

    python testkit/scripts/make_precision_golden.py

Needs transformers 4.57.6 and torch 2.7.1, on the CPU; run from the project's folder. CPU and CUDA have other lists of what
autocast casts (gelu_new's pow is fp32 only on CUDA), and Shoal follows CUDA's: `Autocast` casts by them (libtorch 2.7.1
ATen/autocast_mode.h) what GPT-2 calls. The pure kinds are a model that is cast as a whole, as DeepSpeed does it. Losses of fp16
are scaled, as they are in training: without, small gradients would be lost.
"""
import copy
import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch.overrides import TorchFunctionMode
from transformers import GPT2Config, GPT2ForSequenceClassification

OUT = pathlib.Path("engine/src/test/resources/shoal/engine/djl/golden")
LOW = {torch.addmm, torch.mm, torch.matmul, torch.bmm, torch.baddbmm, F.linear, F.scaled_dot_product_attention,
       torch.Tensor.matmul, torch.Tensor.__matmul__}
FULL = {torch.pow, torch.Tensor.pow, F.layer_norm, F.softmax, torch.softmax, F.log_softmax, F.cross_entropy, F.nll_loss,
        torch.sum, torch.Tensor.sum, torch.exp, torch.log}
SCALE = {torch.bfloat16: 1.0, torch.float16: 4096.0}


class Autocast(TorchFunctionMode):
    """CUDA's autocast, on any device."""

    def __init__(self, low):
        super().__init__()
        self.low = low

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        to = self.low if function in LOW else torch.float32 if function in FULL else None
        if to is not None:
            args, kwargs = cast(tuple(args), to), {name: cast(value, to) for name, value in kwargs.items()}
        return function(*args, **kwargs)


def cast(value, to):
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        return value.to(to)
    return type(value)(cast(each, to) for each in value) if isinstance(value, (tuple, list)) else value


def own_case():
    golden = json.loads((OUT / "golden.json").read_text())
    model = GPT2ForSequenceClassification(GPT2Config(
        vocab_size=50, n_positions=32, n_embd=16, n_layer=2, n_head=2, n_inner=24, num_labels=3, pad_token_id=0,
        layer_norm_epsilon=1e-4, embd_pdrop=0.0, attn_pdrop=0.0, resid_pdrop=0.0)).train()
    model.load_state_dict(load_file(OUT / "weights.safetensors"))
    return model, golden["input_ids"], golden["labels"]


def batch(rows):
    longest = max(map(len, rows))
    return {"input_ids": torch.tensor([row + [0] * (longest - len(row)) for row in rows]),
            "attention_mask": torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])}


def computed(model, rows, labels, low, pure):
    """Loss, logits and gradients, of which a key's bias is left out: it is rounding noise."""
    model = copy.deepcopy(model)
    scale = SCALE.get(low, 1.0)
    if pure:
        model.to(low)
    with Autocast(low) if low and not pure else torch.autocast("cpu", enabled=False):
        output = model(**batch(rows), labels=torch.tensor(labels))
    (output.loss.float() * scale).backward()
    gradients = {name: p.grad.double() / scale for name, p in model.named_parameters()}
    for name, gradient in gradients.items():
        if name.endswith("c_attn.bias"):
            gradient[16:32] = 0
    return output.loss.item(), output.logits.float().tolist(), gradients


def distance(gradients, exact):
    return (sum(((gradients[n] - exact[n]) ** 2).sum() for n in exact) / sum((exact[n] ** 2).sum() for n in exact)).sqrt().item()


def operators(model, row, low):
    """What block 0 writes on the way up of one row, in its own type: the embeddings' sum, then operator by operator."""
    block, written = model.transformer.h[0], {}

    def note(name):
        return lambda module, inputs, output: written.__setitem__(name, output.detach().float()[0].contiguous().clone())

    hooks = [module.register_forward_hook(note(name)) for name, module in {
        "norm": block.ln_1, "product": block.attn.c_attn, "attention product": block.attn.c_proj, "second norm": block.ln_2,
        "wide product": block.mlp.c_fc, "gelu": block.mlp.act, "last product": block.mlp.c_proj}.items()]
    hooks.append(block.attn.c_proj.register_forward_pre_hook(
        lambda module, inputs: written.__setitem__("attention", inputs[0].detach().float()[0].contiguous().clone())))
    hooks.append(block.register_forward_pre_hook(
        lambda module, inputs: written.__setitem__("embedding", inputs[0].detach().float()[0].contiguous().clone())))
    hooks.append(block.register_forward_hook(
        lambda module, inputs, output: written.__setitem__(
            "block", (output[0] if isinstance(output, tuple) else output).detach().float()[0].contiguous().clone())))
    with Autocast(low), torch.no_grad():
        model(**batch([row]))
    for hook in hooks:
        hook.remove()
    return written


def main():
    torch.set_num_threads(1)
    model, rows, labels = own_case()
    exact = computed(model, rows, labels, None, False)
    golden = {"source": f"transformers 4.57.6, torch {torch.__version__.split('+')[0]}", "fp32": {"loss": exact[0]}}
    tensors = {}
    for name, low in (("bf16", torch.bfloat16), ("fp16", torch.float16)):
        for kind, pure in ((name, False), ("pure_" + name, True)):
            loss, logits, gradients = computed(model, rows, labels, low, pure)
            golden[kind] = {"scale": SCALE[low], "loss": loss, "logits": logits, "distance": distance(gradients, exact[2])}
        tensors.update({f"{name} {key}": value for key, value in operators(model, rows[0], low).items()})
    (OUT / "precision.json").write_text(json.dumps(golden, indent=1) + "\n")
    save_file(tensors, str(OUT / "precision.safetensors"))
    print({kind: golden[kind].get("distance") for kind in golden if kind != "source"})


main()
