"""Atoms of one molecule or one cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import real_array
from sciml._errors import InputError
from sciml.mesh.graph import Graph

__all__ = ["Structure"]


@dataclass(frozen=True, eq=False, repr=False)
class Structure:
    """Atoms in space, free or periodic along any axes; immutable.

    Parameters
    ----------
    symbols : sequence of str, length n
        Chemical symbols, or any names of species.
    positions : array_like, shape (n, 3)
        Anywhere, also outside of the cell [length, Angstrom in potentials].
    cell : array_like, shape (3, 3), optional
        Lattice vectors as rows [length]; needed if anything is periodic.
    periodic : bool or three bools, optional
        Axes along which the cell repeats; default: all if there is a cell.
    charge, spin : int, optional
        Total charge [e] and spin of the whole, for models that ask for them.
    frame_values : array_like, shape (k,), optional
        Further numbers of the whole, such as a temperature.
    atom_values : array_like, shape (n, k), optional
        Further numbers of each atom.

    Raises
    ------
    InputError
        If shapes do not fit, numbers are not finite or the cell has no volume.

    Examples
    --------
    >>> water = Structure(["O", "H", "H"], [[0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0]])
    >>> water
    <Structure of 3 atoms: O H2>
    >>> water.graph(1.2).n_edges
    4
    """

    symbols: Sequence[str]
    positions: NDArray[np.float64]
    cell: NDArray[np.float64] | None = None
    periodic: tuple[bool, bool, bool] | bool | None = None
    charge: int | None = None
    spin: int | None = None
    frame_values: NDArray[np.float64] | None = None
    atom_values: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        from sciml.kernels._cells import checked_points
        from sciml.kernels.atoms_search import checked_cell

        object.__setattr__(self, "symbols", tuple(map(str, self.symbols)))
        self._set("positions", checked_points("positions", self.positions))
        if self.positions.shape != (len(self), 3):
            raise InputError(f"positions have shape {self.positions.shape}; expected ({len(self)}, 3), a row for each "
                             f"of the {len(self)} symbols")
        periodic = self.cell is not None if self.periodic is None else self.periodic
        if self.cell is None and np.any(periodic):
            raise InputError(f"periodic is {periodic} but there is no cell; give the lattice vectors as rows (3, 3)")
        cell, axes = checked_cell(np.eye(3) if self.cell is None else self.cell, periodic)
        object.__setattr__(self, "periodic", axes)
        if self.cell is not None:
            self._set("cell", cell)
        if self.frame_values is not None:
            self._set("frame_values", _finite("frame_values", self.frame_values, 1))
        if self.atom_values is not None:
            self._set("atom_values", _finite("atom_values", self.atom_values, 2))

    def __len__(self) -> int:
        return len(self.symbols)

    def __repr__(self) -> str:
        counts = {symbol: self.symbols.count(symbol) for symbol in self.symbols}
        formula = " ".join(f"{symbol}{count if count > 1 else ''}" for symbol, count in counts.items())
        axes = [name for name, repeats in zip("xyz", self.axes, strict=True) if repeats]
        return f"<Structure of {len(self)} atoms: {formula}{', periodic in ' if axes else ''}{' '.join(axes)}>"

    @property
    def axes(self) -> tuple[bool, bool, bool]:
        """Whether it repeats along each lattice vector."""
        return self.periodic  # type: ignore[return-value]  # made so in the beginning

    def _set(self, name: str, values: NDArray[np.float64]) -> None:
        view = np.array(values, np.float64)
        view.flags.writeable = False
        object.__setattr__(self, name, view)

    def graph(self, cutoff: float) -> Graph:
        """All pairs of atoms and images closer than `cutoff`; see `Graph.from_atoms`."""
        return Graph.from_atoms(self.positions, self.cell, self.periodic, cutoff)

    @classmethod
    def from_ase(cls, atoms: Any) -> "Structure":
        """The structure of an ``ase.Atoms``.

        Keys ``charge``, ``spin`` and ``fparam`` of ``atoms.info`` and the array ``aparam`` are taken along.
        """
        periodic = tuple(map(bool, atoms.pbc))
        return cls(
            atoms.get_chemical_symbols(), atoms.positions, atoms.cell.array if any(periodic) else None,
            (periodic[0], periodic[1], periodic[2]),
            charge=atoms.info.get("charge"), spin=atoms.info.get("spin"), frame_values=atoms.info.get("fparam"),
            atom_values=atoms.arrays.get("aparam"),
        )


def _finite(name: str, given: Any, ndim: int) -> NDArray[np.float64]:
    values = real_array(name, given).astype(np.float64)
    if values.ndim != ndim or not np.isfinite(values).all():
        raise InputError(f"{name} has shape {values.shape}, {np.count_nonzero(~np.isfinite(values))} of them not "
                         f"finite; expected finite numbers along {ndim} axes")
    return values
