"""Neighbours of atoms and points: our cell lists, vesin, matscipy, ASE and SciPy's k-d tree.

* Copper in cubic cells, 12 along each edge (`Settings.size` replaces 12), all pairs closer than 6 Angstrom;
* 100000 points (8 cubes of the size where it is given) uniform in a cube: all pairs within the radius that gives 30
  neighbours on average, the 8 and the 16 nearest of each point;
* the same number of points whose distances from a corner spread over four decades, as in a graded mesh: the 8 nearest.

Ours come as compressed rows, sorted. Peers run on one thread. The results are compared as sets, distances to 1e-12
of the largest. `total_seconds` is building and searching.
"""

import gc
import time
from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np

from benchmarks.peers import neighbours as peers
from benchmarks.peers.neighbours import Atoms, Search, nothing, sorted_rows
from sciml.bench import Settings, Table
from sciml.bench.tables import Row
from sciml.kernels import threads
from sciml.kernels.nearest_search import nearest_search
from sciml.kernels.radius_search import radius_search
from sciml.mesh import Graph

__all__ = ["run"]

EDGE = 3.615  # of the cubic cell of copper [Angstrom]
CUTOFF = 6.0  # [Angstrom]
MEAN_NEIGHBOURS = 30


def copper(n: int) -> Atoms:
    """4 n^3 atoms."""
    base = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    corners = np.stack(np.meshgrid(*[np.arange(n)] * 3, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    return Atoms(EDGE * (corners + base).reshape(-1, 3), EDGE * n * np.eye(3), CUTOFF)


def _ours_atoms(given: Atoms) -> Search:
    def find(state: None) -> Graph:
        return Graph.from_atoms(given.positions, given.cell, True, given.cutoff)

    def canonical(graph: Graph) -> Any:
        return sorted_rows(graph.sources, graph.indices, graph.shifts)

    return Search("sciml Graph.from_atoms", "rows, shifts, vectors", nothing, find, canonical)


def _ours_radius(points: Any, r: float) -> Search:
    def canonical(rows: Any) -> Any:
        return sorted_rows(np.repeat(np.arange(len(points)), np.diff(rows[0])), rows[1])

    return Search("sciml radius_search", "rows", nothing, lambda state: radius_search(points, r), canonical)


def _ours_nearest(points: Any, k: int) -> Search:
    return Search(
        "sciml nearest_search", "indices, distances", nothing, lambda state: nearest_search(points, k), lambda r: r[1]
    )


def cases(settings: Settings) -> Iterator[tuple[str, list[Search]]]:
    """Titles and searches that must agree."""
    crystal = copper(settings.size or 12)
    yield f"copper, {len(crystal.positions)} atoms, {CUTOFF:g} Angstrom", [_ours_atoms(crystal), *peers.atoms(crystal)]
    rng = np.random.default_rng(settings.seed)
    n = 100_000 if settings.size is None else 8 * settings.size**3
    points = rng.random((n, 3))
    r = (MEAN_NEIGHBOURS / n / (4 / 3 * np.pi)) ** (1 / 3)
    yield f"{n} uniform points, {MEAN_NEIGHBOURS} neighbours", [_ours_radius(points, r), *peers.radius(points, r)]
    for k in (8, 16):
        yield f"{n} uniform points, the {k} nearest", [_ours_nearest(points, k), peers.nearest(points, k)]
    graded = rng.random((n, 3)) * 10.0 ** -rng.uniform(0, 4, (n, 1))
    yield f"{n} graded points, the 8 nearest", [_ours_nearest(graded, 8), peers.nearest(graded, 8)]


def measure(searches: list[Search], repeats: int) -> list[Row]:
    """Alternating runs; medians; agreement with the first search."""
    present = [search for search in searches if not search.absent]
    expected = present[0].canonical(present[0].find(present[0].build()))  # compiles, too
    agrees = {search.name: _same(search.canonical(search.find(search.build())), expected) for search in present}
    times: dict[str, list[tuple[float, float]]] = {search.name: [] for search in present}
    for _ in range(repeats):
        for search in present:
            times[search.name].append(_seconds(search))
    medians = {name: [median(part) for part in zip(*runs, strict=True)] for name, runs in times.items()}
    fastest = min(map(sum, medians.values()))
    rows: list[Row] = []
    for search in searches:
        if search.absent:
            rows.append({"method": search.name, "status": search.absent})
            continue
        build, find = medians[search.name]
        rows.append({
            "method": search.name, "gives": search.gives, "setup_seconds": build, "solve_seconds": find,
            "total_seconds": build + find, "times_fastest": (build + find) / fastest, "neighbours": len(expected),
            "status": "agrees" if agrees[search.name] else "differs",
        })
    return rows


def _same(found: Any, expected: Any) -> bool:
    if found.dtype.kind == "f":
        return found.shape == expected.shape and bool(np.abs(found - expected).max() <= 1e-12 * expected.max())
    return bool(np.array_equal(found, expected))


def _seconds(search: Search) -> tuple[float, float]:
    gc.collect()
    clock = [time.perf_counter()]
    state = search.build()
    clock.append(time.perf_counter())
    search.find(state)
    clock.append(time.perf_counter())
    build, find = (after - before for before, after in pairwise(clock))
    return build, find


def run(settings: Settings) -> list[Table]:
    """A table per case."""
    with threads(settings.threads):
        return [Table(title, measure(searches, settings.repeats)) for title, searches in cases(settings)]
