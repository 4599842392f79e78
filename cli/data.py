"""The command ``sciml data``: make, look at, convert and check files of samples."""

from pathlib import Path
from typing import Any

import click

from sciml.cli._data_convert import convert

__all__ = ["data"]

_path = click.Path(path_type=Path)
_quiet = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")


@click.group(epilog="Example: sciml data generate darcy --samples 100 --resolution 32 --output darcy.h5")
def data() -> None:
    """Make, look at, convert and check files of samples."""


data.add_command(convert)


@data.command("list", epilog="Example: sciml data list --verbose")
@click.option("-v", "--verbose", is_flag=True, help="With the parameters for --set and their defaults.")
def list_generators(verbose: bool) -> None:
    """Name the generators."""
    from sciml.datasets.generate import GENERATORS, recipe_class
    from sciml.datasets.generate.settings import described

    width = max(map(len, GENERATORS))
    for name, entry in GENERATORS.items():
        click.echo(f"{name:<{width}}  {entry.summary}")
        for key, text in described(recipe_class(name)).items() if verbose else ():
            click.echo(f"{'':{width}}    {key} = {text}")


GENERATE = """\b
Examples:
  sciml data generate darcy --samples 1000 --resolution 32 --output darcy.h5 --workers 2
  sciml data generate darcy --set variant=rough --set refine=4 --output rough.h5
  sciml data generate navier-stokes --samples 200 --set viscosity=1e-4 --output flow.h5
  sciml data generate molecules --samples 600 --split 500,100,0 --set molecule=ethanol --output ethanol.h5

\b
After Ctrl-C, a kill or a full disk the same command goes on from what was done. The file is the same byte for
byte whatever the number of workers. Parameters for --set: sciml data list --verbose.

\b
Exit code: 0 done, 1 interrupted or failed, 2 bad input.
"""


@data.command(epilog=GENERATE)
@click.argument("name")
@click.option("--samples", type=int, default=1000, show_default=True, metavar="N", help="Number of samples.")
@click.option("--resolution", type=int, metavar="N", help="Cells or nodes an axis.  [default: 64; atoms have none]")
@click.option("--seed", type=int, default=0, show_default=True, metavar="N", help="Start of the random numbers.")
@click.option("--output", type=_path, required=True, metavar="FILE.h5", help="The file to make.")
@click.option("--workers", type=int, default=1, show_default=True, metavar="N", help="Processes.")
@click.option(
    "--split", metavar="A,B,C", help="Training, validation and test samples.  [default: 8, 1 and 1 tenths]",
)
@click.option("--dtype", metavar="TYPE", help="float32 or float64, as stored.  [default: float32, atoms float64]")
@click.option("--compress", is_flag=True, help="Smaller files that take longer to read.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A parameter of the generator; repeated.")
@click.option("--overwrite", is_flag=True, help="Replace an existing file once the new one is complete.")
@_quiet
@click.option("-v", "--verbose", is_flag=True, help="With all parameters.")
def generate(name: str, settings: tuple[str, ...], split: str | None, quiet: bool, **given: Any) -> None:
    """Make a file of samples with the generator NAME."""
    from sciml.cli._generating import run
    from sciml.datasets.generate import recipe_class
    from sciml.datasets.generate.settings import recipe_from

    run(name.replace("_", "-"), recipe_from(recipe_class(name), settings), split=split, quiet=quiet, **given)


@data.command(epilog="Example: sciml data info darcy.h5")
@click.argument("file", type=_path)
def info(file: Path) -> None:
    """Tell what is in FILE: fields, grid, boundary conditions, split, how it was made."""
    import sys

    from sciml.cli._about_data import about
    from sciml.cli._summary import print_pairs

    print_pairs(about(file), sys.stdout)


@data.command(epilog="Example: sciml data check darcy.h5 --systems 20")
@click.argument("file", type=_path)
@click.option(
    "--systems", type=int, default=8, show_default=True, metavar="N",
    help="Samples whose linear system is formed again to recompute the residual of the label.",
)
@_quiet
def check(file: Path, systems: int, quiet: bool) -> None:
    """Read all of FILE and verify checksums, finite values, residuals and what the equation promises.

    Exit code: 0 all fine, 1 a check failed, 2 not a data set.
    """
    from sciml.cli._about_data import opened
    from sciml.cli._counting import counting
    from sciml.cli._exit import Failure
    from sciml.datasets.checks import check as findings_of

    with opened(file) as samples, counting("samples", quiet) as progress:
        findings = findings_of(samples, systems, progress)
    failed = [one.name for one in findings if not one.passed]
    width = max(len(one.name) for one in findings)
    for one in findings if not quiet or failed else ():
        click.echo(f"{'ok    ' if one.passed else 'FAILED'}  {one.name:<{width}}  {one.text}")
    if failed:
        raise Failure(f"{file} failed {len(failed)} of {len(findings)} checks: {', '.join(failed)}")
