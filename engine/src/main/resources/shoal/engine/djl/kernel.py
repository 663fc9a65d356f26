# The training kernel of a GPT-2 classifier: forward and backward written out, no autograd.
#
# TorchScript source, read by libtorch through KernelArchive; Kernel.java has one method per
# function here. Rows lie one after the other without padding, shortest first.
#
# What is rounded where is written here; to what, in the page of an arithmetic, which KernelArchive
# appends: low(x) is x in the type that products read and write, pure(x) what autocast leaves in
# fp32 and DeepSpeed does not; both are x itself in fp32.py. lowered(x) is low(x) in x's own memory,
# for what was just made. A tensor stays fp32, whatever its values are rounded to.
#
#   T tokens of a slice   R its rows     L tokens of one row   K classes
#   H hidden width        N heads        D = H / N             F inner width of the MLP
#
# A layer's weights w and gradients g come in the order of its unit (ParameterTable):
#   0 c_attn [H,3H]   1 attn.c_proj [H,H]   2 c_fc [H,F]   3 mlp.c_proj [F,H]
#   4 to 7 their biases   8, 9 ln_1   10, 11 ln_2
# g is made of views of the unit's buffer.
#
# Model: Radford et al. 2019; HF GPT2Model and GPT2ForSequenceClassification, transformers 4.57.6.
# Not here: cross attention, key-value caches, head masks.
class Kernel(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def forward(self: __torch__.Kernel, x: Tensor) -> Tensor:
    return x

  # ---- Units -----------------------------------------------------------------------------------

  # A part of a flat buffer in its shape; shares memory.
  def view(self: __torch__.Kernel, flat: Tensor, offset: int, shape: List[int]) -> Tensor:
    size = 1
    for i in range(len(shape)):
      size = size * shape[i]
    return flat.narrow(0, offset, size).view(shape)

  def add(self: __torch__.Kernel, left: Tensor, right: Tensor) -> Tensor:
    return left.add_(right)

  # AdamW on one range of [parameters, gradient, first moments, second moments], which begins at p_at,
  # g_at, m_at and m_at in them. step is a float tensor that already counts this step. The list that the operator writes to is returned: libtorch
  # drops a call whose effect it cannot see, and it does not look into lists made here.
  def adamw(self: __torch__.Kernel, unit: List[Tensor], p_at: int, g_at: int, m_at: int,
      size: int, step: Tensor, clip: float, rate: float, beta1: float, beta2: float, decay: float,
      epsilon: float) -> List[Tensor]:
    p = [unit[0].narrow(0, p_at, size)]
    g = [unit[1].narrow(0, g_at, size)]
    m = [unit[2].narrow(0, m_at, size)]
    v = [unit[3].narrow(0, m_at, size)]
    if clip != 1.:
      g[0].mul_(clip)
    torch._fused_adamw_(p, g, m, v, annotate(List[Tensor], []), [step], lr=rate, beta1=beta1,
        beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False)
    return p

  # The same with the decay in the gradient.
  def adam(self: __torch__.Kernel, unit: List[Tensor], p_at: int, g_at: int, m_at: int,
      size: int, step: Tensor, clip: float, rate: float, beta1: float, beta2: float, decay: float,
      epsilon: float) -> List[Tensor]:
    p = [unit[0].narrow(0, p_at, size)]
    g = [unit[1].narrow(0, g_at, size)]
    m = [unit[2].narrow(0, m_at, size)]
    v = [unit[3].narrow(0, m_at, size)]
    if clip != 1.:
      g[0].mul_(clip)
    torch._fused_adam_(p, g, m, v, annotate(List[Tensor], []), [step], lr=rate, beta1=beta1,
        beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False)
    return p

  # AdamW's step without its decay, which comes after it.
  def adam_then_decay(self: __torch__.Kernel, unit: List[Tensor], p_at: int, g_at: int, m_at: int,
      size: int, step: Tensor, clip: float, rate: float, beta1: float, beta2: float, decay: float,
      epsilon: float) -> List[Tensor]:
    p = self.adamw(unit, p_at, g_at, m_at, size, step, clip, rate, beta1, beta2, 0., epsilon)
    if decay != 0.:
      p[0].mul_(1. - rate * decay)
    return p

  # ---- Products ----------------------------------------------------------------------------------
  # oneDNN's fp32 product, which libtorch offers by this name. torch.mm goes to MKL, which keeps to
  # AVX2 on processors that are not Intel's: half as fast where there is AVX-512, 0.9 of it elsewhere.
  # All linears take this way, since bits depend on it.

  # x [A,B] times w [B,C], plus bias [C]. w must be dense, transposed or not: oneDNN is a hundred
  # times slower on a part of a wider matrix.
  # The factors are low already; a product of rounded factors, added up in fp32 and rounded once, is
  # what a device makes of bf16 and fp16.
  def product(self: __torch__.Kernel, x: Tensor, w: Tensor, bias: Optional[Tensor]) -> Tensor:
    return self.lowered(ops.mkldnn._linear_pointwise(x, w.t(), bias, "none",
        annotate(List[Optional[number]], []), ""))

  # y = x w + b, where x is low already.
  def linear(self: __torch__.Kernel, x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
    return self.product(x, self.low(w), self.low(bias))

  # Gradients of a linear y = x w + b: fills gw and gb, returns the gradient of x. dy and x are low.
  def linear_backward(self: __torch__.Kernel, dy: Tensor, x: Tensor, w: Tensor, gw: Tensor,
      gb: Tensor) -> Tensor:
    gw.copy_(self.product(x.t(), dy, None))
    torch.sum(dy, [0], False, out=gb)
    self.lowered(gb)
    return self.product(dy, self.low(w).t(), None)

  # ---- Dropout: mask holds 0 or 1/(1-p) per element, sites one after the other ----------------

  def dropped(self: __torch__.Kernel, x: Tensor, mask: Tensor, at: int, drop: bool) -> Tensor:
    if drop:
      y = x * mask.narrow(0, at, x.numel()).view(x.size())
    else:
      y = x
    return y

  # low(dropped(x)).
  def low_dropped(self: __torch__.Kernel, x: Tensor, mask: Tensor, at: int, drop: bool) -> Tensor:
    if drop:
      y = self.lowered(x * mask.narrow(0, at, x.numel()).view(x.size()))
    else:
      y = self.low(x)
    return y

  # x + dropout(branch); branch is low, and overwritten.
  def joined(self: __torch__.Kernel, x: Tensor, branch: Tensor, mask: Tensor, at: int,
      drop: bool) -> Tensor:
    if drop:
      b = self.lowered(branch.mul_(mask.narrow(0, at, branch.numel()).view(branch.size())))
    else:
      b = branch
    return self.pure(b.add_(x))

  # The gradient of joined's branch; dy stays as it is.
  def joined_backward(self: __torch__.Kernel, dy: Tensor, mask: Tensor, at: int,
      drop: bool) -> Tensor:
    return self.low_dropped(dy, mask, at, drop)

  # ---- Embeddings --------------------------------------------------------------------------------

  # The first token of a row is at position 0. w is [wte [V,H], wpe [P,H]].
  def embed(self: __torch__.Kernel, ids: List[int], starts: List[int], w: List[Tensor],
      mask: Tensor, drop: bool) -> Tensor:
    x_TH = self.pure(torch.embedding(w[0], torch.tensor(ids)))
    for r in range(len(starts) - 1):
      L = starts[r + 1] - starts[r]
      x_TH.narrow(0, starts[r], L).add_(self.pure(w[1].narrow(0, 0, L)))
    return self.pure(self.dropped(self.pure(x_TH), mask, 0, drop))

  def embed_backward(self: __torch__.Kernel, dx_TH: Tensor, mask: Tensor, drop: bool) -> Tensor:
    return self.pure(self.dropped(dx_TH, mask, 0, drop))

  # ---- LayerNorm: in fp32, and what is made of it is read by a product ---------------------------

  def norm(self: __torch__.Kernel, x: Tensor, w_H: Tensor, b_H: Tensor,
      epsilon: float) -> List[Tensor]:
    h, mean, rstd = torch.native_layer_norm(x, [x.size(1)], self.pure(w_H), self.pure(b_H),
        epsilon)
    return [self.lowered(h), mean, rstd]

  # Returns the gradient of x.
  def norm_backward(self: __torch__.Kernel, dh: Tensor, x: Tensor, mean: Tensor, rstd: Tensor,
      w_H: Tensor, b_H: Tensor, gw_H: Tensor, gb_H: Tensor) -> Tensor:
    dx, dw_H, db_H = torch.native_layer_norm_backward(dh, x, [x.size(1)], mean, rstd,
        self.pure(w_H), b_H, [True, True, True])
    gw_H.copy_(self.pure(dw_H))
    gb_H.copy_(self.pure(db_H))
    return self.pure(dx)

  # ---- Activation of the MLP: f(u), by Activation's number ---------------------------------------

  # HF's activations.py, ACT2FN. 0, GPT-2's own, comes first: one comparison.
  def activated(self: __torch__.Kernel, u: Tensor, activation: int) -> Tensor:
    if activation == 0:
      f = self.gelu(u)
    elif activation == 1:
      f = torch.gelu(u, approximate="none")
    elif activation == 2:
      f = torch.gelu(u, approximate="none").clamp_(-10., 10.)
    elif activation == 3:
      f = torch.mul(u, 1.702).sigmoid_().mul_(u)
    elif activation == 4:
      f = torch.relu(u)
    elif activation == 5:
      f = torch.square(torch.relu(u))
    elif activation == 6:
      f = torch.hardtanh(u, 0., 6.)
    elif activation == 7:
      f = torch.leaky_relu(u, 0.01)
    elif activation == 8:
      f = torch.silu(u)
    elif activation == 9:
      f = torch.mish(u)
    elif activation == 10:
      f = torch.tanh(u)
    elif activation == 11:
      f = torch.sigmoid(u)
    elif activation == 12:
      f = self.laplace(u).erf_().add_(1.).mul_(0.5)
    else:
      f = u.clone()
    return f

  # Laplace is 0.5 (1 + erf(this)).
  def laplace(self: __torch__.Kernel, u: Tensor) -> Tensor:
    return torch.sub(u, 0.707107).div_(0.282095 * 1.4142135623730951)

  # The gradient of u, where df is that of f(u); df may be overwritten.
  def activated_backward(self: __torch__.Kernel, df: Tensor, u: Tensor, f: Tensor,
      activation: int) -> Tensor:
    if activation == 0:
      du = torch.gelu_backward(df, u, approximate="tanh", grad_input=df)
    elif activation == 1:
      du = torch.gelu_backward(df, u, approximate="none")
    elif activation == 2:
      inside = torch.gelu(u, approximate="none").le_(10.)
      du = torch.gelu_backward(df, u, approximate="none").mul_(inside)
    elif activation == 3:
      s = torch.mul(u, 1.702).sigmoid_()
      du = torch.mul(s, 1.702).mul_(u).mul_(torch.rsub(s, 1.)).add_(s).mul_(df)
    elif activation == 4:
      du = torch.threshold_backward(df, f, 0.)
    elif activation == 5:
      du = torch.relu(u).mul_(2.).mul_(df)
    elif activation == 6:
      du = torch.hardtanh_backward(df, u, 0., 6.)
    elif activation == 7:
      du = torch.leaky_relu_backward(df, u, 0.01, False)
    elif activation == 8:
      du = torch.silu_backward(df, u)
    elif activation == 9:
      du = torch.mish_backward(df, u)
    elif activation == 10:
      du = torch.tanh_backward(df, f)
    elif activation == 11:
      du = torch.sigmoid_backward(df, f)
    elif activation == 12:
      z = self.laplace(u)
      du = z.mul_(z).neg_().exp_().mul_(0.5641895835477563 / (0.282095 * 1.4142135623730951)).mul_(df)
    else:
      du = df
    return du

  # ---- MLP with its LayerNorm and residual: y = x + dropout(f(ln_2(x) W + b) W' + b') ------------

  def mlp(self: __torch__.Kernel, x_TH: Tensor, w: List[Tensor], epsilon: float, activation: int,
      mask: Tensor, at: int, drop: bool) -> List[Tensor]:
    h_TH, mean, rstd = self.norm(x_TH, w[10], w[11], epsilon)
    u_TF = self.linear(h_TH, w[2], w[6])
    f_TF = self.lowered(self.activated(u_TF, activation))
    y_TH = self.joined(x_TH, self.linear(f_TF, w[3], w[7]), mask, at, drop)
    return [y_TH, x_TH, h_TH, mean, rstd, u_TF, f_TF]

  # s is what mlp returned after y.
  def mlp_backward(self: __torch__.Kernel, dy_TH: Tensor, s: List[Tensor], w: List[Tensor],
      g: List[Tensor], activation: int, mask: Tensor, at: int, drop: bool) -> Tensor:
    x_TH, h_TH, mean, rstd, u_TF, f_TF = s
    d_TH = self.joined_backward(dy_TH, mask, at, drop)
    df_TF = self.linear_backward(d_TH, f_TF, w[3], g[3], g[7])
    du_TF = self.lowered(self.activated_backward(df_TF, u_TF, f_TF, activation))
    dh_TH = self.linear_backward(du_TF, h_TH, w[2], g[2], g[6])
    dx_TH = self.norm_backward(dh_TH, x_TH, mean, rstd, w[10], w[11], g[10], g[11])
    return self.pure(dx_TH.add_(dy_TH))

  # 0 where query i may look at key j <= i, else -infinity.
  def causal_bias(self: __torch__.Kernel, tokens: int) -> Tensor:
    return torch.full([tokens, tokens], float("-inf")).triu_(1)

  # ---- A layer -----------------------------------------------------------------------------------

  # Scores of attention are multiplied by D^scaling[0] / scaling[1]: AttentionScale.
  def scale(self: __torch__.Kernel, head_width: int, scaling: List[float]) -> float:
    return (float(head_width) ** scaling[0]) / scaling[1]

  # drop says whether masks exist for [attention, residual]; the mask holds attention's N x L x L
  # of every row, then the two residual sites' T x H. Returns y, then what backward needs.
  def layer(self: __torch__.Kernel, x_TH: Tensor, w: List[Tensor], starts: List[int], heads: int,
      scaling: List[float], activation: int, epsilon: float, causal: Tensor, mask: Tensor,
      drop: List[bool]) -> List[Tensor]:
    T = x_TH.size(0)
    H = x_TH.size(1)
    D = H // heads
    scale = self.scale(D, scaling)
    h_TH, mean, rstd = self.norm(x_TH, w[8], w[9], epsilon)
    qkv_T3H = self.linear(h_TH, w[0], w[4])
    a_TH = torch.empty([T, H])
    attention = annotate(List[Tensor], [])
    at = 0
    for r in range(len(starts) - 1):
      L = starts[r + 1] - starts[r]
      qkv = qkv_T3H.narrow(0, starts[r], L).view([L, 3, heads, D]).permute([1, 2, 0, 3])
      causal_1LL = causal.narrow(0, 0, L).narrow(1, 0, L).unsqueeze(0)
      s_NLL = torch.baddbmm(causal_1LL, qkv[0], qkv[1].transpose(1, 2), beta=1, alpha=scale)
      p_NLL = torch._softmax(s_NLL, -1, False, out=s_NLL)
      pd_NLL = self.low_dropped(p_NLL, mask, at, drop[0])
      o_NLD = self.lowered(torch.bmm(pd_NLL, qkv[2]))
      a_TH.narrow(0, starts[r], L).view([L, heads, D]).copy_(o_NLD.transpose(0, 1))
      attention.append(p_NLL)
      if drop[0]:
        at = at + p_NLL.numel()
    x2_TH = self.joined(x_TH, self.linear(a_TH, w[1], w[5]), mask, at, drop[1])
    s = self.mlp(x2_TH, w, epsilon, activation, mask, at + T * H, drop[1])
    return s + [x_TH, h_TH, mean, rstd, qkv_T3H, a_TH] + attention

  # key_bias: a key's bias adds the same to all scores of a query, so softmax takes no notice and
  # its gradient is zero. Summed, it would be rounding noise, which Adam turns into whole steps.

  # saved is what layer returned after y. Returns the gradient of x; fills g.
  def layer_backward(self: __torch__.Kernel, dy_TH: Tensor, saved: List[Tensor], w: List[Tensor],
      g: List[Tensor], starts: List[int], heads: int, scaling: List[float], activation: int,
      mask: Tensor, drop: List[bool]) -> Tensor:
    x_TH, h_TH, mean, rstd, qkv_T3H, a_TH = saved[6:12]
    T = x_TH.size(0)
    H = x_TH.size(1)
    D = H // heads
    scale = self.scale(D, scaling)
    at = 0
    if drop[0]:
      for r in range(len(starts) - 1):
        at = at + heads * (starts[r + 1] - starts[r]) * (starts[r + 1] - starts[r])
    dx2_TH = self.mlp_backward(dy_TH, saved[:6], w, g, activation, mask, at + T * H, drop[1])
    do_TH = self.joined_backward(dx2_TH, mask, at, drop[1])
    da_TH = self.linear_backward(do_TH, a_TH, w[1], g[1], g[5])
    dqkv_T3H = torch.empty([T, 3 * H])
    at = 0
    for r in range(len(starts) - 1):
      L = starts[r + 1] - starts[r]
      qkv = qkv_T3H.narrow(0, starts[r], L).view([L, 3, heads, D]).permute([1, 2, 0, 3])
      dqkv = dqkv_T3H.narrow(0, starts[r], L).view([L, 3, heads, D]).permute([1, 2, 0, 3])
      do_NLD = da_TH.narrow(0, starts[r], L).view([L, heads, D]).permute([1, 0, 2])
      p_NLL = saved[12 + r]
      dp_NLL = torch.bmm(do_NLD, qkv[2].transpose(1, 2))
      pd_NLL = self.low_dropped(p_NLL, mask, at, drop[0])
      dqkv[2].copy_(self.lowered(torch.bmm(pd_NLL.transpose(1, 2), do_NLD)))
      if drop[0]:
        dp_NLL.mul_(mask.narrow(0, at, p_NLL.numel()).view(p_NLL.size()))
        at = at + p_NLL.numel()
      ds_NLL = self.lowered(torch._softmax_backward_data(dp_NLL, p_NLL, -1, 6, grad_input=dp_NLL))
      dqkv[0].copy_(self.lowered(torch.bmm(ds_NLL, qkv[1]).mul_(scale)))
      dqkv[1].copy_(self.lowered(torch.bmm(ds_NLL.transpose(1, 2), qkv[0]).mul_(scale)))
    dh_TH = self.linear_backward(dqkv_T3H, h_TH, w[0], g[0], g[4])
    g[4].narrow(0, H, H).zero_()  # see key_bias
    dx_TH = self.norm_backward(dh_TH, x_TH, mean, rstd, w[8], w[9], g[8], g[9])
    return self.pure(dx_TH.add_(dx2_TH))

  # ---- The last layer ----------------------------------------------------------------------------
  # The classifier reads the last token of each row only: keys and values for all tokens, the rest
  # for R rows. A last token sees its whole row, so there is no causal mask.

  def last_layer(self: __torch__.Kernel, x_TH: Tensor, w: List[Tensor], starts: List[int],
      heads: int, scaling: List[float], activation: int, epsilon: float, mask: Tensor,
      drop: List[bool]) -> List[Tensor]:
    R = len(starts) - 1
    last_R = torch.tensor(starts[1:]).sub_(1)
    H = x_TH.size(1)
    D = H // heads
    scale = self.scale(D, scaling)
    h_TH, mean, rstd = self.norm(x_TH, w[8], w[9], epsilon)
    h_RH = h_TH.index_select(0, last_R)
    kv_T2H = self.linear(h_TH, w[0].narrow(1, H, 2 * H).contiguous(), w[4].narrow(0, H, 2 * H))
    q_RH = self.linear(h_RH, w[0].narrow(1, 0, H).contiguous(), w[4].narrow(0, 0, H))
    a_RH = torch.empty([R, H])
    attention = annotate(List[Tensor], [])
    at = 0
    for r in range(R):
      L = starts[r + 1] - starts[r]
      kv = kv_T2H.narrow(0, starts[r], L).view([L, 2, heads, D]).permute([1, 2, 0, 3])
      q_N1D = q_RH[r].view([heads, 1, D])
      s_N1L = torch.bmm(q_N1D, kv[0].transpose(1, 2)).mul_(scale)
      p_N1L = torch._softmax(s_N1L, -1, False, out=s_N1L)
      pd_N1L = self.low_dropped(p_N1L, mask, at, drop[0])
      o_N1D = self.lowered(torch.bmm(pd_N1L, kv[1]))
      a_RH[r].view([heads, 1, D]).copy_(o_N1D)
      attention.append(p_N1L)
      if drop[0]:
        at = at + p_N1L.numel()
    x_RH = x_TH.index_select(0, last_R)
    x2_RH = self.joined(x_RH, self.linear(a_RH, w[1], w[5]), mask, at, drop[1])
    s = self.mlp(x2_RH, w, epsilon, activation, mask, at + R * H, drop[1])
    return s + [x_TH, h_TH, mean, rstd, kv_T2H, a_RH, h_RH, q_RH] + attention

  def last_layer_backward(self: __torch__.Kernel, dy_RH: Tensor, saved: List[Tensor],
      w: List[Tensor], g: List[Tensor], starts: List[int], heads: int, scaling: List[float],
      activation: int, mask: Tensor, drop: List[bool]) -> Tensor:
    x_TH, h_TH, mean, rstd, kv_T2H, a_RH, h_RH, q_RH = saved[6:14]
    T = x_TH.size(0)
    R = len(starts) - 1
    last_R = torch.tensor(starts[1:]).sub_(1)
    H = x_TH.size(1)
    D = H // heads
    scale = self.scale(D, scaling)
    at = 0
    if drop[0]:
      at = heads * T
    dx2_RH = self.mlp_backward(dy_RH, saved[:6], w, g, activation, mask, at + R * H, drop[1])
    do_RH = self.joined_backward(dx2_RH, mask, at, drop[1])
    da_RH = self.linear_backward(do_RH, a_RH, w[1], g[1], g[5])
    dkv_T2H = torch.empty([T, 2 * H])
    dq_RH = torch.empty([R, H])
    at = 0
    for r in range(R):
      L = starts[r + 1] - starts[r]
      kv = kv_T2H.narrow(0, starts[r], L).view([L, 2, heads, D]).permute([1, 2, 0, 3])
      dkv = dkv_T2H.narrow(0, starts[r], L).view([L, 2, heads, D]).permute([1, 2, 0, 3])
      do_N1D = da_RH[r].view([heads, 1, D])
      q_N1D = q_RH[r].view([heads, 1, D])
      p_N1L = saved[14 + r]
      dp_N1L = torch.bmm(do_N1D, kv[1].transpose(1, 2))
      pd_N1L = self.low_dropped(p_N1L, mask, at, drop[0])
      dkv[1].copy_(self.lowered(torch.bmm(pd_N1L.transpose(1, 2), do_N1D)))
      if drop[0]:
        dp_N1L.mul_(mask.narrow(0, at, p_N1L.numel()).view(p_N1L.size()))
        at = at + p_N1L.numel()
      ds_N1L = torch._softmax_backward_data(dp_N1L, p_N1L, -1, 6, grad_input=dp_N1L).mul_(scale)
      dsl_N1L = self.lowered(ds_N1L)
      dq_RH[r].view([heads, 1, D]).copy_(self.lowered(torch.bmm(dsl_N1L, kv[0])))
      dkv[0].copy_(self.lowered(torch.bmm(dsl_N1L.transpose(1, 2), q_N1D)))
    dh_RH = self.linear_backward(dq_RH, h_RH, w[0].narrow(1, 0, H).contiguous(),
        g[0].narrow(1, 0, H), g[4].narrow(0, 0, H))
    dh_TH = self.linear_backward(dkv_T2H, h_TH, w[0].narrow(1, H, 2 * H).contiguous(),
        g[0].narrow(1, H, 2 * H), g[4].narrow(0, H, 2 * H))
    g[4].narrow(0, H, H).zero_()  # see key_bias
    dh_TH.index_add_(0, last_R, dh_RH)
    dx_TH = self.norm_backward(dh_TH, x_TH, mean, rstd, w[8], w[9], g[8], g[9])
    return self.pure(dx_TH.index_add_(0, last_R, dx2_RH))

  # ---- Head: final LayerNorm, score, loss; w and g are [score, ln_f.weight, ln_f.bias] -----------

  # Loss of a row as HF's LabelSmoother (trainer_pt_utils.py): (1-s) nll + s mean of -log p.
  # Returns [loss_R, logits_RK, log p_RK, x_RH, h_RH, mean, rstd].
  def head(self: __torch__.Kernel, x_RH: Tensor, labels: List[int], w: List[Tensor],
      epsilon: float, smoothing: float) -> List[Tensor]:
    h_RH, mean, rstd = self.norm(x_RH, w[1], w[2], epsilon)
    logits_RK = self.product(h_RH, self.low(w[0]).t(), None)
    logp_RK = self.pure(torch._log_softmax(logits_RK, 1, False))
    loss_R = logp_RK.gather(1, torch.tensor(labels).unsqueeze(1)).squeeze(1).neg()
    if smoothing != 0.:
      loss_R = loss_R * (1. - smoothing) - logp_RK.mean([1], False) * smoothing
    return [loss_R, logits_RK, logp_RK, x_RH, h_RH, mean, rstd]

  # weights is what each row's loss counts, times the loss scale. Returns the gradient of x; fills g.
  def head_backward(self: __torch__.Kernel, saved: List[Tensor], labels: List[int],
      weights: List[float], w: List[Tensor], g: List[Tensor], smoothing: float) -> Tensor:
    loss_R, logits_RK, logp_RK, x_RH, h_RH, mean, rstd = saved
    K = logp_RK.size(1)
    target_RK = torch.full([x_RH.size(0), K], smoothing / float(K))
    target_RK.scatter_(1, torch.tensor(labels).unsqueeze(1), 1. - smoothing + smoothing / float(K))
    d_RK = self.lowered(
        logp_RK.exp().sub_(target_RK).mul_(torch.tensor(weights, dtype=6).unsqueeze(1)))
    g[0].copy_(self.product(d_RK.t(), h_RH, None))
    dh_RH = self.product(d_RK, self.low(w[0]), None)
    return self.norm_backward(dh_RH, x_RH, mean, rstd, w[1], w[2], g[1], g[2])
