"""Batches, precisions, selections, files, energies of free atoms, and bad input."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from potentials import CRYSTAL, MOLECULE, SMALL, VARIANTS, filled, potential, repeated

from sciml._errors import InputError
from sciml.mesh import Structure, VerletList
from sciml.models import DPA3, load_model
from sciml.models.dpa3 import AtomBatch, DPA3Settings, least_squares_bias, neighbour_cutoff, preset
from sciml.train import Config, started

every = pytest.mark.parametrize("choices", VARIANTS.values(), ids=VARIANTS)


@every
def test_a_batch_gives_what_its_structures_give_alone(choices: Any) -> None:
    model = potential(**choices)
    lone, free = Structure("b", [(0, 0, 0)]), Structure("ba", [(0, 0, 0), (0, 3.0, 0)])
    given = [MOLECULE, lone, CRYSTAL, free, MOLECULE]
    for found, structure in zip(model.evaluate(given), given, strict=True):
        alone = model.evaluate([structure])[0]
        assert found["energy"] == pytest.approx(alone["energy"], abs=1e-13)
        assert found["atom_energies"].sum() == pytest.approx(alone["energy"], abs=1e-13)
        for name in ("forces", "virial", "atom_energies"):
            np.testing.assert_allclose(found[name], alone[name], rtol=0, atol=1e-13)


@every
def test_single_precision_is_close(choices: Any) -> None:
    double, single = potential(**choices), potential(**choices).float()
    assert (double.dtype, single.dtype, single.config["dtype"]) == (torch.float64, torch.float32, "float32")
    assert single.energy_bias.dtype == torch.float64
    for one, two in zip(double.evaluate([MOLECULE, CRYSTAL]), single.evaluate([MOLECULE, CRYSTAL]), strict=True):
        assert two["energy"] == pytest.approx(one["energy"], abs=3e-5)
        for name in ("forces", "virial"):
            np.testing.assert_allclose(two[name], one[name], rtol=0, atol=3e-5)
            assert two[name].dtype == np.float64


def test_differences_of_positions_are_taken_in_double_precision() -> None:
    """Far from the origin single precision would lose five digits."""
    model = potential().float()
    far = Structure(MOLECULE.symbols, MOLECULE.positions + 2.0**20)
    near = Structure(MOLECULE.symbols, far.positions - 2.0**20)
    assert model.evaluate([far])[0]["energy"] == model.evaluate([near])[0]["energy"]


@pytest.mark.parametrize("smooth", [True, False])
def test_a_selection_that_cuts_nothing_changes_nothing(smooth: bool) -> None:
    """Where all pairs form angles, pairs without them play no role either."""
    free = potential(angle_cutoff=5.0, angle_switch_start=4.2)
    fixed = potential(angle_cutoff=5.0, angle_switch_start=4.2, max_edges=90, max_angle_edges=80, smooth=smooth)
    for one, two in zip(free.evaluate([MOLECULE, CRYSTAL]), fixed.evaluate([MOLECULE, CRYSTAL]), strict=True):
        assert two["energy"] == pytest.approx(one["energy"], abs=1e-13)
        np.testing.assert_allclose(two["forces"], one["forces"], rtol=0, atol=1e-13)


def test_the_nearest_are_selected() -> None:
    model = potential(max_edges=2, max_angle_edges=1)
    row = Structure("aaaa", [(x, 0, 0) for x in (0.0, 1.0, 2.1, 3.3)])
    batch = model.batch([row])
    pairs = list(zip(batch.centres.tolist(), batch.neighbours.tolist(), strict=True))
    assert pairs == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 1), (2, 3), (3, 1), (3, 2)]
    assert [[pairs[e] for e in block.flatten()] for block in batch.blocks] == [[(0, 1), (1, 0), (2, 1), (3, 2)]]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(True,) * 3, (True, False, True), (False, True, False)]))
def test_angles_are_all_ordered_pairs_of_close_neighbours(seed: int, periodic: tuple[bool, bool, bool]) -> None:
    """In skewed and thin cells, periodic along some axes; against the line graph."""
    rng = np.random.default_rng(seed)
    cell = np.diag(rng.uniform(2.0, 6.0, 3)) + np.tril(rng.uniform(-1, 1, (3, 3)), -1)
    structure = Structure("a" * 4, rng.random((4, 3)) @ cell, cell, periodic)
    choices = DPA3Settings(**SMALL)
    graph = structure.graph(neighbour_cutoff(choices))
    if graph.n_edges and graph.distances().min() < 0.1:
        return
    batch = DPA3(["a"], **SMALL).batch([structure])
    np.testing.assert_allclose(batch.vectors().numpy(), graph.vectors, rtol=0, atol=1e-13)
    line = graph.line_graph(choices.angle_cutoff)
    listed = {(e, f) for block in batch.blocks for row in block.tolist() for e in row for f in row if min(e, f) >= 0}
    assert len(listed) == batch.n_angles
    assert listed == set(zip(line.sources.tolist(), line.indices.tolist(), strict=True))


def test_small_blocks_of_angles_are_joined_and_large_ones_are_not() -> None:
    """Three atoms with 2 pairs and two with 1; then sixty times as many."""
    triangle = Structure("aaa", [(0, 0, 0), (1, 0, 0), (0, 1, 0)])
    pair = Structure("aa", [(0, 0, 0), (1, 0, 0)])
    model = potential()
    assert [tuple(block.shape) for block in model.batch([triangle, pair]).blocks] == [(5, 2)]
    many = model.batch([triangle, pair] * 60)
    assert [tuple(block.shape) for block in many.blocks] == [(120, 1), (180, 2)]
    for found, structure in zip(model.evaluate([triangle, pair]), (triangle, pair), strict=True):
        assert found["energy"] == pytest.approx(model.evaluate([structure])[0]["energy"], abs=1e-13)


def test_neighbours_may_come_from_a_verlet_list() -> None:
    model = potential()
    neighbours = VerletList(neighbour_cutoff(model.settings), skin=0.5)
    positions = CRYSTAL.positions.copy()
    for _ in range(4):
        structure = Structure(CRYSTAL.symbols, positions, CRYSTAL.cell)
        graph = neighbours.graph(positions, CRYSTAL.cell, True)
        with torch.no_grad():
            given, new = model(model.batch([structure], graphs=[graph])), model(model.batch([structure]))
        torch.testing.assert_close(given, new, rtol=0, atol=0)
        positions[0, 1] += 0.05
    assert neighbours.searches == 1


def derivatives(model: DPA3, batch: AtomBatch) -> list[torch.Tensor]:
    """Energies, forces and virials, and the gradient by weights of a loss of them."""
    found = model.potential(batch, create_graph=True)
    loss = found.energies.square().sum() + found.forces.square().sum() + found.virials.square().sum()
    gradients = torch.autograd.grad(loss, list(model.parameters()), allow_unused=True)
    return [found.energies, found.forces, found.virials, *(g for g in gradients if g is not None)]


@pytest.mark.parametrize("choices", [{}, VARIANTS["sequential"]], ids=["plain", "sequential"])
def test_layers_that_are_formed_again_give_the_same_derivatives(choices: dict[str, Any]) -> None:
    kept, again = potential(**choices), potential(**choices, recompute=True)
    batch = kept.batch([MOLECULE, CRYSTAL])
    for one, two in zip(derivatives(kept, batch), derivatives(again, batch), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-13, atol=1e-13)


def test_sparse_products_of_large_batches_give_what_sums_give() -> None:
    model = potential()
    batch = model.batch([MOLECULE, repeated(CRYSTAL, (2, 4, 4))])
    assert batch.pattern is not None
    assert model.batch([MOLECULE]).pattern is None
    sums = replace(batch, pattern=None)
    for one, two in zip(derivatives(model, batch), derivatives(model, sums), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-11, atol=1e-11)


def test_training_on_grids_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match="dpa3 learns from structures of atoms"),
        started(Config().changed({"model.name": "dpa3"}), tmp_path / "run"),
    ):
        pass


@every
def test_saved_and_loaded_models_are_the_same(choices: Any, tmp_path: Path) -> None:
    model = potential(**choices)
    model.save_pretrained(tmp_path)
    loaded = load_model(tmp_path)
    assert isinstance(loaded, DPA3)
    assert loaded.config == model.config
    for one, two in zip(model.evaluate([MOLECULE, CRYSTAL]), loaded.evaluate([MOLECULE, CRYSTAL]), strict=True):
        assert one["energy"] == two["energy"]
        np.testing.assert_array_equal(one["forces"], two["forces"])


def test_a_converted_model_is_saved_in_its_precision(tmp_path: Path) -> None:
    model = DPA3(["a", "b"], **{**SMALL, "dtype": "float32"}).double()
    filled(model).save_pretrained(tmp_path)
    loaded = load_model(tmp_path)
    assert isinstance(loaded, DPA3)
    assert loaded.evaluate([MOLECULE])[0]["energy"] == model.evaluate([MOLECULE])[0]["energy"]


def test_charge_spin_and_further_numbers_change_the_energy() -> None:
    charged = potential(charge_spin=True)
    batch = [Structure(MOLECULE.symbols, MOLECULE.positions, charge=q, spin=m) for q, m in ((0, 1), (-1, 1), (0, 2))]
    assert len({round(found["energy"], 9) for found in charged.evaluate(batch)}) == 3
    told = potential(frame_values=1, atom_values=2)
    told.frame_mean.fill_(1.0)
    told.frame_scale.fill_(2.0)
    ones = np.ones((3, 2))
    batch = [Structure(MOLECULE.symbols, MOLECULE.positions, frame_values=[T], atom_values=w)
             for T, w in ((1.0, ones), (2.0, ones), (1.0, 2 * ones))]
    assert len({round(found["energy"], 9) for found in told.evaluate(batch)}) == 3


def test_a_number_of_the_whole_is_normalised() -> None:
    model, plain = potential(frame_values=1), potential(frame_values=1)
    model.frame_mean.fill_(3.0)
    model.frame_scale.fill_(0.5)
    one = Structure("a", [(0, 0, 0)], frame_values=[7.0])
    two = Structure("a", [(0, 0, 0)], frame_values=[2.0])
    assert model.evaluate([one])[0]["energy"] == plain.evaluate([two])[0]["energy"]


def test_energies_of_free_atoms_are_found_by_least_squares() -> None:
    """Exact compositions; species that never occur and known ones; the smallest where they are not unique."""
    counts = np.array([[2.0, 1, 0], [1, 3, 0], [4, 1, 0]])
    bias, left = least_squares_bias(counts, counts @ [-3.0, 5.0, 9.0])
    np.testing.assert_allclose(bias, [-3.0, 5.0, 0.0], atol=1e-12)
    assert left == pytest.approx(0, abs=1e-12)
    bias, _ = least_squares_bias(np.array([[2.0, 1.0], [4.0, 2.0]]), np.array([10.0, 20.0]))
    np.testing.assert_allclose(bias, [4.0, 2.0], atol=1e-12)
    bias, left = least_squares_bias(np.array([[2.0, 1.0], [2.0, 1.0]]), np.array([10.0, 13.0]), {0: 1.0})
    np.testing.assert_allclose(bias, [1.0, 9.5], atol=1e-12)
    assert left == pytest.approx(0.5)
    with pytest.raises(InputError, match="1 numbers that are not finite"):
        least_squares_bias(counts, np.array([1.0, np.nan, 2.0]))


def test_a_model_takes_the_bias_of_its_data() -> None:
    model = potential()
    structures = [MOLECULE, CRYSTAL, Structure("a", [(0, 0, 0)])]
    assert model.set_energy_bias(structures, [1.0, 2.0, 4.0], known={"a": 3.0}) > 0
    np.testing.assert_allclose(model.energy_bias[0, 0].item(), 3.0)
    with torch.no_grad():
        before = model(model.batch(structures))
    target = before + torch.tensor([2 * 0.5, 0.5, 0.0], dtype=torch.float64)  # half an eV for each b
    assert model.set_energy_bias(structures, target.numpy(), add=True) == pytest.approx(0, abs=1e-12)
    with torch.no_grad():
        torch.testing.assert_close(model(model.batch(structures)), target, rtol=0, atol=1e-11)


def water(**changes: Any) -> Structure:
    return Structure("abb", MOLECULE.positions, **changes)


@pytest.mark.parametrize(("model", "structure", "words"), [
    ({}, lambda: Structure(["A", "b"], MOLECULE.positions[:2]), "species 'A' is unknown .* did you mean 'a'"),
    ({}, lambda: Structure("ab", [(0, 0, 0), (0, 0, 0.01)]), r"atoms 0 \(a\) and 1 \(b\) are 0.01 Angstrom apart"),
    ({}, lambda: Structure("a", [(0, 0, 0)], np.diag([9, 9, 0.05])), r"atoms 0 \(a\) and 0 \(a\) are 0.05"),
    ({}, lambda: Structure("ab", [(0, 0, np.nan), (0, 0, 1)]), "1 rows that are not finite"),
    ({}, lambda: Structure("ab", [(0, 0, 0)]), r"expected \(2, 3\)"),
    ({}, lambda: water(cell=np.ones((3, 3))), "no volume"),
    ({}, lambda: water(periodic=True), "there is no cell"),
    ({"charge_spin": True}, water, "has no charge or no spin"),
    ({"charge_spin": True}, lambda: water(charge=0, spin=100), "spin 100"),
    ({"frame_values": 2}, water, "frame_values of a structure are none"),
    ({"atom_values": 1}, lambda: water(atom_values=np.ones((2, 1))), r"atom_values of a structure are \(2, 1\)"),
    ({}, lambda: water(frame_values=[np.inf]), "not finite"),
])
def test_bad_structures_are_named(model: dict[str, Any], structure: Any, words: str) -> None:
    network = potential(**model)
    with pytest.raises(InputError, match=words) as caught:
        network.batch([structure()])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("choices", "words"), [
    ({"n_layer": 2}, "no choice 'n_layer'; did you mean 'n_layers'"),
    ({"update": "residua"}, "update is 'residua'"),
    ({"activation": "silu:3"}, "activation 'silu:3'"),
    ({"angle_cutoff": 7.0}, "angle_cutoff 7.0 is beyond cutoff 6.0"),
    ({"switch_start": 6.5}, "switch_start is 6.5"),
    ({"max_edges": 5}, "give both or neither"),
    ({"smooth": False}, "needs a fixed selection"),
    ({"axis": 65}, "axis 65 is more"),
    ({"angle_channels": 33}, "cannot be divided"),
    ({"angle_channels": 200}, "raise compression_rate"),
    ({"edge_norm": 0.0}, "must be positive"),
    ({"n_layers": 0}, "n_layers is 0"),
    ({"excluded_pairs": [["H", "X"]]}, "'X' is excluded"),
])
def test_bad_choices_are_named(choices: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        DPA3(["H", "O"], **choices)
    with pytest.raises(InputError, match="preset 'L5' is unknown"):
        preset("L5", ["H"])


def test_bad_batches_are_named() -> None:
    model = potential(data_sets=2)
    with pytest.raises(InputError, match="at least one structure"):
        model.batch([])
    with pytest.raises(InputError, match="expected 1 numbers from 0 to 1"):
        model.batch([MOLECULE], data_sets=[2])
    with pytest.raises(InputError, match="2 nodes for 3 atoms"):
        model.batch([MOLECULE], graphs=[CRYSTAL.graph(5.0)])
    with pytest.raises(InputError, match="different names"):
        DPA3(["H", "H"])
