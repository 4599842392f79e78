"""Kernels, one cycle and whole solves in bytes moved and in copies of an array of the same size.

-lap u = f, -div(exp(2 g) grad u) = f, and obstacles (smooth pores, 50 %), on a cube of 256^3 cells (`Settings.size`
replaces 256), u = 0 on the sides, f standard normal noise.

`copies` is the time as a multiple of copying one float64 array of the same size, measured in the same run on the same
number of threads. `bytes_per_unknown` counts every array an operation must read or write once (ideal caches, no
write-allocate); `of_copy_speed` is the bandwidth that makes over that of the copy, 1 being the roofline. Bytes of a
cycle are those of its sweeps, residual and transfers on the finest box, each as a pass of its own; coarser levels are
in the time but not in the bytes, so its share is a lower bound, and pipelined passes may exceed 1. Those of solves
are not counted.
"""

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import numpy as np

from sciml.bench import Problem, Settings, Table
from sciml.bench.tables import Row
from sciml.datasets.fields import lognormal, porous_mask
from sciml.kernels import stencil_apply, threads
from sciml.kernels._colour import SplitVariable, split_shape, split_zeros
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import ConstantStencil, shape3
from sciml.kernels.cg_direction import cg_direction
from sciml.kernels.cg_residual import cg_residual
from sciml.kernels.colour_layout import colour_split, split_stencil
from sciml.kernels.split_direction import split_direction
from sciml.kernels.stencil_sor import stencil_sor
from sciml.mesh import Grid
from sciml.pde import poisson
from sciml.solvers import configure

__all__ = ["run"]

LENGTH = 8.0
WORD = {"float32": 4, "float64": 8}
Operation = tuple[str, str, float | None, Callable[[], Any]]  # name, precision, words an unknown, what to time


def problems(size: int, seed: int) -> Iterator[Problem]:
    """The box, the variable coefficient and the obstacles."""
    shape = (size,) * 3
    noise = Problem.noise(shape, seed + 1)
    yield Problem("constant", poisson(Grid(shape)), noise)
    yield Problem("k = exp(2 g)", poisson(Grid(shape), coefficient=lognormal(shape, 2.0, LENGTH, seed)), noise)
    yield Problem("smooth pores 50 %", poisson(Grid(shape, mask=porous_mask(shape, 0.5, LENGTH, seed))), noise)


def kernels(problem: Problem) -> Iterator[Operation]:
    """Operations on the finest grid with the words they move: vectors, and 4 arrays of a variable operator."""
    stencil, u = problem.A.stencil, problem.b
    is_constant = isinstance(stencil, ConstantStencil)
    operator = 0 if is_constant else 4
    x, p, q = (np.zeros_like(u) for _ in range(3))
    v = x.reshape(problem.shape)
    yield "apply A u", "float64", 2 + operator, lambda: stencil_apply(stencil, u, out=q)
    yield "CG: x, p, q = A p", "float64", 6 + operator, lambda: cg_direction(stencil, 1e-9, 0.5, u, p, x, q)
    yield "CG: r, r.r", "float64", 3, lambda: cg_residual(1e-9, q, p)
    split = split_stencil(stencil, "float32")
    f = colour_split(u, np.empty(split_shape(problem.shape), np.float32))
    y = np.zeros_like(f)
    # Each half sweep reads one colour of x and f and the other colour of x, and writes the first: 2 words
    # an unknown; a variable operator adds all faces and half the diagonal.
    sweep = 4 + (0 if is_constant else 7)
    if isinstance(split, SplitVariable):
        # What multigrid iterates with: z, p twice, q, the float64 iterate twice, faces and surplus.
        z, w = np.zeros_like(f), np.zeros_like(f)
        d = split_zeros(shape3(problem.shape), f.dtype)
        yield "CG of multigrid: x, p, q = A p", "float32", 12, lambda: split_direction(split, 1e-9, 0.5, z, d, w, v)
    yield "red-black SOR sweep", "float32", sweep, lambda: stencil_sor(split, y, f, omega=1.2)


def solves(problem: Problem, rtol: float) -> Iterator[Operation]:
    """One multigrid cycle, its set-up, and set-up and solve."""
    solver = configure("multigrid")
    state = solver.setup(problem.A)
    hierarchy = state.iteration or state.symmetric
    colour_split(problem.b, hierarchy.top.f)
    sweeps, operator = sum(hierarchy.top.sweeps), 0 if problem.A.is_constant else 7
    words = sweeps * (4 + operator) + 2 + (5 if operator else 0) + 2  # sweeps, residual, correction
    yield "multigrid cycle", "float32", words, hierarchy.cycle
    yield "multigrid set-up", "mixed", None, lambda: solver.setup(problem.A)
    yield "multigrid set-up and solve", "mixed", None, lambda: solver.solve(
        solver.setup(problem.A), problem.b, rtol=rtol
    )
    if problem.A.is_constant:
        fft = configure("fft")
        yield "fft set-up and solve", "float64", None, lambda: fft.solve(fft.setup(problem.A), problem.b, rtol=rtol)


def _copy_slab(lo: int, hi: int, source: np.ndarray, target: np.ndarray) -> None:
    target[lo:hi] = source[lo:hi]


def seconds(run: Callable[[], Any], repeats: int) -> float:
    """Median time of a call after one that is not counted (it compiles and warms the caches)."""
    run()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return median(times)


def row(operation: Operation, copy: float, unknowns: int, repeats: int) -> Row:
    """Measure one operation."""
    name, precision, words, call = operation
    elapsed = seconds(call, repeats)
    result: Row = {
        "operation": name, "precision": precision, "seconds": elapsed, "copies": elapsed / copy,
        "nanoseconds_per_unknown": 1e9 * elapsed / unknowns,
    }
    if words is not None:
        result["bytes_per_unknown"] = words * WORD[precision]
        result["of_copy_speed"] = words * WORD[precision] / (2 * WORD["float64"]) * copy / elapsed
    return result


def run(settings: Settings) -> list[Table]:
    """A table per problem; the copy is its first row."""
    tables = []
    with threads(settings.threads):
        for problem in problems(settings.size or 256, settings.seed):
            b, target = problem.b, np.empty_like(problem.b)
            copy_all = ("copy", "float64", 2.0, lambda b=b, t=target: run_slabs(
                _copy_slab, slabs(len(b), b.size), b, t
            ))
            copy = seconds(copy_all[3], 3 * settings.repeats)
            operations = [copy_all, *kernels(problem), *solves(problem, settings.rtol)]
            rows = [row(operation, copy, problem.b.size, settings.repeats) for operation in operations]
            tables.append(Table(f"{problem.name}, {'x'.join(map(str, problem.shape))}", rows))
    return tables
