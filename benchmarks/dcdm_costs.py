"""What the learned cycle costs: set-up, cycles and memory in units of CG, training in solves, condition numbers, 256^3.

Systems of `sciml.datasets.families` (seed; obstacles where nothing else is said), f normal noise (seed + 1), 128^3;
`Settings.size` replaces 128. Solves to 1e-6. Memory is what a set-up keeps, and the most that set-up and solve held
beyond matrix and right-hand side. The networks are trained again as recorded with the weights that come with sciml
(`Settings.only` names the trainings to begin, dcdm-mixed-3d and dcdm-mixed-2d); their processor seconds divided by what
a solve saves are the solves after which a training has paid. Condition numbers of M A at 16^3 by the Lanczos iteration
in the inner product of A, with every vector kept, medians of five systems.
"""

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.peers import pyamg
from sciml.bench import Problem, Settings, Table, compare, ours
from sciml.bench.tables import Row
from sciml.bench.trainings import Outcome, Training, carry_out
from sciml.datasets.families import random_system
from sciml.kernels import threads
from sciml.pde import StencilOperator
from sciml.pde.io import read_fluid_matrix, write_fluid_matrix
from sciml.solvers import CG, DCDM, Multigrid
from sciml.solvers.learned.hierarchy import LearnedHierarchy
from sciml.solvers.learned.state import DCDMState
from sciml.solvers.learned.weights import HOME, SHIPPED, zero_weights
from sciml.train.config import read_config

__all__ = ["run"]

RTOL = 1e-6
STEPS = 30  # of CG, timed, and of Lanczos
SMALL, DRAWS = 16, 5
BOXES = Multigrid(coarse="boxes", cycle="V")


def problem(family: str, n: int, seed: int) -> Problem:
    """A cube of a family."""
    shape = (n,) * 3
    system = random_system(family, shape, np.random.default_rng(seed))
    return Problem(f"{family}, {n}^3", system, Problem.noise(shape, seed + 1))


def fastest(work: Callable[[], Any], repeats: int) -> float:
    """Seconds of the fastest of some runs."""
    times = []
    for _ in range(max(3, repeats)):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def held(work: Callable[[], Any]) -> tuple[int, int]:
    """Bytes that the result of `work` keeps, and the most that was held on the way."""
    tracemalloc.start()
    try:
        result = work()
        kept, most = tracemalloc.get_traced_memory()
        del result
        return kept, most
    finally:
        tracemalloc.stop()


def in_units_of_cg(given: Problem, repeats: int) -> list[Row]:
    """Set-up and iteration as multiples of an iteration of CG."""
    A, b, plain = given.A, given.b, CG()
    one = fastest(lambda: plain.solve(plain.setup(A), b, rtol=1e-30, maxiter=STEPS), repeats) / STEPS
    first: Row = {"system": given.name, "method": "a step of CG", "iteration_seconds": one, "iteration_in_cg": 1.0}
    rows = [first]
    for name, solver in (("dcdm", DCDM()), ("multigrid", Multigrid()), ("multigrid, boxes, V", BOXES)):
        state = solver.setup(A)
        solution = solver.solve(state, b, rtol=RTOL)
        each = fastest(partial(solver.solve, state, b, rtol=RTOL), repeats) / solution.iterations
        setup = fastest(partial(solver.setup, A), repeats)
        del state
        kept, _ = held(partial(solver.setup, A))
        rows.append({
            "system": given.name, "method": f"sciml {name}", "iteration_seconds": each, "iteration_in_cg": each / one,
            "setup_seconds": setup, "setup_in_cg": setup / one, "bytes_per_cell": kept / b.size,
            "status": "converged" if solution.converged else "missed the tolerance",
        })
    return rows


def solves(given: Problem, settings: Settings, training: Outcome | None) -> Table:
    """Everybody to 1e-6, each as a multiple of dcdm, and the solves that repay the training."""
    contenders = [
        ours("dcdm"), ours("dcdm", label="sciml dcdm, 2 threads", count=2), ours("multigrid"),
        ours("multigrid", {"coarse": "boxes", "cycle": "V"}, "sciml multigrid, boxes, V"),
        ours("pcg", {"preconditioner": "mic0"}, "sciml pcg, mic0"), ours("cg"), *pyamg.contenders(),
    ]
    table = compare(contenders, given, replace(settings, rtol=RTOL, repeats=1))
    learned = table.rows[0]
    for row in table.rows:
        for name in ("solve", "total"):
            own, least = row.get(f"{name}_seconds"), learned.get(f"{name}_seconds")
            if isinstance(own, float) and isinstance(least, float):
                row[f"{name}_per_dcdm"] = own / least
                if name == "solve" and training is not None and own > least:
                    row["solves_to_repay"] = training.seconds / (own - least)
    return Table(f"{table.title}, to {RTOL:g}", table.rows)


def condition(A: StencilOperator, apply: Callable[[np.ndarray, np.ndarray], None], steps: int = STEPS) -> float:
    """Largest over smallest eigenvalue of M A where A is definite."""
    v = np.random.default_rng(0).standard_normal(A.shape[0])
    Q, AQ = np.zeros((2, steps, v.size))
    T, w = np.zeros((steps, steps)), np.empty_like(v)
    for j in range(steps):
        _restrict(A, v)
        Av = A.matvec(v)
        Q[j], AQ[j] = np.array((v, Av)) / np.sqrt(v @ Av)
        apply(AQ[j], w)
        _restrict(A, w)
        T[: j + 1, j] = T[j, : j + 1] = AQ[: j + 1] @ w
        v = w - (AQ[: j + 1] @ w) @ Q[: j + 1]
        v -= (AQ[: j + 1] @ v) @ Q[: j + 1]
    values = np.linalg.eigvalsh(T)
    return float(values[-1] / values[0])


