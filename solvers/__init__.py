"""Linear solvers: spectral, Krylov, multigrid, algebraic multigrid, direct."""

if not __name__.startswith("sciml."):
    raise ImportError("import this package as sciml.solvers; the folder name is not a module of its own")

from typing import TYPE_CHECKING

from sciml._lazy import lazily
from sciml.solvers._solution import LinearSolver, Solution
from sciml.solvers._status import Status
from sciml.solvers._warnings import SolverWarning

if TYPE_CHECKING:
    from sciml.solvers._guess import Refined, refine_guess
    from sciml.solvers._solve import solve
    from sciml.solvers._table import SOLVERS, configure
    from sciml.solvers._torch_solve import TorchSystem, torch_setup, torch_solve
    from sciml.solvers.algebraic import AMG
    from sciml.solvers.direct import Direct
    from sciml.solvers.krylov import CG, FCG, GMRES, MINRES, PCG, pcg
    from sciml.solvers.learned import DCDM, Directions
    from sciml.solvers.multigrid import FMG, Multigrid
    from sciml.solvers.spectral import FFT, FFTPreconditioner

__all__ = [
    "AMG", "CG", "DCDM", "FCG", "FFT", "FMG", "GMRES", "MINRES", "PCG", "SOLVERS", "Direct", "Directions",
    "FFTPreconditioner", "LinearSolver", "Multigrid", "Refined", "Solution", "SolverWarning", "Status", "TorchSystem",
    "configure", "pcg", "refine_guess", "solve", "torch_setup", "torch_solve",
]

# Loaded when first asked for: SciPy's sparse modules and the compiled kernels take a while to import.
_HOMES = {
    "Refined": "_guess", "refine_guess": "_guess",
    "solve": "_solve", "SOLVERS": "_table", "configure": "_table", "torch_solve": "_torch_solve",
    "torch_setup": "_torch_solve", "TorchSystem": "_torch_solve",
    "CG": "krylov", "FCG": "krylov", "GMRES": "krylov", "MINRES": "krylov", "PCG": "krylov", "pcg": "krylov",
    "AMG": "algebraic",
    "Direct": "direct",
    "DCDM": "learned", "Directions": "learned",
    "FMG": "multigrid", "Multigrid": "multigrid",
    "FFT": "spectral", "FFTPreconditioner": "spectral",
}


__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
