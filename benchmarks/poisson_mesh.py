"""Linear elements on meshes: assembly against scikit-fem, and from a file to a file with meshlane and PyAMG.

-lap u = 1 on the unit square and cube, u = 0 on the boundary. 512^2 squares with vertices moved by up to a fifth of an
edge, each cut into two triangles, and 64^3 cubes, each cut into six tetrahedra (`Settings.size` replaces 512, an
eighth of it 64).

The matrix alone, from points and cells, pattern included: our four kernels one by one and together, and the basis and
form of scikit-fem. The system, with load, boundary and elimination: `poisson`, and scikit-fem with `condense`.
`copies` is the time as a multiple of copying as many bytes as points, cells and matrix have, in the same run; what must
be read and written once makes half of them.

The whole way on an unstructured mesh, of 128^2 jittered points (a quarter of the size) and refined three times, more
than a million unknowns: a binary Gmsh 4.1 file is read, the system assembled, solved by algebraic multigrid and
conjugate gradients to the same tolerance, and the solution written as VTU; stage by stage against meshlane,
scikit-fem and PyAMG. Our kernels use the threads they are told to, peers one.
"""

import gc
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.peers import meshlane, scikit_fem
from benchmarks.peers.gmsh_file import write_gmsh
from sciml.bench import Settings, Table
from sciml.bench.tables import Row
from sciml.kernels import threads
from sciml.kernels.p1_assemble import p1_assemble
from sciml.kernels.p1_elements import p1_elements
from sciml.kernels.p1_pattern import p1_pattern
from sciml.kernels.vertex_cells import vertex_cells
from sciml.mesh import Mesh, box_mesh
from sciml.mesh.io import read_mesh, write_mesh
from sciml.pde import poisson
from sciml.solvers import AMG

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


def unstructured(size: int, seed: int) -> Mesh:
    """Delaunay triangles of jittered points, refined three times, with one named boundary."""
    from scipy.spatial import Delaunay

    square = box_mesh((max(1, size // 4),) * 2)
    moved = np.random.default_rng(seed).uniform(-0.3, 0.3, square.points.shape) / max(1, size // 4)
    inside = np.all((square.points > 0) & (square.points < 1), axis=1, keepdims=True)
    points = square.points + moved * inside
    triangles = Delaunay(points).simplices
    a, b, c = np.moveaxis(points[triangles], 1, 0)
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    mesh = Mesh(points, {"triangle": triangles[area > 1e-12]}).refine(3)
    return mesh.replace(boundaries={"wall": mesh.boundary_facets().facets})


def ours(folder: Path, rtol: float) -> dict[str, Any]:
    """Seconds of each stage, and the solution at all points."""
    clock = [time.perf_counter()]

    def lap() -> float:
        clock.append(time.perf_counter())
        return clock[-1] - clock[-2]

    mesh = read_mesh(folder / "mesh.msh")
    stages: dict[str, Any] = {"read Gmsh 4.1": lap()}
    system = poisson(mesh)
    stages["assemble"] = lap()
    solver = AMG()
    state = solver.setup(system.A)
    stages["set up multigrid"] = lap()
    solution = solver.solve(state, system.b, rtol=rtol)
    stages["solve"] = lap()
    u = system.expand(solution.x)
    write_mesh(mesh, folder / "ours.vtu", point_data={"u": u})
    return stages | {"write VTU": lap(), "u": u, "iterations": solution.iterations}


def theirs(folder: Path, rtol: float) -> dict[str, Any]:
    """The same with meshlane, scikit-fem and PyAMG."""
    import pyamg

    clock = [time.perf_counter()]

    def lap() -> float:
        clock.append(time.perf_counter())
        return clock[-1] - clock[-2]

    read = meshlane.read(folder / "mesh.msh")
    stages: dict[str, Any] = {"read Gmsh 4.1": lap()}
    mesh = scikit_fem.simplices(read.points[:, :2], read.cells_dict["triangle"])
    A, b = scikit_fem.system(mesh)
    stages["assemble"] = lap()
    hierarchy = pyamg.smoothed_aggregation_solver(A)
    stages["set up multigrid"] = lap()
    residuals: list[float] = []
    x = hierarchy.solve(b, tol=rtol, maxiter=500, accel="cg", residuals=residuals)
    stages["solve"] = lap()
    u = np.zeros(mesh.p.shape[1])
    u[mesh.interior_nodes()] = x
    meshlane.write(folder / "theirs.vtu", read, u)
    return stages | {"write VTU": lap(), "u": u, "iterations": len(residuals) - 1}


def chain(mesh: Mesh, settings: Settings) -> Table:
    """A row per stage and one for their sum; the shortest of the runs, which alternate."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_gmsh(folder / "mesh.msh", mesh)
        ours(folder, settings.rtol)  # compiles
        can = scikit_fem.is_installed() and meshlane.is_installed()
        runs = [(ours(folder, settings.rtol), theirs(folder, settings.rtol) if can else None)
                for _ in range(settings.repeats)]
    stages = [stage for stage in runs[0][0] if stage not in ("u", "iterations")]
    rows: list[Row] = []
    for stage in [*stages, "all"]:
        row: Row = {"stage": stage, "sciml_seconds": min(_spent(own, stage, stages) for own, _ in runs)}
        if can:
            row["peers_seconds"] = min(_spent(peer, stage, stages) for _, peer in runs if peer)
            row["times_ours"] = row["peers_seconds"] / row["sciml_seconds"]
        rows.append(row)
    rows[-1]["status"] = _verdict(*runs[0]) if runs[0][1] else "meshlane or scikit-fem is not installed"
    return Table(f"from file to file, {mesh.n_points} points, {mesh.n_cells} triangles", rows)


def _spent(found: dict[str, Any] | None, stage: str, stages: list[str]) -> float:
    assert found is not None
    return float(sum(found[name] for name in stages) if stage == "all" else found[stage])


def _verdict(own: dict[str, Any], peer: dict[str, Any]) -> str:
    apart = np.abs(own["u"] - peer["u"]).max() / np.abs(own["u"]).max()
    return f"{own['iterations']} and {peer['iterations']} iterations, same to {apart:.1e}"


def run(settings: Settings) -> list[Table]:
    """Assembly of triangles and tetrahedra, and the whole way."""
    size = settings.size or 512
    with threads(settings.threads):
        tables = [assembly(name, mesh, settings) for name, mesh in meshes(size, settings.seed)]
        return [*tables, chain(unstructured(size, settings.seed), settings)]
