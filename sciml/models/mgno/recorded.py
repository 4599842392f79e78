"""A cycle as one chain of convolutions: run once on stand-ins for fields, which note what is done to them."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import cast

import numpy as np
from torch import Tensor, nn

from sciml.kernels.convolve_chain.chain import Chain, Field, Step, Weight
from sciml.kernels.convolve_chain.links import Index, Links, product
from sciml.models.mgno.sides import Axis, Ghost

__all__ = ["Recorded", "Recorder", "line", "prolonging", "weight_of"]


@dataclass
class Recorder:
    """What was done so far; weights by the modules that hold them, which may get new ones."""

    fields: list[Field] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    modules: list[nn.Module] = field(default_factory=list)
    weights: list[Weight] = field(default_factory=list)
    known: dict[Hashable, Links] = field(default_factory=dict)

    def begin(self, channels: int, shape: Sequence[int]) -> "Recorded":
        """A new field."""
        self.fields.append(Field(prod(shape), channels))
        return Recorded(self, len(self.fields) - 1, (1, channels, *shape))

    def number(self, module: nn.Module, *, turned: bool) -> int:
        """Of a module's weight."""
        if not any(module is known for known in self.modules):
            rows, columns, *kernel = weight_of(module).shape
            self.modules.append(module)
            self.weights.append(Weight(rows, prod(kernel), columns, turned))
        return next(i for i, known in enumerate(self.modules) if module is known)

    def links(self, key: Hashable, axes: Iterable[Links]) -> Links:
        """One object for all steps that have the same links."""
        if key not in self.known:
            self.known[key] = product(list(axes))
        return self.known[key]

    def chain(self) -> Chain:
        """All of it."""
        return Chain(tuple(self.fields), tuple(self.weights), tuple(self.steps))


@dataclass(frozen=True)
class Recorded:
    """Stands for a field of one sample."""

    recorder: Recorder
    number: int
    shape: tuple[int, ...]

    def convolved(
        self, module: nn.Module, links: Links, shape: Sequence[int], base: "Recorded | None" = None, *, sign: int = 1,
        turned: bool = False,
    ) -> "Recorded":
        """A new field of channels and `shape`, base + sign w of this one."""
        target = self.recorder.begin(weight_of(module).shape[int(turned)], shape)
        weight = self.recorder.number(module, turned=turned)
        start = None if base is None else base.number
        self.recorder.steps.append(Step(self.number, target.number, weight, start, sign, links))
        return target

    def completed(self, module: nn.Module, result: "Recorded") -> None:
        """Add what a module maps each point to, and constants, to the last field."""
        n = prod(self.shape[2:])
        point = np.arange(n)
        links = Links(point, 0 * point, point, (0 * point, 0 * point), 1)
        weight = self.recorder.number(module, turned=False)
        self.recorder.steps.append(Step(self.number, result.number, weight, result.number, 1, links, constant=True))


def weight_of(module: nn.Module) -> Tensor:
    """A parameter, or a constant."""
    return cast(Tensor, module.weight)


def line(axis: Axis, n: int, points: int, kernel: int, stride: int, before: int) -> Links:
    """Point j of `points` takes entry t times point stride j + t - before of n, continued past the sides."""
    j, t = (part.ravel() for part in np.indices((points, kernel)))
    i = _continued(axis, stride * j + t - before, n)
    kinds = np.zeros(points, np.int64), (np.arange(n) + before) % stride
    return Links(j[i >= 0], t[i >= 0], i[i >= 0], kinds, kernel)


def prolonging(axis: Axis, n: int, points: int, kernel: int) -> Links:
    """Point 2 j + t - 1 of `points`, 2 j + t on from a node outside, takes entry t times point j, also of ghosts."""
    layer, shift = int({axis.left.ghost, axis.right.ghost} != {"zero"}), int(not axis.left.inner)
    j, t = (part.ravel() for part in np.indices((n + 2 * layer, kernel)))
    target, source = 2 * (j - layer) + t - shift, _continued(axis, j - layer, n)
    found = (target >= 0) & (target < points) & (source >= 0)
    kinds = (np.arange(points) + shift) % 2, np.zeros(n, np.int64)
    return Links(target[found], t[found], source[found], kinds, kernel)


def _continued(axis: Axis, i: Index, n: int) -> Index:
    """Points that ghosts repeat, -1 for zeros."""
    left, right = _image(axis.left.ghost, i, n), n - 1 - _image(axis.right.ghost, n - 1 - i, n)
    zero = ((i < 0) & (axis.left.ghost == "zero")) | ((i >= n) & (axis.right.ghost == "zero"))
    return np.where(zero, -1, np.where(i < 0, left, np.where(i >= n, right, i)))


def _image(ghost: Ghost, i: Index, n: int) -> Index:
    """Index that repeats at i < 0, counted from that end."""
    if ghost == "wrap":
        return i % n
    return -i if ghost == "reflect" else np.minimum(-1 - i, n - 1)
