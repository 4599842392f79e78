"""Readable reference of gradients of chains, link by link from the end."""

import numpy as np

from sciml.kernels._stencil import Array
from sciml.kernels.convolve_chain.chain import Chain
from sciml.kernels.convolve_chain.numpy import chain_fields, matrices

__all__ = ["convolve_chain_gradient"]


def convolve_chain_gradient(
    chain: Chain, x: Array, weights: Array, constants: Array, g: Array
) -> tuple[Array, Array, Array]:
    """Gradients by the weights, the constants and x."""
    fields, w = chain_fields(chain, x, weights, constants), matrices(chain, weights)
    by_field, by_w = [np.zeros_like(y) for y in fields], [np.zeros_like(part) for part in w]
    by_field[-1][:] = g[..., : fields[-1].shape[2]]
    for step in reversed(chain.steps):
        gy = by_field[step.target]
        if step.base not in (None, step.target):
            by_field[step.base] += gy
        for target, tap, source in zip(step.links.target, step.links.tap, step.links.source, strict=True):
            by_field[step.source][:, source] += gy[:, target] @ w[step.weight][tap].T
            by_w[step.weight][tap] += fields[step.source][:, source].T @ gy[:, target]
    signs = {step.weight: step.sign for step in chain.steps}
    parts = [signs[i] * (part.transpose(1, 0, 2) if chain.weights[i].turned else part.transpose(2, 0, 1)).ravel()
             for i, part in enumerate(by_w)]
    gx = np.zeros_like(x)
    gx[..., : fields[0].shape[2]] = by_field[0]
    return np.concatenate(parts), g.sum((0, 1)), gx
