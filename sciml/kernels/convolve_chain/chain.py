"""A chain of convolutions between fields of one sample, and the tables by which compiled code follows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._gathered import POINTS
from sciml.kernels._lanes import LANES
from sciml.kernels.convolve_chain.links import Group, Index, Links

__all__ = ["Chain", "Field", "Step", "Weight", "pitch"]

# Where fields lie: the input, what is kept of a sample, the output.
GIVEN, KEPT, RESULT = range(3)


def pitch(channels: int) -> int:
    """Numbers from one point of a field to the next: whole lanes.

    Examples
    --------
    >>> pitch(3), pitch(16)
    (8, 16)
    """
    return -(-channels // LANES) * LANES


@dataclass(frozen=True)
class Field:
    """Points and channels of a field."""

    points: int
    channels: int


@dataclass(frozen=True)
class Weight:
    """A kernel as it lies in memory: (rows, taps, columns), where rows are outputs, or inputs if `turned`."""

    rows: int
    taps: int
    columns: int
    turned: bool

    @property
    def size(self) -> int:
        """Numbers in it."""
        return self.rows * self.taps * self.columns


@dataclass(frozen=True)
class Step:
    """target = base + sign w source, and + constants; fields and weights by their numbers.

    Parameters
    ----------
    source, target, weight : int
    base : int or None
        May be the target itself.
    sign : int
        1 or -1.
    links : Links
    constant : bool
        Whether the constants are added.
    """

    source: int
    target: int
    weight: int
    base: int | None
    sign: int
    links: Links
    constant: bool = False


@dataclass(frozen=True)
class Chain:
    """Fields, the first given and the last one the result, and the steps from one to the other.

    Parameters
    ----------
    fields : sequence of Field
    weights : sequence of Weight
        Always taken with one sign.
    steps : sequence of Step
        Each target is written by one step, and by others with itself as their base.
    """

    fields: Sequence[Field]
    weights: Sequence[Weight]
    steps: Sequence[Step]

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        """Where each field lies, and from which number on."""
        sizes = [f.points * pitch(f.channels) for f in self.fields[1:-1]]
        starts = np.concatenate(([0], np.cumsum(sizes))) if sizes else [0]
        return [(GIVEN, 0), *((KEPT, int(start)) for start in starts[:-1]), (RESULT, 0)]

    @cached_property
    def kept(self) -> int:
        """Numbers a sample keeps between input and output."""
        return sum(f.points * pitch(f.channels) for f in self.fields[1:-1])

    @cached_property
    def packs(self) -> Index:
        """A row a weight: start in memory, start packed, taps, inputs, outputs, turned, sign."""
        raw, packed, rows, signs = 0, 0, [], {step.weight: step.sign for step in self.steps}
        for i, w in enumerate(self.weights):
            C, K = (w.rows, w.columns) if w.turned else (w.columns, w.rows)
            rows.append((raw, packed, w.taps, C, K, w.turned, signs[i]))
            raw, packed = raw + w.size, packed + w.taps * pitch(C) * pitch(K)
        return np.array(rows, np.int64).reshape(-1, 7)

    @cached_property
    def packed(self) -> int:
        """Numbers in all packed weights."""
        return sum(w.taps * pitch(w.rows) * pitch(w.columns) for w in self.weights)

    @cached_property
    def forward(self) -> tuple[Index, NDArray[np.int32]]:
        """Passes from input to output, a row each, and the table they refer to."""
        table = _Table()
        rows = []
        for step in self.steps:
            base = self._place(step.base)
            for *group, again, _, _, _ in table.of(step.links, "groups"):
                begun = self._place(step.target) if again else base
                rows.append((*self._shape(step.source), *begun, *self._shape(step.target)[:3],
                             int(self.packs[step.weight, 1]), int(step.constant and not again), *group))
        return np.array(rows, np.int64), table.array()

    def _place(self, field: int | None) -> tuple[int, int, int]:
        """Where, from which number on, and how far apart points are: 0 for zeros."""
        return (GIVEN, 0, 0) if field is None else self._shape(field)[:3]

    def _shape(self, field: int) -> tuple[int, int, int, int]:
        """The same, and the number of channels."""
        channels = self.fields[field].channels
        return *self.places[field], pitch(channels), channels

    @cached_property
    def backward(self) -> tuple[Index, NDArray[np.int32]]:
        """Passes from output to input: sums of gradients, by the weights (outer), by the source (gathered)."""
        table = _Table()
        rows: list[tuple[int, ...]] = []
        for step in reversed(self.steps):
            source, target = self._shape(step.source), self._shape(step.target)
            weight = int(self.packs[step.weight, 1])
            if step.base is not None and step.base != step.target:
                size = self.fields[step.base].points * target[2]
                rows.append((ADD, *target, *self._shape(step.base), 0, size, *(0,) * 9))
            for kind, side in ((OUTER, "groups"), (GATHER, "adjoint")):
                rows += [(kind, *target, *source, weight, 0, *group[:6], *group[7:])
                         for group in table.of(step.links, side, paired=kind == OUTER)]
        return np.array(rows, np.int64), table.array()


    @cached_property
    def pairs(self) -> int:
        """The most numbers a channel that pairs of points, of a source or a target, take."""
        rows = self.backward[0]
        return 2 * max(int(rows[:, 18].max()), *(f.points // 2 + 1 for f in self.fields))


ADD, OUTER, GATHER = range(3)


class _Table:
    """Numbers of all groups in one array, each group once."""

    def __init__(self) -> None:
        self.parts: list[NDArray[Any]] = []
        self.size = 0
        self.known: dict[tuple[int, str], list[tuple[int, ...]]] = {}

    def of(self, links: Links, kind: str, *, paired: bool = False) -> list[tuple[int, ...]]:
        """A row a group: where sources, taps and points begin, numbers of entries, points and tiles, whether again.

        Then where pairs of sources begin, their number, and where the numbers of those that enter begin.
        """
        key = id(links), kind
        if key not in self.known:
            self.known[key] = [self._row(group, paired) for group in getattr(links, kind)()]
        return self.known[key]

    def _row(self, group: Group, paired: bool) -> tuple[int, ...]:
        sources, points = group.tiles()
        starts = [self._add(part) for part in (sources.ravel(), group.taps, points)]
        found, number = group.pairs() if paired else (np.zeros((0, 2), np.int64),) * 2
        pairs = self._add(found.ravel()), len(found), self._add(number.ravel())
        return *starts, len(group.taps), len(group.points), len(points) // POINTS, int(group.again), *pairs

    def _add(self, part: Index) -> int:
        start = self.size
        self.parts.append(part)
        self.size += part.size
        return start

    def array(self) -> NDArray[np.int32]:
        """All of it."""
        return np.concatenate(self.parts).astype(np.int32)
