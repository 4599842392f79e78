"""Everything one solve depends on, typed, with its defaults: the union of options and problem file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sciml._errors import InputError
from sciml.cli._boundary import Conditions, parse_conditions, parse_table
from sciml.cli._solver_options import SolverOptions, as_options
from sciml.cli._values import (
    FieldValue,
    RegionValues,
    as_count,
    as_field,
    as_field_or_regions,
    as_fields,
    as_file,
    as_flag,
    as_lengths,
    as_number,
    as_path,
    as_shape,
    as_text,
    as_whole,
    choice,
)
from sciml.mesh.regions import Region

__all__ = ["PaintedRegion", "Settings", "overlay", "parse"]


@dataclass(frozen=True)
class PaintedRegion:
    """A region of a problem file and the fields it sets; on a mesh its name may be that of a region of cells."""

    name: str
    region: Region
    values: Mapping[str, float | str]


@dataclass(frozen=True)
class Settings:
    """A problem, how to solve it, and where the results go; None = decided later."""

    title: str = ""
    problem: Path | None = None
    rhs: str | None = None
    refine: int = 0
    shape: tuple[int, ...] | None = None
    extent: tuple[float, ...] = ()
    location: str = "cell"
    coefficient: tuple[FieldValue | RegionValues, ...] = (1.0,)
    source: FieldValue | RegionValues = 1.0
    mask: FieldValue | None = None
    fixed: FieldValue | None = None
    fixed_value: FieldValue = 0.0
    shift: FieldValue | RegionValues = 0.0
    regions: tuple[PaintedRegion, ...] = ()
    bc: Conditions = ()
    project: bool = False
    method: str = "auto"
    rtol: float = 1e-8
    atol: float = 0.0
    maxiter: int | None = None
    dtype: str = "float64"
    device: str = "cpu"
    threads: int | None = None
    x0: FieldValue | None = None
    guess: Path | None = None
    weights: Path | None = None
    options: SolverOptions = field(default_factory=dict)
    u_label: str = "u"
    length_unit: str = ""
    flow_unit: str = ""
    output: Path | None = None
    report: Path | None = None
    plot: Path | None = None
    write_matrix: Path | None = None

    def fields(self) -> dict[str, FieldValue | RegionValues]:
        """Every field given, by the name of its option; coefficients per axis are numbered."""
        single = {name: getattr(self, name) for name in ("mask", "fixed", "fixed_value", "shift", "x0", "source")}
        several = {f"coefficient[{axis}]": k for axis, k in enumerate(self.coefficient)}
        if len(several) == 1:
            several = {"coefficient": self.coefficient[0]}
        return several | {name: value for name, value in single.items() if value is not None}


def _not_negative(value: object) -> float:
    number = as_number(value)
    if number < 0:
        raise InputError(f"{number} given; expected a number >= 0")
    return number


def _plain(parser: Callable[[object], Any]) -> Callable[[object, Path], Any]:
    return lambda value, folder: parser(value)


_PARSERS: Mapping[str, Callable[[object, Path], Any]] = {
    "title": _plain(as_text),
    "problem": as_path,
    "rhs": as_file,
    "refine": _plain(as_count),
    "shape": _plain(as_shape),
    "extent": _plain(as_lengths),
    "location": _plain(choice("cell", "node")),
    "coefficient": as_fields,
    "source": as_field_or_regions,
    "mask": as_field,
    "fixed": as_field,
    "fixed_value": as_field,
    "shift": as_field_or_regions,
    "bc": _plain(lambda value: parse_table(value) if isinstance(value, Mapping) else parse_conditions(value)),
    "project": _plain(as_flag),
    "method": _plain(as_text),
    "rtol": _plain(_not_negative),
    "atol": _plain(_not_negative),
    "maxiter": _plain(as_whole),
    "dtype": _plain(choice("float32", "float64")),
    "device": _plain(choice("cpu", "cuda")),
    "threads": _plain(as_whole),
    "x0": as_field,
    "guess": as_path,
    "weights": as_path,
    "options": _plain(as_options),
    "u_label": _plain(as_text),
    "length_unit": _plain(as_text),
    "flow_unit": _plain(as_text),
    "output": as_path,
    "report": as_path,
    "plot": as_path,
    "write_matrix": as_path,
}


def parse(given: Mapping[str, object], folder: Path, label: Callable[[str], str]) -> dict[str, Any]:
    """Typed values of some settings.

    Parameters
    ----------
    given : mapping
        Setting name to text or TOML value.
    folder : Path
        Where relative file names start.
    label : callable
        How messages name a setting, e.g. ``--shape`` or ``grid.shape in sink.toml``.

    Raises
    ------
    InputError
        Naming the setting.
    """
    typed = {}
    for name, value in given.items():
        try:
            typed[name] = _PARSERS[name](value, folder)
        except InputError as error:
            raise InputError(f"{label(name)}: {error}") from None
    return typed


def overlay(base: Settings, changes: Mapping[str, Any]) -> Settings:
    """`base` with some settings replaced, as the command line does with a problem file.

    Conditions and solver options are added to those of the file, later ones winning; a field given
    anew is not painted over by the file's regions.
    """
    merged = dict(changes)
    merged["bc"] = base.bc + merged.get("bc", ())
    options = merged.get("options", {})
    merged["options"] = {
        name: {**base.options.get(name, {}), **options.get(name, {})} for name in {**base.options, **options}
    }
    regions = (replace(r, values={k: v for k, v in r.values.items() if k not in changes}) for r in base.regions)
    merged["regions"] = tuple(region for region in regions if region.values)
    return replace(base, **merged)
