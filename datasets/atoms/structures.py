"""Frames of a data set as structures, which graphs and models take."""

from sciml.datasets.atoms.frames import symbols_of
from sciml.datasets.dataset import DataSet
from sciml.mesh import Structure

__all__ = ["structure_of"]


def structure_of(data: DataSet, frame: int) -> Structure:
    """A frame without its labels.

    Parameters
    ----------
    data : DataSet
        Of atoms.
    frame : int

    Raises
    ------
    InputError
        If it is no data set of atoms, or the frame cannot be right.

    Examples
    --------
    >>> from pathlib import Path
    >>> from sciml.datasets.atoms.frames import Part, assembled
    >>> from sciml.datasets.ragged import InMemory, Repeated
    >>> rows = {"species": Repeated(np.zeros(2, np.int32), 1), "positions": InMemory(np.eye(3)[:2])}
    >>> rows |= {"cell": InMemory(np.zeros((1, 3, 3))), "periodic": InMemory(np.zeros((1, 3), bool))}
    >>> structure_of(assembled("a", [Part("a", ("H",), np.array([2]), rows, {}, Path("a"))], {}), 0)
    <Structure of 2 atoms: H2>
    """
    symbols = symbols_of(data)
    values = {name: field[frame] for name, field in data.inputs.items()}
    axes = values["periodic"].astype(bool)
    charge, spin = (values[name].item() if name in values else None for name in ("charge", "spin"))
    return Structure(
        [symbols[number] for number in values["species"].tolist()], values["positions"],
        values["cell"] if axes.any() else None, (bool(axes[0]), bool(axes[1]), bool(axes[2])), charge=charge, spin=spin,
        frame_values=values.get("frame_values"), atom_values=values.get("atom_values"),
    )
