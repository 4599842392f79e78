"""Small potentials with weights by a formula, and structures, for the tests of DPA3."""

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sciml.mesh import Structure
from sciml.models import DPA3

SMALL: dict[str, Any] = dict(
    n_layers=2, node_channels=8, edge_channels=6, angle_channels=4, cutoff=5.0, switch_start=4.2, angle_cutoff=3.5,
    angle_switch_start=3.0, edge_norm=20.0, angle_norm=10.0, activation="silut:3.0", fitting_activation="silut:3.0",
    fitting_channels=[10, 10], dtype="float64",
)

# Every choice at least once; the names are those of the tests.
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "sequential": dict(update="sequential", heads=2, compression="matrices"),
    "inverse": dict(edge_input="inverse", switch="polynomial"),
    "average": dict(update="average", axis=2),
    "increment": dict(update="increment", compression="none"),
    "no angles": dict(update_angle=False, activation="tanh", fitting_scales=False),
    "sequential without angles": dict(update="sequential", update_angle=False),
    "species": dict(species_bias=True, concatenate=True, vacuum=True, scales="normal"),
    "wide": dict(node_channels=4, compression_rate=2, edge_compression=4, fitting_channels=[8, 8]),
    "charge": dict(charge_spin=True, default_charge_spin=[1, 2], data_sets=3, default_data_set=1),
    "excluded": dict(excluded_pairs=[["a", "b"]], excluded_species=["b"]),
}

# A molecule, and a skewed cell in which every atom sees images of itself.
MOLECULE = Structure("abb", [(0, 0, 0), (0.96, 0.05, 0), (-0.24, 0.93, 0.1)])
CRYSTAL = Structure(
    "ab", [(0.1, 0.2, 0.3), (1.6, 1.7, 1.4)], [(3.1, 0.2, 0), (0.1, 3.3, 0.3), (0, -0.2, 3.0)]
)


def potential(**changes: Any) -> DPA3:
    """A small model with the weights of `filled`."""
    return filled(DPA3(["a", "b"], **{**SMALL, **changes}))


def wave(number: int, like: Tensor) -> Tensor:
    k = torch.arange(like.numel(), dtype=torch.float64)
    return torch.sin(0.7 * k + 1.3 * number + 0.2).reshape(like.shape)


def matrix(number: int, like: Tensor) -> Tensor:
    return 1.5 * wave(number, like) / math.sqrt(sum(like.shape))


def filled(model: DPA3) -> DPA3:
    """Weights that anyone can form again: sines, numbered in a fixed order."""
    def put(tensor: Tensor, values: Tensor) -> None:
        tensor.data.copy_(values)

    def steps(vectors: Any, first: int) -> None:
        for k, vector in enumerate(vectors):
            put(vector, 0.5 + 0.3 * wave(first + k, vector))

    def maps(modules: Any, first: int, step: int = 2) -> None:
        for k, module in enumerate(modules):
            put(module.matrix, matrix(first + step * k, module.matrix))
            if module.bias is not None:
                put(module.bias, 0.3 * wave(first + step * k + 1, module.bias))

    maps([model.edge_first], 2)
    for number, module in ((1, model.table.map), (4, model.angle_first)):
        put(module.matrix, matrix(number, module.matrix))
    for number, layer in enumerate(model.layers):
        first, angles = 10 + 20 * number, layer.angle_update
        maps([layer.node_self, layer.node_moments, layer.node_edge, layer.edge_self], first)
        steps(layer.node_steps.scales, first + 14)
        steps(layer.edge_steps.scales, first + 17)
        if angles is not None:
            maps([angles.edge_first, angles.edge_second, angles.angle_self], first + 8)
            steps(angles.steps.scales, first + 19)
            maps([part for part in (angles.compress_nodes, angles.compress_edges) if part is not None], 500 + first)
    maps(model.fitting.layers, 1000, 10)
    for k, vector in model.fitting.scales.items():
        put(vector, 0.5 + 0.3 * wave(1002 + 10 * int(k), vector))
    if model.charge_spin is not None:
        maps([model.charge_spin.charges.map, model.charge_spin.spins.map, model.charge_spin.mix], 2000)
    if model.table.map.bias is not None:
        put(model.table.map.bias, 0.3 * wave(3000, model.table.map.bias))
    model.energy_bias.copy_(torch.tensor([-1.5, 0.75]).expand_as(model.energy_bias))
    return model


def moved(structure: Structure, positions: Any, cell: Any = None) -> Structure:
    """The same atoms elsewhere."""
    cell = structure.cell if cell is None else cell
    return Structure(structure.symbols, np.asarray(positions), cell, structure.periodic)


def repeated(structure: Structure, counts: tuple[int, int, int]) -> Structure:
    """A super-cell."""
    assert structure.cell is not None
    images = np.stack(np.meshgrid(*map(np.arange, counts), indexing="ij"), axis=-1).reshape(-1, 3)
    positions = (structure.positions + (images @ structure.cell)[:, None]).reshape(-1, 3)
    symbols = list(structure.symbols) * len(images)
    return Structure(symbols, positions, structure.cell * np.array(counts)[:, None], structure.periodic)
