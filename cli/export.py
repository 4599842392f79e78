"""The command ``sciml export``: a trained model for programs that do not have this package."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

__all__ = ["export"]

EPILOG = """\b
Examples:
  sciml export runs/mgno-1 --output model.pt2
  sciml export runs/unet-1 --format onnx

\b
The file takes inputs (batch, channels, *spatial) in their own units, as the data set holds them, and returns outputs in
theirs: the normalisation is inside. Batch and resolution are free. pt2 is read by torch.export.load in Python and by
AOTInductor and ExecuTorch; onnx by ONNX Runtime and others. Exit code: 0 written, 1 failed, 2 bad input.
"""

_path = click.Path(path_type=Path)


@click.command(epilog=EPILOG)
@click.argument("run", type=_path)
@click.option("--format", "form", default="", metavar="pt2|onnx", help="[default: the suffix of --output, else pt2]")
@click.option("--output", type=_path, metavar="FILE", help="File to write.  [default: RUN/model.pt2 or .onnx]")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors and the file.")
def export(run: Path, form: str, output: Path | None, quiet: bool) -> None:
    """Export the best model of RUN."""
    from sciml._errors import InputError
    from sciml._nearest import nearest

    form = form or (output.suffix[1:] if output is not None else "pt2")
    if form not in ("pt2", "onnx"):
        raise InputError(f"format '{form}' is unknown; use pt2 or onnx{nearest(form, ('pt2', 'onnx'))}")
    target = output or run / f"model.{form}"
    if target.suffix != f".{form}":
        raise InputError(f"--output {target}: suffix '{target.suffix}' with --format {form}; use .{form}")
    if output is not None and not target.resolve().parent.is_dir():
        raise InputError(f"--output {target}: there is no folder {target.parent}; create it first")
    from sciml.train.export_run import export_run
    from sciml.train.trained import Trained

    trained = Trained.of(run)
    with _quiet_libraries():
        model = export_run(trained, target, "onnx" if form == "onnx" else "pt2")
    if not quiet:
        inputs, outputs = (", ".join(trained.record[kind]) for kind in ("inputs", "outputs"))
        least = model.smallest_side
        click.echo(f"{trained.config.model.name} from {inputs} to {outputs}: any batch, sides >= {least}", err=True)
    click.echo(target)


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keep what the exporter says about itself from the terminal."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
