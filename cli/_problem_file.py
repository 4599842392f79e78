"""Problem files: a solve described in TOML.

A complete file::

    title = "Chip on a board"

    # Fields: a number, an expression in x, y, z, or a file FILE / FILE:NAME (.npy .npz .h5 .mat).
    coefficient = 0.3               # or one a axis: [1.0, 1.0, 0.01]
    source = 0.0                    # a leading axis in a file is a batch of right-hand sides
    mask = 1                        # 1 = active, 0 = obstacle
    shift = 0.0                     # sigma in -div(k grad u) + sigma u = f
    fixed = "hypot(x - 0.01, y) < 0.001"   # where u is prescribed inside the domain
    fixed_value = 20.0
    project = false                 # accept an incompatible source on a floating domain

    [grid]
    shape = [64, 64, 16]            # may be omitted when an array file gives it
    extent = [0.04, 0.04, 0.01]
    location = "cell"               # or "node"

    [[region]]                      # painted in order, later ones over earlier ones
    name = "chip"
    x = [0.015, 0.025]              # closed intervals; an axis not named is taken whole
    y = [0.015, 0.025]
    z = [0.002, 0.003]
    where = "x + y < 0.05"          # cuts the box down further
    coefficient = 148.0             # any of coefficient, source, mask, fixed, fixed_value, shift:
    source = "2e8 * (x < 0.02)"     # numbers or expressions

    [boundary]                      # sides, axes or all; as on the command line, or as a table
    all = "neumann"
    "z-" = "dirichlet:20"
    "z+" = { type = "robin", transfer = 15.0, value = "20 + 100*x" }

    [solver]
    method = "auto"
    rtol = 1e-8
    atol = 0.0
    maxiter = 100
    dtype = "float64"
    device = "cpu"
    threads = 2
    x0 = 0.0                        # initial guess
    [solver.multigrid]              # what --set multigrid.key=value sets
    cycle = "V"

    [labels]                        # for people: texts in plot and summary
    u = "temperature [C]"
    length = "m"
    flow = "W"                      # of the balance: source times volume

    [output]
    field = "chip.vti"              # --output
    report = "chip.json"            # --report
    plot = "chip.png"               # --plot
    matrix = "chip.mtx"             # --write-matrix

Instead of a box, a mesh (values may differ by its regions, conditions belong to its named boundaries)::

    coefficient = { steel = 50.0, copper = "400 - x" }
    [mesh]
    file = "part.msh"
    refine = 1                      # each time halves the edges
    [boundary]
    inlet = "dirichlet:1"

or a matrix::

    rhs = "b.mtx"                   # without it what is stored with the matrix, else 1
    [matrix]
    file = "A.mtx"

The initial guess may be what a trained network predicts, instead of a field x0::

    [solver]
    guess = "runs/mgno-1"           # folder of sciml train
    weights = "runs/dcdm-1"         # of sciml train dcdm, for method dcdm

Relative file names start at the folder of the problem file. Options on the command line win.
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sciml._errors import InputError
from sciml._expressions import Expression
from sciml._nearest import nearest
from sciml.cli._settings import PaintedRegion, Settings, parse
from sciml.cli._values import as_axes, as_field, as_text
from sciml.mesh.grid import AXES
from sciml.mesh.io.arrays import ArrayFile
from sciml.mesh.regions import Region

__all__ = ["read_problem"]

# Key of the file to setting, per table; "" is the top of the file.
_TABLES: Mapping[str, Mapping[str, str]] = {
    "": {key: key for key in (
        "title", "coefficient", "source", "mask", "shift", "fixed", "fixed_value", "project", "rhs",
    )},
    "mesh": {"file": "problem", "refine": "refine"},
    "matrix": {"file": "problem"},
    "grid": {key: key for key in ("shape", "extent", "location")},
    "solver": {key: key for key in (
        "method", "rtol", "atol", "maxiter", "dtype", "device", "threads", "x0", "guess", "weights",
    )},
    "labels": {"u": "u_label", "length": "length_unit", "flow": "flow_unit"},
    "output": {"field": "output", "report": "report", "plot": "plot", "matrix": "write_matrix"},
}
_PAINTED = ("coefficient", "source", "mask", "fixed", "fixed_value", "shift")
_SIZE_LIMIT = 10_000_000


def read_problem(path: Path) -> Settings:
    """Settings of a problem file.

    Parameters
    ----------
    path : Path
        A ``.toml`` file in the form shown in this module's description.

    Raises
    ------
    InputError
        If the file cannot be read or holds an unknown key or a value of the wrong kind.
    """
    document = _load(path)
    tables = [key for key in ("mesh", "matrix", "grid", "solver", "labels", "output", "boundary") if key in document]
    for name in tables:
        if not isinstance(document[name], dict):
            raise InputError(f"{path}: '{name}' is {document[name]!r}; expected a table [{name}]")
    given = _flat("", {k: v for k, v in document.items() if k not in (*tables, "region")}, path)
    for name in tables:
        if name == "boundary":
            given["bc"] = document[name]
        else:
            given |= _flat(name, document[name], path)
    names = {
        setting: f"{table}.{key}".lstrip(".") for table, keys in _TABLES.items() for key, setting in keys.items()
    }
    typed = parse(given, path.parent, lambda setting: f"{path}: {names.get(setting, 'boundary')}")
    return Settings(**typed, regions=_regions(document.get("region", []), path))


def _load(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _SIZE_LIMIT:
            raise InputError(f"{path} holds more than {_SIZE_LIMIT} bytes; keep arrays in files of their own")
        with path.open("rb") as file:
            return tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path} is not valid TOML: {error}") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); give an existing .toml problem file") from None


def _flat(table: str, given: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Settings of one table; the sub-tables of [solver] are options of single solvers."""
    result: dict[str, Any] = {}
    for key, value in given.items():
        if table == "solver" and isinstance(value, dict):
            result.setdefault("options", {})[key] = value
        elif key in _TABLES[table]:
            result[_TABLES[table][key]] = value
        else:
            raise _unknown(key, table, path)
    return result


