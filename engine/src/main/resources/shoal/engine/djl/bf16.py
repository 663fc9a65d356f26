  # ---- Arithmetic: bf16 as CUDA's autocast has it (libtorch 2.7.1 ATen/autocast_mode.h) -----------
  # Linears and attention are low; LayerNorm, softmax, loss, residual stream and sums are fp32. HF's
  # gelu is fp32 too, since it begins with pow.

  def low(self: __torch__.Kernel, x: Tensor) -> Tensor:
    return torch.to(torch.to(x, 15), 6)

  def lowered(self: __torch__.Kernel, x: Tensor) -> Tensor:
    return x.copy_(torch.to(x, 15))

  def pure(self: __torch__.Kernel, x: Tensor) -> Tensor:
    return x

  def gelu(self: __torch__.Kernel, u: Tensor) -> Tensor:
    return torch.gelu(u, approximate="tanh")
