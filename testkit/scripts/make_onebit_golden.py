"""Writes figures of DeepSpeed's 1-bit Adam and 1-bit Lamb, which 0.19.8 from pip no longer has:

engine/src/test/resources/shoal/engine/djl/golden/onebit.json: rounds of compressed_allreduce by two ranks;
testkit/src/test/resources/golden/curves/onebit-{adam,lamb}-2ranks.json: two ranks of training by OnebitAdam, OnebitLamb.

    torchrun --nproc_per_node=2 testkit/scripts/make_onebit_golden.py UPSTREAM

UPSTREAM is a checkout of DeepSpeed 0.19.6 (edaa72212), of which deepspeed/runtime/comm/{utils,compressed}.py and
deepspeed/runtime/fp16/onebit/{adam,lamb}.py are loaded as they are. The operator that packs bits runs on XPUs only; numpy does it
here. Needs transformers 4.57.6, torch 2.7.1 and deepspeed 0.19.8; run from the project's folder.

The curves are DeepSpeed's own but for three things, in which Shoal differs on purpose (docs/decisions/0014):
the groups that share a scale, at the ranks and at the server, are blocks of 4,096 elements of the units of docs/design.md (so are
the parameters that OnebitAdam is given; OnebitLamb has the model's, and puts their momentum in one line); elements whose second moment is zero at the freeze take no part (DeepSpeed's exp_avg_mask masks them
after the exchange); its first step, which makes buffers and drops the gradient, is spent on a gradient of zeros, as
DeepSpeed's FP16_Optimizer does. The gradient of a key's bias, which is rounding noise, is zero.
"""
import importlib.util
import json
import pathlib
import sys
import types

import numpy
import torch
import transformers

import deepspeed
import deepspeed.comm as dist
import deepspeed.ops.op_builder

UPSTREAM = pathlib.Path(sys.argv[1])
ROUNDS = pathlib.Path("engine/src/test/resources/shoal/engine/djl/golden/onebit.json")
GOLDEN = pathlib.Path("testkit/src/test/resources/golden")
SOURCE = f"deepspeed 0.19.6 (edaa72212), torch {torch.__version__}, two processes with gloo"
ELEMENTS = 4096
COMPRESSED = 512
LENGTH = 64
FREEZE = 3
BETAS, EPS, DECAY, RATE, MAX_NORM = (0.9, 0.999), 1e-8, 0.1, 2e-4, 1.0
ROWS, STEPS = 4, 7
# A second moment that moves within seven steps, and bounds that some of the factors meet.
LAMB = {"max_coeff": 0.6, "min_coeff": 0.05, "coeff_beta": 0.6, "factor_max": 1.18, "factor_min": 0.8, "factor_threshold": 0.05}
LAMB_BETAS, LAMB_RATE = (0.9, 0.9), 1e-3


class Packbits:
    def load(self):
        return self

    def packbits(self, values, *unused):
        return torch.from_numpy(numpy.packbits(~numpy.signbit(values.numpy())))

    def unpackbits(self, packed, *unused):
        return torch.from_numpy(numpy.unpackbits(packed.numpy()).astype(numpy.float32) * 2 - 1)


class Dist:
    """gloo takes no tensor without dimensions for one of a single element."""

    def __getattr__(self, name):
        return getattr(dist, name)

    def all_gather(self, into, values, group=None):
        return dist.all_gather(into, values.reshape(into[0].shape), group=group)


