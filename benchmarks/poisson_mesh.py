"""Linear elements on meshes: assembly against scikit-fem, in two and three dimensions.

-lap u = 1 on the unit square and cube, u = 0 on the boundary. 512^2 squares with vertices moved by up to a fifth of an
edge, each cut into two triangles, and 64^3 cubes, each cut into six tetrahedra (`Settings.size` replaces 512, an
eighth of it 64).

The matrix alone, from points and cells, pattern included: our four kernels one by one and together, and the basis and
form of scikit-fem. The system, with load, boundary and elimination: `poisson`, and scikit-fem with `condense`.
`copies` is the time as a multiple of copying as many bytes as points, cells and matrix have, in the same run; what must
be read and written once makes half of them. Everything on one thread unless told otherwise; scikit-fem always.
"""

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from benchmarks.peers import scikit_fem
from sciml.bench import Settings, Table
from sciml.bench.tables import Row
from sciml.kernels import threads
from sciml.kernels.p1_assemble import p1_assemble
from sciml.kernels.p1_elements import p1_elements
from sciml.kernels.p1_pattern import p1_pattern
from sciml.kernels.vertex_cells import vertex_cells
from sciml.mesh import Mesh, box_mesh
from sciml.pde import poisson

__all__ = ["run"]


def meshes(size: int, seed: int) -> list[tuple[str, Mesh]]:
    """The square and the cube."""
    square = box_mesh((size, size))
    moved = np.random.default_rng(seed).uniform(-0.2, 0.2, square.points.shape) / size
    inside = np.all((square.points > 0) & (square.points < 1), axis=1, keepdims=True)
    n = max(2, size // 8)
    return [
        ("triangles", square.replace(points=square.points + moved * inside)),
        ("tetrahedra", box_mesh((n, n, n))),
    ]


def seconds(run: Callable[[], Any], repeats: int) -> float:
    """Median time of a call after one that is not counted (it compiles and warms the caches)."""
    run()
    times = []
    for _ in range(repeats):
        gc.collect()
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return median(times)


def operations(mesh: Mesh) -> list[tuple[str, Callable[[], Any]]]:
    """Our kernels, each on the results of those before, the matrix and the system."""
    points, cells, k = mesh.points, next(iter(mesh.cells.values())), np.ones((1, 1))
    incidence = vertex_cells(cells, mesh.n_points)
    pattern, edges = p1_pattern(cells, incidence), p1_elements(points, cells, k)[0]

    def matrix() -> Any:
        around = vertex_cells(cells, mesh.n_points)
        return p1_assemble(cells, around, p1_pattern(cells, around), p1_elements(points, cells, k)[0])

    return [
        ("corners of cells by vertex", lambda: vertex_cells(cells, mesh.n_points)),
        ("pattern", lambda: p1_pattern(cells, incidence)),
        ("element matrices", lambda: p1_elements(points, cells, k)),
        ("gather into rows", lambda: p1_assemble(cells, incidence, pattern, edges)),
        ("sciml: matrix", matrix),
        ("sciml: system", lambda: poisson(mesh.replace())),  # a new mesh, whose boundary is not known yet
    ]


def moved_bytes(mesh: Mesh) -> int:
    """Points and cells read, row starts, columns and values written."""
    cells = next(iter(mesh.cells.values()))
    entries = len(p1_pattern(cells, vertex_cells(cells, mesh.n_points)).indices)
    return mesh.points.nbytes + cells.nbytes + 4 * (mesh.n_points + 1) + 12 * entries


def assembly(name: str, mesh: Mesh, settings: Settings) -> Table:
    """A row per operation, theirs with how many times as long they take as ours."""
    total = moved_bytes(mesh)
    source = np.ones(total // 8)
    target = np.empty_like(source)
    copy = seconds(lambda: np.copyto(target, source), 3 * settings.repeats)
    found = {what: seconds(call, settings.repeats) for what, call in operations(mesh)}
    rows: list[Row] = [_row("copy", copy, copy, mesh)] + [_row(what, t, copy, mesh) for what, t in found.items()]
    if not scikit_fem.is_installed():
        rows.append({"operation": "scikit-fem", "status": "not installed"})
        return Table(_title(name, mesh), rows)
    theirs = scikit_fem.mesh_of(mesh)
    for what, call in (("matrix", scikit_fem.assemble), ("system", scikit_fem.system)):
        elapsed = seconds(lambda call=call: call(scikit_fem.mesh_of(mesh) if call is scikit_fem.system else theirs), 1)
        row = _row(f"scikit-fem: {what}", elapsed, copy, mesh)
        rows.append(row | {"times_ours": elapsed / found[f"sciml: {what}"]})
    rows[-1]["status"] = _agreement(mesh)
    return Table(_title(name, mesh), rows)


def _title(name: str, mesh: Mesh) -> str:
    return f"assembly, {mesh.n_points} points, {mesh.n_cells} {name}"


def _row(what: str, elapsed: float, copy: float, mesh: Mesh) -> Row:
    return {
        "operation": what, "seconds": elapsed, "nanoseconds_per_point": 1e9 * elapsed / mesh.n_points,
        "copies": elapsed / copy,
    }


def _agreement(mesh: Mesh) -> str:
    """Largest differences of matrix and right-hand side, relative to their largest entries."""
    A, b = scikit_fem.system(scikit_fem.mesh_of(mesh))
    system = poisson(mesh)
    apart = abs(A - system.A.tocsr()).max() / abs(A).max(), np.abs(b - system.b).max() / np.abs(b).max()
    return f"same to {max(apart):.1e}"


def run(settings: Settings) -> list[Table]:
    """Assembly of triangles and tetrahedra."""
    with threads(settings.threads):
        return [assembly(name, mesh, settings) for name, mesh in meshes(settings.size or 512, settings.seed)]
