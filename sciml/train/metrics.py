"""Errors that are reported, one number a sample; fields are (batch, channels, *spatial)."""

from torch import Tensor

from sciml.mesh import Grid
from sciml.train.losses import Loss, h1_fd, rel_l2

__all__ = ["METRICS", "max_error", "nrmse", "rmse", "vrmse"]


def rmse(pred: Tensor, target: Tensor, grid: Grid) -> Tensor:
    """Root of the mean square error over all entries.

    Examples
    --------
    >>> import torch
    >>> rmse(torch.tensor([[[1.0, 7.0]]]), torch.zeros(1, 1, 2), Grid((2,))).tolist()
    [5.0]
    """
    return (pred - target).flatten(1).square().mean(1).sqrt()


def nrmse(pred: Tensor, target: Tensor, grid: Grid) -> Tensor:
    """Root mean square error of each channel over the root mean square of its target, averaged over channels.

    References
    ----------
    M. Takamoto et al., "PDEBench: An Extensive Benchmark for Scientific Machine Learning", NeurIPS 2022.

    Examples
    --------
    >>> import torch
    >>> target = torch.tensor([[[3.0, 4.0], [1.0, 1.0]]])
    >>> pred = torch.tensor([[[3.0, 4.0], [1.5, 0.5]]])
    >>> nrmse(pred, target, Grid((2,))).tolist()
    [0.25]
    """
    e, y = (pred - target).flatten(2), target.flatten(2)
    return (e.square().mean(2).sqrt() / y.square().mean(2).sqrt()).mean(1)


def vrmse(pred: Tensor, target: Tensor, grid: Grid) -> Tensor:
    """sqrt(mean (pred - target)^2 / (var target + 1e-7)) of each channel, averaged over them; the mean field scores 1.

    References
    ----------
    R. Ohana et al., "The Well: a Large-Scale Collection of Diverse Physics Simulations for Machine Learning", 2024.

    Examples
    --------
    >>> import torch
    >>> target = torch.tensor([[[1.0, 3.0]]])
    >>> round(float(vrmse(torch.full((1, 1, 2), 2.0), target, Grid((2,)))), 4)
    1.0
    """
    e, y = (pred - target).flatten(2), target.flatten(2)
    return (e.square().mean(2) / (y.var(2, correction=0) + 1e-7)).sqrt().mean(1)


def max_error(pred: Tensor, target: Tensor, grid: Grid) -> Tensor:
    """Largest absolute error of a sample.

    Examples
    --------
    >>> import torch
    >>> max_error(torch.tensor([[[1.0, -7.0]]]), torch.zeros(1, 1, 2), Grid((2,))).tolist()
    [7.0]
    """
    return (pred - target).abs().flatten(1).amax(1)


# rel_h1 is h1_fd: on every grid it approximates the norm itself.
METRICS: dict[str, Loss] = {
    "rel_l2": rel_l2, "rel_h1": h1_fd, "nrmse": nrmse, "vrmse": vrmse, "rmse": rmse, "max_error": max_error,
}
