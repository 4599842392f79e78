"""Writes ``api/cuda_kernels.txt``, the table of kernels that have a CUDA version, from the kernels themselves."""

from importlib import import_module
from pathlib import Path
from typing import Any

from sciml.kernels._cuda import VARIANTS
from sciml.kernels._spec import KernelSpec, specs


def write(app: Any) -> None:
    """Make the table before Sphinx looks for sources."""
    rows = [["kernel", "what it does", "types"]] + [row(spec) for spec in specs() if spec.on_device]
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for cells in rows:
        lines += [f"   {'* -' if k == 0 else '  -'} {cell}" for k, cell in enumerate(cells)]
    folder = Path(app.srcdir) / "api"
    folder.mkdir(exist_ok=True)
    (folder / "cuda_kernels.txt").write_text("\n".join(lines) + "\n")


def row(spec: KernelSpec) -> list[str]:
    """Name, first line of the module's docstring, types that are compiled."""
    summary = (import_module(f"sciml.kernels.{spec.name}").__doc__ or "").splitlines()[0]
    types = import_module(f"sciml.kernels.{spec.name}.cuda").PROGRAM.types
    plain = "".join(f"\\{letter}" if letter in "*|_" else letter for letter in summary.replace("`", ""))
    chosen = "; ".join(f"{name} {' or '.join(VARIANTS[name])}" for name in types)
    return [f"``{spec.name}``", plain, chosen or "fixed"]


def setup(app: Any) -> dict[str, bool]:
    """Run at the start of every build."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}
