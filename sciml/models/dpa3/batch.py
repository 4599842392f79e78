"""Structures of any sizes as one flat batch: atoms, pairs row by row, and which pairs form angles."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.kernels.torch import Pattern
from sciml.mesh import Graph
from sciml.mesh.structure import Structure
from sciml.models.dpa3.embedding import ChargeSpin
from sciml.models.dpa3.settings import DPA3Settings

__all__ = ["CLOSEST", "AtomBatch", "atom_batch", "neighbour_cutoff"]

CLOSEST = 0.1  # atoms closer than this are a mistake [Angstrom]
FEW = 300  # a block of its own costs as much time as so many angles, which may rather be computed in vain
MANY = 2000  # pairs from which on sparse products are faster, derivatives included


@dataclass(frozen=True, eq=False)
class AtomBatch:
    """Flat tensors of a batch of N atoms in B structures with E pairs.

    Attributes
    ----------
    species : int64, shape (N,)
    positions : float64, shape (N, 3)
        [Angstrom]
    cells : float64, shape (B, 3, 3)
        Lattice vectors as rows, zero for free structures [Angstrom].
    structure : int64, shape (N,)
        Structure of each atom.
    starts : int64, shape (N + 1,)
        Pairs starts[i] up to starts[i + 1] are those of atom i.
    centres, neighbours : int64, shape (E,)
        Atoms i and j of each pair.
    shifts : float64, shape (E, 3)
        Periodic image of j.
    blocks : tuple of int64, each of shape (atoms, m)
        Numbers of the pairs that form angles, for all atoms with m of them, -1 where there are fewer: each block has
        atoms x m x m angles, and no angle is ever listed. Small blocks are joined with the next larger one.
    pattern : Pattern, optional
        Pairs as entries of a sparse matrix, in batches so large that products with it are faster than sums of outer
        products.
    charge_spin : int64, shape (B, 2)
    frame_values : float64, shape (B, k)
    atom_values : float64, shape (N, k)
    data_sets : int64, shape (B,)
    """

    species: Tensor
    positions: Tensor
    cells: Tensor
    structure: Tensor
    starts: Tensor
    centres: Tensor
    neighbours: Tensor
    shifts: Tensor
    blocks: tuple[Tensor, ...]
    pattern: Pattern | None
    charge_spin: Tensor
    frame_values: Tensor
    atom_values: Tensor
    data_sets: Tensor

    @property
    def n_structures(self) -> int:
        """Number of structures B."""
        return self.cells.shape[0]

    @property
    def n_angles(self) -> int:
        """Ordered pairs of pairs with the same centre."""
        return sum(int(((block >= 0).sum(1) ** 2).sum()) for block in self.blocks)

    def vectors(self) -> Tensor:
        """r_j + S cell - r_i of each pair, float64, shape (E, 3), differentiable by positions and cells."""
        apart = self.positions.index_select(0, self.neighbours) - self.positions.index_select(0, self.centres)
        cells = self.cells.index_select(0, self.structure.index_select(0, self.centres))
        return apart + (self.shifts.unsqueeze(1) @ cells).squeeze(1)

    def to(self, device: torch.device | str) -> "AtomBatch":
        """The batch on a device."""
        moved = {part.name: _moved(getattr(self, part.name), device) for part in fields(self)}
        return AtomBatch(**moved)


def _moved(value: Any, device: torch.device | str) -> Any:
    if value is None or hasattr(value, "to"):
        return value if value is None else value.to(device)
    return tuple(part.to(device) for part in value)


def neighbour_cutoff(settings: DPA3Settings) -> float:
    """Cutoff for searches, whose pairs are closer than it: pairs at the cutoff of the network belong to it."""
    return float(np.nextafter(settings.cutoff, np.inf))


def atom_batch(
    structures: Sequence[Structure], species: Sequence[str], settings: DPA3Settings,
    graphs: Sequence[Graph] | None = None, data_sets: Sequence[int] | None = None,
) -> AtomBatch:
    """Structures with their neighbours.

    Parameters
    ----------
    structures : sequence of Structure
        Positions and cells in Angstrom.
    species : sequence of str
        Names in the order of the network's table.
    settings : DPA3Settings
    graphs : sequence of Graph, optional
        Neighbours that were found already, as by `sciml.mesh.VerletList` with `neighbour_cutoff`.
    data_sets : sequence of int, optional
        Data set whose labels are wanted, for each structure.

    Raises
    ------
    InputError
        If a species is unknown, atoms lie on each other, or numbers that the network needs are missing.

    Examples
    --------
    >>> water = Structure(["O", "H", "H"], [[0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0]])
    >>> batch = atom_batch([water, water], ["H", "O"], DPA3Settings())
    >>> batch.n_structures, len(batch.centres), batch.n_angles
    (2, 12, 24)
    """
    if not structures:
        raise InputError("a batch needs at least one structure; none was given")
    numbers = [_numbers(structure, species) for structure in structures]
    if graphs is None:
        graphs = [structure.graph(neighbour_cutoff(settings)) for structure in structures]
    graph, kinds = Graph.batch(graphs), np.concatenate(numbers)
    if graph.n_nodes != len(kinds):
        raise InputError(f"the graphs have {graph.n_nodes} nodes for {len(kinds)} atoms; expected as many")
    _check_apart(graph, [symbol for structure in structures for symbol in structure.symbols])
    graph = _without(graph, kinds, species, settings)
    angles = graph.distances() < settings.angle_cutoff
    if settings.max_edges is not None and settings.max_angle_edges is not None:
        ranks = _ranks(graph)
        kept = ranks < settings.max_edges
        angles = (angles & (ranks < settings.max_angle_edges))[kept]
        graph = graph.with_edges(kept)
    sizes = [len(structure) for structure in structures]
    default = None if settings.default_frame_values is None else np.array(settings.default_frame_values, np.float64)
    frames = [default if structure.frame_values is None else structure.frame_values for structure in structures]
    return AtomBatch(
        species=torch.from_numpy(kinds),
        positions=torch.from_numpy(np.concatenate([structure.positions for structure in structures])),
        cells=torch.from_numpy(np.stack([np.zeros((3, 3)) if s.cell is None else s.cell for s in structures])),
        structure=torch.from_numpy(np.repeat(np.arange(len(sizes)), sizes)),
        starts=torch.from_numpy(graph.indptr.astype(np.int64)),
        centres=torch.from_numpy(graph.sources.astype(np.int64)),
        neighbours=torch.from_numpy(graph.indices.astype(np.int64)),
        shifts=torch.from_numpy(np.zeros((graph.n_edges, 3)) if graph.shifts is None else graph.shifts.astype(float)),
        blocks=_blocks(graph.sources, angles, graph.n_nodes),
        pattern=Pattern.from_rows(graph.indptr, graph.indices) if graph.n_edges >= MANY else None,
        charge_spin=torch.tensor([_charge_spin(s, settings) for s in structures]).reshape(-1, 2),
        frame_values=_values("frame_values", frames, [1] * len(sizes), settings.frame_values),
        atom_values=_values("atom_values", [s.atom_values for s in structures], sizes, settings.atom_values),
        data_sets=_data_sets(data_sets, len(sizes), settings),
    )


def _numbers(structure: Structure, species: Sequence[str]) -> NDArray[np.int64]:
    table = {name: number for number, name in enumerate(species)}
    for symbol in structure.symbols:
        if symbol not in table:
            known = f"{', '.join(species[:8])}{', ...' if len(species) > 8 else ''}"
            raise InputError(f"species '{symbol}' is unknown to this model; it knows {known}{nearest(symbol, species)}")
    return np.array([table[symbol] for symbol in structure.symbols], np.int64)


def _check_apart(graph: Graph, symbols: Sequence[str]) -> None:
    r = graph.distances()
    if len(r) and r.min() < CLOSEST:
        e = int(r.argmin())
        i, j = int(graph.sources[e]), int(graph.indices[e])
        raise InputError(f"atoms {i} ({symbols[i]}) and {j} ({symbols[j]}) are {r[e]:.3g} Angstrom apart; expected at "
                         f"least {CLOSEST}: check the unit of positions, and for atoms that are there twice")


def _without(graph: Graph, kinds: NDArray[np.int64], species: Sequence[str], settings: DPA3Settings) -> Graph:
    """Without pairs that are excluded."""
    if not settings.excluded_pairs:
        return graph
    numbers = {name: number for number, name in enumerate(species)}
    interact = np.ones((len(species),) * 2, bool)
    for a, b in settings.excluded_pairs:
        interact[numbers[a], numbers[b]] = interact[numbers[b], numbers[a]] = False
    return graph.with_edges(interact[kinds[graph.sources], kinds[graph.indices]])


def _ranks(graph: Graph) -> NDArray[np.int64]:
    """Place of each pair among those of its atom, nearest first; ties as the search lists them."""
    order = np.lexsort((graph.distances(), graph.sources))
    ranks = np.empty(graph.n_edges, np.int64)
    ranks[order] = np.arange(graph.n_edges) - np.repeat(graph.indptr[:-1], graph.degrees())
    return ranks


def _blocks(centres: NDArray[np.int32], angles: NDArray[np.bool_], atoms: int) -> tuple[Tensor, ...]:
    edges = np.flatnonzero(angles)
    counts = np.bincount(centres[edges], minlength=atoms)
    first = np.cumsum(counts) - counts
    widths, blocks = counts.copy(), []
    for m, larger in pairwise(np.unique(counts[counts > 0]).tolist()):
        if np.count_nonzero(widths == m) * (larger**2 - m**2) < FEW:
            widths[widths == m] = larger
    for m in np.unique(widths[counts > 0]):
        rows, columns = np.flatnonzero(widths == m), np.arange(m)
        there = columns < counts[rows, None]
        blocks.append(np.where(there, edges[np.where(there, first[rows, None] + columns, 0)], -1))
    return tuple(map(torch.from_numpy, blocks))


def _charge_spin(structure: Structure, settings: DPA3Settings) -> tuple[int, int]:
    if not settings.charge_spin:
        return 0, 0
    default = settings.default_charge_spin or (None, None)
    charge = default[0] if structure.charge is None else structure.charge
    spin = default[1] if structure.spin is None else structure.spin
    if charge is None or spin is None:
        raise InputError(f"{structure} has no charge or no spin, and the model needs both; give charge= and spin=")
    lowest, highest = ChargeSpin.LOWEST, ChargeSpin.LOWEST + ChargeSpin.CHARGES
    if not (lowest <= charge < highest and 0 <= spin < ChargeSpin.SPINS):
        raise InputError(f"charge is {charge} and spin {spin}; expected whole numbers from {lowest} to {highest - 1} "
                         f"and from 0 to {ChargeSpin.SPINS - 1}")
    return int(charge), int(spin)


def _values(name: str, given: Sequence[NDArray[np.float64] | None], rows: Sequence[int], width: int) -> Tensor:
    if width == 0:
        return torch.zeros(sum(rows), 0, dtype=torch.float64)
    parts = []
    for values, count in zip(given, rows, strict=True):
        if values is None or values.size != count * width:
            found = "none" if values is None else values.shape
            raise InputError(f"{name} of a structure are {found}; the model needs {width} for each of {count}")
        parts.append(values.reshape(count, width))
    return torch.from_numpy(np.concatenate(parts))


def _data_sets(given: Sequence[int] | None, count: int, settings: DPA3Settings) -> Tensor:
    numbers = torch.as_tensor([settings.default_data_set] * count if given is None else list(given))
    highest = max(settings.data_sets, 1) - 1
    if numbers.shape != (count,) or int(numbers.min()) < 0 or int(numbers.max()) > highest:
        raise InputError(f"data_sets are {numbers.tolist()[:8]}; expected {count} numbers from 0 to {highest}")
    return numbers
