"""Preconditioners by name, by solver, or as given."""

from collections.abc import Callable
from typing import Any

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.solvers._operator import SystemOperator
from sciml.solvers.krylov.ilu import ilu
from sciml.solvers.krylov.incomplete import ic0, mic0
from sciml.solvers.krylov.jacobi import jacobi
from sciml.solvers.krylov.preconditioner import as_apply

__all__ = ["PRECONDITIONERS", "build_preconditioner"]


def _amg(A: SystemOperator) -> Any:
    from sciml.solvers.algebraic import AMG

    return AMG().setup(A)


def _multigrid(A: SystemOperator) -> Any:
    from sciml.solvers.multigrid import Multigrid

    return Multigrid().setup(A)


def _dcdm(A: SystemOperator) -> Any:
    from sciml.solvers.learned import DCDM

    return DCDM().setup(A)


def _fft(A: SystemOperator) -> Any:
    from sciml.solvers.spectral import FFTPreconditioner

    return FFTPreconditioner().setup(A)


PRECONDITIONERS: dict[str, Callable[[SystemOperator], Any]] = {
    "none": lambda A: None,
    "jacobi": jacobi,
    "ic0": ic0,
    "mic0": mic0,
    "ilu": ilu,
    "fft": _fft,
    "amg": _amg,
    "multigrid": _multigrid,
    "dcdm": _dcdm,
}
# What runs on a CUDA device.
ON_DEVICE = ("multigrid", "jacobi", "none")


def build_preconditioner(given: Any, A: SystemOperator) -> Any:
    """State of the preconditioner `given` for `A`.

    Parameters
    ----------
    given : str, solver, preconditioner or None
        A name of `PRECONDITIONERS`; a solver, of which the set-up is made; else returned as it is.
    A : operator

    Raises
    ------
    InputError
        If a name is unknown, or its preconditioner does not run where `A` lies.
    TypeError
        If `given` is no preconditioner.
    """
    if isinstance(given, str):
        if given not in PRECONDITIONERS:
            known = ", ".join(PRECONDITIONERS)
            raise InputError(f"preconditioner '{given}' is unknown; use {known}{nearest(given, PRECONDITIONERS)}")
        device = getattr(A, "device", "cpu")
        if device != "cpu" and given not in ON_DEVICE:
            raise InputError(
                f"preconditioner '{given}' runs on the CPU and A lies on {device}; use {' or '.join(ON_DEVICE)}"
            )
        return PRECONDITIONERS[given](A)
    if given is None:
        return None
    state = given.setup(A) if hasattr(given, "setup") else given
    as_apply(state)
    return state
