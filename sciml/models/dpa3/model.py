"""DPA3: an interatomic potential on the line-graph series of atoms."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.mesh import Graph
from sciml.mesh.structure import Structure
from sciml.models._pretrained import Pretrained
from sciml.models.dpa3.activations import activation
from sciml.models.dpa3.affine import Affine
from sciml.models.dpa3.batch import AtomBatch, atom_batch
from sciml.models.dpa3.embedding import ChargeSpin, Table
from sciml.models.dpa3.fitting import Fitting
from sciml.models.dpa3.geometry import Geometry, geometry
from sciml.models.dpa3.layer import Features, Layer
from sciml.models.dpa3.settings import DPA3Settings

__all__ = ["DPA3", "Potential"]


class Potential(NamedTuple):
    """Energies of a batch and what follows from them.

    energies : (B,) float64 [eV]
    forces : (N, 3) float64 [eV/Angstrom]
    virials : (B, 3, 3) float64, -dE/d(strain) [eV]; the stress is -virial / volume
    atom_energies : (N,) float64 [eV]
    """

    energies: Tensor
    forces: Tensor
    virials: Tensor
    atom_energies: Tensor


class DPA3(Pretrained):
    """Interatomic potential: messages between atoms, pairs and angles, and the energy of each atom from its features.

    The energy does not change when a structure is moved, turned, mirrored or its atoms are renumbered; forces and
    virials are its derivatives, and training on them differentiates once more. Lengths are in Angstrom, energies in eV.

    Parameters
    ----------
    species : sequence of str
        Names of all species it knows.
    **choices
        Fields of `DPA3Settings`.

    Raises
    ------
    InputError
        If a choice is unknown or two do not fit together.

    References
    ----------
    D. Zhang, A. Peng, C. Cai et al., "A Graph Neural Network for the Era of Large Atomistic Models", npj Computational
    Materials, 2026.

    Examples
    --------
    >>> model = DPA3(["H", "O"], n_layers=2, node_channels=8, edge_channels=6, angle_channels=4, fitting_channels=[8])
    >>> water = Structure(["O", "H", "H"], [[0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0]])
    >>> found = model.potential(model.batch([water, water]))
    >>> tuple(found.energies.shape), tuple(found.forces.shape), tuple(found.virials.shape)
    ((2,), (6, 3), (2, 3, 3))
    """

    # Per data set and species, energies of free atoms; float64 whatever the precision of the network.
    energy_bias: Tensor
    frame_mean: Tensor
    frame_scale: Tensor
    atom_mean: Tensor
    atom_scale: Tensor

    def __init__(self, species: Sequence[str], **choices: Any) -> None:
        super().__init__()
        for name in choices:
            if name not in DPA3Settings.__dataclass_fields__:
                raise InputError(f"DPA3 has no choice '{name}'{nearest(name, DPA3Settings.__dataclass_fields__)}")
        settings = DPA3Settings(**choices)
        _check_species(species, settings)
        self.settings, self.species = settings, tuple(species)
        self.config = {"species": list(species), **settings.as_dict()}
        act = activation(settings.activation)
        self.table = Table(len(species), settings.node_channels, settings.species_bias)
        self.charge_spin = ChargeSpin(settings.node_channels, act) if settings.charge_spin else None
        self.edge_first = Affine(1, settings.edge_channels)
        self.angle_first = Affine(1, settings.angle_channels, bias=False)
        self.layers = nn.ModuleList(Layer(settings, number) for number in range(settings.n_layers))
        inputs = settings.features + settings.frame_values + settings.atom_values + settings.data_sets
        self.fitting = Fitting(
            inputs, settings.fitting_channels, settings.fitting_scales, activation(settings.fitting_activation)
        )
        self.activation = act
        self.to(getattr(torch, settings.dtype))
        for name, width in (("frame", settings.frame_values), ("atom", settings.atom_values)):
            self.register_buffer(f"{name}_mean", torch.zeros(width, dtype=torch.float64))
            self.register_buffer(f"{name}_scale", torch.ones(width, dtype=torch.float64))
        self.register_buffer("energy_bias", torch.zeros(max(settings.data_sets, 1), len(species), dtype=torch.float64))

    def _apply(self, fn: Any, recurse: bool = True) -> Self:
        """Move or convert the network; what is kept in float64 stays so."""
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        for name, buffer in self.named_buffers(recurse=False):
            setattr(self, name, buffer.double())
        self.config["dtype"] = str(self.dtype).removeprefix("torch.")
        return self

    @property
    def dtype(self) -> torch.dtype:
        """Precision of the network."""
        return self.table.map.matrix.dtype

    def batch(
        self, structures: Sequence[Structure], graphs: Sequence[Graph] | None = None,
        data_sets: Sequence[int] | None = None,
    ) -> AtomBatch:
        """Structures with their neighbours, where the network lies; see `atom_batch`."""
        return atom_batch(structures, self.species, self.settings, graphs, data_sets).to(self.table.map.matrix.device)

    def forward(self, batch: AtomBatch) -> Tensor:
        """Energies (B,) in float64, differentiable by positions, cells and weights [eV]."""
        return self._summed(self.atom_energies(batch.vectors(), batch), batch)

    def potential(self, batch: AtomBatch, create_graph: bool = False) -> Potential:
        """Energies, forces and virials.

        Parameters
        ----------
        batch : AtomBatch
        create_graph : bool
            Whether forces and virials shall be differentiable too, for training.

        Notes
        -----
        With g = dE/dr for the vector r of each pair, the force on an atom is the sum of g over its pairs minus the sum
        over those that end at it, and the virial is minus the sum of g r^T.
        """
        with torch.enable_grad():
            vectors = batch.vectors()
            vectors = vectors if vectors.requires_grad else vectors.requires_grad_()
            energies = self.atom_energies(vectors, batch)
            (g,) = torch.autograd.grad(energies.sum(), vectors, create_graph=create_graph, materialize_grads=True)
        if not create_graph:
            energies, vectors = energies.detach(), vectors.detach()
        forces = torch.zeros_like(batch.positions).index_add(0, batch.centres, g)
        forces = forces.index_add(0, batch.neighbours, -g)
        products = (g.unsqueeze(2) * vectors.unsqueeze(1)).flatten(1)
        owner = batch.structure.index_select(0, batch.centres)
        virials = -products.new_zeros(batch.n_structures, 9).index_add(0, owner, products).view(-1, 3, 3)
        return Potential(self._summed(energies, batch), forces, virials, energies)

    def atom_energies(self, vectors: Tensor, batch: AtomBatch) -> Tensor:
        """Energies of atoms (N,) in float64 for vectors (E, 3) of pairs [eV]."""
        shape = geometry(vectors, batch, self.settings, self.dtype)
        first = self.table(batch.species)
        if self.charge_spin is not None:
            first = first + self.charge_spin(batch.charge_spin).index_select(0, batch.structure)
        n = self._features(first, shape, batch)
        energies = self.fitting(torch.cat([n, *self._further(batch)], 1))
        if self.settings.vacuum:
            energies = energies - self.fitting(torch.cat([torch.zeros_like(n), *self._further(batch)], 1))
        bias = self.energy_bias[batch.data_sets.index_select(0, batch.structure), batch.species]
        total: Tensor = energies.double() + bias
        if self.settings.excluded_species:
            excluded = [self.species.index(name) for name in self.settings.excluded_species]
            total = total * (~torch.isin(batch.species, batch.species.new_tensor(excluded))).double()
        return total

    def _features(self, first: Tensor, shape: Geometry, batch: AtomBatch) -> Tensor:
        e = self.edge_first(shape.input)
        if self.settings.edge_input == "inverse":
            e = self.activation(e)
        angles = [block.cosines.unsqueeze(3) * self.angle_first.matrix for block in shape.blocks]
        features = Features(self.activation(first), e, angles)
        again = self.settings.recompute and torch.is_grad_enabled()
        for layer in self.layers:
            if again:
                features = checkpoint(layer, features, shape, batch, use_reentrant=False, preserve_rng_state=False)
            else:
                features = layer(features, shape, batch)
        return torch.cat([features.nodes, first], 1) if self.settings.concatenate else features.nodes

    def _further(self, batch: AtomBatch) -> list[Tensor]:
        """What else the fitting network sees of each atom."""
        frames = (batch.frame_values - self.frame_mean) * self.frame_scale
        atoms = (batch.atom_values - self.atom_mean) * self.atom_scale
        parts = [frames.index_select(0, batch.structure), atoms]
        if self.settings.data_sets:
            codes = nn.functional.one_hot(batch.data_sets, self.settings.data_sets)
            parts.append(codes.index_select(0, batch.structure))
        return [part.to(self.dtype) for part in parts]

    def _summed(self, energies: Tensor, batch: AtomBatch) -> Tensor:
        return energies.new_zeros(batch.n_structures).index_add(0, batch.structure, energies)

    def evaluate(
        self, structures: Sequence[Structure], graphs: Sequence[Graph] | None = None
    ) -> list[dict[str, Any]]:
        """Energy, forces, virial and energies of atoms of each structure, as arrays.

        Parameters
        ----------
        structures : sequence of Structure
        graphs : sequence of Graph, optional
            Neighbours that were found already, as in `batch`.

        Returns
        -------
        list of dict
            ``energy`` [eV], ``forces`` (n, 3) [eV/Angstrom], ``virial`` (3, 3) [eV], ``atom_energies`` (n,) [eV].
        """
        found = self.potential(self.batch(structures, graphs))
        sizes = [len(structure) for structure in structures]
        forces, energies = torch.split(found.forces, sizes), torch.split(found.atom_energies, sizes)
        return [
            {"energy": float(found.energies[k]), "forces": forces[k].numpy(force=True),
             "virial": found.virials[k].numpy(force=True), "atom_energies": energies[k].numpy(force=True)}
            for k in range(len(sizes))
        ]

    def set_energy_bias(
        self, structures: Sequence[Structure], energies: ArrayLike, *, known: dict[str, float] | None = None,
        add: bool = False, data_set: int = 0,
    ) -> float:
        """Set the energies of free atoms by least squares, and tell what they leave.

        Parameters
        ----------
        structures : sequence of Structure
        energies : array_like, shape (structures,)
            Total energies [eV].
        known : dict of str to float, optional
            Energies of some species that shall stay [eV].
        add : bool
            Regress what the model leaves and add it, as fine-tuning does, instead of starting from 0.
        data_set : int

        Returns
        -------
        float
            Root mean square of what is left, per atom [eV].
        """
        from sciml.models.dpa3.bias import composition, least_squares_bias

        counts, target = composition(structures, self.species), np.asarray(energies, np.float64)
        if add:
            with torch.no_grad():
                target = target - self(self.batch(structures, data_sets=[data_set] * len(structures))).cpu().numpy()
        fixed = {self.species.index(name): energy for name, energy in (known or {}).items()}
        bias, left = least_squares_bias(counts, target, fixed)
        before: NDArray[np.float64] = self.energy_bias[data_set].cpu().numpy() if add else np.zeros(len(self.species))
        self.energy_bias[data_set] = torch.from_numpy(before + bias)
        return left

    def calculator(self, skin: float = 0.5) -> Any:
        """A calculator of ASE that searches neighbours anew when an atom has moved by half the skin [Angstrom].

        Raises
        ------
        MissingDependencyError
            If ASE is not installed.
        """
        from sciml.models.dpa3.calculator import calculator

        return calculator(self, skin)

    @classmethod
    def from_deepmd(cls, path: str | Path, head: str | None = None) -> "DPA3":
        """A network that deepmd-kit trained, from its ``.pt`` file, in the precision it has there.

        Parameters
        ----------
        path : str or Path
            Checkpoint of the PyTorch back end; only tensors and plain values are read, no code is run.
        head : str, optional
            Branch of a file with several; needed there.

        Raises
        ------
        InputError
            If it is no such file, of another descriptor, or uses what is not supported.
        """
        from sciml.models.dpa3.deepmd import load

        return load(path, head)

    def to_deepmd(self, path: str | Path) -> None:
        """Write a ``.pt`` checkpoint that deepmd-kit 3.2 evaluates and goes on training.

        Parameters
        ----------
        path : str or Path

        Raises
        ------
        InputError
            If the normalisers of this network cannot be told to deepmd-kit.
        """
        from sciml.models.dpa3.deepmd import save

        save(self, path)


def _check_species(species: Sequence[str], settings: DPA3Settings) -> None:
    if isinstance(species, str) or not species or len(set(species)) < len(species):
        raise InputError(f"species is {species!r}; expected a list of different names such as ['H', 'O']")
    named = [name for pair in settings.excluded_pairs for name in pair] + list(settings.excluded_species)
    for name in named:
        if name not in species:
            raise InputError(f"'{name}' is excluded but no species of the model{nearest(name, species)}")
