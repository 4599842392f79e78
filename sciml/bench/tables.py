"""Tables of results and their renderings; every figure comes from a row."""

from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = ["Row", "Table", "as_rst", "as_text", "cells"]

Row: TypeAlias = dict[str, float | int | str | None]

_HEADINGS = {
    "setup_seconds": "set-up [s]", "solve_seconds": "solve [s]", "total_seconds": "total [s]",
    "times_fastest": "x fastest", "bytes_per_unknown": "bytes/unknown", "gigabytes_per_second": "GB/s",
}


@dataclass(frozen=True)
class Table:
    """A titled list of rows; columns appear in the order in which rows first name them.

    Parameters
    ----------
    title : str
        What was solved.
    rows : list of dict
        Column name to value.
    note : str
        One sentence under the table.
    curves : dict of str to list of [float, float]
        Lines of a plot, by name: processor seconds of a training and its error on the validation samples.
    pictures : list of list of list of float
        Images, rows from the top, negative where there is nothing to see; drawn beside each other.
    """

    title: str
    rows: list[Row]
    note: str = field(default="")
    curves: dict[str, list[list[float]]] = field(default_factory=dict)
    pictures: list[list[list[float]]] = field(default_factory=list)


def cells(table: Table) -> list[list[str]]:
    """Heading and rows as text.

    Examples
    --------
    >>> cells(Table("t", [{"method": "fft", "setup_seconds": 0.012345, "residual": 3.21e-12}]))
    [['method', 'set-up [s]', 'residual'], ['fft', '0.0123', '3.2e-12']]
    """
    names = list(dict.fromkeys(name for row in table.rows for name in row))
    names.sort(key=lambda name: name == "status")  # remarks last
    heading = [_HEADINGS.get(name, name.replace("_", " ")) for name in names]
    return [heading] + [[_format(name, row.get(name)) for name in names] for row in table.rows]


def _format(name: str, value: float | int | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.1e}" if name == "residual" else f"{value:.3g}"
    return str(value)


def as_text(table: Table) -> str:
    """The table for a terminal.

    Examples
    --------
    >>> print(as_text(Table("Box", [{"method": "fft", "iterations": 1}])))
    Box
      method  iterations
      fft              1
    """
    return "\n".join([table.title, *("  " + line for line in _columns(table)), *([table.note] if table.note else [])])


def _columns(table: Table) -> list[str]:
    grid = cells(table)
    widths = [max(len(row[j]) for row in grid) for j in range(len(grid[0]))]
    texts = [j for j, name in enumerate(grid[0]) if name in ("method", "operation", "status", "precision")]
    return ["  ".join(
        row[j].ljust(width) if j in texts else row[j].rjust(width) for j, width in enumerate(widths)
    ).rstrip() for row in grid]


def as_rst(table: Table) -> str:
    """The table for the documentation, as a list table.

    Examples
    --------
    >>> print(as_rst(Table("Box", [{"method": "fft"}])))
    .. list-table:: Box
       :header-rows: 1
    <BLANKLINE>
       * - method
       * - fft
    <BLANKLINE>
    """
    lines = [f".. list-table:: {table.title}", "   :header-rows: 1", ""]
    for row in cells(table):
        lines += [f"   {'*' if j == 0 else ' '} - {text}".rstrip() for j, text in enumerate(row)]
    return "\n".join([*lines, *(["", table.note] if table.note else []), ""])
