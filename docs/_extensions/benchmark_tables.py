"""Writes ``api/results.rst`` and its plots from the JSON files of ``benchmarks/results``, and from nothing else."""

from pathlib import Path
from typing import Any

from sciml.bench import read_records, write_report


def write(app: Any) -> None:
    """Make the page before Sphinx looks for sources."""
    write_report(read_records(Path(app.srcdir).parent / "benchmarks" / "results"), Path(app.srcdir) / "api")


def setup(app: Any) -> dict[str, bool]:
    """Run at the start of every build."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}
