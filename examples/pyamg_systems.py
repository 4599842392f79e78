"""The eight example systems that PyAMG ships, each by three routes.

    python examples/pyamg_systems.py

Diffusion on triangles and tetrahedra, a surface, elasticity with its rigid motions, a discontinuous Galerkin matrix, a
recirculating flow and the Helmholtz equation. Every system is solved by the method that `auto` chooses, by an iteration
named here and by SciPy's SuperLU. Complex entries are refused on reading; the real system of twice the size stands in.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sciml.pde.io import read_system
from sciml.pde.matrix_system import MatrixSystem, matrix_system
from sciml.solvers import AMG, GMRES, Solution, solve

Vector = NDArray[np.float64]

RTOL = 1e-12


class Row(NamedTuple):
    """What came out for a system: its name, `auto`'s solution, the other method, and how far both are from SuperLU."""

    name: str
    refusal: str
    solution: Solution
    other: str
    differences: tuple[float, float]


def main(arguments: Sequence[str] | None = None) -> list[Row]:
    """Solve all systems, print a table and return its rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args(arguments)
    rows = []
    print(f"{'system':30} {'unknowns':>8}  {'auto':7} {'residual':>8}  {'other':7} differences from SuperLU")
    for path in files():
        rows.append(row := by_three_routes(path))
        own, other = row.differences
        x = row.solution
        print(f"{row.name:30} {x.x.size:8}  {x.method:7} {x.residual:8.1e}  {row.other:7} {own:.1e} {other:.1e}")
        print(f"    because {x.selected_because}")
        if row.refusal:
            print(f"    in real numbers, since {row.refusal}")
    return rows


def files() -> list[Path]:
    """The matrices in the installed PyAMG."""
    import pyamg

    return sorted(Path(pyamg.__file__).parent.glob("gallery/example_data/*.mat"))


def by_three_routes(path: Path) -> Row:
    """`auto`; AMG or GMRES; SuperLU."""
    system, refusal = read(path)
    solution = solve(system.A, system.b, rtol=RTOL)
    solver = AMG(near_nullspace=system.near_nullspace) if system.A.is_symmetric else GMRES()
    other = solve(system.A, system.b, solver, rtol=RTOL)
    exact = by_superlu(system)
    first, second = (float(np.linalg.norm(x - exact) / np.linalg.norm(exact)) for x in (solution.x, other.x))
    return Row(path.stem, refusal, solution, other.method, (first, second))


def read(path: Path) -> tuple[MatrixSystem, str]:
    """The system with a random right-hand side, and why its file was refused, if it was."""
    random = np.random.default_rng(0)
    try:
        stored = read_system(path)
    except ValueError as refused:
        A = in_real_numbers(path)
        return matrix_system(A, random.standard_normal(A.shape[0])), str(refused).removeprefix(f"{path}:")
    b = random.standard_normal(stored.A.shape[0])
    return matrix_system(stored.A, b, stored.near_nullspace, project=True), ""


def in_real_numbers(path: Path) -> Any:
    """[[Re A, -Im A], [Im A, Re A]], which maps (Re x, Im x) to (Re b, Im b)."""
    from scipy.io import loadmat
    from scipy.sparse import block_array, csr_array

    A = csr_array(loadmat(path)["A"])
    return csr_array(block_array([[A.real, -A.imag], [A.imag, A.real]]))


def by_superlu(system: MatrixSystem) -> Vector:
    """SciPy's factorisation; where constants are in the null space, of the matrix without its first unknown."""
    from scipy.sparse.linalg import spsolve

    A, b = system.A.tocsr(), system.b
    if not system.components:
        return np.asarray(spsolve(A.tocsc(), b), dtype=np.float64)
    x = np.zeros(len(b))
    x[1:] = spsolve(A[1:, 1:].tocsc(), b[1:])
    return x - float(x.mean())


if __name__ == "__main__":
    main()
