"""Losses of search directions: what is left of a system after the best step along them, one number a sample.

For a right-hand side b and a direction f, the error e with A e = b becomes e - a f with a = f.b / f.A f, which is best
in the energy norm. Neither loss knows the length or the sign of f.
"""

from torch import Tensor

__all__ = ["energy_loss", "residual_loss"]


def residual_loss(f: Tensor, b: Tensor, Af: Tensor) -> Tensor:
    """||b - a A f||^2 / ||b||^2, the published loss: it needs no solution, and may exceed 1.

    Parameters
    ----------
    f, b, Af : Tensor, shape (batch, ...)

    References
    ----------
    A. Kaneda, O. Akar, J. Chen, V. A. T. Kala, D. Hyde and J. Teran, "A Deep Conjugate Direction Method for
    Iteratively Solving Linear Systems", ICML 2023.

    Examples
    --------
    >>> import torch
    >>> b, f = torch.tensor([[1.0, 1.0]]), torch.tensor([[1.0, 0.0]])
    >>> residual_loss(f, b, 2 * f).tolist()  # A = 2: half of b is gone
    [0.5]
    """
    f, b, Af = f.flatten(1), b.flatten(1), Af.flatten(1)
    a = (f * b).sum(1, keepdim=True) / (f * Af).sum(1, keepdim=True)
    return (b - a * Af).square().sum(1) / b.square().sum(1)


def energy_loss(f: Tensor, b: Tensor, Af: Tensor, x: Tensor) -> Tensor:
    """||x - a f||_A^2 / ||x||_A^2 = 1 - (f.b)^2 / (f.A f  x.b) for A x = b: at most 1, but the solution must be known.

    Parameters
    ----------
    f, b, Af, x : Tensor, shape (batch, ...)

    Examples
    --------
    >>> import torch
    >>> b, f = torch.tensor([[1.0, 1.0]]), torch.tensor([[1.0, 0.0]])
    >>> energy_loss(f, b, 2 * f, b / 2).tolist()
    [0.5]
    """
    f, b, Af, x = f.flatten(1), b.flatten(1), Af.flatten(1), x.flatten(1)
    return 1 - (f * b).sum(1).square() / ((f * Af).sum(1) * (x * b).sum(1))
