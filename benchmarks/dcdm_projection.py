"""Pressure solves of a plume of smoke around moving obstacles, frame by frame.

A hundred steps of a flow solver with a ball that swings and a paddle that turns (``_plume.py``), 64^3 cells
(`Settings.size` replaces 64, `Settings.fraction` is the part of the steps). Each frame is a system with another mask.
Methods start from zero in every frame and solve to the same tolerance; the flow goes on with the pressure of dcdm. The
slow ones take part in every tenth frame only. Set-up is that of a frame, or, where it says so, made for the first frame
and used for all that follow. A fifth of the steps is made without obstacles as well, where transforms apply.
Medians over frames.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np

from benchmarks._plume import Plume
from sciml.bench import Problem, Settings, Table
from sciml.bench.tables import Row
from sciml.kernels import threads
from sciml.solvers import configure

__all__ = ["run"]

STEPS = 100
SLOW = 10  # frames between those of slow methods
PICTURES = 4

@dataclass
class Method:
    """A way to solve frames, and what it took.

    name : label in tables
    setup : makes what a frame needs
    solve : (what it made, problem, tolerance) to solution and iterations
    every : frames between those it solves
    again : (what it made, problem) to that of a later frame; without it set-up is done anew
    """

    name: str
    setup: Callable[[Problem], Any]
    solve: Callable[[Any, Problem, float], tuple[Any, int]]
    every: int = 1
    again: Callable[[Any, Problem], Any] | None = None
    state: Any = None
    setups: list[float] = field(default_factory=list)
    solves: list[float] = field(default_factory=list)
    iterations: list[int] = field(default_factory=list)
    worst: float = 0.0

    def take(self, problem: Problem, rtol: float) -> Any:
        """Solve a frame and note the times; its solution."""
        begin = time.perf_counter()
        if self.state is None or self.again is None:
            self.state = self.setup(problem)
        else:
            self.state = self.again(self.state, problem)
        ready = time.perf_counter()
        x, count = self.solve(self.state, problem, rtol)
        end = time.perf_counter()
        self.setups.append(ready - begin)
        self.solves.append(end - ready)
        self.iterations.append(count)
        r = problem.b - problem.A.apply(np.asarray(x).reshape(problem.shape))
        self.worst = max(self.worst, float(np.linalg.norm(r) / np.linalg.norm(problem.b)))
        return x

    def forget(self) -> None:
        """Begin anew, after a frame that compiled."""
        self.state, self.worst = None, 0.0
        for seen in (self.setups, self.solves, self.iterations):
            seen.clear()

    def row(self, rtol: float) -> Row:
        """Medians."""
        return {
            "method": self.name, "frames": len(self.solves), "setup_seconds": median(self.setups),
            "solve_seconds": median(self.solves),
            "total_seconds": median(a + b for a, b in zip(self.setups, self.solves, strict=True)),
            "iterations": median(self.iterations), "most_iterations": max(self.iterations), "residual": self.worst,
            "status": "converged" if self.worst <= rtol * (1 + 1e-6) else "missed the tolerance",
        }


def ours(method: str, every: int = 1) -> Method:
    """A solver of this package, set up for each frame."""
    solver = configure(method)

    def solve(state: Any, problem: Problem, rtol: float) -> tuple[Any, int]:
        solution = solver.solve(state, problem.b, rtol=rtol)
        return solution.x, solution.iterations

    return Method(f"sciml {method}", lambda problem: solver.setup(problem.A), solve, every)


def smoothed_aggregation(every: int, *, once: bool) -> Method:
    """PyAMG on all cells of the box, those without an equation on the diagonal alone, so that a frame fits the next."""
    import pyamg
    from scipy.sparse import diags_array

    def matrix(problem: Problem) -> Any:
        alone = np.where(problem.used, 0.0, problem.A.diagonal().max())
        return (problem.A.tocsr() + diags_array(alone)).tocsr()

    def solve(state: Any, problem: Problem, rtol: float) -> tuple[Any, int]:
        A, M = state
        residuals: list[float] = []
        x, _ = pyamg.krylov.cg(A, problem.b.ravel(), tol=rtol, maxiter=200, M=M, residuals=residuals)
        return x, len(residuals) - 1

    def setup(problem: Problem) -> Any:
        A = matrix(problem)
        return A, pyamg.smoothed_aggregation_solver(A).aspreconditioner()

    name = f"PyAMG SA-CG, {'set up once' if once else 'each frame'}"
    return Method(name, setup, solve, every, (lambda state, problem: (matrix(problem), state[1])) if once else None)


def sequence(plume: Plume, methods: Sequence[Method], count: int, rtol: float) -> tuple[list[Row], list[Any]]:
    """All frames; what the flow was like in ten of them, and some pictures. The first method makes the flow."""
    flow: list[Row] = []
    pictures = []
    for frame in range(count):
        system = plume.begin()
        problem = Problem(f"frame {frame}", system)
        before = float(np.linalg.norm(plume.divergence()))
        if frame == 0:  # compiles
            for method in methods:
                method.take(problem, rtol)
                method.forget()
        for method in methods[1:]:
            if frame % method.every == 0:
                method.take(problem, rtol)
        plume.finish(methods[0].take(problem, rtol))
        if (frame + 1) % max(1, count // 10) == 0:
            after = float(np.linalg.norm(plume.divergence()))
            flow.append({
                "frame": frame + 1, "unknowns": int(problem.used.sum()), "smoke": float(plume.smoke.mean()),
                "divergence": before / plume.n**1.5, "left_of_it": after / before,
            })
        if (frame + 1) % max(1, count // PICTURES) == 0:
            pictures.append(plume.picture().tolist())
    return flow, pictures


def run(settings: Settings) -> list[Table]:
    """Solves with and without obstacles, and the flow."""
    n, count = settings.size or 64, max(2, round(STEPS * settings.fraction))
    moving = [
        ours("dcdm"), ours("multigrid"), ours("pcg", SLOW), ours("cg", SLOW),
        smoothed_aggregation(SLOW, once=False), smoothed_aggregation(SLOW, once=True),
    ]
    empty = [ours("dcdm"), ours("fft"), ours("multigrid"), ours("pcg", SLOW), ours("cg", SLOW)]
    with threads(settings.threads):
        flow, pictures = sequence(Plume(n, seed=settings.seed), moving, count, settings.rtol)
        plain = Plume(n, bodies=False, seed=settings.seed)
        sequence(plain, empty, max(2, count // 5), settings.rtol)
    note = "Divergence: root of the mean square over the box before the step's solve; what is left of it after."
    return [
        Table(f"moving obstacles, {n}^3, {count} frames", [method.row(settings.rtol) for method in moving]),
        Table(f"no obstacles, {n}^3", [method.row(settings.rtol) for method in empty]),
        Table("the flow around the obstacles: smoke in the middle plane", flow, note, pictures=pictures),
    ]
