"""What the training loop knows of a problem."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

__all__ = ["Task"]


class Task(Protocol):
    """Turns samples into batches, and batches into a loss; the loop adds nothing of its own.

    Everything random in a batch must follow from the indices and the epoch.
    """

    @property
    def sizes(self) -> Mapping[str, int]:
        """Number of samples of ``train`` and ``val``."""

    def indices(self, part: str) -> NDArray[np.int64]:
        """The samples of a part."""

    def batch(self, indices: NDArray[np.int64], epoch: int) -> Any:
        """Training data of some samples in an epoch; may be called by several threads."""

    def loss(self, model: nn.Module, batch: Any) -> Tensor:
        """One number to minimise."""

    def evaluate(self, model: nn.Module, indices: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
        """Metrics by name, one number a sample."""
