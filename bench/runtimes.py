"""A classifier's logits by the runtimes that people move to for speed: PyTorch without a mask, ONNX Runtime, OpenVINO.

Each takes ids [B,L], padded on the right, and the place of each row's last token [B], and gives logits [B,K]. Attention is causal, so a
row's last token sees no padding and no mask is needed; the head reads that token only.
"""

from pathlib import Path

import numpy as np
import torch
from transformers import GPT2ForSequenceClassification


class LastToken(torch.nn.Module):
    """GPT2ForSequenceClassification told where rows end, without what only generation needs.

    `traced`: with the causal mask as a tensor, since the exporter cannot follow how transformers makes it.
    """

    def __init__(self, model, traced):
        super().__init__()
        self.transformer = model.transformer
        self.score = model.score
        self.traced = traced

    def forward(self, ids, last):
        causal = None
        if self.traced:
            tokens = ids.shape[1]
            causal = torch.full((tokens, tokens), torch.finfo(torch.float32).min).triu(1)[None, None]
        hidden = self.transformer(input_ids=ids, attention_mask=causal, use_cache=False).last_hidden_state
        return self.score(hidden[torch.arange(ids.shape[0]), last])


def load_module(folder, traced=False):
    # gelu_new's function in one operator
    model = GPT2ForSequenceClassification.from_pretrained(folder, activation_function="gelu_pytorch_tanh")
    return LastToken(model.eval(), traced), model.config.pad_token_id or 0


def pytorch(folder, threads):
    module, pad = load_module(folder)

    def logits(ids, last):
        with torch.inference_mode():
            return module(torch.from_numpy(ids), torch.from_numpy(last)).numpy()

    return logits, pad


def onnx_runtime(folder, threads, int8=False):
    import onnxruntime

    file, pad = exported(folder)
    if int8:
        file = quantized(file)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return lambda ids, last: session.run(None, {"ids": ids, "last": last})[0], pad


def openvino(folder, threads):
    import openvino as ov

    file, pad = exported(folder)
    # Throughput of one caller, and fp32 as the others compute.
    settings = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    model = ov.Core().compile_model(str(file), "CPU", settings)
    return lambda ids, last: model({"ids": ids, "last": last})[0], pad


def exported(folder):
    """The model as ONNX, beside it; made once."""
    file = Path(folder) / "model.onnx"
    module, pad = load_module(folder, traced=True)
    if not file.exists():
        ids = torch.zeros(2, 8, dtype=torch.int64)
        part = file.with_suffix(".part")
        torch.onnx.export(
            module,
            (ids, torch.tensor([7, 5])),
            str(part),
            input_names=["ids", "last"],
            output_names=["logits"],
            dynamic_axes={"ids": {0: "B", 1: "L"}, "last": {0: "B"}, "logits": {0: "B"}},
            opset_version=18,
            dynamo=False,
        )
        part.rename(file)
    return file, pad


def quantized(file):
    """Weights as int8, activations quantized as they come: ONNX Runtime's dynamic quantization."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    target = file.with_suffix(".int8.onnx")
    if not target.exists():
        quantize_dynamic(file, target, weight_type=QuantType.QInt8)
    return target


RUNTIMES = {
    "pytorch": pytorch,
    "onnxruntime": onnx_runtime,
    "onnxruntime-int8": lambda folder, threads: onnx_runtime(folder, threads, int8=True),
    "openvino": openvino,
}


def batches(lengths, rows):
    """Indices of rows of like length, longest first: what is too large for memory shows at once."""
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    return [order[at : at + rows] for at in range(0, len(order), rows)]


def padded(rows, pad):
    width = max(1, max(len(ids) for ids in rows))
    ids = np.full((len(rows), width), pad, dtype=np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
    return ids, np.array([max(0, len(row) - 1) for row in rows], dtype=np.int64)
