"""Which points enter which, through which entry of a kernel: convolutions of any stride and continuation as tables."""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._gathered import POINTS

__all__ = ["Group", "Index", "Links", "product"]

Index = NDArray[np.int64]

# Entries that fewer points have, those of ghosts, get groups of their own: all points of a group pay for an entry.
RARE = 8


@dataclass(frozen=True)
class Group:
    """Points of a target whose kernels have the same entries.

    Parameters
    ----------
    points : ndarray of int64, shape (p,)
    taps : ndarray of int64, shape (entries,)
        Places in the kernel, at least one.
    sources : ndarray of int64, shape (entries, p)
        The point that enters through each, -1 for zeros.
    again : bool
        Whether another group holds these points too, and comes first.
    """

    points: Index
    taps: Index
    sources: Index
    again: bool = False

    def tiles(self) -> tuple[Index, Index]:
        """`sources` (tiles, entries, POINTS) and `points`, whole tiles with the last point repeated."""
        more = (0, -len(self.points) % POINTS)
        sources = np.pad(self.sources, ((0, 0), more), "edge")
        tiles = sources.reshape(len(self.taps), -1, POINTS).transpose(1, 0, 2)
        return tiles, np.pad(self.points, more, "edge")

    def pairs(self) -> tuple[Index, Index]:
        """Which two sources enter two points one after another: all there are (n, 2), and their numbers by entry."""
        both = np.pad(self.sources, ((0, 0), (0, len(self.points) % 2)), constant_values=-1)
        found, number = np.unique(both.reshape(-1, 2), axis=0, return_inverse=True)
        return found, number.reshape(len(self.taps), -1)


@dataclass(frozen=True)
class Links:
    """A linear map between fields: point `target[i]` takes kernel entry `tap[i]` times point `source[i]`.

    Parameters
    ----------
    target, tap, source : ndarray of int64, shape (links,)
    kinds : tuple of ndarray of int64
        Of each target point and each source point, which of them may share a group: parities where a stride makes
        them differ.
    taps : int
        Entries of the kernel.

    Examples
    --------
    >>> i = np.arange(2)
    >>> identity = Links(i, 0 * i, i, (0 * i, 0 * i), 1)
    >>> [group.sources.tolist() for group in identity.groups()]
    [[[0, 1]]]
    """

    target: Index
    tap: Index
    source: Index
    kinds: tuple[Index, Index]
    taps: int

    def groups(self) -> list[Group]:
        """Each target point once; again for repetitions of an entry, and for entries that few points have."""
        return _groups(self.target, self.tap, self.source, self.kinds[0], self.taps)

    def adjoint(self) -> list[Group]:
        """The same with targets for sources."""
        return _groups(self.source, self.tap, self.target, self.kinds[1], self.taps)


def _groups(target: Index, tap: Index, source: Index, kind: Index, taps: int) -> list[Group]:
    repeat = _repetitions(target * taps + tap)
    found = []
    for k in np.unique(kind):
        points = np.flatnonzero(kind == k)
        mine = kind[target] == k
        often = np.bincount(tap[mine], minlength=taps) * RARE >= len(points)
        common = mine & often[tap] & (repeat == 0)
        found.append(_group(points, target[common], tap[common], source[common]))
        rest = mine & ~common
        for r in np.unique(repeat[rest]):
            more = rest & (repeat == r)
            found.append(_group(np.unique(target[more]), target[more], tap[more], source[more], again=True))
    return found


def _group(points: Index, target: Index, tap: Index, source: Index, *, again: bool = False) -> Group:
    entries = np.unique(tap) if len(tap) else np.zeros(1, np.int64)
    sources = np.full((len(entries), len(points)), -1)
    sources[np.searchsorted(entries, tap), np.searchsorted(points, target)] = source
    return Group(points, entries, sources, again)


def _repetitions(key: Index) -> Index:
    """How often each value has come before."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    new = np.r_[True, ordered[1:] != ordered[:-1]] if len(key) else np.zeros(0, bool)
    start = np.maximum.accumulate(np.where(new, np.arange(len(key)), 0))
    result = np.empty_like(key)
    result[order] = np.arange(len(key)) - start
    return result


def product(axes: list[Links]) -> Links:
    """Links of a box from those along each axis, the last fastest.

    Parameters
    ----------
    axes : list of Links

    Examples
    --------
    >>> i = np.arange(2)
    >>> identity = Links(i, 0 * i, i, (0 * i, 0 * i), 1)
    >>> product([identity, identity]).target.tolist()
    [0, 1, 2, 3]
    """
    return reduce(_times, axes)


def _times(a: Links, b: Links) -> Links:
    def pairs(x: Index, y: Index, count: int) -> Index:
        return (x[:, None] * count + y).ravel()

    (to, of), (more_to, more_of) = a.kinds, b.kinds
    return Links(
        pairs(a.target, b.target, len(more_to)), pairs(a.tap, b.tap, b.taps), pairs(a.source, b.source, len(more_of)),
        (pairs(to, more_to, 2), pairs(of, more_of, 2)), a.taps * b.taps,
    )
