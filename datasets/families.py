"""Random Poisson systems with obstacles, walls or jumps of the coefficient: what solvers are trained and tested on."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.mesh import AXES, Boundary, Grid
from sciml.pde import poisson
from sciml.pde.system import GridSystem

__all__ = ["FAMILIES", "random_system"]

Mask = NDArray[np.bool_]
Generator = np.random.Generator


def random_system(family: str, shape: tuple[int, ...], rng: Generator) -> GridSystem:
    """A system of a family with source 0.

    Parameters
    ----------
    family : str
        ``obstacles``: balls, boxes and capsules without flux, in a box whose sides are Dirichlet or Neumann, or closed
        and filled with liquid up to a surface above which u is fixed at the centres of cells. ``walls``: walls of one
        cell with openings, or up to 30 % of the cells solid at random. ``jumps``: two materials with contrasts from
        10 to 1e5, as blobs, checkers, or balls, boxes and capsules of either. ``mixed``: any of these.
    shape : tuple of int
        Cells an axis, two or three axes.
    rng : Generator

    Returns
    -------
    LinearSystem
        May have floating components.

    Raises
    ------
    InputError
        If the family is unknown.

    Examples
    --------
    >>> random_system("obstacles", (8, 8, 8), np.random.default_rng(0)).A.shape
    (512, 512)
    """
    if family not in FAMILIES:
        raise InputError(f"family '{family}' is unknown; use {', '.join(FAMILIES)}{nearest(family, FAMILIES)}")
    return FAMILIES[family](shape, rng)


def _obstacles(shape: tuple[int, ...], rng: Generator) -> GridSystem:
    return _framed(~_bodies(shape, rng, int(rng.integers(2, 9))), rng)


def _walls(shape: tuple[int, ...], rng: Generator) -> GridSystem:
    if rng.random() < 0.4:
        return _framed(rng.random(shape) >= rng.choice([0.05, 0.1, 0.2, 0.3]), rng)
    active = ~_planes(shape, rng)
    if rng.random() < 0.5:
        active &= ~_bodies(shape, rng, int(rng.integers(2, 9)))
    return _framed(active, rng)


def _jumps(shape: tuple[int, ...], rng: Generator) -> GridSystem:
    inside = (_blobs, _checkers, _many, _many)[int(rng.integers(4))](shape, rng)
    k = np.where(inside, 10.0 ** rng.uniform(-5, 5), 1.0)
    if rng.random() < 0.3:
        k *= np.exp(rng.uniform(0, 4) * _smooth(shape, 4.0, rng))
    return poisson(Grid(shape, boundary=_sides(shape, rng)), k, source=0.0, project=True)


def _mixed(shape: tuple[int, ...], rng: Generator) -> GridSystem:
    return (_obstacles, _obstacles, _walls, _jumps)[int(rng.integers(4))](shape, rng)


FAMILIES: dict[str, Callable[[tuple[int, ...], Generator], GridSystem]] = {
    "obstacles": _obstacles, "jumps": _jumps, "walls": _walls, "mixed": _mixed,
}


def _framed(active: Mask, rng: Generator) -> GridSystem:
    """Open or closed sides around obstacles; or a closed box with liquid below a surface."""
    shape, kind = active.shape, rng.integers(3)
    if kind == 0:
        boundary, fixed = {axis: Boundary("neumann") for axis in AXES[: active.ndim]}, _above_surface(shape, rng)
        return poisson(Grid(shape, boundary=boundary, mask=active | fixed, fixed=fixed), source=0.0, project=True)
    return poisson(Grid(shape, boundary=_sides(shape, rng), mask=active), source=0.0, project=True)


def _sides(shape: tuple[int, ...], rng: Generator) -> dict[str, Boundary]:
    closed = rng.choice([0.0, 0.3, 1.0], p=[0.3, 0.5, 0.2])
    return {
        axis + end: Boundary("neumann" if rng.random() < closed else "dirichlet")
        for axis in AXES[: len(shape)] for end in "-+"
    }


def _centres(shape: tuple[int, ...]) -> list[NDArray[np.float64]]:
    """Coordinates of the cells in units of the longest axis, one open array an axis."""
    return list(np.ix_(*((np.arange(n) + 0.5) / max(shape) for n in shape)))


def _bodies(shape: tuple[int, ...], rng: Generator, count: int) -> Mask:
    """Where balls, boxes and capsules are, each kind with the same chance."""
    places, inside = _centres(shape), np.zeros(shape, np.bool_)
    for _ in range(count):
        offsets = [x - rng.uniform(0.05, 0.95) * n / max(shape) for x, n in zip(places, shape, strict=True)]
        inside |= (_ball, _brick, _capsule)[int(rng.integers(3))](offsets, rng)
    return inside


def _ball(offsets: list[NDArray[np.float64]], rng: Generator) -> Mask:
    return _squares(offsets) < rng.uniform(0.04, 0.18) ** 2


def _brick(offsets: list[NDArray[np.float64]], rng: Generator) -> Mask:
    inside = np.ones(np.broadcast_shapes(*(x.shape for x in offsets)), np.bool_)
    for x in offsets:
        inside &= np.abs(x) < rng.uniform(0.03, 0.15)
    return inside


def _capsule(offsets: list[NDArray[np.float64]], rng: Generator) -> Mask:
    direction = rng.standard_normal(len(offsets))
    direction /= np.linalg.norm(direction)
    along: Any = sum(x * a for x, a in zip(offsets, direction, strict=True))
    length = rng.uniform(0.1, 0.3)
    along = np.clip(along, -length, length)
    across = [x - along * a for x, a in zip(offsets, direction, strict=True)]
    return _squares(across) < rng.uniform(0.03, 0.08) ** 2


def _squares(offsets: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    total: Any = sum(x * x for x in offsets)
    return np.asarray(total)


def _planes(shape: tuple[int, ...], rng: Generator) -> Mask:
    """Up to three walls of one cell across the box, each with one or two openings."""
    solid = np.zeros(shape, np.bool_)
    for _ in range(rng.integers(1, 4)):
        axis = int(rng.integers(len(shape)))
        wall = np.ones(tuple(n for a, n in enumerate(shape) if a != axis), np.bool_)
        for _ in range(rng.integers(1, 3)):
            starts = [int(rng.uniform(0, 0.8) * n) for n in wall.shape]
            widths = [max(2, int(rng.uniform(0.06, 0.3) * n)) for n in wall.shape]
            wall[tuple(slice(a, a + w) for a, w in zip(starts, widths, strict=True))] = False
        np.moveaxis(solid, axis, 0)[int(rng.uniform(0.1, 0.9) * shape[axis])] |= wall
    return solid


def _above_surface(shape: tuple[int, ...], rng: Generator) -> Mask:
    """Air along the last axis: above a plane or a wavy surface, without some drops."""
    places, top = _centres(shape), shape[-1] / max(shape)
    height: Any = top - 1.01 / max(shape)
    if rng.random() < 0.6:
        phases, waves = rng.uniform(0, 6.28, 2), rng.uniform(3, 12, 2)
        ripple = np.sin(waves[0] * places[0] + phases[0]) * (np.cos(waves[1] * places[1] + phases[1]) if len(shape) == 3
                                                             else 1.0)
        height = top * rng.uniform(0.4, 0.75) + 0.1 * ripple
    air = np.broadcast_to(places[-1] > height, shape).copy()
    for _ in range(rng.integers(0, 8)):
        offsets = [x - rng.uniform(0.1, 0.9) * n / max(shape) for x, n in zip(places, shape, strict=True)]
        air &= _squares(offsets) > rng.uniform(0.02, 0.06) ** 2
    return air


def _smooth(shape: tuple[int, ...], length: float, rng: Generator) -> NDArray[np.float64]:
    from sciml.datasets.fields import gaussian_field

    return gaussian_field(shape, length, rng)


def _blobs(shape: tuple[int, ...], rng: Generator) -> Mask:
    return np.asarray(_smooth(shape, max(shape) / rng.uniform(4, 14), rng) > 0)


def _checkers(shape: tuple[int, ...], rng: Generator) -> Mask:
    width = int(rng.choice([3, 4, 6, 8, 12]))
    numbers: Any = sum(np.ix_(*((np.arange(n) + rng.integers(width)) // width for n in shape)))
    return np.asarray(numbers % 2 == 0)


def _many(shape: tuple[int, ...], rng: Generator) -> Mask:
    return _bodies(shape, rng, int(rng.integers(6, 16)))
