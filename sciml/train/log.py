"""What a run tells while it goes on: rows of metrics in files, and events for whoever watches."""

import csv
import json
import math
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any, Protocol

from sciml._atomic import replacing

__all__ = ["MetricLog", "Silent", "Watcher"]


class Watcher(Protocol):
    """Whoever shows the progress of a run."""

    def step(self, step: int, total: int | None, loss: float, lr: float) -> None:
        """A step ended; `step` counts from 1, `total` is None while it is not known."""

    def epoch(self, row: Mapping[str, Any]) -> None:
        """An epoch ended with this row of metrics."""


class Silent:
    """Shows nothing."""

    def step(self, step: int, total: int | None, loss: float, lr: float) -> None:
        """Nothing."""

    def epoch(self, row: Mapping[str, Any]) -> None:
        """Nothing."""


class MetricLog:
    """metrics.csv and metrics.jsonl of a run, a row an epoch; both are replaced as a whole, never half written.

    Parameters
    ----------
    folder : Path

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     log = MetricLog(Path(folder))
    ...     for epoch in (1, 2, 3):
    ...         log.add({"epoch": epoch, "train_loss": 1 / epoch})
    ...     log.cut(2)
    ...     Path(folder, "metrics.csv").read_text().splitlines()
    ['epoch,train_loss', '1,1.0', '2,0.5']
    """

    def __init__(self, folder: Path) -> None:
        self.csv, self.jsonl = folder / "metrics.csv", folder / "metrics.jsonl"
        self.rows: list[dict[str, Any]] = []
        if self.jsonl.exists():
            self.rows = [json.loads(line) for line in self.jsonl.read_text().splitlines()]

    def add(self, row: Mapping[str, Any]) -> None:
        """Append the row of an epoch, in place of an earlier one."""
        plain = {name: _finite(value) for name, value in row.items()}
        self.rows = [*(old for old in self.rows if old["epoch"] < plain["epoch"]), plain]
        self._write()

    def cut(self, epoch: int) -> None:
        """Drop rows of later epochs than `epoch`."""
        kept = [row for row in self.rows if row["epoch"] <= epoch]
        if len(kept) < len(self.rows):
            self.rows = kept
            self._write()

    def _write(self) -> None:
        table = StringIO()
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        writer = csv.DictWriter(table, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        with replacing(self.csv, self.jsonl) as (csv_file, jsonl_file):
            csv_file.write_text(table.getvalue())
            jsonl_file.write_text("".join(json.dumps(row) + "\n" for row in self.rows))


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
