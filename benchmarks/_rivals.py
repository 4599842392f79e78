"""Classical cycles to compete with the learned one, and the time in which a cycle reaches a tolerance."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import log
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.bench import Problem
from sciml.kernels._stencil import VariableStencil
from sciml.pde import StencilOperator
from sciml.solvers import DCDM, Multigrid
from sciml.solvers.learned.hierarchy import LearnedHierarchy
from sciml.solvers.learned.state import DCDMState
from sciml.solvers.learned.weights import zero_weights
from sciml.solvers.multigrid.clustered import ClusterHierarchy
from sciml.solvers.multigrid.state import MultigridState
from sciml.solvers.multigrid.structured import BoxHierarchy, Smoothing

__all__ = ["Cycle", "Reached", "cycles", "learned", "reached", "shipped", "three_scalars"]

SWEEPS, OMEGAS = ((1, 1), (2, 1), (2, 2)), (1.0, 1.15, 1.3)
MOST = 60  # iterations; a cycle that needs more is no rival


@dataclass(frozen=True)
class Cycle:
    """A cycle as preconditioner of conjugate gradients.

    name : label in tables
    solver : whose `solve` is timed
    setup : makes its state
    """

    name: str
    solver: Any
    setup: Callable[[StencilOperator], Any]


@dataclass(frozen=True)
class Reached:
    """Seconds of set-up, seconds and iterations to the tolerance, the last two interpolated."""

    setup: float
    solve: float
    iterations: float

    def each_of(self, count: int) -> float:
        """Seconds a solve where `count` of them share a set-up."""
        return self.setup / count + self.solve


def reached(cycle: Cycle, problem: Problem, rtol: float) -> Reached:
    """Set up and solve once.

    Between two iterations the logarithm of the residual is taken to fall evenly in time, so that a cycle is neither
    punished nor rewarded for where its last iteration happens to end.
    """
    begin = perf_counter()
    state = cycle.setup(problem.A)
    ready = perf_counter()
    points = [(0.0, 0.0, 0.0)]  # iterations, seconds, logarithm of the residual

    def note(iteration: int, residual: float) -> None:
        points.append((iteration, perf_counter() - ready, log(max(residual, 1e-300))))

    solution = cycle.solver.solve(state, problem.b, rtol=rtol, maxiter=MOST, callback=note)
    if not solution.converged:
        return Reached(ready - begin, np.inf, np.inf)
    (k0, t0, r0), (k1, t1, r1) = points[-2:]
    share = (r0 - log(rtol)) / (r0 - r1)
    return Reached(ready - begin, t0 + share * (t1 - t0), k0 + share * (k1 - k0))


def learned() -> Cycle:
    """The learned cycle with the weights that come with sciml."""
    return Cycle("sciml dcdm", DCDM(), DCDM().setup)


def shipped() -> Cycle:
    """Multigrid as it chooses its levels, cycle and sweeps by itself."""
    return Cycle("sciml multigrid, auto", Multigrid(), Multigrid().setup)


def cycles() -> Iterator[Cycle]:
    """V and W, three pairs of sweeps, three relaxations, and every transfer that varying coefficients allow."""
    for transfer, gamma, sweeps, omega in product(TRANSFERS, (1, 2), SWEEPS, OMEGAS):
        name = f"{transfer}, {'VW'[gamma - 1]}({sweeps[0]},{sweeps[1]}), omega {omega:g}"
        yield Cycle(name, Multigrid(), _setup(TRANSFERS[transfer], gamma, Smoothing(sweeps, omega)))


def three_scalars(omega: float, face: float, surplus: float) -> Cycle:
    """The V(2,2) cycle of boxes with three numbers: relaxation, and factors of coarse faces and surplus."""
    weights = zero_weights(2, omega)
    for kind, factor in (("face", face), ("surplus", surplus)):
        for net in weights.nets[kind]:
            net.offset[:] = np.log(factor)

    def setup(A: StencilOperator) -> DCDMState:
        stencil = A.variable()
        return DCDMState.build(A, LearnedHierarchy(stencil, weights), lambda: ClusterHierarchy(stencil))

    return Cycle(f"three scalars: omega {omega:.3g}, faces {face:.3g}, surplus {surplus:.3g}", DCDM(), setup)


def _boxes(stencil: VariableStencil, gamma: int, smoothing: Smoothing, depth: int | None = None) -> BoxHierarchy:
    hierarchy = BoxHierarchy(stencil, "constant", gamma=gamma, smoothing=smoothing, depth=depth)
    if isinstance(hierarchy.bottom, ClusterHierarchy):
        _smoothed(hierarchy.bottom, smoothing)
    return hierarchy


def _clusters(stencil: VariableStencil, gamma: int, smoothing: Smoothing) -> ClusterHierarchy:
    return _smoothed(ClusterHierarchy(stencil, gamma=gamma), smoothing)


def _smoothed(hierarchy: ClusterHierarchy, smoothing: Smoothing) -> ClusterHierarchy:
    hierarchy.top.sweeps, hierarchy.top.omega = smoothing
    return hierarchy


TRANSFERS: dict[str, Callable[[VariableStencil, int, Smoothing], Any]] = {
    "boxes": _boxes, "clusters": _clusters,
    "boxes once, then clusters": lambda stencil, gamma, smoothing: _boxes(stencil, gamma, smoothing, 1),
}


def _setup(build: Callable[..., Any], gamma: int, smoothing: Smoothing) -> Callable[[StencilOperator], MultigridState]:
    def setup(A: StencilOperator) -> MultigridState:
        state = MultigridState(A, coarse="boxes")  # nothing takes over in the middle
        state.symmetric = build(A.variable(), gamma, smoothing)
        _ = state.iteration, state.floating
        return state

    return setup


def geometric_mean(values: NDArray[np.float64] | list[float]) -> float:
    """exp of the mean logarithm; infinite where a value is."""
    return float(np.exp(np.mean(np.log(values))))
