"""The command ``sciml data convert``: files of samples in another format."""

from pathlib import Path

import click

__all__ = ["convert"]

FORMS = ["sciml", "well", "npz", "deepmd", "deepmd-mixed", "deepmd-hdf5", "extxyz", "ase"]
EXAMPLES = """\b
Examples:
  sciml data convert piececonst_smooth1.mat piececonst_smooth2.mat darcy.h5 --protocol lsm
  sciml data convert NavierStokes_V1e-5_N1200_T20.mat flow.h5 --protocol fno
  sciml data convert darcy.h5 darcy.npz
  sciml data convert flow.h5 flow_well
  sciml data convert water/data_0 water/data_1 water.h5
  sciml data convert md17.xyz ethanol_deepmd --unit energy=kcal/mol --skip-bad

\b
A target .h5 is a data set of sciml, .hdf5 a file of The Well, a name without suffix a folder of The Well with
train, valid and test, .npz an archive for numpy.load. Points, frames and split are those of the protocol.
Frames of atoms go to .h5 (sciml), a folder or .hdf5 (deepmd), .extxyz, or .db (ASE).
"""


@click.command(epilog=EXAMPLES)
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="IN...")
@click.argument("target", type=click.Path(path_type=Path), metavar="OUT")
@click.option("--protocol", metavar="NAME", help="Published use of the files: fno, lsm, nsl, lno, mgno, pdebench, ...")
@click.option("--to", "form", type=click.Choice(FORMS), help="Format of OUT, whatever its suffix.")
@click.option("--unit", "units", multiple=True, metavar="QUANTITY=UNIT",
              help="Of length, energy, forces or virial of atoms in IN, as energy=Hartree.  [default: Angstrom, eV]")
@click.option("--skip-bad", is_flag=True, help="Leave out frames of atoms that cannot be right.")
@click.option("--overwrite", is_flag=True, help="Replace an existing file once the new one is complete.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def convert(
    sources: tuple[Path, ...], target: Path, protocol: str | None, form: str | None, units: tuple[str, ...],
    skip_bad: bool, overwrite: bool, quiet: bool,
) -> None:
    """Write samples of IN (a file, a folder, or several files) as OUT.

    Read are data sets of sciml, MATLAB files of the FNO family, .npy sets of Geo-FNO, tensors of neuraloperator,
    PDEBench, The Well and .npz; frames of atoms of deepmd, extended XYZ and ASE; recognised by content.
    """
    from sciml._errors import InputError
    from sciml.cli._counting import counting
    from sciml.datasets.atoms.units import units_from
    from sciml.datasets.convert import convert as write

    if target.exists() and not overwrite:
        raise InputError(f"{target} exists; name another file, or add --overwrite")
    if target.exists() and any(target.samefile(source) for source in sources if source.exists()):
        raise InputError(f"{target} is also the source; name another file")
    with counting("samples", quiet) as progress:
        remarks = write(
            sources, target, protocol=protocol, to=form, progress=progress, units=units_from(units), skip_bad=skip_bad
        )
    for remark in remarks if not quiet else ():
        click.echo(f"warning: {remark}", err=True)
    if not quiet:
        click.echo(f"wrote {target}", err=True)
