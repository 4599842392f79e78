"""Readable reference of chains of convolutions, link by link."""

import numpy as np

from sciml.kernels._stencil import Array
from sciml.kernels.convolve_chain.chain import Chain, Step, pitch

__all__ = ["chain_fields", "convolve_chain", "matrices"]


def matrices(chain: Chain, weights: Array) -> list[Array]:
    """Weights (taps, C, K), with the signs of their steps."""
    found, start = [], 0
    signs = {step.weight: step.sign for step in chain.steps}
    for i, w in enumerate(chain.weights):
        part = signs[i] * weights[start : start + w.size].reshape(w.rows, w.taps, w.columns)
        found.append(part.transpose(1, 0, 2) if w.turned else part.transpose(1, 2, 0))
        start += w.size
    return found


def add_links(y: Array, x: Array, w: Array, step: Step) -> None:
    """Add what each link brings."""
    for target, tap, source in zip(step.links.target, step.links.tap, step.links.source, strict=True):
        y[:, target] += x[:, source] @ w[tap]


def chain_fields(chain: Chain, x: Array, weights: Array, constants: Array) -> list[Array]:
    """All fields of the chain, without the zeros beyond their channels."""
    w = matrices(chain, weights)
    fields = [np.zeros((len(x), field.points, field.channels), x.dtype) for field in chain.fields]
    fields[0][:] = x[..., : fields[0].shape[2]]
    for step in chain.steps:
        y = fields[step.target]
        if step.base not in (None, step.target):
            y += fields[step.base]
        y += constants if step.constant else 0
        add_links(y, fields[step.source], w[step.weight], step)
    return fields


def convolve_chain(chain: Chain, x: Array, weights: Array, constants: Array) -> tuple[Array, Array]:
    """The last field, and all others but the first."""
    _, *inside, last = (
        np.pad(y, ((0, 0), (0, 0), (0, pitch(y.shape[2]) - y.shape[2])))
        for y in chain_fields(chain, x, weights, constants)
    )
    return last, np.concatenate([y.reshape(len(x), -1) for y in inside], 1)
