"""hypre through PETSc: PFMG on the grid and BoomerAMG on the matrix, both under conjugate gradients.

The copy of the matrix into PETSc's formats is not charged to them; only building the hierarchy and solving is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from typing import Any

import numpy as np

from sciml.bench import Answer, Contender, Problem, missing

__all__ = ["boomeramg", "pfmg"]

_WHY = "not installed (benchmarks/install_hypre.sh)"
_BOOMERAMG = {
    "hypre BoomerAMG-CG": {},
    "hypre BoomerAMG-CG, HMIS ext+i": {
        "coarsen_type": "HMIS", "interp_type": "ext+i", "P_max": 4, "strong_threshold": 0.5, "agg_nl": 1,
    },
}
_PFMG = {
    "hypre PFMG-CG": {"relax_type": "Red/Black-Gauss-Seidel"},
    "hypre PFMG-CG, non-Galerkin": {
        "relax_type": "Red/Black-Gauss-Seidel", "rap_type": "non-Galerkin", "skip_relax": 1,
    },
}
_prefixes = (f"bench{number}_" for number in count())


@dataclass
class _Copied:
    """Matrix and vectors as PETSc holds them."""

    matrix: Any
    x: Any
    b: Any


def boomeramg() -> list[Contender]:
    """BoomerAMG with PETSc's defaults, and with the settings hypre recommends for three dimensions."""
    if find_spec("petsc4py") is None:
        return [missing(name, _WHY) for name in _BOOMERAMG]
    return [_contender(name, "hypre", "hypre_boomeramg", options, _as_aij) for name, options in _BOOMERAMG.items()]


def pfmg(constant: bool) -> list[Contender]:
    """PFMG with red-black Gauss-Seidel; on constant coefficients also with rediscretised coarse grids."""
    names = list(_PFMG) if constant else list(_PFMG)[:1]
    if find_spec("petsc4py") is None:
        return [missing(name, _WHY) for name in names]
    return [_contender(name, "pfmg", "pfmg", _PFMG[name], _as_struct) for name in names]


def _contender(
    name: str, kind: str, family: str, options: dict[str, Any], copy: Callable[[Problem], "_Copied"]
) -> Contender:
    def setup(copied: _Copied) -> Any:
        solver = _krylov(copied.matrix, kind, family, options)
        solver.setUp()
        return solver

    return Contender(name, setup, _solve, prepare=copy)


def _krylov(matrix: Any, kind: str, family: str, options: dict[str, Any]) -> Any:
    from petsc4py import PETSc

    prefix = next(_prefixes)
    database = PETSc.Options()
    for key, value in options.items():
        database[f"{prefix}pc_{family}_{key}"] = value
    solver = PETSc.KSP().create()
    solver.setOptionsPrefix(prefix)
    solver.setOperators(matrix)
    solver.setType("cg")
    solver.setNormType(PETSc.KSP.NormType.UNPRECONDITIONED)
    solver.getPC().setType(kind)
    solver.setFromOptions()
    return solver


def _solve(solver: Any, copied: _Copied, rtol: float) -> Answer:
    solver.setTolerances(rtol=rtol, atol=0.0, max_it=500)
    copied.x.set(0.0)
    solver.solve(copied.b, copied.x)
    return Answer(np.array(copied.x.getArray()), solver.getIterationNumber())


def _as_aij(problem: Problem) -> _Copied:
    from petsc4py import PETSc

    A = problem.definite
    matrix = PETSc.Mat().createAIJ(A.shape, csr=(A.indptr, A.indices, A.data))
    x, b = matrix.createVecs()
    b.setArray(problem.rhs)
    return _Copied(matrix, x, b)


def _as_struct(problem: Problem) -> _Copied:
    """Structured matrix on a distributed array; empty rows (obstacles) get a diagonal.

    PETSc's first axis runs fastest, so the axes are reversed; the numbering of unknowns is then ours. The matrix type
    exists in three dimensions only, so smaller boxes get axes of length 1.
    """
    from petsc4py import PETSc

    sizes = (*problem.shape[::-1], 1, 1)[:3]
    grid = PETSc.DMDA().create(sizes, dof=1, stencil_width=1, stencil_type=PETSc.DMDA.StencilType.STAR)
    grid.setMatType("hyprestruct")
    matrix = grid.createMatrix()
    A = _on_the_box(problem)
    matrix.setValuesLocalCSR(A.indptr.astype(np.int32), A.indices.astype(np.int32), A.data)
    matrix.assemble()
    x, b = grid.createGlobalVec(), grid.createGlobalVec()
    b.setArray(problem.b.ravel())
    return _Copied(matrix, x, b)


def _on_the_box(problem: Problem) -> Any:
    """The definite matrix over all cells, a typical diagonal in rows that are not used."""
    from scipy.sparse import coo_array, diags_array

    if problem.used.all():
        return problem.definite
    index = np.flatnonzero(problem.used)
    A = problem.definite.tocoo()
    whole = coo_array((A.data, (index[A.row], index[A.col])), shape=(len(problem.used),) * 2)
    return (whole + diags_array(np.where(problem.used, 0.0, A.diagonal().mean()))).tocsr()
