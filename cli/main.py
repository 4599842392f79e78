"""The program ``sciml``: a group of commands, each in its own file."""

import gc
import signal
from types import FrameType

import click

from sciml import __version__
from sciml.cli._clock import Clock, process_start
from sciml.cli._commands import LazyCommands

__all__ = ["cli", "main"]

COMMANDS = {
    "solve": ("sciml.cli.solve", "Solve a Poisson problem on a box and prove the residual."),
    "data": ("sciml.cli.data", "Make, look at, convert and check files of samples."),
    "train": ("sciml.cli.train", "Train a model on data sets."),
    "evaluate": ("sciml.cli.evaluate", "Evaluate a trained model on samples it has not seen."),
    "predict": ("sciml.cli.predict", "Predict with a trained model; on request prove or refine the answer."),
    "export": ("sciml.cli.export", "Export a trained model as pt2 or ONNX."),
    "bench": ("sciml.cli.bench", "List, run and report the benchmark cases."),
    "info": ("sciml.cli.info", "Show versions, threads, memory, caches and devices."),
}


@click.group(
    cls=LazyCommands,
    lazy=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: sciml solve --shape 64,64,64 --report -",
)
@click.version_option(__version__, prog_name="sciml", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Classical and learned solvers from the command line."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Entry point of the program; SIGTERM and a closed terminal end a command as Ctrl-C does, cleaning up."""
    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)
    # The compiler's modules hold hundreds of thousands of objects that live until the end: scanning
    # them for garbage again and again, and once more at exit, costs a third of a second.
    gc.set_threshold(100_000)
    try:
        cli(obj=Clock(process_start()))
    finally:
        gc.freeze()


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