def upstream(name):
    path = UPSTREAM / (name.replace(".", "/") + ".py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def rounds():
    """What two ranks' buffers become, with error feedback; both chunks of the server in one line."""
    backend = sys.modules["deepspeed.runtime.comm.compressed"].CompressedBackend()
    worker_error, server_error = torch.zeros(COMPRESSED), torch.zeros(COMPRESSED // 2)
    torch.manual_seed(5 + dist.get_rank())
    results = []
    for _ in range(4):
        # Values of a few bits: written short and read back exactly.
        mine = (torch.randn(COMPRESSED) * 64).round() / 64
        all_buffers = [torch.empty(COMPRESSED) for _ in range(2)]
        dist.all_gather(all_buffers, mine)
        mean = backend.compressed_allreduce(mine.clone(), worker_error, server_error, 0)
        errors = [torch.empty(COMPRESSED) for _ in range(2)]
        dist.all_gather(errors, worker_error)
        servers = [torch.empty(COMPRESSED // 2) for _ in range(2)]
        dist.all_gather(servers, server_error)
        half = COMPRESSED // 2
        results.append({
            "values": [[int(v * 64) for v in buffer] for buffer in all_buffers],
            "signs": "".join("+" if v >= 0 else "-" for v in mean),
            "scales": [mean[0].abs().item(), mean[half].abs().item()],
            "worker_error_norms": [error.double().norm().item() for error in errors],
            "server_error_norms": [error.double().norm().item() for error in servers],
        })
    if dist.get_rank() == 0:
        ROUNDS.write_text(json.dumps({"source": SOURCE, "unit": 1 / 64, "rounds": results}) + "\n")


class Blocks:
    """A model's parameters as blocks of its units."""

    def __init__(self, model):
        named = dict(model.named_parameters())
        layers = model.config.n_layer
        units = [["transformer.wte.weight", "transformer.wpe.weight"]]
        for layer in range(layers):
            names = ["attn.c_attn.weight", "attn.c_proj.weight", "mlp.c_fc.weight", "mlp.c_proj.weight", "attn.c_attn.bias",
                     "attn.c_proj.bias", "mlp.c_fc.bias", "mlp.c_proj.bias", "ln_1.weight", "ln_1.bias", "ln_2.weight", "ln_2.bias"]
            units.append([f"transformer.h.{layer}.{name}" for name in names])
        units.append(["score.weight", "transformer.ln_f.weight", "transformer.ln_f.bias"])
        self.places, size = [], 0
        for unit in units:
            for name in unit:
                self.places.append((size, named[name]))
                size = (size + named[name].numel() + 15) // 16 * 16
            size = (size + ELEMENTS - 1) // ELEMENTS * ELEMENTS
        self.size = size

    def parameters(self):
        return [parameter for _, parameter in self.places]

    def flat(self, of):
        return self.laid_out([of(parameter) for parameter in self.parameters()])

    def laid_out(self, tensors):
        flat = torch.zeros(self.size)
        for (at, parameter), tensor in zip(self.places, tensors):
            flat[at:at + parameter.numel()] = tensor.reshape(-1)
        return flat

    def tensors(self, flat):
        return [flat[at:at + parameter.numel()].view_as(parameter) for at, parameter in self.places]

    def store(self, flat):
        for parameter, tensor in zip(self.parameters(), self.tensors(flat)):
            parameter.data.copy_(tensor)


class BlockBackend:
    """compressed_allreduce with a block as the ranks' and the server's group, of the elements that take part."""
    size = 2

    def __init__(self, *unused):
        self.masks, self.next = [], 0

    def compress(self, values, error, mask):
        values = values * mask
        scale = values.norm() / max(mask.sum().item(), 1) ** 0.5
        sent = scale * torch.where(values >= 0, 1.0, -1.0) * mask
        error.copy_(values - sent)
        return sent

    def compressed_allreduce(self, values, worker_error, _, local_rank):
        if not self.masks:
            return values  # the step that makes buffers
        index = self.next
        self.next = (index + 1) % len(self.masks)
        sent = self.compress(values + worker_error, worker_error, self.masks[index])
        dist.all_reduce(sent)
        server_error = self.server_errors[index]
        return self.compress(sent / 2 + server_error, server_error, self.masks[index])


class LineBackend(BlockBackend):
    """The same over momentum of all tensors in one line."""

    def compressed_allreduce(self, line, worker_error, _, local_rank):
        if not self.masks:
            return line  # the step that makes buffers
        sizes = [parameter.numel() for parameter in self.blocks.parameters()]
        flat = self.blocks.laid_out(line[:sum(sizes)].split(sizes))
        for index, values in enumerate(flat.split(ELEMENTS)):
            values.copy_(super().compressed_allreduce(values.clone(), self.worker_errors[index], _, local_rank))
        line[:sum(sizes)] = torch.cat([tensor.reshape(-1) for tensor in self.blocks.tensors(flat)])
        return line


def rows(tokenizer):
    for line in (GOLDEN / "train.tsv").read_text(encoding="utf8").splitlines():
        label, text = line.rstrip().split("\t", 1)
        yield int(label), tokenizer(text, truncation=True, max_length=LENGTH, add_special_tokens=False)["input_ids"]


def gradient(model, blocks, batch):
    width = max(len(ids) for _, ids in batch)
    pad = model.config.pad_token_id
    ids = torch.tensor([ids + [pad] * (width - len(ids)) for _, ids in batch])
    mask = torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for _, ids in batch])
    model.zero_grad()
    loss = model(input_ids=ids, attention_mask=mask, labels=torch.tensor([label for label, _ in batch])).loss
    loss.backward()
    hidden = model.config.n_embd
    for layer in model.transformer.h:
        layer.attn.c_attn.bias.grad[hidden:2 * hidden] = 0
    return loss.detach(), blocks.flat(lambda parameter: parameter.grad)


def mean(value):
    dist.all_reduce(value)
    return value / 2


def adam(blocks):
    sys.modules["deepspeed.runtime.comm.compressed"].CompressedBackend = BlockBackend
    parameters = [torch.nn.Parameter(block.clone()) for block in blocks.flat(lambda p: p.data).split(ELEMENTS)]
    return sys.modules["deepspeed.runtime.fp16.onebit.adam"].OnebitAdam(
        parameters, SHIM, lr=RATE, freeze_step=FREEZE + 1, betas=BETAS, eps=EPS, weight_decay=DECAY, comm_backend_name="compressed")


def lamb(blocks):
    sys.modules["deepspeed.runtime.comm.compressed"].CompressedBackend = LineBackend
    optimizer = sys.modules["deepspeed.runtime.fp16.onebit.lamb"].OnebitLamb(
        blocks.parameters(), SHIM, lr=LAMB_RATE, freeze_step=FREEZE + 1, betas=LAMB_BETAS, eps=EPS, weight_decay=DECAY,
        comm_backend_name="compressed", **LAMB)
    backend = optimizer.comm_backend_handle
    backend.blocks = blocks
    backend.worker_errors = [torch.zeros(ELEMENTS) for _ in range(blocks.size // ELEMENTS)]
    return optimizer


def curve(make):
    """Trains, and gives the model with its history."""
    tokenizer = transformers.BertTokenizerFast.from_pretrained(GOLDEN / "gpt2-tiny")
    model = transformers.GPT2ForSequenceClassification.from_pretrained(GOLDEN / "gpt2-tiny").train()
    blocks = Blocks(model)
    optimizer = make(blocks)
    parameters = optimizer.param_groups[0]["params"]
    whole = parameters[0] is blocks.parameters()[0]
    cut = blocks.tensors if whole else lambda flat: flat.split(ELEMENTS)
    step(optimizer, parameters, cut(torch.zeros(blocks.size)))
    data, history, losses, at = list(rows(tokenizer)), [], [], 0
    for number in range(1, STEPS + 1):
        own = data[at + dist.get_rank() * ROWS:][:ROWS]
        at += 2 * ROWS
        loss, flat = gradient(model, blocks, own)
        if number <= FREEZE:
            flat = mean(flat)
        norm = mean(flat.norm())
        flat *= min(1.0, MAX_NORM / (norm.item() + 1e-6))
        if number == FREEZE + 1:
            backend = optimizer.comm_backend_handle
            seconds = [optimizer.state[p]["exp_avg_sq"] for p in parameters]
            masks = ((blocks.laid_out(seconds) if whole else torch.cat(seconds)) > 0).float()
            backend.masks = masks.split(ELEMENTS)
            backend.server_errors = [torch.zeros(ELEMENTS) for _ in backend.masks]
        step(optimizer, parameters, cut(flat))
        if not whole:
            blocks.store(torch.cat([p.data for p in parameters]))
        losses.append(mean(loss).item())
        history.append({"loss": round(losses[-1], 4), "grad_norm": norm.item(),
                        "learning_rate": optimizer.param_groups[0]["lr"], "step": number})
    return model, history + [{"train_loss": sum(losses) / STEPS, "step": STEPS}], optimizer


def step(optimizer, parameters, gradients):
    for parameter, part in zip(parameters, gradients):
        parameter.grad = part.clone()
    optimizer.step()


def write(name, model, history, settings):
    if dist.get_rank() > 0:
        return
    auto = {"lr": "auto", "betas": "auto", "eps": "auto", "weight_decay": "auto"}
    content = {
        "source": SOURCE + f", transformers {transformers.__version__}",
        "model": "gpt2-tiny",
        "train_file": "train.tsv",
        "eval_file": "dev.tsv",
        "ranks": 2,
        "train_args": {
            "output_dir": "unused", "per_device_train_batch_size": ROWS, "learning_rate": history[0]["learning_rate"],
            "weight_decay": DECAY, **settings["train_args"], "max_grad_norm": MAX_NORM, "max_steps": STEPS, "lr_scheduler_type": "constant", "logging_steps": 1,
            "save_strategy": "no", "seed": 42, "train_sampling_strategy": "sequential"},
        "deepspeed_config": {
            "optimizer": {"type": settings["type"], "params": {**auto, "freeze_step": FREEZE, **settings["params"]}},
            "gradient_accumulation_steps": "auto", "gradient_clipping": "auto", "train_batch_size": "auto",
            "train_micro_batch_size_per_gpu": "auto"},
        "max_seq_length": LENGTH,
        "log_history": history,
        "final_parameter_norms": {name: v.double().norm().item() for name, v in sorted(model.state_dict().items())},
    }
    (GOLDEN / "curves" / f"{name}-2ranks.json").write_text(json.dumps(content, indent=1) + "\n")


deepspeed.init_distributed(dist_backend="gloo")
deepspeed.ops.op_builder.PackbitsBuilder = Packbits
SHIM = types.SimpleNamespace(mpu=None, local_rank=0)
for module in ("deepspeed.runtime.comm.utils", "deepspeed.runtime.comm.compressed", "deepspeed.runtime.fp16.onebit.adam",
               "deepspeed.runtime.fp16.onebit.lamb"):
    upstream(module)
sys.modules["deepspeed.runtime.comm.compressed"].dist = Dist()
rounds()
write("onebit-adam", *curve(adam)[:2], {"type": "OneBitAdam", "params": {}, "train_args": {}})
trained, log, optimizer = curve(lamb)
write("onebit-lamb", trained, log, {
    "type": "OneBitLamb", "params": LAMB, "train_args": {"adam_beta1": LAMB_BETAS[0], "adam_beta2": LAMB_BETAS[1]}})
if dist.get_rank() == 0:
    state = [optimizer.state[p] for p in optimizer.param_groups[0]["params"]]
    print("factors", sorted(round(one["last_factor"], 4) for one in state))
    print("coefficients", sorted(round(one["lamb_coeff_freeze"], 4) for one in state))
    print("scales", sorted(round(one["scaling_coeff"], 4) for one in state))