def _restrict(A: StencilOperator, v: np.ndarray) -> None:
    """To cells with an unknown, without the means of floating components."""
    if A.active is not None:
        v[~A.active.ravel()] = 0.0
    if A.nullspace is not None:
        A.nullspace.project(v)


def cycles(A: StencilOperator) -> dict[str, Callable[[np.ndarray, np.ndarray], None]]:
    """The learned cycle, the classical one that it deviates from, and that of multigrid on boxes."""
    classical = DCDMState.build(A, LearnedHierarchy(A.variable(), zero_weights()), _nothing)
    return {
        "dcdm": DCDM().setup(A).apply, "classical_V(2,2)": classical.apply,
        "multigrid_boxes_V(3,3)": BOXES.setup(A).apply,
    }


def _nothing() -> Any:
    raise AssertionError("nothing takes over from a cycle that is only applied")


def conditions(n: int, seed: int, draws: int) -> list[Row]:
    """Medians over systems."""
    rows: list[Row] = []
    for family in ("obstacles", "walls", "jumps"):
        systems = [problem(family, n, seed + draw).A for draw in range(draws)]
        found = [{name: condition(A, apply) for name, apply in cycles(A).items()} for A in systems]
        rows.append({"family": family} | {name: float(np.median([one[name] for one in found])) for name in found[0]})
    return rows


def solved(solver: Any, given: Problem) -> Any:
    """Set up and solve."""
    return solver.solve(solver.setup(given.A), given.b, rtol=RTOL)


def large(n: int, seed: int) -> list[Row]:
    """Twice the size on one and two threads; no matrix is made."""
    given = problem("obstacles", n, seed)
    rows: list[Row] = []
    for name, solver in (("dcdm", DCDM()), ("multigrid", Multigrid())):
        for count in (1, 2):
            with threads(count):
                begin = time.perf_counter()
                state = solver.setup(given.A)
                ready = time.perf_counter()
                solution = solver.solve(state, given.b, rtol=RTOL)
                end = time.perf_counter()
            del state
            rows.append({
                "method": f"sciml {name}, {count} thread(s)", "setup_seconds": ready - begin,
                "solve_seconds": end - ready, "total_seconds": end - begin, "iterations": solution.iterations,
                "residual": solution.residual, "status": "converged" if solution.converged else solution.status.value,
            })
            del solution
        rows[-1]["most_bytes_per_cell"] = held(partial(solved, solver, given))[1] / given.b.size
    return rows


def files(given: Problem) -> list[Row]:
    """The matrix as a file of DCDM, all cells of the box."""
    A = given.A.tocsr()
    rows: list[Row] = []
    with TemporaryDirectory() as folder:
        path = Path(folder, "A_0.bin")
        for dtype in (np.float32, np.float64):
            begin = time.perf_counter()
            write_fluid_matrix(A, path, dtype)
            written = time.perf_counter()
            read_fluid_matrix(path)
            end = time.perf_counter()
            rows.append({
                "file": np.dtype(dtype).name, "rows": A.shape[0], "megabytes": path.stat().st_size / 1e6,
                "write_seconds": written - begin, "read_seconds": end - written,
            })
    return rows


def trained(name: str, settings: Settings) -> tuple[Row, Outcome | None]:
    """The recorded training once more, and the iterations with what comes out beside those with what is shipped."""
    training = Training(f"dcdm-{name}", read_config(HOME / name / "config.toml"))
    outcome = carry_out(training, Path(settings.runs), settings.only)
    if outcome is None:
        return {"weights": name, "status": "not run"}, None
    shape = (32,) * 3 if name.endswith("3d") else (96,) * 2
    row: Row = {"weights": name, "parameters": outcome.parameters, "training_seconds": outcome.seconds}
    for family in ("obstacles", "walls", "jumps"):
        A = random_system(family, shape, np.random.default_rng(settings.seed)).A
        b = A.apply(Problem.noise(shape, settings.seed + 1))
        counts = []
        for weights in (str(HOME / name), outcome.path):
            solver = DCDM(weights)
            counts.append(solver.solve(solver.setup(A), b, rtol=settings.rtol).iterations)
        row[family] = " and ".join(map(str, counts))
    return row | {"status": outcome.status}, outcome


def run(settings: Settings) -> list[Table]:
    """Trainings, solves, units, condition numbers, the large box and files."""
    n = settings.size or 128
    trainings = {name: trained(name, settings) for name in SHIPPED}
    with threads(settings.threads):
        masks, jumps = problem("obstacles", n, settings.seed), problem("jumps", n, settings.seed)
        units = [row for given in (masks, jumps) for row in in_units_of_cg(given, settings.repeats)]
        small, draws = min(n, SMALL), max(1, round(DRAWS * settings.fraction))
        tables = [
            solves(masks, settings, trainings["mixed-3d"][1]), Table("In iterations of CG", units),
            Table(f"{2 * n}^3 cells, to {RTOL:g}", large(2 * n, settings.seed)),
            Table(f"Condition numbers of M A at {small}^3", conditions(small, settings.seed, draws)),
            Table("Files of DCDM", files(masks)),
        ]
    title = f"Iterations to {settings.rtol:g} with the weights shipped and those of the recorded training, done again"
    return [*tables, Table(title, [row for row, _ in trainings.values()])]
