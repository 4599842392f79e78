"""What was compiled for which architecture and how far what ran was off, as JSON, as a table and in one line."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from host_cuda.nvrtc import Usage

__all__ = ["Compiled", "Executed", "Report"]


@dataclass(frozen=True)
class Compiled:
    """One program for one architecture, with one choice of the types that it leaves open."""

    program: str
    types: str
    architecture: str
    kernels: list[Usage]


@dataclass(frozen=True)
class Executed:
    """The largest error of one operation, relative to the largest entry of its reference."""

    operation: str
    dtype: str
    where: str
    error: float


@dataclass
class Report:
    """Rows collected while tests run."""

    compiled: list[Compiled] = field(default_factory=list)
    executed: list[Executed] = field(default_factory=list)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Everything as plain values."""
        compiled = [{**asdict(row), "kernels": [usage._asdict() for usage in row.kernels]} for row in self.compiled]
        return {"compiled": compiled, "executed": [asdict(row) for row in self.executed]}

    def add(self, rows: Mapping[str, list[dict[str, Any]]]) -> None:
        """Take over the `rows` of another report."""
        for row in rows.get("compiled", ()):
            self.compiled.append(Compiled(**{**row, "kernels": [Usage(**usage) for usage in row["kernels"]]}))
        self.executed += [Executed(**row) for row in rows.get("executed", ())]

    def write(self, folder: Path) -> None:
        """``cuda.json`` and ``cuda.txt`` in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cuda.json").write_text(json.dumps(self.rows(), indent=1) + "\n")
        (folder / "cuda.txt").write_text("\n".join([*self.resources(), "", *self.errors(), "", self.summary(), ""]))

    def resources(self) -> list[str]:
        """A line for each kernel and choice of types: registers for each architecture, local memory."""
        architectures = sorted({row.architecture for row in self.compiled})
        lines: dict[tuple[str, str, str], dict[str, Usage]] = {}
        for row in self.compiled:
            for usage in row.kernels:
                lines.setdefault((row.program, usage.kernel, row.types), {})[row.architecture] = usage
        head = f"{'program':20} {'kernel':28} {'types':20}" + "".join(f"{name:>7}" for name in architectures)
        return [f"{head}  stack  spilled   (registers for each architecture; bytes)"] + [
            f"{program:20} {kernel:28} {types:20}"
            + "".join(f"{found[name].registers if name in found else '':>7}" for name in architectures)
            + f"{max(usage.frame for usage in found.values()):>7}"
            + f"{max(usage.stores + usage.loads for usage in found.values()):>9}"
            for (program, kernel, types), found in sorted(lines.items())
        ]

    def errors(self) -> list[str]:
        """A line for each operation: its largest error in each precision."""
        found = self.worst()
        dtypes = sorted({dtype for _, dtype in found})
        return [f"{'operation':20}" + "".join(f"{dtype:>10}" for dtype in dtypes) + "   (largest relative error)"] + [
            f"{name:20}" + "".join(
                f"{found[name, dtype]:>10.1e}" if (name, dtype) in found else f"{'':>10}" for dtype in dtypes
            )
            for name in sorted({name for name, _ in found})
        ]

    def worst(self) -> dict[tuple[str, str], float]:
        """Largest errors by operation and dtype."""
        found: dict[tuple[str, str], float] = {}
        for row in self.executed:
            found[row.operation, row.dtype] = max(row.error, found.get((row.operation, row.dtype), 0.0))
        return found

    def summary(self) -> str:
        """One line."""
        usages = [usage for row in self.compiled for usage in row.kernels]
        parts = []
        if usages:
            kernels = {(row.program, usage.kernel) for row in self.compiled for usage in row.kernels}
            architectures = sorted({row.architecture for row in self.compiled})
            parts.append(
                f"{len(kernels)} kernels of {len({row.program for row in self.compiled})} programs compiled for "
                f"{', '.join(architectures)} ({len(usages)} instances, at most "
                f"{max(usage.registers for usage in usages)} registers, "
                f"{sum(usage.stores + usage.loads > 0 for usage in usages)} that spill)"
            )
        if self.executed:
            worst: dict[str, float] = {}
            for (_, dtype), error in self.worst().items():
                worst[dtype] = max(error, worst.get(dtype, 0.0))
            errors = ", ".join(f"{error:.1e} in {dtype}" for dtype, error in sorted(worst.items()))
            places = ", ".join(sorted({row.where for row in self.executed}))
            parts.append(
                f"{len({row.operation for row in self.executed})} operations run on {places}, largest error {errors}"
            )
        return "CUDA: " + "; ".join(parts) if parts else ""
