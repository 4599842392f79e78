"""The network of a run, averaged over the symmetries it was trained with."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from sciml.train.augment import Symmetry, act, odd_fields, symmetries
from sciml.train.export_run import in_units
from sciml.train.normalise import Normaliser
from sciml.train.trained import Trained

__all__ = ["symmetrised"]


def symmetrised(trained: Trained) -> Trained:
    """The mean of g^-1 N(g x) over the symmetries g that ``data.augment`` names, N being the network.

    It has the symmetries exactly, and errors that differ from one g to the other cancel in part. A prediction costs as
    many times as much as there are symmetries: 2 for ``transpose``, 8 for ``d4`` in the plane.

    Parameters
    ----------
    trained : Trained

    Returns
    -------
    Trained
        From fields in their own units to fields in theirs; as it was where ``data.augment`` is ``none``.

    Examples
    --------
    >>> symmetrised(Trained.of("runs/darcy")).predict(x)  # doctest: +SKIP
    """
    name = trained.config.data.augment
    group = symmetries(name, trained.grid)
    if len(group) == 1:
        return trained
    # That a motion has the symmetries was asked before training.
    odd = odd_fields(name, trained.record["equation"], list(trained.record["inputs"]), moving=False)
    encoder, decoder = (Normaliser.identity(n) for n in (trained.in_channels, trained.out_channels))
    model = _Mean(in_units(trained), group, odd)
    return replace(trained, model=model.eval(), encoder=encoder, decoder=decoder)  # type: ignore[arg-type]  # as a network


class _Mean(nn.Module):
    def __init__(self, model: nn.Module, group: Sequence[Symmetry], odd: bool) -> None:
        super().__init__()
        self.model, self.group, self.odd = model, group, odd

    def forward(self, x: Tensor) -> Tensor:
        """The mean, of shape (batch, out_channels, *spatial)."""
        turned = [_batch(inverse(g), self.model(_batch(g, x, self.odd)), self.odd) for g in self.group]
        return torch.stack(turned).mean(0)


def _batch(symmetry: Symmetry, x: Tensor, odd: bool) -> Tensor:
    y = act(symmetry, x.flatten(0, 1), odd)
    return y.reshape(*x.shape[:2], *y.shape[1:])


def inverse(symmetry: Symmetry) -> Symmetry:
    """The symmetry that undoes another.

    Examples
    --------
    >>> inverse(((1, 0), (0,)))
    ((1, 0), (1,))
    """
    order, reversed_axes = symmetry
    back = tuple(order.index(axis) for axis in range(len(order)))
    return back, tuple(sorted(order[axis] for axis in reversed_axes))
