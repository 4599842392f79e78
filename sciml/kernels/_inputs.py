"""Generated stencils for tests and benchmarks of kernels: every boundary type, odd and tiny sizes."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels._stencil import Array, ConstantStencil, Stencil, VariableStencil

__all__ = [
    "SHAPES", "colourable_operators", "colourable_stencils", "constant_stencil", "masked", "masked_stencil", "stencils",
    "variable_stencil",
]

SHAPES = ((4, 6, 8), (5, 3, 7), (1, 1, 9), (6, 1, 5), (2, 2, 2), (1, 1, 1), (3, 4, 1), (40, 30, 50))


def constant_stencil(
    shape: tuple[int, int, int], periodic: tuple[bool, bool, bool], rng: np.random.Generator, dtype: DTypeLike
) -> ConstantStencil:
    """Random conductances; non-periodic ends get a random extra diagonal >= 0."""
    c, wrap, diagonals = np.zeros(3), np.zeros(3), []
    for axis, n in enumerate(shape):
        c[axis] = rng.uniform(0.5, 2.0) if n > 1 else 0.0
        wrap[axis] = c[axis] if periodic[axis] else 0.0
        d = np.full(n, 2 * c[axis])
        if not periodic[axis] and n > 1:
            d[0] += c[axis] * (rng.uniform(0, 1) - 1)
            d[-1] += c[axis] * (rng.uniform(0, 1) - 1)
        diagonals.append(d.astype(dtype))
    diagonals[2] += np.asarray(rng.uniform(0.1, 1.0), dtype)
    return ConstantStencil(c.astype(dtype), wrap.astype(dtype), *diagonals)


def variable_stencil(
    shape: tuple[int, int, int], periodic: tuple[bool, bool, bool], rng: np.random.Generator, dtype: DTypeLike,
    holes: float = 0.2,
) -> VariableStencil:
    """Log-normal face conductances over a mask with a fraction `holes` of inactive cells."""
    active = rng.random(shape) >= holes
    faces: list[Array] = []
    total = np.zeros(shape)
    for axis in range(3):
        c = np.exp(rng.standard_normal(shape)) * active * np.roll(active, -1, axis)
        last: list[slice | int] = [slice(None)] * 3
        last[axis] = -1
        if not periodic[axis] or shape[axis] == 1:
            c[tuple(last)] = 0.0
        total += c + np.roll(c, 1, axis)
        faces.append(c.astype(dtype))
    extra = np.where(rng.random(shape) < 0.2, rng.uniform(0, 1, shape), 0.0) * active
    c0, c1, c2 = faces
    return VariableStencil(c0, c1, c2, (total + extra).astype(dtype))


def stencils(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Stencil, tuple[int, int, int]]]:
    """Constant and variable stencils over `SHAPES`, periodic on a random set of axes."""
    for shape in SHAPES:
        flags = rng.random((2, 3)) < 0.4
        yield constant_stencil(shape, tuple(flags[0]), rng, dtype), shape
        yield variable_stencil(shape, tuple(flags[1]), rng, dtype), shape


def colourable_stencils(rng: np.random.Generator, dtype: DTypeLike) -> Iterator[tuple[Stencil, tuple[int, int, int]]]:
    """As `stencils`, periodic only on axes of even length, where two colours suffice.

    The sweeps leave inactive cells alone, so u and f must be 0 there (`masked`).
    """
    for shape in (*SHAPES, (44, 6, 220), (44, 1, 1302)):
        even = np.array(shape) % 2 == 0
        flags = (rng.random((2, 3)) < 0.4) & even
        yield constant_stencil(shape, tuple(flags[0]), rng, dtype), shape
        yield variable_stencil(shape, tuple(flags[1]), rng, dtype), shape


def colourable_operators(
    rng: np.random.Generator, dtype: DTypeLike
) -> Iterator[tuple[VariableStencil, tuple[int, int, int]]]:
    """The variable ones of `colourable_stencils`, and some with one conductance an axis over a mask."""
    for stencil, shape in colourable_stencils(rng, dtype):
        if isinstance(stencil, VariableStencil):
            yield stencil, shape
    for shape in (*SHAPES, (44, 6, 220)):
        flags = (rng.random(3) < 0.5) & (np.array(shape) % 2 == 0)
        stencil, _ = masked_stencil(shape, tuple(flags), rng, 0.2)
        yield VariableStencil(*(part.astype(dtype) for part in stencil)), shape


def masked(stencil: Stencil, u: NDArray[np.floating]) -> NDArray[np.floating]:
    """`u` with zeros in inactive cells."""
    return u if isinstance(stencil, ConstantStencil) else np.where(stencil.d > 0, u, u.dtype.type(0))


def masked_stencil(
    shape: tuple[int, int, int], periodic: tuple[bool, bool, bool], rng: np.random.Generator, holes: float = 0.1
) -> tuple[VariableStencil, NDArray[np.float64]]:
    """One conductance per axis over a mask whose cells hold values or no flux; float64, and the conductances."""
    active = rng.random(shape) >= holes
    c = np.where(np.array(shape) > 1, rng.uniform(0.5, 2.0, 3), 0.0)
    faces, d = [], np.zeros(shape)
    for axis in range(3):
        there = np.roll(active, -1, axis)
        open_faces, held = c[axis] * (active & there), rng.uniform(0, 1) < 0.5
        last: list[slice | int] = [slice(None)] * 3
        last[axis] = -1
        if not periodic[axis]:
            open_faces[tuple(last)] = 0.0
        beside = active & ~there, active & ~np.roll(active, 1, axis)
        d += open_faces + np.roll(open_faces, 1, axis) + 2 * c[axis] * held * (beside[0].astype(float) + beside[1])
        faces.append(open_faces)
    return VariableStencil(faces[0], faces[1], faces[2], d), c
