"""A model of one step in time, applied to what it gave before."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["Layout", "rollout"]


@dataclass(frozen=True)
class Layout:
    """Channels of an input: `history` frames of each of `variables` fields, oldest first, then those that stay.

    Parameters
    ----------
    variables, history : int
    """

    variables: int
    history: int

    @property
    def moving(self) -> int:
        """Channels that a step replaces."""
        return self.variables * self.history

    def series(self, x: Tensor) -> Tensor:
        """The moving channels as (batch, variables, history, *spatial)."""
        return x[:, : self.moving].reshape(len(x), self.variables, self.history, *x.shape[2:])

    def still(self, x: Tensor) -> Tensor:
        """The channels that stay, (batch, others, *spatial)."""
        return x[:, self.moving :]


def rollout(step: Callable[[Tensor], Tensor], x: Tensor, layout: Layout, steps: int) -> Tensor:
    """Frames that follow, each from the `history` before it; gradients go through all of them.

    Parameters
    ----------
    step : callable
        From (batch, channels, *spatial) to the next frame (batch, variables, *spatial).
    x : Tensor, shape (batch, channels, *spatial)
        What is given at the start, in the order of `layout`.
    layout : Layout
    steps : int

    Returns
    -------
    Tensor, shape (batch, variables, steps, *spatial)

    Examples
    --------
    >>> x = torch.tensor([[[1.0], [2.0], [10.0]]])  # two frames of one field on one point, and a constant 10
    >>> rollout(lambda x: x[:, :1] + x[:, 1:2] + x[:, 2:], x, Layout(1, 2), 3).flatten().tolist()
    [13.0, 25.0, 48.0]
    """
    given, still = layout.series(x), layout.still(x)
    frames: list[Tensor] = []
    for _ in range(steps):
        frames.append(step(torch.cat((given.flatten(1, 2), still), 1)))
        given = torch.cat((given[:, :, 1:], frames[-1][:, :, None]), 2)
    return torch.stack(frames, 2)
