"""What equations promise about stored samples: bounds, conserved means, and the linear system of the labels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml.datasets.atoms.checks import judge
from sciml.datasets.atoms.frames import is_atoms, symbols_of
from sciml.datasets.dataset import DataSet
from sciml.datasets.systems import poisson_system
from sciml.mesh import Grid

__all__ = ["Principle", "principles_of"]

Fields: TypeAlias = Mapping[str, NDArray[Any]]
Judge: TypeAlias = Callable[[Fields, Fields], str | None]


@dataclass(frozen=True)
class Principle:
    """A rule for single samples.

    Parameters
    ----------
    name : str
    judge : callable
        Of inputs and outputs of a sample: what is wrong, empty when nothing is, None where the rule says nothing.
    expensive : bool
        Whether it forms linear systems.
    """

    name: str
    judge: Judge
    expensive: bool = False


def principles_of(data: DataSet) -> list[Principle]:
    """The rules that hold for all samples of a data set.

    Examples
    --------
    >>> from sciml.datasets.dataset import StoredField
    >>> fields = {"source": StoredField(np.ones((2, 4)))}, {"solution": StoredField(np.ones((2, 4)))}
    >>> equation = {"kind": "poisson", "source": "source", "solution": "solution"}
    >>> [rule.name for rule in principles_of(DataSet("two", *fields, Grid((4,)), equation))]
    ['maximum principle', 'labels solve the stored systems']
    """
    if is_atoms(data):
        return [Principle("atoms apart in cells with a volume", _atoms(symbols_of(data)))]
    equation, grid = data.equation or {}, data.grid
    kind, solution = equation.get("kind"), str(equation.get("solution", "solution"))
    if solution not in data.outputs or grid is None:
        return []
    # Rounding of inputs and labels to what is stored changes A u by about this part of |A| |u|.
    rounding = 2 * float(np.finfo(data.outputs[solution].dtype).eps) + 1e-10
    own = equation.get("refine", 1) == 1
    system = "labels solve the stored systems"
    found = []
    if kind == "poisson" and equation.get("scheme", "volumes") == "volumes":
        found.append(Principle("maximum principle", _bounds(grid, equation, solution)))
        if own:
            found.append(Principle(system, _poisson(grid, equation, solution, rounding), True))
    if kind == "helmholtz" and own:
        found.append(Principle(system, _helmholtz(equation, solution, rounding), True))
    if kind in ("navier_stokes", "burgers") and own:
        found.append(Principle("conserved mean", _mean(grid, equation, solution, rounding)))
    return found


def _atoms(symbols: tuple[str, ...]) -> Judge:
    return lambda inputs, outputs: judge(inputs, outputs, symbols)


def _bounds(grid: Grid, equation: Mapping[str, Any], solution: str) -> Judge:
    """-div(k grad u) = f >= 0 has its least value on the boundary, f <= 0 its largest; nothing for f of both signs."""

    def judge(inputs: Fields, outputs: Fields) -> str | None:
        walls = _wall_values(grid, equation, inputs)
        if walls is None:
            return None
        source = equation.get("source", 1.0)
        f = inputs[source] if isinstance(source, str) else np.asarray(source)
        active = np.ones(grid.shape, bool) if "mask" not in equation else inputs[equation["mask"]] > 0
        if not active.all() and poisson_system(grid, equation, inputs).components:
            return None  # closed-off cells have a level of their own
        u, f = outputs[solution][active], np.broadcast_to(f, grid.shape)[active]
        slack = 4 * np.finfo(u.dtype).eps * max(np.abs(u).max(), np.abs(walls).max())
        if f.min() >= 0 and u.min() < walls.min() - slack:
            return f"u falls to {u.min():.3g}, the boundary to {walls.min():.3g}, and no source is negative"
        if f.max() <= 0 and u.max() > walls.max() + slack:
            return f"u rises to {u.max():.3g}, the boundary to {walls.max():.3g}, and no source is positive"
        return None if f.min() < 0 < f.max() else ""

    return judge


def _wall_values(grid: Grid, equation: Mapping[str, Any], inputs: Fields) -> NDArray[np.float64] | None:
    """Dirichlet values of all sides, None when a side is of another kind."""
    if any(wall.kind != "dirichlet" for wall in grid.boundary.values()):
        return None
    if "boundary" not in equation:
        return np.concatenate([grid.side_values(side).ravel() for side in grid.boundary])
    outermost = np.ones(grid.shape, bool)
    outermost[(slice(1, -1),) * grid.ndim] = False
    return np.asarray(inputs[equation["boundary"]][outermost], np.float64)


def _poisson(grid: Grid, equation: Mapping[str, Any], solution: str, rounding: float) -> Judge:
    def judge(inputs: Fields, outputs: Fields) -> str | None:
        system = poisson_system(grid, equation, inputs)
        A, u = system.A.tocsr(), np.asarray(outputs[solution][system.index], np.float64)
        return _solves(A, abs(A), system.b.ravel(), u.ravel(), rounding)

    return judge


def _helmholtz(equation: Mapping[str, Any], solution: str, rounding: float) -> Judge:
    from sciml.datasets.generate.helmholtz import helmholtz_matrices, helmholtz_source

    def judge(inputs: Fields, outputs: Fields) -> str | None:
        c = np.asarray(inputs[equation["speed"]], np.float64)
        K, M = helmholtz_matrices(c)
        mass = equation["frequency"] ** 2 * M
        u = np.asarray(outputs[solution], np.float64).ravel()
        return _solves(K - mass, abs(K) + mass, helmholtz_source(len(c) - 1), u, rounding)

    return judge


def _solves(A: Any, size: Any, b: NDArray[np.float64], u: NDArray[np.float64], rounding: float) -> str:
    """Whether ||b - A u|| is no more than rounding of A, u and b leaves."""
    found = np.linalg.norm(b - A @ u)
    allowed = rounding * np.linalg.norm(size @ np.abs(u) + np.abs(b))
    if found <= allowed:
        return ""
    return f"||b - A u|| is {found:.1e}, {found / allowed:.3g} times what rounding leaves"


def _mean(grid: Grid, equation: Mapping[str, Any], solution: str, rounding: float) -> Judge:
    """The mean over space is the same at all times."""
    first = str(equation.get("vorticity", equation.get("initial")))

    def judge(inputs: Fields, outputs: Fields) -> str | None:
        given, wanted = inputs[first], outputs[solution]
        axes = tuple(range(-grid.ndim, 0))
        before, after = (np.asarray(values, np.float64).mean(axis=axes).ravel() for values in (given, wanted))
        scale = np.abs(wanted).max() + np.abs(given).max()
        drift = float(np.abs(after - before[0]).max())
        return "" if drift <= rounding * scale else f"mean drifts by {drift:.2g} (values up to {scale:.2g})"

    return judge
