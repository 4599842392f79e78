"""Many right-hand sides at once: 256 systems with one matrix against one system of the same total size.

-lap u = f and -div(exp(2 g) grad u) = f on the unit square, u = 0 on its sides, f standard normal noise: 256 right-hand
sides on 64^2 cells, and one on 1024^2 (`Settings.size` replaces 64; the large edge is 16 times as long). Set-up and
solve together; `per_unknown` is the time per unknown as a multiple of that of the large system.
"""

import time
from statistics import median

import numpy as np

from sciml.bench import Problem, Settings, Table
from sciml.bench.tables import Row
from sciml.datasets.fields import lognormal
from sciml.kernels import threads
from sciml.mesh import Grid
from sciml.pde import GridSystem, poisson
from sciml.solvers import configure

__all__ = ["run"]

COUNT = 256


def seconds(method: str, system: GridSystem, b: np.ndarray, settings: Settings) -> tuple[float, float, bool]:
    """Median time of set-up and solve, the residual, and whether it is small enough."""
    solver = configure(method)
    times = []
    for attempt in range(settings.repeats + 1):
        begin = time.perf_counter()
        solution = solver.solve(solver.setup(system.A), b, rtol=settings.rtol)
        if attempt:  # the first one compiles
            times.append(time.perf_counter() - begin)
    return median(times), solution.residual, solution.converged


def compared(method: str, name: str, settings: Settings) -> list[Row]:
    """Both sizes with one method."""
    n = settings.size or 64
    rows: list[Row] = []
    for label, edge, count in (("one system", 16 * n, ()), (f"{COUNT} right-hand sides", n, (COUNT,))):
        shape = (edge, edge)
        k = 1.0 if name == "constant" else lognormal(shape, 2.0, 8.0, settings.seed)
        b = Problem.noise((*count, *shape), settings.seed + 1)
        elapsed, residual, converged = seconds(method, poisson(Grid(shape), coefficient=k), b, settings)
        rows.append({
            "method": f"sciml {method}", "systems": f"{label}, {edge}^2", "total_seconds": elapsed,
            "nanoseconds_per_unknown": 1e9 * elapsed / b.size, "residual": residual,
            "status": "converged" if converged else "missed the tolerance",
        })
    large, batch = (float(str(row["nanoseconds_per_unknown"])) for row in rows)
    rows[1]["per_unknown"] = batch / large
    return rows


def run(settings: Settings) -> list[Table]:
    """A table per operator."""
    with threads(settings.threads):
        return [
            Table("constant coefficients", compared("fft", "constant", settings)
                  + compared("multigrid", "constant", settings)),
            Table("k = exp(2 g)", compared("multigrid", "k = exp(2 g)", settings)),
        ]
