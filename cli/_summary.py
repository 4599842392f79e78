"""The few lines a person reads after a solve."""

from collections.abc import Mapping, Sequence
from typing import IO, Any

import click

from sciml._memory import readable_bytes

__all__ = ["hierarchy_lines", "print_pairs", "summary"]


def summary(report: Mapping[str, Any], files: Sequence[str]) -> dict[str, str]:
    """Name and text of every line."""
    floating = len(report["components"])
    title = report["title"] or ("Poisson" if report["balance"] else "A x = b")
    lines = {
        "problem": f"{title}: {report['problem']}, {report['unknowns']} unknowns",
        "method": f"{report['method']} ({report['selected_because']})",
        "outcome": f"{report['status'].value} after {report['iterations']} iterations",
        "residual": f"{report['residual']:.2e} (rtol {report['rtol']:.0e})",
        "time": ", ".join(f"{name} {report[name + '_seconds']:.2f} s" for name in ("setup", "solve", "total")),
    }
    if "residual_guess" in report:
        lines["guess"] = (
            f"residual {report['residual_guess']:.2e}; {report['iterations']} iterations from it, "
            f"{report['iterations_zero_guess']} from zero"
        )
    if "device" in report["details"]:
        lines["device"] = report["details"]["device"]
    if report["right_hand_sides"] == 1 and report.get("balance"):
        lines["balance"] = _balance(report["balance"], report["labels"]["flow"])
    if floating:
        worst = max(component.defect for component in report["components"])
        what = "component" if floating == 1 else "components"
        lines["floating"] = f"{floating} {what} with zero mean, largest relative defect of the source {worst:.1e}"
    if report["peak_memory_bytes"]:
        lines["memory"] = readable_bytes(report["peak_memory_bytes"])
    if files:
        lines["written"] = ", ".join(files)
    return lines


def _balance(balance: Mapping[str, Any], unit: str) -> str:
    """What enters and leaves, largest first, without sides through which next to nothing flows."""
    sums = ("inflow", "outflow", "exchange", "defect")
    least = 1e-6 * float(max(balance[name] for name in sums[:3]))
    terms = {name: float(term) for name, term in balance.items() if name not in sums}

    def part(sign: int, total: float) -> str:
        flows = sorted(((sign * term, name) for name, term in terms.items()), reverse=True)
        shown = ", ".join(f"{name} {flow:.4g}" for flow, name in flows if flow > least)
        return f"{total:.6g}{' ' if unit else ''}{unit} ({shown})" if shown else "nothing"

    inward, outward = part(1, balance["inflow"]), part(-1, balance["outflow"])
    return f"in {inward}, out {outward}, defect {balance['defect']:.1e}"


def print_pairs(pairs: Mapping[str, str], stream: IO[str] | None) -> None:
    """Two columns: a table on a terminal, plain aligned lines elsewhere; nothing on a closed stream (None)."""
    if stream is None:
        return
    if stream.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(show_header=False)
        table.add_column(style="bold")
        for name, text in pairs.items():
            table.add_row(name, Text(text))  # a title may hold brackets
        Console(file=stream).print(table)
        return
    width = max(map(len, pairs))
    for name, text in pairs.items():
        click.echo(f"{name:<{width}}  {text}", file=stream)


def hierarchy_lines(levels: object) -> list[str]:
    """A table of the levels of a solver: a list of mappings with the same keys."""
    if not isinstance(levels, Sequence) or not levels or not all(isinstance(row, Mapping) for row in levels):
        return []
    keys = list(levels[0])
    rows = [keys, *([_cell(row.get(key)) for key in keys] for row in levels)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(keys))]
    return ["  ".join(f"{text:>{width}}" for text, width in zip(row, widths, strict=True)) for row in rows]


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, tuple | list):
        return "x".join(map(str, value))
    return str(value)