def _unknown(key: str, table: str, path: Path) -> InputError:
    where = f" in [{table}]" if table else ""
    homes = [name for name, keys in _TABLES.items() if key in keys]
    if homes:
        place = f"table [{homes[0]}]" if homes[0] else "the top of the file, before any table"
        return InputError(f"{path}: key '{key}' is unknown{where}; it belongs to {place}")
    known = [*_TABLES[table], *([] if table else [*filter(None, _TABLES), "region", "boundary"])]
    return InputError(f"{path}: key '{key}' is unknown{where}; use {', '.join(known)}{nearest(key, known)}")


def _regions(given: object, path: Path) -> tuple[PaintedRegion, ...]:
    if not isinstance(given, list) or not all(isinstance(table, dict) for table in given):
        raise InputError(f"{path}: 'region' is {given!r}; expected tables [[region]]")
    regions = []
    for number, table in enumerate(given, 1):
        try:
            regions.append(_region(table))
        except InputError as error:
            raise InputError(f"{path}: region {number} ({table.get('name', 'without name')}): {error}") from None
    return tuple(regions)


def _region(table: Mapping[str, object]) -> PaintedRegion:
    _check_keys(table, ("name", *AXES, "where", *_PAINTED))
    bounds = {axis: as_axes(table[axis]) for axis in AXES if axis in table}
    where = Expression(as_text(table["where"])).text if "where" in table else None
    values = {key: _painted(key, table[key]) for key in _PAINTED if key in table}
    if not values:
        raise InputError(f"it sets nothing; give one of {', '.join(_PAINTED)}")
    return PaintedRegion(str(table.get("name", "")), Region(bounds, where), values)


def _painted(key: str, given: object) -> float | str:
    value = as_field(given, Path())
    if isinstance(value, ArrayFile):
        raise InputError(f"{key} is a file; regions take numbers and expressions, files belong to the top level")
    return value


def _check_keys(table: Iterable[str], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            raise InputError(f"key '{key}' is unknown; use {', '.join(known)}{nearest(key, known)}")
