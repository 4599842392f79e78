"""A run of a generator as a person sees it: what is checked before, progress, what to do after a failure."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sciml._errors import InputError
from sciml.cli._counting import counting
from sciml.cli._exit import Failure

if TYPE_CHECKING:
    from sciml.datasets.generate.engine import Order

__all__ = ["counts_of", "run"]


def run(
    name: str, recipe: Any, *, samples: int, resolution: int | None, seed: int, output: Path, workers: int,
    split: str | None, dtype: str | None, compress: bool, overwrite: bool, quiet: bool, verbose: bool,
) -> None:
    """Make the file, or say what is left and how to go on.

    Raises
    ------
    InputError
        If something given does not fit; nothing was written.
    Failure
        If the run was interrupted, a file could not be written, or a sample is not solved.
    """
    from sciml.datasets.generate.engine import Order

    order = Order(name, recipe, samples, resolution, seed, counts_of(split), dtype, compress)
    _check(output, workers, overwrite)
    if verbose and not quiet:
        for key, value in order.described().items():
            click.echo(f"{key:<10}  {value}", err=True)
    begin = time.perf_counter()
    _make(order, output, workers, overwrite, quiet)
    _conclude(output, time.perf_counter() - begin, quiet)


def counts_of(text: str | None) -> tuple[int, int, int] | None:
    """Sizes of the parts of a split.

    Examples
    --------
    >>> counts_of("80,10,10")
    (80, 10, 10)
    """
    if text is None:
        return None
    try:
        train, val, test = (int(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--split {text}: expected three whole numbers, as in 800,100,100") from None
    return train, val, test


def _check(output: Path, workers: int, overwrite: bool) -> None:
    if output.suffix not in (".h5", ".hdf5"):
        raise InputError(f"--output {output}: suffix '{output.suffix}' is unknown; use .h5")
    if workers < 1:
        raise InputError(f"--workers is {workers}; expected a whole number >= 1")
    if output.exists() and not overwrite:
        raise InputError(f"{output} exists; choose another name, or --overwrite to replace it once the new one is made")


def _make(order: "Order", output: Path, workers: int, overwrite: bool, quiet: bool) -> None:
    from sciml.cli._compiling import watch_compilation
    from sciml.datasets.generate.engine import generate, parts_of

    done = 0

    def note() -> None:
        if not quiet:
            click.echo("compiling kernels, once", err=True)

    try:
        with counting("samples", quiet) as show, watch_compilation(note):

            def progress(count: int, total: int) -> None:
                nonlocal done
                done = count
                show(count, total)

            generate(order, output, workers=workers, overwrite=overwrite, progress=progress)
    except (OSError, KeyboardInterrupt) as error:
        reason = "interrupted" if isinstance(error, KeyboardInterrupt) else f"failed ({_reason(error)})"
        raise Failure(
            f"{reason} after {done} of {order.samples} samples; {parts_of(output)} keeps what was done, and the same "
            "command goes on from it"
        ) from None


def _reason(error: OSError) -> str:
    """HDF5 says in many words what the system said in few."""
    text = " ".join(str(error).split())
    return error.strerror or text.partition("error message = '")[2].partition("'")[0] or text[:120]


def _conclude(output: Path, seconds: float, quiet: bool) -> None:
    from sciml._memory import readable_bytes
    from sciml.datasets.checks import residuals
    from sciml.datasets.formats.ours import open_ours

    with open_ours(output) as samples:
        (finding,) = residuals(samples)
        size, worst = readable_bytes(output.stat().st_size), samples.facts["residual"].max()
        if not quiet:
            click.echo(f"{output}: {len(samples)} samples, {size}, largest residual {worst:.1e}, {seconds:.1f} s")
    if not finding.passed:
        raise Failure(f"{output} is written, but not all samples are solved: residuals {finding.text}")
