"""Where and with what a benchmark ran."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import sciml

__all__ = ["environment"]

_LIBRARIES = (
    "numpy", "scipy", "numba", "pyamg", "petsc4py", "scikit-sparse", "pypardiso", "vesin", "matscipy", "ase",
    "torch",
)


def environment(folder: Path) -> dict[str, Any]:
    """Versions, processor, thread settings, commit and time.

    Parameters
    ----------
    folder : Path
        Any folder of the checkout whose commit is recorded.

    Examples
    --------
    >>> environment(Path("."))["versions"]["sciml"] == sciml.__version__
    True
    """
    from sciml.kernels._pool import usable_cores

    versions = {"python": platform.python_version(), "sciml": sciml.__version__}
    return {
        "versions": versions | {name: found for name in _LIBRARIES if (found := _version(name))},
        "processor": _processor(),
        "cores": usable_cores(),
        "system": platform.platform(),
        "blas_threads": os.environ.get("OPENBLAS_NUM_THREADS", "default"),
        "commit": _commit(folder),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _commit(folder: Path) -> str:
    """Hash of the checked-out commit, marked when files were changed; "unknown" outside a checkout."""
    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", folder, *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        return git("rev-parse", "HEAD") + (" with changes" if git("status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
