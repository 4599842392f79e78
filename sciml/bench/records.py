"""Result files: one JSON a case."""

import json
from pathlib import Path
from typing import Any

from sciml._atomic import replacing
from sciml._errors import InputError
from sciml.bench.tables import Table

__all__ = ["read_record", "read_records", "tables_of", "write_record"]

_KEYS = {"case", "summary", "settings", "environment", "tables"}


def write_record(record: dict[str, Any], path: Path) -> None:
    """Write the record of a case; a failure leaves an earlier file as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as (partial,):
        partial.write_text(json.dumps(record, indent=1, allow_nan=False) + "\n")


def read_record(path: Path) -> dict[str, Any]:
    """One record.

    Raises
    ------
    InputError
        If the file is not a record of this format.
    """
    try:
        record = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as JSON ({error}); run the case again") from None
    if not isinstance(record, dict) or not record.keys() >= _KEYS:
        raise InputError(f"{path} is not a benchmark record; expected the keys {', '.join(sorted(_KEYS))}")
    return record


def read_records(folder: Path) -> list[dict[str, Any]]:
    """All records of a folder, in the order of their names; none is fine."""
    return [read_record(path) for path in sorted(folder.glob("*.json"))]


def tables_of(record: dict[str, Any]) -> list[Table]:
    """The tables of a record."""
    return [Table(**table) for table in record["tables"]]
