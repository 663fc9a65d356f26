  # ---- Arithmetic: all in fp16, as DeepSpeed casts a model ----------------------------------------

  def low(self: __torch__.Kernel, x: Tensor) -> Tensor:
    return torch.to(torch.to(x, 5), 6)

  def lowered(self: __torch__.Kernel, x: Tensor) -> Tensor:
    return x.copy_(torch.to(x, 5))

  def pure(self: __torch__.Kernel, x: Tensor) -> Tensor:
    return self.low(x)

  # Each operator of HF's gelu_new rounds what it writes (transformers 4.57.6 activations.py).
  def gelu(self: __torch__.Kernel, u: Tensor) -> Tensor:
    x = torch.to(u, 5)
    inner = torch.mul(torch.add(x, torch.mul(torch.pow(x, 3.), 0.044715)), 0.7978845608028654)
    return torch.to(torch.mul(torch.mul(x, 0.5), torch.add(torch.tanh(inner), 1.)), 6)
