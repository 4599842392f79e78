"""Part of a field by its size, also where that size is free."""

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["crop"]


def crop(x: Tensor, shape: Sequence[int], first: Sequence[int] | None = None) -> Tensor:
    """The part of `shape` that begins at `first`; a view, but in an export a copy by index.

    Export cannot prove that a doubled half is as long as the whole, and refuses the slice for sizes that are no
    multiples of a power of two. An array of `n` indices needs no proof, and has the size `n` by construction.

    Parameters
    ----------
    x : Tensor, shape (batch, channels, *spatial)
    shape : sequence of int
        Spatial size of the part.
    first : sequence of int, optional
        Where it begins, default 0.

    Examples
    --------
    >>> crop(torch.arange(6.0).reshape(1, 1, 6), [3], [2]).tolist()
    [[[2.0, 3.0, 4.0]]]
    """
    if not torch.compiler.is_exporting() and x.shape[2:] == torch.Size(shape):
        return x  # not a view: changes in place would copy the gradient
    for axis, n in enumerate(shape):
        start = 0 if first is None else first[axis]
        if torch.compiler.is_exporting():
            x = x.index_select(axis + 2, torch.arange(n, device=x.device) + start)
        else:
            x = x.narrow(axis + 2, start, n)
    return x
