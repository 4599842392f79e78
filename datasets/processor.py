"""Mean and deviation of training samples, taken off batches before a model and put back after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Processor"]


@dataclass
class Processor:
    """Normalises inputs always, and targets in training; in evaluation it brings outputs back to their units.

    Parameters
    ----------
    x_mean, x_std, y_mean, y_std : float
        Of inputs and targets over all training samples.
    device : str, optional
        Where tensors go; default where they are.
    training : bool
        `train` and `eval` set it.

    Examples
    --------
    >>> processor = Processor.fitted(np.array([[1.0, 3.0]]), np.array([[0.0, 4.0]]))
    >>> batch = {"x": np.array([3.0]), "y": np.array([4.0])}
    >>> processor.preprocess(batch)["y"], processor.eval().preprocess(batch)["y"]
    (array([1.]), array([4.]))
    >>> processor.postprocess(np.array([1.0]), batch)[0]
    array([4.])
    """

    x_mean: float
    x_std: float
    y_mean: float
    y_std: float
    device: str | None = None
    training: bool = True

    @classmethod
    def fitted(cls, x: NDArray[Any], y: NDArray[Any]) -> Self:
        """With the numbers of training samples."""
        (x_mean, x_std), (y_mean, y_std) = (
            (float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64))) for values in (x, y)
        )
        return cls(x_mean, x_std, y_mean, y_std)

    def train(self, training: bool = True) -> Self:
        """Normalise targets too."""
        self.training = training
        return self

    def eval(self) -> Self:
        """Leave targets as they are, and give outputs their units."""
        return self.train(False)

    def to(self, device: Any) -> Self:
        """Send what `preprocess` gets to a device."""
        self.device = device
        return self

    def preprocess(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        """A batch ``{"x": ..., "y": ...}`` for the model."""
        x, y = (batch[name] if self.device is None else batch[name].to(self.device) for name in ("x", "y"))
        x = (x - self.x_mean) / self.x_std
        return {**batch, "x": x, "y": (y - self.y_mean) / self.y_std if self.training else y}

    def postprocess(self, output: Any, batch: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
        """Output of the model, comparable with ``batch["y"]`` of `preprocess`, and the batch."""
        return (output if self.training else output * self.y_std + self.y_mean), batch
