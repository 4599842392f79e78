"""The report of a solve: facts in, JSON out."""

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sciml.pde import Balance

__all__ = ["as_json", "balance_facts", "peak_memory_bytes", "versions"]


def as_json(report: Mapping[str, Any]) -> str:
    """JSON text; what is not a finite number becomes null.

    Examples
    --------
    >>> print(as_json({"residual": float("nan"), "shape": (2, 3)}))
    {
      "residual": null,
      "shape": [2, 3]
    }
    """
    lines = (f"  {json.dumps(key)}: {json.dumps(_plain(value), allow_nan=False)}" for key, value in report.items())
    return "{\n" + ",\n".join(lines) + "\n}"


def balance_facts(balance: Balance) -> dict[str, Any]:
    """The terms of a balance and their sums."""
    return {**balance.terms, **{name: getattr(balance, name) for name in ("inflow", "outflow", "exchange", "defect")}}


def versions() -> dict[str, str]:
    """Releases of what takes part in a classical solve."""
    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python} | {name: version(name) for name in ("sciml-kit", "numpy", "scipy", "numba")}


def peak_memory_bytes() -> int | None:
    """Largest resident set of this process so far; None where the system does not tell.

    Notes
    -----
    Linux hands ``ru_maxrss`` of a parent on to what it starts, so VmHWM is asked first.
    """
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # not Linux
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return getrusage(RUSAGE_SELF).ru_maxrss * unit


def _plain(value: Any) -> Any:
    """Only types JSON knows."""
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if hasattr(value, "tolist"):  # NumPy arrays and scalars
        return _plain(value.tolist())
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    return str(value)
