"""Sparse kernels on torch tensors, differentiable to any order.

Tensors and arrays share their memory. On the CPU the kernels are those of NumPy arrays; tensors on a device are handed
to CuPy. The functions are operators of torch (``torch.ops.sciml``), so compiled and exported models keep them as they
are.
"""

from sciml.kernels._pattern import Pattern
from sciml.kernels.csr_matmul.torch import csr_matmul, csr_sampled
from sciml.kernels.rbf_weights.torch import rbf_weights
from sciml.kernels.segment_reduce.torch import segment_expand, segment_reduce
from sciml.kernels.segment_softmax.torch import segment_softmax
from sciml.kernels.stencil_apply.torch import TensorStencil, stencil_apply, stencil_of_faces, stencil_sampled

__all__ = [
    "Pattern", "TensorStencil", "csr_matmul", "csr_sampled", "rbf_weights", "segment_expand", "segment_reduce",
    "segment_softmax", "stencil_apply", "stencil_of_faces", "stencil_sampled",
]
