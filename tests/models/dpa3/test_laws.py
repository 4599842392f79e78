"""What every potential must obey, for all choices: derivatives, symmetries, additivity, smooth cutoffs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from potentials import CRYSTAL, MOLECULE, VARIANTS, moved, potential, repeated
from torch import Tensor

from sciml.mesh import Structure
from sciml.models import DPA3

every = pytest.mark.parametrize("choices", VARIANTS.values(), ids=VARIANTS)
FEW = ("plain", "sequential", "inverse", "average", "charge")
few = pytest.mark.parametrize("choices", [VARIANTS[name] for name in FEW], ids=FEW)


def energy(model: DPA3, structure: Structure) -> float:
    with torch.no_grad():
        return float(model(model.batch([structure])))


def slope(f: Callable[[float], float], h: float = 2e-4) -> float:
    """Derivative at 0, of fourth order."""
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)


@every
def test_forces_and_virial_are_derivatives_of_the_energy(choices: Any) -> None:
    model = potential(**choices)
    rng = np.random.default_rng(0)
    for structure, found in zip((MOLECULE, CRYSTAL), model.evaluate([MOLECULE, CRYSTAL]), strict=True):
        way = rng.normal(size=structure.positions.shape)
        along = slope(lambda t, s=structure, w=way: energy(model, moved(s, s.positions + t * w)))
        assert -np.sum(found["forces"] * way) == pytest.approx(along, rel=1e-7, abs=1e-9)
        eps = rng.normal(size=(3, 3))

        def strained(t: float, s: Structure = structure, eps: np.ndarray = eps) -> float:
            F = np.eye(3) + t * eps
            return energy(model, moved(s, s.positions @ F, None if s.cell is None else s.cell @ F))

        assert -np.sum(found["virial"] * eps) == pytest.approx(slope(strained), rel=1e-7, abs=1e-9)


def test_all_components_of_the_virial_are_derivatives_by_strain() -> None:
    model = potential()
    batch = model.batch([CRYSTAL])
    eps = torch.zeros(3, 3, dtype=torch.float64, requires_grad=True)
    F = torch.eye(3, dtype=torch.float64) + eps
    object.__setattr__(batch, "positions", batch.positions @ F)
    object.__setattr__(batch, "cells", batch.cells @ F)
    (by_strain,) = torch.autograd.grad(model(batch).sum(), eps)
    np.testing.assert_allclose(-by_strain.numpy(), model.evaluate([CRYSTAL])[0]["virial"], rtol=0, atol=1e-13)


@few
def test_products_with_the_hessian_are_differences_of_forces(choices: Any) -> None:
    model = potential(**choices)
    way = np.random.default_rng(1).normal(size=(2, 3))
    batch = model.batch([CRYSTAL])
    batch.positions.requires_grad_()
    forces = model.potential(batch, create_graph=True).forces
    (product,) = torch.autograd.grad((forces * torch.from_numpy(way)).sum(), batch.positions)

    def force(t: float) -> np.ndarray:
        return np.asarray(model.evaluate([moved(CRYSTAL, CRYSTAL.positions + t * way)])[0]["forces"])

    h = 2e-4
    differences = (8 * (force(h) - force(-h)) - (force(2 * h) - force(-2 * h))) / (12 * h)
    np.testing.assert_allclose(product.numpy(), differences, rtol=0, atol=1e-8)


@every
def test_a_loss_of_forces_has_the_right_gradient_by_weights(choices: Any) -> None:
    """Second order: against differences along a random direction in the space of weights."""
    model = potential(**choices)
    batch = model.batch([MOLECULE, CRYSTAL])

    def loss() -> Tensor:
        found = model.potential(batch, create_graph=True)
        return found.energies.square().sum() + found.forces.square().sum() + found.virials.square().sum()

    weights = list(model.parameters())
    generator = torch.Generator().manual_seed(0)
    ways = [torch.randn(weight.shape, generator=generator, dtype=torch.float64) for weight in weights]
    gradients = torch.autograd.grad(loss(), weights, allow_unused=True)
    exact = sum(float((g * way).sum()) for g, way in zip(gradients, ways, strict=True) if g is not None)

    def at(t: float) -> float:
        with torch.no_grad():
            for weight, way in zip(weights, ways, strict=True):
                weight.add_(way, alpha=t)
        value = loss().item()
        with torch.no_grad():
            for weight, way in zip(weights, ways, strict=True):
                weight.add_(way, alpha=-t)
        return value

    assert exact == pytest.approx(slope(at, 1e-4), rel=1e-6)


@few
def test_turned_mirrored_moved_and_renumbered_structures_have_the_same_energy(choices: Any) -> None:
    model = potential(**choices)
    rng = np.random.default_rng(2)
    Q = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    for structure, one in zip((MOLECULE, CRYSTAL), model.evaluate([MOLECULE, CRYSTAL]), strict=True):
        for turn in (Q, -Q):
            cell = None if structure.cell is None else structure.cell @ turn
            there = moved(structure, structure.positions @ turn + rng.normal(size=3), cell)
            order = rng.permutation(len(structure))
            there = Structure([there.symbols[k] for k in order], there.positions[order], cell, there.periodic)
            two = model.evaluate([there])[0]
            assert two["energy"] == pytest.approx(one["energy"], abs=1e-11)
            np.testing.assert_allclose(two["forces"], (one["forces"] @ turn)[order], rtol=0, atol=1e-11)
            np.testing.assert_allclose(two["virial"], turn.T @ one["virial"] @ turn, rtol=0, atol=1e-11)


@few
def test_other_cells_of_the_same_crystal_have_the_same_energy(choices: Any) -> None:
    """Atoms moved by lattice vectors, another basis, and super-cells, also of a cell of one atom."""
    model = potential(**choices)
    assert CRYSTAL.cell is not None
    one = model.evaluate([CRYSTAL])[0]
    shifted = moved(CRYSTAL, CRYSTAL.positions + np.array([[1, -2, 0], [0, 3, 1]]) @ CRYSTAL.cell)
    skewed = moved(CRYSTAL, CRYSTAL.positions, np.array([[1, 0, 0], [2, 1, 0], [0, -1, 1]]) @ CRYSTAL.cell)
    for same in (shifted, skewed):
        two = model.evaluate([same])[0]
        assert two["energy"] == pytest.approx(one["energy"], abs=1e-11)
        np.testing.assert_allclose(two["forces"], one["forces"], rtol=0, atol=1e-11)
    twice = model.evaluate([repeated(CRYSTAL, (2, 1, 1))])[0]
    assert twice["energy"] == pytest.approx(2 * one["energy"], abs=1e-11)
    np.testing.assert_allclose(twice["forces"], np.tile(one["forces"], (2, 1)), rtol=0, atol=1e-11)
    lone = Structure("a", [(0, 0, 0)], 2.9 * np.eye(3))
    assert energy(model, repeated(lone, (1, 2, 1))) == pytest.approx(2 * energy(model, lone), abs=1e-11)


@every
def test_fragments_out_of_reach_add_up(choices: Any) -> None:
    model = potential(**choices)
    far = Structure("abbab", [*MOLECULE.positions, (9.0, 0, 0), (9.0, 1, 1)])
    pair = Structure("ab", [(0, 0, 0), (0, 1, 1)])
    assert energy(model, far) == pytest.approx(energy(model, MOLECULE) + energy(model, pair), abs=1e-12)
    lone = [energy(model, Structure(name, [(0, 0, 0)])) for name in "ab"]
    assert energy(model, Structure("ab", [(0, 0, 0), (0, 0, 5.001)])) == pytest.approx(sum(lone), abs=1e-12)


def test_an_atom_alone_follows_a_closed_recursion() -> None:
    """n <- n + d_1 act(n W + b) + d_2 act(b_moments) and the fitting network, without any pair."""
    model = potential()
    silu = torch.nn.functional.silu
    with torch.no_grad():
        n = silu(model.table.map.matrix[1])
        for layer in model.layers:
            steps, own = layer.node_steps.scales, silu(n @ layer.node_self.matrix + layer.node_self.bias)
            n = n + steps[0] * own + steps[1] * silu(layer.node_moments.bias)
        first, second, last = model.fitting.layers
        x = silu(n @ first.matrix + first.bias)
        x = x + model.fitting.scales["1"] * silu(x @ second.matrix + second.bias)
        expected = float(x @ last.matrix[:, 0] + last.bias[0]) + 0.75
    assert energy(model, Structure("b", [(3.0, 2, 1)])) == pytest.approx(expected, abs=1e-13)


@every
def test_energy_and_forces_are_smooth_at_the_cutoffs(choices: Any) -> None:
    """A third atom leaves through the cutoff of angles and that of pairs; the switch there is below 1e-5."""
    model = potential(**choices)
    for cutoff in (model.settings.angle_cutoff, model.settings.cutoff):
        ends = [Structure("aab", [(0, 0, 0), (0, 1, 0), (cutoff + t, 0, 0)]) for t in (-1e-9, 1e-9)]
        inside, outside = model.evaluate(ends)
        assert inside["energy"] == pytest.approx(outside["energy"], abs=1e-5)
        np.testing.assert_allclose(inside["forces"], outside["forces"], rtol=0, atol=1e-3)


def test_pairs_at_the_cutoff_count_and_angles_there_do_not() -> None:
    model = potential()
    for length, pairs, angles in ((5.0, 2, 0), (3.5, 2, 0), (3.4999, 2, 2), (5.0001, 0, 0)):
        batch = model.batch([Structure("ab", [(0, 0, 0), (length, 0, 0)])])
        assert (len(batch.centres), batch.n_angles) == (pairs, angles)
