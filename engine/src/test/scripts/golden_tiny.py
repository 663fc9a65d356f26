"""Makes the golden case in engine/src/test/resources/shoal/engine/djl/golden from HF's own classes.

    python3 engine/src/test/scripts/golden_tiny.py

Needs torch 2.7.1, transformers 4.57.6, safetensors. The case is small and awkward on purpose: rows of
many lengths, padding ids inside and at the end of a row, a row of padding only, an MLP that is not
4 x hidden, an epsilon that is not the default, three classes, label smoothing.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2ForSequenceClassification
from transformers.trainer_pt_utils import LabelSmoother

OUT = pathlib.Path(__file__).parent.parent / "resources/shoal/engine/djl/golden"
STEPS = 3
SMOOTHING = 0.1
# A gradient that is zero but for rounding (keys have no use for their bias) must not move a
# parameter by the rate: epsilon is large.
RATE, DECAY, BETAS, EPSILON = 1e-2, 0.1, (0.9, 0.98), 1e-3


def main():
    torch.manual_seed(5)
    torch.set_num_threads(1)
    config = GPT2Config(
        vocab_size=50, n_positions=32, n_embd=16, n_layer=2, n_head=2, n_inner=24, num_labels=3,
        pad_token_id=0, layer_norm_epsilon=1e-4, embd_pdrop=0.0, attn_pdrop=0.0, resid_pdrop=0.0)
    model = GPT2ForSequenceClassification(config).train()
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.add_(torch.randn_like(p) * 0.2)
    names = [name for name, _ in model.named_parameters()]
    save(model, "weights.safetensors", lambda p: p)

    rows = [torch.randint(1, 50, (n,)).tolist() for n in (32, 1, 2, 7, 19, 5, 11, 3, 24)]
    rows[3][2] = 0  # padding inside a row
    rows[4][-1] = 0  # and at its end
    rows[5][-3:] = [0, 0, 0]
    rows.append([0, 0, 0])
    labels = torch.randint(0, 3, (len(rows),)).tolist()

    plain = model(**batch(rows), labels=torch.tensor(labels))
    loss = smoothed(model, rows, labels)
    loss.backward()
    save(model, "gradients.safetensors", lambda p: p.grad)
    golden = {
        "input_ids": rows,
        "labels": labels,
        "logits": plain.logits.tolist(),
        "plain_loss": plain.loss.item(),
        "smoothed_loss": loss.item(),
        "smoothing": SMOOTHING,
        "adamw": {"rate": RATE, "decay": DECAY, "betas": BETAS, "epsilon": EPSILON, "steps": STEPS},
    }

    decayed = [p for n, p in model.named_parameters() if not ("bias" in n or "ln_" in n)]
    others = [p for n, p in model.named_parameters() if "bias" in n or "ln_" in n]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}],
        lr=RATE, betas=BETAS, eps=EPSILON)
    for _ in range(STEPS):
        optimizer.zero_grad()
        smoothed(model, rows, labels).backward()
        optimizer.step()
    save(model, "after-steps.safetensors", lambda p: p)
    golden["loss_after"] = smoothed(model, rows, labels).item()
    (OUT / "golden.json").write_text(json.dumps(golden, indent=1))
    print(len(names), "tensors; loss", golden["smoothed_loss"], "then", golden["loss_after"])


def batch(rows):
    longest = max(map(len, rows))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return {"input_ids": ids, "attention_mask": mask}


def smoothed(model, rows, labels):
    output = model(**batch(rows))
    return LabelSmoother(epsilon=SMOOTHING)(output, torch.tensor(labels))


def save(model, name, of):
    tensors = {n: of(p).detach().clone().contiguous() for n, p in model.named_parameters()}
    save_file(tensors, str(OUT / name))


main()
