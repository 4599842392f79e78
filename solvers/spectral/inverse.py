"""The inverse of a separable operator: transforms along all axes but one, elimination along that one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sciml.kernels import get_threads
from sciml.kernels.tridiagonal_solve import tridiagonal_solve
from sciml.pde.axis import AxisFactor
from sciml.solvers.spectral.diagonalisation import Modes, modes_of
from sciml.solvers.spectral.transforms import FOURIER, Transform, eigenvalues, transform_of

__all__ = ["SeparableInverse", "Sweep", "dense_axes", "separable_inverse"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Sweep:
    """The axis that is not transformed: one tridiagonal system K + s M per coefficient of the others.

    Parameters
    ----------
    axis : int
    diagonal, faces, mass : ndarray, shape (n,)
        The axis' factor; faces 0 and the eigenvalues as diagonal when it was transformed after all.
    shifts : ndarray, shape (before, after)
        Eigenvalue sums s of the axes before and after it.
    pin : float
        See `tridiagonal_solve`; 0 for a regular operator.
    """

    axis: int
    diagonal: Array
    faces: Array
    mass: Array
    shifts: Array
    pin: float

    def solve(self, v: Array) -> Array:
        """Overwrite the coefficients `v` (batch, *shape), real or complex, by those of the solution."""
        real = v.view(self.diagonal.dtype).reshape(-1, len(self.diagonal), self.shifts.shape[1])
        tridiagonal_solve(self.diagonal, self.faces, self.mass, self.shifts, self.pin, real)
        return v


@dataclass(frozen=True, eq=False)
class SeparableInverse:
    """A^-1 for A = sum_a K_a (x) M_b (b != a); the minimum-norm inverse up to constants when A is singular.

    Parameters
    ----------
    shape : tuple of int
        Box of unknowns.
    weights : tuple of (int, ndarray)
        Axis and masses that differ from 1; right-hand sides are divided by them.
    dense : tuple of (int, Modes)
        Axes diagonalised by matrix products.
    fast : tuple of (Transform, tuple of int)
        Transforms and their axes, applied in this order (fft last).
    sweep : Sweep
        What remains.
    scale : float
        A was divided by it.
    """

    shape: tuple[int, ...]
    weights: tuple[tuple[int, NDArray[np.float64]], ...]
    dense: tuple[tuple[int, Modes], ...]
    fast: tuple[tuple[Transform, tuple[int, ...]], ...]
    sweep: Sweep
    scale: float

    @property
    def dtype(self) -> np.dtype[Any]:
        """Precision of the transforms."""
        return np.dtype(self.sweep.diagonal.dtype)

    def __call__(self, b: NDArray[np.float64]) -> NDArray[np.float64]:
        """Solve for `b` of shape (batch, N) or (batch, *shape), each right-hand side on its own.

        For a singular A every right-hand side must have sum 0; the level of the result is arbitrary.
        """
        if self.dtype == np.float64:
            return np.asarray(self._solve(b.reshape(-1, *self.shape).copy()).reshape(b.shape))
        # Scaled to maximum 1, so that float32 neither overflows nor loses small values.
        rows = b.reshape(len(b), -1)
        size = np.maximum(rows.max(axis=1, keepdims=True), -rows.min(axis=1, keepdims=True))
        size[size == 0] = 1.0
        v = np.divide(rows, size, out=np.empty(rows.shape, self.dtype), casting="same_kind")
        x = self._solve(v.reshape(-1, *self.shape)).reshape(rows.shape)
        return np.asarray(np.multiply(x, size / self.scale, dtype=np.float64).reshape(b.shape))

    def _solve(self, v: Array) -> Array:
        """Solve in place where possible; axes count from 1 since the batch comes first."""
        workers = get_threads()
        for axis, mass in self.weights:
            _divide_along(v, mass, axis + 1)
        for axis, modes in self.dense:
            v = modes.forward(v, axis + 1)
        for transform, axes in self.fast:
            v = transform.forward(v, _shifted(axes), workers)
        v = self.sweep.solve(np.ascontiguousarray(v))
        for transform, axes in reversed(self.fast):
            v = transform.inverse(v, _shifted(axes), [self.shape[a] for a in axes], workers)
        for axis, modes in self.dense:
            v = modes.inverse(v, axis + 1)
        return v


def separable_inverse(
    factors: tuple[AxisFactor, ...],
    *,
    is_singular: bool,
    dtype: Literal["float64", "float32"] = "float64",
    sweep: int | Literal["choose"] | None = "choose",
) -> SeparableInverse:
    """Prepare the inverse of the operator with these factors.

    Parameters
    ----------
    factors : tuple of AxisFactor
        One per axis.
    is_singular : bool
        Whether constants are the null space (all factors then map them to 0).
    dtype : {"float64", "float32"}
        Precision of the transforms.
    sweep : int, None or "choose"
        Axis to eliminate along: not periodic. None transforms all axes. By default the longest
        axis without a transform, else the first that is not periodic: elimination costs a third
        of a transform and its inverse, and the first axes, with their far strides, gain most.

    Notes
    -----
    Per axis V'K V = diag(lam) and V'M V = 1, so A = sum K_a (x) M_b becomes a sum of eigenvalues
    on the transformed axes and K + s M on the remaining one. For a fast transform T of M^-1 K,
    V' is T M^-1 and V is T^-1.

    Examples
    --------
    >>> ends = np.array([3.0, 2.0, 3.0])
    >>> factor = AxisFactor("cell", "dirichlet", "dirichlet", True, 1.0, 0.0, ends, np.array([1.0, 1, 0]), np.ones(3))
    >>> inverse = separable_inverse((factor,), is_singular=False)
    >>> inverse(np.array([[2.0, 0.0, 2.0]]))
    array([[1., 1., 1.]])
    """
    kept = _choose(factors) if sweep == "choose" else sweep
    axes = [a for a in range(len(factors)) if a != kept]
    fast = {a: transform for a in axes if (transform := transform_of(factors[a])) is not None}
    dense = {a: modes_of(factors[a]) for a in _without_transform(factors) if a != kept}
    spectra = {a: dense[a].eigenvalues if a in dense else eigenvalues(factors[a]) for a in axes}
    if is_singular:
        for spectrum in spectra.values():
            spectrum[0] = 0.0  # constants come first in every order of eigenvalues
    groups = _groups(fast)
    if groups and groups[-1][0] == FOURIER:
        halved = groups[-1][1][-1]
        spectra[halved] = spectra[halved][: factors[halved].n // 2 + 1]
    scale = 1.0 if dtype == "float64" else sum(float(np.max(f.diagonal / f.mass)) for f in factors) or 1.0
    weights = [(a, factors[a].mass) for a in axes if a not in dense and np.any(factors[a].mass != 1.0)]
    return SeparableInverse(
        tuple(f.n for f in factors), tuple(weights),
        tuple((a, Modes(m.V.astype(dtype), m.eigenvalues)) for a, m in dense.items()), groups,
        _sweep(factors, kept, spectra, is_singular, bool(groups) and groups[-1][0] == FOURIER, scale, dtype), scale,
    )


def dense_axes(factors: tuple[AxisFactor, ...]) -> tuple[int, ...]:
    """Axes that need matrix products, n operations an unknown: neither transformed nor eliminated.

    Examples
    --------
    >>> d, c, m = np.array([2.0, 2.0]), np.array([1.0, 0.0]), np.ones(2)
    >>> robin = AxisFactor("cell", "robin", "robin", False, 1.0, 0.0, d, c, m)
    >>> dense_axes((robin, robin))
    (1,)
    """
    kept = _choose(factors)
    return tuple(a for a in _without_transform(factors) if a != kept)


def _without_transform(factors: tuple[AxisFactor, ...]) -> list[int]:
    return [a for a, f in enumerate(factors) if f.n > 1 and transform_of(f) is None]


def _choose(factors: tuple[AxisFactor, ...]) -> int | None:
    open_axes = [a for a, f in enumerate(factors) if f.left != "periodic" and f.n > 1]
    unfit = [a for a in _without_transform(factors) if a in open_axes]
    if unfit:
        return max(unfit, key=lambda a: factors[a].n)
    return open_axes[0] if open_axes else None


def _groups(fast: dict[int, Transform]) -> tuple[tuple[Transform, tuple[int, ...]], ...]:
    """Axes with the same transform share one call; fft comes last since it leaves the real numbers."""
    order = sorted(set(fast.values()), key=lambda t: t == FOURIER)
    return tuple((t, tuple(a for a, own in fast.items() if own == t)) for t in order)


def _sweep(
    factors: tuple[AxisFactor, ...], kept: int | None, spectra: dict[int, NDArray[np.float64]],
    is_singular: bool, is_complex: bool, scale: float, dtype: DTypeLike,
) -> Sweep:
    if kept is None:
        axis, diagonal = 0, spectra[0]
        faces, mass = np.zeros(len(diagonal)), np.ones(len(diagonal))
    else:
        axis, diagonal, faces, mass = kept, factors[kept].diagonal, factors[kept].faces, factors[kept].mass
    before = _sums([spectra[a] for a in range(axis)])
    after = _sums([spectra[a] for a in range(axis + 1, len(factors))])
    if is_complex:  # real and imaginary parts lie side by side
        after = np.repeat(after, 2)
    shifts = before[:, None] + after
    scaled = [np.ascontiguousarray(part / scale, dtype=dtype) for part in (diagonal, faces, shifts)]
    pin = (float(scaled[0].max()) or 1.0) if is_singular else 0.0
    return Sweep(axis, scaled[0], scaled[1], mass.astype(dtype), scaled[2], pin)


def _sums(spectra: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Sums of one eigenvalue per axis over all combinations, last axis fastest."""
    total = np.zeros(1)
    for spectrum in spectra:
        total = np.add.outer(total, spectrum).ravel()
    return total


def _shifted(axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + 1 for a in axes)


def _divide_along(v: Array, mass: NDArray[np.float64], axis: int) -> None:
    """Divide the slices of `v` along `axis` by their mass, in place; most masses are 1."""
    for i in np.flatnonzero(mass != 1.0):
        v[(slice(None),) * axis + (i,)] /= v.dtype.type(mass[i])
