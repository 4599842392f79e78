"""Checks before the first array is read: methods, names, targets, memory, and what the kind of problem needs."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from sciml._arrays import device_library
from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.cli._clock import Clock
from sciml.cli._settings import Settings
from sciml.cli._targets import PLOT_SUFFIXES, check_suffix, check_writable
from sciml.cli._task import Task
from sciml.mesh.io.mesh_files import MESH_SUFFIXES

__all__ = ["MATRICES", "make_task", "problem_suffix"]

MATRICES = (".mtx", ".gz", ".npz", ".mat", ".h5", ".hdf5", ".petsc", ".bin", ".dat")


def make_task(settings: Settings, clock: Clock) -> Task:
    """Check settings and file headers; the problem that they describe. What is read counts as ``io`` of the clock.

    Raises
    ------
    InputError
        At the first thing that does not fit.
    MemoryLimitError
        If the solve would not fit into memory.
    MissingDependencyError
        If a CUDA device is asked for without CuPy.
    """
    _check_solver(settings)
    _check_targets(settings)
    task = _planner(settings)(settings, clock)
    if settings.output is not None:
        check_suffix("output", settings.output, task.suffixes)
    if settings.device != "cpu":
        device_library()
    return task


def problem_suffix(problem: Path) -> str:
    """Suffix of FILE or FILE:NAME."""
    head = str(problem).rpartition(":")[0]
    return Path(head).suffix.lower() if Path(head).suffix.lower() in MATRICES else problem.suffix.lower()


def _planner(settings: Settings) -> Callable[[Settings, Clock], Task]:
    """The function that plans this kind of problem; matrices and meshes are told by the suffix of their file."""
    if settings.problem is None:
        module, name = "_box", "plan_box"
    elif problem_suffix(settings.problem) in MESH_SUFFIXES:
        module, name = "_on_mesh", "plan_mesh"
    else:
        module, name = "_matrix", "plan_matrix"
    planner: Callable[[Settings, Clock], Task] = getattr(import_module(f"sciml.cli.{module}"), name)
    return planner


def _check_solver(settings: Settings) -> None:
    from sciml.solvers._checks import check_runs_on
    from sciml.solvers._table import SOLVERS, configure

    known = ("auto", *SOLVERS)
    if settings.method not in known:
        raise InputError(
            f"method '{settings.method}' is unknown; use one of {', '.join(known)}{nearest(settings.method, known)}"
        )
    for method, options in settings.options.items():
        if method == "auto":
            raise InputError(f"auto has no options of its own; set those of one method: {', '.join(SOLVERS)}")
        configure(method, options)
    if settings.rtol == 0 and settings.atol == 0:
        raise InputError("rtol and atol are both 0, which no floating-point solve can reach; set one of them")
    if settings.method != "auto":
        check_runs_on(settings.device, settings.method)
    if settings.weights is not None:
        _check_weights(settings.weights, settings.method)


def _check_weights(run: Path, method: str) -> None:
    from sciml.solvers.learned.weights import load_weights

    if method != "dcdm":
        raise InputError(f"weights {run} are for method dcdm and the method is {method}; add --method dcdm")
    load_weights(run)


def _check_targets(settings: Settings) -> None:
    check_suffix("plot", settings.plot, PLOT_SUFFIXES)
    check_suffix("write-matrix", settings.write_matrix, (".mtx",))
    if settings.report != Path("-"):
        check_suffix("report", settings.report, (".json",))
    for target in (settings.output, settings.plot, settings.write_matrix, settings.report):
        if target is not None and target != Path("-"):
            check_writable(target)
