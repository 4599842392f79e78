"""Sparse factorisations behind one call: matrix in, function that solves out."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml._optional import require

__all__ = ["Backend", "Factor", "SingularMatrixError", "factorise", "installed_backend"]

Backend = Literal["auto", "superlu", "cholmod", "pardiso"]
Factor: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class SingularMatrixError(ArithmeticError):
    """A pivot vanished."""


def installed_backend(positive: bool) -> Backend:
    """The fastest library at hand: CHOLMOD for positive definite matrices, PARDISO, else SuperLU."""
    if positive and _is_installed("sksparse"):
        return "cholmod"
    return "pardiso" if _is_installed("pypardiso") else "superlu"


def factorise(matrix: Any, backend: Backend, positive: bool) -> Factor:
    """Factorise a sparse matrix.

    Parameters
    ----------
    matrix : csr_array of float64, shape (N, N)
    backend : {"superlu", "cholmod", "pardiso"}
    positive : bool
        Whether the matrix is symmetric with a positive diagonal, so that the diagonal serves as
        pivots (SuperLU then orders A + A' by minimum degree, which halves the fill-in).

    Raises
    ------
    SingularMatrixError
        If the matrix is singular, or not positive definite for CHOLMOD.
    MissingDependencyError
        If the library is not installed.
    """
    return {"superlu": _superlu, "cholmod": _cholmod, "pardiso": _pardiso}[backend](matrix, positive)


def _superlu(matrix: Any, positive: bool) -> Factor:
    from scipy.sparse.linalg import splu

    symmetric: dict[str, Any] = dict(
        permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )
    try:
        factor = splu(matrix.tocsc(), **(symmetric if positive else {}))
    except RuntimeError as error:
        raise SingularMatrixError(str(error)) from error
    solve: Factor = factor.solve
    return solve


def _cholmod(matrix: Any, positive: bool) -> Factor:
    cholmod = require("sksparse.cholmod", "'sciml-kit[cholmod]'")
    try:
        if hasattr(cholmod, "cho_factor"):  # scikit-sparse 0.5; before, the factor itself was the function
            solve: Factor = cholmod.cho_factor(matrix.tocsc()).solve
        else:
            solve = cholmod.cholesky(matrix.tocsc())
    except cholmod.CholmodNotPositiveDefiniteError as error:
        raise SingularMatrixError(str(error)) from error
    return solve


def _pardiso(matrix: Any, positive: bool) -> Factor:
    pypardiso = require("pypardiso", "'sciml-kit[pardiso]'")
    solver = pypardiso.PyPardisoSolver()
    solver.factorize(matrix)

    def solve(b: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(solver.solve(matrix, b))

    return solve


def _is_installed(package: str) -> bool:
    return find_spec(package) is not None
