"""Checks before the first array is read: shapes from headers, names, targets, memory."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sciml._errors import InputError
from sciml._expressions import Expression
from sciml._memory import require_memory
from sciml._nearest import nearest
from sciml.cli._boundary import conditions_on
from sciml.cli._estimate import estimated_bytes
from sciml.cli._settings import Settings
from sciml.mesh.grid import AXES, Grid
from sciml.mesh.io.arrays import ArrayFile
from sciml.mesh.io.fields import check_suffix

__all__ = ["Plan", "make_plan"]

LONGEST_NAME = 240  # file systems allow 255, of which a temporary file needs some
PLOT_SUFFIXES = (".png", ".pdf", ".svg")


@dataclass(frozen=True)
class Plan:
    """A solve that passed every check possible without reading arrays.

    Parameters
    ----------
    settings : Settings
        What was asked for.
    grid : Grid
        Box and boundary conditions; mask and fixed cells follow when files are read.
    batch : int
        Number of right-hand sides.
    memory : int
        Estimated bytes.
    """

    settings: Settings
    grid: Grid
    batch: int
    memory: int


def make_plan(settings: Settings) -> Plan:
    """Check settings and file headers.

    Raises
    ------
    InputError
        At the first thing that does not fit.
    MemoryLimitError
        If the solve would not fit into memory.
    """
    _check_solver(settings)
    _check_targets(settings)
    files = {name: value for name, value in settings.fields().items() if isinstance(value, ArrayFile)}
    stored = {name: file.header().shape for name, file in files.items()}
    grid = _grid(settings, stored)
    batch = _batch(stored, files, grid)
    memory = estimated_bytes(settings, grid, batch)
    require_memory(memory, f"a solve of shape {','.join(map(str, grid.shape))}" + (f" x {batch}" if batch > 1 else ""))
    _check_fields(settings, grid)
    return Plan(settings, grid, batch, memory)


def _grid(settings: Settings, stored: Mapping[str, tuple[int, ...]]) -> Grid:
    shape = settings.shape
    if shape is None:
        if not stored:
            raise InputError("no shape given; use --shape 128,128,128 (grid.shape in a problem file) or an array file")
        # The source comes last: it may have a leading axis of right-hand sides.
        shape = min(stored.items(), key=lambda item: item[0] in ("source", "x0"))[1]
    if not 1 <= len(shape) <= 3 or min(shape) < 1:
        raise InputError(f"shape {shape} cannot be a grid; expected 1 to 3 axes with at least one unknown each")
    return Grid(
        shape,
        settings.extent,
        "node" if settings.location == "node" else "cell",
        conditions_on(settings.bc, len(shape)),
    )


def _batch(stored: Mapping[str, tuple[int, ...]], files: Mapping[str, ArrayFile], grid: Grid) -> int:
    for name, shape in stored.items():
        is_batch = name in ("source", "x0") and len(shape) == grid.ndim + 1 and shape[1:] == grid.shape and shape[0] > 0
        if shape != grid.shape and not is_batch:
            lead = " (a leading axis may count right-hand sides)" if name == "source" else ""
            raise InputError(f"{name} {files[name]} has shape {shape}; expected {grid.shape}{lead}")
    source, x0 = stored.get("source", grid.shape), stored.get("x0", grid.shape)
    batch = source[0] if len(source) > grid.ndim else 1
    if len(x0) > grid.ndim and x0[0] != batch:
        raise InputError(f"x0 has shape {x0} for {batch} right-hand sides; expected {grid.shape} or one guess each")
    return batch


def _check_fields(settings: Settings, grid: Grid) -> None:
    count = len(settings.coefficient)
    if count not in (1, grid.ndim):
        raise InputError(f"coefficient has {count} entries; expected 1, or one an axis of the shape {grid.shape}")
    names = AXES[: grid.ndim]
    for name, value in settings.fields().items():
        if isinstance(value, str):
            try:
                Expression(value, names)
            except InputError as error:
                raise InputError(f"{name}: {error}") from None
    for number, painted in enumerate(settings.regions, 1):
        try:
            painted.region.window(grid)
            for text in (painted.region.where, *painted.values.values()):
                if isinstance(text, str):
                    Expression(text, names)
        except InputError as error:
            raise InputError(f"region {number}: {error}") from None


def _check_solver(settings: Settings) -> None:
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
    if settings.device == "cuda":
        raise InputError("device cuda: the solvers of this version run on the CPU; use --device cpu")


def _check_targets(settings: Settings) -> None:
    if settings.output is not None:
        check_suffix(settings.output)
    _check_suffix("plot", settings.plot, PLOT_SUFFIXES)
    _check_suffix("write-matrix", settings.write_matrix, (".mtx",))
    if settings.report != Path("-"):
        _check_suffix("report", settings.report, (".json",))
    for target in (settings.output, settings.plot, settings.write_matrix, settings.report):
        if target is not None and target != Path("-"):
            _check_writable(target)


def _check_suffix(name: str, target: Path | None, known: tuple[str, ...]) -> None:
    if target is not None and target.suffix.lower() not in known:
        raise InputError(
            f"{name} {target}: suffix '{target.suffix}' is unknown; use {', '.join(known)}"
            f"{nearest(target.suffix, known)}"
        )


def _check_writable(target: Path) -> None:
    if len(os.fsencode(target.name)) > LONGEST_NAME:
        raise InputError(f"the file name {target.name[:40]}... exceeds {LONGEST_NAME} bytes; choose a shorter one")
    folder = target.resolve().parent
    if target.is_dir():
        raise InputError(f"{target} is a folder; expected a file name")
    if not folder.is_dir():
        raise InputError(f"folder {folder} for {target.name} does not exist; create it first")
    if not os.access(folder, os.W_OK):
        raise InputError(f"folder {folder} for {target.name} is not writable; choose another one")
