"""Activation functions by name."""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from sciml._errors import InputError
from sciml._nearest import nearest

__all__ = ["Activation", "activation", "silut"]

Activation = Callable[[Tensor], Tensor]


def silut(x: Tensor, threshold: float) -> Tensor:
    """x sigmoid(x) below a threshold t, and beyond it a tanh of the same value and slope, which is bounded.

    Examples
    --------
    >>> silut(torch.tensor([-1.0, 1.0, 100.0]), 3.0)
    tensor([-0.2689,  0.7311,  3.8577])
    """
    below = functional.silu(x)
    # Few values ever get there; the question costs less than a second function and its gradients.
    if not torch.compiler.is_compiling() and (x.numel() == 0 or x.detach().max() < threshold):
        return below
    s = 1 / (1 + math.exp(-threshold))
    slope = s * (1 + threshold * (1 - s))
    beyond = torch.tanh(slope * (x - threshold)) + threshold * s
    return torch.where(x >= threshold, beyond, below)


_PLAIN: dict[str, Activation] = {
    "gelu": lambda x: functional.gelu(x, approximate="tanh"),
    "linear": lambda x: x,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "silu": functional.silu,
    "softplus": functional.softplus,
    "tanh": torch.tanh,
}


def activation(name: str) -> Activation:
    """The function of a name: ``"silut"`` (threshold 3), ``"silut:10.0"``, ``"silu"``, ``"tanh"``, ...

    Raises
    ------
    InputError
        If there is none of this name.

    Examples
    --------
    >>> activation("silut:10.0")(torch.zeros(1))
    tensor([0.])
    """
    kind, _, number = name.lower().partition(":")
    if kind in _PLAIN and not number:
        return _PLAIN[kind]
    try:
        threshold = float(number or 3)
    except ValueError:
        threshold = 0.0
    if kind not in ("silut", "custom_silu") or not 0 < threshold < 100:
        known = ("silut", "silut:10.0", *_PLAIN)
        raise InputError(f"activation '{name}' is unknown; use one of {', '.join(known)}{nearest(name, known)}")
    return lambda x: silut(x, threshold)
