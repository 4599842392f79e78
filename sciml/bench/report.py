"""A page of tables and plots, made from result files alone."""

from pathlib import Path
from typing import Any

import numpy as np

from sciml.bench.records import tables_of
from sciml.bench.tables import Table, as_rst

__all__ = ["describe", "write_report"]


def write_report(records: list[dict[str, Any]], folder: Path) -> Path:
    """Write ``results.rst`` and one plot a case.

    Parameters
    ----------
    records : list of dict
        As read by `read_records`.
    folder : Path
        Created when missing.

    Returns
    -------
    Path
        The page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = ["Results", "=======", ""]
    if not records:
        parts += ["No results are stored. ``sciml bench run CASE`` writes them.", ""]
    for record in records:
        name = record["case"]
        parts += [name, "-" * len(name), "", record["summary"], "", describe(record), ""]
        if _plot(record, folder / f"{name}.png"):
            parts += [f".. image:: {name}.png", f"   :alt: total seconds of {name}", ""]
        parts += [as_rst(table) for table in tables_of(record)]
        if _plot_pictures(record, folder / f"{name}_pictures.png"):
            parts += [f".. image:: {name}_pictures.png", f"   :alt: pictures of {name}", ""]
        if _plot_curves(record, folder / f"{name}_curves.png"):
            parts += [f".. image:: {name}_curves.png", f"   :alt: validation error over seconds of {name}", ""]
    page = folder / "results.rst"
    page.write_text("\n".join(parts))
    return page


def describe(record: dict[str, Any]) -> str:
    """One sentence on machine, versions, threads, seed and commit."""
    env, settings = record["environment"], record["settings"]
    versions = ", ".join(f"{name} {number}" for name, number in env["versions"].items())
    seconds = settings.get("seconds", 0)  # records of older versions have none
    least = f" and {seconds:g} s of runs at least" if seconds else ""
    return (
        f"{env['processor']}, {settings['threads']} thread(s), seed {settings['seed']}, rtol {settings['rtol']:g}, "
        f"median of {settings['repeats']}{least}; {versions}; commit {env['commit']}; {env['time']}."
    )


def _plot(record: dict[str, Any], path: Path) -> bool:
    """Bars of total seconds, one panel a table; False when no table has times."""
    timed = [table for table in tables_of(record) if any("total_seconds" in row for row in table.rows)]
    if not timed:
        return False
    from matplotlib.figure import Figure

    heights = [0.6 + 0.25 * len(table.rows) for table in timed]
    figure = Figure(figsize=(7, sum(heights) + 0.4), layout="constrained")
    axes = figure.subplots(len(timed), squeeze=False, height_ratios=heights)[:, 0]
    for ax, table in zip(axes, timed, strict=True):
        _bars(ax, table)
    figure.savefig(path, dpi=110)
    return True


def _plot_curves(record: dict[str, Any], path: Path) -> bool:
    """Validation errors over processor seconds, one panel a table; False when no table has curves."""
    drawn = [table for table in tables_of(record) if table.curves]
    if not drawn:
        return False
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3.6 * len(drawn)), layout="constrained")
    for ax, table in zip(figure.subplots(len(drawn), squeeze=False)[:, 0], drawn, strict=True):
        for name, points in table.curves.items():
            ax.loglog(*zip(*points, strict=True), label=name, linewidth=1)
        ax.set_title(table.title, fontsize=8, loc="left")
        ax.set_xlabel("processor seconds", fontsize=7)
        ax.set_ylabel("error on validation samples", fontsize=7)
        ax.tick_params(labelsize=7)
        ax.grid(alpha=0.3, which="both")
        ax.legend(fontsize=7)
    figure.savefig(path, dpi=110)
    return True


def _plot_pictures(record: dict[str, Any], path: Path) -> bool:
    """The pictures of all tables, one row a table; False when there are none."""
    drawn = [table for table in tables_of(record) if table.pictures]
    if not drawn:
        return False
    from matplotlib.figure import Figure

    columns = max(len(table.pictures) for table in drawn)
    figure = Figure(figsize=(1.9 * columns, 2.1 * len(drawn)), layout="constrained")
    for row, table in zip(figure.subplots(len(drawn), columns, squeeze=False), drawn, strict=True):
        row[0].set_title(table.title, fontsize=8, loc="left")
        for ax in row:
            ax.axis("off")
        for ax, picture in zip(row, table.pictures, strict=False):
            values = np.array(picture, float)
            ax.imshow(np.ma.masked_less(values, 0), interpolation="nearest", vmin=0)
            ax.imshow(np.ma.masked_greater_equal(values, 0), interpolation="nearest", cmap="gray", vmin=-2, vmax=0)
    figure.savefig(path, dpi=110)
    return True


def _bars(ax: Any, table: Table) -> None:
    rows = [row for row in table.rows if row.get("total_seconds") is not None]
    colours = ["C0" if str(row["method"]).startswith("sciml") else "C7" for row in rows]
    ax.barh([str(row["method"]) for row in rows], [row["total_seconds"] for row in rows], color=colours)
    ax.invert_yaxis()
    ax.set_xscale("log")
    ax.set_title(table.title, fontsize=8, loc="left")
    ax.tick_params(labelsize=7)
    ax.set_xlabel("set-up and solve [s]", fontsize=7)
